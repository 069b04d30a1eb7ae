"""开班申请: the provider applies, the bureau answers by the clock; silence is consent where the district says so."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.expecting import expect
from wudan.orders.delivery.actions.guards import BASIS, locked_class, require_party, require_reason
from wudan.orders.delivery.models import Member, TrainingClass
from wudan.orders.delivery.queries.checks import checks_of, reply_due
from wudan.orders.delivery.queries.limits import clause, tacit
from wudan.orders.delivery.states import CLASS, MEMBER
from wudan.orders.enrolment.queries.places import seated
from wudan.organisations.models import District

ANSWER = ["state", "state_since", "due_on", "reason", "decided_by"]


def apply_opening(*, class_id: int, actor: Actor, at: datetime) -> TrainingClass:
    """申请开班: the roster is taken from the choices, every check must hold. The reply is due by the day before it begins.

    Refuses: forbidden, wrong-state, check:<code> for each that fails, member_once. Clause: `class_opening_report_working_days`.
    """
    today = legal_day(at)
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_party(actor, CLASS, "apply", held)
        state = CLASS.check("apply", held.state)
        heads = len(sync_members(held, at))
        _require_all(held, heads, at)
        held.state, held.state_since, held.applied_by = state, at, actor.user_id
        held.due_on, held.reason = reply_due(held, today), ""
        held.save(update_fields=["state", "state_since", "due_on", "reason", "applied_by"])
        tell("class:applied", at=at, **{"class": held.pk})
    return held


def _require_all(held: TrainingClass, heads: int, at: datetime, *, with_notice: bool = True) -> None:
    failing = [c for c in checks_of(held, heads, legal_day(at), with_notice=with_notice) if not c.ok]
    if failing:
        raise Refused(
            *(
                Refusal(f"check:{c.code}", f"{c.label}：{c.seen}。", c.clause, c.remedy, status=INVALID)
                for c in failing
            )
        )


def sync_members(held: TrainingClass, at: datetime) -> list[Member]:
    """The roster follows the choices until the class begins: who gave up the place leaves, who got one joins or comes back.

    Gives those in class now.
    """
    choices = {e.person_id: e for e in seated(held.offer_id)}
    members = {m.person_id: m for m in held.members.select_for_update().order_by("pk")}
    for person_id, member in members.items():
        choice = choices.get(person_id)
        if choice is None and member.state in ("in_class", "interrupted"):
            _turn(member, "leave", legal_day(at), "开班前退选")
        elif choice is not None and member.state == "left":
            member.enrolment, member.employer_id = choice, choice.employer_id
            _turn(member, "rejoin", None, "")
    new = [
        Member(
            training_class=held,
            enrolment=choice,
            person_id=person_id,
            employer_id=choice.employer_id,
            joined_on=held.started_on,
        )
        for person_id, choice in choices.items()
        if person_id not in members
    ]
    Member.objects.bulk_create(new)
    return [m for m in members.values() if m.state == "in_class"] + new


def _turn(member: Member, verb: str, left_on: date | None, reason: str) -> None:
    member.state, member.left_on, member.reason = MEMBER.check(verb, member.state), left_on, reason
    member.save(update_fields=["state", "left_on", "reason", "enrolment", "employer"])


def withdraw_opening(*, class_id: int, actor: Actor, at: datetime) -> TrainingClass:
    """撤回申请 by the provider, before the answer. Refuses: forbidden, wrong-state."""
    return _answer(class_id, "withdraw", "", actor, at)


def send_back_opening(*, class_id: int, reason: str, actor: Actor, at: datetime) -> TrainingClass:
    """退回补正, saying what is missing. Refuses: forbidden, wrong-state, needs-reason."""
    return _answer(class_id, "send_back", require_reason(reason, "退回补正"), actor, at)


def refuse_opening(*, class_id: int, reason: str, actor: Actor, at: datetime) -> TrainingClass:
    """不同意开班: teachers and rooms are free again; the provider may make another class of the offer.

    Refuses: forbidden, wrong-state, needs-reason.
    """
    return _answer(class_id, "refuse", require_reason(reason, "不同意开班"), actor, at)


def _answer(class_id: int, verb: str, reason: str, actor: Actor, at: datetime) -> TrainingClass:
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_party(actor, CLASS, verb, held)
        held.state, held.state_since = CLASS.check(verb, held.state), at
        held.due_on, held.reason = None, reason
        held.decided_by = actor.user_id if actor.is_official else held.decided_by
        held.save(update_fields=ANSWER)
        if verb == "refuse":
            held.sessions.filter(cancelled=False).update(cancelled=True)
        if verb != "withdraw":
            tell(f"class:{held.state}", at=at, **{"class": held.pk})
    return held


def approve_opening(*, class_id: int, comment: str = "", actor: Actor, at: datetime) -> TrainingClass:
    """同意开班: a record number, and one expected row of attendance per sitting and learner.

    Refuses: forbidden, wrong-state, begun-already, check:<code>, person_not_in_two_rooms.
    Clause: `class_opening_reply_working_days`.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_party(actor, CLASS, "approve", held)
        return _approve(held, "approve", comment.strip(), actor, at)


def _approve(held: TrainingClass, verb: str, comment: str, actor: Actor, at: datetime) -> TrainingClass:
    state = CLASS.check(verb, held.state)
    _require_ahead(held, at)
    members = sync_members(held, at)
    _require_all(held, len(members), at, with_notice=False)
    held.state, held.state_since, held.approved_at, held.due_on = state, at, at, None
    held.record_number, held.reason = _record_number(held, at), comment
    held.decided_by, held.tacit = actor.user_id, verb == "approve_tacitly"
    held.save(update_fields=[*ANSWER, "approved_at", "record_number", "tacit"])
    expect(list(held.sessions.filter(cancelled=False)), members)
    tell("class:approved", at=at, **{"class": held.pk})
    return held


def _require_ahead(held: TrainingClass, at: datetime) -> None:
    """Nobody is expected at a sitting that was over before the class was approved."""
    first = held.sessions.filter(cancelled=False).order_by("during").first()
    if first is not None and first.during.lower <= at:
        refuse(
            "begun-already",
            f"计划的第一次课（{in_words(first.day)}）已经过去，不能再同意开班。",
            remedy="请退回培训机构，改期后重新申请。",
        )


def _record_number(held: TrainingClass, at: datetime) -> str:
    """年度备案序号, one after another in the district's year; the district's row is the queue."""
    district = District.objects.select_for_update(no_key=True).get(pk=held.district_id)
    year = legal_day(at).year
    start = f"{district.name}培备〔{year}〕"
    known = TrainingClass.objects.filter(district=district, record_number__startswith=start).count()
    return f"{start}{known + 1}号"


def approve_tacitly(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """逾期未答复，视为同意: every application whose reply is overdue, in districts where silence is consent. Each in its own
    transaction; one that no longer holds goes back to the provider with the reason. Returns how many were approved."""
    actor.require(Role.SYSTEM)
    today = legal_day(at)
    late = TrainingClass.objects.filter(state="applied", due_on__lt=today).order_by("pk")
    rows = list(late.values_list("pk", "district_id"))
    return sum(_approve_late(pk, actor, at) for pk, district in rows if tacit(district, today))


def _approve_late(class_id: int, actor: Actor, at: datetime) -> bool:
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        if held.state != "applied" or held.due_on is None or held.due_on >= legal_day(at):
            return False
        basis = clause(held.district_id, "class_opening_tacit", legal_day(at))
        try:
            with acting(actor=actor, at=at, basis=basis):
                _approve(held, "approve_tacitly", f"逾期未答复，视为同意（{basis}）", actor, at)
        except Refused as no:
            _not_tacit(class_id, no)
            return False
    return True


def _not_tacit(class_id: int, no: Refused) -> None:
    """Silence cannot consent to what is no longer in order; the bureau is left to answer, and told why."""
    held = locked_class(class_id)
    held.reason = f"逾期未答复，但不能视为同意：{no.refusal.sentence}"
    held.save(update_fields=["reason"])
