"""Asking for the trail around one thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Entry, Offer, Project
from wudan.orders.delivery.models import Assessment, Certificate, TrainingClass
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.payment.models import Batch, PaymentLine
from wudan.orders.payment.trail.following import Around
from wudan.orders.payment.trail.words import WORDS, TrailStep
from wudan.orders.subsidy.models import Claim, Due

READERS = (Role.INTAKE, Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR, Role.POLICY)
STATIONS: Mapping[str, str] = {
    "order": "提单",
    "proposal": "拟开班",
    "project": "培训项目",
    "entry": "目录条目",
    "offer": "列单（班次）",
    "enrolment": "选单",
    "class": "接单开班",
    "assessment": "考核",
    "certificate": "证书",
    "due": "可享补贴",
    "claim": "补贴申请",
    "batch": "拨付批次",
    "line": "拨付明细",
}
"""Kind → its word, from the wish to the money."""
MOST = 30
"""So many of one kind are listed; the rest are counted."""
Model = type[Any]
_MODELS: dict[str, Model] = {
    "order": Order, "proposal": Proposal, "project": Project, "entry": Entry, "offer": Offer, "enrolment": Enrolment,
    "class": TrainingClass, "assessment": Assessment, "certificate": Certificate, "due": Due, "claim": Claim, "batch": Batch,
    "line": PaymentLine,
}  # fmt: skip
_RELATED: dict[str, tuple[str, ...]] = {
    "order": ("occupation", "person", "organisation"),
    "proposal": ("occupation", "town"),
    "project": ("provider",),
    "entry": ("edition", "occupation"),
    "offer": ("provider", "project"),
    "enrolment": ("person", "offer__project"),
    "class": ("provider", "project"),
    "assessment": ("training_class",),
    "certificate": ("person", "occupation", "member__training_class__project"),
    "due": ("person", "organisation", "training_class__project"),
    "claim": ("person", "organisation"),
    "batch": ("pool",),
    "line": ("claim__person", "batch"),
}
# How a kind is known to be of a person, and of a district; a kind without a person is nobody's in particular.
_PERSON = {
    "order": "person", "enrolment": "person", "certificate": "person", "due": "person", "claim": "person", "line": "claim__person",
}  # fmt: skip
_DISTRICT = {
    "entry": "edition__district",
    "assessment": "training_class__district",
    "line": "batch__district",
}


@dataclass(frozen=True, slots=True)
class Station:
    """All of one kind; `count` may be more than are listed."""

    kind: str
    label: str
    steps: Sequence[TrailStep]
    count: int


@dataclass(frozen=True, slots=True)
class Trail:
    """The stations in the order of the chain; one without steps was not gone through here."""

    kind: str
    subject_id: int
    stations: Sequence[Station]

    @property
    def here(self) -> TrailStep:
        """What was asked about."""
        return next(s for station in self.stations for s in station.steps if s.here)


def trail(actor: Actor, kind: str, subject_id: int) -> Trail | None:
    """The trail around one thing; None where there is none such, or it is not the actor's to see.

    A district's officials see the district's, a worker what is the worker's own. Its number of queries is fixed.
    """
    if kind not in STATIONS or not _may_see(actor, kind, subject_id):
        return None
    found = Around(actor, kind, subject_id).walk()
    stations = [
        _station(actor, k, found.ids.get(k, []), (kind, subject_id)) for k in _shown(actor, found)
    ]  # fmt: skip
    return Trail(kind, subject_id, stations)


def _shown(actor: Actor, found: Around) -> list[str]:
    """A project only where there is one; a worker is not shown the batch, which is everybody's."""
    return [
        kind
        for kind in STATIONS
        if (kind != "project" or found.ids.get(kind)) and (kind != "batch" or actor.role is not Role.WORKER)
    ]


def _visible(actor: Actor, kind: str) -> Any:
    rows = _MODELS[kind].objects.all()
    if actor.role is Role.WORKER:
        if kind in _PERSON:
            return rows.filter(**{_PERSON[kind]: actor.person_id}) if actor.person_id else rows.none()
        return rows
    return rows.filter(**{_DISTRICT.get(kind, "district"): actor.district_id})


def _may_see(actor: Actor, kind: str, subject_id: int) -> bool:
    if actor.role is Role.WORKER:  # what is nobody's own is shown on the way, never asked about by itself
        return kind in _PERSON and bool(_visible(actor, kind).filter(pk=subject_id).exists())
    if actor.role not in READERS or actor.district_id is None:
        return False
    return bool(_visible(actor, kind).filter(pk=subject_id).exists())


def _station(actor: Actor, kind: str, ids: Sequence[int], here: tuple[str, int]) -> Station:
    wanted = list(ids)
    if here[0] == kind:  # what was asked about is always among those listed
        wanted.sort(key=lambda pk: pk != here[1])
    rows = {
        row.pk: row
        for row in _visible(actor, kind).select_related(*_RELATED[kind]).filter(pk__in=wanted[:MOST])
    }
    steps = [WORDS[kind](rows[pk], (kind, pk) == here) for pk in wanted[:MOST] if pk in rows]
    hidden = len(wanted[:MOST]) - len(steps)
    return Station(kind, STATIONS[kind], steps, len(wanted) - hidden)
