"""Projects (项目制) as each may see them, and what the rulebook pays at each stage. Restricted ones are seen by few, and never counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Q, QuerySet, Sum

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.periods import SHANGHAI
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Project, SpecialAbility
from wudan.policy.engine.explain import explain
from wudan.policy.queries import rulebook_for

TRUSTED = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR)
"""Who of the district may know of restricted projects."""


def projects_of(actor: Actor, *, state: str = "", search: str = "") -> QuerySet[Project]:
    """An official the district's, a provider its contracts, newest first; `taken` is the number of places offered so far."""
    found = Project.objects.select_related("provider", "department")
    if actor != SYSTEM:
        if actor.is_official:
            found = found.filter(district_id=actor.district_id)
            found = found if actor.role in TRUSTED else found.filter(restricted=False)
        elif actor.role is Role.PROVIDER:
            found = found.filter(provider_id=actor.organisation_id or 0)
        else:
            return found.none()
    if state:
        found = found.filter(state=state)
    if words := search.strip():
        found = found.filter(
            Q(title__contains=words) | Q(number__contains=words) | Q(provider__name__contains=words)
        )
    taken = Sum("offers__places", filter=~Q(offers__state="cancelled"), default=0)
    return found.annotate(taken=taken).order_by("-pk")


def project(actor: Actor, project_id: int) -> Project | None:
    return projects_of(actor).filter(pk=project_id).first()


def calls(district_id: str, on: date) -> QuerySet[Project]:
    """项目征集: what providers may apply for on a day; never a restricted one."""
    found = Project.objects.filter(
        district_id=district_id, state="calling", restricted=False, call_until__gte=on
    )
    return found.select_related("department").order_by("call_until", "pk")


def project_claims_id(project_id: int) -> str:
    """The project's number, which claims carry as project_id."""
    return Project.objects.values_list("number", flat=True).get(pk=project_id)


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of payment: its name, what it pays if everything is met (None: a person decides), on which clause and condition."""

    code: str
    label: str
    fen: int | None
    clause: str
    condition: str


def stages_of(found: Project) -> tuple[Stage, ...]:
    """先行拨付 and 结算 by the rulebook, asked with everybody completed and employed; empty before the contract."""
    if not found.contract_fen or found.period is None:
        return ()
    rulebook, since = rulebook_for(found.district_id), found.period.lower
    stages = []
    for code, label in (("advance", "先行拨付"), ("balance", "结算拨付")):
        facts = {
            "claim_id": "1", "scheme": "project", "project_id": found.number, "project_stage": code,
            "contract_fen": found.contract_fen, "completed_count": found.heads, "employed_count": found.heads,
            "class_id": "1", "started_on": since, "ended_on": since, "applied_at": datetime.combine(since, time(12), SHANGHAI),
        }  # fmt: skip
        seen = explain(rulebook, [facts], "1")
        met = [s for s in seen.steps if s.rule.startswith("employment-rate")]
        step = seen.amount_steps[-1] if seen.amount_steps else None
        fen = seen.decision.amount_fen if seen.decision.outcome == "approved" else None
        clause = step.clause if step else rulebook.schemes["project"].clause
        stages.append(Stage(code, label, fen, clause, met[0].label if met else ""))
    return tuple(stages)


# --- 专项职业能力 ------------------------------------------------------------------------------------------------
def abilities_of(actor: Actor, *, state: str = "", search: str = "") -> QuerySet[SpecialAbility]:
    """An official the district's, a provider its own; those with a clock first. The question bank is not read."""
    found = SpecialAbility.objects.select_related("provider", "occupation").defer("questions_sealed")
    if actor != SYSTEM:
        if actor.is_official:
            found = found.filter(district_id=actor.district_id)
        elif actor.role is Role.PROVIDER:
            found = found.filter(provider_id=actor.organisation_id or 0)
        else:
            return found.none()
    if state == "open":
        found = found.filter(state__in=["at_district", "at_city", "at_province"])
    elif state:
        found = found.filter(state=state)
    if words := search.strip():
        found = found.filter(Q(name__contains=words) | Q(provider__name__contains=words))
    return found.order_by("due_on", "-pk")


def ability(actor: Actor, ability_id: int) -> SpecialAbility | None:
    return abilities_of(actor).filter(pk=ability_id).first()


def approved_abilities(district_id: str) -> QuerySet[SpecialAbility]:
    """What may be listed, for the public page."""
    found = SpecialAbility.objects.filter(district_id=district_id, state="approved").defer("questions_sealed")
    return found.select_related("provider", "occupation").order_by("name", "pk")
