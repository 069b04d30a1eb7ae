"""The single path and the table path are one definition; order and size do not matter."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.engine.helpers import Row, claim, paid_rows, rows
from wudan.policy.engine.decide import FEW, decide, decide_table, source_of
from wudan.policy.engine.rulebook import load_rulebook
from wudan.policy.engine.table import fast, kernels, run

BOOKS = ["taierzhuang", "zhoucun"]
Plain = tuple[str, str, int | None, tuple[str, ...]]


def single(book: str, claims: list[Row], paid: list[Row]) -> list[Plain]:
    return [
        (d.claim_id, d.outcome, d.amount_fen, d.reasons) for d in decide(load_rulebook(book), claims, paid)
    ]


def table(book: str, claims: list[Row], paid: list[Row], **options: Any) -> list[Plain]:
    found = decide_table(load_rulebook(book), source_of(claims), source_of(paid), **options).to_pylist()
    return [
        (r["claim_id"], r["outcome"], r["amount_fen"], tuple(filter(None, r["reasons"].split(";"))))
        for r in found
    ]


@pytest.mark.parametrize("book", BOOKS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_single_and_table_agree(book: str, data: st.DataObject) -> None:
    claims, paid = data.draw(rows(book)), data.draw(paid_rows(book))
    assert single(book, claims, paid) == table(book, claims, paid)


@pytest.mark.parametrize("book", BOOKS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_row_order_does_not_matter(book: str, data: st.DataObject) -> None:
    claims = [{**row, "claim_id": f"C{i}"} for i, row in enumerate(data.draw(rows(book)))]
    shuffled = data.draw(st.permutations(claims))
    assert sorted(single(book, claims, []), key=str) == sorted(single(book, shuffled, []), key=str)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["#a", "#b"])), max_size=12))
def test_the_cap_is_never_passed(days: list[tuple[int, str]]) -> None:
    claims = [
        claim(
            claim_id=f"L{i}",
            scheme="living_allowance",
            person_id=person,
            attended_days=n,
            groups="poor",
            project_id="P",
        )
        for i, (n, person) in enumerate(days)
    ]
    sums = {"#a": 0, "#b": 0}
    for row, decision in zip(claims, decide(load_rulebook("taierzhuang"), claims), strict=True):
        assert decision.amount_fen is not None
        sums[row["person_id"]] += decision.amount_fen
    assert max(sums.values()) <= 50_000


@given(st.integers(1, 10**12))
def test_sums_are_rounded_down_to_the_fen(fee: int) -> None:
    book = load_rulebook("taierzhuang")
    project = claim(scheme="project", project_id="P", contract_fen=fee, completed_count=20, employed_count=17)
    claims = [
        claim(claim_id="A", scheme="apprenticeship", fee_fen=fee),
        {**project, "claim_id": "B", "project_stage": "advance"},
        {**project, "claim_id": "C", "project_stage": "balance"},
    ]
    share, advance, balance = (d.amount_fen for d in decide(book, claims))
    assert share == min(fee * 60 // 100, 600_000)
    assert (advance, balance) == (fee * 60 // 100, fee - fee * 60 // 100)


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("book", BOOKS)
def test_large_tables_and_workers(book: str, compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks, partitions, workers and compiling change nothing; a person's claims alone are decided the same."""
    monkeypatch.setattr(run, "kernels_for", lambda _rows: fast.compiled() if compiled else kernels)
    rng = random.Random(7)
    schemes = [code for code, scheme in load_rulebook(book).schemes.items() if not scheme.by_provider]
    claims = [
        claim(
            claim_id=f"C{i}", person_id=f"#{rng.randrange(400)}", scheme=rng.choice(schemes), level=rng.randrange(6),
            occupation_code=rng.choice(["A", "B", "C"]), groups="employee;poor", insured_months=12, attended_days=rng.randrange(9),
            project_id="P", fee_fen=800_000, applied_at=f"2020-06-{rng.randrange(1, 29):02}",
        )
        for i in range(3_000)
    ]  # fmt: skip
    assert len(claims) > FEW
    once = len(claims)
    claims += claims[::40]  # numbers that repeat
    whole = table(book, claims, [])
    monkeypatch.setattr(run, "CHUNK", 700)
    monkeypatch.setattr(run, "A_PARTITION", 500)
    assert whole == table(book, claims, [], workers=3)
    monkeypatch.setattr(run, "SPILL_FROM", 0)
    assert whole == table(book, claims, [], workers=2)
    persons = sorted({row["person_id"] for row in claims})[:25]
    for person in persons:
        own = [row for row in claims[:once] if row["person_id"] == person]
        ids = {row["claim_id"] for row in own}
        assert single(book, own, []) == [p for p in whole[:once] if p[0] in ids]
