"""What a class does to the orders before it: its offer (列单) and its learners' choices (选单).

The offer is locked before its places, so that a choice made at the same moment waits and is then told.
"""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.opening import cancel_offer, end_offer, run_offer
from wudan.orders.delivery.actions.guards import locked_offer
from wudan.orders.enrolment.actions.teaching import cancel_enrolments, start_enrolments


def offer_runs(offer_id: int, *, actor: Actor, at: datetime) -> None:
    """Who has a place is in class, who still waited has waited in vain."""
    run_offer(offer_id=offer_id, actor=actor, at=at)
    start_enrolments(offer_id=offer_id, actor=actor, at=at)


def offer_ends(offer_id: int, *, actor: Actor, at: datetime) -> None:
    """Taught to the end; the money set aside waits for the claims."""
    end_offer(offer_id=offer_id, actor=actor, at=at)


def offer_cancelled(offer_id: int, reason: str, *, actor: Actor, at: datetime) -> None:
    """Choices first (slots free, orders wait again), then the offer with its money. A provider may not cancel an offer itself:
    it goes with the class, by the house. One that has ended stays ended: only its choices still alive are cancelled."""
    offer = locked_offer(offer_id)
    cancel_enrolments(offer_id=offer_id, reason=reason, actor=actor, at=at)
    if offer.state not in ("ended", "cancelled"):
        by = SYSTEM if actor.role is Role.PROVIDER else actor
        cancel_offer(offer_id=offer_id, reason=reason, actor=by, at=at)
