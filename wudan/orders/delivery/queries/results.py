"""Who has passed: with attendance, what completion (结业) rests on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from wudan.orders.delivery.models import Assessment, Member, Score, TrainingClass
from wudan.policy.queries import parameter

PARTS = {"both": {"theory", "practice"}, "theory": {"theory"}, "practice": {"practice"}}


@dataclass(frozen=True, slots=True)
class Result:
    """What a member reached over all published sittings: best mark of each part in tenths, whether passed, when."""

    theory_tenths: int | None
    practice_tenths: int | None
    passed: bool
    on: date | None
    made_up: bool


def pass_mark(training_class: TrainingClass) -> int:
    """Points of 100 at which a part is passed; exactly these pass."""
    return int(parameter(training_class.district_id, "assessment_pass_mark", training_class.started_on).value)


def results_of(training_class: TrainingClass) -> dict[int, Result]:
    """Member id → result, from published sittings only. A part once passed stays passed (补考只补不合格的科目)."""
    marks = Score.objects.filter(
        assessment__training_class=training_class, assessment__state="published"
    ).select_related("assessment")
    by_member: dict[int, list[Score]] = defaultdict(list)
    parts: set[str] = set()
    for mark in marks.order_by("assessment__held_on", "pk"):
        by_member[mark.member_id].append(mark)
        if not mark.assessment.make_up:
            parts |= PARTS[mark.assessment.parts]
    line = pass_mark(training_class) * 10
    return {member: _over(found, parts, line) for member, found in by_member.items()}


def _over(marks: list[Score], parts: set[str], line: int) -> Result:
    """The marks in the order they were earned; `on` is the day on which the last missing part was passed."""
    best: dict[str, int] = {}
    on: date | None = None
    for mark in marks:
        for part, tenths in (("theory", mark.theory_tenths), ("practice", mark.practice_tenths)):
            if tenths is not None:
                best[part] = max(tenths, best.get(part, 0))
        if on is None and parts and all(best.get(part, -1) >= line for part in parts):
            on = mark.assessment.held_on
    made_up = any(m.assessment.make_up for m in marks)
    return Result(best.get("theory"), best.get("practice"), on is not None, on, made_up)


def assessments_of(class_id: int) -> QuerySet[Assessment]:
    return (
        Assessment.objects.filter(training_class=class_id)
        .select_related("assessor__person")
        .order_by("held_on", "pk")
    )


def to_sit(assessment: Assessment) -> QuerySet[Member]:
    """Who sits: everybody in class; at a make-up (补考) those who have not passed yet."""
    members = Member.objects.filter(training_class=assessment.training_class_id, state="in_class")
    if assessment.make_up:
        passed = [m for m, r in results_of(assessment.training_class).items() if r.passed]
        members = members.exclude(pk__in=passed)
    return members.select_related("person").order_by("person__name_pinyin", "pk")
