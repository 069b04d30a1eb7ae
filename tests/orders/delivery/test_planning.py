"""排课: every fault of a plan by line and in words; nobody and nothing in two places at once, by the database too."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from tests.cast import AT, cast, outsider
from tests.chain_cast import (
    FIRST_DAY,
    applied_class,
    make_occupation,
    make_offer,
    make_teacher,
    make_venue,
    planned_class,
    sitting,
)
from tests.orders.subsidy.chain import both, forge, refusal
from wudan.kernel.errors import Refused
from wudan.orders.delivery.actions.planning import (
    describe_class,
    drop_session,
    open_class,
    plan_session,
    plan_sessions,
)
from wudan.orders.delivery.models import Session, TrainingClass
from wudan.organisations.models import Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez():
    return cast()


def parts(tez):
    return {"teacher": make_teacher(tez.provider, 800), "venue": make_venue(tez.provider, "甲教室")}


def test_a_class_is_made_of_an_accepted_offer_and_takes_its_name_and_dates(tez):
    offer, given = make_offer(tez), parts(tez)
    held = open_class(
        offer_id=offer.pk,
        sessions=[sitting(n, **given) for n in (1, 3)],
        actor=tez.provider_clerk,
        at=AT,
    )
    assert held.name == "2020年第1焊工第1期（培训合格证书）班"
    assert (held.started_on, held.ended_on) == (FIRST_DAY + timedelta(1), FIRST_DAY + timedelta(3))
    assert held.certificate_type == "completion"
    assert held.sessions.count() == 2
    again = refusal(open_class, offer_id=offer.pk, actor=tez.provider_clerk, at=AT)
    assert again.code == "class_of_offer_once"


def test_an_offer_nobody_has_taken_cannot_become_a_class(tez):
    offer = make_offer(tez, provider_id=None)
    assert refusal(open_class, offer_id=offer.pk, actor=tez.provider_clerk, at=AT).code == "no-provider"
    other = make_offer(tez, 2, state="reserved")
    assert refusal(open_class, offer_id=other.pk, actor=tez.provider_clerk, at=AT).code == "offer-not-open"
    mine = make_offer(tez, 3)
    for stranger in (outsider(tez, "provider"), tez.intake, tez.worker):
        assert refusal(open_class, offer_id=mine.pk, actor=stranger, at=AT).code == "forbidden"


def test_eight_hours_a_day_and_not_nine(tez):
    held, given = planned_class(tez, sessions=1), parts(tez)
    evening = {"day": 3, "start": time(19), **given}
    full = sitting(3, hours=6, **given)
    plan_sessions(
        class_id=held.pk, sessions=[full, sitting(hours=2, **evening)], actor=tez.provider_clerk, at=AT
    )
    too_much = sitting(3, hours=1, start=time(7), **given)
    no = refusal(plan_session, class_id=held.pk, plan=too_much, actor=tez.provider_clerk, at=AT)
    assert no.code == "bad-plan:hours"
    assert "2020年12月4日共安排9课时，一天最多8课时" in no.sentence


def test_forty_five_minutes_each_and_not_a_minute_less(tez):
    held, given = planned_class(tez, sessions=1), parts(tez)
    exact = sitting(5, hours=4, **given)
    assert plan_session(class_id=held.pk, plan=exact, actor=tez.provider_clerk, at=AT).hours == 4
    short = sitting(6, hours=4, **given)
    short = short.changed(ends=short.ends - timedelta(minutes=1))
    no = refusal(plan_session, class_id=held.pk, plan=short, actor=tez.provider_clerk, at=AT)
    assert no.code == "bad-plan:hours"
    assert no.sentence == "4课时至少需180分钟，安排的时间只有179分钟。"


def test_within_the_days_of_the_offer(tez):
    held, given = planned_class(tez, sessions=1, days=30), parts(tez)
    last = sitting(29, **given)
    assert plan_session(class_id=held.pk, plan=last, actor=tez.provider_clerk, at=AT).day == last.day
    for day in (-1, 30):
        no = refusal(
            plan_session, class_id=held.pk, plan=sitting(day, **given), actor=tez.provider_clerk, at=AT
        )
        assert no.code == "bad-plan:starts"


def test_every_fault_of_a_file_is_told_with_its_line_and_nothing_is_saved(tez):
    held, given = planned_class(tez, sessions=1), parts(tez)
    good = sitting(4, **given)
    bad = [
        good,
        sitting(5, **given).changed(content=" ", kind="lecture"),
        sitting(6, **given).changed(teacher_id=None, venue_id=None),
        sitting(7, **given).changed(hours=0),
        sitting(8, **given).changed(ends=good.starts),
        good.changed(starts=good.starts + timedelta(hours=1), ends=good.ends + timedelta(hours=1)),
    ]
    with pytest.raises(Refused) as no:
        plan_sessions(class_id=held.pk, sessions=bad, actor=tez.provider_clerk, at=AT)
    told = {(r.sentence.split("：")[0], r.field) for r in no.value.refusals}
    assert {("第2行", "kind"), ("第2行", "content"), ("第3行", "teacher"), ("第3行", "venue")} <= told
    assert {("第4行", "hours"), ("第5行", "ends"), ("第6行", "teacher")} <= told
    assert not any(row == "第1行" for row, _ in told)
    assert held.sessions.count() == 1


def test_a_teacher_must_be_listed_for_the_occupation_and_a_room_fit_for_the_kind(tez):
    held, given = planned_class(tez, sessions=1), parts(tez)
    cook = make_teacher(tez.provider, 801, occupations=(make_occupation("中式烹调师", "4-03-02-01"),))
    ask = {"class_id": held.pk, "actor": tez.provider_clerk, "at": AT}
    other_trade = sitting(2, teacher=cook, venue=given["venue"])
    assert refusal(plan_session, plan=other_trade, **ask).code == "bad-plan:teacher"
    classroom = make_venue(tez.provider, "阶梯教室", kind="theory", workplaces=0)
    assert (
        refusal(plan_session, plan=sitting(2, teacher=given["teacher"], venue=classroom), **ask).code
        == "bad-plan:venue"
    )
    lecture = sitting(2, teacher=given["teacher"], venue=classroom, kind="theory")
    assert plan_session(plan=lecture, **ask).kind == "theory"
    strange = make_venue(outsider_provider(tez), "别家教室")
    assert (
        refusal(plan_session, plan=sitting(3, teacher=given["teacher"], venue=strange), **ask).code
        == "bad-plan:venue"
    )


def outsider_provider(tez):
    return Organisation.objects.get(pk=outsider(tez, "provider").organisation_id)


def test_two_classes_do_not_share_a_teacher_or_a_room_at_a_time(tez):
    given = parts(tez)
    planned_class(tez, n=1, sessions=1, teacher=given["teacher"], venue=given["venue"])
    second = planned_class(tez, n=2, sessions=0)
    ask = {"class_id": second.pk, "actor": tez.provider_clerk, "at": AT}
    free_room, free_teacher = make_venue(tez.provider, "乙教室"), make_teacher(tez.provider, 802)
    no = refusal(plan_session, plan=sitting(0, teacher=given["teacher"], venue=free_room), **ask)
    assert (no.code, "其他班级的课" in no.sentence) == ("bad-plan:teacher", True)
    assert (
        refusal(plan_session, plan=sitting(0, teacher=free_teacher, venue=given["venue"]), **ask).code
        == "bad-plan:venue"
    )
    after = sitting(0, hours=2, start=time(15), **given)  # begins when the other ends
    assert plan_session(plan=after, **ask).pk


def test_the_database_refuses_two_places_by_raw_sql_too(tez):
    given = parts(tez)
    first = planned_class(tez, n=1, sessions=1, teacher=given["teacher"], venue=given["venue"]).sessions.get()
    second = planned_class(tez, n=2, sessions=1).sessions.get()
    for column, wall in (("teacher_id", "teacher_not_in_two_places"), ("venue_id", "venue_not_used_twice")):
        sql = f"UPDATE delivery_session SET {column} = %s WHERE id = %s"
        with pytest.raises(Refused) as no:
            forge(sql, getattr(first, column), second.pk)
        assert no.value.refusal.code == wall


def test_a_plan_is_changed_only_while_it_is_written_and_only_by_its_provider(tez):
    held = planned_class(tez)
    session = held.sessions.first()
    given = {"class_id": held.pk, "name": "焊工一班", "head_teacher_id": None, "assessment_plan": ""}
    assert describe_class(**given, actor=tez.provider_clerk, at=AT).name == "焊工一班"
    assert (
        refusal(describe_class, **{**given, "name": " "}, actor=tez.provider_clerk, at=AT).code == "no-name"
    )
    for stranger in (outsider(tez, "provider"), tez.intake, tez.enterprise_clerk):
        assert refusal(drop_session, session_id=session.pk, actor=stranger, at=AT).code == "forbidden"
    drop_session(session_id=session.pk, actor=tez.provider_clerk, at=AT)
    held.refresh_from_db()
    assert held.started_on == FIRST_DAY + timedelta(1)
    fixed = applied_class(tez, n=2)
    no = refusal(drop_session, session_id=fixed.sessions.first().pk, actor=tez.provider_clerk, at=AT)
    assert no.code == "plan-fixed"


def test_a_new_file_takes_the_place_of_the_whole_plan(tez):
    held, given = planned_class(tez, sessions=2), parts(tez)
    fresh = [sitting(n, **given) for n in (10, 11, 12)]
    plan_sessions(class_id=held.pk, sessions=fresh, replace=True, actor=tez.provider_clerk, at=AT)
    assert list(held.sessions.order_by("day").values_list("day", flat=True)) == [p.day for p in fresh]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_take_the_same_room_at_once():
    tez = cast()
    venue = make_venue(tez.provider, "唯一的实训室")
    classes = [planned_class(tez, n=n, sessions=0) for n in (1, 2)]
    plans = [sitting(0, teacher=make_teacher(tez.provider, 800 + n), venue=venue) for n in (1, 2)]
    calls = [
        lambda held=held, plan=plan: plan_session(
            class_id=held.pk, plan=plan, actor=tez.provider_clerk, at=AT
        )
        for held, plan in zip(classes, plans, strict=True)
    ]
    found = both(*calls)
    found.remove("done")
    assert found[0] in ("bad-plan:venue", "venue_not_used_twice", "busy")
    assert Session.objects.filter(venue=venue).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_makes_one_class():
    tez = cast()
    offer = make_offer(tez)
    ask = {"offer_id": offer.pk, "actor": tez.provider_clerk, "at": AT}
    assert both(lambda: open_class(**ask), lambda: open_class(**ask)) == ["class_of_offer_once", "done"]
    assert TrainingClass.objects.count() == 1


def test_the_day_of_a_sitting_is_the_legal_day(tez):
    held, given = planned_class(tez, sessions=0), parts(tez)
    early = sitting(1, start=time(7), hours=1, **given)  # still the day before in UTC
    assert datetime(2020, 12, 1, 23, tzinfo=UTC) == early.starts
    assert plan_session(
        class_id=held.pk, plan=early, actor=tez.provider_clerk, at=AT
    ).day == FIRST_DAY + timedelta(1)
