"""Counts and sums: what the public home, the desks' funnel and the supervisor show. Grouped in the database, by index."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, Sum

from wudan.kernel.actor import Actor
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.orders.subsidy.states import CLAIM, STEPS
from wudan.policy.queries import rulebook_for

PAID = ("paid",)


@dataclass(frozen=True, slots=True)
class SchemeFigure:
    """One scheme: person-times (人次), persons, sum in fen."""

    scheme: str
    label: str
    person_times: int
    persons: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class ProgrammeFigures:
    """What a district has paid so far. Persons are counted once over all schemes, so they are no sum of the lines.

    A project's learners are not known by name here: its person-times are the heads completed, counted at the balance; its
    persons are not counted.
    """

    person_times: int
    persons: int
    paid_fen: int
    in_progress: int
    schemes: tuple[SchemeFigure, ...]


def programme_figures(district_id: str) -> ProgrammeFigures:
    """Three queries, whatever the number of claims."""
    rulebook = rulebook_for(district_id)
    claims = Claim.objects.filter(district=district_id).order_by()
    paid = claims.filter(state__in=PAID)
    rows, persons = _paid_by_scheme(district_id)
    projects = [code for code, scheme in rulebook.schemes.items() if scheme.by_provider]
    heads = paid.filter(scheme__in=projects, project_stage="balance").aggregate(
        heads=Sum("completed_count", default=0)
    )["heads"]
    schemes = tuple(
        SchemeFigure(
            scheme,
            rulebook.schemes[scheme].label if scheme in rulebook.schemes else scheme,
            heads if scheme in projects else count,
            people,
            fen,
        )
        for scheme, count, people, fen in rows
    )
    going = [s for s in CLAIM.states if s not in ("paid", "recovering", "recovered", "rejected", "withdrawn")]
    return ProgrammeFigures(
        person_times=sum(s.person_times for s in schemes),
        persons=persons,
        paid_fen=sum(s.paid_fen for s in schemes),
        in_progress=claims.filter(state__in=going).count(),
        schemes=schemes,
    )


# Persons first, then schemes: counting distinct persons in one step sorts every row, this hashes them.
_PAID_BY_SCHEME = """
    WITH each AS MATERIALIZED (
        SELECT scheme, person_id, count(*) AS claims, sum(amount_fen) AS fen
        FROM subsidy_claim WHERE district_id = %s AND state = 'paid' GROUP BY scheme, person_id
    )
    SELECT scheme, sum(claims)::bigint, count(person_id), sum(fen)::bigint FROM each GROUP BY scheme
    UNION ALL
    SELECT NULL, 0, count(*), 0 FROM (SELECT person_id FROM each WHERE person_id IS NOT NULL GROUP BY person_id) p
"""


def _paid_by_scheme(district_id: str) -> tuple[list[tuple[str, int, int, int]], int]:
    """(scheme, claims, persons, fen), the largest sum first; and all persons, each counted once."""
    with connection.cursor() as cursor:
        cursor.execute(_PAID_BY_SCHEME, [district_id])
        rows = cursor.fetchall()
    by_scheme = [row for row in rows if row[0] is not None]
    persons = next(row[2] for row in rows if row[0] is None)
    return sorted(by_scheme, key=lambda row: (-row[3], row[0])), persons


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step of the chain: how many stand there, how many of them off the way (returned, refused, frozen, bounced)."""

    label: str
    count: int
    aside: int
    amount_fen: int


_ASIDE = frozenset({"returned", "withdrawn", "rejected", "frozen", "bounced", "recovering", "recovered"})


def funnel(actor: Actor) -> list[FunnelStep]:
    """The claims the actor may see, by step. One query."""
    rows = {
        row["state"]: row
        for row in visible_claims(actor)
        .order_by()
        .values("state")
        .annotate(count=Count("pk"), fen=Sum("amount_fen", default=0, filter=Q(amount_fen__isnull=False)))
    }
    steps = []
    for label, states in STEPS:
        here = [(s, rows[s]) for s in states if s in rows]
        on_way = [row for s, row in here if s not in _ASIDE]
        steps.append(
            FunnelStep(
                label,
                sum(r["count"] for r in on_way),
                sum(row["count"] for s, row in here if s in _ASIDE),
                sum(r["fen"] for r in on_way),
            )
        )
    return steps
