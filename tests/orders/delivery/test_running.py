"""开班、教学结束、取消、作废: what goes with a class."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db.models import Sum

from tests.cast import AT, SHANGHAI, cast, make_actor, outsider
from tests.chain_cast import FIRST_DAY, OPENS, approved_class, planned_class, running_class
from tests.orders.subsidy.chain import both, refusal
from wudan.funds.models import Leg
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.models import OutboxEvent
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.opening import cancel_offer
from wudan.orders.delivery.actions.running import (
    cancel_class,
    cancel_class_of_offer,
    finish_class,
    finish_due_classes,
    start_class,
    start_due_classes,
    void_class,
)
from wudan.orders.delivery.models import Attendance
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.models import Enrolment

pytestmark = pytest.mark.django_db
NOON = datetime.combine(FIRST_DAY, time(12), tzinfo=SHANGHAI)


@pytest.fixture
def tez():
    return cast()


def worker(person):
    return make_actor(Role.WORKER, person=person)


def reserved(tez):
    legs = Leg.objects.filter(account__pool=tez.pools["employment_subsidy"], account__kind="reserved")
    return legs.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def test_it_begins_on_its_first_day_and_not_before(tez):
    held = approved_class(tez)
    eve = OPENS - timedelta(hours=8, minutes=1)
    assert refusal(start_class, class_id=held.pk, actor=tez.provider_clerk, at=eve).code == "too-early"
    assert start_due_classes(at=eve) == 0
    assert start_due_classes(at=OPENS - timedelta(hours=8)) == 1
    held.refresh_from_db()
    assert held.state == "running"
    for stranger in (outsider(tez, "provider"), tez.intake):
        assert refusal(start_class, class_id=held.pk, actor=stranger, at=OPENS).code == "forbidden"


def test_who_gave_up_after_approval_is_not_expected_and_an_empty_class_does_not_begin(tez):
    held = approved_class(tez, members=1)
    member = held.members.get()
    withdraw_enrolment(enrolment_id=member.enrolment_id, actor=worker(member.person), at=AT)
    no = refusal(start_class, class_id=held.pk, actor=tez.provider_clerk, at=OPENS)
    assert no.code == "nobody"
    other = approved_class(tez, n=2, members=2)
    gone = other.members.order_by("pk").first()
    withdraw_enrolment(enrolment_id=gone.enrolment_id, actor=worker(gone.person), at=AT)
    start_class(class_id=other.pk, actor=tez.provider_clerk, at=OPENS)
    gone.refresh_from_db()
    assert gone.state == "left"
    assert set(gone.attendance.values_list("state", flat=True)) == {"excused"}


def test_it_ends_after_its_last_sitting(tez):
    held = running_class(tez, sessions=2)
    last = datetime.combine(FIRST_DAY + timedelta(1), time(15), tzinfo=SHANGHAI)
    early = last - timedelta(minutes=1)
    assert refusal(finish_class, class_id=held.pk, actor=tez.provider_clerk, at=early).code == "too-early"
    assert finish_due_classes(at=last) == 0  # the provider has the evening to do it
    assert finish_due_classes(at=last + timedelta(days=1)) == 1
    held.refresh_from_db()
    assert held.state == "taught"


def test_called_off_half_way(tez):
    """After the first day: what was taught stays, what was to come counts for nobody, places and money are free."""
    held = running_class(tez, members=3, sessions=2)
    assert reserved(tez) == 20 * 100_000
    reason = "主讲教师住院，没有可替换的教师"
    assert (
        refusal(cancel_class, class_id=held.pk, reason="", actor=tez.provider_clerk, at=NOON).code
        == "needs-reason"
    )
    for stranger in (outsider(tez, "provider"), outsider(tez, "intake"), tez.worker):
        assert (
            refusal(cancel_class, class_id=held.pk, reason=reason, actor=stranger, at=NOON).code
            == "forbidden"
        )
    cancel_class(class_id=held.pk, reason=reason, actor=tez.provider_clerk, at=NOON)
    held.refresh_from_db()
    held.offer.refresh_from_db()
    assert (held.state, held.reason, held.offer.state) == ("cancelled", reason, "cancelled")
    by_day = {
        day: set(
            Attendance.objects.filter(session__training_class=held, day=day).values_list("state", flat=True)
        )
        for day in (FIRST_DAY, FIRST_DAY + timedelta(1))
    }
    assert by_day == {FIRST_DAY: {"expected"}, FIRST_DAY + timedelta(1): {"excused"}}
    assert list(held.sessions.order_by("day").values_list("cancelled", flat=True)) == [False, True]
    assert set(held.members.values_list("state", flat=True)) == {"left"}
    assert set(Enrolment.objects.filter(offer=held.offer).values_list("state", flat=True)) == {"cancelled"}
    assert reserved(tez) == 0
    told = set(OutboxEvent.objects.values_list("topic", flat=True))
    assert {"class:cancelled", "offer:cancelled", "enrolment:cancelled"} <= told


def test_a_plan_given_up_leaves_the_offer_for_another(tez):
    held = planned_class(tez)
    cancel_class(class_id=held.pk, reason="重新排课", actor=tez.provider_clerk, at=AT)
    held.offer.refresh_from_db()
    assert held.offer.state == "open"
    assert not held.sessions.filter(cancelled=False).exists()
    assert Enrolment.objects.filter(offer=held.offer, state="enrolled").count() == 3


def test_void_after_a_red_card(tez):
    held = running_class(tez)
    for stranger in (tez.provider_clerk, tez.intake, outsider(tez, "reviewer")):
        assert (
            refusal(void_class, class_id=held.pk, reason="红牌", actor=stranger, at=NOON).code == "forbidden"
        )
    void_class(class_id=held.pk, reason="日到课率低于80%", actor=tez.reviewer, at=NOON)
    held.refresh_from_db()
    assert held.state == "void"
    assert set(Enrolment.objects.filter(offer=held.offer).values_list("state", flat=True)) == {"cancelled"}
    assert (
        refusal(void_class, class_id=held.pk, reason="再次", actor=tez.reviewer, at=NOON).code
        == "wrong-state"
    )


@pytest.mark.django_db(transaction=True)
def test_started_and_cancelled_at_once():
    tez = cast()
    held = approved_class(tez)
    found = both(
        lambda: start_class(class_id=held.pk, actor=tez.provider_clerk, at=OPENS),
        lambda: cancel_class(class_id=held.pk, reason="停电", actor=tez.intake, at=OPENS),
    )
    held.refresh_from_db()
    assert (found, held.state) in [(["done", "done"], "cancelled"), (["done", "wrong-state"], "cancelled")]


def test_a_class_goes_with_its_offer(tez):
    held, other = approved_class(tez, n=1), running_class(tez, n=2)
    cancel_offer(offer_id=held.offer_id, reason="资金调整", actor=tez.reviewer, at=AT + timedelta(days=2))
    for _ in range(2):  # delivered twice
        HANDLERS["offer:cancelled"]({"offer": held.offer_id}, AT + timedelta(days=2))
    held.refresh_from_db()
    assert (held.state, held.reason) == ("cancelled", "班次已取消：资金调整")
    assert set(Attendance.objects.filter(session__training_class=held).values_list("state", flat=True)) == {
        "excused"
    }
    assert not cancel_class_of_offer(offer_id=other.offer_id, at=NOON)  # its offer stands
    other.refresh_from_db()
    assert other.state == "running"


@pytest.mark.django_db(transaction=True)
def test_a_place_given_up_while_the_class_begins():
    tez = cast()
    held = approved_class(tez, members=2)
    member = held.members.order_by("pk").first()
    leaver = worker(member.person)
    found = both(
        lambda: start_class(class_id=held.pk, actor=tez.provider_clerk, at=OPENS),
        lambda: withdraw_enrolment(enrolment_id=member.enrolment_id, actor=leaver, at=OPENS),
    )
    member.refresh_from_db()
    ended = (found, member.state, Enrolment.objects.get(pk=member.enrolment_id).state)
    assert ended in [
        (["done", "done"], "left", "withdrawn"),
        (["done", "wrong-state"], "in_class", "in_class"),
    ]
