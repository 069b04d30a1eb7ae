"""What an enterprise or provider sees first: what came back and why, its rosters under way, its sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from wudan.kernel.actor import Actor
from wudan.orders.subsidy.models import Claim, Review, Roster
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.orders.subsidy.roster.queries import visible_rosters

# What an applicant calls approved (已核定) and paid: the sum stands from the approval on, whatever the bank does.
APPROVED = ("approved", "batched", "bounced", "paid", "recovering")
PAID = ("paid", "recovering")
UNDER_WAY = ("uploaded", "checked", "confirming", "unreadable")
# The verbs whose comment tells an applicant why a claim came back.
BACK = {
    "returned": ("send_back",),
    "rejected": ("reject", "reject_second", "uphold"),
    "bounced": ("bounce", "bounce_late"),
}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many claims, and their sum in fen (a sum not settled yet counts as nothing)."""

    count: int = 0
    fen: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.count + other.count, self.fen + other.fen)


def tallies(actor: Actor) -> Mapping[str, Tally]:
    """State → count and sum of the claims the actor may see. One query."""
    return _tallies(visible_claims(actor))


def _tallies(claims: QuerySet[Claim]) -> dict[str, Tally]:
    rows = claims.order_by().values("state").annotate(count=Count("pk"), fen=Sum("amount_fen", default=0))
    return {row["state"]: Tally(row["count"], row["fen"]) for row in rows}


def total(found: Mapping[str, Tally], states: Iterable[str]) -> Tally:
    return sum((found[s] for s in states if s in found), Tally())


@dataclass(frozen=True, slots=True)
class CameBack:
    """A claim that came back, with what the officer or the bank wrote."""

    claim: Claim
    comment: str


def came_back(actor: Actor, state: str, count: int = 5) -> list[CameBack]:
    """The most urgent of those in this state (`returned`, `rejected`, `bounced`), refused ones newest first. Two queries."""
    order = ("-state_since", "-id") if state == "rejected" else (F("due_on").asc(nulls_last=True), "id")
    claims = list(visible_claims(actor).filter(state=state).select_related("person").order_by(*order)[:count])
    comments = dict(
        Review.objects.filter(claim__in=[c.pk for c in claims], verb__in=BACK[state])
        .order_by("id")
        .values_list("claim_id", "comment")
    )
    return [CameBack(claim, comments.get(claim.pk, "")) for claim in claims]


def rosters_under_way(actor: Actor) -> QuerySet[Roster]:
    """Those somebody or the worker still owes something, newest first."""
    return visible_rosters(actor).filter(state__in=UNDER_WAY)


@dataclass(frozen=True, slots=True)
class RosterResult:
    """What became of a roster's claims. `by_outcome`: the computed outcome → count and sum; `due_on`: the nearest clock."""

    total: Tally
    by_state: Mapping[str, Tally]
    by_outcome: Mapping[str, Tally]
    due_on: date | None


def roster_result(actor: Actor, roster_id: int) -> RosterResult:
    """Of the claims of this roster that the actor may see. Two queries."""
    claims = visible_claims(actor).filter(roster=roster_id)
    rows = claims.order_by().values("outcome").annotate(count=Count("pk"), fen=Sum("amount_fen", default=0))
    by_outcome = {row["outcome"]: Tally(row["count"], row["fen"]) for row in rows}
    due = claims.aggregate(due=Min("due_on", filter=Q(state="submitted")))["due"]
    return RosterResult(sum(by_outcome.values(), Tally()), _tallies(claims), by_outcome, due)
