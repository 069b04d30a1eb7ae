"""Attacks on signing in, one script each: what is refused, why in words, and that the attempt is on record."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import BASIS, Cast, cast, make_person, outsider
from tests.chain_cast import make_venue
from tests.orders.delivery.classroom import NINE, Classroom, classroom, last, scan
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.orders.delivery import codes
from wudan.orders.delivery.actions import devices, pins, signing
from wudan.orders.delivery.actions.attendance import close_sign_in, open_sign_in
from wudan.orders.delivery.actions.devices import bind_device, release_device
from wudan.orders.delivery.actions.signing import Scan, sign_with_code, sync_offline
from wudan.orders.delivery.models import Attendance, Device, Session, SignIn, TrainingClass
from wudan.orders.delivery.queries.screens import pins as sheet

pytestmark = pytest.mark.django_db
SECONDS = timedelta(seconds=1)


@pytest.fixture
def room(db: None) -> Classroom:
    return classroom(cast())


@pytest.fixture
def tez(room: Classroom) -> Cast:
    return room.tez


def test_who_scans_the_screen_is_in(room: Classroom):
    who = room.learners[0]
    answer = scan(who, room.code())
    assert (answer.accepted, answer.method, answer.signed_at) == (True, "code", NINE)
    mark = who.mark(room.session)
    assert (mark.state, mark.method, mark.signed_at) == ("present", "code", NINE)
    seen = last(room.session)
    assert seen.accepted and seen.step == codes.step_at(NINE, 10)
    assert bytes(seen.device_hash) == devices.hash_of(who.phone) != who.phone.encode()


# --- the code ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("late", "ok"), [(0, True), (29, True), (30, False), (600, False)])
def test_forwarded_late(room: Classroom, late: int, ok: bool):
    """Three steps of ten seconds are taken; a picture passed on comes later."""
    answer = scan(room.learners[0], room.code(), NINE + late * SECONDS)
    assert answer.accepted is ok
    if not ok:
        assert answer.refusal == signing.STALE
        assert last(room.session).refusal == signing.STALE
        assert room.learners[0].mark(room.session).state == "expected"


def test_a_code_of_tomorrow(room: Classroom):
    later = room.code(NINE + timedelta(minutes=5))
    assert scan(room.learners[0], later, NINE).refusal == signing.AHEAD


def test_forged_signature(room: Classroom):
    session, step, mac = room.code().split(".")
    for forged in (f"{session}.{step}.{'A' * 20}", f"{session}.{step}.{mac[::-1]}"):
        assert scan(room.learners[0], forged).refusal == signing.FORGED
    assert SignIn.objects.filter(accepted=False, refusal=signing.FORGED).count() == 2


def test_step_moved_forward(room: Classroom):
    """An old code with its number of the step made new."""
    session, _, mac = room.code().split(".")
    now = NINE + timedelta(hours=1)
    fresh = room.code(now).split(".")[1]
    assert scan(room.learners[0], f"{session}.{fresh}.{mac}", now).refusal == signing.FORGED


def test_changed_session_id(room: Classroom):
    """The code of the first session offered for the second one."""
    room.open(1)
    day_two = room.sessions[1].during.lower
    other = room.code(day_two, 1).split(".")
    mixed = ".".join([room.code(NINE).split(".")[0], *other[1:]])
    assert scan(room.learners[0], mixed, day_two).refusal == signing.FORGED
    assert not Attendance.objects.filter(state="present").exists()


def test_code_of_another_class(room: Classroom):
    """Genuine, but of the class next door."""
    next_door = classroom(room.tez, n=2)
    answer = scan(room.learners[0], next_door.code())
    assert answer.refusal == signing.STRANGER
    assert (last(next_door.session).person_id, last(next_door.session).accepted) == (
        room.learners[0].member.person_id,
        False,
    )


def test_other_room(room: Classroom):
    """The session moved to another room: what the old room's screen showed signs nobody in."""
    old = room.code()
    with acting(actor=SYSTEM, at=NINE, basis=BASIS):
        Session.objects.filter(pk=room.session.pk).update(venue=make_venue(room.tez.provider, "二号楼"))
    assert scan(room.learners[0], old).refusal == signing.FORGED
    assert scan(room.learners[0], room.code()).accepted


@pytest.mark.parametrize(
    "text", ["", "?", "1.2.3", "https://example.cn/x", "1.2." + "A" * 21, "999999.1." + "A" * 20]
)
def test_no_code_at_all(room: Classroom, text: str):
    with pytest.raises(Refused) as no:
        scan(room.learners[0], text)
    assert no.value.refusal.code == "bad-code"
    assert not SignIn.objects.exists()


# --- replay ------------------------------------------------------------------------------------------------------
def test_replayed_by_another_person_from_the_same_phone(room: Classroom):
    """One phone, two persons: the code is still good, the phone is not."""
    first, second, _ = room.learners
    assert scan(first, room.code()).accepted
    answer = scan(second, room.code(), device_key=first.phone)
    assert answer.refusal == devices.OTHER_PERSONS
    assert second.mark(room.session).state == "expected"
    assert last(room.session).refusal == devices.OTHER_PERSONS


def test_the_same_token_again_is_the_same_answer(room: Classroom):
    who, token = room.learners[0], uuid4()
    good = scan(who, room.code(), token=token)
    again = scan(who, room.code(), NINE + timedelta(minutes=9), token=token)
    assert (again.accepted, again.signed_at, again.again) == (True, good.signed_at, True)
    assert SignIn.objects.count() == 1


def test_a_refused_token_stays_refused(room: Classroom):
    """A refused attempt cannot be made good by sending it again with a better code."""
    who, token = room.learners[0], uuid4()
    assert not scan(who, room.code(), NINE + timedelta(minutes=9), token=token).accepted
    answer = scan(who, room.code(), token=token)
    assert (answer.accepted, answer.refusal, answer.again) == (False, signing.STALE, True)
    assert SignIn.objects.count() == 1


def test_somebody_elses_token(room: Classroom):
    token = uuid4()
    scan(room.learners[0], room.code(), token=token)
    with pytest.raises(Refused) as no:
        scan(room.learners[1], room.code(), token=token)
    assert no.value.refusal.code == "token-used"
    assert room.learners[1].mark(room.session).state == "expected"


# --- the phone ---------------------------------------------------------------------------------------------------
def test_two_phones_of_one_person(room: Classroom):
    """A lends the log-in: B signs A in from B's own second phone."""
    who = room.learners[0]
    bind_device(key=who.phone, actor=who.actor, at=NINE - timedelta(days=1))
    answer = scan(who, room.code(), device_key="another-phone".ljust(40, "y"))
    assert answer.refusal == devices.OTHER_PHONE
    assert who.mark(room.session).state == "expected"


def test_one_phone_two_persons_on_different_days(room: Classroom):
    first, second, _ = room.learners
    scan(first, room.code())
    room.open(1)
    day_two = room.sessions[1].during.lower
    assert (
        scan(second, room.code(day_two, 1), day_two, device_key=first.phone).refusal == devices.OTHER_PERSONS
    )


@pytest.mark.parametrize("key", ["", "short"])
def test_no_phone_key(room: Classroom, key: str):
    assert scan(room.learners[0], room.code(), device_key=key).refusal == devices.UNKNOWN


def test_a_phone_is_released_with_a_reason_by_the_provider_or_the_bureau_only(room: Classroom, tez: Cast):
    who = room.learners[0]
    person_id = who.member.person_id
    scan(who, room.code())
    for actor in (who.actor, outsider(tez, "provider"), outsider(tez, "intake"), tez.reviewer):
        with pytest.raises(Refused):
            release_device(person_id=person_id, reason="换了手机", actor=actor, at=NINE)
    with pytest.raises(Refused) as no:
        release_device(person_id=person_id, reason=" ", actor=tez.provider_clerk, at=NINE)
    assert no.value.refusal.code == "needs-reason"
    release_device(person_id=person_id, reason="原手机摔坏，换了新手机", actor=tez.provider_clerk, at=NINE)
    room.open(1)
    day_two = room.sessions[1].during.lower
    assert scan(who, room.code(day_two, 1), day_two, device_key="new-phone".ljust(40, "z")).accepted
    assert Device.objects.filter(person_id=person_id).count() == 2
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM kernel_journalentry WHERE verb = 'release-device' AND reason <> ''"
        )
        assert cursor.fetchone() == (1,)


# --- place and time ----------------------------------------------------------------------------------------------
def test_not_a_member(room: Classroom):
    stranger = outsider(room.tez, "worker")
    answer = sign_with_code(
        code=room.code(), device_key="k" * 40, claimed_at=NINE, token=uuid4(), actor=stranger, at=NINE
    )
    assert answer.refusal == signing.STRANGER
    assert last(room.session).person_id == stranger.person_id


def test_before_sign_in_was_opened(db: None):
    room = classroom(cast(), opened=False)
    secretless = codes.make(b"", room.session.pk, codes.step_at(NINE, 10), str(room.session.venue_id))
    assert scan(room.learners[0], secretless).refusal == signing.FORGED
    with pytest.raises(Refused) as no:
        room.open(at=room.session.during.lower - timedelta(minutes=31))
    assert no.value.refusal.code == "too-early"
    room.open(at=room.session.during.lower - timedelta(minutes=30))


def test_after_the_window(room: Classroom):
    good = room.code()
    close_sign_in(session_id=room.session.pk, actor=room.tez.provider_clerk, at=NINE + SECONDS)
    answer = scan(room.learners[0], good, NINE + 2 * SECONDS)
    assert "已经结束" in answer.refusal
    assert room.learners[0].mark(room.session).state == "absent"
    end = room.session.during.upper
    with pytest.raises(Refused) as no:
        open_sign_in(session_id=room.session.pk, actor=room.tez.provider_clerk, at=end)
    assert no.value.refusal.code == "too-late"


def test_class_not_running(room: Classroom):
    code = room.code()
    with acting(actor=SYSTEM, at=NINE, basis=BASIS):
        TrainingClass.objects.filter(pk=room.held.pk).update(state="taught")
    assert "不在教学中" in scan(room.learners[0], code).refusal
    assert "不在教学中" in last(room.session).refusal


def test_interrupted_member(room: Classroom):
    who = room.learners[0]
    with acting(actor=SYSTEM, at=NINE, basis=BASIS):
        who.member.state = "interrupted"
        who.member.save(update_fields=["state"])
    assert "中断" in scan(who, room.code()).refusal


# --- without a network -------------------------------------------------------------------------------------------
def sync(room: Classroom, n: int, scans: list[Scan], at: Any, **given: Any) -> list[Any]:
    who = room.learners[n]
    kept = {"device_key": who.phone, "phone_now": at, "actor": who.actor, **given}
    return sync_offline(scans=scans, at=at, **kept)


@pytest.fixture
def bound(room: Classroom) -> Classroom:
    """Phones bound the day before."""
    for who in room.learners:
        bind_device(key=who.phone, actor=who.actor, at=NINE - timedelta(days=1))
    return room


EVENING = NINE + timedelta(hours=8)


def test_offline_scan_counts_from_the_time_of_scanning(bound: Classroom):
    (answer,) = sync(bound, 0, [Scan(bound.code(), uuid4(), NINE)], EVENING)
    assert (answer.accepted, answer.method, answer.signed_at) == (True, "code_offline", NINE)
    assert bound.learners[0].mark(bound.session).method == "code_offline"


def test_double_sync(bound: Classroom):
    one = Scan(bound.code(), uuid4(), NINE)
    first = sync(bound, 0, [one, one], EVENING)
    again = sync(bound, 0, [one], EVENING + timedelta(hours=1))
    assert [a.accepted for a in (*first, *again)] == [True, True, True]
    assert SignIn.objects.count() == 1


def test_partial_sync(bound: Classroom):
    """The first went through and the answer was lost; the rest comes later; a broken one in the middle stops nobody."""
    first, broken = Scan(bound.code(), uuid4(), NINE), Scan("rubbish", uuid4(), NINE)
    sync(bound, 0, [first], EVENING)
    bound.open(1)
    day_two = bound.sessions[1].during.lower
    second = Scan(bound.code(day_two, 1), uuid4(), day_two)
    answers = sync(bound, 0, [first, broken, second], day_two + timedelta(hours=7))
    assert answers[0].accepted and answers[2].accepted and isinstance(answers[1], Refused)
    assert SignIn.objects.filter(accepted=True).count() == 2


@pytest.mark.parametrize("wrong", [timedelta(hours=-3), timedelta(days=400)])
def test_a_wrong_clock_that_stays_wrong_does_no_harm(bound: Classroom, wrong: timedelta):
    (answer,) = sync(
        bound, 0, [Scan(bound.code(), uuid4(), NINE + wrong)], EVENING, phone_now=EVENING + wrong
    )
    assert (answer.accepted, answer.signed_at) == (True, NINE)


@pytest.mark.parametrize(("off", "ok"), [(-60, True), (-61, False), (90, True), (91, False), (7200, False)])
def test_clock_skew(bound: Classroom, off: int, ok: bool):
    """The phone claims a time of scanning that the code's own step does not bear out."""
    (answer,) = sync(
        bound, 0, [Scan(bound.code(NINE + 2 * 60 * SECONDS), uuid4(), NINE + (120 + off) * SECONDS)], EVENING
    )
    assert answer.accepted is ok
    assert ok or answer.refusal == signing.CLOCK


def test_a_forwarded_picture_kept_and_sent_as_offline_by_a_new_phone(room: Classroom):
    """Who was not there gets the picture in the evening and claims to have been without a network: the phone is new."""
    (answer,) = sync(room, 0, [Scan(room.code(), uuid4(), NINE)], EVENING)
    assert answer.refusal == signing.UNBOUND_OFFLINE
    bind_device(key=room.learners[0].phone, actor=room.learners[0].actor, at=EVENING)
    (answer,) = sync(room, 0, [Scan(room.code(), uuid4(), NINE)], EVENING)
    assert answer.refusal == signing.UNBOUND_OFFLINE


@pytest.mark.parametrize(("hours", "ok"), [(24, True), (24.01, False)])
def test_synced_too_late(bound: Classroom, hours: float, ok: bool):
    (answer,) = sync(bound, 0, [Scan(bound.code(), uuid4(), NINE)], NINE + timedelta(hours=hours))
    assert answer.accepted is ok
    assert ok or answer.refusal == signing.TOO_LATE


def test_offline_forged_other_phone_and_no_time(bound: Classroom):
    session, step, _ = bound.code().split(".")
    forged, other, timeless = (
        Scan(f"{session}.{step}.{'B' * 20}", uuid4(), NINE),
        Scan(bound.code(), uuid4(), NINE),
        Scan(bound.code(), uuid4(), None),
    )
    assert sync(bound, 0, [forged], EVENING)[0].refusal == signing.FORGED
    assert (
        sync(bound, 0, [other], EVENING, device_key=bound.learners[1].phone)[0].refusal
        == devices.OTHER_PERSONS
    )
    assert isinstance(sync(bound, 0, [timeless], EVENING)[0], Refused)


def test_offline_after_the_close_but_scanned_before(bound: Classroom):
    code = bound.code()
    close_sign_in(
        session_id=bound.session.pk, actor=bound.tez.provider_clerk, at=NINE + timedelta(minutes=20)
    )
    assert bound.learners[0].mark(bound.session).state == "absent"
    (answer,) = sync(bound, 0, [Scan(code, uuid4(), NINE)], EVENING)
    assert answer.accepted
    claimed_after = Scan(code, uuid4(), NINE + timedelta(minutes=30))
    assert "已经结束" in sync(bound, 1, [claimed_after], EVENING)[0].refusal


# --- guessing ----------------------------------------------------------------------------------------------------
def test_pin_brute_force(room: Classroom):
    who = room.learners[0]
    right = {row.member_id: pin for row, pin in sheet(room.session)}[who.member.pk]
    wrong = [f"{n:06d}" for n in range(7) if f"{n:06d}" != right]

    def attempt(pin: str, at: Any) -> Any:
        return pins.sign_with_pin(session_id=room.session.pk, pin=pin, token=uuid4(), actor=who.actor, at=at)

    for pin in wrong[:5]:
        assert attempt(pin, NINE).refusal == pins.WRONG_PIN
    for pin in (wrong[5], right):  # even the right one, now
        with pytest.raises(Refused) as no:
            attempt(pin, NINE + timedelta(minutes=9))
        assert no.value.refusal.code == "too-many-tries"
    assert attempt(right, NINE + timedelta(minutes=11)).accepted
    assert who.mark(room.session).method == "pin"


def test_pin_brute_force_at_the_providers_screen(room: Classroom):
    tries = 0
    with pytest.raises(Refused) as no:
        for n in range(50):
            tries += 1
            pins.sign_with_pin(
                session_id=room.session.pk,
                pin=f"x{n:05d}",
                token=uuid4(),
                actor=room.tez.provider_clerk,
                at=NINE,
            )
    assert (no.value.refusal.code, tries) == ("too-many-tries", 11)
    assert SignIn.objects.filter(person=None, accepted=False).count() == 10


def test_digits_brute_force(room: Classroom):
    who = room.learners[0]

    def attempt(digits: str, key: str = who.phone) -> Any:
        return pins.sign_with_digits(
            session_id=room.session.pk, digits=digits, device_key=key, token=uuid4(), actor=who.actor, at=NINE
        )

    right = room.digits()
    for n in range(5):
        assert attempt(f"x{n:05d}").refusal == pins.WRONG_DIGITS
    with pytest.raises(Refused) as no:
        attempt(right)
    assert no.value.refusal.code == "too-many-tries"


def test_digits_are_bound_to_the_phone(room: Classroom):
    first, second, _ = room.learners
    scan(first, room.code())

    def attempt(key: str) -> Any:
        return pins.sign_with_digits(
            session_id=room.session.pk,
            digits=room.digits(),
            device_key=key,
            token=uuid4(),
            actor=second.actor,
            at=NINE,
        )

    assert attempt(first.phone).refusal == devices.OTHER_PERSONS
    assert attempt(second.phone).accepted


def test_a_pin_of_another_learner_or_session(room: Classroom):
    room.open(1)
    today = {row.member_id: pin for row, pin in sheet(room.session)}
    tomorrow = {row.member_id: pin for row, pin in sheet(room.sessions[1])}
    first, second, _ = room.learners
    for pin in (today[second.member.pk], tomorrow[first.member.pk]):
        answer = pins.sign_with_pin(
            session_id=room.session.pk, pin=pin, token=uuid4(), actor=first.actor, at=NINE
        )
        assert answer.refusal == pins.WRONG_PIN


def test_hammering_with_forged_codes_is_stopped(room: Classroom):
    session, step, _ = room.code().split(".")
    kept = 0
    with pytest.raises(Refused) as no:
        for n in range(100):
            scan(room.learners[0], f"{session}.{step}.{n:020d}")
            kept += 1
    assert (no.value.refusal.code, kept) == ("too-many-tries", signing.REFUSALS_KEPT)
    assert SignIn.objects.count() == kept


# --- who may ----------------------------------------------------------------------------------------------------
def test_outsider_provider_opens_or_closes_nothing(room: Classroom):
    stranger = outsider(room.tez, "provider")
    for action in (open_sign_in, close_sign_in):
        with pytest.raises(Refused) as no:
            action(session_id=room.session.pk, actor=stranger, at=NINE)
        assert no.value.refusal.code == "forbidden"
    for actor in (room.tez.intake, room.learners[0].actor, room.tez.enterprise_clerk):
        with pytest.raises(Refused):
            open_sign_in(session_id=room.session.pk, actor=actor, at=NINE)


def test_the_provider_cannot_scan_for_a_learner(room: Classroom):
    with pytest.raises(Refused) as no:
        sign_with_code(
            code=room.code(),
            device_key="k" * 40,
            claimed_at=NINE,
            token=uuid4(),
            actor=room.tez.provider_clerk,
            at=NINE,
        )
    assert no.value.refusal.code == "forbidden"


def test_card_of_somebody_else(room: Classroom):
    def card(number: str, actor: Any = room.tez.provider_clerk) -> Any:
        return pins.sign_by_card(
            session_id=room.session.pk, number=number, token=uuid4(), actor=actor, at=NINE
        )

    stranger = make_person(777, name="路人甲")
    assert card(stranger.number()).refusal == pins.NOT_HERE
    assert last(room.session).person_id is None  # who was not here is not written down
    with pytest.raises(Refused):
        card(room.learners[0].member.person.number(), outsider(room.tez, "provider"))
    with pytest.raises(Refused) as no:
        card("370405199001010000")
    assert no.value.refusal.code == "bad-number"
    assert card(room.learners[0].member.person.number()).accepted
    assert room.learners[0].mark(room.session).method == "card"


# --- around the actions ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE delivery_attendance SET state = 'present'",
        "UPDATE delivery_attendance SET state = 'present', signed_at = now()",
        "UPDATE delivery_attendance SET state = 'made_up', method = 'code', signed_at = now()",
        "UPDATE delivery_attendance SET state = 'present', method = 'override', signed_at = now()",
        "UPDATE delivery_signin SET accepted = true",
        "DELETE FROM delivery_signin",
        "TRUNCATE delivery_signin CASCADE",
        "TRUNCATE delivery_attendance CASCADE",
    ],
)
def test_raw_sql(room: Classroom, sql: str):
    """Present without a method, made up from nothing, an override without its reason, a changed record: the database says no."""
    scan(room.learners[0], room.code(), NINE + timedelta(minutes=9))
    before = list(Attendance.objects.order_by("pk").values_list("pk", "state"))
    with (
        pytest.raises((DatabaseError, Refused)),
        acting(actor=SYSTEM, at=NINE, basis=BASIS),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert list(Attendance.objects.order_by("pk").values_list("pk", "state")) == before
    assert SignIn.objects.filter(accepted=False).count() == 1


def test_raw_sql_without_a_name(room: Classroom):
    with (
        pytest.raises(DatabaseError, match="未说明经办人"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE delivery_attendance SET state = 'present', method = 'code', signed_at = now() WHERE session_id = %s",
            [room.session.pk],
        )
