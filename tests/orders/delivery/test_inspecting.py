"""巡查: two officials, unseen by the provider before it is done, heads against sign-ins at that moment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import BASIS, cast, outsider
from tests.chain_cast import OPENS, running_class
from tests.orders.subsidy.chain import both, refusal
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.orders.delivery.actions.inspecting import drop_inspection, plan_inspection, record_inspection
from wudan.orders.delivery.models import Inspection
from wudan.orders.delivery.queries.inspections import mismatches, photo_of, visible_inspections
from wudan.oversight.actions import finding_from_inspection
from wudan.oversight.models import Finding

pytestmark = pytest.mark.django_db
PHOTO = b"\xff\xd8\xff" + b"0" * 50
AT_TEN = OPENS + timedelta(hours=2)


@pytest.fixture
def tez():
    return cast()


def planned(tez, held=None, at=OPENS):
    session = (held or running_class(tez)).sessions.order_by("during").first()
    return plan_inspection(
        session_id=session.pk,
        inspector=tez.intake.user_id,
        second=tez.reviewer.user_id,
        actor=tez.intake,
        at=at,
    )


def given(found, tez, **changes):
    return {
        "inspection_id": found.pk,
        "visited_at": AT_TEN,
        "headcount": 2,
        "place_seen": "一号实训室",
        "place_matches": True,
        "teacher_matches": True,
        "photo": PHOTO,
        "actor": tez.intake,
        "at": AT_TEN + timedelta(minutes=20),
        **changes,
    }


def sign(found, n, at):
    with acting(actor=SYSTEM, at=at, basis=BASIS):
        for row in found.session.attendance.filter(state="expected").order_by("pk")[:n]:
            row.state, row.method, row.signed_at = "present", "code", at
            row.save(update_fields=["state", "method", "signed_at"])


def test_heads_against_those_signed_in_at_that_moment(tez):
    found = planned(tez)
    sign(found, 2, AT_TEN - timedelta(minutes=30))
    sign(found, 1, AT_TEN + timedelta(minutes=1))  # after the visit
    done = record_inspection(**given(found, tez))
    assert (done.state, done.headcount, done.signed_count, mismatches(done)) == ("done", 2, 2, [])
    assert photo_of(done.pk) == PHOTO
    assert not OutboxEvent.objects.filter(topic="inspection:mismatch").exists()


def test_what_does_not_add_up_is_told(tez):
    found = planned(tez)
    sign(found, 3, AT_TEN - timedelta(minutes=30))
    done = record_inspection(**given(found, tez, place_matches=False, place_seen="会议室"))
    assert mismatches(done) == ["实到2人，当时已签到3人", "地点与计划不符，实际在“会议室”"]
    assert (
        OutboxEvent.objects.filter(topic="inspection:mismatch", payload={"inspection": done.pk}).count() == 1
    )


def test_the_provider_sees_it_only_when_it_is_done(tez):
    found = planned(tez)
    assert not visible_inspections(tez.provider_clerk).exists()
    assert visible_inspections(tez.supervisor).get() == found
    assert not visible_inspections(outsider(tez, "intake")).exists()
    record_inspection(**given(found, tez))
    assert visible_inspections(tez.provider_clerk).get() == found
    assert not visible_inspections(outsider(tez, "provider")).exists()


def test_two_officials_of_the_district(tez):
    session = running_class(tez).sessions.order_by("during").first()
    ask = {"session_id": session.pk, "actor": tez.intake, "at": OPENS}
    me, other = tez.intake.user_id, outsider(tez, "intake").user_id
    assert refusal(plan_inspection, inspector=me, second=me, **ask).code == "inspection_by_two"
    assert refusal(plan_inspection, inspector=me, second=other, **ask).code == "not-an-inspector"
    ask["actor"] = tez.provider_clerk
    no = refusal(plan_inspection, inspector=me, second=tez.reviewer.user_id, **ask)
    assert no.code == "forbidden"


def test_only_those_who_went_write_it_down(tez):
    found = planned(tez)
    for stranger in (tez.intake2, outsider(tez, "intake"), tez.provider_clerk):
        assert refusal(record_inspection, **given(found, tez, actor=stranger)).code == "forbidden"
    assert record_inspection(**given(found, tez, actor=tez.reviewer)).state == "done"


def test_the_visit_was_during_the_sitting_and_is_proved(tez):
    found = planned(tez)
    before, after = OPENS + timedelta(minutes=59), OPENS + timedelta(hours=7, minutes=1)
    for moment in (before, after):
        no = refusal(record_inspection, **given(found, tez, visited_at=moment, at=after))
        assert no.code == "bad-input:visited_at"
    assert refusal(record_inspection, **given(found, tez, photo=b"")).code == "no-photo"
    assert refusal(record_inspection, **given(found, tez, photo=b"GIF89a")).code == "bad-photo"
    assert refusal(record_inspection, **given(found, tez, place_seen=" ")).code == "no-place"


def test_written_down_within_a_day_or_with_a_reason(tez):
    held = running_class(tez)
    two_days = given(planned(tez, held), tez, at=AT_TEN + timedelta(days=2))
    assert refusal(record_inspection, **two_days).code == "late-without-reason"
    assert record_inspection(**{**two_days, "remark": "镇上断网，今日补登"}).state == "done"
    other = running_class(tez, n=2)
    assert record_inspection(**given(planned(tez, other), tez, at=AT_TEN + timedelta(days=1))).state == "done"


def test_dropped_by_the_reviewer_with_a_reason(tez):
    found = planned(tez)
    ask = {"inspection_id": found.pk, "at": OPENS}
    assert refusal(drop_inspection, reason="停课", actor=tez.intake, **ask).code == "forbidden"
    assert refusal(drop_inspection, reason="", actor=tez.reviewer, **ask).code == "needs-reason"
    assert drop_inspection(reason="停课", actor=tez.reviewer, **ask).state == "dropped"


def test_not_after_the_sitting_and_not_twice(tez):
    held = running_class(tez, sessions=1)
    found = planned(tez, held)
    assert refusal(planned, tez=tez, held=held).code == "inspected-already"
    assert refusal(planned, tez=tez, held=held, at=found.session.during.upper).code == "session-over"


@pytest.mark.django_db(transaction=True)
def test_both_write_it_down_at_once():
    tez = cast()
    found = planned(tez)
    calls = [
        lambda who=who: record_inspection(**given(found, tez, actor=who))
        for who in (tez.intake, tez.reviewer)
    ]
    assert both(*calls) == ["done", "wrong-state"]
    assert Inspection.objects.get().state == "done"


def test_a_mismatch_becomes_one_finding_for_the_supervisor(tez):
    found = planned(tez)
    done = record_inspection(**given(found, tez, headcount=1))
    for _ in range(2):  # delivered twice
        HANDLERS["inspection:mismatch"]({"inspection": done.pk}, AT_TEN)
    finding = Finding.objects.get(kind="inspection-mismatch")
    assert finding.district_id == tez.code
    assert "实到1人，当时已签到0人" in finding.sentence
    right = record_inspection(**given(planned(tez, running_class(tez, n=2)), tez, headcount=0))
    assert finding_from_inspection(right.pk, AT_TEN) is None
