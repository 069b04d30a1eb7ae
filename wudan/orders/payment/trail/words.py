"""One thing on the trail in words: what it is called, the day, where it stands. Names are masked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wudan.kernel.identifiers import mask_name
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.models import Entry, Offer, Project
from wudan.orders.delivery.models import Assessment, Certificate, TrainingClass
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.payment.models import Batch, PaymentLine
from wudan.orders.subsidy.models import Claim, Due
from wudan.people.models import Person
from wudan.policy.queries import rulebook_for


@dataclass(frozen=True, slots=True)
class TrailStep:
    """One thing on the trail: what it is called, the day it came about, where it stands, and a word more. Names are masked."""

    kind: str
    label: str
    subject_id: int
    on: date | None
    state_label: str
    note: str = ""
    amount_fen: int | None = None
    here: bool = False


def _day(at: datetime | None) -> date | None:
    return legal_day(at) if at else None


def _who(row: Any) -> str:
    """A person masked, else the organisation."""
    if row.person is not None:
        return mask_name(row.person.name)
    return row.organisation.name if getattr(row, "organisation", None) else ""


def _level(district_id: str, level: int) -> str:
    found = rulebook_for(district_id).levels.get(str(level))
    return found.label if found and level else ""


def _name(person: Person, project: Project | None) -> str:
    """Masked; not even that for those of a restricted roster."""
    return (
        "限制知悉名单，不显示姓名" if project is not None and project.restricted else mask_name(person.name)
    )


def _order(row: Order, here: bool) -> TrailStep:  # noqa: FBT001
    what = row.occupation.name if row.occupation else row.wish
    note = f"{_who(row)}　{row.heads}人" if row.heads > 1 else _who(row)
    return TrailStep(
        "order", f"{row.number} {what}", row.pk, _day(row.filed_at), row.get_state_display(), note, here=here
    )


def _proposal(row: Proposal, here: bool) -> TrailStep:  # noqa: FBT001
    label = " ".join(t for t in (row.occupation.name, _level(row.district_id, row.level)) if t)
    where = row.town.name if row.town else "全区"
    return TrailStep(
        "proposal",
        label,
        row.pk,
        _day(row.made_at),
        row.get_state_display(),
        f"{where}　需求{row.heads}人",
        here=here,
    )


def _project(row: Project, here: bool) -> TrailStep:  # noqa: FBT001
    on = row.period.lower if row.period else None
    note = row.provider.name if row.provider else ""
    return TrailStep(
        "project",
        f"{row.number} {row.title}",
        row.pk,
        on,
        row.get_state_display(),
        note,
        row.contract_fen,
        here,
    )


def _entry(row: Entry, here: bool) -> TrailStep:  # noqa: FBT001
    on = row.edition.valid.lower if row.edition.valid else None
    label = " ".join(t for t in (row.occupation.name, _level(row.edition.district_id, row.level)) if t)
    return TrailStep(
        "entry", label, row.pk, on, row.edition.get_state_display(), str(row.edition), row.price_fen, here
    )


def _offer(row: Offer, here: bool) -> TrailStep:  # noqa: FBT001
    note = row.provider.name if row.provider else "还没有机构接单"
    return TrailStep(
        "offer",
        f"{row.number} {row.title}",
        row.pk,
        row.period.lower,
        row.get_state_display(),
        note,
        here=here,
    )


def _enrolment(row: Enrolment, here: bool) -> TrailStep:  # noqa: FBT001
    who = _name(row.person, row.offer.project)
    return TrailStep(
        "enrolment",
        row.number,
        row.pk,
        _day(row.chosen_at),
        row.get_state_display(),
        who,
        row.expected_fen,
        here,
    )


def _class(row: TrainingClass, here: bool) -> TrailStep:  # noqa: FBT001
    return TrailStep(
        "class",
        f"{row.number} {row.name}",
        row.pk,
        row.started_on,
        row.get_state_display(),
        row.provider.name,
        here=here,
    )


def _assessment(row: Assessment, here: bool) -> TrailStep:  # noqa: FBT001
    label = "补考" if row.make_up else "结业考核"
    return TrailStep(
        "assessment", label, row.pk, row.held_on, row.get_state_display(), row.training_class.name, here=here
    )


def _certificate(row: Certificate, here: bool) -> TrailStep:  # noqa: FBT001
    kind = rulebook_for(row.district_id).word(row.kind)
    project = row.member.training_class.project if row.member else None
    note = f"{_name(row.person, project)}　{row.issuer}"
    return TrailStep(
        "certificate", f"{kind} {row.number}", row.pk, row.issued_on, row.get_state_display(), note, here=here
    )


def _scheme(row: Any) -> str:
    schemes = rulebook_for(row.district_id).schemes
    return schemes[row.scheme].label if row.scheme in schemes else "没有对应的补贴"


def _due(row: Due, here: bool) -> TrailStep:  # noqa: FBT001
    project = row.training_class.project if row.training_class else None
    who = _name(row.person, project) if row.person else _who(row)
    on = _day(row.prepared_at)
    return TrailStep("due", _scheme(row), row.pk, on, row.get_state_display(), who, row.amount_fen, here)


def _claim(row: Claim, here: bool) -> TrailStep:  # noqa: FBT001
    label = f"{row.number} {_scheme(row)}"
    return TrailStep(
        "claim", label, row.pk, _day(row.applied_at), row.get_state_display(), _who(row), row.amount_fen, here
    )


def _batch(row: Batch, here: bool) -> TrailStep:  # noqa: FBT001
    note = f"{row.pool.label}　{row.lines_count}笔"
    return TrailStep(
        "batch", row.number, row.pk, _day(row.made_at), row.get_state_display(), note, row.total_fen, here
    )


def _line(row: PaymentLine, here: bool) -> TrailStep:  # noqa: FBT001
    who = mask_name(row.claim.person.name) if row.claim.person else ""
    more = "补发" if row.supplement_id else ""
    note = "　".join(t for t in (more, who, f"{row.bank} {row.number_masked}", row.bank_reason) if t)
    return TrailStep(
        "line",
        row.reference,
        row.pk,
        _day(row.answered_at),
        row.get_state_display(),
        note,
        row.amount_fen,
        here,
    )


WORDS: dict[str, Callable[[Any, bool], TrailStep]] = {
    "order": _order, "proposal": _proposal, "project": _project, "entry": _entry, "offer": _offer, "enrolment": _enrolment,
    "class": _class, "assessment": _assessment, "certificate": _certificate, "due": _due, "claim": _claim, "batch": _batch,
    "line": _line,
}  # fmt: skip
