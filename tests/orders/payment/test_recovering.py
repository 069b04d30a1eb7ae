"""Money wrongly paid comes back: whole, in part, in several receipts, never more than due."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.cast import AT, BASIS, Cast, cast, outsider
from tests.orders.payment.making import answer, approved_claims, lines_of, sent
from wudan.funds import queries as funds
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.orders.payment import queries
from wudan.orders.payment.actions.recovering import open_recovery, record_recovery
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.models import Recovery, RecoveryReceipt
from wudan.orders.subsidy.models import Claim, PaidKey

pytestmark = pytest.mark.django_db
DAY = date(2020, 11, 16)


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture
def claim(tez: Cast) -> Claim:
    [claim, _] = approved_claims(tez, [150_000, 1_000])
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        PaidKey.objects.create(
            district=tez.district, holder=f"person:{claim.person_id}", key="k", claim=claim
        )
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    claim.refresh_from_db()
    return claim


def opened(tez: Cast, claim: Claim, **more: Any) -> Recovery:
    given: dict[str, Any] = {
        "amount_fen": 150_000, "reason": "查实未参训", "basis": "台人社监〔2020〕1号", "actor": tez.reviewer, "at": AT,
    }  # fmt: skip
    return open_recovery(claim_id=claim.pk, **(given | more))


def receive(tez: Cast, found: Recovery, fen: int, voucher: str = "1", **more: Any) -> RecoveryReceipt:
    given: dict[str, Any] = {"received_on": DAY, "voucher": voucher, "actor": tez.finance, "at": AT}
    return record_recovery(recovery_id=found.pk, amount_fen=fen, **(given | more))


def code(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    return caught.value.refusal.code


def paid_recovered(claim: Claim) -> tuple[int, int]:
    [line] = queries.lines_of_claim(claim.pk)
    b = funds.balances_now([line.batch.pool_id])[line.batch.pool_id]
    return b.paid, b.recovered


def test_whole_in_two_receipts(tez: Cast, claim: Claim) -> None:
    found = opened(tez, claim)
    claim.refresh_from_db()
    assert claim.state == "recovering"
    receive(tez, found, 50_000)
    assert paid_recovered(claim) == (101_000, 50_000) and PaidKey.objects.exists()
    assert [vars(r)["received_fen"] for r in queries.visible_recoveries(tez.supervisor)] == [50_000]
    receive(tez, found, 100_000, "2")
    claim.refresh_from_db()
    found.refresh_from_db()
    assert (claim.state, found.state) == ("recovered", "received") and not PaidKey.objects.exists()
    assert paid_recovered(claim) == (1_000, 150_000)
    [line] = queries.lines_of_claim(claim.pk)
    assert queries.compare(line.batch_id) == []
    assert code(receive, tez, found, 1, "3") == "wrong-state"


def test_in_part_the_claim_stays_paid(tez: Cast, claim: Claim) -> None:
    receive(tez, opened(tez, claim, amount_fen=50_000), 50_000)
    claim.refresh_from_db()
    assert claim.state == "paid" and PaidKey.objects.exists()
    assert code(opened, tez, claim) == "already"


def test_opening_refused(tez: Cast, claim: Claim) -> None:
    for change, why in (
        ({"amount_fen": 0}, "too-much"),
        ({"amount_fen": 150_001}, "too-much"),
        ({"reason": " "}, "no-reason"),
        ({"basis": " "}, "no-basis"),
        ({"actor": tez.finance}, "forbidden"),
        ({"actor": outsider(tez, "reviewer")}, "forbidden"),
    ):
        assert code(opened, tez, claim, **change) == why
    assert code(opened, tez, Claim(pk=10**9)) == "not-found"
    [waiting] = approved_claims(tez, [100])
    assert code(opened, tez, waiting) == "wrong-state"


def test_receipts_refused(tez: Cast, claim: Claim) -> None:
    found = opened(tez, claim)
    receive(tez, found, 1, "A")
    for fen, change, why in (
        (150_000, {}, "too-much"),
        (0, {}, "too-much"),
        (1, {"voucher": " "}, "no-voucher"),
        (1, {"voucher": "A"}, "receipt_once"),
        (1, {"received_on": date(2020, 11, 17)}, "future-day"),
        (1, {"actor": tez.reviewer}, "forbidden"),
        (1, {"actor": outsider(tez, "finance")}, "forbidden"),
    ):
        assert code(receive, tez, found, fen, **({"voucher": "B"} | change)) == why
    assert code(receive, tez, Recovery(pk=10**9), 1) == "not-found"
    assert paid_recovered(claim) == (150_999, 1)


def test_walls(tez: Cast, claim: Claim) -> None:
    found = opened(tez, claim)
    with pytest.raises(DatabaseError, match="不能超过应追回金额"), transaction.atomic():
        RecoveryReceipt.objects.create(
            recovery=found, received_on=DAY, amount_fen=150_001, voucher="x", recorded_at=AT, recorded_by=1
        )
    with pytest.raises(DatabaseError, match="只能新增"), transaction.atomic():
        receive(tez, found, 1)
        RecoveryReceipt.objects.update(amount_fen=2)
