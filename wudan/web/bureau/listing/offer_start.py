"""What the form of an offer begins with: sensible days and numbers for what it is made for, all of them to be changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from wudan.kernel.periods import ONE_DAY
from wudan.orders.demand.queries.proposals import limits, orders_in

CHOOSING = timedelta(days=14)
"""As long people may choose."""
PREPARING = timedelta(days=14)
"""From the last day of choosing to the first of the class: the plan is applied for and answered meanwhile."""
HOURS_A_DAY = 8


def beginning(proposal: Any, project: Any, entries: Sequence[Any], today: date) -> dict[str, Any]:
    start: dict[str, Any] = {"min_heads": 1}
    if len(entries) == 1:
        start["entry"] = entries[0].pk
    if proposal is not None:
        start |= _for_proposal(proposal, entries, today)
    if project is not None:
        start |= {
            "line": project.line,
            "provider": project.provider_id,
            "places": max(project.heads - project.taken, 1),
        }
    return start


def _for_proposal(proposal: Any, entries: Sequence[Any], today: date) -> dict[str, Any]:
    """Within the days its people asked for, as far as these leave time to choose and to prepare."""
    ends = proposal.window.upper - ONE_DAY
    days = _days(entries)
    soonest = max(proposal.window.lower, today + CHOOSING + PREPARING)
    first = max(min(soonest, ends - (days or 1) * ONE_DAY + ONE_DAY), proposal.window.lower, today)
    last = first + (days - 1) * ONE_DAY if days else max(ends, first)
    wanted = Counter(order.line for order in orders_in(proposal.pk) if order.line)
    return {
        "places": proposal.heads,
        "min_heads": min(proposal.heads, limits(proposal.district_id, today).least),
        "line": wanted.most_common(1)[0][0] if wanted else "",
        "town": proposal.town_id or "",
        "mode": "offline" if proposal.mode == "any" else proposal.mode,
        "first": first,
        "last": last,
        "choose_until": min(max(first - PREPARING, today), first),
    }


def _days(entries: Sequence[Any]) -> int:
    """Full days of the longest of the entries; 0 where there is none."""
    hours = [e.theory_hours + e.practice_hours + e.safety_hours for e in entries]
    return -(-max(hours, default=0) // HOURS_A_DAY)
