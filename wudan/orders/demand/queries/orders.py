"""Orders as each may see them, and demand added up (培训需求)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from wudan.kernel.actor import Actor
from wudan.kernel.changes import Change, changes_of
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.models import Occupation
from wudan.orders.demand import rules
from wudan.orders.demand.models import Order, YearPlan
from wudan.orders.demand.states import DEMAND, WAITING
from wudan.people.models import Division
from wudan.people.queries import search

READERS = (Role.INTAKE, Role.REVIEWER, Role.POLICY, Role.FINANCE, Role.SUPERVISOR, Role.TOWN)
UNMET = ("filed", "matched", "grouped")
"""Waiting for a class that nobody offers yet."""


def visible_orders(actor: Actor) -> QuerySet[Order]:
    """A worker's own, an enterprise's own, a district's for its officials; a town clerk sees the town's people and its classes."""
    orders = Order.objects.select_related("occupation", "town", "person", "organisation", "proposal")
    if actor.role is Role.WORKER:
        return orders.filter(person=actor.person_id) if actor.person_id else orders.none()
    if actor.role is Role.ENTERPRISE:
        return orders.filter(organisation=actor.organisation_id) if actor.organisation_id else orders.none()
    if actor.role not in READERS or actor.district_id is None:
        return orders.none()
    orders = orders.filter(district=actor.district_id)
    if actor.role is Role.TOWN and actor.town_code:
        home = Q(town=actor.town_code) | Q(person__town=actor.town_code)
        return orders.filter(home | Q(filed_by_user=actor.user_id)).filter(organisation=None)
    return orders


def order(actor: Actor, order_id: int) -> Order | None:
    """One the actor may see."""
    return visible_orders(actor).filter(pk=order_id).first()


def may(actor: Actor, one: Order) -> set[str]:
    """The verbs the actor's role has for it from here: the buttons to show."""
    return {move.verb for move in DEMAND.allowed(one.state, actor.role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; empty means everything. `text`: a number, an occupation, a wish, a name or its pinyin."""

    text: str = ""
    state: str = ""
    states: Sequence[str] = ()
    filed_by: str = ""
    town: str = ""
    occupation_id: int | None = None
    level: int | None = None
    line: str = ""
    proposal_id: int | None = None
    plan_id: int | None = None


def list_orders(actor: Actor, wanted: Wanted) -> QuerySet[Order]:
    """Newest first; the caller may order otherwise. `town` "-" is anywhere in the district."""
    orders = visible_orders(actor)
    same: dict[str, Any] = {
        "state": wanted.state,
        "filed_by": wanted.filed_by,
        "occupation": wanted.occupation_id,
        "line": wanted.line,
        "proposal": wanted.proposal_id,
        "plan": wanted.plan_id,
        "town": "" if wanted.town == "-" else wanted.town,
    }
    orders = orders.filter(**{name: value for name, value in same.items() if value})
    if wanted.states:
        orders = orders.filter(state__in=list(wanted.states))
    if wanted.town == "-":
        orders = orders.filter(town=None)
    if wanted.level is not None:
        orders = orders.filter(level=wanted.level)
    if text := wanted.text.strip():
        orders = orders.filter(_found_by(text))
    return orders.order_by("-id")


def _found_by(text: str) -> Q:
    bare = text.replace(" ", "").upper()
    if bare.startswith("T") and bare[1:].isdigit():
        return Q(number__startswith=bare)
    words = Q(wish__contains=text) | Q(occupation__name__contains=text) | Q(organisation__name__contains=text)
    return words | Q(person__in=list(search(text).order_by("pk").values_list("pk", flat=True)[:200]))


def plans_of(actor: Actor) -> QuerySet[YearPlan]:
    """The yearly plans the actor may see, the newest year first, each with its orders' heads."""
    plans = YearPlan.objects.select_related("organisation").annotate(
        heads=Coalesce(Sum("orders__heads", filter=~Q(orders__state__in=["withdrawn", "refused"])), 0),
        kinds=Count("orders", filter=~Q(orders__state__in=["withdrawn", "refused"])),
    )
    if actor.role is Role.ENTERPRISE:
        plans = plans.filter(organisation=actor.organisation_id or 0)
    else:
        plans = plans.filter(organisation__district=actor.district_id or "")
    return plans.order_by("-year", "organisation__pinyin", "-id")


# --- added up ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Demand:
    """Heads that wait for one occupation and level, in one town (None: anywhere in the district)."""

    occupation: Occupation
    level: int
    town: Division | None
    heads: int


def demand_by_occupation(
    district_id: str, on: date, states: Sequence[str] = ("matched", "grouped", "listed")
) -> list[Demand]:
    """劳动者培训需求: what waits on that day, the largest first, for the public catalogue; without closed rosters' orders."""
    closed = [one.code for one in rules.lines(district_id) if one.restricted]
    rows = list(
        Order.objects.filter(district=district_id, state__in=list(states), expires_on__gte=on)
        .exclude(occupation=None)
        .exclude(line__in=closed)
        .order_by()
        .values("occupation", "level", "town")
        .annotate(total=Sum("heads"))
    )
    occupations = Occupation.objects.in_bulk({row["occupation"] for row in rows})
    towns = Division.objects.in_bulk({row["town"] for row in rows if row["town"]})
    found = [
        Demand(occupations[row["occupation"]], row["level"], towns.get(row["town"]), row["total"])
        for row in rows
    ]
    return sorted(
        found,
        key=lambda d: (
            -d.heads,
            d.occupation.pinyin,
            d.occupation.pk,
            -d.level,
            d.town.code if d.town else "",
        ),
    )


@dataclass(frozen=True, slots=True)
class Unmet:
    """An occupation with heads waiting for a class nobody offers yet: in all, by town ("" anywhere), the longest wait."""

    occupation: Occupation | None
    heads: int
    by_town: dict[str, int]
    since: date


def unmet(actor: Actor, *, on: date) -> list[Unmet]:
    """未满足的需求, the largest first; wishes not matched to an occupation yet stand together as None."""
    rows = (
        visible_orders(actor)
        .filter(state__in=UNMET, expires_on__gte=on)
        .order_by("filed_at", "pk")
        .values_list("occupation", "town", "heads", "filed_at")
    )
    heads: dict[int | None, dict[str, int]] = {}
    first: dict[int | None, date] = {}
    for occupation_id, town, count, filed_at in rows:
        by_town = heads.setdefault(occupation_id, {})
        by_town[town or ""] = by_town.get(town or "", 0) + count
        first.setdefault(occupation_id, legal_day(filed_at))
    occupations = Occupation.objects.in_bulk([pk for pk in heads if pk])
    found = [
        Unmet(occupations.get(pk or 0), sum(by_town.values()), by_town, first[pk])
        for pk, by_town in heads.items()
    ]
    return sorted(found, key=lambda u: (-u.heads, u.occupation.pk if u.occupation else 0))


def heads_by_state(actor: Actor) -> dict[str, int]:
    """State → heads, of what the actor may see."""
    rows = visible_orders(actor).order_by().values("state").annotate(total=Sum("heads"))
    return {row["state"]: row["total"] for row in rows}


def expiring(actor: Actor, *, on: date, days: int = 30) -> int:
    """How many waiting orders run out within so many days."""
    soon = on + timedelta(days=days)
    return visible_orders(actor).filter(state__in=WAITING, expires_on__range=(on, soon)).count()


def changes(order_id: int) -> list[Change]:
    """What happened to an order, oldest first; the caller has found it in `visible_orders`."""
    return changes_of(Order, order_id, skip=("number", "state_since", "filed_by_user"))


def twins(one: Order) -> list[Order]:
    """Other waiting orders of the same person in the district, which might be the same wish in other words."""
    if one.person_id is None:
        return []
    found = Order.objects.filter(person=one.person_id, district=one.district_id, state__in=WAITING)
    return list(found.exclude(pk=one.pk).select_related("occupation").order_by("pk"))
