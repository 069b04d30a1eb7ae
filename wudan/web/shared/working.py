"""The working of one evaluation (审核过程) as rows: clause, what was checked, the facts that were looked at, result, money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.web.shared.parts import WorkRow
from wudan.web.shared.policy_words import value_words

MOST_FACTS = 4
_WHICH_ROW = ("claim_id", "person_id", "scheme", "applied_at")


def work_rows(
    working: Any,
    outcome: str,
    before: Mapping[str, Any] | None = None,
    known: Mapping[str, str] | None = None,
) -> list[WorkRow]:
    """`working` is a claim's or an estimate's; `before` holds the steps at application where they read otherwise; `known` says
    of a column what its empty value cannot (a certificate that was revoked is none to the rules)."""
    if working is None:
        return []
    rows = [
        WorkRow(
            clause=step["clause"],
            checked=step["label"],
            seen=_seen(step, working.rulebook, known or {}),
            passed=True if step["holds"] else (None if outcome == "review" else False),
            was=_was((before or {}).get(step["rule"]), step),
        )
        for step in working.steps
    ]
    return rows + [
        WorkRow(
            step["clause"], step["label"], step["expression_in_words"], step["value_fen"] is not None,
            step["value_fen"], result="计算" if step["value_fen"] is not None else "没有标准",
        )
        for step in working.amount_steps
    ]  # fmt: skip


def _seen(step: Any, rulebook: Any, known: Mapping[str, str]) -> str:
    """The facts a met rule looked at; a sentence of the rule's own wins where there is one."""
    sentence, facts = str(step["sentence"]), step["facts"]
    if not step["holds"] and any(name in known for name in facts):
        return "；".join(f"{rulebook.column_label(name)}{known[name]}" for name in facts if name in known)
    if not step["holds"] or not sentence.endswith(step["label"]):
        return sentence
    told = [
        f"{rulebook.column_label(name)}{known[name]}"
        if name in known
        else f"{rulebook.column_label(name)}：{value_words(rulebook, name, value)}"
        for name, value in facts.items()
        if name in rulebook.columns and name not in _WHICH_ROW
    ]
    return "；".join([*_counted(facts), *told[:MOST_FACTS]]) or "没有发现不符合的情况"


def _counted(facts: Mapping[str, Any]) -> list[str]:
    """What a rule between claims found of the earlier ones: how many, or how much."""
    if "count" in facts and "max" in facts:
        before = f"此前{facts['count']}次" if facts["count"] else "此前没有"
        return [f"{before}，最多{facts['max']}次"]
    if "used" in facts and "max" in facts:
        return [f"此前已计发{in_sentence(facts['used'])}，累计最多{in_sentence(facts['max'])}"]
    return []


def _was(before: Any, step: Any) -> str:
    if not before or (before["holds"], before["sentence"]) == (step["holds"], step["sentence"]):
        return ""
    return f"{before['sentence']}（{'符合' if before['holds'] else '不符合'}）"
