"""Balances at a date, statement, closing, and the reserve."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, BASIS, Cast, cast, outsider
from wudan.funds import actions, queries
from wudan.funds.models import Pool
from wudan.kernel.errors import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def budget(tez: Cast, pool: Pool, fen: int, on: date) -> None:
    actions.appropriate(
        pool_id=pool.pk, amount_fen=fen, memo="追加", basis=BASIS, actor=tez.finance, at=AT, on=on
    )


def test_balances_at_a_day(tez: Cast) -> None:
    pool = tez.pools["employment_subsidy"]
    budget(tez, pool, 100, date(2020, 3, 1))
    at = {
        day: queries.balances(pool.pk, day).available
        for day in (date(2020, 1, 1), date(2020, 2, 29), date(2020, 3, 1))
    }
    assert list(at.values()) == [0, 100_000_000, 100_000_100]


def test_statement_runs(tez: Cast, django_assert_num_queries: Any) -> None:
    pool = tez.pools["employment_subsidy"]
    budget(tez, pool, 100, date(2020, 3, 1))
    actions.earmark(
        pool_id=pool.pk,
        amount_fen=40,
        subject="notice:1",
        memo="核定",
        basis=BASIS,
        actor=tez.reviewer,
        at=AT,
    )
    with django_assert_num_queries(5):
        made = queries.statement(pool.pk, date(2020, 2, 1), date(2020, 12, 1))
    assert made.opening.available == 100_000_000
    assert [(r.source, r.target, r.amount_fen, r.after.available) for r in made.rows] == [
        ("granted", "available", 100, 100_000_100),
        ("available", "earmarked", 40, 100_000_060),
    ]
    assert made.closing == queries.balances(pool.pk, date(2020, 11, 30))
    assert queries.statement(pool.pk, date(2021, 1, 1), date(2021, 1, 1)).rows == ()


def test_the_ledger_page_does_not_ask_more_for_more_rows(tez: Cast, django_assert_num_queries: Any) -> None:
    from django.db import connection

    pool = tez.pools["employment_subsidy"]
    counts = []
    for _ in range(2):
        for n in range(3):
            budget(tez, pool, n + 1, date(2020, 3, 1))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            rows = list(
                queries.entries(tez.finance, pool_id=pool.pk, since=date(2020, 1, 1), until=date(2021, 1, 1))
            )
        assert rows[-1].subject == "budget" and all(len(r.legs.all()) == 2 for r in rows)
        counts.append(len(seen))
    assert counts[0] == counts[1]
    assert queries.entries(tez.supervisor, word="追加", subject="budget").count() == 6


def test_year_closing_keeps_earlier_years_open(tez: Cast) -> None:
    pool = tez.pools["training_special"]
    for verb, fen, who in (("reserve", 900, tez.reviewer), ("unreserve", 200, tez.reviewer),
                           ("earmark", 500, tez.reviewer), ("release_earmark", 100, tez.reviewer),
                           ("send_to_bank", 400, tez.finance), ("settle_paid", 300, tez.finance)):  # fmt: skip
        getattr(actions, verb)(
            pool_id=pool.pk, amount_fen=fen, subject="batch:1", memo="办理", basis=BASIS, actor=who, at=AT
        )
    row = next(r for r in queries.year_closing(tez.code, 2020) if r.pool == pool)
    assert (row.granted, row.approved, row.paid, row.recovered) == (100_000_000, 400, 300, 0)
    assert row.opening == queries.Balances() and row.closing.in_transit == 100
    assert row.closing.reserved == 700  # set aside by a listing, and not yet approved
    later = next(r for r in queries.year_closing(tez.code, 2021) if r.pool == pool)
    assert (
        later.opening == later.closing == row.closing and later.paid == later.approved == later.granted == 0
    )
    assert queries.year_closing(tez.code, 2019) == []


@pytest.mark.parametrize(
    ("opening", "drawn", "benefits", "months", "enough"),
    [
        (2_500_000_00, 500_000_00, 1_000_000_00, "24.00", True),
        (2_500_000_00, 500_000_01, 1_000_000_00, "23.99", False),
        (1_00, 2_00, 12_00, "-1.00", False),
        (10**15, 0, 1, "12000000000000000.00", True),
    ],
)
def test_reserve_exactly(
    tez: Cast, opening: int, drawn: int, benefits: int, months: str, enough: bool
) -> None:
    actions.record_fund_year(
        district_id=tez.code, year=2019, opening_fen=opening, drawn_fen=drawn, benefits_fen=benefits,
        source="2019年决算", actor=tez.finance, at=AT,
    )  # fmt: skip
    found = queries.reserve(tez.code, 2019, needed=24, clause="七（二）")
    assert found is not None
    assert (found.months, found.enough) == (Decimal(months), enough)
    assert ("低于24个月，应向市级争取调剂金" in found.sentence) is not enough
    assert "÷ 12" in found.working and months in found.working
    assert queries.reserve(tez.code, 2018, needed=24, clause="") is None


def test_fund_year_refusals_and_correction(tez: Cast) -> None:
    good: dict[str, Any] = {
        "district_id": tez.code, "year": 2019, "opening_fen": 5, "drawn_fen": 1, "benefits_fen": 2,
        "source": "2019年决算", "actor": tez.finance, "at": AT,
    }  # fmt: skip
    for change, why in (
        ({"benefits_fen": 0}, "fund_year_figures"),
        ({"opening_fen": -1}, "fund_year_figures"),
        ({"source": " "}, "no-source"),
        ({"actor": tez.reviewer}, "forbidden"),
        ({"actor": outsider(tez, "finance")}, "forbidden"),
    ):
        with pytest.raises(Refused) as caught:
            actions.record_fund_year(**(good | change))
        assert caught.value.refusal.code == why
    actions.record_fund_year(**good)
    again = actions.record_fund_year(**(good | {"opening_fen": 9}))
    assert queries.fund_years(tez.supervisor).get() == again and again.opening_fen == 9
    assert not queries.fund_years(tez.worker).exists()
