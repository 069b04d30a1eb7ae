"""拟开班: what the orders would make, moved about by an official, then listed or given up."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.demand.actions.adjusting import (
    adjust_proposal,
    drop_proposal,
    merge_proposals,
    split_proposal,
)
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.demand.queries import proposals as queries
from wudan.orders.demand.states import PROPOSAL
from wudan.people.queries import towns
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.orders import who
from wudan.web.shared import demand
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact, Tone
from wudan.web.shared.render import page

LOOKERS = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR)
BUREAU = (Role.INTAKE, Role.REVIEWER)
TONES: dict[str, Tone] = {"drafted": "wait", "adopted": "done", "dropped": "off"}
MODES = [(code, label) for code, label in demand.MODES if code != "any"]


def what(one: Any) -> str:
    return f"{one.occupation.name}　{level_label(one.level)}" if one.level else str(one.occupation.name)


def area(one: Any) -> str:
    return one.town.name if one.town else "全区"


def offer_url(one: Any) -> str:
    """The catalogue's form for an offer drawn from this class; "" while that page does not exist."""
    try:
        return f"{reverse('bureau:offer_new')}?proposal={one.pk}"
    except NoReverseMatch:
        return ""


@require_GET
@for_roles(*LOOKERS)
def proposals(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Classes to be decided, the largest first."""
    desk = Desk(actor)
    limits = queries.limits(desk.code, desk.today)
    spec: ListPage[Any] = ListPage(
        title="拟开班",
        sort="-heads",
        unit="个",
        empty_title="没有拟开的班",
        empty_text=f"点“按提单编班”，同一职业、时间相近、凑够{limits.least}人的提单会编成班。",
        filters=[Filter("state", "状态", PROPOSAL.choices())],
        columns=[
            Column("职业和等级", what, "strong", "occupation__pinyin", href=lambda p: reverse("bureau:proposal", args=[p.pk]), width=26),
            Column("片区", area),
            Column("人数", lambda p: p.heads, "number", "heads", total=True, note=lambda p: _size_note(p, limits), width=10),
            Column("提单", lambda p: p.order_count, "number", width=8),
            Column("可开班时段", lambda p: demand.days(p.window), width=30),
            Column("方式", lambda p: p.get_mode_display()),
            Column("状态", lambda p: p.get_state_display(), "badge", tone=lambda p: TONES[p.state]),
            Column("说明", lambda p: p.reason or ("人工调整过" if p.adjusted_at else ""), width=24),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = queries.proposals(actor, query.get("state"))
        if not query.get("state"):  # what is to be decided first; what was given up only when asked for
            found = found.exclude(state="dropped")
        return found.order_by("-state", query.order_by or "-heads", "pk")

    context = {"may_group": actor.role in BUREAU, "limits": limits}
    return spec.respond(request, fetch, "bureau/proposals.html", context, district=desk.name)


def _size_note(one: Any, limits: Any) -> str:
    if one.heads > limits.most:
        return f"超过{limits.most}人，须分{-(-one.heads // limits.most)}个班"
    return f"不足{limits.least}人" if one.heads < limits.least and one.state == "drafted" else ""


@require_POST
@for_roles(*BUREAU)
def run(request: HttpRequest, actor: Actor) -> HttpResponse:
    """按提单编班."""
    desk = Desk(actor)
    found = propose(district_id=desk.code, actor=actor, at=desk.at)
    heads = sum(p.heads for p in found)
    messages.success(
        request,
        f"编班完成：现有{len(found)}个拟开班，共{heads}人。" if found else "编班完成：还没有凑够人数的班。",
    )
    return redirect("bureau:proposals")


# --- one class ----------------------------------------------------------------------------------------------------
class SettingForm(f.Form):
    since = f.DateField(label="最早开班日期")
    until = f.DateField(label="最晚结束日期")
    town_code = forms.ChoiceField(label="片区")
    mode = forms.ChoiceField(label="培训方式", choices=MODES)
    reason = forms.CharField(
        label="调整原因", min_length=4, max_length=200, error_messages={"min_length": "请至少写4个字。"}
    )

    def __init__(self, *args: Any, district_id: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["town_code"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("-", "全区"), *towns(district_id).values_list("code", "name")]


@require_GET
@for_roles(*LOOKERS)
def proposal(request: HttpRequest, actor: Actor, proposal_id: int) -> HttpResponse:
    """One class: who is in it, who might join, its time and place; then list it or give it up."""
    return _show(request, Desk(actor), proposal_id)


def _found(actor: Actor, proposal_id: int) -> Any:
    one = queries.proposal(actor, proposal_id)
    if one is None:
        raise Http404
    return one


def _show(
    request: HttpRequest,
    desk: Desk,
    proposal_id: int,
    *,
    refused: Refused | None = None,
    form: SettingForm | None = None,
) -> HttpResponse:
    one = _found(desk.actor, proposal_id)
    open_here = one.state == "drafted" and desk.actor.role in BUREAU
    initial = {
        "since": one.window.lower, "until": one.window.upper - timedelta(days=1), "town_code": one.town_id or "-",
        "mode": one.mode,
    }  # fmt: skip
    context = {
        "title": what(one), "subtitle": f"{area(one)}　{one.heads}人", "proposal": one, "tone": TONES[one.state],
        "crumbs": [Crumb("拟开班", reverse("bureau:proposals")), Crumb(what(one))], "facts": _facts(one, desk),
        "rows": [_row(o) for o in queries.orders_in(one.pk)], "open_here": open_here,
        "beside": _beside(one, desk) if open_here else [], "others": _others(one, desk) if open_here else [],
        "offer_url": offer_url(one) if open_here else "", "refused": refused,
        "form": form or SettingForm(initial=initial, district_id=desk.code),
    }  # fmt: skip
    status = refused.refusal.status if refused else (422 if form and form.errors else 200)
    return page(request, "bureau/proposal.html", context, status=status)


def _facts(one: Any, desk: Desk) -> list[Fact]:
    limits = queries.limits(desk.code, desk.today)
    note = _size_note(one, limits)
    rule = f"每班{limits.least}至{limits.most}人，同班提单至少共有{limits.days}天"
    return [
        Fact("需求人数", f"{one.heads}人", note, tone="wait" if note else "plain"),
        Fact("片区", area(one)),
        Fact("可开班时段", demand.days(one.window)),
        Fact("培训方式", one.get_mode_display()),
        Fact("编班规定", rule),
        *([Fact("说明", one.reason)] if one.reason else []),
    ]


def _beside(one: Any, desk: Desk) -> list[tuple[dict[str, Any], str, bool]]:
    found = queries.beside(one, on=desk.today)
    return [(_row(b.order), b.obstacle, b.order.state == "grouped") for b in found]


def _others(one: Any, desk: Desk) -> list[tuple[Any, str, str, str]]:
    """The other drafts of the same occupation and level."""
    same = (
        queries.proposals(desk.actor).filter(occupation=one.occupation_id, level=one.level).exclude(pk=one.pk)
    )
    return [(p, what(p), area(p), demand.days(p.window)) for p in same]


def _row(order: Any) -> dict[str, Any]:
    return {
        "order": order,
        "who": who(order),
        "where": demand.where(order),
        "days": demand.days(order.wanted),
        "mode": dict(demand.MODES)[order.mode],
    }


@require_POST
@for_roles(*BUREAU)
def proposal_do(request: HttpRequest, actor: Actor, proposal_id: int, verb: str) -> HttpResponse:
    """Move orders in and out, split, merge, set time and place, give up."""
    desk, one = Desk(actor), _found(actor, proposal_id)
    form = SettingForm(request.POST, district_id=desk.code) if verb == "set" else None
    if form is not None and not form.is_valid():
        return _show(request, desk, proposal_id, form=form)
    try:
        to, said = _done(request, desk, one, verb, form)
    except Refused as refused:
        return _show(request, desk, proposal_id, refused=refused, form=form)
    messages.success(request, said)
    return redirect("bureau:proposal", to) if to else redirect("bureau:proposals")


def _done(
    request: HttpRequest, desk: Desk, one: Any, verb: str, form: SettingForm | None
) -> tuple[int | None, str]:
    given: dict[str, Any] = {"reason": request.POST.get("reason", ""), "actor": desk.actor, "at": desk.at}
    chosen = [int(v) for v in request.POST.getlist("chosen") if v.isdecimal() and len(v) < 18]
    if verb in ("add", "remove", "split", "merge") and not chosen:
        raise Refused(Refusal("nothing-chosen", "还没有勾选。", remedy="请先勾选，再办理。", status=INVALID))
    if verb == "drop":
        drop_proposal(proposal_id=one.pk, **given)
        return None, "已放弃这个班，班里的提单继续等待编班。"
    if verb == "split":
        new = split_proposal(proposal_id=one.pk, order_ids=chosen, **given)
        return new.pk, "已拆成两个班，这是新的一个。"
    if verb == "merge":
        whole = merge_proposals(proposal_ids=[one.pk, *chosen], **given)
        return whole.pk, f"已并成一个班，共{whole.heads}人。"
    if verb == "add":
        return adjust_proposal(proposal_id=one.pk, add=chosen, **given).pk, f"已编入{len(chosen)}个提单。"
    if verb == "remove":
        return adjust_proposal(proposal_id=one.pk, remove=chosen, **given).pk, f"已移出{len(chosen)}个提单。"
    if verb == "set" and form is not None:
        said = form.cleaned_data
        window = (said["since"], said["until"] + timedelta(days=1))
        adjust_proposal(
            proposal_id=one.pk,
            window=window,
            town_code=said["town_code"].strip("-"),
            mode=said["mode"],
            **given,
        )
        return one.pk, "班次安排已调整。"
    raise Http404
