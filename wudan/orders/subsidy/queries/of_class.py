"""What became of a class's learners at the counter: of a class counts only, so every desk that sees it may read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

from wudan.orders.delivery.models import Member
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import FINAL


@dataclass(frozen=True, slots=True)
class Bought:
    """Claims of a class (申请): all that stand, those decided for good, those paid."""

    claims: int
    final: int
    paid: int


def bought(class_id: int, number: str) -> Bought:
    """Found by the learners, who have an index; the number alone has none."""
    learners = Member.objects.filter(training_class=class_id).values("enrolment__person")
    rows = Claim.objects.filter(person__in=learners, class_id=number).exclude(state="withdrawn")
    found = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return Bought(
        sum(found.values()), sum(n for state, n in found.items() if state in FINAL), found.get("paid", 0)
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """The claim that came out of an enrolment, as far as its owner's pages show it."""

    claim_id: int
    state: str


def claims_of_enrolments(enrolment_ids: Collection[int]) -> dict[int, Standing]:
    """Enrolment → its newest claim that stands, where there is one. Two queries, whatever their number."""
    members = Member.objects.filter(enrolment__in=list(enrolment_ids)).order_by("pk")
    seats = {
        (person, number): enrolment
        for enrolment, person, number in members.values_list(
            "enrolment_id", "person_id", "training_class__number"
        )
    }
    if not seats:
        return {}
    claims = Claim.objects.filter(
        person__in={person for person, _ in seats}, class_id__in={number for _, number in seats}
    ).exclude(state="withdrawn")
    rows = claims.order_by("pk").values_list("pk", "person_id", "class_id", "state")
    return {
        seats[person, number]: Standing(pk, state)
        for pk, person, number, state in rows
        if (person, number) in seats
    }


def order_settled(order_id: int) -> bool:
    """Whether all that an order (提单) led to is paid or decided for good, and something is paid."""
    enrolments = Enrolment.objects.filter(order=order_id).values_list("pk", flat=True)
    states = [one.state for one in claims_of_enrolments(list(enrolments)).values()]
    return "paid" in states and all(state in FINAL for state in states)
