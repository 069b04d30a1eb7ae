"""What a class does to its enrolments; called by delivery, and when an offer is cancelled."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions import behind, slots
from wudan.orders.enrolment.actions.holding import (
    held_enrolment,
    hold_offer,
    hold_persons,
    hold_places,
    save_places,
)
from wudan.orders.enrolment.actions.leaving import leave
from wudan.orders.enrolment.actions.picking import BASIS, judge
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.enrolment.queries.circle import circles
from wudan.orders.enrolment.queries.foresight import NOTHING_TOLD, code_of, line_of
from wudan.orders.enrolment.queries.obstacles import overlapping
from wudan.orders.enrolment.states import ENROLMENT, LIVE

JOINABLE = ("reserved", "open", "closed", "running")


def start_enrolments(*, offer_id: int, actor: Actor, at: datetime) -> int:
    """开班: who has a place is in class, who still waits has waited in vain (候补未成). Returns how many are in class."""
    actor.require(*ENROLMENT.move("start").who)
    with acting(actor=actor, at=at, basis=BASIS):
        _, found = _all(offer_id, ("enrolled", "waiting"))
        for one in found:
            verb = "start" if one.state == "enrolled" else "lapse"
            one.reason = "" if verb == "start" else "开班时没有空出名额"
            one.state, one.state_since = ENROLMENT.check(verb, one.state), at
            if verb == "lapse":
                tell("enrolment:lapsed", at=at, enrolment=one.pk)
        bulk.update(Enrolment, found, ["state", "state_since", "reason"])
    return sum(one.state == "in_class" for one in found)


def cancel_enrolments(*, offer_id: int, reason: str = "", actor: Actor, at: datetime) -> int:
    """班次取消: everybody living on it is told, slots and orders are free again; without a `reason` the offer's own is given.
    Who has completed a class made void (作废) keeps the record, and gets back the slot nothing was paid from.

    Done again it does nothing; returns how many.
    """
    actor.require(*ENROLMENT.move("cancel").who)
    with acting(actor=actor, at=at, basis=BASIS):
        offer, found = _all(offer_id, LIVE)
        places = hold_places(offer)
        for one in found:
            leave(one, places, "cancel", "cancelled", reason or offer.reason, actor, at)
        save_places(places)
        for pk in Enrolment.objects.filter(offer=offer, state="completed").values_list("pk", flat=True):
            slots.give_up(enrolment_id=pk, actor=actor, at=at)
    return len(found)


def finish_enrolment(*, enrolment_id: int, completed: bool, actor: Actor, at: datetime) -> Enrolment:
    """结业 or 未结业; who fails gets the yearly slot back. Refuses: no-enrolment, wrong-state, forbidden."""
    verb = "complete" if completed else "fail"
    actor.require(*ENROLMENT.move(verb).who)
    with acting(actor=actor, at=at, basis=BASIS):
        one, _ = held_enrolment(enrolment_id)
        one.state, one.state_since = ENROLMENT.check(verb, one.state), at
        one.save(update_fields=["state", "state_since"])
        if not completed:
            slots.release_slot(enrolment_id=one.pk, actor=actor, at=at)
    return one


def drop_enrolment(*, enrolment_id: int, reason: str, actor: Actor, at: datetime) -> Enrolment:
    """中途退出: place and slot are free again. Refuses: no-enrolment, wrong-state, forbidden."""
    actor.require(*ENROLMENT.move("drop").who)
    with acting(actor=actor, at=at, basis=BASIS):
        one, places = held_enrolment(enrolment_id)
        leave(one, places, "drop", "dropped", reason, actor, at)
        save_places(places)
    return one


def transfer_enrolment(
    *, enrolment_id: int, to_offer_id: int, reason: str, actor: Actor, at: datetime
) -> Enrolment:
    """转班: the new enrolment, which remembers nothing of the old but is remembered by it; place and slot move along.

    Refuses: no-enrolment, forbidden, wrong-state, no-offer, not-joinable, places_not_oversold, enrolment_once,
    enrolment_not_double_booked.
    """
    actor.require(*ENROLMENT.move("transfer").who)
    with acting(actor=actor, at=at, basis=BASIS):
        old = Enrolment.objects.filter(pk=enrolment_id).first()
        if old is None:
            refuse("no-enrolment", "没有找到这份选单。", remedy="请从列表中重新打开。", status=404)
        hold_persons([old.person_id])
        target = hold_offer(to_offer_id)
        if target.state not in JOINABLE or target.district_id != old.district_id:
            refuse("not-joinable", "要转入的班次已经结束或取消。", remedy="请另选一个班次。")
        for offer_id in sorted(
            {old.offer_id, target.pk}
        ):  # two transfers crossing do not wait for each other
            hold_places(hold_offer(offer_id))
        old, left = held_enrolment(enrolment_id)
        was = old.state
        leave(old, left, "transfer", "transferred", reason, actor, at)
        save_places(left)
        new = _joined(old, target, actor, at)
        if was == "in_class" and target.state == "running":
            new.state = ENROLMENT.check("start", new.state)
            new.save(update_fields=["state"])
        old.transferred_to = new
        old.save(update_fields=["transferred_to"])
    return new


def _joined(old: Enrolment, target: Offer, actor: Actor, at: datetime) -> Enrolment:
    """A seat in the other class, on the same terms."""
    places = hold_places(target)
    circle = circles(target, [old.person_id])[old.person_id]
    if (other := overlapping(target, circle.others)) is not None:
        refuse(
            "enrolment_not_double_booked",
            f"这段时间已选了“{other.offer.title}”，时间有重叠。",
            remedy="请另选一个班次。",
        )
    if places.taken >= places.places:
        refuse("places_not_oversold", "要转入的班次名额已满。", remedy="请另选一个班次。")
    places.turns += 1
    places.taken += 1
    save_places(places)
    (key,) = bulk.take_keys(Enrolment, 1)
    new = Enrolment(
        pk=key,
        number=f"X{target.district_id}{legal_day(at).year}{key:07d}",
        district_id=target.district_id,
        offer=target,
        person=circle.person,
        chosen_by=old.chosen_by,
        employer_id=old.employer_id,
        consent=old.consent,
        period=target.period,
        turn=places.turns,
        state_since=at,
        chosen_at=at,
        chosen_by_user=actor.user_id,
    )
    rulebook, _ = line_of(target)
    judge(new, circle, code_of(target), NOTHING_TOLD, at)
    new.save(force_insert=True)
    slots.reserve(new, rulebook, circle, at)
    behind.serve(new, actor, at)
    return new


def _all(offer_id: int, states: tuple[str, ...]) -> tuple[Offer, list[Enrolment]]:
    """The offer with its places held, and its enrolments in these states, in their order."""
    offer = hold_offer(offer_id)
    hold_places(offer)
    found = list(
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("person")
        .filter(offer=offer, state__in=states)
        .order_by("turn", "id")
    )
    for one in found:
        one.offer = offer
    return offer, found
