"""The officials' cases, one test each."""

from __future__ import annotations

import pytest

from wudan.policy.engine.checking import check_case
from wudan.policy.engine.model import Case
from wudan.policy.engine.rulebook import Rulebook, available_rulebooks, load_rulebook

BOOKS = [load_rulebook(name) for name in available_rulebooks()]
CASES = [pytest.param(book, case, id=f"{book.name}-{case.name}") for book in BOOKS for case in book.cases]


@pytest.mark.parametrize(("book", "case"), CASES)
def test_case(book: Rulebook, case: Case) -> None:
    assert check_case(book, case) == []


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name)
def test_the_cases_meet_every_rule(book: Rulebook) -> None:
    expected = {reason for case in book.cases for row in case.rows for reason in row.reasons or ()}
    rules = {rule.reason for plan in book.plans.values() for rule in (*plan.conditions, *plan.across)}
    assert rules | {"unpriced"} <= expected
    schemes = {row.facts["scheme"] for case in book.cases for row in case.rows}
    assert set(book.schemes) <= schemes
