"""Counts the supervisor watches: what is late at which step, and how often people decided otherwise than the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from wudan.kernel.actor import Actor
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.orders.subsidy.states import FINAL, STEPS


def overdue_by_step(actor: Actor, today: date) -> list[tuple[int, int, str]]:
    """(place of the step, how many are late, its label), only where something is late. One query."""
    late = visible_claims(actor).filter(due_on__lt=today).exclude(state__in=FINAL).order_by()
    counts = dict(late.values_list("state").annotate(n=Count("pk")))
    found = [
        (place, sum(counts.get(state, 0) for state in states), label)
        for place, (label, states) in enumerate(STEPS)
    ]
    return [row for row in found if row[1]]


@dataclass(frozen=True, slots=True)
class OverrideShare:
    """How many of the claims past first review were decided by a person against the computed outcome."""

    overridden: int
    decided: int

    @property
    def words(self) -> str:
        return f"{self.overridden * 100 / self.decided:.1f}%" if self.decided else "0.0%"


def override_share(actor: Actor) -> OverrideShare:
    """One query, out of the index `claim_decided` alone."""
    decided = visible_claims(actor).filter(first_by__isnull=False).order_by().values_list("override_outcome")
    counts = dict(decided.annotate(n=Count("pk")))
    return OverrideShare(sum(n for how, n in counts.items() if how), sum(counts.values()))
