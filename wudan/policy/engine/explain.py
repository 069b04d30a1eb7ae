"""The working of one decision: every rule asked, what it saw, the amount step by step, and what would have to differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wudan.policy.engine.changes import passing_changes
from wudan.policy.engine.decide import Decision
from wudan.policy.engine.form import Row, check_row
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.single import PROJECTS, Result, check_history, decide_checked
from wudan.policy.engine.values import BAD, clean_text
from wudan.policy.engine.wording import AmountStep, Step, Wording, form_steps

__all__ = ["AmountStep", "Explanation", "Step", "explain"]


@dataclass(frozen=True, eq=False)
class Explanation:
    """A decision with its working. The working is data; its words, and the changes that would pass, are made when read."""

    decision: Decision
    rulebook: Rulebook
    result: Result
    claims: Sequence[Mapping[str, object]]
    rows: Sequence[Row]
    place: int
    paid: Sequence[Row]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """Every rule asked, in the rulebook's order; of an invalid row every column."""
        if self.result.working is None:
            return tuple(form_steps(self.rulebook, self.result.row, self.claims[self.place]))
        return tuple(Wording(self.rulebook, self.result.working).steps())

    @cached_property
    def amount_steps(self) -> tuple[AmountStep, ...]:
        """The amount step by step; none of an invalid row."""
        working = self.result.working
        return tuple(Wording(self.rulebook, working).amount_steps()) if working else ()

    @cached_property
    def would_pass_if(self) -> tuple[Mapping[str, object], ...]:
        """Of a refusal, changes of facts that would make it pass, each verified by the engine."""
        if self.decision.outcome not in ("rejected", "invalid"):
            return ()
        return passing_changes(self.rulebook, self.claims[self.place], self.rows, self.place, self.paid)


def explain(
    rulebook: Rulebook,
    claims: Sequence[Mapping[str, object]],
    claim_id: str,
    history: Sequence[Mapping[str, object]] = (),
) -> Explanation:
    """Explain the (first) claim of this id among the claims and the paid history; `LookupError` when there is none."""
    wanted = clean_text(claim_id)
    place = next(
        (i for i, raw in enumerate(claims) if wanted and clean_text(raw.get("claim_id")) == wanted), None
    )
    if place is None:
        raise LookupError(f"没有编号为“{claim_id}”的申请")
    rows = [check_row(raw, rulebook.forms) for raw in claims]
    near = _same_unit(rulebook, rows, place)
    at, rows = near.index(place), [rows[i] for i in near]
    paid = check_history(rulebook, history)
    result = decide_checked(rulebook, rows, paid)[at]
    decision = Decision(result.row.claim_id, result.outcome, result.amount, result.reasons, rulebook.id)
    return Explanation(decision, rulebook, result, [claims[i] for i in near], rows, at, paid)


def _same_unit(rulebook: Rulebook, rows: Sequence[Row], place: int) -> list[int]:
    """Places of the rows that can bear on the claim: its unit's, without repeats of ids from elsewhere in the file."""
    unit = _unit(rulebook, rows[place])
    seen: set[str] = set()
    near: list[int] = []
    for i, row in enumerate(rows):
        fresh = unit is not None and row.claim_id not in seen and _unit(rulebook, row) == unit
        if i == place or fresh:
            near.append(i)
        if row.claim_id:
            seen.add(row.claim_id)
    return near


def _unit(rulebook: Rulebook, row: Row) -> Any:
    if row.facts["scheme"] in rulebook.forms.by_provider:
        return PROJECTS
    return None if row.facts["person_id"] is BAD else row.facts["person_id"]
