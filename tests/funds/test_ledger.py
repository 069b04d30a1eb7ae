"""Each verb of the ledger: happy, refused, by an outsider."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import AT, BASIS, Cast, cast, outsider
from wudan.funds import actions, queries
from wudan.funds.actions import PoolSpec
from wudan.funds.models import Entry, Pool
from wudan.kernel.errors import Refused

pytestmark = pytest.mark.django_db
TODAY = date(2020, 11, 16)
MILLION = 100_000_000  # fen, as the cast appropriates


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture
def pool(tez: Cast) -> Pool:
    return tez.pools["employment_subsidy"]


def move(verb: str, pool: Pool, fen: int, actor: Any, **more: Any) -> Entry:
    words = {"subject": "batch:1", "memo": "测试", "basis": BASIS} | more
    entry: Entry = getattr(actions, verb)(pool_id=pool.pk, amount_fen=fen, actor=actor, at=AT, **words)
    return entry


def standing(pool: Pool) -> queries.Balances:
    return queries.balances(pool.pk, TODAY)


def code(caught: pytest.ExceptionInfo[Refused]) -> str:
    return caught.value.refusal.code


def test_the_whole_way_of_a_sum(tez: Cast, pool: Pool) -> None:
    move("earmark", pool, 300, tez.reviewer)
    move("release_earmark", pool, 50, tez.reviewer)
    move("send_to_bank", pool, 250, tez.finance)
    move("bounce", pool, 100, tez.finance)
    move("settle_paid", pool, 150, tez.finance)
    move("recover", pool, 30, tez.finance)
    after = queries.Balances(
        granted=MILLION, available=MILLION - 250, earmarked=100, in_transit=0, paid=120, recovered=30
    )
    assert standing(pool) == after == queries.balances_now([pool.pk])[pool.pk]
    assert queries.ledger_check(tez.code) == []


@pytest.mark.parametrize(
    ("verb", "who", "short"),
    [
        ("earmark", "reviewer", "可用额度"),
        ("release_earmark", "reviewer", "已核定未送银行的资金"),
        ("send_to_bank", "finance", "已核定未送银行的资金"),
        ("settle_paid", "finance", "银行在途资金"),
        ("bounce", "finance", "银行在途资金"),
        ("recover", "finance", "已拨付资金"),
    ],
)
def test_more_than_there_is(tez: Cast, pool: Pool, verb: str, who: str, short: str) -> None:
    have = MILLION if verb == "earmark" else 0
    with pytest.raises(Refused) as caught:
        move(verb, pool, have + 5, getattr(tez, who))
    refusal = caught.value.refusal
    assert refusal.code == "overdrawn" and refusal.remedy and refusal.clause
    assert short in refusal.sentence and "还差0.05元" in refusal.sentence
    assert standing(pool).available == MILLION


@pytest.mark.parametrize("fen", [0, -1, 10**15 + 1])
@pytest.mark.parametrize("verb", ["earmark", "send_to_bank"])
def test_no_sum_at_all(tez: Cast, pool: Pool, verb: str, fen: int) -> None:
    with pytest.raises(Refused) as caught:
        move(verb, pool, fen, tez.reviewer if verb == "earmark" else tez.finance)
    assert code(caught) == "amount"


def test_unpayable_and_missing_pools(tez: Cast) -> None:
    staff = tez.pools["staff_education"]
    actions.appropriate(
        pool_id=staff.pk, amount_fen=100, memo="登记", basis=BASIS, actor=tez.finance, at=AT, on=TODAY
    )
    with pytest.raises(Refused) as caught:
        move("earmark", staff, 50, tez.reviewer)
    assert code(caught) == "pool-not-payable"
    with pytest.raises(Refused) as caught:
        queries.pool_for(tez.code, "staff_education", 2020)
    assert code(caught) == "pool-not-payable"
    with pytest.raises(Refused) as caught:
        queries.pool_for(tez.code, "employment_subsidy", 2021)
    assert code(caught) == "no-pool" and "2021年度" in caught.value.refusal.sentence
    with pytest.raises(Refused) as caught:
        move("earmark", Pool(pk=999_999), 50, tez.reviewer)
    assert code(caught) == "no-pool"


@pytest.mark.parametrize(
    ("verb", "wrong"),
    [
        ("earmark", "finance"),
        ("release_earmark", "supervisor"),
        ("send_to_bank", "reviewer"),
        ("settle_paid", "reviewer"),
        ("bounce", "intake"),
        ("recover", "worker"),
    ],
)
def test_each_duty_its_own_verb(tez: Cast, pool: Pool, verb: str, wrong: str) -> None:
    with pytest.raises(Refused) as caught:
        move(verb, pool, 1, getattr(tez, wrong))
    assert code(caught) == "forbidden"


def test_outsiders(tez: Cast, pool: Pool) -> None:
    finance, reviewer = outsider(tez, "finance"), outsider(tez, "reviewer")
    for verb, who in (("earmark", reviewer), ("send_to_bank", finance), ("settle_paid", finance)):
        with pytest.raises(Refused) as caught:
            move(verb, pool, 1, who)
        assert code(caught) == "forbidden"
    entry = Entry.objects.get(pool=pool)
    with pytest.raises(Refused) as caught:
        actions.reverse(entry_id=entry.pk, memo="冲", basis=BASIS, actor=finance, at=AT)
    assert code(caught) == "forbidden"
    assert not queries.visible_pools(finance).exists() and not queries.entries(finance).exists()
    assert not queries.visible_pools(tez.provider_clerk).exists()


def test_budget_needs_a_day_that_has_come_and_words(tez: Cast, pool: Pool) -> None:
    given: dict[str, Any] = {
        "pool_id": pool.pk,
        "amount_fen": 5,
        "basis": BASIS,
        "actor": tez.finance,
        "at": AT,
    }
    with pytest.raises(Refused) as caught:
        actions.appropriate(**given, memo="追加", on=date(2020, 11, 17))
    assert code(caught) == "future-day"
    with pytest.raises(Refused) as caught:
        actions.appropriate(**given, memo=" ", on=TODAY)
    assert code(caught) == "no-memo"


def test_reversal_once_and_as_a_mirror(tez: Cast, pool: Pool) -> None:
    entry = actions.appropriate(
        pool_id=pool.pk, amount_fen=700, memo="追加", basis=BASIS, actor=tez.finance, at=AT, on=TODAY
    )
    reverse: dict[str, Any] = {"memo": "录错", "basis": BASIS, "actor": tez.finance, "at": AT}
    mirror = actions.reverse(entry_id=entry.pk, **reverse)
    assert sorted(mirror.legs.values_list("account_id", "amount_fen")) == sorted(
        (a, -f) for a, f in entry.legs.values_list("account_id", "amount_fen")
    )
    assert standing(pool).granted == MILLION
    for which, why in ((entry, "reversed-already"), (mirror, "reversal")):
        with pytest.raises(Refused) as caught:
            actions.reverse(entry_id=which.pk, **reverse)
        assert code(caught) == why
    assert queries.is_reversible([entry.pk, mirror.pk]) == {entry.pk: False, mirror.pk: False}


def test_no_reversal_below_zero_nor_of_business(tez: Cast, pool: Pool) -> None:
    budget = Entry.objects.get(pool=pool)
    marked = move("earmark", pool, 1, tez.reviewer)
    assert queries.is_reversible([budget.pk, marked.pk]) == {budget.pk: True, marked.pk: False}
    for entry_id, why in ((budget.pk, "overdrawn"), (marked.pk, "entry-of-business"), (10**9, "no-entry")):
        with pytest.raises(Refused) as caught:
            actions.reverse(entry_id=entry_id, memo="冲", basis=BASIS, actor=tez.finance, at=AT)
        assert code(caught) == why


def test_pools_of_a_year_once(tez: Cast) -> None:
    specs = [PoolSpec("employment_subsidy", "就业补助资金", payable=True, clause="七（二）")]
    given: dict[str, Any] = {
        "district_id": tez.code,
        "year": 2021,
        "specs": specs,
        "actor": tez.finance,
        "at": AT,
    }
    first, second = actions.open_pools(**given), actions.open_pools(**given)
    assert first == second and first[0].accounts.count() == 7
    one: dict[str, Any] = {
        "district_id": tez.code, "source": "employment_subsidy", "label": "就业补助资金", "payable": True,
        "clause": "七（二）", "at": AT,
    }  # fmt: skip
    for year, actor, why in (
        (2021, tez.finance, "pool_once"),
        (21, tez.finance, "bad-year"),
        (2022, tez.reviewer, "forbidden"),
        (2022, outsider(tez, "finance"), "forbidden"),
    ):
        with pytest.raises(Refused) as caught:
            actions.open_pool(**one, year=year, actor=actor)
        assert code(caught) == why
