"""Asia/Shanghai wall-clock time, in microseconds since 1970-01-01 00:00 on that clock.

The offsets are written out here, not taken from the machine, so that a decision does not depend on the machine's time
zone data. `tests/policy/engine/test_values.py` holds them against `zoneinfo`.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right

MICROS = 1_000_000
DAY_MICROS = 86_400 * MICROS
STANDARD_OFFSET = 28_800
LAST_CHANGE = 684_867_600
"""UTC second since which the offset has been +08:00 throughout."""

_CHANGES: tuple[tuple[int, int], ...] = (  # UTC second from which, offset in seconds
    (-2_177_481_943, 28_800),
    (-1_600_675_200, 32_400),
    (-1_585_904_400, 28_800),
    (-933_667_200, 32_400),
    (-922_093_200, 28_800),
    (-908_870_400, 32_400),
    (-888_829_200, 28_800),
    (-881_049_600, 32_400),
    (-767_869_200, 28_800),
    (-745_833_600, 32_400),
    (-733_827_600, 28_800),
    (-716_889_600, 32_400),
    (-699_613_200, 28_800),
    (-683_884_800, 32_400),
    (-670_669_200, 28_800),
    (-652_348_800, 32_400),
    (-650_019_600, 28_800),
    (515_527_200, 32_400),
    (527_014_800, 28_800),
    (545_162_400, 32_400),
    (558_464_400, 28_800),
    (577_216_800, 32_400),
    (589_914_000, 28_800),
    (608_666_400, 32_400),
    (621_968_400, 28_800),
    (640_116_000, 32_400),
    (653_418_000, 28_800),
    (671_565_600, 32_400),
    (684_867_600, 28_800),
)
_STARTS = [start for start, _ in _CHANGES]
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 wall-clock time on purpose


def offset_seconds(utc_second: int) -> int:
    """Seconds Shanghai's clock is ahead of UTC at this instant."""
    place = bisect_right(_STARTS, utc_second)
    return _CHANGES[place - 1][1] if place else 29_143


def wall_from_utc(utc_micros: int) -> int:
    """UTC microseconds to wall-clock microseconds in Shanghai."""
    return utc_micros + offset_seconds(utc_micros // MICROS) * MICROS


def wall_from_datetime(value: dt.datetime) -> int:
    """A date-time to wall-clock microseconds in Shanghai; without a zone it already is that clock."""
    offset = value.utcoffset()
    naive = value.replace(tzinfo=None)
    micros = (naive - _EPOCH) // dt.timedelta(microseconds=1)
    if offset is None:
        return micros
    return wall_from_utc(micros - offset // dt.timedelta(microseconds=1))


def datetime_from_wall(micros: int) -> dt.datetime:
    """Wall-clock microseconds to a date-time without zone, on Shanghai's clock."""
    return _EPOCH + dt.timedelta(microseconds=micros)
