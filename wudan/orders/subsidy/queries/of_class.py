"""What became of a class's learners at the counter: counts only, so every desk that sees the class may read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from wudan.orders.delivery.models import Member
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
