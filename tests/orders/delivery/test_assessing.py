"""Assessment: who assesses, who enters, who publishes, where 60 points stand, and what make-ups mend."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import Cast, cast, outsider
from tests.orders.delivery.finishing import after, assessed, attended, concluded, members_of, planned, row
from wudan.kernel.errors import Refused
from wudan.kernel.models import History
from wudan.orders.delivery.actions.assessing import (
    correct_score,
    drop_assessment,
    publish_scores,
    record_scores,
)
from wudan.orders.delivery.actions.concluding import conclude_class
from wudan.orders.delivery.models import Assessment, Score, Session
from wudan.orders.delivery.queries.results import _over, results_of, to_sit
from wudan.orders.enrolment.models import Enrolment
from wudan.people.queries import archive_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast()


def code(refused: Any) -> str:
    return str(refused.value.refusal.code)


@pytest.mark.parametrize(
    ("marks", "passes"), [((60, 60), True), ((59.9, 100), False), ((100, 59.9), False), ((None, None), False)]
)
def test_both_parts_need_sixty(tez: Cast, marks: tuple[object, object], passes: bool) -> None:
    held = attended(tez, members=1)
    assessed(tez, held, [marks])
    assert Score.objects.get().passed is passes
    assert results_of(held)[members_of(held)[0].pk].passed is passes


@pytest.mark.parametrize(("theory", "practice"), [(100.1, 80), (-1, 80), (80.55, 80), (None, 80), (80, None)])
def test_a_bad_mark_saves_nothing(tez: Cast, theory: object, practice: object) -> None:
    held = attended(tez, members=2)
    sitting = planned(tez, held)
    good, bad = members_of(held)
    with pytest.raises(Refused) as refused:
        record_scores(
            assessment_id=sitting.pk,
            rows=[row(good), row(bad, theory, practice)],
            actor=tez.provider_clerk,
            at=after(held),
        )
    assert code(refused) == "bad-score" and "第2行" in refused.value.refusal.sentence
    assert not Score.objects.exists()


def test_the_assessor_did_not_teach(tez: Cast) -> None:
    held = attended(tez, members=1)
    teacher = Session.objects.filter(training_class=held).select_related("teacher__person").first().teacher  # type: ignore[union-attr]
    assert teacher is not None
    for given_as in (
        {"assessor_id": teacher.pk, "assessor_name": ""},
        {"assessor_name": teacher.person.name},
    ):
        with pytest.raises(Refused) as refused:
            planned(tez, held, **given_as)
        assert code(refused) == "assessor-taught"
    with pytest.raises(Refused) as refused:
        planned(tez, held, assessor_name=" ")
    assert code(refused) == "needs-assessor"


def test_no_sitting_before_teaching_ends(tez: Cast) -> None:
    held = attended(tez, members=1)
    with pytest.raises(Refused) as refused:
        planned(tez, held, held_on=held.ended_on - timedelta(days=1))
    assert code(refused) == "bad-date"
    later = planned(tez, held, held_on=held.ended_on + timedelta(days=3))
    with pytest.raises(Refused) as refused:
        record_scores(
            assessment_id=later.pk,
            rows=[row(members_of(held)[0])],
            actor=tez.provider_clerk,
            at=after(held, 2),
        )
    assert code(refused) == "too-early"


def test_who_entered_does_not_publish(tez: Cast) -> None:
    held = attended(tez, members=1)
    sitting = planned(tez, held)
    record_scores(assessment_id=sitting.pk, rows=[row(members_of(held)[0])], actor=tez.intake, at=after(held))
    with pytest.raises(Refused) as refused:
        publish_scores(assessment_id=sitting.pk, actor=tez.intake, at=after(held))
    assert code(refused) == "forbidden"
    publish_scores(assessment_id=sitting.pk, actor=tez.intake2, at=after(held))
    held.refresh_from_db()
    assert held.state == "assessed"


def test_every_learner_needs_a_mark(tez: Cast) -> None:
    held = attended(tez, members=2)
    sitting = planned(tez, held)
    record_scores(
        assessment_id=sitting.pk, rows=[row(members_of(held)[0])], actor=tez.provider_clerk, at=after(held)
    )
    with pytest.raises(Refused) as refused:
        publish_scores(assessment_id=sitting.pk, actor=tez.intake, at=after(held))
    assert code(refused) == "scores-missing" and "1名" in refused.value.refusal.sentence


def test_a_changed_mark_needs_a_reason_and_leaves_a_trail(tez: Cast) -> None:
    held = attended(tez, members=1)
    sitting, [member] = planned(tez, held), members_of(held)
    at = after(held)
    record_scores(assessment_id=sitting.pk, rows=[row(member, 50)], actor=tez.provider_clerk, at=at)
    record_scores(
        assessment_id=sitting.pk, rows=[row(member, 50)], actor=tez.provider_clerk, at=at
    )  # nothing changes
    with pytest.raises(Refused) as refused:
        record_scores(assessment_id=sitting.pk, rows=[row(member, 70)], actor=tez.provider_clerk, at=at)
    assert code(refused) == "no-reason"
    record_scores(
        assessment_id=sitting.pk, rows=[row(member, 70)], reason="登分有误", actor=tez.provider_clerk, at=at
    )
    trail = History.objects.filter(table_name="delivery_score", operation="UPDATE")
    assert [h.changes["theory_tenths"] for h in trail] == [[500, 700]]
    assert Score.objects.get().passed


def test_a_published_mark_is_corrected_by_the_reviewer_alone(tez: Cast) -> None:
    held = attended(tez, members=1)
    assessed(tez, held, [(59, 80)])
    score = Score.objects.get()
    args: dict[str, Any] = {
        "score_id": score.pk,
        "theory": Decimal(61),
        "practice": Decimal(80),
        "at": after(held),
    }
    with pytest.raises(Refused):
        record_scores(
            assessment_id=score.assessment_id,
            rows=[row(members_of(held)[0])],
            reason="更正",
            actor=tez.intake,
            at=after(held),
        )
    for actor in (tez.intake, outsider(tez, "reviewer")):
        with pytest.raises(Refused):
            correct_score(reason="复核试卷", actor=actor, **args)
    assert correct_score(reason="复核试卷", actor=tez.reviewer, **args).passed


def test_a_make_up_is_for_those_who_failed(tez: Cast) -> None:
    held = attended(tez, members=3)
    assessed(tez, held, [(80, 80), (40, 80), (None, None)])
    again = planned(tez, held, make_up=True, held_on=held.ended_on + timedelta(days=5))
    first, second, third = members_of(held)
    assert {m.pk for m in to_sit(again)} == {second.pk, third.pk}
    with pytest.raises(Refused) as refused:
        record_scores(assessment_id=again.pk, rows=[row(first)], actor=tez.provider_clerk, at=after(held, 6))
    assert code(refused) == "not-to-sit"


def test_a_make_up_of_one_part_keeps_the_other(tez: Cast) -> None:
    """理论 failed, 实操 made up alone: still not passed; then 理论 made up: passed."""
    held = attended(tez, members=1)
    [member] = members_of(held)
    assessed(tez, held, [(40, 50)])
    for n, (parts, theory, practice, passes) in enumerate(
        (("practice", None, 90, False), ("theory", 60, None, True)), 1
    ):
        sitting = planned(tez, held, make_up=True, parts=parts, held_on=held.ended_on + timedelta(days=n))
        record_scores(
            assessment_id=sitting.pk,
            rows=[row(member, theory, practice)],
            actor=tez.provider_clerk,
            at=after(held, n),
        )
        publish_scores(assessment_id=sitting.pk, actor=tez.intake, at=after(held, n))
        assert results_of(held)[member.pk].passed is passes
    with pytest.raises(Refused) as refused:
        planned(tez, held, make_up=True)
    assert code(refused) == "nobody-to-make-up"


@pytest.mark.parametrize("who", ["outsider", "worker", "finance"])
def test_others_do_not_assess(tez: Cast, who: str) -> None:
    held = attended(tez, members=1)
    sitting = planned(tez, held)
    actor = outsider(tez, "provider") if who == "outsider" else getattr(tez, who)
    with pytest.raises(Refused) as refused:
        record_scores(assessment_id=sitting.pk, rows=[row(members_of(held)[0])], actor=actor, at=after(held))
    assert code(refused) == "forbidden"


def test_completion_needs_attendance_and_marks(tez: Cast) -> None:
    """Of five sessions four are 80 %: enough. Three are not, whatever the marks. (Ten learners, so that no day gets a red card.)"""
    held = concluded(tez, members=10, sessions=5, absent={0: 1, 1: 2}, marks=[(80, 80), (90, 90), (59, 80)])
    assert held.state == "closed"
    found = members_of(held)[:3]
    assert [m.state for m in found] == ["completed", "failed", "failed"]
    assert ["出勤率" in found[1].reason, found[2].reason] == [True, "考核不合格"]
    states = (
        Enrolment.objects.filter(pk__in=[m.enrolment_id for m in found])
        .order_by("pk")
        .values_list("state", flat=True)
    )
    assert list(states) == ["completed", "failed", "failed"]
    assert [line.event for line in archive_of(found[0].person_id).filter(kind="class")][-1:] == ["completed"]


def test_nothing_is_concluded_while_a_sitting_is_open(tez: Cast) -> None:
    held = attended(tez, members=2)
    assessed(tez, held, [(80, 80), (40, 40)])
    again = planned(tez, held, make_up=True, held_on=held.ended_on + timedelta(days=5))
    with pytest.raises(Refused) as refused:
        conclude_class(class_id=held.pk, actor=tez.intake, at=after(held, 2))
    assert code(refused) == "assessment-open"
    drop_assessment(assessment_id=again.pk, actor=tez.provider_clerk, at=after(held, 2))
    conclude_class(class_id=held.pk, actor=tez.intake, at=after(held, 2))
    with pytest.raises(Refused) as refused:
        conclude_class(class_id=held.pk, actor=tez.intake, at=after(held, 3))
    assert code(refused) == "wrong-state"


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 1000)), min_size=1, max_size=5))
def test_a_later_mark_never_takes_a_pass_away(marks: list[tuple[int, int]]) -> None:
    """Passing is monotone in sittings, and equals: some theory and some practice reached the line."""
    sittings = [
        Score(assessment=Assessment(held_on=after_day(n)), theory_tenths=t, practice_tenths=p)
        for n, (t, p) in enumerate(marks)
    ]
    passes = [_over(sittings[: n + 1], {"theory", "practice"}, 600).passed for n in range(len(sittings))]
    assert passes == sorted(passes)
    assert passes[-1] == (max(t for t, _ in marks) >= 600 and max(p for _, p in marks) >= 600)


def after_day(n: int) -> Any:
    from datetime import date

    return date(2020, 12, 1) + timedelta(days=n)
