"""Holding a rulebook against its cases."""

from __future__ import annotations

from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.model import Case, CaseRow
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.texts import yuan


def check_cases(rulebook: Rulebook) -> list[str]:
    """One line per difference between a case and what the rulebook decides; empty when all agree."""
    return [line for case in rulebook.cases for line in check_case(rulebook, case)]


def check_case(rulebook: Rulebook, case: Case) -> list[str]:
    """The differences of one case."""
    history = [row.facts for row in case.rows if row.paid]
    claims = [row for row in case.rows if not row.paid]
    try:
        decisions = decide(rulebook, [row.facts for row in claims], history)
    except InputError as error:
        return [f"{case.file} 第{case.line}行 案例“{case.name}”：{error}"]
    lines = []
    for row, decision in zip(claims, decisions, strict=True):
        difference = _difference(row, decision)
        if difference:
            lines.append(f"{case.file} 第{row.line}行 案例“{case.name}”：{difference}")
    return lines


def _difference(row: CaseRow, decision: Decision) -> str:
    if not row.outcome:
        return ""
    parts = []
    if row.outcome != decision.outcome:
        parts.append(f"预期结论 {row.outcome}，规则得出 {decision.outcome}")
    if row.amount_stated and row.amount_fen != decision.amount_fen:
        parts.append(f"预期金额 {_money(row.amount_fen)}，规则得出 {_money(decision.amount_fen)}")
    if row.reasons is not None and row.reasons != set(decision.reasons):
        parts.append(f"预期原因 {_codes(row.reasons)}，规则得出 {_codes(decision.reasons)}")
    return "；".join(parts)


def _money(fen: int | None) -> str:
    return "未定" if fen is None else yuan(fen)


def _codes(codes: object) -> str:
    return ";".join(sorted(codes)) if isinstance(codes, frozenset | tuple) and codes else "无"
