"""Two clerks at the same moment: one of them hears the sentence, the money moves once."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AT, BASIS, Cast, cast, make_pool
from tests.harness.races import both
from tests.orders.payment.making import FUND, answer, approved_claims, gathered, lines_of, sent
from wudan.funds import queries as funds
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.payment import queries
from wudan.orders.payment.actions.gathering import cancel, remove_line
from wudan.orders.payment.actions.inquiring import answer_inquiry, say_received
from wudan.orders.payment.actions.recovering import open_recovery, record_recovery
from wudan.orders.payment.actions.repaying import repay
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import BankReturn, Batch, Inquiry, PaymentLine, RecoveryReceipt
from wudan.orders.subsidy.models import Claim

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def balances(tez: Cast) -> tuple[int, int, int, int]:
    b = funds.balances_now([tez.pools[FUND].pk])[tez.pools[FUND].pk]
    return b.earmarked, b.in_transit, b.paid, b.recovered


def test_two_gather(tez: Cast) -> None:
    approved_claims(tez)
    assert both(*[lambda w=w: gathered(tez, actor=w) for w in (tez.finance, tez.finance2)]) == [
        "done",
        "nothing-to-pay",
    ]
    assert Batch.objects.count() == 1 and PaymentLine.objects.count() == 3


def test_two_gather_overlapping_choices(tez: Cast) -> None:
    a, b, c = approved_claims(tez)
    outcome = both(
        lambda: gathered(tez, claim_ids=[a.pk, b.pk]),
        lambda: gathered(tez, claim_ids=[b.pk, c.pk], actor=tez.finance2),
    )
    assert outcome == ["done", "done"]
    assert sorted(PaymentLine.objects.order_by("pk").values_list("claim_id", flat=True)) == [a.pk, b.pk, c.pk]


def test_gathering_from_two_years_pools(tez: Cast) -> None:
    other = make_pool(tez.code, FUND, year=2021)
    approved_claims(tez)
    assert both(lambda: gathered(tez), lambda: gathered(tez, pool_id=other.pk)) == ["done", "nothing-to-pay"]


def test_sign_and_cancel(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    outcome = both(
        lambda: sign(batch_id=batch.pk, actor=tez.finance2, at=AT),
        lambda: cancel(batch_id=batch.pk, actor=tez.finance, at=AT),
    )
    assert outcome == ["done", "wrong-state"]
    batch.refresh_from_db()
    states = set(Claim.objects.order_by("pk").values_list("state", flat=True))
    assert (batch.state, states) in (("signed", {"batched"}), ("cancelled", {"approved"}))


def test_sign_and_remove_a_line(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    line = lines_of(batch)[0]
    both(
        lambda: sign(batch_id=batch.pk, actor=tez.finance2, at=AT),
        lambda: remove_line(line_id=line.pk, reason="x", actor=tez.finance, at=AT),
    )
    assert queries.compare(batch.pk) == []


def test_two_send(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    outcome = both(
        *[lambda w=w: send(batch_id=batch.pk, actor=w, at=AT) for w in (tez.finance, tez.finance2)]
    )
    assert outcome == ["done", "wrong-state"] and balances(tez) == (0, 450_000, 0, 0)


def test_two_record_the_same_return(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    content = answer(lines_of(batch), bounced=[0])
    given: dict[str, Any] = {"batch_id": batch.pk, "file_name": "a", "content": content, "at": AT}
    assert both(*[lambda w=w: record_return(**given, actor=w) for w in (tez.finance, tez.finance2)]) == [
        "done",
        "done",
    ]
    assert BankReturn.objects.count() == 1 and balances(tez) == (150_000, 0, 300_000, 0)


def test_two_repay(tez: Cast) -> None:
    [claim] = approved_claims(tez, [100])
    batch = sent(tez)
    content = answer(lines_of(batch), bounced=[0])
    record_return(batch_id=batch.pk, file_name="a", content=content, actor=tez.finance, at=AT)
    given: dict[str, Any] = {"claim_id": claim.pk, "comment": "银行故障", "at": AT}
    assert both(*[lambda w=w: repay(**given, actor=w) for w in (tez.finance, tez.finance2)]) == [
        "done",
        "wrong-state",
    ]


def test_two_open_and_two_receive(tez: Cast) -> None:
    [claim, _] = approved_claims(tez, [100, 500])
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    given: dict[str, Any] = {
        "claim_id": claim.pk,
        "amount_fen": 100,
        "reason": "查实",
        "basis": "文号",
        "at": AT,
    }
    outcome = both(*[lambda w=w: open_recovery(**given, actor=w) for w in (tez.reviewer, tez.reviewer2)])
    assert outcome == ["done", "wrong-state"]
    found = queries.visible_recoveries(tez.finance).get()
    receipt: dict[str, Any] = {"recovery_id": found.pk, "received_on": AT.date(), "amount_fen": 60, "at": AT}
    outcome = both(
        *[
            lambda n=n, w=w: record_recovery(**receipt, voucher=n, actor=w)
            for n, w in (("1", tez.finance), ("2", tez.finance2))
        ]
    )
    assert outcome == ["done", "too-much"]
    assert RecoveryReceipt.objects.count() == 1 and balances(tez) == (0, 0, 540, 60)


def test_a_claim_is_never_on_two_live_lines(tez: Cast) -> None:
    """By raw insertion past the actions: the constraint answers with its sentence."""
    from wudan.kernel.errors import Refused

    approved_claims(tez, [100])
    line = lines_of(gathered(tez))[0]
    copy = {
        f.attname: getattr(line, f.attname) for f in PaymentLine._meta.concrete_fields if f.attname != "id"
    }
    with pytest.raises(Refused) as caught, acting(actor=SYSTEM, at=AT, basis=BASIS):
        PaymentLine.objects.create(**(copy | {"reference": "P0"}))
    assert caught.value.refusal.code == "claim_paid_once"


def test_no_receipt_said_twice_and_answered_twice(tez: Cast) -> None:
    [claim] = approved_claims(tez, [150_000])
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    worker = Actor(999, Role.WORKER, "本人", person_id=claim.person_id)
    ask = lambda: say_received(claim_id=claim.pk, received=False, actor=worker, at=AT)  # noqa: E731
    assert both(ask, ask) == ["done", "done"]
    found = Inquiry.objects.get()
    reply = [
        lambda w=w, yes=yes: answer_inquiry(
            inquiry_id=found.pk, arrived=yes, voucher="LS1", finding="银行查实", actor=w, at=AT
        )
        for w, yes in ((tez.finance, False), (tez.finance2, False))
    ]
    assert both(*reply) == ["done", "wrong-state"]
    assert balances(tez) == (150_000, 0, 0, 0)
