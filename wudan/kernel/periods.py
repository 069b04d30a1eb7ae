"""Days and working days (工作日). The legal day is Asia/Shanghai; ranges are half-open [from, until)."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import chinese_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
ONE_DAY = timedelta(days=1)


class CalendarUnknown(UserWarning):
    """The State Council's holiday arrangement for that year is not known yet; weekends alone were counted."""


def legal_day(at: datetime) -> date:
    """The calendar day on which an instant falls, for every deadline and every rule."""
    if at.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return at.astimezone(SHANGHAI).date()


def in_words(day: date) -> str:
    """2020年3月23日, as sentences say it."""
    return f"{day.year}年{day.month}月{day.day}日"


def is_working_day(day: date, overrides: Mapping[date, bool] | None = None) -> bool:
    """Holidays and make-up days (调休) by the national arrangement; `overrides` holds a district's own days."""
    if overrides and day in overrides:
        return overrides[day]
    national = _national(day)
    if national is None:
        warnings.warn(f"{day.year}", CalendarUnknown, stacklevel=2)
        return day.weekday() < 5
    return national


@lru_cache(maxsize=20_000)  # a list asks for the same few hundred days once a row
def _national(day: date) -> bool | None:
    """What the State Council arranged for the day; None where its year is not known."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def add_working_days(start: date, days: int, overrides: Mapping[date, bool] | None = None) -> date:
    """The last day of a time limit of `days` working days; counting starts on the day after `start`."""
    if days < 0:
        raise ValueError("a time limit is not negative")
    day = start
    while days:
        day += ONE_DAY
        if is_working_day(day, overrides):
            days -= 1
    return day


def working_days_left(today: date, due_on: date, overrides: Mapping[date, bool] | None = None) -> int:
    """Working days after today up to and with the due day; negative when overdue; 0 when due today."""
    if today == due_on:
        return 0
    sign, a, b = (1, today, due_on) if today < due_on else (-1, due_on, today)
    count = sum(is_working_day(a + timedelta(n), overrides) for n in range(1, (b - a).days + 1))
    return sign * max(count, 1) if sign < 0 else count
