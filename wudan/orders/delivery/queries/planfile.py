"""教学计划 from a file (.xlsx, .xls, .csv): rows to lines of a plan, or the faults of each row in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from wudan.kernel.periods import SHANGHAI
from wudan.kernel.tables.anyfile import read_grids
from wudan.kernel.tables.grid import Unreadable
from wudan.orders.delivery.plans import KINDS, SITES, PlanFault, SessionPlan
from wudan.organisations.models import Teacher, Venue

COLUMNS = {
    "day": "日期",
    "start": "开始时间",
    "end": "结束时间",
    "kind": "类型",
    "hours": "课时",
    "teacher": "教师",
    "venue": "场地",
    "site": "地点类别",
    "content": "教学内容",
    "textbook": "教材",
}
NEEDED = ("day", "start", "end", "kind", "hours", "content")
_TIME = re.compile(r"(\d{1,2})\s*[:：点时]\s*(\d{1,2})?")
_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})")


@dataclass(frozen=True)
class PlanFile:
    """What a file says: plans, the file's row of each, and the faults found while reading (by the file's rows)."""

    plans: list[SessionPlan]
    rows: list[int]
    faults: list[PlanFault]


def read_plan(content: bytes, teachers: Iterable[Teacher], venues: Iterable[Venue]) -> PlanFile:
    """Raises Unreadable with a sentence where the file is no table with our columns."""
    names = {label: key for key, label in COLUMNS.items()}
    for grid in read_grids(content):
        for place, row in enumerate(grid.rows[:20]):
            heads = {names[text]: n for n, text in enumerate(map(_text, row)) if text in names}
            if len(heads) >= 4:
                _require_columns(heads)
                return _read(grid.rows, place, heads, _People(teachers, venues))
    raise Unreadable(f"没有找到表头。请使用模板，第一行写明：{'、'.join(COLUMNS.values())}。")


def _require_columns(heads: Mapping[str, int]) -> None:
    missing = [COLUMNS[key] for key in NEEDED if key not in heads]
    if missing:
        raise Unreadable(f"表中缺少“{'”“'.join(missing)}”列。请使用模板填写。")


class _People:
    """Teachers and rooms by what they are called; a name two bear is not guessed at."""

    def __init__(self, teachers: Iterable[Teacher], venues: Iterable[Venue]) -> None:
        self.teachers: dict[str, list[int]] = {}
        self.venues: dict[str, list[int]] = {}
        for teacher in teachers:
            self.teachers.setdefault(teacher.person.name, []).append(teacher.pk)
        for venue in venues:
            self.venues.setdefault(venue.name, []).append(venue.pk)


def _read(rows: list[list[object]], head: int, heads: Mapping[str, int], people: _People) -> PlanFile:
    found = PlanFile([], [], [])
    for place, row in enumerate(rows[head + 1 :], head + 2):
        said = {key: row[n] if n < len(row) else "" for key, n in heads.items()}
        if not any(_text(v) for v in said.values()):
            continue
        before = len(found.faults)
        plan = _plan(place, said, people, found.faults)
        if plan is not None and len(found.faults) == before:
            found.plans.append(plan)
            found.rows.append(place)
    return found


def _plan(row: int, said: Mapping[str, Any], people: _People, faults: list[PlanFault]) -> SessionPlan | None:
    def bad(key: str, problem: str, remedy: str) -> None:
        faults.append(PlanFault(row, key, _text(said.get(key, "")), problem, remedy))

    day, start, end = _day(said["day"]), _time(said["start"]), _time(said["end"])
    if day is None:
        bad("day", "日期没有读懂", "请按“2020-12-01”的样子填写")
    if start is None:
        bad("start", "时间没有读懂", "请按“08:30”的样子填写")
    if end is None:
        bad("end", "时间没有读懂", "请按“11:30”的样子填写")
    kind = _code(KINDS, said["kind"])
    if not kind:
        bad("kind", "不是理论、实训或安全", "请填写“理论”“实训”或“安全”")
    hours = _whole(said["hours"])
    if hours is None:
        bad("hours", "课时不是整数", "请填写整数，例如4")
    site = _code(SITES, said.get("site", "")) if _text(said.get("site", "")) else "school"
    if not site:
        bad("site", "不是培训机构或企业", "请填写“培训机构”或“企业”，不填为培训机构")
    teacher = _one(people.teachers, said.get("teacher", ""))
    venue = _one(people.venues, said.get("venue", ""))
    if teacher == 0:
        bad("teacher", "师资库中没有这位教师，或有同名教师", "请核对姓名；有同名的，请在页面上选择")
    if venue == 0:
        bad("venue", "没有登记这个场地", "请核对场地名称，或先登记场地")
    if day is None or start is None or end is None or not kind or hours is None or not site:
        return None
    return SessionPlan(
        starts=datetime.combine(day, start, tzinfo=SHANGHAI),
        ends=datetime.combine(day, end, tzinfo=SHANGHAI),
        kind=kind,
        hours=hours,
        content=_text(said["content"]),
        venue_id=venue or None,
        teacher_id=teacher or None,
        site=site,
        textbook=_text(said.get("textbook", "")),
    )


def _text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value if value is not None else "").strip()


def _code(words: Mapping[str, str], value: object) -> str:
    text = _text(value).removesuffix("课")
    return next((code for code, word in words.items() if text in (word, code)), "")


def _one(known: Mapping[str, list[int]], value: object) -> int | None:
    """The only one of that name; None where nothing is written, 0 where nobody or several bear it."""
    text = _text(value)
    if not text:
        return None
    found = known.get(text, [])
    return found[0] if len(found) == 1 else 0


def _whole(value: object) -> int | None:
    text = _text(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    found = _DAY.search(_text(value))
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _time(value: object) -> time | None:
    if isinstance(value, datetime | time):
        return time(value.hour, value.minute)
    if isinstance(value, timedelta):
        return (datetime.combine(date.min, time()) + value).time().replace(second=0, microsecond=0)
    if isinstance(value, float) and 0 <= value < 1:  # a spreadsheet's part of a day
        minutes = round(value * 24 * 60)
        return time(minutes // 60, minutes % 60)
    found = _TIME.fullmatch(
        _text(value).removesuffix(":00") if _text(value).count(":") == 2 else _text(value)
    )
    try:
        return time(int(found[1]), int(found[2] or 0)) if found else None
    except ValueError:
        return None
