"""班级日历: sittings by week or month, for the desk that looks."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest

from wudan.kernel.actor import Actor
from wudan.kernel.periods import legal_day
from wudan.orders.delivery.queries.classes import sittings_between
from wudan.web.shared.classes.words import clock, day_words

WEEK = 7


def timetable(request: HttpRequest, actor: Actor, at: datetime, href: Callable[[Any], str]) -> dict[str, Any]:
    """`?view=month`, `?day=2020-12-01`; nonsense in the address gives this week."""
    today = legal_day(at)
    day = _day(request.GET.get("day", "")) or today
    monthly = request.GET.get("view") == "month"
    first, until = _month(day) if monthly else _week(day)
    shown_from, shown_until = (_week(first)[0], _week(until - timedelta(1))[1]) if monthly else (first, until)
    found: dict[date, list[dict[str, Any]]] = {}
    for s in sittings_between(actor, shown_from, shown_until):
        found.setdefault(s.day, []).append(
            {
                "clock": clock(s.during.lower, s.during.upper),
                "name": _short(s.training_class.name),
                "kind": s.kind,
                "content": s.content,
                "venue": s.venue.name if s.venue else "线上",
                "teacher": s.teacher.person.name if s.teacher else "",
                "href": href(s),
            }
        )
    days = [
        {
            "day": d,
            "words": day_words(d),
            "sittings": found.get(d, []),
            "today": d == today,
            "out": not first <= d < until,
        }
        for d in (shown_from + timedelta(n) for n in range((shown_until - shown_from).days))
    ]
    return {
        "monthly": monthly,
        "weeks": [days[n : n + WEEK] for n in range(0, len(days), WEEK)],
        "heading": f"{day.year}年{day.month}月" if monthly else f"{first.year}年{_span(first, until)}",
        "before": first - timedelta(1) if monthly else first - timedelta(WEEK),
        "after": until if monthly else first + timedelta(WEEK),
        "day": day,
        "count": sum(len(found.get(d, [])) for d in found if first <= d < until),
    }


def _short(name: str) -> str:
    """Every name begins with its year; in a narrow cell that says nothing."""
    return name[5:] if name[:4].isdigit() and name[4:5] == "年" else name


def _span(first: date, until: date) -> str:
    last = until - timedelta(1)
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"


def _week(day: date) -> tuple[date, date]:
    first = day - timedelta(day.weekday())
    return first, first + timedelta(WEEK)


def _month(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, first + timedelta(monthrange(day.year, day.month)[1])


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 < day.year < 2100 else None
