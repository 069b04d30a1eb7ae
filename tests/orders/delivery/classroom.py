"""A class in teaching, its first session taking signatures at nine, and learners with phones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from tests.cast import Cast, make_actor
from tests.chain_cast import OPENS, running_class
from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.attempts import Signed
from wudan.orders.delivery.actions.attendance import open_sign_in
from wudan.orders.delivery.actions.signing import sign_with_code
from wudan.orders.delivery.models import Attendance, Member, Session, SignIn, TrainingClass
from wudan.orders.delivery.queries.screens import screen_code

NINE = OPENS + timedelta(hours=1)
"""The first session begins; it ends at three in the afternoon."""


@dataclass
class Learner:
    """One member with a log-in and a phone."""

    member: Member
    actor: Actor
    phone: str

    def mark(self, session: Session) -> Attendance:
        return Attendance.objects.get(session=session, member=self.member)


@dataclass
class Classroom:
    tez: Cast
    held: TrainingClass
    sessions: list[Session]
    learners: list[Learner]

    @property
    def session(self) -> Session:
        return self.sessions[0]

    def open(self, n: int = 0, at: datetime | None = None) -> Session:
        session = self.sessions[n]
        at = at or session.during.lower
        made = open_sign_in(session_id=session.pk, actor=self.tez.provider_clerk, at=at)
        self.sessions[n] = Session.objects.select_related("training_class").get(pk=made.pk)
        return self.sessions[n]

    def code(self, at: datetime = NINE, n: int = 0) -> str:
        """What the screen shows at that moment."""
        shown = screen_code(Session.objects.select_related("training_class").get(pk=self.sessions[n].pk), at)
        assert shown is not None
        return shown.code

    def digits(self, at: datetime = NINE, n: int = 0) -> str:
        shown = screen_code(Session.objects.select_related("training_class").get(pk=self.sessions[n].pk), at)
        assert shown is not None
        return shown.digits


def classroom(
    tez: Cast, *, members: int = 3, sessions: int = 2, opened: bool = True, **given: Any
) -> Classroom:
    held = running_class(tez, members=members, sessions=sessions, **given)
    found = Member.objects.filter(training_class=held).select_related("person").order_by("pk")
    learners = [
        Learner(
            m, make_actor(Role.WORKER, person=m.person, username=f"w{m.pk}"), f"phone-{m.pk}-".ljust(40, "x")
        )
        for m in found
    ]
    room = Classroom(
        tez, held, list(Session.objects.filter(training_class=held).order_by("during")), learners
    )
    if opened:
        room.open()
    return room


def scan(who: Learner, code: str, at: datetime = NINE, **given: Any) -> Signed:
    """This learner scans this code with the own phone, at that moment."""
    given = {"device_key": who.phone, "claimed_at": at, "token": uuid4(), "actor": who.actor, **given}
    return sign_with_code(code=code, at=at, **given)


def last(session: Session) -> SignIn:
    found = SignIn.objects.filter(session=session).order_by("-pk").first()
    assert found is not None
    return found
