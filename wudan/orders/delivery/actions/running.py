"""开班、教学结束、取消、作废: what happens to learners, offer and money with the class."""

from __future__ import annotations

from datetime import datetime, timedelta

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.actions import neighbours
from wudan.orders.delivery.actions.expecting import excuse_class, excuse_member, expect, recall_member
from wudan.orders.delivery.actions.guards import (
    BASIS,
    locked_class,
    locked_offer,
    require_party,
    require_reason,
)
from wudan.orders.delivery.actions.opening import sync_members
from wudan.orders.delivery.models import Attendance, Member, Session, TrainingClass
from wudan.orders.delivery.states import CLASS, MEMBER
from wudan.orders.enrolment.actions.holding import hold_places

MOVED = ["state", "state_since", "due_on", "reason"]
STANDING = ("approved", "running", "taught", "assessed", "closed")


def start_class(*, class_id: int, actor: Actor, at: datetime) -> TrainingClass:
    """开班, on its first day: the offer runs, choices become learners; who gave up meanwhile has left, who moved up has joined.

    Refuses: forbidden, wrong-state, too-early, nobody.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_party(actor, CLASS, "start", held)
        state = CLASS.check("start", held.state)
        if legal_day(at) < held.started_on:
            refuse(
                "too-early",
                f"班级{in_words(held.started_on)}开班，现在还不能开始。",
                remedy="请在开班当天办理；要提前的，请先提出开班变更。",
            )
        hold_places(
            locked_offer(held.offer_id)
        )  # whoever gives up a place now waits, and is then told that it has begun
        _settle_roster(held, at)
        _set(held, state, "", at)
        neighbours.offer_runs(held.offer_id, actor=actor, at=at)
        tell("class:started", at=at, **{"class": held.pk})
    return held


def _settle_roster(held: TrainingClass, at: datetime) -> None:
    """The last look at the choices: who has left counts for nothing, who came back or moved up is expected."""
    before = set(held.members.filter(state="in_class").values_list("pk", flat=True))
    now_in = {m.pk: m for m in sync_members(held, at)}
    if not now_in:
        refuse("nobody", "班级已经没有学员，不能开班。", remedy="请取消这个班级。")
    first = Session.objects.filter(training_class=held, cancelled=False).order_by("during").first()
    since = first.during.lower if first else at
    for gone in held.members.filter(pk__in=before - set(now_in)):
        excuse_member(gone, since, "开班前退选")
    known = set(Attendance.objects.filter(member__in=now_in).values_list("member_id", flat=True))
    for back in (set(now_in) - before) & known:
        recall_member(now_in[back], since)
    expect(list(held.sessions.filter(cancelled=False)), [m for pk, m in now_in.items() if pk not in known])


def finish_class(*, class_id: int, actor: Actor, at: datetime) -> TrainingClass:
    """教学结束, on or after its last day. Refuses: forbidden, wrong-state, too-early."""
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_party(actor, CLASS, "finish", held)
        state = CLASS.check("finish", held.state)
        last = held.sessions.filter(cancelled=False).order_by("-during").first()
        if last is not None and last.during.upper > at:
            refuse(
                "too-early",
                f"最后一次课{in_words(last.day)}才结束，现在还不能办理教学结束。",
                remedy="请在最后一次课结束后办理；课次有变化的，请先提出开班变更。",
            )
        _set(held, state, "", at)
        neighbours.offer_ends(held.offer_id, actor=actor, at=at)
        tell("class:taught", at=at, **{"class": held.pk})
    return held


def cancel_class(*, class_id: int, reason: str, actor: Actor, at: datetime) -> TrainingClass:
    """取消 with a reason. Before approval only the plan goes; afterwards the sittings to come are called off and count for nobody,
    choices are cancelled (slots free, orders wait again), and the offer with its money.

    Refuses: forbidden, wrong-state, needs-reason.
    """
    return _stop(class_id, "cancel", require_reason(reason, "取消班级"), actor, at)


def void_class(*, class_id: int, reason: str, actor: Actor, at: datetime) -> TrainingClass:
    """作废, e.g. after a red card (红牌): nothing of it counts; its learners may choose again.

    Refuses: forbidden, wrong-state, needs-reason.
    """
    return _stop(class_id, "void", require_reason(reason, "作废班级"), actor, at)


def cancel_class_of_offer(*, offer_id: int, actor: Actor = SYSTEM, at: datetime) -> bool:
    """The bureau cancelled the offer itself: its class goes with it. Done again it does nothing."""
    actor.require(Role.SYSTEM)
    offer = Offer.objects.filter(pk=offer_id, state="cancelled").first()
    live = TrainingClass.objects.filter(offer=offer_id, state__in=CLASS.move("cancel").sources)
    held = live.values_list("pk", flat=True).first()
    if offer is None or held is None:
        return False
    _stop(held, "cancel", f"班次已取消：{offer.reason or '未写原因'}", actor, at)
    return True


def _stop(class_id: int, verb: str, reason: str, actor: Actor, at: datetime) -> TrainingClass:
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_party(actor, CLASS, verb, held)
        was, state = held.state, CLASS.check(verb, held.state)
        words = f"班级{'取消' if verb == 'cancel' else '作废'}：{reason}"
        _call_off(held, words, at)
        _set(held, state, reason, at)
        if was in STANDING:
            neighbours.offer_cancelled(held.offer_id, words, actor=actor, at=at)
        tell(f"class:{state}", at=at, **{"class": held.pk})
    return held


def _call_off(held: TrainingClass, reason: str, at: datetime) -> None:
    """Rooms and teachers of the sittings to come are free, learners are out."""
    excuse_class(held.pk, at, reason)
    Session.objects.filter(training_class=held, cancelled=False, during__startswith__gte=at).update(
        cancelled=True
    )
    for verb, state in (("leave", "in_class"), ("leave", "interrupted")):
        Member.objects.filter(training_class=held, state=state).update(
            state=MEMBER.check(verb, state), left_on=legal_day(at), reason=reason
        )


def _set(held: TrainingClass, state: str, reason: str, at: datetime) -> None:
    held.state, held.state_since, held.due_on = state, at, None
    held.reason = reason or held.reason
    held.save(update_fields=MOVED)


def start_due_classes(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """Classes whose first day has come, and that nobody started. Returns how many."""
    due = TrainingClass.objects.filter(state="approved", started_on__lte=legal_day(at))
    return sum(_try(start_class, pk, actor, at) for pk in due.order_by("pk").values_list("pk", flat=True))


def finish_due_classes(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """Classes whose last day is over, and that nobody finished. Returns how many."""
    due = TrainingClass.objects.filter(state="running", ended_on__lte=legal_day(at) - timedelta(days=1))
    return sum(_try(finish_class, pk, actor, at) for pk in due.order_by("pk").values_list("pk", flat=True))


def _try(verb: object, class_id: int, actor: Actor, at: datetime) -> bool:
    actor.require(Role.SYSTEM)
    try:
        verb(class_id=class_id, actor=actor, at=at)  # type: ignore[operator]
    except Refused:  # somebody was there first, or nobody is left in it: it stays on the desk
        return False
    return True
