"""The rest of a session: closing, witness, override, strike, make-up, cards, and races at the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from tests.cast import BASIS, Cast, cast, outsider
from tests.harness.races import at_once
from tests.orders.delivery.classroom import NINE, Classroom, classroom, scan
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.orders.delivery.actions.attendance import close_due_sign_ins, close_sign_in
from wudan.orders.delivery.actions.handwork import override, sign_in_photo, strike, witness
from wudan.orders.delivery.actions.making_up import plan_make_up
from wudan.orders.delivery.models import Attendance, Device, Session, SignIn, TrainingClass
from wudan.orders.delivery.queries.attendance import (
    attempts,
    attendance_of,
    attended_days,
    cards_of,
    my_attendance,
    sheet,
)

PHOTO = b"\x89PNG\r\n\x1a\n" + b"0" * 40


@pytest.fixture
def room(db: None) -> Classroom:
    return classroom(cast())


@pytest.fixture
def tez(room: Classroom) -> Cast:
    return room.tez


def close(room: Classroom, n: int = 0) -> None:
    session = room.sessions[n]
    close_sign_in(
        session_id=session.pk, actor=room.tez.provider_clerk, at=session.during.lower + timedelta(hours=1)
    )


def refused_code(do: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as no:
        do()
    return no.value.refusal.code


# --- closing and cards -------------------------------------------------------------------------------------------
def test_who_has_not_signed_is_absent_and_who_is_away_is_not_counted(room: Classroom):
    scan(room.learners[0], room.code())
    with acting(actor=SYSTEM, at=NINE, basis=BASIS):
        room.learners[2].member.state = "interrupted"
        room.learners[2].member.save(update_fields=["state"])
    close(room)
    assert [w.mark(room.session).state for w in room.learners] == ["present", "absent", "excused"]
    assert refused_code(lambda: close(room)) == "not-open"


@pytest.mark.parametrize(("signed", "card"), [(10, None), (9, None), (8, "yellow"), (7, "red")])
def test_the_days_card_is_told_once_the_day_is_over(db: None, signed: int, card: str | None):
    """Exactly 90 % is no card, exactly 80 % is yellow and not red."""
    room = classroom(cast(), members=10)
    for who in room.learners[:signed]:
        scan(who, room.code())
    close(room)
    told = [e.topic for e in OutboxEvent.objects.filter(topic__endswith="-card")]
    assert told == ([f"class:{card}-card"] if card else [])
    assert attendance_of(room.held.pk).valid is (card != "red")
    found = cards_of(room.tez.provider.pk, date(2020, 12, 1), date(2020, 12, 2))
    assert [c.day.card for c in found] == ([card] if card else [])


def test_the_end_of_the_day_closes_by_itself(room: Classroom, tez: Cast):
    end = room.session.during.upper
    assert close_due_sign_ins(at=end - timedelta(seconds=1)) == 0
    assert close_due_sign_ins(at=end) == 1
    assert close_due_sign_ins(at=room.sessions[1].during.upper) == 1  # nobody had opened it
    assert close_due_sign_ins(at=room.sessions[1].during.upper) == 0
    assert not Attendance.objects.filter(state="expected").exists()
    assert refused_code(lambda: close_due_sign_ins(at=end, actor=tez.provider_clerk)) == "forbidden"


def test_rates_and_days(room: Classroom):
    who = room.learners[0]
    scan(who, room.code())
    close(room)
    room.open(1)
    close(room, 1)
    rate = attendance_of(room.held.pk).members[who.member.pk]
    assert (rate.attended, rate.held, rate.days, rate.ok) == (8, 16, 1, False)
    assert attended_days(who.member.pk) == 1
    (mine,) = my_attendance(who.actor)
    assert (mine.rate, [r.state for r in mine.rows]) == (rate, ["present", "absent"])


# --- witness -----------------------------------------------------------------------------------------------------
def test_witness(room: Classroom, tez: Cast):
    members = [w.member.pk for w in room.learners]
    scan(room.learners[0], room.code())
    given: dict[str, Any] = {
        "session_id": room.session.pk,
        "member_ids": members,
        "photo": PHOTO,
        "reason": "教室断网",
    }
    at = NINE + timedelta(hours=1)
    for changed, code in (
        ({"photo": b"GIF89a"}, "needs-photo"),
        ({"photo": PHOTO + b"0" * 4_000_000}, "needs-photo"),
        ({"reason": " "}, "needs-reason"),
        ({"member_ids": []}, "nobody"),
        ({"member_ids": [*members, 999_999]}, "forbidden"),
        ({"actor": outsider(tez, "provider")}, "forbidden"),
        ({"actor": room.learners[0].actor}, "forbidden"),
        ({"at": NINE - timedelta(seconds=1)}, "not-now"),
        ({"at": room.session.during.upper + timedelta(hours=24)}, "not-now"),
    ):
        assert (
            refused_code(lambda c=changed: witness(**({"actor": tez.provider_clerk, "at": at} | given | c)))
            == code
        )  # type: ignore[misc]
    assert witness(**given, actor=tez.provider_clerk, at=at) == 2
    assert [w.mark(room.session).method for w in room.learners] == ["code", "witness", "witness"]
    first, second = SignIn.objects.filter(method="witness").order_by("pk")
    assert (first.sheet_id, second.sheet_id) == (None, first.pk)
    assert PHOTO not in bytes(first.photo_sealed or b"")
    for one in (first, second):
        assert sign_in_photo(sign_in_id=one.pk, actor=tez.intake, at=at) == PHOTO
    for actor in (outsider(tez, "intake"), tez.provider_clerk):
        assert refused_code(lambda a=actor: sign_in_photo(sign_in_id=first.pk, actor=a, at=at)) == "forbidden"  # type: ignore[misc]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_journalentry WHERE subject_kind = 'sign-in-photo'")
        assert cursor.fetchone() == (2,)


# --- the bureau --------------------------------------------------------------------------------------------------
def test_override_is_intakes_alone_and_never_ones_own(room: Classroom, tez: Cast):
    close(room)
    mark = room.learners[0].mark(room.session)
    own = replace(tez.intake, person_id=room.learners[0].member.person_id)
    for actor in (tez.reviewer, tez.provider_clerk, room.learners[0].actor, outsider(tez, "intake"), own):
        assert refused_code(
            lambda a=actor: override(attendance_id=mark.pk, reason="看过监控", actor=a, at=NINE)  # type: ignore[misc]
        ) == "forbidden"  # fmt: skip
    assert (
        refused_code(lambda: override(attendance_id=mark.pk, reason="", actor=tez.intake, at=NINE))
        == "needs-reason"
    )
    override(attendance_id=mark.pk, reason="看过教室监控，本人在场", actor=tez.intake, at=NINE)
    mark.refresh_from_db()
    assert (mark.state, mark.method, mark.changed_by) == ("present", "override", tez.intake.user_id)
    again = refused_code(
        lambda: override(attendance_id=mark.pk, reason="再来一次", actor=tez.intake, at=NINE)
    )
    assert again == "wrong-state"
    assert attempts(room.session.pk, tez.intake).filter(method="override").count() == 1


def test_a_struck_signature_cannot_be_signed_again(room: Classroom, tez: Cast):
    who = room.learners[0]
    scan(who, room.code())
    mark = who.mark(room.session)
    for actor in (tez.provider_clerk, tez.finance, outsider(tez, "reviewer")):
        assert refused_code(
            lambda a=actor: strike(attendance_id=mark.pk, reason="代签", actor=a, at=NINE)  # type: ignore[misc]
        ) == "forbidden"  # fmt: skip
    strike(attendance_id=mark.pk, reason="巡查点名时不在场", actor=tez.reviewer, at=NINE)
    assert "认定无效" in scan(who, room.code()).refusal
    again = refused_code(
        lambda: witness(
            session_id=room.session.pk,
            member_ids=[who.member.pk],
            photo=PHOTO,
            reason="在场",
            actor=tez.provider_clerk,
            at=NINE,
        )
    )
    assert again == "struck"
    assert (
        refused_code(lambda: strike(attendance_id=mark.pk, reason="再次", actor=tez.intake, at=NINE))
        == "wrong-state"
    )


def test_a_closed_class_is_not_touched(room: Classroom, tez: Cast):
    mark = room.learners[0].mark(room.session)
    with acting(actor=SYSTEM, at=NINE, basis=BASIS):
        for state in ("taught", "assessed", "closed"):
            TrainingClass.objects.filter(pk=room.held.pk).update(state=state)
    for action in (override, strike):
        assert (
            refused_code(lambda a=action: a(attendance_id=mark.pk, reason="更正", actor=tez.intake, at=NINE))
            == "class-closed"
        )  # type: ignore[misc]


def test_who_sees_the_sheet(room: Classroom, tez: Cast):
    for actor in (tez.intake, tez.reviewer, tez.supervisor, tez.provider_clerk):
        assert sheet(room.held.pk, actor) is not None
    for actor in (
        outsider(tez, "intake"),
        outsider(tez, "provider"),
        room.learners[0].actor,
        tez.enterprise_clerk,
    ):
        assert sheet(room.held.pk, actor) is None
        assert not attempts(room.session.pk, actor).exists()


# --- make-up -----------------------------------------------------------------------------------------------------
def planned(room: Classroom, **changed: Any) -> Session:
    begins = NINE + timedelta(days=4)
    given: dict[str, Any] = {
        "class_id": room.held.pk,
        "attendance_ids": [room.learners[0].mark(room.session).pk],
        "during": (begins, begins + timedelta(hours=6)),
        "venue_id": room.session.venue_id,
        "teacher_id": room.session.teacher_id,
        "reason": "因病请假",
        "actor": room.tez.provider_clerk,
        "at": NINE + timedelta(hours=8),
    }
    return plan_make_up(**(given | changed))


def test_making_up_mends_the_absence_and_striking_it_breaks_it_again(room: Classroom, tez: Cast):
    who = room.learners[0]
    close(room)
    session = planned(room)
    assert [a.member_id for a in Attendance.objects.filter(session=session)] == [who.member.pk]
    assert refused_code(lambda: planned(room)) == "not-absent"
    room.sessions.append(session)
    at = room.open(2).during.lower
    assert scan(who, room.code(at, 2), at).accepted
    missed = who.mark(room.session)
    assert (missed.state, missed.method, missed.reason) == ("made_up", "make_up", "补课：2020年12月5日")
    rate = attendance_of(room.held.pk).members[who.member.pk]
    assert (rate.attended, rate.held) == (8, 8)  # the extra session itself is not counted
    strike(attendance_id=who.mark(session).pk, reason="补课时不在场", actor=tez.intake, at=at)
    assert who.mark(room.session).state == "absent"
    begins = NINE + timedelta(days=6)
    assert planned(room, during=(begins, begins + timedelta(hours=6))).make_up


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"attendance_ids": []}, "nobody"),
        ({"attendance_ids": [999_999]}, "not-absent"),
        ({"during": (NINE, NINE + timedelta(hours=6))}, "in-the-past"),
        ({"during": (NINE + timedelta(days=4), NINE + timedelta(days=4, hours=5))}, "too-short"),
        ({"reason": ""}, "needs-reason"),
        ({"venue_id": 999_999}, "not-own"),
        ({"teacher_id": 999_999}, "not-own"),
        (
            {"during": (NINE + timedelta(days=1), NINE + timedelta(days=1, hours=6))},
            "teacher_not_in_two_places",
        ),
    ],
)
def test_a_make_up_that_cannot_be(room: Classroom, changed: dict[str, Any], code: str):
    close(room)
    assert refused_code(lambda: planned(room, **changed)) == code
    assert not Session.objects.filter(make_up=True).exists()


def test_absences_of_two_sessions_are_made_up_apart(room: Classroom, tez: Cast):
    close(room)
    room.open(1)
    close(room, 1)
    who = room.learners[0]
    both = [who.mark(s).pk for s in room.sessions[:2]]
    assert refused_code(lambda: planned(room, attendance_ids=both)) == "one-session"
    assert refused_code(lambda: planned(room, actor=outsider(tez, "provider"))) == "forbidden"


# --- races -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_races():
    """One live server's database for all: the same attempt twice, one new phone for two persons, close against sign."""
    room = classroom(cast(), members=4)
    code, first = room.code(), room.learners[0]
    token = uuid4()
    answers = at_once(*[lambda: scan(first, code, token=token)] * 4)
    assert [a.accepted for a in answers] == [True] * 4
    assert SignIn.objects.count() == 1
    shared = "one-phone-for-two".ljust(40, "s")
    answers = at_once(*[lambda w=w: scan(w, code, device_key=shared) for w in room.learners[1:3]])  # type: ignore[misc]
    assert sorted(getattr(a, "accepted", False) for a in answers) == [False, True]
    assert Device.objects.filter(released_at=None).count() == 2
    last = room.learners[3]
    at_once(lambda: scan(last, code), lambda: close(room))
    assert last.mark(room.session).state in ("present", "absent")
    assert (last.mark(room.session).state == "present") == SignIn.objects.filter(
        person=last.member.person_id, accepted=True
    ).exists()
