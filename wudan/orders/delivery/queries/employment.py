"""就业率 of a class or project: numerator, denominator and day by the district's parameters, the line by its rulebook.

Whole heads are compared by the rulebook itself, never a rounded percentage: exactly 85 % is enough because the rulebook says so.
Clause: 台政办发〔2020〕4号 六（一）第二段; what the document leaves open is a parameter with its source.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef

from wudan.kernel.periods import in_words
from wudan.orders.delivery.models import Certificate, Employment, Member, TrainingClass
from wudan.policy.engine.decide import decide
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import parameter, rulebook_for

OF = {"参训人员": "enrolled", "结业人员": "completed", "取证人员": "certified"}


@dataclass(frozen=True, slots=True)
class Person:
    """One of the denominator: counted as employed or not, and why."""

    member: Member
    employed: bool
    why: str
    newest: Employment | None


@dataclass(frozen=True, slots=True)
class Rate:
    """`employed` of `people`; `needed` heads are enough (None where no number is); `until` ends the period in which work counts."""

    people: tuple[Person, ...]
    employed: int
    needed: int | None
    of: str
    until: date

    @property
    def total(self) -> int:
        return len(self.people)

    @property
    def recorded(self) -> bool:
        """Whether anything was recorded of anybody, also that they have no work."""
        return any(p.newest is not None for p in self.people)

    @property
    def met(self) -> bool:
        return self.needed is not None and self.total > 0 and self.employed >= self.needed

    @property
    def short(self) -> int:
        """Heads still missing; 0 when met."""
        return max(0, (self.needed or 0) - self.employed)

    @property
    def marginal(self) -> tuple[Person, ...]:
        """Whose answer would tip it: when met by exactly the heads needed, the employed ones; when short, those not yet counted."""
        if self.met:
            return tuple(p for p in self.people if p.employed) if self.employed == self.needed else ()
        return tuple(p for p in self.people if not p.employed)

    @property
    def percent_tenths(self) -> int:
        """For showing only, rounded down: 84.9 % is never shown as 85 %."""
        return self.employed * 1000 // self.total if self.total else 0


def class_rate(training_class: TrainingClass) -> Rate:
    """The rate of one class, on the evidence recorded up to now."""
    return _rate([training_class])


def project_rate(project_id: int) -> Rate | None:
    """The rate over all standing classes of a project; None before it has any."""
    classes = TrainingClass.objects.filter(project_id=project_id).exclude(
        state__in=["refused", "cancelled", "void"]
    )
    found = list(classes.order_by("pk"))
    return _rate(found) if found else None


def class_rates(classes: Sequence[TrainingClass]) -> dict[int, Rate]:
    """Class → rate, for a list: as many queries for one as for hundreds."""
    if not classes:
        return {}
    by_class, newest = _read(classes)
    return {c.pk: _rate_over([c], by_class, newest) for c in classes}


_Members = dict[int, list[Member]]


def _rate(classes: Sequence[TrainingClass]) -> Rate:
    return _rate_over(classes, *_read(classes))


def _read(classes: Sequence[TrainingClass]) -> tuple[_Members, dict[int, Employment]]:
    """Class → everybody who may be counted, with `certified`; member → the newest row."""
    certified = Certificate.objects.filter(member=OuterRef("pk"), state="issued")
    members = (
        Member.objects.filter(training_class__in=[c.pk for c in classes])
        .exclude(state="transferred")  # counted in the class they moved to
        .annotate(certified=Exists(certified))
        .select_related("person", "training_class")
        .order_by("training_class", "pk")
    )
    by_class: _Members = {}
    for member in members:
        by_class.setdefault(member.training_class_id, []).append(member)
    rows = Employment.objects.filter(member__training_class__in=[c.pk for c in classes]).order_by("pk")
    return by_class, {e.member_id: e for e in rows}


def _rate_over(classes: Sequence[TrainingClass], by_class: _Members, newest: dict[int, Employment]) -> Rate:
    district, on = classes[0].district_id, max(c.ended_on for c in classes)
    of = str(parameter(district, "employment_denominator", on).value)
    months = int(parameter(district, "employment_months", on).value)
    proofs = {p.strip() for p in str(parameter(district, "employment_proofs", on).value).split("、")}
    insured = int(parameter(district, "employment_insured_months", on).value)
    people = []
    for one in classes:
        until = _months_after(one.ended_on, months)
        for member in by_class.get(one.pk, []):
            if _in_denominator(OF[of], member):
                row = newest.get(member.pk)
                people.append(Person(member, *_counts(row, until, proofs, insured), row))
    return Rate(
        tuple(people),
        sum(p.employed for p in people),
        needed_of(rulebook_for(district), len(people), on),
        of,
        _months_after(on, months),
    )


def _in_denominator(of: str, member: Any) -> bool:
    if of == "completed":
        return bool(member.state == "completed")
    return bool(member.certified) if of == "certified" else True


def _counts(newest: Employment | None, until: date, proofs: set[str], insured: int) -> tuple[bool, str]:
    """Whether the newest row counts, and the reason in words."""
    if newest is None or not newest.employed or newest.since is None:
        return False, "没有就业记录" if newest is None else "未就业"
    label = str(newest.get_proof_display())
    if newest.since > until:
        return False, f"就业日期晚于{in_words(until)}"
    if label not in proofs:
        return False, f"“{label}”不作为就业证明"
    if newest.proof == "insurance" and newest.insured_months < insured:
        return False, f"缴费{newest.insured_months}个月，不足{insured}个月"
    return True, label


def needed_of(rulebook: Rulebook, total: int, on: date) -> int | None:
    """The fewest employed heads of `total` with which the rulebook pays the balance; None where it never does by itself."""
    if total == 0 or "project" not in rulebook.schemes:
        return None
    claims = [_model(total, employed, on) for employed in (0, total)]
    if _enough(rulebook, claims[1]) is False:
        return None
    low, high = 0, total
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _enough(rulebook, _model(total, middle, on)) else (middle + 1, high)
    return low


def _enough(rulebook: Rulebook, claim: dict[str, object]) -> bool:
    [decision] = decide(rulebook, [claim])
    return bool(decision.outcome == "approved")


def _model(total: int, employed: int, on: date) -> dict[str, object]:
    """A project's balance with these heads and nothing else in question."""
    return {
        "claim_id": "model", "person_id": "", "scheme": "project", "project_id": "model", "project_stage": "balance",
        "contract_fen": 100, "started_on": on.isoformat(), "ended_on": on.isoformat(), "completed_count": total,
        "employed_count": employed, "applied_at": f"{on.isoformat()}T00:00:00+08:00",
    }  # fmt: skip


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the month's last one."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
