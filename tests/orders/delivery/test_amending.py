"""开班变更: after approval by asking only; attendance follows the sitting."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from tests.cast import AT, SHANGHAI, cast, outsider
from tests.chain_cast import (
    FIRST_DAY,
    OPENS,
    approved_class,
    make_venue,
    planned_class,
    running_class,
    sitting,
)
from tests.orders.subsidy.chain import both, refusal
from wudan.orders.delivery.actions.amending import (
    approve_amendment,
    approve_amendments_tacitly,
    ask_amendment,
    refuse_amendment,
    withdraw_amendment,
)
from wudan.orders.delivery.models import Attendance

pytestmark = pytest.mark.django_db
WHY = "主讲教师临时参加考评"


@pytest.fixture
def tez():
    return cast()


def parts(held):
    session = held.sessions.order_by("during").last()
    return session, {"teacher": session.teacher, "venue": session.venue}


def moved(tez, held, days=5, *, at=AT, **changes):
    """Ask to hold the last sitting so many days after the first day."""
    session, given = parts(held)
    return ask_amendment(
        class_id=held.pk,
        kind="session",
        session_id=session.pk,
        plan=sitting(days, **{**given, **changes}),
        reason=WHY,
        actor=tez.provider_clerk,
        at=at,
    )


def test_a_sitting_is_moved_and_its_attendance_with_it(tez):
    held = approved_class(tez)
    asked = moved(tez, held)
    assert asked.due_on == date(2020, 11, 17)
    assert (asked.before["starts"][:10], asked.after["starts"][:10]) == ("2020-12-02", "2020-12-06")
    session, _ = parts(held)
    assert session.day == date(2020, 12, 2)  # nothing changes by asking
    done = approve_amendment(amendment_id=asked.pk, answer="同意", actor=tez.intake, at=AT)
    held.refresh_from_db()
    rows = Attendance.objects.filter(session=session)
    assert (done.state, held.ended_on) == ("approved", date(2020, 12, 6))
    assert {(r.day, r.during.lower) for r in rows} == {
        (date(2020, 12, 6), datetime(2020, 12, 6, 9, tzinfo=SHANGHAI))
    }


def test_refused_all_stays(tez):
    held = approved_class(tez)
    asked = moved(tez, held)
    assert (
        refusal(refuse_amendment, amendment_id=asked.pk, answer="", actor=tez.intake, at=AT).code
        == "needs-reason"
    )
    refuse_amendment(amendment_id=asked.pk, answer="场地另有安排", actor=tez.intake, at=AT)
    assert parts(held)[0].day == date(2020, 12, 2)
    assert refusal(approve_amendment, amendment_id=asked.pk, actor=tez.intake, at=AT).code == "wrong-state"


def test_added_and_dropped(tez):
    held = running_class(tez)
    session, given = parts(held)
    ask = {"class_id": held.pk, "reason": WHY, "actor": tez.provider_clerk, "at": OPENS}
    extra = ask_amendment(kind="add_session", plan=sitting(3, **given), **ask)
    approve_amendment(amendment_id=extra.pk, actor=tez.intake, at=OPENS)
    assert Attendance.objects.filter(session__training_class=held, day=FIRST_DAY + timedelta(3)).count() == 3
    drop = ask_amendment(kind="drop_session", session_id=session.pk, **ask)
    approve_amendment(amendment_id=drop.pk, actor=tez.reviewer, at=OPENS)
    session.refresh_from_db()
    assert session.cancelled
    assert set(session.attendance.values_list("state", flat=True)) == {"excused"}


def test_what_is_wrong_with_it_is_told(tez):
    held = approved_class(tez)
    session, given = parts(held)
    ask = {
        "class_id": held.pk,
        "kind": "session",
        "session_id": session.pk,
        "actor": tez.provider_clerk,
        "at": AT,
    }
    same = sitting(1, **given)
    assert refusal(ask_amendment, plan=same, reason=WHY, **ask).code == "nothing-changed"
    assert refusal(ask_amendment, plan=sitting(5, **given), reason="", **ask).code == "needs-reason"
    assert (
        refusal(ask_amendment, plan=sitting(0, hours=1, **given), reason=WHY, **ask).code == "bad-plan:hours"
    )
    assert refusal(ask_amendment, plan=None, reason=WHY, **ask).code == "bad-input:plan"
    assert refusal(ask_amendment, plan=same, reason=WHY, **{**ask, "kind": "all"}).code == "bad-input:kind"
    moved(tez, held)
    assert refusal(ask_amendment, plan=sitting(6, **given), reason=WHY, **ask).code == "asked-already"


def test_a_sitting_that_has_begun_is_not_changed(tez):
    held = running_class(tez, sessions=1)
    begins = held.sessions.get().during.lower
    asked = moved(tez, held, at=begins - timedelta(minutes=1))
    assert (
        refusal(approve_amendment, amendment_id=asked.pk, actor=tez.intake, at=begins).code == "session-begun"
    )
    other = running_class(tez, n=2, sessions=1)
    assert refusal(moved, tez=tez, held=other, at=begins).code == "session-begun"


def test_who_asks_and_who_answers(tez):
    held = approved_class(tez)
    session, given = parts(held)
    ask = {
        "class_id": held.pk,
        "kind": "session",
        "session_id": session.pk,
        "plan": sitting(5, **given),
        "reason": WHY,
        "at": AT,
    }
    for stranger in (outsider(tez, "provider"), tez.intake, tez.worker):
        assert refusal(ask_amendment, actor=stranger, **ask).code == "forbidden"
    asked = ask_amendment(actor=tez.provider_clerk, **ask)
    for stranger in (outsider(tez, "intake"), tez.provider_clerk, tez.town):
        assert refusal(approve_amendment, amendment_id=asked.pk, actor=stranger, at=AT).code == "forbidden"
    assert withdraw_amendment(amendment_id=asked.pk, actor=tez.provider_clerk, at=AT).state == "withdrawn"
    draft = planned_class(tez, n=2)
    session, given = parts(draft)
    ask |= {"class_id": draft.pk, "session_id": session.pk, "plan": sitting(5, **given)}
    assert refusal(ask_amendment, actor=tez.provider_clerk, **ask).code == "wrong-state"


def test_silence_by_district(tez):
    late = datetime.combine(date(2020, 11, 18), time(9), tzinfo=SHANGHAI)
    asked = moved(tez, approved_class(tez))
    assert approve_amendments_tacitly(at=late - timedelta(days=1)) == 0
    assert approve_amendments_tacitly(at=late) == 1
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("approved", None)
    zc = cast("370306")
    moved(zc, approved_class(zc, n=2))
    assert approve_amendments_tacitly(at=late + timedelta(days=3)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_changes_take_the_same_room_at_once():
    tez = cast()
    room = make_venue(tez.provider, "唯一的实训室")
    asked = [moved(tez, approved_class(tez, n=n, members=1), 6, venue=room) for n in (1, 2)]
    calls = [lambda pk=one.pk: approve_amendment(amendment_id=pk, actor=tez.intake, at=AT) for one in asked]
    found = both(*calls)
    found.remove("done")
    assert found[0] in ("bad-plan:venue", "venue_not_used_twice", "busy")
