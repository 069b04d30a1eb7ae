"""Proposed classes (拟开班) and the orders in and beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.occupations.queries import same_occupations
from wudan.orders.demand import rules
from wudan.orders.demand.grouping import Limits
from wudan.orders.demand.models import Order, Proposal

LOOKERS = (Role.INTAKE, Role.REVIEWER, Role.POLICY, Role.SUPERVISOR)


def proposals(actor: Actor, state: str = "drafted") -> QuerySet[Proposal]:
    """The district's classes in one state ("" all), the largest first, each with how many orders it has."""
    if actor.role not in LOOKERS or not actor.district_id:
        return Proposal.objects.none()
    found = Proposal.objects.filter(district=actor.district_id).select_related("occupation", "town")
    found = found.filter(state=state) if state else found
    return found.annotate(order_count=Count("orders")).order_by("-heads", "pk")


def proposal(actor: Actor, proposal_id: int) -> Proposal | None:
    """One of the actor's district."""
    return proposals(actor, "").filter(pk=proposal_id).first()


def orders_in(proposal_id: int) -> QuerySet[Order]:
    """Who is in the class, first come first."""
    return (
        Order.objects.filter(proposal=proposal_id)
        .exclude(state__in=["withdrawn", "expired", "refused", "merged"])
        .select_related("occupation", "town", "person", "organisation")
        .order_by("pk")
    )


@dataclass(frozen=True, slots=True)
class Beside:
    """A waiting order that might join a class, and why it cannot as the class stands ("" when it can)."""

    order: Order
    obstacle: str


def beside(one: Proposal, *, on: date, count: int = 100) -> list[Beside]:
    """Orders of the same occupation and level that wait outside any class, or in another draft; those that fit come first."""
    waiting = (
        Order.objects.filter(district=one.district_id, level=one.level, expires_on__gte=on)
        .filter(occupation__in=same_occupations(one.occupation_id))
        .filter(Q(state="matched") | Q(state="grouped"))
        .exclude(proposal=one)
        .select_related("town", "person", "organisation", "proposal")
        .order_by("pk")[: count * 2]
    )
    days = rules.shared_days(one.district_id, on)
    found = [Beside(order, _obstacle(order, one, days)) for order in waiting]
    return sorted(found, key=lambda b: (bool(b.obstacle), b.order.state != "matched", b.order.pk))[:count]


def _obstacle(order: Order, one: Proposal, days: int) -> str:
    shared = (min(order.wanted.upper, one.window.upper) - max(order.wanted.lower, one.window.lower)).days
    if "any" not in (order.mode, one.mode) and order.mode != one.mode:
        return "培训方式不同"
    return f"时段重合不足{days}天" if shared < days else ""


def limits(district_id: str, on: date) -> Limits:
    """How large a class is in this district, and how many days its orders share."""
    return rules.limits(district_id, on)


def last_made(actor: Actor) -> object:
    """When classes were last proposed; None before."""
    return proposals(actor, "").order_by().aggregate(last=Max("made_at"))["last"]
