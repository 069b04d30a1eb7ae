"""Money set aside at listing is given back at approval, in the same breath in which the claim's own is set aside."""

from __future__ import annotations

import pytest
from django.db.models import Sum

from tests.cast import AT, Cast, cast
from tests.orders.subsidy.certified import chain, project
from tests.orders.subsidy.chain import LATER, PROOFS, publish
from wudan.funds.models import Leg, Pool
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.enrolment.models import YearSlot
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.orders.subsidy.actions.correcting import withdraw
from wudan.orders.subsidy.actions.entitling import prepare_due, prepare_project_dues
from wudan.orders.subsidy.actions.noticing import close_due_notices
from wudan.orders.subsidy.actions.reviewing import accept, pass_first, pass_second, reject
from wudan.orders.subsidy.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def sums(pool: Pool) -> dict[str, int]:
    rows = Leg.objects.filter(account__pool=pool).values_list("account__kind").annotate(fen=Sum("amount_fen"))
    return {kind: int(fen) for kind, fen in rows if fen}


def to_approval(tez: Cast, claim: Claim) -> None:
    accept(claim_id=claim.pk, actor=tez.intake, at=AT)
    pass_first(claim_id=claim.pk, actor=tez.intake, at=AT, verified_groups=PROOFS)
    pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT)
    publish(tez, claim)
    close_due_notices(at=LATER)
    (answer,) = approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    assert answer.refusal is None, answer.refusal


def test_approval_draws_on_what_was_listed(tez: Cast) -> None:
    made = chain(tez)
    pool = made.offer.pool
    assert pool is not None
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    claim.refresh_from_db()
    to_approval(tez, claim)
    claim.refresh_from_db()
    made.offer.refresh_from_db()
    assert made.offer.drawn_fen == 150_000
    assert sums(pool)["reserved"] == 7_500_000 - 150_000
    assert sums(tez.pools[claim.fund])["earmarked"] == 150_000


def with_slot(tez: Cast) -> tuple[Claim, YearSlot]:
    """A claim out of an enrolment that holds the first slot of the year."""
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    enrolment = made.members[0].enrolment
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        enrolment.evaluation = due.evaluation
        enrolment.save(update_fields=["evaluation"])
        slot = YearSlot.objects.create(
            person=tez.person, district=tez.district, counter="yearly-limit", period="2020", ordinal=1,
            enrolment=enrolment, state_since=AT,
        )  # fmt: skip
    return confirm_due(due_id=due.pk, actor=tez.worker, at=AT), slot


def test_approval_uses_up_the_yearly_slot(tez: Cast) -> None:
    claim, slot = with_slot(tez)
    to_approval(tez, claim)
    slot.refresh_from_db()
    assert slot.state == "consumed"


@pytest.mark.parametrize("way", ["reject", "withdraw"])
def test_what_comes_to_nothing_gives_the_slot_back(tez: Cast, way: str) -> None:
    claim, slot = with_slot(tez)
    if way == "reject":
        reject(claim_id=claim.pk, comment="冒名", actor=tez.intake, at=AT)
    else:
        withdraw(claim_id=claim.pk, actor=tez.worker, at=AT)
    slot.refresh_from_db()
    assert slot.state == "released"


def test_a_project_draws_on_its_offers_and_no_further(tez: Cast) -> None:
    ours = project(tez)
    made = chain(
        tez, line="project", of_project=ours, state="running", issued=False, member_state="in_class", reserved_fen=500_000
    )  # fmt: skip
    pool = made.offer.pool
    assert pool is not None
    (advance,) = prepare_project_dues(project_id=ours.pk, at=AT)
    claim = confirm_due(due_id=advance.pk, actor=tez.provider_clerk, at=AT)
    to_approval(tez, claim)
    made.offer.refresh_from_db()
    assert made.offer.drawn_fen == 500_000  # the contract's advance is 600,000; more is not there to draw
    assert sums(pool).get("reserved", 0) == 0
