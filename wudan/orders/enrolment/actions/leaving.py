"""退选 and 候补转正: who leaves gives back place, slot and order, and the next in line moves up."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import forbid
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions import behind, slots
from wudan.orders.enrolment.actions.holding import held_enrolment, hold_persons, hold_places, save_places
from wudan.orders.enrolment.actions.picking import BASIS, judge
from wudan.orders.enrolment.models import Enrolment, Places
from wudan.orders.enrolment.queries.circle import circles
from wudan.orders.enrolment.queries.foresight import NOTHING_TOLD, code_of, line_of
from wudan.orders.enrolment.queries.obstacles import overlapping
from wudan.orders.enrolment.states import ENROLMENT, SEATED

MOVING_UP = ("reserved", "open", "closed")
"""States of an offer in which somebody waiting may still move up: the class has not begun."""


def withdraw_enrolment(*, enrolment_id: int, reason: str = "", actor: Actor, at: datetime) -> Enrolment:
    """退选, before the class begins: place, yearly slot and order are free again, and the next waiting person moves up.

    Refuses: no-enrolment; forbidden to anybody but the person, the employer who enrolled them, or the town's clerk; wrong-state.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        one, places = held_enrolment(enrolment_id)
        _may_withdraw(one, actor)
        sat = one.state in SEATED
        leave(one, places, "withdraw", "withdrawn", reason.strip(), actor, at)
        if sat:
            _promote(one.offer, places, at)
        save_places(places)
    return one


def _may_withdraw(one: Enrolment, actor: Actor) -> None:
    actor.require(*ENROLMENT.move("withdraw").who, district_id=one.district_id)
    own = actor.role is Role.WORKER and actor.person_id == one.person_id
    staff = actor.role is Role.ENTERPRISE and one.employer_id == actor.organisation_id is not None
    if not (own or staff or (actor.role is Role.TOWN and one.chosen_by != "institution")):
        forbid(
            "只能退选本人的选单，或本单位为职工办理的选单。",
            remedy="请由本人登录退选，或到镇街便民服务窗口办理。",
        )


def leave(
    one: Enrolment, places: Places, verb: str, event: str, reason: str, actor: Actor, at: datetime
) -> None:
    """An enrolment ends by `verb` and gives back what it held. The places are held; the caller saves them."""
    if one.state in SEATED:
        places.taken -= 1
    one.state, one.state_since = ENROLMENT.check(verb, one.state), at
    one.reason = reason
    one.save(update_fields=["state", "state_since", "reason"])
    slots.release_slot(enrolment_id=one.pk, actor=actor, at=at)
    behind.unserve(one, verb, reason, actor, at)
    behind.remember([one], event, at, reason)
    tell(f"enrolment:{event}", at=at, enrolment=one.pk)


def promote_next(*, offer_id: int, actor: Actor = SYSTEM, at: datetime) -> list[Enrolment]:
    """候补转正: while there are places and people waiting, in their order. Also after an offer got more places."""
    with acting(actor=actor, at=at, basis=BASIS):
        offer = Offer.objects.select_related("entry__occupation", "project").get(pk=offer_id)
        places = hold_places(offer)
        moved = _promote(offer, places, at)
        save_places(places)
    return moved


def _promote(offer: Offer, places: Places, at: datetime) -> list[Enrolment]:
    """Who has chosen another class of the same time meanwhile gives way (候补未成) to the next."""
    moved: list[Enrolment] = []
    if offer.state not in MOVING_UP:
        return moved
    waiting = Enrolment.objects.select_for_update(of=("self",)).filter(offer=offer, state="waiting")
    for one in waiting.select_related("person").order_by("turn", "id"):
        if places.taken >= places.places:
            break
        one.offer = offer
        if _move_up(one, at):
            places.taken += 1
            moved.append(one)
    return moved


def _move_up(one: Enrolment, at: datetime) -> bool:
    offer = one.offer
    hold_persons([one.person_id])
    circle = circles(offer, [one.person_id])[one.person_id]
    if (other := overlapping(offer, circle.others)) is not None:
        one.state = ENROLMENT.check("lapse", one.state)
        one.state_since, one.reason = at, f"轮到时已选了时间重叠的“{other.offer.title}”"
        one.save(update_fields=["state", "state_since", "reason"])
        tell("enrolment:lapsed", at=at, enrolment=one.pk)
        return False
    rulebook, _ = line_of(offer)
    judge(one, circle, code_of(offer), NOTHING_TOLD, at)
    one.state, one.state_since = ENROLMENT.check("promote", one.state), at
    one.save(
        update_fields=["state", "state_since", "groups", "evaluation", "outcome", "expected_fen", "reasons"]
    )
    slots.reserve(one, rulebook, circle, at)
    behind.serve(one, SYSTEM, at)
    behind.remember([one], "promoted", at)
    tell("enrolment:promoted", at=at, enrolment=one.pk)
    return True
