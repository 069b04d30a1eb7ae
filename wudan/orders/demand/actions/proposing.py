"""What every change to an order in a proposed class needs: locks in one order, and the class's heads counted again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Sum

from wudan.orders.demand.models import Order, Proposal
from wudan.orders.demand.states import DEMAND, PROPOSAL

MOVED = ("state", "state_since", "proposal", "reason")


def locked_order(order_id: int) -> Order:
    """The order and, first, the class it is in: everybody locks classes before orders, so nobody waits in a circle."""
    while True:
        seen = Order.objects.filter(pk=order_id).values_list("proposal", flat=True).get()
        if seen is not None:
            Proposal.objects.select_for_update().get(pk=seen)
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        if order.proposal_id == seen:
            return order


def move(
    order: Order, verb: str, at: datetime, *, proposal: Proposal | None = None, reason: str = ""
) -> None:
    """One move of one order, saved. Without a proposal it leaves the one it is in."""
    order.state, order.state_since = DEMAND.check(verb, order.state), at
    order.proposal, order.reason = proposal, reason
    order.save(update_fields=MOVED)


def recount(proposal_ids: Iterable[int | None]) -> None:
    """The heads of drafted classes, counted again; a class nobody is left in is given up (放弃)."""
    ids = sorted({pk for pk in proposal_ids if pk is not None})
    counted = dict(
        Order.objects.filter(proposal__in=ids, state="grouped")
        .order_by()
        .values_list("proposal")
        .annotate(heads=Sum("heads"))
    )
    for one in Proposal.objects.select_for_update().filter(pk__in=ids, state="drafted").order_by("pk"):
        heads = counted.get(one.pk, 0)
        if heads:
            if heads != one.heads:
                one.heads = heads
                one.save(update_fields=["heads"])
            continue
        one.state, one.reason = PROPOSAL.check("drop", one.state), "班内已没有提单"
        one.save(update_fields=["state", "reason"])
