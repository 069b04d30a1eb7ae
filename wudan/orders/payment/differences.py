"""Reading late facts: lines by who looks, one line with everything needed to decide it, supplements, what a claim's owner is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Min, Q, QuerySet

from wudan.accounts.queries import names_of
from wudan.kernel.actor import Actor
from wudan.kernel.changes import Change, changes_of, users_in
from wudan.kernel.roles import Role
from wudan.orders.payment.models import Difference, Recovery, Statement, Supplement
from wudan.orders.payment.settled import Settled, settled
from wudan.orders.payment.states import DIFFERENCE, LIVE, OPEN_TO, PAID
from wudan.policy.queries import Working, working

OFFICIALS = (Role.INTAKE, Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR)


def visible_differences(actor: Actor) -> QuerySet[Difference]:
    """An official's own district, newest first, with claim and late fact; a person's or organisation's own claims."""
    found = Difference.objects.select_related("claim__person", "claim__organisation", "late_fact").order_by(
        "-pk"
    )
    return found.filter(_own(actor))


def visible_supplements(actor: Actor) -> QuerySet[Supplement]:
    found = Supplement.objects.select_related(
        "claim__person", "claim__organisation", "pool", "difference__late_fact"
    )
    return found.filter(_own(actor)).order_by("-pk")


def _own(actor: Actor) -> Q:
    if actor.role in OFFICIALS and actor.district_id is not None:
        return Q(claim__district_id=actor.district_id)
    if actor.role is Role.WORKER and actor.person_id is not None:
        return Q(claim__person_id=actor.person_id)
    if actor.role in (Role.ENTERPRISE, Role.PROVIDER) and actor.organisation_id is not None:
        return Q(claim__organisation_id=actor.organisation_id)
    return Q(pk__in=[])


# --- what waits -------------------------------------------------------------------------------------------------
WORK = {Role.INTAKE: ("open",), Role.REVIEWER: ("proposed", "open")}
"""States of a line that wait for this desk; the first is what it alone does."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many lines of a state wait for a desk, how many are late, and the nearest day."""

    state: str
    count: int
    late: int
    due: date | None


def waiting(actor: Actor, today: date) -> list[Waiting]:
    """Of this desk's states, those with lines. One query."""
    states = WORK.get(actor.role, ())
    rows = (
        Difference.objects.filter(_own(actor), state__in=states)
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_on__lt=today)), due=Min("due_on"))
    )
    found = {state: Waiting(state, n, late, due) for state, n, late, due in rows}
    return [found[state] for state in states if state in found]


# --- one line ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DifferencePage:
    """Everything needed to decide one line."""

    line: Difference
    money: Settled
    before: Working | None
    after: Working
    recorded_by: str
    proposed_by: str
    decided_by: str
    beside: Sequence[Difference]
    statements: Sequence[Statement]
    recoveries: Sequence[Recovery]
    supplement: Supplement | None
    history: Sequence[Change]


def difference_page(difference_id: int, actor: Actor) -> DifferencePage | None:
    """None where it is not the actor's to see. `beside`: what else the same fact touches of the same person."""
    lines = visible_differences(actor).select_related("before__release", "after__release")
    line = (
        lines.select_related("claim__person", "claim__organisation", "late_fact")
        .filter(pk=difference_id)
        .first()
    )
    if line is None:
        return None
    fact, claim = line.late_fact, line.claim
    names = names_of([fact.recorded_by, line.proposed_by, line.decided_by, *users_in(Difference, line.pk)])
    beside = (
        visible_differences(actor).filter(late_fact=fact, claim__person=claim.person_id).exclude(pk=line.pk)
    )
    return DifferencePage(
        line=line,
        money=settled([claim.pk])[claim.pk],
        before=working(line.before) if line.before else None,
        after=working(line.after),
        recorded_by=names.get(fact.recorded_by or 0, ""),
        proposed_by=names.get(line.proposed_by or 0, ""),
        decided_by=names.get(line.decided_by or 0, ""),
        beside=list(beside[:20]) if claim.person_id else [],
        statements=list(line.statements.order_by("pk")),
        recoveries=list(Recovery.objects.filter(difference=line).order_by("pk")),
        supplement=Supplement.objects.filter(difference=line).first(),
        history=changes_of(Difference, line.pk, names=names),
    )


def may(line: Difference, actor: Actor) -> set[str]:
    """The verbs this person may do to this line now: "propose", "confirm", "return"."""
    found = {move.verb for move in DIFFERENCE.allowed(line.state, actor.role)}
    claim = line.claim
    own = actor.user_id == claim.submitted_by or (
        actor.person_id is not None and actor.person_id == claim.person_id
    )
    if own:
        return set()
    verbs = {"propose"} if "propose" in found else set()
    if line.state == "proposed" and found and line.proposed_by != actor.user_id:
        verbs |= {"confirm", "return"}
    return verbs


# --- on a claim's own page ----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OfClaim:
    """A claim's newest line, as its owner and its officers are told: what became known, what follows, the money under way."""

    line: Difference
    recovery: Any
    supplement: Supplement | None
    statements: Sequence[Statement]

    @property
    def live(self) -> bool:
        return self.line.state in LIVE


def live_lines(actor: Actor) -> dict[int, Difference]:
    """Claim → its line nobody has decided yet, of the claims the actor may see. One query."""
    lines = Difference.objects.filter(_own(actor), state__in=LIVE)
    return {line.claim_id: line for line in lines.order_by("pk")}


def open_to(line: Difference) -> tuple[str, ...]:
    """What may be proposed for this line as its claim stands now: paid meanwhile, money may move; without a sum, an officer names it."""
    choices = OPEN_TO[line.direction]
    if line.claim.state not in PAID:
        return choices
    if line.direction == "hold":
        return ("recover", "pay", "dismiss")
    if line.direction == "none":
        return ("tell", "recover", "pay", "dismiss")
    return choices


def of_claim(claim_id: int) -> OfClaim | None:
    """None where nothing became known late, or it came right again. The caller has checked who may see the claim."""
    line = (
        Difference.objects.filter(claim=claim_id).select_related("late_fact", "claim").order_by("-pk").first()
    )
    if line is None or line.state == "closed":
        return None
    recoveries = Recovery.objects.filter(difference=line).order_by("-pk")
    return OfClaim(
        line,
        recoveries.first(),
        Supplement.objects.filter(difference=line).first(),
        list(line.statements.order_by("pk")),
    )
