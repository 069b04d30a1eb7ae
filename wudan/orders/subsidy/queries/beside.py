"""The claims that stand beside a person's enrolments; what `orders.enrolment.ports` asks for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from wudan.orders.delivery.models import Member
from wudan.orders.enrolment.ports import ClaimBeside
from wudan.orders.subsidy.forms import facts_of_columns
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import DECIDED, PLACED


def claims_beside(district_id: str, person_ids: Collection[int]) -> Mapping[int, Sequence[ClaimBeside]]:
    """Person → the claims that count, oldest first. Those of a class of the chain name the enrolment they came out of."""
    claims = list(
        Claim.objects.filter(district_id=district_id, state__in=PLACED, person_id__in=person_ids).order_by(
            "pk"
        )
    )
    classes = {c.class_id for c in claims if c.class_id}
    came_from = (
        {
            (person_id, number): enrolment_id
            for person_id, number, enrolment_id in Member.objects.filter(
                person_id__in=person_ids, training_class__number__in=classes
            ).values_list("person_id", "training_class__number", "enrolment_id")
        }
        if classes
        else {}
    )
    found: dict[int, list[ClaimBeside]] = defaultdict(list)
    for claim in claims:
        if claim.person_id is None:
            continue
        facts = facts_of_columns(claim, claim.number, f"#{claim.person_id}", claim.applied_at)
        decided = claim.state in DECIDED
        if decided:
            facts["amount_fen"] = claim.amount_fen or 0
        found[claim.person_id].append(
            ClaimBeside(
                facts,
                decided,
                came_from.get((claim.person_id, claim.class_id)),
                had=claim.state in ("paid", "recovering"),
            )
        )
    return found
