"""开放选单 and what follows: closing, beginning, ending, cancelling an offer."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.actions.funding import CLAUSE, give_back
from wudan.orders.catalogue.actions.guards import INVALID, check_provider, locked_offer, move_offer
from wudan.orders.catalogue.models import Offer
from wudan.orders.demand.actions.adjusting import unlist


def open_offer(*, offer_id: int, actor: Actor, at: datetime) -> Offer:
    """开放选单, also once more after closing. Tells "offer:opened".

    Refuses: forbidden, not-found, wrong-state, choose-over, provider-not-fit; without money the database refuses too (offer_with_money).
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        state = move_offer(offer, "open", actor)
        on = legal_day(at)
        if offer.choose_until < on:
            refuse(
                "choose-over",
                f"选单截止日{offer.choose_until}已经过去。",
                remedy="请先延后选单截止日，或取消这个班次另行编制。",
            )
        check_provider(offer, on)
        _move(offer, state, at)
        tell("offer:opened", at=at, offer=offer.pk)
    return offer


def close_offer(*, offer_id: int, actor: Actor, at: datetime) -> Offer:
    """选单截止. Refuses: forbidden, not-found, wrong-state."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        _move(offer, move_offer(offer, "close", actor), at)
    return offer


def close_due_offers(at: datetime) -> int:
    """Close every offer whose last day of choosing has passed; done again it does nothing. Returns how many."""
    with acting(actor=SYSTEM, at=at, basis=CLAUSE):
        due = Offer.objects.select_for_update(skip_locked=True).filter(
            state="open", choose_until__lt=legal_day(at)
        )
        ids = list(due.order_by("pk").values_list("pk", flat=True))
        return Offer.objects.filter(pk__in=ids).update(state="closed", state_since=at)


def run_offer(*, offer_id: int, actor: Actor, at: datetime) -> Offer:
    """开班: called by delivery when the class begins; orders listed with it that nobody chose by wait for another class.

    Refuses: forbidden, not-found, wrong-state.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        _move(offer, move_offer(offer, "run", actor), at)
        if offer.proposal_id is not None:
            unlist(
                proposal_id=offer.proposal_id,
                reason="班次已开班，没有选上，继续等待编班",
                actor=SYSTEM,
                at=at,
            )
    return offer


def end_offer(*, offer_id: int, actor: Actor, at: datetime) -> Offer:
    """结束: called by delivery when the class has finished; its money waits for the claims until `settle_offer`.

    Refuses: forbidden, not-found, wrong-state.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        _move(offer, move_offer(offer, "end", actor), at)
    return offer


def cancel_offer(*, offer_id: int, reason: str, actor: Actor, at: datetime) -> Offer:
    """取消班次: the rest of the money is released, the orders behind it wait again, those who chose it are told.

    Tells "offer:cancelled". Refuses: forbidden, not-found, wrong-state, no-reason.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        offer = locked_offer(offer_id)
        state = move_offer(offer, "cancel", actor)
        reason = reason.strip()
        if not reason:
            refuse(
                "no-reason",
                "请写明取消的原因。",
                remedy="已选单的人会看到这个原因。",
                field="reason",
                status=INVALID,
            )
        give_back(offer, actor, at)
        offer.reason = reason
        _move(offer, state, at, "reason", "reserved_fen")
        if offer.proposal_id is not None:
            unlist(proposal_id=offer.proposal_id, reason=reason, actor=actor, at=at)
        tell("offer:cancelled", at=at, offer=offer.pk)
    return offer


def _move(offer: Offer, state: str, at: datetime, *also: str) -> None:
    offer.state, offer.state_since = state, at
    offer.save(update_fields=["state", "state_since", *also])
