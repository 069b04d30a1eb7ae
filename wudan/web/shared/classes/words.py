"""How states of classes, answers and changes are said and coloured, and how a sitting reads in one line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from wudan.kernel.periods import SHANGHAI
from wudan.orders.delivery.plans import KINDS, SITES
from wudan.web.shared.parts import Tone

CLASS_TONES: dict[str, Tone] = {
    "planning": "plain",
    "applied": "wait",
    "returned": "wrong",
    "approved": "now",
    "running": "now",
    "taught": "wait",
    "assessed": "wait",
    "closed": "done",
    "refused": "off",
    "cancelled": "off",
    "void": "wrong",
}
CLASS_ACTS = {
    "planning": "培训机构",
    "applied": "区人力资源社会保障局",
    "returned": "培训机构",
    "approved": "培训机构",
    "running": "培训机构",
    "taught": "培训机构和考评员",
    "assessed": "培训机构和区人力资源社会保障局",
}
ANSWER_TONES: dict[str, Tone] = {
    "asked": "wait",
    "bid": "wait",
    "accepted": "done",
    "refused": "off",
    "lapsed": "wrong",
    "not_chosen": "off",
    "withdrawn": "off",
    "released": "off",
}
MEMBER_TONES: dict[str, Tone] = {
    "in_class": "now",
    "interrupted": "wait",
    "left": "off",
    "transferred": "off",
    "completed": "done",
    "failed": "wrong",
}
AMENDMENT_TONES: dict[str, Tone] = {
    "asked": "wait",
    "approved": "done",
    "refused": "off",
    "withdrawn": "off",
}
WEEKDAYS = "一二三四五六日"


def weekday(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


def local(moment: datetime) -> datetime:
    return moment.astimezone(SHANGHAI)


def clock(starts: datetime, ends: datetime) -> str:
    """09:00—15:00"""
    return f"{local(starts):%H:%M}—{local(ends):%H:%M}"


def day_words(day: date) -> str:
    """12月1日 周二"""
    return f"{day.month}月{day.day}日 {weekday(day)}"


def month_day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def plan_words(said: dict[str, Any], teachers: dict[int, str], venues: dict[int, str]) -> dict[str, str]:
    """A side of a change as people read it: what a plan's line says, by its columns."""
    if not said:
        return {}
    starts, ends = datetime.fromisoformat(said["starts"]), datetime.fromisoformat(said["ends"])
    day = local(starts).date()
    return {
        "时间": f"{day.year}年{day_words(day)} {clock(starts, ends)}",
        "场地": venues.get(said["venue"] or 0, "未安排"),
        "教师": teachers.get(said["teacher"] or 0, "未安排"),
        "类型": f"{KINDS[said['kind']]}，{said['hours']}课时，在{SITES[said['site']]}",
        "内容": said["content"],
        "教材": said["textbook"] or "未写",
    }
