"""补课: an extra session for those who missed one. Signing it mends the absence; it counts for nobody else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.guards import BASIS, locked_class, require_own, require_reason
from wudan.orders.delivery.models import Attendance, Session
from wudan.orders.delivery.queries.attendance import missed_by
from wudan.organisations.models import Teacher, Venue


def plan_make_up(
    *,
    class_id: int,
    attendance_ids: Sequence[int],
    during: tuple[datetime, datetime],
    venue_id: int,
    teacher_id: int,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Session:
    """安排补课 by the provider, for absences of one and the same session, of the same kind and hours as what was missed.

    The bureau sees it (`session:make-up` {session}); teacher, room and learners are nowhere else then, by the database.
    Refuses: forbidden, not-running, nobody, not-absent, one-session, in-the-past, too-short, needs-reason, not-own,
    teacher_not_in_two_places, venue_not_used_twice, person_not_in_two_rooms, absence_made_up_once.
    """
    actor.require(Role.PROVIDER)
    reason = require_reason(reason, "安排补课")
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_own(actor, held)
        if held.state != "running":
            refuse("not-running", "班级不在教学中，不能安排补课。")
        missed = list(missed_by(class_id).filter(pk__in=attendance_ids))
        _require_absences(missed, attendance_ids)
        _require_time(missed[0].session, during, at)
        _require_own_means(actor, held.district_id, venue_id, teacher_id)
        session = _session(missed[0].session, during, venue_id, teacher_id, reason)
        for row in missed:
            Attendance.objects.create(
                session=session, member_id=row.member_id, person_id=row.person_id, during=session.during, day=session.day,
                makes_up=row,
            )  # fmt: skip
        tell("session:make-up", at=at, session=session.pk, **{"class": held.pk})
    return session


def _require_own_means(actor: Actor, district_id: str, venue_id: int, teacher_id: int) -> None:
    if not Venue.objects.filter(pk=venue_id, organisation_id=actor.organisation_id or 0).exists():
        refuse("not-own", "请选择本机构的场地。", field="venue", status=INVALID)
    usable = Q(organisation=None) | Q(organisation_id=actor.organisation_id)
    if not Teacher.objects.filter(usable, pk=teacher_id, district_id=district_id).exists():
        refuse("not-own", "请选择本机构或区师资库的教师。", field="teacher", status=INVALID)


def _session(
    missed: Session, during: tuple[datetime, datetime], venue_id: int, teacher_id: int, reason: str
) -> Session:
    day = missed.day
    return Session.objects.create(
        training_class_id=missed.training_class_id, during=DateTimeTZRange(*during, "[)"), day=legal_day(during[0]),
        venue_id=venue_id, teacher_id=teacher_id, kind=missed.kind, site=missed.site, hours=missed.hours,
        content=f"补{day.month}月{day.day}日的课：{missed.content}（{reason}）", textbook=missed.textbook, make_up=True,
    )  # fmt: skip


def _require_absences(missed: Sequence[Attendance], asked: Sequence[int]) -> None:
    if not asked:
        refuse(
            "nobody", "没有选择要补课的学员。", remedy="请勾选缺勤的学员。", field="missed", status=INVALID
        )
    if len(missed) != len(set(asked)):
        refuse("not-absent", "有学员不是缺勤，或者已安排过补课。", remedy="请刷新页面后重新勾选。")
    if len({row.session_id for row in missed}) > 1:
        refuse(
            "one-session",
            "一次补课只能补同一节课。",
            remedy="不同的课请分别安排补课。",
            field="missed",
            status=INVALID,
        )


def _require_time(missed: Session, during: tuple[datetime, datetime], at: datetime) -> None:
    begins, ends = during
    if begins <= at or ends <= begins:
        refuse("in-the-past", "补课须安排在今后，结束时间晚于开始时间。", field="begins", status=INVALID)
    if ends - begins < missed.during.upper - missed.during.lower:
        refuse(
            "too-short",
            f"补课时间比原来的课短，原来是{missed.hours}课时。",
            remedy="请安排不少于原来的时间。",
            field="ends",
            status=INVALID,
        )
