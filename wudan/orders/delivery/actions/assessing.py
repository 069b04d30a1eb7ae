"""考核: a sitting is planned, marks are entered by one person and published by another, and the class is concluded.

Clause: 实名制管理和考核评价（周政办发〔2020〕2号 二（一）9、三（四）；台政办发〔2020〕4号 六（一））; the pass mark is a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.models import Assessment, Certificate, Score, Session, TrainingClass
from wudan.orders.delivery.queries.results import pass_mark, to_sit
from wudan.orders.delivery.states import ASSESSMENT, CLASS
from wudan.organisations.models import Teacher

BASIS = "台政办发〔2020〕4号 六（一）、七（三）；周政办发〔2020〕2号 三（四）"
HIGHEST = Decimal(100)


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """Marks of one member: 0 to 100 with at most one decimal, None where the part was not sat; `absent` for neither."""

    member_id: int
    theory: Decimal | None = None
    practice: Decimal | None = None
    absent: bool = False


def plan_assessment(
    *,
    class_id: int,
    held_on: date,
    place: str,
    parts: str,
    assessor_id: int | None = None,
    assessor_name: str = "",
    assessor_organisation_id: int | None = None,
    make_up: bool = False,
    actor: Actor,
    at: datetime,
) -> Assessment:
    """安排考核 of a class whose teaching ends: `parts` is both, theory or practice.

    Refuses: forbidden, wrong-state, bad-date (before the last day), needs-assessor, assessor-taught, nobody-to-make-up.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = TrainingClass.objects.select_for_update().get(pk=class_id)
        _require(found, actor)
        if found.state not in ("running", "taught", "assessed"):
            refuse(
                "wrong-state",
                f"班级现处于“{CLASS.states[found.state]}”，不能安排考核。",
                remedy="请在教学期间或教学结束后安排。",
            )
        if held_on < found.ended_on:
            refuse(
                "bad-date", f"考核日期早于结业日期（{in_words(found.ended_on)}）。",
                remedy="请安排在教学结束当天或以后。", field="held_on", status=INVALID,
            )  # fmt: skip
        _require_assessor(found, assessor_id, assessor_name)
        made = Assessment(
            training_class=found, make_up=make_up, held_on=held_on, place=place.strip(), parts=parts,
            assessor_id=assessor_id, assessor_name=assessor_name.strip(), assessor_organisation_id=assessor_organisation_id,
        )  # fmt: skip
        if not made.place:
            refuse(
                "bad-place", "没有写明考核地点。", remedy="请填写考核地点。", field="place", status=INVALID
            )
        if make_up and not to_sit(made).exists():
            refuse("nobody-to-make-up", "没有需要补考的学员。", remedy="全部学员都已合格。")
        made.save()
    return made


def record_scores(
    *, assessment_id: int, rows: Sequence[ScoreRow], reason: str = "", actor: Actor, at: datetime
) -> Assessment:
    """录入成绩, whole or not at all; entering again changes what was entered and needs a reason, which the history keeps.

    Refuses: forbidden, wrong-state, bad-score (with the row, counted from 1), not-to-sit, no-reason, too-early.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = _locked(assessment_id)
        _require(found.training_class, actor)
        if legal_day(at) < found.held_on:
            refuse("too-early", "考核日还没有到，不能录入成绩。", remedy="请在考核结束后录入。")
        found.state = ASSESSMENT.check("record", found.state)
        expected = {m.pk for m in to_sit(found)}
        _require_good_rows(found, rows, expected)
        known = {s.member_id: s for s in Score.objects.filter(assessment=found)}
        changed = [r for r in rows if r.member_id in known and _differs(known[r.member_id], r)]
        if changed and len(reason.strip()) < 2:
            refuse(
                "no-reason",
                "更正已录入的成绩须写明原因。",
                remedy="请填写更正原因。",
                field="reason",
                status=INVALID,
            )
        line = pass_mark(found.training_class)
        for row in rows:
            if row.member_id not in known:
                _fill(Score(assessment=found, member_id=row.member_id), row, line, found.parts).save()
        for row in changed:
            score = _fill(known[row.member_id], row, line, found.parts)
            score.reason = reason.strip()
            score.save()
        found.recorded_by = actor.user_id
        found.save(update_fields=["state", "recorded_by"])
    return found


def publish_scores(*, assessment_id: int, actor: Actor, at: datetime) -> Assessment:
    """公布成绩, by an official who did not enter them, once everybody has a mark. A class that was taught is then assessed.

    Refuses: forbidden, wrong-state, scores-missing, assessment_two_pairs_of_eyes.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = _locked(assessment_id)
        training_class = found.training_class
        actor.require(Role.INTAKE, Role.REVIEWER, district_id=training_class.district_id)
        found.state = ASSESSMENT.check("publish", found.state)
        if found.recorded_by == actor.user_id:
            forbid("成绩的录入和公布须由两个人办理。", remedy="请由另一位工作人员公布。")
        sat = set(Score.objects.filter(assessment=found).values_list("member_id", flat=True))
        missing = [m.person.name for m in to_sit(found) if m.pk not in sat]
        if missing:
            refuse(
                "scores-missing", f"还有{len(missing)}名学员没有成绩：{'、'.join(missing[:5])}。",
                remedy="缺考的请注明缺考，全部录入后再公布。",
            )  # fmt: skip
        found.published_at, found.published_by = at, actor.user_id
        found.save(update_fields=["state", "published_at", "published_by"])
        if training_class.state == "taught":
            training_class.state = CLASS.check("assess", training_class.state)
            training_class.state_since = at
            training_class.save(update_fields=["state", "state_since"])
        tell("scores:published", at=at, assessment=found.pk)
    return found


def correct_score(
    *,
    score_id: int,
    theory: Decimal | None,
    practice: Decimal | None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Score:
    """更正已公布的成绩 by the reviewer, with a reason, as long as no certificate stands on it. Refuses: forbidden, no-reason, certified."""
    with acting(actor=actor, at=at, basis=BASIS):
        score = (
            Score.objects.select_for_update(of=("self",))
            .select_related("assessment__training_class")
            .get(pk=score_id)
        )
        found = score.assessment
        actor.require(Role.REVIEWER, district_id=found.training_class.district_id)
        if len(reason.strip()) < 2:
            refuse(
                "no-reason", "更正成绩须写明原因。", remedy="请填写更正原因。", field="reason", status=INVALID
            )
        if Certificate.objects.filter(member=score.member_id, state="issued").exists():
            refuse(
                "certified", "这名学员已凭成绩取得证书，不能直接更正。", remedy="确需更正的，请先撤销证书。"
            )
        row = ScoreRow(score.member_id, theory, practice, absent=theory is None and practice is None)
        _require_good_rows(found, [row], {score.member_id})
        _fill(score, row, pass_mark(found.training_class), found.parts).reason = reason.strip()
        score.save()
    return score


def drop_assessment(*, assessment_id: int, actor: Actor, at: datetime) -> Assessment:
    """取消考核 that has not been held. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS):
        found = _locked(assessment_id)
        _require(found.training_class, actor)
        found.state = ASSESSMENT.check("drop", found.state)
        found.save(update_fields=["state"])
    return found


def _locked(assessment_id: int) -> Assessment:
    """The class first, so that two sittings of one class wait for each other."""
    class_id = Assessment.objects.values_list("training_class_id", flat=True).get(pk=assessment_id)
    training_class = TrainingClass.objects.select_for_update().get(pk=class_id)
    found = Assessment.objects.select_for_update().get(pk=assessment_id)
    found.training_class = training_class
    return found


def _require(training_class: TrainingClass, actor: Actor) -> None:
    actor.require(Role.PROVIDER, Role.INTAKE, Role.REVIEWER, district_id=training_class.district_id)
    if actor.role is Role.PROVIDER and actor.organisation_id != training_class.provider_id:
        forbid("这不是本机构的班级。")


def _require_assessor(training_class: TrainingClass, assessor_id: int | None, assessor_name: str) -> None:
    """Who assesses did not teach: by person, since one person may be entered as a teacher of two providers."""
    if assessor_id is None and not assessor_name.strip():
        refuse(
            "needs-assessor",
            "没有写明考评员。",
            remedy="请选择或填写考评员。",
            field="assessor",
            status=INVALID,
        )
    taught = Session.objects.filter(training_class=training_class, cancelled=False, teacher__isnull=False)
    people = set(taught.values_list("teacher__person_id", flat=True))
    if training_class.head_teacher_id:
        people |= set(
            Teacher.objects.filter(pk=training_class.head_teacher_id).values_list("person_id", flat=True)
        )
    person: int | None
    if assessor_id is not None:
        person = Teacher.objects.values_list("person_id", flat=True).get(pk=assessor_id)
    else:
        named = Teacher.objects.filter(person__name=assessor_name.strip(), person_id__in=people)
        person = named.values_list("person_id", flat=True).first()
    if person in people:
        refuse(
            "assessor-taught",
            "考评员是本班的授课教师，不能由本人考核。",
            remedy="请另选考评员。",
            field="assessor",
            status=INVALID,
        )


def _require_good_rows(assessment: Assessment, rows: Sequence[ScoreRow], expected: set[int]) -> None:
    found: list[Refusal] = []
    for place, row in enumerate(rows, 1):
        if row.member_id not in expected:
            sentence = f"第{place}行的学员不在本次考核名单中。"
            found.append(
                Refusal(
                    "not-to-sit", sentence, remedy="请核对名单。", field=f"{place}:member", status=INVALID
                )
            )
        remedy = "成绩为0到100分，最多一位小数；没有参加的请注明缺考。"
        for part, problem in _faults(assessment.parts, row):
            sentence = f"第{place}行{problem}"
            found.append(
                Refusal("bad-score", sentence, remedy=remedy, field=f"{place}:{part}", status=INVALID)
            )
    if len({r.member_id for r in rows}) < len(rows):
        found.append(Refusal("bad-score", "名单中有学员重复。", remedy="每名学员只填一行。", status=INVALID))
    if found:
        raise Refused(*found)


def _faults(parts: str, row: ScoreRow) -> list[tuple[str, str]]:
    found = []
    for part, label, mark in (("theory", "理论成绩", row.theory), ("practice", "实操成绩", row.practice)):
        asked = parts in (part, "both")
        if mark is None:
            if asked and not row.absent:
                found.append((part, f"没有{label}。"))
        elif not asked:
            found.append((part, f"本次不考{label[:2]}，不应有{label}。"))
        elif not 0 <= mark <= HIGHEST or mark * 10 != int(mark * 10):
            found.append((part, f"{label}“{mark}”不对。"))
        elif row.absent:
            found.append((part, f"注明了缺考，又有{label}。"))
    return found


def _fill(score: Score, row: ScoreRow, line: int, parts: str) -> Score:
    score.theory_tenths = None if row.theory is None else int(row.theory * 10)
    score.practice_tenths = None if row.practice is None else int(row.practice * 10)
    score.absent = row.absent
    wanted = [score.theory_tenths] * (parts != "practice") + [score.practice_tenths] * (parts != "theory")
    score.passed = not row.absent and all(mark is not None and mark >= line * 10 for mark in wanted)
    return score


def _differs(score: Score, row: ScoreRow) -> bool:
    now = (score.theory_tenths, score.practice_tenths, score.absent)
    return now != (
        None if row.theory is None else int(row.theory * 10),
        None if row.practice is None else int(row.practice * 10),
        row.absent,
    )
