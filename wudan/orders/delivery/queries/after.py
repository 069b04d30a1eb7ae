"""What a class needs after teaching (考核、结业、发证、就业), as the lists and pages ask it, scoped by who looks."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, TextField, Value, When

from wudan.kernel.actor import Actor
from wudan.orders.delivery.models import Assessment, Certificate, Member, Score, TrainingClass
from wudan.orders.delivery.queries.attendance import visible_attendance_classes

STAGES = {
    "publish": "待公布成绩",
    "enter": "待录入成绩",
    "sit": "待考核",
    "plan": "待安排考核",
    "conclude": "待办理结业",
    "certify": "待发证",
    "register": "待登记证书",
    "follow": "跟踪就业",
}
_OURS = "completion"  # the certificate we issue; any other is issued elsewhere and registered
_AFTER = ("taught", "assessed", "closed")


def classes_after(actor: Actor, on: date, only: str = "") -> QuerySet[TrainingClass]:
    """Classes whose teaching ended, or ends with a sitting planned, each with its `stage`: the next thing to be done."""
    sittings = Assessment.objects.filter(training_class=OuterRef("pk")).exclude(state="dropped")
    certified = Certificate.objects.filter(member=OuterRef("pk"), state="issued")
    lacking = Member.objects.filter(training_class=OuterRef("pk"), state="completed")
    unmarked = Member.objects.filter(training_class=OuterRef("training_class"), state="in_class").exclude(
        Exists(Score.objects.filter(member=OuterRef("pk"), assessment=OuterRef(OuterRef("pk"))))
    )
    half = sittings.filter(state="held", make_up=False).filter(Exists(unmarked))
    cases: list[tuple[str, Any]] = [
        ("enter", Exists(half)),
        ("publish", Exists(sittings.filter(state="held"))),
        ("enter", Exists(sittings.filter(state="planned", held_on__lte=on))),
        ("sit", Exists(sittings.filter(state="planned"))),
        ("conclude", Q(state="assessed")),
        ("plan", ~Q(state="closed")),
        ("certify", Q(Exists(lacking.exclude(Exists(certified)))) & Q(certificate_type=_OURS)),
        ("register", Exists(lacking.exclude(Exists(certified)))),
    ]
    stage = Case(
        *(When(test, then=Value(name)) for name, test in cases),
        default=Value("follow"),
        output_field=TextField(),
    )
    found = visible_attendance_classes(actor).filter(
        Q(state__in=_AFTER) | Q(state="running") & Q(Exists(sittings) | Q(ended_on__lte=on))
    )
    staged = found.annotate(stage=stage)
    return staged.filter(stage=only) if only else staged


def waiting(actor: Actor, on: date, stages: Collection[str]) -> dict[str, int]:
    """How many classes wait at each of these stages, for the to-do; a stage with none is left out."""
    if not stages:
        return {}
    found = classes_after(actor, on).order_by().values_list("stage").annotate(Count("pk"))  # type: ignore[misc]
    counts = {stage: count for stage, count in found if stage in stages}
    return {stage: counts[stage] for stage in STAGES if stage in counts}


def taught_by(class_id: int) -> set[int]:
    """The teachers of a class, its head teacher too: none of them assesses it."""
    found = TrainingClass.objects.filter(pk=class_id)
    taught = found.filter(sessions__cancelled=False).values_list("sessions__teacher", flat=True)
    return {pk for pk in [*taught, *found.values_list("head_teacher", flat=True)] if pk is not None}


def published_before(class_id: int) -> bool:
    """Whether a first sitting's marks are out, so that a make-up may follow."""
    return Assessment.objects.filter(training_class=class_id, state="published").exists()


def class_after(actor: Actor, class_id: int, on: date) -> TrainingClass | None:
    """One of them; also one still in teaching, so that its sitting can be planned."""
    found = classes_after(actor, on).filter(pk=class_id).first()
    if found is None:
        found = visible_attendance_classes(actor).filter(pk=class_id, state="running").first()
        if found is not None:
            found.stage = "plan"  # type: ignore[attr-defined]
    return found


def sitting(actor: Actor, assessment_id: int) -> Assessment | None:
    """One sitting of a class the actor may see."""
    return (
        Assessment.objects.filter(pk=assessment_id, training_class__in=visible_attendance_classes(actor))
        .select_related("training_class__provider", "training_class__occupation", "assessor__person")
        .first()
    )


def scores_of(assessment_id: int) -> dict[int, Score]:
    """Member → marks of one sitting."""
    found = Score.objects.filter(assessment=assessment_id).select_related("member__person")
    return {s.member_id: s for s in found.order_by("member__person__name_pinyin", "member_id")}


def one_score(actor: Actor, score_id: int) -> Score | None:
    """One member's published marks, for who may correct them."""
    return (
        Score.objects.filter(
            pk=score_id, assessment__state="published", assessment__training_class__in=visible_attendance_classes(actor)
        )
        .select_related("assessment__training_class", "member__person")
        .first()
    )  # fmt: skip


def members_after(class_id: int) -> list[Member]:
    """Everybody who was in the class, those who stayed first."""
    found = Member.objects.filter(training_class=class_id).select_related("person")
    gone = Q(state__in=["left", "transferred"])
    last = Case(When(gone, then=Value(1)), default=Value(0))
    return list(found.order_by(last, "person__name_pinyin", "pk"))


def certificates_of_class(class_id: int) -> QuerySet[Certificate]:
    """All of a class, revoked ones too."""
    return Certificate.objects.filter(member__training_class=class_id).order_by("pk")


def without_certificate(class_id: int) -> list[Member]:
    """Who completed and has no live certificate of this class."""
    live = Certificate.objects.filter(member__training_class=class_id, state="issued").values("member_id")
    found = Member.objects.filter(training_class=class_id, state="completed").exclude(pk__in=live)
    return list(found.select_related("person").order_by("person__name_pinyin", "pk"))
