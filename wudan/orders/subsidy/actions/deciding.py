"""Asking the rulebook about claims as they stand (核算), and putting the answer on them.

A claim is measured among the same person's other claims of the district that hold a place: those decided by two people
count as history, the pending ones stand beside it in the order of the contract. For 项目制 the project takes the person's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from wudan.kernel.errors import refuse
from wudan.kernel.money import in_sentence
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.now import Row, facts_now, facts_of
from wudan.orders.subsidy.states import DECIDED, OUTCOMES, PLACED
from wudan.policy.actions import evaluate, evaluate_many
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.models import Evaluation
from wudan.policy.queries import rulebook_for


def evaluate_claims(claims: Sequence[Claim], *, stage: str, at: datetime) -> dict[int, Evaluation]:
    """A stored evaluation for each claim of one district, by primary key. One pass over all their persons."""
    if not claims:
        return {}
    rulebook = rulebook_for(claims[0].district_id)
    others = placed_others(claims)
    now = facts_now([*claims, *others])
    history = [_paid(c, now) for c in others if c.state in DECIDED]
    pending = [*claims, *(c for c in others if c.state not in DECIDED)]
    overridden = [c for c in pending if c.override_outcome]  # few, in most calls none
    special = [c for c in claims if overridden and _overridden_before(c, overridden)]
    apart = {c.pk for c in special}
    plain = [c for c in claims if c.pk not in apart]
    found = _ask(rulebook, [now[c.pk] for c in pending], history, plain, stage, at)
    for (
        claim
    ) in special:  # few: each has an older claim of the same person that somebody means to pay all the same
        firm = _overridden_before(claim, overridden)
        beside = [now[c.pk] for c in pending if _together(c, claim) and c not in firm]
        # History in the circle of other persons does no harm, but need not be read again.
        near = [_paid(c, now) for c in others if c.state in DECIDED and _together(c, claim)]
        near += [_paid(c, now) for c in firm]
        found |= _ask(rulebook, beside, near, [claim], stage, at)
    return found


def beside(district_id: str, person_id: int | None, project_id: str) -> tuple[list[Row], list[Row]]:
    """What an application not made yet would stand among: the holder's decided claims as history, and the pending ones.

    A claim a reviewer means to pay against the computed result counts as decided.
    """
    others = placed_others([Claim(district_id=district_id, person_id=person_id, project_id=project_id)])
    firm = [c for c in others if c.state in DECIDED or c.override_outcome]
    now = facts_now(others)
    return [_paid(c, now) for c in firm], [now[c.pk] for c in others if c not in firm]


def placed_others(claims: Sequence[Claim]) -> list[Claim]:
    """The other claims of the same persons and projects, in the same district, that hold a place."""
    persons = {c.person_id for c in claims if c.person_id is not None}
    projects = {c.project_id for c in claims if c.person_id is None and c.project_id}
    placed = Claim.objects.filter(district_id=claims[0].district_id, state__in=PLACED)
    known = {c.pk for c in claims}
    found: list[Claim] = []
    if persons:
        found += placed.filter(person__in=persons).order_by("pk")
    if projects:
        found += placed.filter(person=None, project_id__in=projects).order_by("pk")
    return [c for c in found if c.pk not in known]


def _ask(
    rulebook: Rulebook, rows: list[Row], history: list[Row], claims: Iterable[Claim], stage: str, at: datetime
) -> dict[int, Evaluation]:
    by_number = {c.number: c for c in claims}
    if not by_number:
        return {}
    if (
        len(by_number) == 1
    ):  # one decision keeps its working; that of many is worked out again when somebody looks
        ((number, claim),) = by_number.items()
        subject = f"claim:{claim.pk}"
        alone = evaluate(
            rulebook=rulebook,
            claims=rows,
            claim_id=number,
            history=history,
            subject=subject,
            stage=stage,
            at=at,
        )
        return {claim.pk: alone}
    answers = evaluate_many(
        rulebook=rulebook,
        claims=rows,
        history=history,
        subjects={number: f"claim:{c.pk}" for number, c in by_number.items()},
        stage=stage,
        at=at,
    )
    return {by_number[number].pk: evaluation for number, evaluation in answers.items()}


def _paid(claim: Claim, now: Mapping[int, Row]) -> Row:
    fen = claim.override_fen if claim.override_outcome else claim.amount_fen
    return {**now[claim.pk], "amount_fen": fen or 0}


def _overridden_before(claim: Claim, overridden: Sequence[Claim]) -> list[Claim]:
    """Older pending claims in this one's circle that a reviewer passed against the computed result: they hold a place."""
    return [c for c in overridden if _together(c, claim) and _order(c) < _order(claim)]


def _together(a: Claim, b: Claim) -> bool:
    if b.person_id is not None:
        return a.person_id == b.person_id
    return a.person_id is None and a.project_id == b.project_id


def _order(claim: Claim) -> tuple[datetime, str]:
    return claim.applied_at, claim.number


# --- the answer on the claim ------------------------------------------------------------------------------------
EVALUATED = ["evaluation", "outcome", "amount_fen", "reasons", "fund", "payee"]
"""The columns `settle` writes."""


def settle(claim: Claim, evaluation: Evaluation, rulebook: Rulebook) -> None:
    """Put an evaluation on a claim: result, sum, reasons, fund and payee. Refuses: payee-needs-organisation."""
    facts = facts_of(claim)
    claim.evaluation = evaluation
    claim.outcome = evaluation.outcome
    claim.amount_fen = claim.override_fen if claim.override_outcome else evaluation.amount_fen
    claim.reasons = list(evaluation.reasons)
    claim.fund = rulebook.fund_for(facts).pool
    payee = rulebook.payee_for(facts, claim.applied_by)
    if payee.kind not in ("person", claim.applied_by):
        who = {"enterprise": "企业", "provider": "培训机构"}[payee.kind]
        scheme = rulebook.schemes[claim.scheme].label
        refuse(
            "payee-needs-organisation",
            f"“{scheme}”拨付给{who}，应由{who}申请。",
            clause=payee.clause,
            remedy=f"请联系{who}提交这笔申请。",
            field="scheme",
        )
    claim.payee = payee.kind


def difference(claim: Claim, evaluation: Evaluation) -> dict[str, Any]:
    """What changed since the evaluation the claim carries; empty where nothing did."""
    before = claim.evaluation
    if before is None:
        return {}
    found: dict[str, Any] = {}
    for name in ("outcome", "amount_fen"):
        if getattr(before, name) != getattr(evaluation, name):
            found[name] = [getattr(before, name), getattr(evaluation, name)]
    if set(before.reasons) != set(evaluation.reasons):
        found["reasons"] = [sorted(before.reasons), sorted(evaluation.reasons)]
    return found


def in_words(changes: dict[str, Any], rulebook: Rulebook) -> str:
    """A difference as a reviewer reads it."""
    parts = []
    if "outcome" in changes:
        old, new = (OUTCOMES.get(v, v) for v in changes["outcome"])
        parts.append(f"结论由“{old}”变为“{new}”")
    if "amount_fen" in changes:
        old, new = ("未定" if v is None else in_sentence(v) for v in changes["amount_fen"])
        parts.append(f"金额由{old}变为{new}")
    if "reasons" in changes:
        old, new = changes["reasons"]
        parts += [f"新增“{rulebook.reason(c).label}”" for c in new if c not in old]
        parts += [f"不再有“{rulebook.reason(c).label}”" for c in old if c not in new]
    return "；".join(parts)


def require_known(changes: dict[str, Any], rulebook: Rulebook, *, acknowledged: bool) -> None:
    """A changed result does not pass unseen. Refuses: decision-changed."""
    if changes and not acknowledged:
        refuse(
            "decision-changed",
            f"按当前情况重新核算，结果与上次不同：{in_words(changes, rulebook)}。",
            remedy="请核对后确认已知悉差异，再继续办理。",
        )
