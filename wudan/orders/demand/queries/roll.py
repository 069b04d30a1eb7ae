"""The roll (应培尽培名单): who must be trained, who has been, who is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.demand import rules
from wudan.orders.demand.models import RollEntry
from wudan.people.queries import search
from wudan.policy.engine.lines import Line

BUREAU = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR)


def visible_roll(actor: Actor) -> QuerySet[RollEntry]:
    """A worker's own, an enterprise's staff, a district's for its bureau; a town clerk the town's, without closed rosters."""
    entries = RollEntry.objects.select_related("person", "person__town", "source", "employer", "occupation")
    if actor.role is Role.WORKER:
        return entries.filter(person=actor.person_id or 0)
    if actor.role is Role.ENTERPRISE:
        return entries.filter(employer=actor.organisation_id or 0)
    if not actor.district_id or actor.role not in (*BUREAU, Role.TOWN):
        return entries.none()
    entries = entries.filter(district=actor.district_id)
    if actor.role is Role.TOWN:
        closed = [one.code for one in rules.lines(actor.district_id) if one.restricted]
        entries = entries.filter(person__town=actor.town_code).exclude(category__in=closed)
    return entries


def entry(actor: Actor, entry_id: int) -> RollEntry | None:
    """One the actor may see."""
    return visible_roll(actor).filter(pk=entry_id).first()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list is narrowed to. `missing`: not trained yet; `overdue`: and past the day."""

    text: str = ""
    category: str = ""
    state: str = ""
    town: str = ""
    missing: bool = False
    overdue: bool = False
    source_id: int | None = None
    employer_id: int | None = None


def list_roll(actor: Actor, wanted: Wanted, *, today: date) -> QuerySet[RollEntry]:
    """What is due soonest first."""
    entries = visible_roll(actor)
    same = {
        "category": wanted.category,
        "state": wanted.state,
        "person__town": wanted.town,
        "source": wanted.source_id,
        "employer": wanted.employer_id,
    }
    entries = entries.filter(**{name: value for name, value in same.items() if value})
    if wanted.missing or wanted.overdue:
        entries = entries.filter(state__in=["due", "enrolled"])
    if wanted.overdue:
        entries = entries.filter(due_on__lt=today)
    if text := wanted.text.strip():
        entries = entries.filter(
            person__in=list(search(text).order_by("pk").values_list("pk", flat=True)[:500])
        )
    return entries.order_by("due_on", "id")


@dataclass(frozen=True, slots=True)
class Coverage:
    """One category of the roll: how many must be trained, how many have been, are under way, are missing, are late."""

    line: Line
    total: int
    trained: int
    enrolled: int
    due: int
    overdue: int
    excused: int

    @property
    def percent(self) -> int:
        """Trained of all that must be, whole percent, rounded down; 0 where nobody must be."""
        return self.trained * 100 // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class EmployerCoverage:
    """One enterprise's staff in one category of the roll."""

    employer_id: int
    name: str
    total: int
    trained: int
    overdue: int

    @property
    def percent(self) -> int:
        return self.trained * 100 // self.total if self.total else 0


def coverage_by_employer(actor: Actor, category: str, *, today: date) -> list[EmployerCoverage]:
    """Which enterprises have how many of their staff to train in this category (高危企业全覆盖), the least covered first."""
    wanted = Q(state__in=["due", "enrolled", "trained"])
    late = Q(state__in=["due", "enrolled"], due_on__lt=today)
    rows = (
        visible_roll(actor)
        .filter(wanted, category=category, employer__isnull=False)
        .order_by()
        .values_list("employer", "employer__name")
        .annotate(
            total=Count("pk"), trained=Count("pk", filter=Q(state="trained")), late=Count("pk", filter=late)
        )
    )
    found = [EmployerCoverage(*row) for row in rows]
    return sorted(found, key=lambda c: (c.percent, -c.total, c.employer_id))


def coverage(actor: Actor, *, today: date) -> list[Coverage]:
    """By category in the rulebook's order, one query; every category that must be trained is in it."""
    state = {s: Count("pk", filter=Q(state=s)) for s in ("trained", "enrolled", "due", "excused")}
    late = Count("pk", filter=Q(state__in=["due", "enrolled"], due_on__lt=today))
    rows: dict[str, dict[str, int]] = {
        str(row["category"]): {name: int(str(count)) for name, count in row.items() if name != "category"}
        for row in visible_roll(actor).order_by().values("category").annotate(late=late, **state)
    }
    found = []
    for line in rules.must_lines(actor.district_id or ""):
        row = rows.get(line.code, dict.fromkeys(("trained", "enrolled", "due", "excused", "late"), 0))
        total = row["trained"] + row["enrolled"] + row["due"]
        found.append(
            Coverage(line, total, row["trained"], row["enrolled"], row["due"], row["late"], row["excused"])
        )
    return found
