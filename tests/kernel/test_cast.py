"""The cast itself: both districts side by side, numbers valid and different."""

from __future__ import annotations

import pytest

from tests.cast import cast, claim_facts, outsider, valid_account, valid_credit_code, valid_identity
from wudan.kernel.identifiers import check_account, check_credit_code, parse_identity


@pytest.mark.django_db
def test_two_districts_side_by_side() -> None:
    here, there = cast("370405"), cast("370306")
    assert here.provider.district_id != there.provider.district_id
    assert here.worker.person_id == here.person.pk
    for kind in ("intake", "finance", "provider", "enterprise", "worker"):
        assert outsider(here, kind).district_id != here.code
    assert here.pools["employment_subsidy"].accounts.get(kind="available").balance_fen == 100_000_000


def test_numbers_are_valid_and_differ() -> None:
    spread = [*range(2000), *range(470_000, 482_000, 7), 999_999]
    assert len({parse_identity(valid_identity(n)).number for n in spread}) == len(spread)
    assert len({check_credit_code(valid_credit_code(n)) for n in range(200)}) == 200
    assert len({check_account(valid_account(n)) for n in range(200)}) == 200


def test_the_facts_have_the_contracts_columns() -> None:
    assert claim_facts(level=3)["level"] == 3
