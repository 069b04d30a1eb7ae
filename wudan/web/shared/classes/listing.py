"""The list of classes on every desk that may see some."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day, working_days_left
from wudan.orders.delivery.queries.classes import (
    live_first,
    matching,
    unvisited,
    visible_classes,
    with_figures,
)
from wudan.orders.delivery.states import CLASS
from wudan.organisations.queries import calendar_overrides
from wudan.web.shared.classes.showing import training_words
from wudan.web.shared.classes.words import CLASS_TONES
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.words import clock_words


def class_list(
    request: HttpRequest,
    actor: Actor,
    template: str,
    href: Callable[[Any], str],
    *,
    title: str = "班级",
    more: dict[str, Any] | None = None,
) -> HttpResponseBase:
    """Classes with their clock, heads, hours and attendance so far; for officials also whether anybody has been there."""
    today, overrides = legal_day(now()), calendar_overrides(actor.district_id or "")

    def rate(held: Any) -> str:
        return f"{held.there * 100 // held.counted}%" if held.counted else "—"

    def left(held: Any) -> str:
        return clock_words(working_days_left(today, held.due_on, overrides)) if held.due_on else "—"

    spec: ListPage[Any] = ListPage(
        title=title,
        search="班级名称、编号、培训机构",
        unit="个班",
        empty_title="还没有班级",
        empty_text="接单后建班，班级会出现在这里。",
        filters=[
            Filter("state", "状态", CLASS.choices()),
            Filter("since", "开班日期不早于", kind="date"),
            Filter("until", "开班日期不晚于", kind="date"),
            *([Filter("visited", "巡查", [("no", "还没有巡查")])] if actor.is_official else ()),
        ],
        columns=[
            Column("班级", lambda c: c.name, "strong", "name", href=href, note=lambda c: c.number, width=40),
            Column("职业和等级", training_words),
            Column("培训机构", lambda c: c.provider.name, width=28),
            Column("开班", lambda c: c.started_on, "date", "started_on"),
            Column("结业", lambda c: c.ended_on, "date", "ended_on"),
            Column("学员", lambda c: c.heads, "number"),
            Column("课时", lambda c: c.hours, "number"),
            Column("出勤率", rate),
            *([Column("巡查", lambda c: c.visits, "number")] if actor.is_official else ()),
            Column(
                "状态",
                lambda c: CLASS.states[c.state],
                "badge",
                "state",
                tone=lambda c: CLASS_TONES[c.state],
            ),
            Column("答复期限", left, sort="due_on"),
        ],
    )

    def fetch(query: Query) -> Any:
        found = with_figures(visible_classes(actor))
        if query.search:
            found = matching(found, query.search)
        if state := query.get("state"):
            found = found.filter(state=state)
        if since := query.day("since"):
            found = found.filter(started_on__gte=since)
        if until := query.day("until"):
            found = found.filter(started_on__lte=until)
        if query.get("visited"):
            found = unvisited(found)
        if query.order_by:
            return found.order_by(query.order_by, "-pk")
        return live_first(found)

    return spec.respond(request, fetch, template, more or {})
