"""Making a class whose learners attended, sat and were certified: used by the tests of what comes after teaching."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.cast import BASIS, SHANGHAI, Cast
from tests.chain_cast import taught_class
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.delivery.actions.assessing import ScoreRow, plan_assessment, publish_scores, record_scores
from wudan.orders.delivery.models import Assessment, Attendance, Member, TrainingClass


def after(held: TrainingClass, days: int = 1, hour: int = 10) -> datetime:
    """So many days after the class's last day."""
    return datetime.combine(held.ended_on + timedelta(days=days), time(hour), SHANGHAI)


def attended(tez: Cast, *, absent: dict[int, int] | None = None, **given: Any) -> TrainingClass:
    """A taught class where everybody was at every session, but member n (from 0) missed the last `absent[n]` of them."""
    held: TrainingClass = taught_class(tez, **given)
    for n, member in enumerate(members_of(held)):
        rows = list(Attendance.objects.filter(member=member).order_by("during"))
        missed = (absent or {}).get(n, 0)
        with acting(actor=SYSTEM, at=after(held, 0), basis=BASIS):
            for place, row in enumerate(rows):
                row.state = "absent" if place >= len(rows) - missed else "present"
                row.method, row.signed_at = (
                    ("", None) if row.state == "absent" else ("code", row.during.lower)
                )
                row.save(update_fields=["state", "method", "signed_at"])
    return held


def members_of(held: TrainingClass) -> list[Member]:
    return list(Member.objects.filter(training_class=held).order_by("pk"))


def planned(tez: Cast, held: TrainingClass, **given: Any) -> Assessment:
    return plan_assessment(
        class_id=held.pk, actor=tez.provider_clerk, at=after(held, 0),
        **{"held_on": held.ended_on, "place": "考场", "parts": "both", "assessor_name": "外聘考评员", **given},
    )  # fmt: skip


def row(member: Member, theory: object = 80, practice: object = 80) -> ScoreRow:
    as_mark = [None if m is None else Decimal(str(m)) for m in (theory, practice)]
    return ScoreRow(member.pk, as_mark[0], as_mark[1], absent=theory is None and practice is None)


def assessed(tez: Cast, held: TrainingClass, marks: list[tuple[object, object]] | None = None) -> Assessment:
    """A sitting with these marks for the members in order (80/80 from where none are given), entered and published."""
    sitting = planned(tez, held)
    rows = [row(m, *((marks or [])[n:] or [(80, 80)])[0]) for n, m in enumerate(members_of(held))]
    record_scores(assessment_id=sitting.pk, rows=rows, actor=tez.provider_clerk, at=after(held))
    return publish_scores(assessment_id=sitting.pk, actor=tez.intake, at=after(held))


def concluded(tez: Cast, **given: Any) -> TrainingClass:
    """A closed class; `marks` and `absent` as above."""
    from wudan.orders.delivery.actions.concluding import conclude_class

    marks = given.pop("marks", None)
    held = attended(tez, **given)
    assessed(tez, held, marks)
    return conclude_class(class_id=held.pk, actor=tez.intake, at=after(held, 2))
