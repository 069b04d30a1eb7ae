"""Two at once on one pool: nobody sees the other's half, nobody spends the same fen."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AT, BASIS, cast
from tests.harness.races import both
from wudan.funds import actions, queries
from wudan.funds.models import Entry

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_sum_goes_once() -> None:
    tez = cast("370405")
    pool = tez.pools["employment_subsidy"]
    whole: dict[str, Any] = {
        "pool_id": pool.pk,
        "amount_fen": 100_000_000,
        "memo": "核定",
        "basis": BASIS,
        "at": AT,
    }
    outcome = both(
        *[
            lambda n=n, who=who: actions.earmark(**whole, subject=f"notice:{n}", actor=who)
            for n, who in enumerate((tez.reviewer, tez.reviewer2))
        ]
    )
    assert outcome == ["done", "overdrawn"]
    assert queries.balances(pool.pk, AT.date()).earmarked == 100_000_000


def test_opposite_directions_do_not_lock_each_other_out() -> None:
    tez = cast("370405")
    pool = tez.pools["employment_subsidy"]
    one: dict[str, Any] = {
        "pool_id": pool.pk,
        "amount_fen": 1,
        "subject": "x",
        "memo": "办理",
        "basis": BASIS,
        "at": AT,
    }
    actions.earmark(**(one | {"amount_fen": 100}), actor=tez.reviewer)

    def many(verb: str, who: Any) -> Any:
        return lambda: [getattr(actions, verb)(**one, actor=who) for _ in range(15)]

    outcome = both(
        many("earmark", tez.reviewer), many("release_earmark", tez.finance), many("send_to_bank", tez.finance)
    )
    assert outcome == ["done"] * 3
    assert queries.ledger_check(tez.code) == []


def test_one_reversal_of_one_entry() -> None:
    tez = cast("370405")
    entry = Entry.objects.get(pool=tez.pools["employment_subsidy"])
    undo: dict[str, Any] = {"entry_id": entry.pk, "memo": "冲", "basis": BASIS, "at": AT}
    outcome = both(
        *[lambda who=who: actions.reverse(**undo, actor=who) for who in (tez.finance, tez.finance2)]
    )
    assert outcome == ["done", "reversed-already"]
