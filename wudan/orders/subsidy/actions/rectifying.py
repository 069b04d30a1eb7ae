"""更正事实: a fact of a claim found to be otherwise after it was applied for or decided. The claim keeps what was applied for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import basis_of
from wudan.orders.subsidy.actions.guards import locked_claim, require_not_own
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim, FactCorrection
from wudan.orders.subsidy.queries.now import changed_facts, facts_of
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

Value = int | bool | str | None
COLUMNS: Mapping[str, str] = {
    "insured_months": "失业保险累计缴费月数",
    "draws_pension": "按月领取养老金",
    "attended_days": "出勤天数",
    "prior_level": "原等级",
    "fee_fen": "培训费发票金额",
    "completed_count": "结业人数",
    "employed_count": "就业人数",
}
"""Columns that may turn out otherwise; certificates and groups have their own revocation and withdrawal."""


def rectifiable(rulebook: Rulebook) -> dict[str, str]:
    """Those columns with their labels, and the rulebook's own."""
    return {**COLUMNS, **{name: rulebook.column_label(name) for name in rulebook.own}}


def correct_fact(
    *,
    claim_id: int,
    column: str,
    value: Value,
    source: str,
    reference: str = "",
    actor: Actor,
    at: datetime,
) -> FactCorrection:
    """更正事实 by 受理 or 复审 of the district, with where it was seen; units as in the contract (fen, months, days).

    What was decided on it is looked at again by the rooms above (fact:corrected).
    Refuses: forbidden, not-found, unknown-fact, bad-input, no-source, unchanged, withdrawn.
    """
    with acting(actor=actor, at=at, basis=basis_of(actor.district_id, "accepted", at)):
        claim = locked_claim(claim_id)
        actor.require(Role.INTAKE, Role.REVIEWER, district_id=claim.district_id)
        require_not_own(actor, claim)
        if claim.state == "withdrawn":
            refuse("withdrawn", "申请已经撤回，不用更正。")
        labels = rectifiable(rulebook_for(claim.district_id))
        value = _require_sound(claim, column, value, source, labels)
        was = (facts_of(claim) | changed_facts([claim]).get(claim.pk, {})).get(column)
        if was == value:
            refuse(
                "unchanged", f"“{labels[column]}”现在就是这个内容，没有变化。", field="value", status=INVALID
            )
        made = FactCorrection.objects.create(
            claim=claim, column=column, was=was, value=value, source=source.strip(), reference=reference.strip(),
            recorded_at=at, recorded_by=actor.user_id, actor_label=actor.label,
        )  # fmt: skip
        tell("fact:corrected", at=at, correction=made.pk)
    return made


def _require_sound(claim: Claim, column: str, value: Value, source: str, labels: Mapping[str, str]) -> Value:
    """The value as the claim would keep it."""
    if column not in labels:
        refuse("unknown-fact", "请从列表中选择要更正的事项。", field="column", status=INVALID)
    if not source.strip():
        refuse("no-source", "没有写在哪里查到的。", remedy="请写明来源，例如“社保系统查询”。", field="source", status=INVALID)  # fmt: skip
    form = _with(claim, column, value)
    faults = [f for f in form.faults(rulebook_for(claim.district_id)) if f.column == column]
    wrong_kind = column in COLUMNS and (
        isinstance(value, str)
        or (value is not None and isinstance(value, bool) != (column == "draws_pension"))
    )
    if faults or wrong_kind:
        sentence = faults[0].sentence if faults else f"“{labels[column]}”填写的内容不对"
        refuse("bad-input", f"{sentence}。", remedy="请核对后重新填写。", field="value", status=INVALID)
    return value if column in COLUMNS else form.own.get(column)


def _with(claim: Claim, column: str, value: Value) -> ClaimForm:
    columns = ClaimForm.of(claim).columns() | {"groups": tuple(claim.groups)}
    if column in COLUMNS:
        return ClaimForm(**columns | {column: value})
    return ClaimForm(**columns | {"own": {**claim.own, column: value}})
