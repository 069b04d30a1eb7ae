"""Everything of a person that bears on a choice: groups on the first day, other enrolments, claims. Many persons at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.models import Enrolment, YearSlot
from wudan.orders.enrolment.ports import ClaimBeside, claims_of
from wudan.orders.enrolment.states import LIVE, SEATED
from wudan.people.models import Person
from wudan.people.queries import groups_on

Row = dict[str, object]
COUNTED = (*SEATED, "completed")
"""Enrolments that stand for a claim to come."""


@dataclass(frozen=True, slots=True)
class Circle:
    """One person as this offer meets them. `pending` and `history` are claims as the engine reads them: those made, and those
    to come from other enrolments; `outside` are the made ones that came out of no enrolment of ours; `had` those already paid,
    `to_come` those of other enrolments. A choice of this very offer does not stand in its own way."""

    person: Person
    groups: frozenset[str]
    others: tuple[Enrolment, ...]
    pending: tuple[Row, ...]
    history: tuple[Row, ...]
    outside: tuple[Row, ...]
    had: tuple[Row, ...] = ()
    to_come: tuple[Row, ...] = ()


def circles(offer: Offer, person_ids: Collection[int]) -> dict[int, Circle]:
    """Person → circle, for those registered. Five queries, whatever their number."""
    persons = {p.pk: p for p in Person.objects.filter(pk__in=person_ids)}
    tags = groups_on(list(persons), first_day(offer))
    claims = claims_of(offer.district_id, list(persons))
    others: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in (
        Enrolment.objects.filter(person_id__in=persons, state__in=(*LIVE, "completed"))
        .select_related("offer__entry", "evaluation")
        .order_by("id")
    ):
        others[enrolment.person_id].append(enrolment)
    given_back = _given_back([e.pk for own in others.values() for e in own])
    return {
        pk: _circle(person, frozenset(tags[pk]), others[pk], claims.get(pk, ()), given_back, offer)
        for pk, person in persons.items()
    }


def first_day(offer: Offer) -> date:
    return offer.period.lower  # type: ignore[no-any-return]


def _given_back(enrolment_ids: Collection[int]) -> set[int]:
    """Enrolments all of whose slots were released: nothing will be claimed for them."""
    states: dict[int, set[str]] = defaultdict(set)
    for pk, state in YearSlot.objects.filter(enrolment_id__in=enrolment_ids).values_list(
        "enrolment_id", "state"
    ):
        states[pk].add(state)
    return {pk for pk, seen in states.items() if seen == {"released"}}


def _circle(
    person: Person,
    groups: frozenset[str],
    others: list[Enrolment],
    claims: Iterable[ClaimBeside],
    given_back: set[int],
    offer: Offer,
) -> Circle:
    claims = list(claims)
    claimed = {c.enrolment_id for c in claims}
    to_come: list[Row] = [
        {**e.evaluation.facts}
        for e in others
        if e.state in COUNTED
        and e.offer_id != offer.pk
        and e.district_id == offer.district_id
        and e.evaluation is not None
        and e.outcome != "rejected"
        and e.pk not in claimed
        and e.pk not in given_back
    ]
    return Circle(
        person=person,
        groups=groups,
        others=tuple(others),
        pending=(*to_come, *(dict(c.facts) for c in claims if not c.decided)),
        history=tuple(dict(c.facts) for c in claims if c.decided),
        outside=tuple(dict(c.facts) for c in claims if c.enrolment_id is None),
        had=tuple(dict(c.facts) for c in claims if c.had),
        to_come=tuple(to_come),
    )
