"""What later orders report back: a person chose a class (已选单), left it again, finished it (已培训)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Q

from wudan.kernel.actor import Actor
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.occupations.queries import same_occupations
from wudan.orders.demand import rules
from wudan.orders.demand.actions.merging import twin_of
from wudan.orders.demand.actions.proposing import locked_order, move, recount
from wudan.orders.demand.models import Order, RollEntry
from wudan.orders.demand.states import DEMAND, ROLL
from wudan.people.models import Person

SERVABLE = ("matched", "grouped", "listed")


def serve_orders(
    *, person_id: int, occupation_id: int, level: int, actor: Actor, at: datetime, district_id: str = ""
) -> Order | None:
    """选单 serves the person's waiting order for this occupation (in any edition) and level, a listed one first; None where there
    is none. A class without levels (0) serves an order of any. With `district_id` only that district's. The room that calls has
    checked who may choose."""
    with acting(actor=actor, at=at, basis=rules.BASIS):
        Person.objects.select_for_update(no_key=True).get(pk=person_id)
        waiting = Order.objects.filter(
            person=person_id, state__in=SERVABLE, occupation__in=same_occupations(occupation_id)
        )
        if level:
            waiting = waiting.filter(level=level)
        if district_id:
            waiting = waiting.filter(district=district_id)
        ranked = sorted(waiting, key=lambda o: (o.level != level, -SERVABLE.index(o.state), o.pk))
        if not ranked:
            return None
        order = locked_order(ranked[0].pk)
        left = order.proposal_id
        kept = order.proposal if order.state == "listed" else None
        move(order, "serve", at, proposal=kept)
        recount([left])
    return order


def serve_staff_order(*, organisation_id: int, proposal_id: int, actor: Actor, at: datetime) -> Order | None:
    """选单 by an enterprise of an offer made from its own order: the order is served with the first of its staff, and answers for
    those who follow; None where the proposal holds none of its orders."""
    with acting(actor=actor, at=at, basis=rules.BASIS):
        found = Order.objects.select_for_update(of=("self",)).filter(
            organisation=organisation_id, proposal=proposal_id, state__in=("listed", "served", "trained")
        )
        order = found.order_by("pk").first()
        if order is not None and order.state == "listed":
            move(order, "serve", at, proposal=order.proposal)
    return order


def unserve(*, order_id: int, reason: str = "", actor: Actor, at: datetime) -> Order:
    """退选: the order waits again, with a full validity where its own has nearly run out. An order the person filed for the same
    thing in the meantime is merged into this one, which takes its place. Refuses: wrong-state."""
    with acting(actor=actor, at=at, basis=rules.BASIS):
        person_id = Order.objects.filter(pk=order_id).values_list("person", flat=True).get()
        if person_id is not None:
            Person.objects.select_for_update(no_key=True).get(pk=person_id)
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        DEMAND.check("unserve", order.state)
        twin = twin_of(order) if order.person_id else None
        place, where = ("matched", None) if twin is None else (twin.state, twin.proposal)
        if twin is not None:
            _absorb(twin, order, at)
        move(order, "unserve", at, reason=reason.strip())
        _renew(order, legal_day(at))
        if place in ("grouped", "listed"):
            move(order, "group", at, proposal=where)
        if place == "listed":
            move(order, "list", at, proposal=where)
    return order


def _absorb(twin: Order, order: Order, at: datetime) -> None:
    """The order filed in the meantime leaves its class and becomes part of the older one."""
    if twin.state in ("grouped", "listed"):
        move(twin, "ungroup" if twin.state == "grouped" else "unlist", at)
    twin.merged_into = order
    twin.save(update_fields=["merged_into"])
    move(twin, "merge", at, reason=f"与提单{order.number}相同，并为一单")


def _renew(order: Order, today: date) -> None:
    """Whoever lost their class through no fault of theirs is not told a day later that they waited too long."""
    full = rules.valid_days(order.district_id, today)
    fresh = min((order.wanted.upper - today).days - 1, full)
    if order.expires_on < today or fresh < rules.shared_days(order.district_id, today):
        span = order.wanted.upper - order.wanted.lower
        order.wanted = type(order.wanted)(today, max(today + span, _after(today, full)), "[)")
        order.expires_on = _after(today, full)
        order.save(update_fields=["wanted", "expires_on"])


def _after(today: date, days: int) -> date:
    return date.fromordinal(today.toordinal() + days)


def mark_trained(
    *, person_id: int, on: date, lines: Sequence[str], order_id: int | None = None, actor: Actor, at: datetime
) -> Order | None:
    """完成培训 on a day: the order that led there, and the person's entries of the roll in these training lines (应培类别)."""
    with acting(actor=actor, at=at, basis=rules.BASIS):
        for entry in _entries(person_id, lines, ("due", "enrolled")):
            entry.state, entry.trained_on = ROLL.check("train", entry.state), on
            entry.save(update_fields=["state", "trained_on"])
        if order_id is None:
            return None
        order = Order.objects.select_for_update(of=("self",)).get(pk=order_id)
        if order.state == "served":
            move(order, "train", at, proposal=order.proposal)
    return order


def enrol_roll(*, person_id: int, lines: Sequence[str], actor: Actor, at: datetime) -> int:
    """选单 of somebody who must be trained: the entries of these lines are under way; how many."""
    return _step(person_id, lines, "due", "enrol", actor, at)


def unenrol_roll(*, person_id: int, lines: Sequence[str], actor: Actor, at: datetime) -> int:
    """退选: the entries of these lines are due again; how many."""
    return _step(person_id, lines, "enrolled", "unenrol", actor, at)


def _step(person_id: int, lines: Sequence[str], state: str, verb: str, actor: Actor, at: datetime) -> int:
    with acting(actor=actor, at=at, basis=rules.BASIS):
        entries = _entries(person_id, lines, (state,))
        for entry in entries:
            entry.state = ROLL.check(verb, entry.state)
            entry.save(update_fields=["state"])
    return len(entries)


def _entries(person_id: int, lines: Sequence[str], states: Sequence[str]) -> list[RollEntry]:
    wanted = Q(person=person_id, category__in=list(lines), state__in=list(states))
    return list(RollEntry.objects.select_for_update().filter(wanted).order_by("pk"))
