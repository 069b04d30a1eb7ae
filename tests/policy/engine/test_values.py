# ruff: noqa: DTZ001, E501 naive date-times and rows of examples on purpose
"""Reading one cell."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wudan.policy.engine import shanghai
from wudan.policy.engine.columns import BY_NAME
from wudan.policy.engine.values import BAD, as_text, parse, person_key

UTC = dt.UTC


@given(st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2037, 12, 31)))
def test_shanghai_is_what_the_time_zone_database_says(moment: dt.datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    there = aware.astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
    assert shanghai.datetime_from_wall(shanghai.wall_from_datetime(aware)) == there


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("12.0", 12), ("012", 12), ("-0", 0), ("-0.00", 0), ("1000000000000", 10**12), (" 7　", 7),
        ("12.", BAD), ("12.5", BAD), ("+1", BAD), ("-1", BAD), ("1e3", BAD), ("1000000000001", BAD), ("１２", BAD), ("9" * 5000, BAD),
        ("1,000", BAD), ("0x1", BAD), ("", None), (" ", None), (None, None), (float("nan"), None), (12.0, 12), (12.5, BAD),
        (True, BAD), (Decimal("3.00"), 3), (dt.date(2020, 1, 1), BAD), (float("inf"), BAD), (10**13, BAD),
    ],
)  # fmt: skip
def test_integers(text: object, value: object) -> None:
    assert parse(BY_NAME["attended_days"], text) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-01-02", (2020, 1, 2)), ("2020/1/2", (2020, 1, 2)), ("2020-1-02", (2020, 1, 2)), ("1900-01-01", (1900, 1, 1)),
        ("2100-12-31", (2100, 12, 31)), ("2020-02-29", (2020, 2, 29)), ("2100-02-29", None), ("1899-12-31", None), ("2101-01-01", None),
        ("2020-1/2", None), ("20-01-02", None), ("2020-01-02 00:00", None), ("2020.1.2", None), ("20200102", None), ("２０２０-01-02", None),
        ("2020-001-02", None), ("43831", None),
        (dt.datetime(2020, 1, 2, 23, 59), (2020, 1, 2)), (dt.datetime(2020, 1, 1, 16, tzinfo=UTC), (2020, 1, 2)), (dt.date(2101, 1, 1), None),
    ],
)  # fmt: skip
def test_dates(text: object, day: tuple[int, int, int] | None) -> None:
    want: Any = BAD if day is None else (dt.date(*day) - dt.date(1970, 1, 1)).days
    assert parse(BY_NAME["started_on"], text) == want


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2020-06-01", "2020-06-01 00:00:00"), ("2020-06-01 9:05", "2020-06-01 09:05:00"), ("2020/6/1T09:05:07", "2020-06-01 09:05:07"),
        ("2020-06-01 09:05:07.123456789", "2020-06-01 09:05:07.123456"), ("2020-06-01T00:00Z", "2020-06-01 08:00:00"),
        ("2020-06-01 00:00+23:59", "2020-05-31 08:01:00"), ("1988-07-01 00:00Z", "1988-07-01 09:00:00"),
        ("2020-06-01 24:00", None), ("2020-06-01 09:60", None), ("2020-06-01 09:05:60", None), ("2020-06-01Z", None), ("2020-06-01 9", None),
        ("2020-06-01 09:05+24:00", None), ("2020-06-01 09:05+0800", None), ("2020-06-01  09:05", None), ("2020-06-01t09:05", None),
        ("2020-06-01 09:05z", None), ("2020-06-01 09:05:07.", None), ("2020-06-01 09:05:07.1234567890", None), ("2020-06-01 09:05.5", None),
        ("2020-06-01 9:5", None), ("2100-12-31T23:00Z", None),
    ],
)  # fmt: skip
def test_timestamps(text: str, moment: str | None) -> None:
    value = parse(BY_NAME["applied_at"], text)
    if moment is None:
        assert value is BAD
    else:
        assert shanghai.datetime_from_wall(value) == dt.datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("11010519491231002X", "11010519491231002X"), ("11010519491231002x", "11010519491231002X"), ("440524188001010014", "440524188001010014"),
        ("#a b", "#a b"), ("#", BAD), ("110105194912310021", BAD), ("110105491231002", BAD), ("1101051949123100２X", BAD), ("", BAD),
    ],
)  # fmt: skip
def test_persons(text: str, person: object) -> None:
    assert person_key(text) == person


def _with_check(head: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return head + "10X98765432"[sum(int(d) * w for d, w in zip(head, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("birth", "good"),
    [("00000229", True), ("19000229", False), ("20000229", True), ("20001301", False), ("20000100", False)],
)
def test_the_day_of_birth_is_a_day_in_any_year(birth: str, good: bool) -> None:
    number = _with_check(f"370405{birth}001")
    assert (person_key(number) == number) is good


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("TRUE", True),
        ("是", True),
        ("1", True),
        (1.0, True),
        ("False", False),
        ("0", False),
        ("否", False),
        ("yes", BAD),
        ("1.0", BAD),
        (2, BAD),
        (True, True),
    ],
)
def test_booleans(text: object, value: object) -> None:
    assert parse(BY_NAME["draws_pension"], text) is value


def test_natives_as_text() -> None:
    natives = [12.0, 12.5, True, dt.date(2020, 1, 5), dt.datetime(2020, 1, 5), 1e22, Decimal("1.50")]
    assert [as_text(v) for v in natives] == [
        "12",
        "12.5",
        "true",
        "2020-01-05",
        "2020-01-05",
        "1" + "0" * 22,
        "1.50",
    ]
