"""A line of a teaching plan (教学计划) as somebody typed it, before it is a session of the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from wudan.kernel.errors import INVALID, Refusal
from wudan.kernel.periods import SHANGHAI, legal_day

KINDS = {"theory": "理论", "practice": "实训", "safety": "安全"}
SITES = {"school": "培训机构", "enterprise": "企业"}


@dataclass(frozen=True, slots=True)
class SessionPlan:
    """One sitting as planned. `hours` are 课时; `starts` and `ends` are instants of one legal day."""

    starts: datetime
    ends: datetime
    kind: str
    hours: int
    content: str
    venue_id: int | None = None
    teacher_id: int | None = None
    site: str = "school"
    textbook: str = ""

    @property
    def day(self) -> date:
        return legal_day(self.starts)

    @property
    def during(self) -> DateTimeTZRange:
        return DateTimeTZRange(self.starts, self.ends, "[)")

    @property
    def length(self) -> timedelta:
        return self.ends - self.starts

    def overlaps(self, starts: datetime, ends: datetime) -> bool:
        return self.starts < ends and starts < self.ends

    def columns(self) -> dict[str, Any]:
        """As the fields of a Session."""
        return {
            "during": self.during,
            "day": self.day,
            "venue_id": self.venue_id,
            "teacher_id": self.teacher_id,
            "kind": self.kind,
            "site": self.site,
            "hours": self.hours,
            "content": self.content.strip(),
            "textbook": self.textbook.strip(),
        }

    def as_json(self) -> dict[str, Any]:
        """As an amendment keeps it."""
        return {
            "starts": self.starts.astimezone(SHANGHAI).isoformat(),
            "ends": self.ends.astimezone(SHANGHAI).isoformat(),
            "venue": self.venue_id,
            "teacher": self.teacher_id,
            "kind": self.kind,
            "site": self.site,
            "hours": self.hours,
            "content": self.content.strip(),
            "textbook": self.textbook.strip(),
        }

    def changed(self, **changes: Any) -> SessionPlan:
        return replace(self, **changes)


def from_json(said: dict[str, Any]) -> SessionPlan:
    """What `as_json` gave."""
    return SessionPlan(
        starts=datetime.fromisoformat(said["starts"]),
        ends=datetime.fromisoformat(said["ends"]),
        kind=said["kind"],
        hours=said["hours"],
        content=said["content"],
        venue_id=said["venue"],
        teacher_id=said["teacher"],
        site=said["site"],
        textbook=said["textbook"],
    )


@dataclass(frozen=True, slots=True)
class PlanFault:
    """What is wrong with a line of a plan, counted from 1, and what to do about it. `field` is a field of SessionPlan."""

    row: int
    field: str
    said: str
    problem: str
    remedy: str

    def refusal(self, *, many: bool = True) -> Refusal:
        where = f"第{self.row}行：" if many else ""
        return Refusal(
            f"bad-plan:{self.field}",
            f"{where}{self.problem}。",
            remedy=f"{self.remedy}。" if self.remedy else "",
            field=self.field,
            status=INVALID,
        )
