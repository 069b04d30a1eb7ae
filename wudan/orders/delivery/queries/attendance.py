"""Attendance counted (出勤统计): per learner and per class-day, against the lines of the district."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.delivery.counting import CLASS_VOID, Counted, DayRate, Lines, MemberRate, Row, count
from wudan.orders.delivery.models import Attendance, Member, Session, SignIn, TrainingClass
from wudan.orders.delivery.queries.rules import lines


def counted_rows(class_ids: Collection[int]) -> list[tuple[int, Row]]:
    """(class, row) of every row that may count: no cancelled session, no make-up session, nothing excused. One query."""
    found = (
        Attendance.objects.filter(
            session__training_class_id__in=class_ids, session__cancelled=False, session__make_up=False
        )
        .exclude(state="excused")
        .values_list(
            "session__training_class_id", "member_id", "session_id", "day", "session__hours", "state"
        )
    )
    return [(class_id, Row(m, s, day, hours, state)) for class_id, m, s, day, hours, state in found]


def attendance_of(class_id: int) -> Counted:
    """The class as it stands now: members (attended and held hours, whole days, rate, ok), days (rate, card), `valid`.

    A member with no session held yet is not in it. Unscoped: rooms ask; pages use `sheet`.
    """
    found = TrainingClass.objects.filter(pk=class_id).values_list("district_id", "started_on").get()
    return count([row for _, row in counted_rows([class_id])], lines(*found))


def red_days(class_id: int) -> list[DayRate]:
    """The class-days with a red card (红牌), as they stand now."""
    return [day for day in attendance_of(class_id).days if day.card == "red"]


def attended_days(member_id: int) -> int:
    """Whole days attended (出勤天数), for claims: days void by a red card are left out where the district says so."""
    class_id = Member.objects.values_list("training_class_id", flat=True).get(pk=member_id)
    rate = attendance_of(class_id).members.get(member_id)
    return rate.days if rate else 0


@dataclass(frozen=True, slots=True)
class CardOf:
    """A yellow or red card (黄牌、红牌) of one class-day."""

    class_id: int
    day: DayRate


def cards_of(provider_id: int, since: date, until: date) -> list[CardOf]:
    """Cards of a provider's class-days in [since, until), oldest first. Two queries."""
    classes = {
        c.pk: c
        for c in TrainingClass.objects.filter(
            provider_id=provider_id, started_on__lt=until, ended_on__gte=since
        ).order_by("pk")
    }
    rows: dict[int, list[Row]] = {pk: [] for pk in classes}
    for class_id, row in counted_rows(classes):
        rows[class_id].append(row)
    found = [
        CardOf(pk, day)
        for pk, c in classes.items()
        for day in count(rows[pk], lines(c.district_id, c.started_on)).days
        if day.card and since <= day.day < until
    ]
    return sorted(found, key=lambda one: (one.day.day, one.class_id))


# --- for pages ---------------------------------------------------------------------------------------------------
def visible_attendance_classes(actor: Actor) -> QuerySet[TrainingClass]:
    """Classes whose attendance the actor may read: own district's officials, the provider, the employer of the class."""
    found = TrainingClass.objects.select_related("provider", "district", "occupation", "head_teacher__person")
    if actor.is_official:
        return found.filter(district_id=actor.district_id) if actor.district_id else found.none()
    if actor.role is Role.PROVIDER and actor.organisation_id:
        return found.filter(provider_id=actor.organisation_id)
    if actor.role is Role.ENTERPRISE and actor.organisation_id:
        return found.filter(employer_id=actor.organisation_id)
    return found.none()


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One learner of the sheet, with one mark for each session of `Sheet.sessions` (None where not expected)."""

    member: Member
    marks: list[Attendance | None]
    rate: MemberRate | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The attendance sheet (出勤登记表) of a class."""

    training_class: TrainingClass
    sessions: list[Session]
    rows: list[SheetRow]
    counted: Counted
    lines: Lines

    @property
    def void(self) -> bool:
        return not self.counted.valid and self.lines.effect == CLASS_VOID


def sheet(class_id: int, actor: Actor, day: date | None = None) -> Sheet | None:
    """The sheet of one class, or of one day of it; None where the actor may not see it. Four queries."""
    training_class = visible_attendance_classes(actor).filter(pk=class_id).first()
    if training_class is None:
        return None
    sessions = Session.objects.filter(training_class_id=class_id, cancelled=False)
    if day:
        sessions = sessions.filter(day=day)
    held = list(sessions.select_related("venue", "teacher__person").order_by("during", "id"))
    marks: dict[tuple[int, int], Attendance] = {
        (a.member_id, a.session_id): a for a in Attendance.objects.filter(session__in=held).order_by("id")
    }
    line = lines(training_class.district_id, training_class.started_on)
    counted = count([row for _, row in counted_rows([class_id])], line)
    members = (
        Member.objects.filter(training_class_id=class_id)
        .select_related("person")
        .order_by("person__name_pinyin", "id")
    )
    rows = [SheetRow(m, [marks.get((m.pk, s.pk)) for s in held], counted.members.get(m.pk)) for m in members]
    return Sheet(training_class, held, rows, counted, line)


def attempts(session_id: int, actor: Actor, *, refused_only: bool = False) -> QuerySet[SignIn]:
    """签到记录 of one session, newest first, good and refused. Empty where the actor may not see the class."""
    found = SignIn.objects.filter(session_id=session_id)
    if not visible_attendance_classes(actor).filter(sessions__pk=session_id).exists():
        return found.none()
    found = found.filter(accepted=False) if refused_only else found
    return found.select_related("person").defer("photo_sealed").order_by("-id")


@dataclass(frozen=True, slots=True)
class MyClass:
    """One class as its learner sees it."""

    member: Member
    rows: list[Attendance]
    rate: MemberRate | None
    line: int
    days: dict[date, DayRate]


def my_attendance(actor: Actor) -> list[MyClass]:
    """我的出勤: each class of mine, newest first, with every session held or to come."""
    if not actor.person_id or actor.role is not Role.WORKER:
        return []
    found = Member.objects.filter(person_id=actor.person_id).order_by("-id")
    members = list(found.select_related("training_class__provider", "training_class__district"))
    by_member: dict[int, list[Attendance]] = {m.pk: [] for m in members}
    mine = Attendance.objects.filter(member__in=members).exclude(
        Q(state="excused") | Q(session__cancelled=True)
    )
    for mark in mine.select_related("session__venue", "makes_up").order_by("during", "id"):
        by_member[mark.member_id].append(mark)
    rows: dict[int, list[Row]] = {}
    for class_id, row in counted_rows([m.training_class_id for m in members]):
        rows.setdefault(class_id, []).append(row)
    seen = []
    for member in members:
        c = member.training_class
        line = lines(c.district_id, c.started_on)
        counted = count(rows.get(c.pk, []), line)
        seen.append(
            MyClass(
                member,
                by_member[member.pk],
                counted.members.get(member.pk),
                line.person,
                {d.day: d for d in counted.days},
            )
        )
    return seen


def refused_counts(session_ids: Collection[int]) -> dict[int, int]:
    """Session → how many attempts were refused."""
    found = SignIn.objects.filter(session_id__in=session_ids, accepted=False).values("session_id")
    return {row["session_id"]: row["n"] for row in found.annotate(n=Count("id")).order_by("session_id")}


def missed_by(class_id: int) -> QuerySet[Attendance]:
    """Absences (缺勤) of learners in class that no make-up is planned for, oldest first."""
    planned = Attendance.objects.filter(makes_up__isnull=False).exclude(state__in=["excused", "absent"])
    return (
        Attendance.objects.filter(
            session__training_class_id=class_id, state="absent", makes_up=None, member__state="in_class"
        )
        .exclude(pk__in=planned.values("makes_up_id"))
        .select_related("session", "member__person")
        .order_by(F("during"), "id")
    )


def one_mark(attendance_id: int, actor: Actor) -> Any:
    """One mark with its session and learner, for the page that corrects it; None where the actor may not see the class."""
    found = Attendance.objects.select_related("session__training_class", "session__venue", "member__person")
    row = found.filter(pk=attendance_id).first()
    if row is None:
        return None
    seen = visible_attendance_classes(actor).filter(pk=row.session.training_class_id).exists()
    return row if seen else None
