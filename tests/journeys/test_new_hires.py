"""An enterprise's 30 new hires: its order, its roster, its class, one act to claim for all who were certified, paid to it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast, valid_identity
from tests.journeys.walking import Walk
from wudan.funds.queries import ledger_check
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.actions.rosters import check_roster, enrol_roster
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.subsidy.actions.confirming import confirm_dues
from wudan.orders.subsidy.models import Claim
from wudan.organisations.queries import current_account

pytestmark = pytest.mark.django_db
HEADS = 30


def test_thirty_new_hires() -> None:
    walk = Walk(cast())
    tez = walk.tez
    walk.publish(level="五级")
    file_order(
        district_id=tez.code, filed_by="enterprise", organisation_id=tez.enterprise.pk, heads=HEADS, wish="新录用电工岗前培训",
        occupation_id=walk.occupation.pk, level=5, line="pre_job", town_code=next(iter(tez.towns)),
        wanted=(walk.day + timedelta(days=20), walk.day + timedelta(days=60)), actor=tez.enterprise_clerk, at=walk.at,
    )  # fmt: skip
    proposal = walk.proposal()
    assert proposal.heads == HEADS
    offer = walk.offer(
        "pre_job",
        first=walk.day + timedelta(days=30),
        places=HEADS,
        employer_id=tez.enterprise.pk,
        proposal_id=proposal.pk,
    )
    header = "姓名,身份证号码,手机号码\n"
    rows = "".join(f"钱一二,{valid_identity(7000 + n)},139{n:08d}\n" for n in range(HEADS))
    clerk = tez.enterprise_clerk
    seen = check_roster(
        offer_id=offer.pk,
        content=(header + rows).encode(),
        employer_id=tez.enterprise.pk,
        actor=clerk,
        at=walk.at,
    )
    made = enrol_roster(
        offer_id=offer.pk,
        rows=[a.row for a in seen.rows],
        employer_id=tez.enterprise.pk,
        actor=clerk,
        at=walk.at,
    )
    assert len(made) == HEADS and {e.state for e in Enrolment.objects.all()} == {"enrolled"}

    order = Order.objects.get()
    assert order.state == "served" and {e.order_id for e in Enrolment.objects.all()} == {order.pk}
    held = walk.opened(offer)
    walk.taught(held, until=1)  # everybody's card once; the other days are put right by an official below
    for day in sorted(set(held.sessions.values_list("day", flat=True)))[1:]:
        walk.day = day
        walk.corrected(held, day)
    walk.finished(held, marks={0: 40})

    order.refresh_from_db()
    assert order.state == "trained"
    dues = walk.dues(organisation=tez.enterprise)
    assert {(d.state, d.amount_fen, d.applied_by) for d in dues if d.state == "ready"} == {
        ("ready", 100_000, "enterprise")
    }
    ready = [d.pk for d in dues if d.state == "ready"]
    assert len(ready) == HEADS - 1  # who failed has nothing due
    confirm_dues(due_ids=ready, actor=tez.enterprise_clerk, at=walk.at)
    ids = list(Claim.objects.values_list("pk", flat=True))
    walk.reviewed(ids)
    walk.paid(ids)
    assert {c.payee for c in Claim.objects.all()} == {"enterprise"}
    assert current_account(tez.enterprise.pk) is not None and ledger_check(tez.code) == []
