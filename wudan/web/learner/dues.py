"""可享补贴 on the phone: what the house says is due to me, why, and the one tap that asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions import confirming
from wudan.orders.subsidy.queries.dues import due as find
from wudan.orders.subsidy.queries.dues import form_of, own_dues, reasons_in_words
from wudan.orders.subsidy.states import DUE
from wudan.people.queries import current_account
from wudan.policy.queries import rulebook_for
from wudan.web.learner.explaining import prepared
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared.acting import for_roles
from wudan.web.shared.own_fields import OwnForm, own_asked, own_facts
from wudan.web.shared.parts import Fact, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

TONES: dict[str, Tone] = {
    "ready": "wait", "not_due": "off", "declined": "off", "claimed": "now", "withdrawn": "off",
}  # fmt: skip
BY_OTHERS = {"enterprise": "由企业申请", "provider": "由培训机构代领"}


@dataclass(frozen=True, slots=True)
class DueCard:
    """One line as a card."""

    due: Any
    label: str
    detail: str
    head: str
    why: str
    tone: Tone
    mine: bool
    href: str


def due_cards(visit: Visit) -> list[DueCard]:
    """The worker's lines, those waiting for a yes first. A fixed number of queries."""
    return [card(one) for one in own_dues(visit.actor)]


def card(one: Any) -> DueCard:
    """`mine` where the worker's own yes is what it waits for."""
    mine = one.state == "ready" and one.applied_by == "person"
    why = reasons_in_words(one)
    if mine:
        head = (
            f"{in_sentence(one.amount_fen)}待您确认"
            if one.amount_fen is not None
            else "待您确认，金额由工作人员核定"
        )
    elif one.state == "ready":
        head = BY_OTHERS[one.applied_by]
    else:
        head = DUE.states[one.state]
    return DueCard(
        due=one,
        label=_label(one),
        detail=_about(one),
        head=head,
        why=why[0].sentence if why and one.state == "not_due" else "",
        tone=TONES[one.state] if mine or one.state != "ready" else "now",
        mine=mine,
        href=reverse("learner:due", args=[one.pk]),
    )


def _label(one: Any) -> str:
    rulebook = rulebook_for(one.district_id)
    return rulebook.schemes[one.scheme].label if one.scheme in rulebook.schemes else "没有对应的补贴"


def _about(one: Any) -> str:
    form = form_of(one)
    level = rulebook_for(one.district_id).levels.get(str(form.level))
    return "　".join(
        t for t in (form.occupation_name, level.label if level and form.level else "", form.class_name) if t
    )


@require_GET
@for_roles(Role.WORKER)
def dues(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Everything that is due to me, or is not, and why."""
    visit = Visit(actor)
    cards = due_cards(visit)
    context = frame(
        visit,
        title="可享补贴",
        back_url=reverse("learner:home"),
        mine=[c for c in cards if c.mine],
        others=[c for c in cards if not c.mine],
    )
    return page(request, "learner/dues.html", context)


@require_GET
@for_roles(Role.WORKER)
def due(request: HttpRequest, actor: Actor, due_id: int) -> HttpResponse:
    """One line: how much, into which account, why; and the button."""
    return _show(request, Visit(actor), due_id, None)


def _find(visit: Visit, due_id: int) -> Any:
    one = find(visit.actor, due_id)
    if one is None:
        raise Http404
    return one


def _own_form(one: Any, data: Any = None) -> OwnForm | None:
    """What the rulebook asks besides, where it is mine to answer."""
    rulebook = rulebook_for(one.district_id)
    scheme = rulebook.schemes.get(one.scheme)
    names = own_asked(rulebook, scheme.columns) if scheme else []
    if not names or one.applied_by != "person" or one.state not in ("ready", "not_due"):
        return None
    return OwnForm(data, rulebook=rulebook, names=names, initial=form_of(one).own)


@require_POST
@for_roles(Role.WORKER)
def answer(request: HttpRequest, actor: Actor, due_id: int) -> HttpResponse:
    """填写 what the rulebook asks besides; then the line is asked again."""
    visit = Visit(actor)
    form = _own_form(_find(visit, due_id), request.POST)
    if form is None:
        raise Http404
    if form.is_valid():
        try:
            confirming.state_own(due_ids=[due_id], own=form.answers(), actor=actor, at=visit.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "已填写，下面是重新核算的结果。")
            return redirect("learner:due", due_id)
    return _show(request, visit, due_id, None, form)


def _show(
    request: HttpRequest, visit: Visit, due_id: int, refused: Refused | None, own_form: OwnForm | None = None
) -> HttpResponse:
    one = _find(visit, due_id)
    if one.claim_id is not None:
        return redirect("learner:claim", one.claim_id)
    shown = card(one)
    context = frame(
        visit,
        title=shown.label,
        place=visit.place(one.district_id),
        back_url=reverse("learner:home"),
        due=one,
        card=shown,
        answer=prepared(one),
        facts=_facts(one),
        account=current_account(visit.me.pk),
        by_whom=one.organisation.name if one.organisation else "",
        refusals=refused.refusals if refused else (),
        own_form=own_form or _own_form(one),
        own_given=bool(form_of(one).own) and own_form is None,
        account_url=f"{reverse('learner:account')}?next={reverse('learner:due', args=[one.pk])}",
    )
    status = refused.refusal.status if refused else 422 if own_form is not None else 200
    return page(request, "learner/due.html", context, status=status)


@require_POST
@for_roles(Role.WORKER)
def confirm(request: HttpRequest, actor: Actor, due_id: int) -> HttpResponse:
    """确认申请."""
    try:
        claim = confirming.confirm_due(due_id=due_id, actor=actor, at=now())
    except Refused as refused:
        if refused.refusal.code in ("not-found", "forbidden"):
            raise
        return _show(request, Visit(actor), due_id, refused)
    by = f"{cn_date(claim.due_on)}前受理，" if claim.due_on else ""
    messages.success(request, f"申请已提交，{by}办到哪一步在这里看。")
    return redirect("learner:claim", claim.pk)


@require_POST
@for_roles(Role.WORKER)
def decline(request: HttpRequest, actor: Actor, due_id: int) -> HttpResponse:
    """放弃."""
    confirming.decline_due(due_id=due_id, actor=actor, at=now(), reason="本人放弃")
    messages.success(request, "已记下您这次不申请，也不占用您的享受次数。改变主意可以在这里重新申请。")
    return redirect("learner:due", due_id)


@require_POST
@for_roles(Role.WORKER)
def reopen(request: HttpRequest, actor: Actor, due_id: int) -> HttpResponse:
    """重新申请."""
    confirming.reopen_due(due_id=due_id, actor=actor, at=now())
    messages.success(request, "已重新核算，结果如下。")
    return redirect("learner:due", due_id)


def _facts(one: Any) -> list[Fact]:
    """What the house filled in, and from where."""
    form, rulebook = form_of(one), rulebook_for(one.district_id)
    found: list[Fact] = []
    if form.certificate_type:
        found.append(
            Fact("证书", rulebook.word(form.certificate_type), proof=f"编号{form.certificate_number}", proved_on=form.certificate_issued_on)
        )  # fmt: skip
    if form.class_name:
        found.append(Fact("班级", form.class_name))
    if form.started_on and form.ended_on:
        found.append(Fact("培训日期", f"{cn_date(form.started_on)}至{cn_date(form.ended_on)}"))
    if form.class_id:
        found.append(Fact("出勤", f"{form.attended_days}天", proof="签到记录"))
    if form.groups:
        found.append(Fact("人员类别", "、".join(rulebook.word(g) for g in form.groups), proof="有关部门认定"))
    if one.scheme == "skill_upgrade":
        found.append(Fact("失业保险", f"累计缴费{form.insured_months}个月"))
    return found + own_facts(rulebook, form.own)
