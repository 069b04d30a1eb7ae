"""五单总览 as a page: eight numbers in a row, a table by training line, and behind every number its rows."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.orders.payment.funnel import STAGES, Narrow, Stage, by_line, funnel, rows_of, step_of
from wudan.organisations.queries import district
from wudan.people.queries import towns
from wudan.policy.queries import rulebook_for
from wudan.web.shared import forms as f
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.trails import trail_url


class NarrowForm(f.Form):
    """Which days, town and line."""

    since = f.DateField(label="起始日期", required=False)
    until = f.DateField(label="截止日期", required=False)
    town = forms.ChoiceField(label="镇街", required=False)
    line = forms.ChoiceField(label="培训类别", required=False)


def show(request: HttpRequest, actor: Actor, *, area: str) -> HttpResponse:
    """The funnel."""
    code = actor.district_id or ""
    form = NarrowForm(request.GET or None)
    _choices(form, code)
    by = _narrow(form.cleaned_data) if form.is_bound and form.is_valid() else Narrow()
    found = funnel(actor, by)
    address = {k: v for k, v in _address(by).items() if v}
    labels = {line.code: line.label for line in rulebook_for(code).lines.values()}
    lines = by_line(actor, by)
    context = {
        "title": "五单总览",
        "subtitle": "提单、列单、选单、接单、买单一条线看下来，点数字看明细。",
        "form": form,
        "narrowed": bool(address),
        "stages": _drawn(found, area, address),
        "labels": list(STAGES.values()),
        "rows": [
            {
                "label": labels.get(line, "没有写明类别"),
                "cells": [
                    (
                        word,
                        counts.get(stage, 0),
                        _rows_url(area, stage, {**address, "line": line}) if line else "",
                    )
                    for stage, word in STAGES.items()
                ],
            }
            for line, counts in sorted(lines.items(), key=lambda one: -sum(one[1].values()))
        ],
        "clear_url": reverse(f"{area}:funnel"),
    }
    return page(request, "shared/funnel.html", context, status=422 if form.is_bound and form.errors else 200)


def rows(request: HttpRequest, actor: Actor, stage: str, *, area: str) -> HttpResponseBase:
    """The rows behind one number, with the same narrowing in the address."""
    if stage not in STAGES:
        raise Http404
    code = actor.district_id or ""
    towns_here = [(t.code, t.name) for t in towns(code)]
    lines = [(line.code, line.label) for line in rulebook_for(code).lines.values()]
    spec: ListPage[Any] = ListPage(
        title=f"{STAGES[stage]}明细",
        sort="-pk",
        unit="条",
        empty_title="没有符合条件的记录",
        empty_text="换一个日期、镇街或培训类别再看。",
        filters=[
            Filter("since", "日期不早于", kind="date"),
            Filter("until", "日期不晚于", kind="date"),
            Filter("town", "镇街", towns_here),
            Filter("line", "培训类别", lines),
        ],
        columns=[
            Column("名称", lambda s: s.label, "strong", href=lambda s: trail_url(area, s.kind, s.subject_id), width=34),
            Column("日期", lambda s: s.on, "date"),
            Column("状态", lambda s: s.state_label, width=18),
            Column("说明", lambda s: s.note, width=30),
            Column("金额（元）", lambda s: s.amount_fen, "money", total=stage == "line"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> _Steps:
        by = Narrow(query.day("since"), query.day("until"), query.get("town"), query.get("line"))
        return _Steps(stage, rows_of(actor, stage, by))

    crumbs = [Crumb("五单总览", reverse(f"{area}:funnel")), Crumb(STAGES[stage])]
    return spec.respond(
        request, fetch, "shared/list_page.html", {"crumbs": crumbs}, district=district(code).name
    )


class _Steps:
    """Rows as steps of the trail, read a page at a time."""

    def __init__(self, stage: str, found: Any) -> None:
        self._stage, self._found = stage, found

    def __len__(self) -> int:
        return int(self._found.count())

    def count(self) -> int:
        return len(self)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [step_of(self._stage, row) for row in self._found[place]]
        return step_of(self._stage, self._found[place])

    def __iter__(self) -> Any:
        return (step_of(self._stage, row) for row in self._found.iterator(chunk_size=500))


def _choices(form: NarrowForm, code: str) -> None:
    lines = [(line.code, line.label) for line in rulebook_for(code).lines.values()]
    form.fields["town"].choices = [("", "全区"), *((t.code, t.name) for t in towns(code))]  # type: ignore[attr-defined]
    form.fields["line"].choices = [("", "全部类别"), *lines]  # type: ignore[attr-defined]


def _narrow(data: dict[str, Any]) -> Narrow:
    return Narrow(data.get("since"), data.get("until"), data.get("town") or "", data.get("line") or "")


def _address(by: Narrow) -> dict[str, str]:
    def day(value: date | None) -> str:
        return value.isoformat() if value else ""

    return {"since": day(by.since), "until": day(by.until), "town": by.town, "line": by.line}


def _rows_url(area: str, stage: str, address: dict[str, str]) -> str:
    query = f"?{urlencode(address)}" if address else ""
    return reverse(f"{area}:funnel_rows", args=[stage]) + query


def _drawn(found: list[Stage], area: str, address: dict[str, str]) -> list[dict[str, Any]]:
    """Each stage with its bar: heads compared with the widest stage."""
    widest = max((s.heads for s in found), default=0) or 1
    return [
        {
            "stage": s,
            "href": _rows_url(area, s.code, address),
            "more": in_sentence(s.fen) if s.fen else f"{s.heads:,}{s.heads_word}" if s.heads_word else "",
            "width": max(1, round(100 * s.heads / widest)) if s.heads else 0,
        }
        for s in found
    ]
