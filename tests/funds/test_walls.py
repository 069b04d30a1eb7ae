"""The ledger by raw SQL: every hole known elsewhere is closed here."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import AT, BASIS, Cast, cast
from wudan.funds.models import Account, Entry, Leg
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting

pytestmark = pytest.mark.django_db
ENTRY = """INSERT INTO funds_entry (pool_id, "on", made_at, memo, basis, actor_label, subject, reverses_id)
           VALUES (%s, '2020-11-16', now(), 'x', 'x', 'x', 'x', %s) RETURNING id"""


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def accounts(tez: Cast, source: str = "employment_subsidy") -> dict[str, int]:
    return {a.kind: a.pk for a in Account.objects.filter(pool=tez.pools[source])}


def post(tez: Cast, legs: list[tuple[int, int]], reverses: int | None = None) -> None:
    """An entry with legs, by raw SQL, up to the checks of commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")  # as at the start of a transaction
        cursor.execute(ENTRY, [tez.pools["employment_subsidy"].pk, reverses])
        entry = cursor.fetchone()[0]
        for account, fen in legs:
            cursor.execute(
                "INSERT INTO funds_leg (entry_id, account_id, amount_fen) VALUES (%s, %s, %s)",
                [entry, account, fen],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(words: str) -> pytest.RaisesExc[DatabaseError]:
    return pytest.raises(DatabaseError, match=words)


def test_balanced_passes_and_what_is_not_fails(tez: Cast) -> None:
    a = accounts(tez)
    post(tez, [(a["available"], -5), (a["earmarked"], 5)])
    for legs in (
        [],
        [(a["available"], -5)],
        [(a["available"], -5), (a["earmarked"], 4)],
        [(a["available"], -5), (a["earmarked"], 5), (a["earmarked"], 1)],
    ):
        with refused("借贷不平"):
            post(tez, legs)
    with refused("leg_not_zero"):
        post(tez, [(a["available"], 0), (a["earmarked"], 0)])


@pytest.mark.parametrize(
    ("source", "target"),
    [("available", "in_transit"), ("available", "paid"), ("earmarked", "paid"), ("in_transit", "available"),
     ("available", "granted"), ("granted", "paid"), ("granted", "earmarked"), ("recovered", "available")],
)  # fmt: skip
def test_no_way_round(tez: Cast, source: str, target: str) -> None:
    a = accounts(tez)
    post(tez, [(a["granted"], -50), (a["available"], 50)])
    for way in (
        ("available", "earmarked"),
        ("earmarked", "in_transit"),
        ("in_transit", "paid"),
        ("paid", "recovered"),
    ):
        held = {"available": 40, "earmarked": 30, "in_transit": 20, "paid": 10}[way[0]]
        post(tez, [(a[way[0]], -held), (a[way[1]], held)])
    with refused("不能这样结转"):
        post(tez, [(a[source], -5), (a[target], 5)])


def test_below_zero(tez: Cast) -> None:
    a = accounts(tez)
    with refused("account_not_overdrawn"):
        post(tez, [(a["earmarked"], -1), (a["in_transit"], 1)])


def test_legs_across_pools(tez: Cast) -> None:
    a, b = accounts(tez), accounts(tez, "training_special")
    with refused("本资金池内"):
        post(tez, [(a["available"], -5), (b["earmarked"], 5)])


@pytest.mark.django_db(transaction=True)
def test_balanced_legs_into_an_old_entry(tez: Cast) -> None:
    a = accounts(tez)
    entry = Entry.objects.filter(pool=tez.pools["employment_subsidy"]).get()
    with refused("只能随本凭证"), transaction.atomic():
        Leg.objects.create(entry=entry, account_id=a["available"], amount_fen=-5)
    with refused("只能随本凭证"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO funds_leg (entry_id, account_id, amount_fen) VALUES (%s, %s, -5), (%s, %s, 5)",
            [entry.pk, a["available"], entry.pk, a["earmarked"]],
        )


def test_a_forged_transaction_number(tez: Cast) -> None:
    entry = Entry.objects.filter(pool=tez.pools["employment_subsidy"]).get()
    with refused("只能新增"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE funds_entry SET transaction_id = pg_current_xact_id()::text WHERE id = %s", [entry.pk]
        )


@pytest.mark.parametrize("table", ["funds_leg", "funds_entry"])
def test_append_only(tez: Cast, table: str) -> None:
    column = "amount_fen = amount_fen + 1" if table == "funds_leg" else "memo = 'forged'"
    for statement in (f"UPDATE {table} SET {column}", f"DELETE FROM {table}"):
        with refused("只能新增"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.parametrize(
    "table", ["funds_leg", "funds_entry", "funds_account", "funds_leg, funds_entry, funds_account"]
)
def test_no_truncate(tez: Cast, table: str) -> None:
    with refused("整表清空"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {table} CASCADE")


def test_nobody_writes_a_balance(tez: Cast) -> None:
    for change in (
        "balance_fen = balance_fen + 100",
        "kind = 'paid'",
        f"pool_id = {tez.pools['training_special'].pk}",
    ):
        with refused("只能由记账凭证改变"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE funds_account SET {change} WHERE id = %s", [accounts(tez)["recovered"]])
    with refused("只能由记账凭证改变"), transaction.atomic():
        Account.objects.filter(pool=tez.pools["employment_subsidy"]).update(balance_fen=1)
    with refused("只能由记账凭证改变"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM funds_account")
    with refused("必须为零"), transaction.atomic():
        Account.objects.create(pool=tez.pools["employment_subsidy"], kind="x", balance_fen=5)


def test_reversals_mirror_their_original(tez: Cast) -> None:
    a = accounts(tez)
    budget = Entry.objects.filter(pool=tez.pools["employment_subsidy"]).get().pk
    with refused("与原凭证不对应"):
        post(tez, [(a["available"], -5), (a["granted"], 5)], reverses=budget)
    post(tez, [(a["available"], -100_000_000), (a["granted"], 100_000_000)], reverses=budget)
    with refused("reverses_id"):
        post(tez, [(a["available"], -100_000_000), (a["granted"], 100_000_000)], reverses=budget)
    mirror = Entry.objects.get(reverses_id=budget).pk
    with refused("与原凭证不对应"):
        post(tez, [(a["granted"], -100_000_000), (a["available"], 100_000_000)], reverses=mirror)


def test_the_walls_hold_inside_an_action_too(tez: Cast) -> None:
    with (
        refused("只能由记账凭证改变"),
        acting(actor=SYSTEM, at=AT, basis=BASIS),
        connection.cursor() as cursor,
    ):
        try:
            cursor.execute("UPDATE funds_account SET balance_fen = 0")
        except DatabaseError as error:
            raise DatabaseError(str(error)) from None
