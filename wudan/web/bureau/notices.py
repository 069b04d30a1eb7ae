"""公示: choosing what to publish, seeing it exactly as the public will, and what became of each line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.noticing import VISIBLE_DAYS, open_notice, preview_lines
from wudan.orders.subsidy.queries.claims import queue
from wudan.orders.subsidy.queries.notices import (
    notice_lines,
    notice_summary,
    visible_notices,
    visible_objections,
)
from wudan.orders.subsidy.states import CLAIM
from wudan.organisations.queries import deadline
from wudan.policy.queries import parameter, rulebook_for
from wudan.web.bureau.desk import Desk, about, claim_url
from wudan.web.bureau.words import TONES
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Batch, Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

SHOWN = 500
STATES = {"open": "公示中", "closed": "公示期满"}


class TitleForm(f.Form):
    title = forms.CharField(
        label="公示标题", max_length=60, help_text="公众看到的标题，例如“2021年7月职业培训补贴公示”。"
    )


# --- the notices of the district --------------------------------------------------------------------------------
@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER)
def notices(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Open and closed ones, with the days left for objections; objections waiting on top."""
    desk = Desk(actor)
    waiting = list(visible_objections(actor, state="open")[:20])
    context = {
        "objections": [{"objection": o, "left": desk.left(o.due_on)} for o in waiting],
        "may_open": actor.role is Role.REVIEWER,
    }
    spec: ListPage[Any] = ListPage(
        title="公示",
        sort="-opened_on",
        unit="份",
        empty_title="还没有公示",
        empty_text="复审通过的申请列入公示后，会出现在这里。",
        filters=[Filter("state", "状态", list(STATES.items())), Filter("since", "开始日期不早于", kind="date")],
        columns=[
            Column("标题", lambda n: n.title, "strong", href=lambda n: reverse("bureau:notice", args=[n.pk]), width=40),
            Column("开始", lambda n: n.opened_on, "date", "opened_on"),
            Column("截止", lambda n: n.closes_on, "date", "closes_on"),
            Column("状态", lambda n: STATES[n.state], "badge", tone=lambda n: "now" if n.state == "open" else "done"),
            Column("还可提异议", lambda n: _left(desk, n)),
            Column("撤下日期", lambda n: n.expires_on, "date", "expires_on"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = visible_notices(actor)
        if state := query.get("state"):
            found = found.filter(state=state)
        if since := query.day("since"):
            found = found.filter(opened_on__gte=since)
        return found.order_by(query.order_by or "-opened_on", "-id")

    return spec.respond(request, fetch, "bureau/notices.html", context, district=desk.name)


def _left(desk: Desk, notice: Any) -> str:
    if notice.state != "open":
        return "已截止"
    left = desk.left(notice.closes_on)
    if left is None or left < 0:
        return "已截止"
    return "今天是最后一天" if left == 0 else f"还剩{left}个工作日"


# --- making one -------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.REVIEWER)
def choose(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Claims passed twice; all of them go on the notice unless some are ticked."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    labels = {code: scheme.label for code, scheme in rulebook.schemes.items()}
    spec: ListPage[Any] = ListPage(
        title="列入公示",
        sort="id",
        unit="件",
        filters=[Filter("scheme", "补贴项目", list(labels.items()))],
        empty_title="没有等待公示的申请",
        empty_text="复审通过后，申请会出现在这里。",
        columns=[
            Column("姓名或单位", about, "strong", href=claim_url),
            Column("补贴项目", lambda c: labels.get(c.scheme, c.scheme), note=lambda c: c.occupation_name),
            Column("申请单位", lambda c: c.organisation.name if c.organisation else "本人", width=32),
            Column("复审通过", lambda c: legal_day(c.state_since), "date", "state_since"),
            Column("金额（元）", lambda c: c.amount_fen, "money", "amount_fen", total=True),
        ],
    )

    def fetch(query: Query) -> Any:
        found = queue(actor, "second_passed")
        if scheme := query.get("scheme"):
            found = found.filter(scheme=scheme)
        return found.order_by(query.order_by or "id", "id")

    batch = Batch(reverse("bureau:notice_preview"), [("preview", "预览所选申请的公示")], lambda c: str(c.pk))
    context = {
        "crumbs": [Crumb("公示", reverse("bureau:notices")), Crumb("列入公示")],
        "waiting": queue(actor, "second_passed").count(),
    }
    return spec.respond(request, fetch, "bureau/notice_new.html", context, batch=batch, district=desk.name)


@require_POST
@for_roles(Role.REVIEWER)
def preview(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What the public will see, before it sees it; nothing is saved."""
    return _preview(request, Desk(actor), _ids(request, actor), TitleForm({"title": _title(Desk(actor))}))


@require_POST
@for_roles(Role.REVIEWER)
def publish(request: HttpRequest, actor: Actor) -> HttpResponse:
    """开始公示: all of them, or none."""
    desk, ids = Desk(actor), _ids(request, actor)
    form = TitleForm(request.POST)
    if form.is_valid():
        try:
            made = open_notice(
                district_id=desk.code,
                claim_ids=ids,
                title=form.cleaned_data["title"],
                actor=actor,
                at=desk.at,
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request,
                f"已开始公示{len(ids)}件，到{cn_date(made.closes_on)}为止受理异议。期满后没有异议的自动转待核定。",
            )
            return redirect("bureau:notice", made.pk)
    return _preview(request, desk, ids, form, status=422)


def _preview(
    request: HttpRequest, desk: Desk, ids: list[int], form: TitleForm, *, status: int = 200
) -> HttpResponse:
    lines = preview_lines(claim_ids=ids, actor=desk.actor)
    if not lines:
        messages.info(request, "没有选中等待公示的申请，请重新选择。")
        return redirect("bureau:notice_new")
    days = parameter(desk.code, "notice_working_days", desk.today)
    closes_on = deadline(desk.code, desk.today, int(days.value))
    context = {
        "title": "预览公示",
        "crumbs": [
            Crumb("公示", reverse("bureau:notices")),
            Crumb("列入公示", reverse("bureau:notice_new")),
            Crumb("预览"),
        ],
        "form": form,
        "lines": lines[:SHOWN],
        "more": max(len(lines) - SHOWN, 0),
        "count": len(lines),
        "total_fen": sum(line.amount_fen for line in lines),
        "ids": ",".join(str(line.claim_id) for line in lines),
        "today": desk.today,
        "days": days.value,
        "clause": days.clause,
        "closes_on": closes_on,
        "down_on": closes_on + timedelta(days=VISIBLE_DAYS),
    }
    return page(request, "bureau/notice_preview.html", context, status=status)


def _title(desk: Desk) -> str:
    count = visible_notices(desk.actor).filter(opened_on__year=desk.today.year).count()
    return f"{desk.name}{desk.today.year}年第{count + 1}期职业培训补贴公示"


def _ids(request: HttpRequest, actor: Actor) -> list[int]:
    """Ticked ones, the ones the preview carries, or everything that waits."""
    if request.POST.get("all"):
        return list(queue(actor, "second_passed").order_by("id").values_list("pk", flat=True))
    raw = [*request.POST.getlist("selected"), *request.POST.get("ids", "").split(",")]
    return list(dict.fromkeys(int(one) for one in raw if one.isascii() and one.isdigit() and len(one) < 19))


# --- one notice -------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER)
def notice(request: HttpRequest, actor: Actor, notice_id: int) -> HttpResponseBase:
    """Its lines as published, with what became of each claim; frozen ones and their objections first."""
    desk = Desk(actor)
    found = notice_summary(notice_id, actor)
    spec: ListPage[Any] = ListPage(
        title=found.notice.title,
        sort="position",
        unit="件",
        empty_title="没有符合条件的公示名单",
        filters=[Filter("state", "现在的状态", [(s, CLAIM.states[s]) for s in found.by_state])],
        columns=[
            Column("序号", lambda x: x.position, "number", "position", width=8),
            Column("姓名或单位", lambda x: x.name_masked, "strong", href=lambda x: reverse("bureau:claim", args=[x.claim_id])),
            Column("证件号码", lambda x: x.number_masked, width=22),
            Column("补贴标准", lambda x: x.standard, width=32),
            Column("现在的状态", lambda x: CLAIM.states[x.claim.state], "badge", tone=lambda x: TONES[x.claim.state]),
            Column("待核实异议", lambda x: x.open_objections or "", "text"),
            Column("金额（元）", lambda x: x.amount_fen, "money", "amount_fen", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        lines = notice_lines(notice_id, actor)
        if state := query.get("state"):
            lines = lines.filter(claim__state=state)
        return lines.order_by(query.order_by or "position", "position")

    objections = visible_objections(actor).filter(line__notice=notice_id)
    context = {
        "crumbs": [Crumb("公示", reverse("bureau:notices")), Crumb(found.notice.title)],
        "summary": found,
        "notice": found.notice,
        "state": STATES[found.notice.state],
        "left": _left(desk, found.notice),
        "frozen": found.by_state.get("frozen", 0),
        "cleared": found.by_state.get("cleared", 0),
        "may_approve": actor.role is Role.REVIEWER and found.by_state.get("cleared", 0) > 0,
        "objections": [{"objection": o, "left": desk.left(o.due_on) if o.state == "open" else None} for o in objections],
    }  # fmt: skip
    return spec.respond(request, fetch, "bureau/notice.html", context, district=desk.name)
