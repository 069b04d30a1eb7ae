"""A decision in plain sentences: the answer, its clause, what would have to differ, and the working behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.orders.subsidy.queries.casefile import ClaimPage
from wudan.orders.subsidy.queries.dues import reasons_in_words
from wudan.policy.engine.explain import Explanation
from wudan.policy.engine.model import ReasonText
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import as_json, working
from wudan.web.shared.parts import Tone, WorkRow
from wudan.web.shared.policy_words import change_words, has_amounts

MOST_CHANGES = 3


@dataclass(frozen=True)
class Answer:
    """What the rules say. `reasons` are (sentence, clause, remedy)."""

    head: str
    text: str
    tone: Tone
    outcome: str
    amount_fen: int | None
    reasons: Sequence[tuple[str, str, str]]
    changes: Sequence[str]
    rows: Sequence[WorkRow]


def explained(found: ClaimPage) -> Answer | None:
    """The decision of a claim as it stands, by the rulebook it was made by."""
    claim, working = found.claim, found.working
    if working is None or claim.evaluation is None:
        return None
    known = working.rulebook
    made = _answer(
        known, claim.outcome, claim.evaluation.amount_fen, found.reasons, working.steps, working.amount_steps,
        working.would_pass_if,
    )  # fmt: skip
    if not claim.override_outcome:
        return made
    sum_fen = in_sentence(claim.override_fen or 0)
    return Answer(
        f"工作人员认定为{sum_fen}",
        f"依据《{claim.override_document}》，由工作人员人工认定。理由：{claim.override_reason}",
        "done", "approved", claim.override_fen, made.reasons, (), made.rows,
    )  # fmt: skip


def estimated(rulebook: Rulebook, found: Explanation, facts: Mapping[str, object]) -> Answer:
    """The same of an estimate."""
    reasons = [rulebook.reason(code, facts) for code in found.decision.reasons]
    shown: Mapping[str, Any] = as_json(found)
    return _answer(
        rulebook, found.decision.outcome, found.decision.amount_fen, reasons, shown["steps"], shown["amount_steps"],
        shown["would_pass_if"],
    )  # fmt: skip


def prepared(due: Any) -> Answer:
    """The decision of a line the house prepared (可享补贴), by the rulebook it was made by; the plain reason where no rule was asked.

    The facts are the chain's own, so it is not said what would have to differ.
    """
    if due.evaluation is None:
        return Answer("这张证书没有对应的补贴", due.reason, "off", "none", None, (), (), ())
    shown = working(due.evaluation)
    made = _answer(shown.rulebook, due.outcome, due.amount_fen, (), shown.steps, shown.amount_steps, ())
    said = [(w.sentence, w.clause, w.remedy) for w in reasons_in_words(due)]
    return replace(made, reasons=said)


def _answer(
    rulebook: Rulebook, outcome: str, fen: int | None, reasons: Iterable[ReasonText], steps: Sequence[Mapping[str, Any]],
    amounts: Sequence[Mapping[str, Any]], changes: Iterable[Mapping[str, object]],
) -> Answer:  # fmt: skip
    head, text, tone = _words(outcome, fen, amounts, rulebook)
    rows = [
        WorkRow(
            s["clause"], s["label"], s["sentence"],
            True if s["holds"] else (None if outcome == "review" else False),
        )
        for s in steps
    ]  # fmt: skip
    rows += [
        WorkRow(
            a["clause"], a["label"], a["expression_in_words"], a["value_fen"] is not None,
            a["value_fen"], result="计算",
        )
        for a in amounts
    ]  # fmt: skip
    wanted = (
        []
        if outcome in ("approved", "invalid")
        else [change_words(rulebook, c) for c in changes][:MOST_CHANGES]
    )
    return Answer(
        head, text, tone, outcome, fen,
        [(r.sentence, r.clause, r.remedy) for r in reasons], wanted, rows,
    )  # fmt: skip


def _words(
    outcome: str, fen: int | None, amounts: Sequence[Mapping[str, Any]], rulebook: Rulebook
) -> tuple[str, str, Tone]:
    if outcome == "approved" and fen is not None:
        clause = amounts[-1]["clause"] if amounts else rulebook.document
        return f"符合条件，补贴{in_sentence(fen)}", f"逐条核对都符合规定，金额按{clause}计算。", "done"
    if outcome == "review":
        if fen is not None:
            return (
                "需要工作人员核实",
                f"核实同意后补贴{in_sentence(fen)}。系统不会直接拒绝，由工作人员看材料决定。",
                "wait",
            )
        if not has_amounts(rulebook):
            return (
                "金额由工作人员核定",
                f"{rulebook.document}没有写明补贴金额，工作人员按区里另行确定的标准核定，核定后在这里告诉您。", "wait",
            )  # fmt: skip
        return "金额由工作人员核定", "文件没有写明这种情况的金额，由工作人员看材料后核定。", "wait"
    if outcome == "invalid":
        return "填写有误", "有内容没有填对，请改正后再看。", "wrong"
    return "不符合条件", "下面写明了哪一条不符合、依据和怎么办。", "wrong"
