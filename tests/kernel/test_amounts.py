"""Amounts as people and spreadsheets write them."""

from __future__ import annotations

import pytest

from wudan.kernel.money import parse_yuan


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1500", 150000),
        ("¥1,500.5", 150050),
        ("1500元", 150000),
        ("-3.20", -320),
        ("0.10000", 10),
        ("１５００", 150000),
    ],
)
def test_amounts(text: str, fen: int) -> None:
    assert parse_yuan(text) == fen


@pytest.mark.parametrize(
    "text", ["", "一千", "1e3", "1e999999", "NaN", "Infinity", "1.005", "1 500", "9" * 40, "=1+1"]
)
def test_what_is_no_amount(text: str) -> None:
    with pytest.raises(ValueError, match="不是"):
        parse_yuan(text)
