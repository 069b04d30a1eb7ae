"""可享补贴 as they are read: by the learner, by the organisation that confirms a class at once, by the bureau."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet, Sum

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.forms import COLUMNS, ClaimForm
from wudan.orders.subsidy.models import Due
from wudan.orders.subsidy.queries.claims import READERS
from wudan.people.models import Person
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

DATES = ("certificate_issued_on", "started_on", "ended_on")
RELATED = ("training_class", "certificate", "person", "organisation", "evaluation", "claim", "district")


def form_of(due: Due) -> ClaimForm:
    """The application as it was filled in."""
    values: dict[str, Any] = {name: due.form[name] for name in COLUMNS if name in due.form}
    for name in DATES:
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    return ClaimForm(**{**values, "groups": tuple(values.get("groups", ()))})


def visible_dues(actor: Actor) -> QuerySet[Due]:
    """A worker's own, an organisation's own, a district's for its officials; a town clerk sees the town's people."""
    dues = Due.objects.select_related(*RELATED)
    if actor.role is Role.WORKER:
        return dues.filter(person=actor.person_id) if actor.person_id else dues.none()
    if actor.role in (Role.ENTERPRISE, Role.PROVIDER):
        return dues.filter(organisation=actor.organisation_id) if actor.organisation_id else dues.none()
    if actor.role not in READERS or actor.district_id is None:
        return dues.none()
    dues = dues.filter(district=actor.district_id)
    if actor.role is Role.TOWN and actor.town_code:
        here = Person.objects.filter(town=actor.town_code).order_by().values("pk")
        return dues.filter(person__in=here)
    return dues


def own_dues(actor: Actor) -> list[Due]:
    """A worker's lines that stand: ready first, then those not due, newest first. Declined ones may be taken up again."""
    order = {"ready": 0, "not_due": 1, "declined": 2}
    found = visible_dues(actor).filter(state__in=order).order_by("-pk")
    return sorted(found, key=lambda due: order[due.state])


def due(actor: Actor, due_id: int) -> Due | None:
    return visible_dues(actor).filter(pk=due_id).first()


def due_of_claim(claim_id: int) -> Due | None:
    return Due.objects.select_related(*RELATED).filter(claim=claim_id).order_by("-pk").first()


# --- why --------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Why:
    """One reason in words: what is so, by which clause, what would help."""

    sentence: str
    clause: str
    remedy: str


def reasons_in_words(due: Due) -> list[Why]:
    """Why a line is not due or needs a person, by the working it was decided with."""
    if due.reason:
        return [Why(due.reason, "", "")]
    rulebook = rulebook_for(due.district_id)
    steps = due.evaluation.steps if due.evaluation else []
    said = {step["rule"].partition("/")[0]: step for step in steps if not step["holds"]}
    found = []
    for code in _gravest_first(rulebook, due.scheme, due.reasons):
        text = rulebook.reason(code, due.evaluation.facts if due.evaluation else None, due.scheme)
        step = said.get(code, {})
        found.append(
            Why(step.get("sentence") or text.sentence, step.get("clause") or text.clause, text.remedy)
        )
    return found


def _gravest_first(rulebook: Rulebook, scheme: str, codes: Sequence[str]) -> list[str]:
    """What refuses before what only asks for a person's look."""
    plan = rulebook.plans.get(scheme)
    asks = {rule.reason for rule in (*plan.conditions, *plan.across) if rule.review} if plan else set()
    return sorted(codes, key=lambda code: code in asks)


# --- by class, for whoever confirms it at once --------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ClassDues:
    """What one class or project has waiting for an organisation, by scheme: heads and sum (fen; undecided sums left out)."""

    first_id: int
    class_id: int | None
    title: str
    stage: str
    scheme: str
    ready: int
    ready_fen: int
    undecided: int
    not_due: int
    claimed: int


def by_class(actor: Actor) -> list[ClassDues]:
    """Newest class first; projects' stages stand by themselves. One query."""
    rows = (
        visible_dues(actor)
        .select_related(None)
        .exclude(scheme="")
        .exclude(state="withdrawn")
        .order_by()
        .values("training_class", "training_class__name", "scheme", "form__project_id", "form__project_stage")
        .annotate(
            first=Min("pk"),
            ready=Count("pk", filter=Q(state="ready")),
            ready_fen=Sum("amount_fen", filter=Q(state="ready"), default=0),
            undecided=Count("pk", filter=Q(state="ready", amount_fen=None)),
            not_due=Count("pk", filter=Q(state="not_due")),
            claimed=Count("pk", filter=Q(state="claimed")),
        )
        .order_by("-training_class", "scheme", "form__project_id", "form__project_stage")
    )
    return [
        ClassDues(
            row["first"],
            row["training_class"],
            row["training_class__name"] or f"项目{row['form__project_id']}",
            row["form__project_stage"],
            row["scheme"],
            row["ready"],
            int(row["ready_fen"]),
            row["undecided"],
            row["not_due"],
            row["claimed"],
        )
        for row in rows
    ]


def waiting(actor: Actor) -> tuple[int, int]:
    """How many lines wait for the actor's yes, and their sum in fen (undecided sums left out). One query."""
    found = visible_dues(actor).select_related(None).filter(state="ready").order_by()
    sums = found.aggregate(n=Count("pk"), fen=Sum("amount_fen", default=0))
    return sums["n"], int(sums["fen"])


def together_with(actor: Actor, one: Due) -> Sequence[Due]:
    """The lines confirmed together with this one: its class's of the same scheme; a project's stage stands alone. Ready first."""
    order = {"ready": 0, "not_due": 1, "claimed": 2, "declined": 3}
    if one.training_class_id is None:
        return [one]
    found = visible_dues(actor).filter(
        training_class=one.training_class_id, scheme=one.scheme, applied_by=one.applied_by, state__in=order
    )
    return sorted(found.order_by("pk"), key=lambda d: order[d.state])
