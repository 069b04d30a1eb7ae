"""Lists of claims, each scoped by who looks. Made to stay quick with hundreds of thousands of claims: every order has its index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Min, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM, STEPS
from wudan.people.models import Person
from wudan.people.queries import search

READERS = (Role.INTAKE, Role.REVIEWER, Role.POLICY, Role.FINANCE, Role.SUPERVISOR, Role.TOWN)
COUNT_CAP = 10_000

# Who has to do something about a claim in this state, and the verb they would begin with.
WORK: dict[Role, tuple[tuple[str, str], ...]] = {
    Role.INTAKE: (("submitted", "accept"), ("accepted", "pass_first")),
    Role.REVIEWER: (
        ("frozen", "dismiss"),
        ("first_passed", "pass_second"),
        ("second_passed", "publish"),
        ("cleared", "approve"),
    ),
    Role.FINANCE: (("bounced", "repay"), ("approved", "gather"), ("recovering", "finish_recovery")),
    Role.TOWN: (("returned", "correct"),),
    Role.WORKER: (("returned", "correct"), ("bounced", "repay")),
    Role.ENTERPRISE: (("returned", "correct"), ("bounced", "repay")),
    Role.PROVIDER: (("returned", "correct"), ("bounced", "repay")),
}


def visible_claims(actor: Actor) -> QuerySet[Claim]:
    """A worker's own, an organisation's own, a district's for its officials; a town clerk sees the town's people."""
    claims = Claim.objects.all()
    if actor.role is Role.WORKER:
        return claims.filter(person=actor.person_id) if actor.person_id else claims.none()
    if actor.role in (Role.ENTERPRISE, Role.PROVIDER):
        return claims.filter(organisation=actor.organisation_id) if actor.organisation_id else claims.none()
    if actor.role not in READERS or actor.district_id is None:
        return claims.none()
    claims = claims.filter(district=actor.district_id)
    if actor.role is Role.TOWN and actor.town_code:
        # A set, not a join: no row of a person is read for a claim of another town.
        here = Person.objects.filter(town=actor.town_code).order_by().values("pk")
        claims = claims.filter(Q(person__in=here) | Q(submitted_by=actor.user_id))
    return claims


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a list is narrowed to; empty means everything. `text`: a number, a name, pinyin or a whole identity number."""

    states: Sequence[str] = ()
    scheme: str = ""
    group: str = ""
    outcome: str = ""
    reason: str = ""
    applied_by: str = ""
    fund: str = ""
    town: str = ""
    overdue: bool = False
    overridden: bool = False
    organisation_id: int | None = None
    roster_id: int | None = None
    since: date | None = None
    until: date | None = None
    text: str = ""


def list_claims(actor: Actor, wanted: Wanted, *, today: date) -> QuerySet[Claim]:
    """Newest first, with person and organisation; the caller may order otherwise and takes a page of it."""
    claims = visible_claims(actor).select_related("person", "organisation")
    same: dict[str, Any] = {
        "scheme": wanted.scheme,
        "outcome": wanted.outcome,
        "applied_by": wanted.applied_by,
        "fund": wanted.fund,
        "person__town": wanted.town,
        "organisation": wanted.organisation_id,
        "roster": wanted.roster_id,
    }
    claims = claims.filter(**{name: value for name, value in same.items() if value})
    if wanted.states:
        claims = claims.filter(state__in=list(wanted.states))
    if wanted.group:
        claims = claims.filter(groups__contains=[wanted.group])
    if wanted.reason:
        claims = claims.filter(reasons__contains=[wanted.reason])
    if wanted.overridden:
        claims = claims.exclude(override_outcome="")
    if wanted.overdue:
        claims = claims.filter(due_on__lt=today)
    if wanted.since:
        claims = claims.filter(applied_at__date__gte=wanted.since)
    if wanted.until:
        claims = claims.filter(applied_at__date__lte=wanted.until)
    if text := wanted.text.strip():
        claims = claims.filter(_found_by(text))
    return claims.order_by("-id")


def _found_by(text: str) -> Q:
    """A claim number begins with a district's code and has more digits than a phone; all else is about the person."""
    bare = text.replace(" ", "")
    if bare.isascii() and bare.isdigit() and len(bare) != 18 and not (len(bare) == 11 and bare[0] == "1"):
        return Q(number__startswith=bare)
    # A list of keys, not a join: the planner then goes by the person's index whatever the list's order.
    return Q(person__in=list(search(text).order_by("pk").values_list("pk", flat=True)[:500]))


def capped_count(claims: QuerySet[Claim], cap: int = COUNT_CAP) -> int:
    """How many, but never more than `cap` + 1: "10,000 以上" is all a reader needs."""
    return claims.order_by().values("pk")[: cap + 1].count()


# --- to-do ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Todo:
    """What waits for this person in one state."""

    state: str
    state_label: str
    verb: str
    verb_label: str
    waiting: int
    overdue: int
    oldest_due: date | None


def todo(actor: Actor, today: date) -> list[Todo]:
    """Everything waiting for the actor's role, what is overdue first. One query."""
    verbs = dict(WORK.get(actor.role, ()))
    if not verbs:
        return []
    rows = (
        workable(actor, tuple(verbs))
        .order_by()
        .values("state")
        .annotate(waiting=Count("pk"), overdue=Count("pk", filter=Q(due_on__lt=today)), oldest=Min("due_on"))
    )
    found = [
        Todo(
            row["state"],
            CLAIM.states[row["state"]],
            verbs[row["state"]],
            CLAIM.move(verbs[row["state"]]).label,
            row["waiting"],
            row["overdue"],
            row["oldest"],
        )
        for row in rows
    ]
    order = list(verbs)
    return sorted(found, key=lambda t: (t.overdue == 0, order.index(t.state)))


def workable(actor: Actor, states: Sequence[str]) -> QuerySet[Claim]:
    """Claims in these states the actor may work on: not one's own, and not both reviews of one."""
    claims = visible_claims(actor).filter(state__in=list(states))
    if actor.is_official and actor.role is not Role.TOWN:
        if actor.user_id is not None:
            claims = claims.exclude(submitted_by=actor.user_id)
        if actor.person_id is not None:
            claims = claims.exclude(person=actor.person_id)
    if "first_passed" in states and actor.role is Role.REVIEWER:
        claims = claims.exclude(state="first_passed", first_by=actor.user_id)
    return claims


def queue(actor: Actor, state: str) -> QuerySet[Claim]:
    """One pile of the to-do, the most urgent first."""
    claims = workable(actor, (state,)).select_related("person", "organisation")
    return claims.order_by(F("due_on").asc(nulls_last=True), "id")


def next_in_queue(actor: Actor, claim_id: int, state: str) -> int | None:
    """Another claim of the same pile, so that a reviewer goes from case to case."""
    return queue(actor, state).exclude(pk=claim_id).values_list("pk", flat=True).first()


# --- like cases -------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LikeCases:
    """Claims which differ in nothing a reviewer decides on (同类申请); `claim_ids` in order of urgency, at most 1000."""

    scheme: str
    level: int
    outcome: str
    reasons: tuple[str, ...]
    amount_fen: int | None
    groups: tuple[str, ...]
    override_fen: int | None
    override_reason: str
    override_document: str
    waiting: int
    overdue: int
    claim_ids: tuple[int, ...]


def same_case_groups(actor: Actor, state: str, today: date) -> list[LikeCases]:
    """The pile of a state by like cases, the largest first."""
    alike = ("scheme", "level", "outcome", "reasons", "amount_fen", "groups")
    override = ("override_fen", "override_reason", "override_document")
    rows = (
        workable(actor, (state,))
        .order_by()
        .values(*alike, *override)
        .annotate(
            waiting=Count("pk"),
            overdue=Count("pk", filter=Q(due_on__lt=today)),
            ids=ArrayAgg("pk", order_by=("due_on", "pk")),
        )
        .order_by("-waiting", *alike, *override)
    )
    return [
        LikeCases(
            **{
                name: row[name] for name in ("scheme", "level", "outcome", "amount_fen", "waiting", "overdue")
            },
            **{name: row[name] for name in override},
            reasons=tuple(row["reasons"]),
            groups=tuple(row["groups"]),
            claim_ids=tuple(row["ids"][:1000]),
        )
        for row in rows
    ]


def step_of(state: str) -> int:
    """The step being worked on in a state, counted from 0."""
    return next(place for place, (_, states) in enumerate(STEPS) if state in states)


def step_at(claim: Claim) -> int:
    """Where a claim stands on the bar of steps; a refused or withdrawn one where it was stopped, by who had it last."""
    if claim.state not in ("rejected", "withdrawn"):
        return step_of(claim.state)
    last = ((4, claim.second_by), (3, claim.first_by), (2, claim.accepted_by))
    return next((place for place, by in last if by), 1)
