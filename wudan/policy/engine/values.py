"""Reading one cell: from a native value or text to the engine's own values.

The engine's values are plain and small: text `str`, a set of text `frozenset[str]`, integers and whole fen `int`,
booleans `bool`, dates `int` days since 1970-01-01, timestamps `int` microseconds on Shanghai's clock since
1970-01-01 00:00. Empty is `None`; a value that cannot be read is `BAD`.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from operator import mul
from typing import Any, Final

from wudan.policy.engine import shanghai
from wudan.policy.engine.columns import MAX_INTEGER, Column, Kind

FIRST_YEAR, LAST_YEAR = 1900, 2100


class Bad:
    """The type of `BAD`, a value that is not of its column's type."""

    def __repr__(self) -> str:
        return "BAD"


BAD: Final = Bad()
EPOCH = dt.date(1970, 1, 1)
FIRST_DAY = (dt.date(FIRST_YEAR, 1, 1) - EPOCH).days
LAST_DAY = (dt.date(LAST_YEAR, 12, 31) - EPOCH).days
FIRST_STAMP = FIRST_DAY * shanghai.DAY_MICROS
LAST_STAMP = (LAST_DAY + 1) * shanghai.DAY_MICROS - 1

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2}))")
_TIME = re.compile(
    r"[ T]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?",
)
_INTEGER = re.compile(r"(-?)([0-9]+)(?:\.0+)?")
_TRUE, _FALSE = frozenset({"true", "1", "是"}), frozenset({"false", "0", "否"})
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_WEIGHT = sum(_WEIGHTS)
_CHECK = "10X98765432"
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

Value = Any
"""A value of the engine, `None` or `BAD`."""


def to_day(date: dt.date) -> int:
    """A date to days since 1970-01-01."""
    return date.toordinal() - 719_163


def from_day(day: int) -> dt.date:
    """Days since 1970-01-01 to a date."""
    return dt.date.fromordinal(day + 719_163)


def as_text(raw: object) -> str | None:  # noqa: C901 one branch per native type
    """A native value as the text it would be written as; `None` when there is none (null, NaN)."""
    if raw is None or isinstance(raw, str):
        return raw
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, int):
        return _integer_text(raw)
    if isinstance(raw, float):
        if math.isnan(raw):
            return None
        return _integer_text(int(raw)) if math.isfinite(raw) and raw == int(raw) else repr(raw)
    if isinstance(raw, Decimal):
        if raw.is_nan():
            return None
        return _integer_text(int(raw)) if raw.is_finite() and raw == int(raw) else format(raw, "f")
    if isinstance(raw, dt.datetime):
        if raw.utcoffset() is not None:
            raw = shanghai.datetime_from_wall(shanghai.wall_from_datetime(raw))
        return raw.date().isoformat() if raw.time() == dt.time() else raw.isoformat(sep=" ")
    if isinstance(raw, dt.date | dt.time):
        return raw.isoformat()
    if isinstance(raw, bytes):
        return raw.decode("utf-8", "replace")
    if hasattr(raw, "item"):  # a numpy scalar
        return as_text(raw.item())
    return str(raw)


def _integer_text(number: int) -> str:
    """Digits of a whole number; beyond any column's range a shorter spelling will do."""
    return str(number) if abs(number) < 10**4000 else "1e4000"


def clean_text(raw: object) -> str | None:
    """Stripped text of a cell, `None` when empty."""
    text = raw if isinstance(raw, str) else as_text(raw)
    return (text.strip() or None) if text is not None else None


Reader = Callable[[Column, object], Value]
"""Reads a cell that is not null under its column's range."""


def parse(column: Column, raw: object) -> Value:
    """The value of one cell under its column's kind and range."""
    return None if raw is None else reader(column.kind)(column, raw)


def reader(kind: Kind) -> Reader:
    """What reads the cells of a column of this kind."""
    return _READERS[kind]


def _text(column: Column, raw: object) -> Value:
    text = clean_text(raw)
    if text is not None and column.options and text not in column.options:
        return BAD
    return text


def _set(_column: Column, raw: object) -> Value:
    text = clean_text(raw)
    return None if text is None else split_set(text)


@lru_cache(maxsize=4096)
def split_set(text: str) -> frozenset[str]:
    """The parts of a `;`-separated text, stripped, empty parts left out."""
    return frozenset(filter(None, (part.strip() for part in text.split(";"))))


def _person(_column: Column, raw: object) -> Value:
    text = clean_text(raw)
    return None if text is None else person_key(text)


def person_key(text: str) -> Value:
    """The person a stripped text stands for: a pseudonym as it is, an identity number with a capital X, or `BAD`."""
    if text.startswith("#"):
        return text if len(text) > 1 else BAD
    if len(text) != 18 or not text.isascii() or not text[:17].isdigit():
        return BAD
    last = text[17].upper()
    total = sum(map(mul, text.encode(), _WEIGHTS)) - ord("0") * _WEIGHT
    if _CHECK[total % 11] != last:
        return BAD
    year, month, day = int(text[6:10]), int(text[10:12]), int(text[12:14])
    return text[:17] + last if is_calendar_day(year, month, day) else BAD


def is_calendar_day(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day, in any year from 0 to 9999."""
    if not 1 <= month <= 12:
        return False
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= day <= _MONTH_DAYS[month - 1] + leap


def _integer(column: Column, raw: object) -> Value:
    if type(raw) is int:
        return raw if column.low <= raw <= column.high else BAD
    text = clean_text(raw)
    if text is None:
        return None
    if len(text) < 13 and text.isascii() and text.isdigit():  # nearly always
        number = int(text)
        return number if column.low <= number <= column.high else BAD
    found = _INTEGER.fullmatch(text)
    if not found:
        return BAD
    digits = found[2].lstrip("0")
    if len(digits) > len(str(MAX_INTEGER)):
        return BAD
    number = int(found[1] + (digits or "0"))
    return number if column.low <= number <= column.high else BAD


def _boolean(_column: Column, raw: object) -> Value:
    if isinstance(raw, bool):
        return raw
    text = clean_text(raw)
    if text is None:
        return None
    lowered = text.lower()
    return True if lowered in _TRUE else False if lowered in _FALSE else BAD


def _date(_column: Column, raw: object) -> Value:
    if isinstance(raw, dt.datetime):
        day: Value = shanghai.wall_from_datetime(raw) // shanghai.DAY_MICROS
    elif isinstance(raw, dt.date):
        day = to_day(raw)
    else:
        text = clean_text(raw)
        return None if text is None else _date_text(text)
    return day if FIRST_DAY <= day <= LAST_DAY else BAD


@lru_cache(maxsize=4096)
def _date_text(text: str) -> Value:
    found = _DATE.fullmatch(text)
    return _day(found) if found else BAD


def _day(found: re.Match[str]) -> Value:
    year, month, day = int(found[1]), int(found[2] or found[4]), int(found[3] or found[5])
    if not FIRST_YEAR <= year <= LAST_YEAR or not is_calendar_day(year, month, day):
        return BAD
    return to_day(dt.date(year, month, day))


def _stamp(_column: Column, raw: object) -> Value:
    if isinstance(raw, dt.datetime):
        micros: Value = shanghai.wall_from_datetime(raw)
    elif isinstance(raw, dt.date):
        micros = to_day(raw) * shanghai.DAY_MICROS
    else:
        text = clean_text(raw)
        if text is None:
            return None
        micros = _stamp_text(text)
        if micros is BAD:
            return BAD
    return micros if FIRST_STAMP <= micros <= LAST_STAMP else BAD


def _stamp_text(text: str) -> Value:
    found = _DATE.match(text)
    day = _day(found) if found else BAD
    if found is None or day is BAD:
        return BAD
    micros = int(day) * shanghai.DAY_MICROS if isinstance(day, int) else 0
    if found.end() == len(text):
        return micros
    time = _TIME.fullmatch(text, found.end())
    if not time:
        return BAD
    hour, minute, second = int(time[1]), int(time[2]), int(time[3] or 0)
    if hour > 23 or minute > 59 or second > 59:
        return BAD
    micros += (hour * 3600 + minute * 60 + second) * shanghai.MICROS + int((time[4] or "").ljust(6, "0")[:6])
    if not time[5]:
        return micros
    offset = _zone_seconds(time[5])
    return BAD if offset is None else shanghai.wall_from_utc(micros - offset * shanghai.MICROS)


def _zone_seconds(zone: str) -> int | None:
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        return None
    seconds = hours * 3600 + minutes * 60
    return -seconds if zone[0] == "-" else seconds


_READERS: dict[Kind, Reader] = {
    Kind.TEXT: _text,
    Kind.PERSON: _person,
    Kind.SET: _set,
    Kind.INTEGER: _integer,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: _date,
    Kind.STAMP: _stamp,
}
