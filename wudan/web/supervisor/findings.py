"""Findings (疑点): the list, one finding with its evidence, explaining it and closing it with a conclusion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.accounts.queries import names_of
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.ratings import doubting
from wudan.orders.payment.trail.queries import STATIONS
from wudan.oversight import actions as oversight
from wudan.oversight.queries import finding as find
from wudan.oversight.queries import visible_findings
from wudan.oversight.states import FINDING
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.common import Desk
from wudan.web.shared.forms import Form
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.trails import trail_url

AREA = "supervisor"
TONES = {"open": "wrong", "closed": "done"}


def _words(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        min_length=4,
        max_length=500,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"min_length": "请至少写4个字，说明核实的情况。"},
    )


class ExplainForm(Form):
    text = _words("补充说明", "附在证据后面，不能修改。")


class CloseForm(Form):
    conclusion = _words("处理结论", "写明核查结果和处理意见。办结后不能修改。")


@require_GET
@for_roles(Role.SUPERVISOR)
def findings(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Open ones first, then the newest."""
    desk = Desk(actor, AREA)
    spec: ListPage[Any] = ListPage(
        title="疑点",
        search="情况或对象",
        sort="-opened_at",
        unit="件",
        empty_title="没有疑点",
        empty_text="系统核对公示、核定、拨付、到账，发现不一致时会登记在这里。",
        filters=[
            Filter("state", "状态", FINDING.choices()),
            Filter("since", "发现日期不早于", kind="date"),
            Filter("until", "发现日期不晚于", kind="date"),
        ],
        columns=[
            Column("情况", lambda f: f.sentence, "strong", href=lambda f: desk.url("finding", f.pk), width=60),
            Column("类型", lambda f: f.get_kind_display(), width=26),
            Column("发现日期", lambda f: legal_day(f.opened_at), "date", "opened_at"),
            Column("状态", lambda f: FINDING.states[f.state], "badge", "state", tone=lambda f: "wrong" if f.state == "open" else "done"),
            Column("处理结论", lambda f: f.conclusion, width=50),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> QuerySet[Any]:
        found = visible_findings(actor, state=query.get("state"))
        if query.search:
            found = found.filter(sentence__icontains=query.search)
        if since := query.day("since"):
            found = found.filter(opened_at__date__gte=since)
        if until := query.day("until"):
            found = found.filter(opened_at__date__lte=until)
        return found.order_by(query.order_by, "-pk")

    return spec.respond(request, fetch, district=desk.name)


@require_GET
@for_roles(Role.SUPERVISOR)
def finding(request: HttpRequest, actor: Actor, finding_id: int) -> HttpResponseBase:
    """One finding."""
    return _show(request, actor, finding_id, ExplainForm(), CloseForm())


def _show(
    request: HttpRequest, actor: Actor, finding_id: int, explain: ExplainForm, close: CloseForm
) -> HttpResponseBase:
    found = _of(actor, finding_id)
    desk = Desk(actor, AREA)
    kind, _, pk = found.subject.partition(":")
    evidence = [
        {"said": e.get("code") == "explanation", "by": "", "on": "", "reference": "", "claim": "", "published_fen": None,
         "payable_fen": None, "line_fen": None, "received_fen": None, **e}
        for e in found.evidence
    ]  # fmt: skip
    context = {
        "title": "疑点核查",
        "crumbs": [Crumb("疑点", reverse("supervisor:findings")), Crumb(f"第{found.pk}号")],
        "finding": found,
        "state_word": FINDING.states[found.state],
        "state_tone": TONES[found.state],
        "gaps": [e for e in evidence if not e["said"]],
        "said": [e for e in evidence if e["said"]],
        "comments": doubting(int(pk)) if found.kind == "rating-dishonest" else [],
        "of_batch": kind == "batch",
        "subject_url": _subject_url(desk, kind, pk),
        "closed_by": names_of([found.closed_by]).get(found.closed_by or 0, ""),
        "explain_form": explain,
        "close_form": close,
        "urls": {name: reverse(f"supervisor:{name}", args=[finding_id]) for name in ("explain", "close")},
        "history_url": f"{reverse('supervisor:history')}?kind=finding&q={found.pk}",
    }
    status = 422 if explain.errors or close.errors else 200
    return page(request, "supervisor/finding.html", context, status=status)


def _subject_url(desk: Desk, kind: str, pk: str) -> str:
    """The batch itself; of anything else on the chain, the way it came."""
    if kind == "batch":
        return desk.url("batch", pk)
    return trail_url(AREA, kind, int(pk)) if kind in STATIONS and pk.isdigit() else ""


def _of(actor: Actor, finding_id: int) -> Any:
    found = find(actor, finding_id)
    if found is None:
        raise Http404
    return found


@require_POST
@for_roles(Role.SUPERVISOR)
def explain_finding(request: HttpRequest, actor: Actor, finding_id: int) -> HttpResponseBase:
    """补充说明."""
    found = _of(actor, finding_id)
    form = ExplainForm(request.POST)
    if form.is_valid():
        try:
            oversight.explain(
                finding_id=finding_id, actor=actor, at=Desk(actor, AREA).at, **form.cleaned_data
            )
        except Refused as refused:
            if found.state != "open":  # there is no form any more to say it in
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "说明已附在证据后面。核实清楚后，请写明结论并办结。")
            return redirect("supervisor:finding", finding_id)
    return _show(request, actor, finding_id, form, CloseForm())


@require_POST
@for_roles(Role.SUPERVISOR)
def close_finding(request: HttpRequest, actor: Actor, finding_id: int) -> HttpResponseBase:
    """办结."""
    found = _of(actor, finding_id)
    form = CloseForm(request.POST)
    if form.is_valid():
        try:
            oversight.close(finding_id=finding_id, actor=actor, at=Desk(actor, AREA).at, **form.cleaned_data)
        except Refused as refused:
            if found.state != "open":  # there is no form any more to say it in
                raise
            form.add_refused(refused)
        else:
            then = (
                "财务人员现在可以恢复暂停的批次，恢复时系统会再核对一遍。"
                if found.subject.startswith("batch:")
                else ""
            )
            messages.success(request, f"疑点已办结，结论已写入记录。{then}")
            return redirect("supervisor:finding", finding_id)
    return _show(request, actor, finding_id, ExplainForm(), form)
