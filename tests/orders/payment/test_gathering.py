"""Gather, remove a line, cancel."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from tests.cast import AT, SHANGHAI, Cast, cast, make_pool, outsider
from tests.orders.payment.making import MONTH, approved_claims, forge, gathered, lines_of, sent
from wudan.funds import queries as funds
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.orders.payment import queries
from wudan.orders.payment.actions.gathering import cancel, remove_line
from wudan.orders.payment.actions.sending import sign
from wudan.orders.subsidy.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def refusal_of(call: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**given)
    assert caught.value.refusal.sentence.endswith("。")
    return caught.value.refusal.code


def test_a_months_batch(tez: Cast) -> None:
    claims = approved_claims(tez)
    [waiting] = queries.ready(tez.finance)
    assert (waiting.count, waiting.amount_fen) == (3, 450_000)
    batch = gathered(tez, month=date(2020, 11, 30))
    assert (batch.state, batch.month, batch.lines_count, batch.total_fen, batch.gaps) == (
        "drafted",
        MONTH,
        3,
        450_000,
        [],
    )
    assert [line.claim_id for line in lines_of(batch)] == [c.pk for c in claims]
    assert {c.state for c in Claim.objects.order_by("pk")} == {"batched"}
    assert [line.number()[-4:] for line in lines_of(batch)] == [
        line.number_masked[-4:] for line in lines_of(batch)
    ]
    assert queries.ready(tez.finance) == [] and queries.compare(batch.pk) == []
    assert list(queries.visible_batches(tez.supervisor)) == [batch]
    assert queries.line_counts([batch.pk]) == {batch.pk: {"pending": (3, 450_000)}}
    assert funds.balances_now([batch.pool_id])[batch.pool_id].earmarked == 450_000  # moves when it is sent


def test_left_out_with_reasons(tez: Cast) -> None:
    good, zero = approved_claims(tez, [100, 0])
    [poor] = approved_claims(tez, [300], account=False)
    [other] = approved_claims(tez, [400], fund="training_special")
    batch = gathered(tez, claim_ids=[good.pk, zero.pk, poor.pk, other.pk])
    assert batch.total_fen == 100
    assert {s["claim_id"]: s["code"] for s in batch.skipped} == {
        zero.pk: "zero",
        poor.pk: "no-account",
        other.pk: "not-ready",
    }
    assert all(s["sentence"] and s["remedy"] for s in batch.skipped)
    assert refusal_of(gathered, tez=tez) == "nothing-to-pay"


def test_organisations_are_paid_on_their_own_account(tez: Cast) -> None:
    approved_claims(tez, [100, 200], payee="provider")
    assert {line.holder for line in lines_of(gathered(tez))} == {tez.provider.name}


def test_refused(tez: Cast) -> None:
    approved_claims(tez)
    foreign = cast("370306")
    for change, why in (
        ({"actor": tez.reviewer}, "forbidden"),
        ({"actor": foreign.finance}, "forbidden"),
        ({"actor": outsider(tez, "finance")}, "forbidden"),
        ({"pool_id": foreign.pools["employment_subsidy"].pk}, "forbidden"),
        ({"pool_id": 10**9}, "no-pool"),
        ({"pool_id": tez.pools["staff_education"].pk}, "pool-not-payable"),
        ({"pool_id": tez.pools["training_special"].pk}, "nothing-to-pay"),
        ({"month": date(2020, 12, 1)}, "future-month"),
        ({"claim_ids": []}, "nothing-to-pay"),
    ):
        assert refusal_of(gathered, tez=tez, **change) == why
    assert not queries.visible_batches(tez.worker).exists()


def test_who_decided_a_claim_does_not_pay_it(tez: Cast) -> None:
    approved_claims(tez, [100])
    moonlighter = replace(tez.finance, user_id=tez.reviewer2.user_id)
    assert refusal_of(gathered, tez=tez, actor=moonlighter) == "nothing-to-pay"
    batch = gathered(tez)
    assert refusal_of(sign, batch_id=batch.pk, actor=moonlighter, at=AT) == "wudan-duty"


def test_claims_stay_with_the_pool_that_holds_their_money(tez: Cast) -> None:
    make_pool(tez.code, "employment_subsidy", year=2021)
    approved_claims(tez, [100])
    later = datetime(2021, 2, 1, 9, tzinfo=SHANGHAI)
    pools = {p.year: p.pk for p in funds.visible_pools(tez.finance).filter(source="employment_subsidy")}
    new_year: dict[str, Any] = {"month": date(2021, 2, 1), "at": later}
    assert refusal_of(gathered, tez=tez, pool_id=pools[2021], **new_year) == "nothing-to-pay"
    batch = gathered(tez, **new_year)
    cancel(batch_id=batch.pk, actor=tez.finance, at=later)  # approved anew in 2021, but the money is 2020's
    assert refusal_of(gathered, tez=tez, pool_id=pools[2021], **new_year) == "nothing-to-pay"
    assert gathered(tez, **new_year).pool_id == pools[2020]


def test_published_differs_from_payable(tez: Cast) -> None:
    _, second = approved_claims(tez, [100, 200], published=[100, 250])
    batch = gathered(tez)
    assert batch.state == "halted" and [g["code"] for g in batch.gaps] == ["published-payable"]
    assert batch.gaps[0]["claim"] == second.number
    assert OutboxEvent.objects.get(topic="batch:halted").payload == {"batch": batch.pk}
    line = lines_of(batch)[1]
    remove_line(line_id=line.pk, reason="公示金额有误", actor=tez.finance, at=AT)
    assert queries.compare(batch.pk) == []
    second.refresh_from_db()
    assert second.state == "approved"


def test_remove_and_cancel(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    first, *_ = lines_of(batch)
    given: dict[str, Any] = {"reason": "待核", "at": AT}
    for actor in (tez.reviewer, outsider(tez, "finance")):
        assert refusal_of(remove_line, line_id=first.pk, actor=actor, **given) == "forbidden"
        assert refusal_of(cancel, batch_id=batch.pk, actor=actor, at=AT) == "forbidden"
    remove_line(line_id=first.pk, actor=tez.finance2, **given)
    assert refusal_of(remove_line, line_id=first.pk, actor=tez.finance2, **given) == "wrong-state"
    assert refusal_of(remove_line, line_id=10**9, actor=tez.finance2, **given) == "not-found"
    batch.refresh_from_db()
    assert (batch.lines_count, batch.total_fen) == (2, 300_000) and queries.compare(batch.pk) == []
    cancel(batch_id=batch.pk, actor=tez.finance, at=AT)
    assert {c.state for c in Claim.objects.order_by("pk")} == {"approved"}
    assert refusal_of(cancel, batch_id=batch.pk, actor=tez.finance, at=AT) == "wrong-state"
    assert gathered(tez).lines_count == 3


def test_nothing_leaves_a_signed_or_sent_batch(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    line = lines_of(batch)[0]
    assert refusal_of(remove_line, line_id=line.pk, reason="x", actor=tez.finance, at=AT) == "signed"
    assert refusal_of(cancel, batch_id=batch.pk, actor=tez.finance, at=AT) == "wrong-state"


def test_queries_do_not_grow_with_the_claims(tez: Cast) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for n in (2, 9):
        approved_claims(tez, [100] * n)
        with CaptureQueriesContext(connection) as seen:
            gathered(tez)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_worker_sees_nothing_of_others(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    nobody = Actor(1, tez.worker.role, "无", None)
    assert not queries.bounced_lines(nobody).exists() and not queries.visible_recoveries(nobody).exists()
    assert queries.batch(outsider(tez, "finance"), batch.pk) is None
    forge("SELECT 1")
