"""What the screens of a session show (课堂屏幕): the code of the moment, who is in, the PIN sheet; and the learner's day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import unseal_bytes
from wudan.kernel.periods import SHANGHAI, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery import codes
from wudan.orders.delivery.models import Attendance, Device, Session, SignIn
from wudan.orders.delivery.queries.rules import SignRules, sign_rules

SECRET = "sign-in-secret"  # noqa: S105 - the purpose it is sealed for
GONE = ("left", "transferred")


def local(moment: datetime) -> datetime:
    """In the time of the classroom's wall clock."""
    return moment.astimezone(SHANGHAI)


def secret_of(session: Session) -> bytes:
    """The session's secret. Empty where sign-in was never opened: nothing verifies against it."""
    return unseal_bytes(bytes(session.secret_sealed), SECRET) if session.secret_sealed else b""


def room_of(session: Session) -> str:
    """What binds a code to its room (场地)."""
    return str(session.venue_id or 0)


@dataclass(frozen=True, slots=True)
class ScreenCode:
    """The code on the teacher's screen: for the QR picture, for typing, and for how many seconds it stays."""

    code: str
    digits: str
    seconds_left: int


def own_sessions(actor: Actor) -> QuerySet[Session]:
    """Sessions of the provider's own classes, cancelled ones left out."""
    if actor.role is not Role.PROVIDER or not actor.organisation_id:
        return Session.objects.none()
    return Session.objects.filter(
        training_class__provider_id=actor.organisation_id, cancelled=False
    ).select_related("training_class__district", "venue", "teacher__person")


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session of the day's list: how many are expected, are in, and how many attempts were refused."""

    session: Session
    expected: int
    signed: int


def sessions_on(day: date, actor: Actor) -> list[Sitting]:
    """今日课堂: the provider's sessions of classes in teaching on a day, earliest first. One query."""
    found = own_sessions(actor).filter(day=day, training_class__state__in=["approved", "running", "taught"])
    counted = found.annotate(
        expected=Count("attendance", filter=~Q(attendance__state="excused")),
        signed=Count("attendance", filter=Q(attendance__state="present")),
    ).order_by("during", "id")
    return [Sitting(s, s.expected, s.signed) for s in counted]


def next_day_with_sessions(after: date, actor: Actor) -> date | None:
    found = own_sessions(actor).filter(day__gt=after, training_class__state__in=["approved", "running"])
    return found.order_by("day").values_list("day", flat=True).first()


def rules_for(session: Session) -> SignRules:
    return sign_rules(session.training_class.district_id, legal_day(session.during.lower))


def taking(session: Session, at: datetime) -> bool:
    """Whether the session takes signatures at this moment."""
    return (
        session.training_class.state == "running"
        and session.opened_at is not None
        and session.closed_at is None
        and at < session.during.upper
    )


def screen_code(session: Session, at: datetime) -> ScreenCode | None:
    """The code of this moment; None where the session takes none. The caller found the session by `own_sessions`."""
    if not taking(session, at) or not session.secret_sealed:
        return None
    secret, room = secret_of(session), room_of(session)
    seconds = rules_for(session).seconds
    step = codes.step_at(at, seconds)
    left = seconds - int(at.timestamp()) % seconds
    return ScreenCode(
        codes.make(secret, session.pk, step, room), codes.digits(secret, session.pk, step, room), left
    )


def roll(session: Session) -> list[Attendance]:
    """Everybody expected at a session, by name; those not counted left out."""
    rows = Attendance.objects.filter(session=session).exclude(state="excused")
    return list(rows.select_related("member__person").order_by("member__person__name_pinyin", "member_id"))


def pins(session: Session) -> list[tuple[Attendance, str]]:
    """口令单: each learner's PIN. Empty until sign-in was opened."""
    secret = secret_of(session)
    return [(row, codes.pin(secret, session.pk, row.member_id)) for row in roll(session)] if secret else []


def refused_at(session: Session, count: int = 20) -> list[SignIn]:
    """The last refused attempts, newest first, for the teacher beside the screen."""
    found = SignIn.objects.filter(session=session, accepted=False).select_related("person")
    return list(found.defer("photo_sealed").order_by("-id")[:count])


def devices_of(person_ids: Sequence[int]) -> dict[int, Device]:
    """Person → the bound phone."""
    found = Device.objects.filter(person_id__in=person_ids, released_at=None).order_by("id")
    return {d.person_id: d for d in found}


# --- the learner -------------------------------------------------------------------------------------------------
def my_sessions_on(day: date, actor: Actor) -> list[Attendance]:
    """今天的课: my sessions of that day, earliest first, with class, room and whether I am in. One query."""
    return list(_my_sessions(actor).filter(day=day))


def my_sessions_after(day: date, actor: Actor) -> list[Attendance]:
    """接下来的课: my sessions of later days, soonest first, with class and room. One query."""
    return list(_my_sessions(actor).filter(day__gt=day))


def _my_sessions(actor: Actor) -> QuerySet[Attendance]:
    """Where I am expected or was: none cancelled, none of a class I left, none of anybody else."""
    if actor.role is not Role.WORKER or not actor.person_id:
        return Attendance.objects.none()
    rows = Attendance.objects.filter(person_id=actor.person_id, session__cancelled=False)
    rows = rows.exclude(state="excused").exclude(member__state__in=GONE)
    return rows.select_related("session__training_class", "session__venue", "member").order_by("during", "id")


def my_open_session(actor: Actor, at: datetime) -> Attendance | None:
    """The session of mine that takes signatures now: the one the digits and the PIN are for."""
    today = my_sessions_on(legal_day(at), actor)
    waiting = [row for row in today if taking(row.session, at)]
    return next((row for row in waiting if row.state != "present"), waiting[0] if waiting else None)


def my_session(session_id: int, actor: Actor) -> Attendance | None:
    """One session of mine, for the card that says I am in."""
    rows = Attendance.objects.filter(session_id=session_id, person_id=actor.person_id or 0)
    return rows.select_related("session__training_class", "session__venue", "member").first()
