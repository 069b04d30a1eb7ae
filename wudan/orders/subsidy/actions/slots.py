"""The yearly slot a learner reserved at choosing (每人每年次数): used up at approval, given back where the claim comes to nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from wudan.kernel.actor import SYSTEM
from wudan.orders.delivery.models import Member
from wudan.orders.enrolment.actions.slots import consume_slot, release_slot
from wudan.orders.subsidy.models import Claim


def use_slots(claims: Sequence[Claim], at: datetime) -> None:
    """At approval. Claims that came out of no enrolment have none."""
    _each(consume_slot, claims, at)


def free_slots(claims: Sequence[Claim], at: datetime) -> None:
    """Where a claim is rejected, withdrawn or recovered."""
    _each(release_slot, claims, at)


def _each(verb: Callable[..., int], claims: Sequence[Claim], at: datetime) -> None:
    for enrolment_id in _enrolments(claims):
        verb(enrolment_id=enrolment_id, actor=SYSTEM, at=at)


def _enrolments(claims: Sequence[Claim]) -> list[int]:
    """Of the learners of these claims' classes, where the claim is for what the slot was reserved for. One query at most."""
    wanted = {(c.person_id, c.class_id): c.scheme for c in claims if c.person_id is not None and c.class_id}
    if not wanted:
        return []
    members = Member.objects.filter(
        person__in={person for person, _ in wanted},
        training_class__number__in={number for _, number in wanted},
    ).order_by("pk")
    rows = members.values_list(
        "person_id", "training_class__number", "enrolment_id", "enrolment__evaluation__facts"
    )
    return [
        enrolment_id
        for person_id, number, enrolment_id, facts in rows
        if facts and wanted.get((person_id, number)) == facts.get("scheme")
    ]
