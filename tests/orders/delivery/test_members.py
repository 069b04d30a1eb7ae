"""学员变动: the trail of interruption, return, leaving, another class, another employer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import AT, cast, make_actor, make_organisation, outsider
from tests.chain_cast import FIRST_DAY, OPENS, approved_class, running_class
from tests.orders.subsidy.chain import both, refusal
from wudan.kernel.models import History
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.members import (
    change_employer,
    interrupt_member,
    leave_member,
    resume_member,
    transfer_member,
)
from wudan.orders.delivery.models import Member
from wudan.orders.enrolment.models import Enrolment

pytestmark = pytest.mark.django_db
AFTER_FIRST = OPENS + timedelta(hours=8)


@pytest.fixture
def tez():
    return cast()


def states(member):
    return list(member.attendance.order_by("day").values_list("state", flat=True))


def test_interrupted_and_back(tez):
    member = running_class(tez, sessions=3).members.first()
    ask = {"member_id": member.pk, "actor": tez.provider_clerk}
    assert refusal(interrupt_member, reason="", at=AFTER_FIRST, **ask).code == "needs-reason"
    interrupt_member(reason="住院", at=AFTER_FIRST, **ask)
    assert states(member) == ["expected", "excused", "excused"]
    back = AFTER_FIRST + timedelta(days=1)
    resume_member(reason="出院", at=back, **ask)
    member.refresh_from_db()
    assert (member.state, member.reason) == ("in_class", "出院")
    assert states(member) == ["expected", "excused", "expected"]
    kept = History.objects.filter(table_name="delivery_member", row_id=str(member.pk), operation="UPDATE")
    assert [h.changes["reason"][1] for h in kept.order_by("id") if "reason" in h.changes] == ["住院", "出院"]


def test_leaving_frees_the_place_and_keeps_what_was_attended(tez):
    held = running_class(tez, sessions=2)
    member = held.members.first()
    leave_member(member_id=member.pk, reason="外出务工", actor=tez.provider_clerk, at=AFTER_FIRST)
    member.refresh_from_db()
    assert (member.state, member.left_on, states(member)) == ("left", FIRST_DAY, ["expected", "excused"])
    assert Enrolment.objects.get(pk=member.enrolment_id).state == "dropped"


def test_a_learner_leaves_for_oneself_only(tez):
    held = running_class(tez)
    one, two = held.members.order_by("pk")[:2]
    me = make_actor(Role.WORKER, person=one.person)
    assert (
        refusal(leave_member, member_id=two.pk, reason="不想学了", actor=me, at=AFTER_FIRST).code
        == "forbidden"
    )
    assert leave_member(member_id=one.pk, reason="外出务工", actor=me, at=AFTER_FIRST).state == "left"
    waiting = approved_class(tez, n=2).members.first()
    ask = {"member_id": waiting.pk, "reason": "外出", "actor": tez.provider_clerk, "at": AT}
    assert refusal(leave_member, **ask).code == "not-begun"


def test_strangers(tez):
    member = running_class(tez).members.first()
    ask = {"member_id": member.pk, "reason": "住院", "at": AFTER_FIRST}
    for stranger in (outsider(tez, "provider"), outsider(tez, "intake"), tez.enterprise_clerk):
        assert refusal(interrupt_member, actor=stranger, **ask).code == "forbidden"
        assert refusal(leave_member, actor=stranger, **ask).code == "forbidden"
        assert refusal(change_employer, employer_id=None, actor=stranger, **ask).code == "forbidden"


def test_another_class_of_the_same_training(tez):
    first = running_class(tez, n=1, sessions=2)
    second = running_class(tez, n=2, sessions=3)
    member = first.members.first()
    ask = {"member_id": member.pk, "reason": "倒班", "actor": tez.intake, "at": AFTER_FIRST}
    assert refusal(transfer_member, to_class_id=first.pk, **ask).code == "same-class"
    moved = transfer_member(to_class_id=second.pk, **ask)
    member.refresh_from_db()
    assert (member.state, moved.moved_from_id, moved.person_id) == (
        "transferred",
        member.pk,
        member.person_id,
    )
    assert states(member) == ["expected", "excused"]
    assert moved.attendance.count() == 2  # what was still to come
    old = Enrolment.objects.get(pk=member.enrolment_id)
    assert (old.state, old.transferred_to_id) == ("transferred", moved.enrolment_id)
    assert moved.enrolment.state == "in_class"


def test_not_to_another_training_nor_a_full_class(tez):
    first = running_class(tez, n=1)
    other_level = running_class(tez, n=2, level=5, line="on_job", certificate_type="skill_level")
    full = running_class(tez, n=3, members=2, places=2)
    ask = {"member_id": first.members.first().pk, "reason": "倒班", "actor": tez.intake, "at": AFTER_FIRST}
    assert refusal(transfer_member, to_class_id=other_level.pk, **ask).code == "other-training"
    assert refusal(transfer_member, to_class_id=full.pk, **ask).code == "class-full"
    ask["actor"] = outsider(tez, "provider")
    assert refusal(transfer_member, to_class_id=full.pk, **ask).code == "forbidden"


def test_another_employer(tez):
    member = running_class(tez).members.first()
    ask = {"member_id": member.pk, "reason": "跳槽", "actor": tez.provider_clerk, "at": AFTER_FIRST}
    assert refusal(change_employer, employer_id=tez.provider.pk, **ask).code == "no-employer"
    assert refusal(change_employer, employer_id=None, **ask).code == "nothing-changed"
    new = make_organisation(tez.code, "enterprise", 5)
    assert change_employer(employer_id=new.pk, **ask).employer_id == new.pk


@pytest.mark.django_db(transaction=True)
def test_the_last_seat_of_another_class_for_two_at_once():
    tez = cast()
    first = running_class(tez, n=1, members=2)
    target = running_class(tez, n=2, members=1, places=2)
    calls = [
        lambda pk=m.pk: transfer_member(
            member_id=pk, to_class_id=target.pk, reason="倒班", actor=tez.intake, at=AFTER_FIRST
        )
        for m in first.members.all()
    ]
    found = both(*calls)
    found.remove("done")
    assert found[0] in ("class-full", "places_not_oversold", "busy")
    assert Member.objects.filter(training_class=target, state="in_class").count() == 2
