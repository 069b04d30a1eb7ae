"""核算预览: what the rulebook would say to the good rows, all decided in one pass with their persons' other claims."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from wudan.orders.subsidy.roster.examine import Examined
from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.rulebook import Rulebook

OUTCOMES = {
    "approved": "符合条件",
    "review": "需人工核实",
    "rejected": "不符合条件",
    "invalid": "填写有误",
}

Facts = Mapping[str, object]


@dataclass
class _Sum:
    rows: int = 0
    fen: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, decision: Decision) -> None:
        self.rows += 1
        self.fen += decision.amount_fen or 0


def preview(
    found: Examined,
    rulebook: Rulebook,
    *,
    at: datetime,
    others: Sequence[Facts] = (),
    history: Sequence[Facts] = (),
) -> dict[str, Any]:
    """Counts and sums (fen) by outcome, reason and scheme, in Chinese; and what was read how.

    `others` are the same persons' claims still on their way, `history` those settled: contract rows.
    """
    facts = [
        row.form.facts(f"~{row.row:07d}", _pseudonym(found.holder(row)), at) for row in found.good if row.form
    ]
    decisions = decide(rulebook, [*others, *facts], history)[len(others) :] if facts else []
    outcomes: dict[str, _Sum] = defaultdict(_Sum)
    reasons: dict[tuple[str, str, str], int] = Counter()
    schemes: dict[str, _Sum] = defaultdict(_Sum)
    for decision, row in zip(decisions, facts, strict=True):
        outcomes[decision.outcome].add(decision)
        scheme = str(row["scheme"])
        if decision.outcome in ("approved", "review"):
            schemes[scheme].add(decision)
        for code in decision.reasons:
            reasons[decision.outcome, code, scheme] += 1
    return {
        "rulebook": rulebook.id,
        "outcomes": [
            {"outcome": code, "label": label, "rows": outcomes[code].rows, "amount_fen": outcomes[code].fen}
            for code, label in OUTCOMES.items()
            if code in outcomes
        ],
        "reasons": _reasons(rulebook, reasons),
        "schemes": [
            {
                "scheme": code,
                "label": rulebook.schemes[code].label,
                "rows": total.rows,
                "amount_fen": total.fen,
            }
            for code, total in sorted(schemes.items())
        ],
        **_as_read(found),
    }


def _reasons(rulebook: Rulebook, counted: Mapping[tuple[str, str, str], int]) -> list[dict[str, Any]]:
    """Most frequent first; the same reason of two schemes may stand on two clauses."""
    lines = []
    for (outcome, code, scheme), rows in sorted(counted.items(), key=lambda item: (-item[1], item[0])):
        words = rulebook.reason(code, scheme=scheme)
        lines.append({
            "outcome": outcome,
            "code": code,
            "scheme": rulebook.schemes[scheme].label,
            "label": words.label,
            "sentence": words.sentence,
            "clause": words.clause,
            "remedy": words.remedy,
            "rows": rows,
        })  # fmt: skip
    return lines


def _as_read(found: Examined) -> dict[str, Any]:
    """What the page says about how the file was understood."""
    header = found.sheet.header
    return {
        "sheet": found.sheet.grid.name,
        "header_row": header.row + 1,
        "unused_columns": list(header.unused),
        "skipped_rows": [row + 1 for row in found.sheet.skipped],
        "faulty_rows": len({f.row for f in found.faults}),
    }


def _pseudonym(holder: int | None) -> str:
    return "" if holder is None else f"#{holder}"
