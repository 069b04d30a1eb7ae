"""差额: out of decisions that differ, the lines a person will look at. One live line a claim; what came right again closes it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from wudan.kernel import bulk
from wudan.orders.payment.models import Difference, LateFact
from wudan.orders.payment.settled import Settled, settled
from wudan.orders.payment.states import DIFFERENCE, LIVE, PAID
from wudan.orders.subsidy.actions.clocks import due_on
from wudan.orders.subsidy.states import DECIDED

if TYPE_CHECKING:
    from wudan.orders.payment.actions.redeciding import Touched

PASSING = ("approved", "review")
CLOSED = "事实再次变化，这条差额已不成立。"


def draw_lines(fact: LateFact, touched: Sequence[Touched], at: datetime) -> int:
    """The lines of these claims, opened; live ones that no longer hold are closed. Returns how many were opened."""
    if not touched:
        return 0
    money = settled([one.claim.pk for one in touched])
    live = {
        line.claim_id: line
        for line in Difference.objects.select_for_update(no_key=True, of=("self",))
        .filter(claim__in=[one.claim.pk for one in touched], state__in=LIVE)
        .order_by("pk")
    }
    due = due_on(fact.district_id, "difference", at)
    lines = [line for one in touched if (line := _line(fact, one, money[one.claim.pk])) is not None]
    kept = {line.claim_id for line in lines if _same(live.get(line.claim_id), line)}
    _close([line for pk, line in live.items() if pk not in kept], at)
    new = [line for line in lines if line.claim_id not in kept]
    for line in new:
        line.opened_at, line.due_on = at, due
    bulk.insert(Difference, new)
    return len(new)


def _line(fact: LateFact, one: Touched, money: Settled) -> Difference | None:
    """None where nothing needs doing: the sum is right, or the claim is still under review and will be looked at there."""
    right = one.now.amount_fen if one.now.outcome in PASSING else 0
    if one.claim.state in PAID:
        direction = _of_paid(one, right, money.fen)
        paid = money.fen
    elif one.claim.state in DECIDED:
        direction = "" if (one.now.outcome, right) == ("approved", one.claim.amount_fen) else "hold"
        paid = 0
    elif one.claim.state == "rejected":
        direction = "none" if one.now.outcome in PASSING and one.was.outcome not in PASSING else ""
        paid = 0
    else:
        return None
    if not direction:
        return None
    return Difference(
        late_fact=fact, claim=one.claim, district_id=one.claim.district_id, direction=direction, paid_fen=paid,
        right_fen=right, before=one.before, after=one.after,
    )  # fmt: skip


def _of_paid(one: Touched, right: int | None, paid: int) -> str:
    if right is None:
        return "none"
    if right != paid:
        return "recover" if right < paid else "pay"
    return "none" if one.now.outcome not in (one.was.outcome, "approved") and right else ""


def _same(live: Difference | None, line: Difference) -> bool:
    return live is not None and (live.direction, live.paid_fen, live.right_fen) == (
        line.direction,
        line.paid_fen,
        line.right_fen,
    )


def _close(lines: Sequence[Difference], at: datetime) -> None:
    for line in lines:
        line.state, line.decided_at, line.comment = DIFFERENCE.check("close", line.state), at, CLOSED
    bulk.update(Difference, lines, ["state", "decided_at", "comment"])
