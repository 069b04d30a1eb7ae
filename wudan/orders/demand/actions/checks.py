"""What every order must satisfy, whoever files it: window, level, line, town."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel.errors import INVALID, refuse
from wudan.occupations.models import LEVELS, Occupation
from wudan.occupations.queries import levels, search_occupations
from wudan.orders.demand import rules
from wudan.people.models import Division


def checked_window(district_id: str, since: date, until: date, today: date) -> DateRange:
    """A half-open window that still has the days a class needs (`group_shared_days_min`), begun within the order's validity."""
    need = rules.shared_days(district_id, today)
    if (until - max(since, today)).days < need:
        refuse(
            "bad-window",
            f"希望培训的时段太短或已经过去，从今天起至少要留出{need}天，才编得成班。",
            remedy="请把时段放宽一些。",
            field="until",
            status=INVALID,
        )
    days = rules.valid_days(district_id, today)
    if (since - today).days > days:
        refuse(
            "too-early",
            f"提单有效期是{days}天，希望开始的日期还太远。",
            remedy=f"请在希望开始前{days}天之内再提单。",
            field="since",
            status=INVALID,
        )
    return DateRange(since, until, "[)")


def expiry(district_id: str, window: DateRange, today: date) -> date:
    """The last day on which the order waits: its validity, and never beyond the wished window's last day."""
    last: date = window.upper - timedelta(days=1)
    return min(today + timedelta(days=rules.valid_days(district_id, today)), last)


def checked_level(occupation: Occupation | None, level: int) -> int:
    """The level, where the occupation has it; 0 is "not said", which stands for the occupation's lowest."""
    if occupation is None:
        return level if level in LEVELS else 0
    offered = levels(occupation.pk)
    if level not in offered and level != 0:
        words = "、".join(LEVELS[one] for one in offered)
        refuse(
            "bad-level",
            f"{occupation.name}没有“{LEVELS.get(level, level)}”这个等级。",
            remedy=f"请从{words}中选择。",
            field="level",
            status=INVALID,
        )
    return level if level in offered else offered[0]


def checked_line(district_id: str, code: str, filed_by: str) -> str:
    """The training line, where it is this filer's to ask for; "" where none was chosen."""
    if not code:
        return ""
    found = rules.line(district_id, code)
    filer = "person" if filed_by == "town" else filed_by
    if found is None or found.restricted or filer not in found.filed_by:
        refuse(
            "bad-line",
            "这个培训类别不能这样提单。",
            remedy="请从列表中重新选择。",
            field="line",
            status=INVALID,
        )
    return code


def checked_town(district_id: str, code: str) -> str | None:
    """A town of the district; None is anywhere in it."""
    if not code:
        return None
    if not Division.objects.filter(pk=code, parent=district_id, level="town").exists():
        refuse(
            "bad-town",
            "请选择本区的镇街。",
            remedy="哪里上课都可以的，请选“都可以”。",
            field="town",
            status=INVALID,
        )
    return code


def named_exactly(words: str) -> int | None:
    """The one occupation these very words name; a person confirms anything less."""
    found = [one for one in search_occupations(words, limit=5) if words in (one.name, *one.aliases)]
    return found[0].pk if len(found) == 1 else None
