"""Counting attendance (出勤率): pure. Hours are class hours (课时); percentages are compared as whole numbers, so 80 % is exact.

Only sessions that were held count: present, absent or made up. `expected` is still to come, `excused` is not counted, and a
make-up session counts through the absence it mends.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Literal

HELD = frozenset({"present", "absent", "made_up"})
ATTENDED = frozenset({"present", "made_up"})
Card = Literal["", "yellow", "red"]
REMIND, DAY_VOID, CLASS_VOID = "提醒", "当日无效", "整班无效"


@dataclass(frozen=True, slots=True)
class Lines:
    """The district's lines, in percent. `effect` says what a red card does."""

    person: int = 80
    yellow: int = 90
    red: int = 80
    day: int = 100
    effect: str = REMIND


@dataclass(frozen=True, slots=True)
class Row:
    """One member at one session that is neither cancelled nor a make-up."""

    member_id: int
    session_id: int
    day: date
    hours: int
    state: str


@dataclass(frozen=True, slots=True)
class DayRate:
    """One class-day: heads weighted with hours, and the session with the fewest."""

    day: date
    attended: int
    held: int
    lowest: Decimal
    card: Card

    @property
    def percent(self) -> Decimal:
        return percent(self.attended, self.held)


@dataclass(frozen=True, slots=True)
class MemberRate:
    """One learner: hours attended of hours held, and whole days."""

    member_id: int
    attended: int
    held: int
    days: int
    line: int

    @property
    def percent(self) -> Decimal:
        return percent(self.attended, self.held)

    @property
    def ok(self) -> bool:
        return meets(self.attended, self.held, self.line)


@dataclass(frozen=True, slots=True)
class Counted:
    """A class: its learners, its days, and whether it stands (`valid`) under the district's effect of a red card."""

    members: dict[int, MemberRate]
    days: list[DayRate]
    valid: bool


def percent(part: int, whole: int) -> Decimal:
    """With one place, cut off and not rounded up: 79.96 % must not read as 80 %. Nothing held is 0."""
    return (Decimal(part * 100) / whole).quantize(Decimal("0.1"), ROUND_DOWN) if whole else Decimal(0)


def meets(part: int, whole: int, line: int) -> bool:
    """At least `line` percent. Nothing held yet meets nothing."""
    return whole > 0 and part * 100 >= line * whole


def count(rows: Iterable[Row], lines: Lines) -> Counted:
    """Rates of a class from its rows, in any order."""
    held = [row for row in rows if row.state in HELD]
    days = by_day(held, lines)
    red = {day.day for day in days if day.card == "red"}
    void = red if lines.effect == DAY_VOID else set()
    return Counted(by_member(held, lines, void), days, not (red and lines.effect == CLASS_VOID))


def by_day(rows: Iterable[Row], lines: Lines) -> list[DayRate]:
    """Who made an hour up later was still not there on the day: only `present` counts."""
    days: dict[date, dict[int, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in rows:
        if row.state in HELD:
            session = days[row.day][row.session_id]
            session[0] += row.hours * (row.state == "present")
            session[1] += row.hours
    return [_day(day, days[day].values(), lines) for day in sorted(days)]


def _day(day: date, sessions: Iterable[list[int]], lines: Lines) -> DayRate:
    seen = list(sessions)
    attended, held = sum(s[0] for s in seen), sum(s[1] for s in seen)
    return DayRate(day, attended, held, min(percent(*s) for s in seen), card(attended, held, lines))


def card(attended: int, held: int, lines: Lines) -> Card:
    """Below the line; exactly on it is none."""
    if not meets(attended, held, lines.red):
        return "red"
    return "" if meets(attended, held, lines.yellow) else "yellow"


def by_member(rows: Iterable[Row], lines: Lines, void: Iterable[date] = ()) -> dict[int, MemberRate]:
    """Hours and days of each learner. A void day is no day of the class: it neither helps nor harms the rate."""
    left_out = set(void)
    hours: dict[int, dict[date, list[int]]] = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for row in rows:
        if row.state not in HELD:
            continue
        if row.day in left_out:
            hours.setdefault(row.member_id, defaultdict(lambda: [0, 0]))  # known, with nothing counted
            continue
        day = hours[row.member_id][row.day]
        day[0] += row.hours * (row.state in ATTENDED)
        day[1] += row.hours
    return {member: _member(member, list(days.values()), lines) for member, days in hours.items()}


def _member(member_id: int, days: list[list[int]], lines: Lines) -> MemberRate:
    attended, held = sum(d[0] for d in days), sum(d[1] for d in days)
    whole = sum(1 for d in days if d[0] and meets(d[0], d[1], lines.day))
    return MemberRate(member_id, attended, held, whole, lines.person)
