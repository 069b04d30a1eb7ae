"""暂停新列单: below a line over enough people, once for each result an official has not seen; and what told the rooms above."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import Cast, cast
from tests.orders.delivery.finishing import after, concluded, members_of
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.orders.catalogue.actions.registering import restore_registration
from wudan.orders.catalogue.models import Registration
from wudan.orders.catalogue.queries.standing import provider_faults
from wudan.orders.delivery.actions.employing import EmploymentRow, record_employment
from wudan.orders.delivery.actions.holding import suspend_below_lines
from wudan.orders.delivery.models import Rating
from wudan.oversight.actions import close, finding_from_rating
from wudan.oversight.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast()


@pytest.mark.parametrize(("failed", "suspended"), [(4, 0), (5, 1)])
def test_exactly_on_the_line_goes_on_one_head_below_is_held(tez: Cast, failed: int, suspended: int) -> None:
    held = concluded(tez, members=10, marks=[(40, 40)] * failed)
    assert suspend_below_lines(at=after(held, 3)) == suspended
    one = Registration.objects.get()
    day = after(held, 3).date()
    faults = provider_faults(tez.provider.pk, held.occupation_id, held.level, day)
    if suspended:
        assert one.state == "suspended" and one.decided_by is None
        assert "结业率50%（5/10人），低于60%" in one.reason
        assert [f.code for f in faults] == ["registration-suspended"]
        assert suspend_below_lines(at=after(held, 4)) == 0
    else:
        assert (one.state, faults) == ("listed", [])


def test_nine_learners_are_too_few_to_hold_anybody(tez: Cast) -> None:
    held = concluded(tez, members=9, marks=[(40, 40)] * 9)
    assert suspend_below_lines(at=after(held, 3)) == 0


def test_who_was_restored_is_held_again_only_by_new_results(tez: Cast) -> None:
    held = concluded(tez, members=10, marks=[(40, 40)] * 10)
    suspend_below_lines(at=after(held, 3))
    one = Registration.objects.get()
    restore_registration(
        registration_id=one.pk, reason="已整改，更换教师", actor=tez.reviewer, at=after(held, 4)
    )
    assert suspend_below_lines(at=after(held, 5)) == 0
    with acting(actor=SYSTEM, at=after(held, 6), basis="测试"):
        Rating.objects.create(
            member=members_of(held)[0], overall=1, teaching=1, practice=1, honest=True, at=after(held, 6)
        )
    assert suspend_below_lines(at=after(held, 7)) == 1


def test_employment_is_told_once_a_file_and_not_for_nothing(tez: Cast) -> None:
    held = concluded(tez, members=2)
    rows = [EmploymentRow(m.pk, employed=False) for m in members_of(held)]
    record_employment(class_id=held.pk, rows=[], actor=tez.intake, at=after(held, 9))
    assert not OutboxEvent.objects.filter(topic="employment:recorded").exists()
    record_employment(class_id=held.pk, rows=rows, actor=tez.intake, at=after(held, 9))
    assert [e.payload for e in OutboxEvent.objects.filter(topic="employment:recorded")] == [
        {"class": held.pk}
    ]


def test_a_learner_who_says_no_opens_one_finding(tez: Cast) -> None:
    held = concluded(tez, members=3)
    at: Any = after(held, 3)
    assert finding_from_rating(held.pk, at) is None
    for n, (member, honest) in enumerate(zip(members_of(held), (True, False, False), strict=True)):
        with acting(actor=SYSTEM, at=at, basis="测试"):
            Rating.objects.create(
                member=member, overall=4, teaching=4, practice=4, honest=honest, comment="收了我50元", at=at
            )
        made = finding_from_rating(held.pk, at + timedelta(minutes=n))
        assert (made is None) is (n != 1)  # the third voice joins the open finding
    finding = Finding.objects.get()
    assert finding.kind == "rating-dishonest" and held.number in finding.sentence
    assert "50元" not in str(finding.evidence) + finding.sentence
    close(finding_id=finding.pk, conclusion="已核实", actor=tez.supervisor, at=at)
    again = finding_from_rating(held.pk, at)
    assert again is not None and again.evidence[0]["count"] == 2  # one more voice than the closed one knew
    close(finding_id=again.pk, conclusion="已核实", actor=tez.supervisor, at=at)
    assert finding_from_rating(held.pk, at) is None and Finding.objects.count() == 2
