"""开班申请: what it is held to, who answers, by when, and what silence means in each district."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest

from tests.cast import AT, BASIS, SHANGHAI, cast, make_actor, make_person, outsider
from tests.chain_cast import (
    FIRST_DAY,
    applied_class,
    approved_class,
    make_registration,
    make_venue,
    planned_class,
    running_class,
    seat,
    sitting,
    taught_class,
)
from tests.orders.subsidy.chain import both, refusal
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Entry
from wudan.orders.delivery.actions.opening import (
    apply_opening,
    approve_opening,
    approve_tacitly,
    refuse_opening,
    send_back_opening,
    withdraw_opening,
)
from wudan.orders.delivery.actions.planning import describe_class, open_class
from wudan.orders.delivery.models import Attendance, TrainingClass
from wudan.orders.delivery.queries.checks import checks_of
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.models import Enrolment

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez():
    return cast()


def day(n):
    return datetime.combine(n, time(10), tzinfo=SHANGHAI)


def refused_codes(held, clerk, at=AT):
    with pytest.raises(Refused) as no:
        apply_opening(class_id=held.pk, actor=clerk, at=at)
    return {r.code for r in no.value.refusals}


def test_from_plan_to_the_end_of_teaching(tez):
    held = running_class(tez, members=3, sessions=2)
    assert (held.state, held.record_number) == ("running", "台儿庄区培备〔2020〕1号")
    assert Attendance.objects.filter(session__training_class=held, state="expected").count() == 6
    assert set(Enrolment.objects.filter(offer=held.offer).values_list("state", flat=True)) == {"in_class"}
    later = taught_class(tez, n=2)
    assert (later.state, later.record_number) == ("taught", "台儿庄区培备〔2020〕2号")
    later.offer.refresh_from_db()
    assert later.offer.state == "ended"


def test_five_working_days_before_and_not_four(tez):
    held = planned_class(tez)  # begins on Tuesday, 1 December 2020
    assert refused_codes(held, tez.provider_clerk, at=day(date(2020, 11, 25))) == {"check:notice"}
    assert (
        apply_opening(class_id=held.pk, actor=tez.provider_clerk, at=day(date(2020, 11, 24))).state
        == "applied"
    )


def test_the_reply_is_due_by_the_clock_and_before_the_class_begins(tez):
    far = applied_class(tez, n=1, first=date(2020, 12, 20))
    assert far.due_on == date(2020, 11, 23)  # five working days from Monday the 16th
    near = planned_class(tez, n=2)
    near = apply_opening(class_id=near.pk, actor=tez.provider_clerk, at=day(date(2020, 11, 24)))
    assert near.due_on == date(2020, 11, 30)


def test_everything_missing_is_told_at_once(tez):
    held = planned_class(tez, members=0, sessions=0)
    describe_class(
        class_id=held.pk,
        name="焊工班",
        head_teacher_id=None,
        assessment_plan="",
        actor=tez.provider_clerk,
        at=AT,
    )
    found = refused_codes(held, tez.provider_clerk)
    assert {"check:plan", "check:heads-min", "check:head-teacher", "check:assessment"} <= found
    held.refresh_from_db()
    assert held.state == "planning"


def test_the_hours_of_the_catalogue_to_the_hour(tez):
    held = planned_class(tez, sessions=2)  # 16 hours of practice
    assert ok(held, "hours-practice") is None
    set_hours(held, practice_hours=16)
    assert ok(held, "hours-practice")
    set_hours(held, practice_hours=17)
    assert ok(held, "hours-practice") is False
    set_hours(held, practice_hours=16, theory_hours=1)
    assert ok(held, "hours-theory") is False


def set_hours(held, **hours):
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        Entry.objects.filter(pk=held.offer.entry_id).update(**hours)


def ok(held, code, heads=3, on=date(2020, 11, 16)):
    fresh = TrainingClass.objects.select_related("offer__entry").get(pk=held.pk)
    return next((c.ok for c in checks_of(fresh, heads, on) if c.code == code), None)


def test_the_fewest_hours_of_the_line(tez):
    assert ok(planned_class(tez, n=1, sessions=10, line="general"), "hours-total")
    assert ok(planned_class(tez, n=2, sessions=9, line="general"), "hours-total") is False


def test_fifty_heads_and_not_fifty_one(tez):
    held = planned_class(tez, places=60)
    assert [ok(held, "heads-max", heads=n) for n in (50, 51)] == [True, False]
    small = planned_class(tez, n=2, places=20)
    assert [ok(small, "heads-max", heads=n) for n in (20, 21)] == [True, False]


def test_no_fewer_than_the_offer_wants(tez):
    held = planned_class(tez, min_heads=3)
    assert [ok(held, "heads-min", heads=n) for n in (3, 2)] == [True, False]


def test_the_smallest_room_holds_everybody(tez):
    held = planned_class(tez, venue=make_venue(tez.provider, "小教室", capacity=10, workplaces=10))
    assert [ok(held, "venue-capacity", heads=n) for n in (10, 11)] == [True, False]


def test_the_registered_size_counts_classes_of_the_same_days(tez):
    applied_class(tez, n=1, members=3)
    held, later = planned_class(tez, n=2), planned_class(tez, n=3, first=date(2021, 3, 1))
    registration = make_registration(tez.provider, held.occupation)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        registration.capacity = 10
        registration.save(update_fields=["capacity"])
    assert [ok(held, "registration", heads=n) for n in (7, 8)] == [True, False]
    assert ok(later, "registration", heads=10)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        registration.state = "suspended"
        registration.save(update_fields=["state"])
    assert ok(held, "registration") is False


def test_apprentices_learn_in_two_places(tez):
    held = planned_class(tez, line="new_apprentice", certificate_type="skill_level", level=4)
    assert ok(held, "sites") is False
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        held.sessions.filter(day=FIRST_DAY).update(site="enterprise")
    assert ok(held, "sites")


def test_an_enterprise_hosts_half_of_the_practice_and_not_more(tez):
    held = planned_class(tez, sessions=2)
    assert ok(held, "sites") is None
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        held.sessions.filter(day=FIRST_DAY).update(site="enterprise")
    assert ok(held, "sites")
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        held.sessions.update(site="enterprise")
    assert ok(held, "sites") is False


def test_a_certificate_the_line_does_not_lead_to(tez):
    held = planned_class(tez, line="on_job")  # 在岗: 职业资格 or 职业技能等级 only
    assert ok(held, "certificate") is False


def test_only_its_own_provider_applies_and_only_the_bureau_of_the_district_answers(tez):
    held = planned_class(tez)
    for stranger in (outsider(tez, "provider"), tez.intake, tez.worker):
        assert refusal(apply_opening, class_id=held.pk, actor=stranger, at=AT).code == "forbidden"
    apply_opening(class_id=held.pk, actor=tez.provider_clerk, at=AT)
    for stranger in (outsider(tez, "intake"), tez.provider_clerk, tez.town, tez.finance):
        assert refusal(approve_opening, class_id=held.pk, actor=stranger, at=AT).code == "forbidden"
        no = refusal(refuse_opening, class_id=held.pk, reason="理由", actor=stranger, at=AT)
        assert no.code == "forbidden"


def test_sent_back_mended_and_approved(tez):
    held = applied_class(tez)
    assert (
        refusal(send_back_opening, class_id=held.pk, reason=" ", actor=tez.intake, at=AT).code
        == "needs-reason"
    )
    held = send_back_opening(class_id=held.pk, reason="考核方案没有写合格标准", actor=tez.intake, at=AT)
    assert (held.state, held.due_on, held.reason) == ("returned", None, "考核方案没有写合格标准")
    assert refusal(approve_opening, class_id=held.pk, actor=tez.intake, at=AT).code == "wrong-state"
    held = apply_opening(class_id=held.pk, actor=tez.provider_clerk, at=AT)
    held = approve_opening(class_id=held.pk, comment="同意", actor=tez.reviewer, at=AT)
    assert (held.state, held.tacit, held.decided_by) == ("approved", False, tez.reviewer.user_id)


def test_withdrawn_by_the_provider(tez):
    held = applied_class(tez)
    assert withdraw_opening(class_id=held.pk, actor=tez.provider_clerk, at=AT).state == "planning"


def test_a_refused_class_frees_its_teacher_and_rooms_for_another(tez):
    held = applied_class(tez)
    teacher, venue = held.sessions.first().teacher, held.sessions.first().venue
    refuse_opening(class_id=held.pk, reason="师资不符合要求", actor=tez.intake, at=AT)
    again = open_class(
        offer_id=held.offer_id,
        sessions=[sitting(0, teacher=teacher, venue=venue)],
        actor=tez.provider_clerk,
        at=AT,
    )
    assert again.sessions.count() == 1


def test_silence_is_consent_where_the_district_says_so(tez):
    held = applied_class(tez)  # due on 23 November
    assert approve_tacitly(at=day(date(2020, 11, 23))) == 0
    assert approve_tacitly(at=day(date(2020, 11, 24))) == 1
    held.refresh_from_db()
    assert (held.state, held.tacit, held.decided_by) == ("approved", True, None)
    assert held.reason.startswith("逾期未答复，视为同意")
    assert Attendance.objects.filter(session__training_class=held).count() == 6
    assert approve_tacitly(at=day(date(2020, 11, 25))) == 0


def test_silence_is_nothing_where_an_answer_is_asked_for():
    zc = cast("370306")
    held = applied_class(zc)
    assert approve_tacitly(at=day(date(2020, 11, 30))) == 0
    held.refresh_from_db()
    assert (held.state, held.due_on) == ("applied", date(2020, 11, 23))


def test_silence_does_not_consent_to_what_no_longer_holds(tez):
    held = applied_class(tez)
    registration = make_registration(tez.provider, held.occupation)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        registration.state = "suspended"
        registration.save(update_fields=["state"])
    assert approve_tacitly(at=day(date(2020, 11, 24))) == 0
    held.refresh_from_db()
    assert held.state == "applied"
    assert "不能视为同意" in held.reason


def test_a_person_is_not_expected_in_two_rooms(tez):
    """Two offers of other days, sittings at the same hour: the choices do not collide, the rooms would."""
    person = make_person(77, name="钱一二")
    first = approved_class(tez, n=1, persons=[person], days=30)
    second = planned_class(tez, n=2, persons=[], members=0, days=30)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        one = seat(second.offer, make_person(78))
        Enrolment.objects.filter(pk=one.pk).update(person=person, period="[2021-01-01,2021-02-01)")
    apply_opening(class_id=second.pk, actor=tez.provider_clerk, at=AT)
    no = refusal(approve_opening, class_id=second.pk, actor=tez.intake, at=AT)
    assert no.code == "person_not_in_two_rooms"
    second.refresh_from_db()
    assert (second.state, first.state) == ("applied", "approved")
    assert not Attendance.objects.filter(session__training_class=second).exists()


def test_the_roster_follows_the_choices_until_the_class_begins(tez):
    held = applied_class(tez, members=3)
    leaving = held.members.order_by("pk").first()
    withdraw_enrolment(enrolment_id=leaving.enrolment_id, actor=worker(leaving.person), at=AT)
    seat(held.offer, make_person(99))
    approve_opening(class_id=held.pk, actor=tez.intake, at=AT)
    assert held.members.filter(state="in_class").count() == 3
    leaving.refresh_from_db()
    assert (leaving.state, leaving.attendance.count()) == ("left", 0)
    assert Attendance.objects.filter(session__training_class=held).count() == 6


def worker(person):
    return make_actor(Role.WORKER, person=person)


@pytest.mark.django_db(transaction=True)
def test_two_officials_answer_at_once():
    tez = cast()
    held = applied_class(tez)
    found = both(
        lambda: approve_opening(class_id=held.pk, actor=tez.intake, at=AT),
        lambda: refuse_opening(class_id=held.pk, reason="师资不符", actor=tez.reviewer, at=AT),
    )
    assert found == ["done", "wrong-state"]


@pytest.mark.django_db(transaction=True)
def test_two_classes_approved_at_once_get_two_record_numbers():
    tez = cast()
    ids = [applied_class(tez, n=n, members=1).pk for n in (1, 2)]
    calls = [lambda pk=pk: approve_opening(class_id=pk, actor=tez.intake, at=AT) for pk in ids]
    assert both(*calls) == ["done", "done"]
    numbers = set(TrainingClass.objects.values_list("record_number", flat=True))
    assert numbers == {"台儿庄区培备〔2020〕1号", "台儿庄区培备〔2020〕2号"}
    assert OutboxEvent.objects.filter(topic="class:approved").count() == 2


def test_not_once_its_first_sitting_has_begun():
    zc = cast("370306")
    held = applied_class(zc)
    begins = held.sessions.order_by("during").first().during.lower
    no = refusal(approve_opening, class_id=held.pk, actor=zc.intake, at=begins)
    assert no.code == "begun-already"
    assert "2020年12月1日" in no.sentence
    assert (
        approve_opening(class_id=held.pk, actor=zc.intake, at=begins - timedelta(minutes=1)).state
        == "approved"
    )
