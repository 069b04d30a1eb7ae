"""Where a fact was seen (证明)."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import basis_of
from wudan.orders.subsidy.actions.guards import locked_claim, require_not_own
from wudan.orders.subsidy.forms import COLUMNS
from wudan.orders.subsidy.models import Claim, Evidence
from wudan.orders.subsidy.states import CLAIM, FINAL
from wudan.policy.queries import rulebook_for


def add_evidence(
    *, claim_id: int, fact: str, value: str, source: str, reference: str = "", actor: Actor, at: datetime
) -> Evidence:
    """登记证明: `fact` is a column of the application or `group:<code>`; append-only, a later look is a new row.

    Refuses: forbidden, not-found, unknown-fact, no-source, closed.
    """
    with acting(actor=actor, at=at, basis=basis_of(actor.district_id, "accepted", at)):
        claim = locked_claim(claim_id)
        actor.require(Role.INTAKE, Role.REVIEWER, district_id=claim.district_id)
        require_not_own(actor, claim)
        _require_sound(claim, fact, value, source)
        return Evidence.objects.create(
            claim=claim,
            fact=fact,
            value=value.strip(),
            source=source.strip(),
            reference=reference.strip(),
            seen_at=at,
            actor_label=actor.label,
        )


def _require_sound(claim: Claim, fact: str, value: str, source: str) -> None:
    if claim.state in FINAL:
        refuse("closed", f"申请{CLAIM.states[claim.state]}，不再登记证明。")
    own = rulebook_for(claim.district_id).own
    if fact not in COLUMNS and fact not in own and not fact.startswith("group:"):
        refuse("unknown-fact", "请从列表中选择要证明的事项。", field="fact", status=INVALID)
    if not (value.strip() and source.strip()):
        refuse(
            "no-source", "请写明查到的内容和来源。", remedy="请补填后再提交。", field="source", status=INVALID
        )
