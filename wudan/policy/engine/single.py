"""Deciding a few claims one by one (the scalar path), by the functions `compiled` writes from the rulebook. `table` does the
same for whole columns; tests hold them equal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wudan.policy.engine.compiled.person import decide_unit
from wudan.policy.engine.compiled.schemes import compiled
from wudan.policy.engine.compiled.working import UNPRICED, Working
from wudan.policy.engine.form import Row, check_row
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import BAD_INPUT, Rulebook

__all__ = ["UNPRICED", "Result", "check_history", "decide_rows", "history_fault"]
PROJECTS = ("projects",)
"""The unit all claims by providers share: 项目制 is measured over all projects, whoever claims."""


@dataclass(slots=True)
class Result:
    """One claim's result; without a working where its form is faulty."""

    row: Row
    working: Working | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes, each once, sorted by code point."""
        if self.working is None:
            return tuple(f"{BAD_INPUT}{name}" for name in self.row.bad)
        return tuple(sorted(set(self.working.reasons)))

    @property
    def outcome(self) -> str:
        """approved, rejected, review or invalid."""
        return self.working.outcome if self.working else "invalid"

    @property
    def amount(self) -> int | None:
        """Fen payable, none where review has no sum, 0 for a refusal."""
        return self.working.amount_fen if self.working else 0


def check_history(rulebook: Rulebook, history: Sequence[Mapping[str, object]]) -> list[Row]:
    """The history's rows; `InputError` names the first that cannot be used."""
    rows: list[Row] = []
    faults: list[str] = []
    ids: set[str] = set()
    for place, raw in enumerate(history, 1):
        row = check_row(raw, rulebook.forms, paid=True)
        if row.claim_id in ids and "claim_id" not in row.bad:
            row = Row(row.claim_id, row.facts, tuple(sorted({*row.bad, "claim_id"})))
        ids.add(row.claim_id)
        if row.bad:
            faults.append(
                f"第{place}条“{row.claim_id}”（{'、'.join(rulebook.column_label(c) for c in row.bad)}）"
            )
        rows.append(row)
    if faults:
        raise InputError(history_fault(faults))
    return rows


def history_fault(faults: Sequence[str], total: int | None = None) -> str:
    """The one line about unusable rows of the history."""
    count = len(faults) if total is None else total
    more = f"等共{count}条" if count > 3 else ""
    return f"已发放记录有填写错误，不能审核（漏掉已发放记录可能造成重复发放）：{'；'.join(faults[:3])}{more}"


@dataclass(slots=True)
class _Unit:
    """The good rows of one person, or of all projects."""

    paid: list[Mapping[str, Any]] = field(default_factory=list)
    claims: list[Result] = field(default_factory=list)


def decide_rows(
    rulebook: Rulebook, claims: Sequence[Mapping[str, object]], history: Sequence[Mapping[str, object]]
) -> list[Result]:
    """Every claim's result, in the claims' order."""
    paid = check_history(rulebook, history)
    return decide_checked(rulebook, [check_row(raw, rulebook.forms) for raw in claims], paid)


def decide_checked(rulebook: Rulebook, rows: Sequence[Row], paid: Sequence[Row]) -> list[Result]:
    """The same of rows that went through the form check, each as if it stood alone; `paid` has no faults."""
    ids = {row.claim_id for row in paid}
    results: list[Result] = []
    units: dict[Any, _Unit] = defaultdict(_Unit)
    for row in rows:
        repeated = row.claim_id in ids and row.claim_id != ""
        result = Result(
            Row(row.claim_id, row.facts, tuple(sorted({*row.bad, "claim_id"}))) if repeated else row
        )
        ids.add(row.claim_id)
        results.append(result)
        if not result.row.bad:
            units[_unit(rulebook, row)].claims.append(result)
    for row in paid:
        if (unit := _unit(rulebook, row)) in units:
            units[unit].paid.append(row.facts)
    book = compiled(rulebook)
    for found in units.values():
        workings = decide_unit(book, found.paid, [result.row.facts for result in found.claims])
        for result, working in zip(found.claims, workings, strict=True):
            result.working = working
    return results


def _unit(rulebook: Rulebook, row: Row) -> Any:
    return PROJECTS if row.facts["scheme"] in rulebook.forms.by_provider else row.facts["person_id"]
