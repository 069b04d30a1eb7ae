"""Rows of attendance (出勤) as they are expected: made when the opening is approved, moved and taken away with the plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wudan.kernel import bulk
from wudan.orders.delivery.models import Attendance, Member, Session
from wudan.orders.delivery.states import ATTENDANCE


def expect(sessions: Sequence[Session], members: Sequence[Member]) -> int:
    """One expected row per sitting and learner, in one statement. Refuses: person_not_in_two_rooms, by the database."""
    rows = [
        Attendance(
            session=session, member=member, person_id=member.person_id, during=session.during, day=session.day
        )
        for session in sessions
        for member in members
    ]
    return len(bulk.insert(Attendance, rows))


def move(session: Session) -> None:
    """The rows still expected follow their sitting to its new time. Refuses: person_not_in_two_rooms."""
    waiting = Attendance.objects.filter(session=session, state="expected")
    waiting.update(during=session.during, day=session.day)


def excuse_session(session: Session, reason: str) -> int:
    """A sitting that will not be held counts for nobody."""
    return _excuse(session_id=session.pk, reason=reason)


def excuse_member(member: Member, since: datetime, reason: str) -> int:
    """Sittings that begin at or after `since` no longer count for this learner."""
    return _excuse(member_id=member.pk, session__during__startswith__gte=since, reason=reason)


def excuse_class(class_id: int, since: datetime, reason: str) -> int:
    """Sittings of the class that begin at or after `since` no longer count for anybody."""
    return _excuse(session__training_class_id=class_id, session__during__startswith__gte=since, reason=reason)


def recall_member(member: Member, since: datetime) -> int:
    """Who comes back is expected again at sittings that begin at or after `since`. Refuses: person_not_in_two_rooms."""
    rows = Attendance.objects.filter(
        member=member, state="excused", session__cancelled=False, session__during__startswith__gte=since
    )
    return rows.update(state=ATTENDANCE.check("recall", "excused"), reason="")


def _excuse(*, reason: str, **which: object) -> int:
    rows = Attendance.objects.filter(state="expected", **which)
    return rows.update(state=ATTENDANCE.check("excuse", "expected"), reason=reason)
