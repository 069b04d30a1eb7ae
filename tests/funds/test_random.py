"""Whatever is done in whatever order: every entry sums to nothing, every balance is its legs, none below zero."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import AT, BASIS, cast
from wudan.funds import actions, queries
from wudan.funds.models import Account, Entry, Leg
from wudan.kernel.errors import Refused

VERBS = {
    "earmark": "reviewer", "release_earmark": "reviewer", "send_to_bank": "finance", "settle_paid": "finance",
    "bounce": "finance", "recover": "finance",
}  # fmt: skip
steps = st.lists(
    st.tuples(st.sampled_from([*VERBS, "appropriate", "reverse"]), st.integers(-5, 400), st.integers(0, 9)),
    max_size=25,
)


@pytest.mark.django_db
def test_any_sequence(db: Any) -> None:
    tez = cast("370405", pools=False)
    pool = actions.open_pool(
        district_id=tez.code, source="employment_subsidy", label="就业补助资金", year=2020, payable=True,
        clause="七（二）", actor=tez.finance, at=AT,
    )  # fmt: skip

    def act(verb: str, fen: int, which: int) -> None:
        if verb == "reverse":
            made = list(Entry.objects.order_by("pk"))
            if made:
                entry = made[which % len(made)]
                actions.reverse(entry_id=entry.pk, memo="冲", basis=BASIS, actor=tez.finance, at=AT)
        elif verb == "appropriate":
            actions.appropriate(
                pool_id=pool.pk,
                amount_fen=fen,
                memo="下达",
                basis=BASIS,
                actor=tez.finance,
                at=AT,
                on=AT.date(),
            )
        else:
            getattr(actions, verb)(
                pool_id=pool.pk, amount_fen=fen, subject="batch:1", memo="办理", basis=BASIS,
                actor=getattr(tez, VERBS[verb]), at=AT,
            )  # fmt: skip

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    def sequences(sequence: list[tuple[str, int, int]]) -> None:
        with transaction.atomic():
            for verb, fen, which in sequence:
                try:
                    act(verb, fen, which)
                except Refused as refused:
                    assert refused.refusal.sentence and refused.refusal.code != "account_not_overdrawn"
            holds()
            transaction.set_rollback(True)

    def holds() -> None:
        with connection.cursor() as cursor:  # what commit would check
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        totals = Leg.objects.order_by().values("entry").annotate(total=Sum("amount_fen"))
        assert all(row["total"] == 0 for row in totals)
        assert queries.ledger_check(tez.code) == []
        assert all(a.balance_fen >= 0 for a in Account.objects.exclude(kind="granted").order_by("pk"))
        b = queries.balances(pool.pk, AT.date())
        assert b.granted == b.available + b.earmarked + b.in_transit + b.paid + b.recovered

    sequences()
