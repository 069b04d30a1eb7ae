"""What would have to differ for a refused claim to pass: candidates come from the rules' own thresholds, and each set
of changes is kept only when the engine, asked again with them applied, approves the claim or sends it to review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from wudan.policy.engine.columns import Kind
from wudan.policy.engine.form import Row, check_row
from wudan.policy.engine.model import CountRule
from wudan.policy.engine.natives import native
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.shanghai import DAY_MICROS
from wudan.policy.engine.single import Result, decide_checked
from wudan.policy.engine.solve import Change, Solver, moved, sample

MOST_RESULTS = 5
BEAM = 10
DEPTH = 8
LEAST_ASKED, MOST_ASKED, ROWS_ASKED = 4, 160, 8_000


def passing_changes(
    rulebook: Rulebook,
    claim: Mapping[str, object],
    rows: Sequence[Row],
    place: int,
    paid: Sequence[Row],
) -> tuple[Mapping[str, object], ...]:
    """Sets of changes (column to new native value), each verified; small ones first; may be empty.

    `rows` are the claim and those beside it after the form check, the claim at `place`.
    """
    return _Search(rulebook, claim, list(rows), place, paid).run()


@dataclass
class _Search:
    rulebook: Rulebook
    claim: Mapping[str, object]
    rows: list[Row]
    place: int
    paid: Sequence[Row]
    asked: int = 0
    found: list[tuple[bool, Change]] = field(default_factory=list)

    def run(self) -> tuple[Mapping[str, object], ...]:
        rows = len(self.rows) + len(self.paid)
        budget = min(MOST_ASKED, max(LEAST_ASKED, ROWS_ASKED // rows))
        states: list[tuple[Change, Result]] = [({}, self.ask({}))]
        tried: set[Any] = set()
        for _ in range(DEPTH):
            following: list[tuple[Change, Result]] = []
            for change, result in states:
                for candidate in self.candidates(result):
                    step = {**change, **candidate}
                    key = tuple(sorted((n, repr(v)) for n, v in step.items()))
                    if key in tried or self.asked >= budget or len(self.found) >= MOST_RESULTS:
                        continue
                    tried.add(key)
                    after = self.ask(step)
                    if after.outcome in ("approved", "review"):
                        self.keep(self.least(step), approved=after.outcome == "approved")
                    elif len(after.reasons) <= len(result.reasons) or result.outcome == "invalid":
                        following.append((step, after))
            states = sorted(following, key=lambda state: len(state[1].reasons))[:BEAM]
        self.found.sort(key=lambda pair: pair[0])
        return tuple(self.natively(change) for _, change in self.found)

    def natively(self, change: Change) -> dict[str, object]:
        columns = self.rulebook.forms.by_name
        return {name: native(name, value, columns) for name, value in change.items()}

    def ask(self, change: Change) -> Result:
        """The engine's answer with the changes applied."""
        self.asked += 1
        rows = list(self.rows)
        rows[self.place] = check_row({**self.claim, **self.natively(change)}, self.rulebook.forms)
        return decide_checked(self.rulebook, rows, self.paid)[self.place]

    def least(self, change: Change) -> Change:
        """The change without what it does not need."""
        for name in list(change):
            fewer = {n: v for n, v in change.items() if n != name}
            if fewer and self.ask(fewer).outcome in ("approved", "review"):
                change = fewer
        return change

    def keep(self, change: Change, *, approved: bool) -> None:
        if all(change != known for _, known in self.found):
            self.found.append((not approved, change))

    def candidates(self, result: Result) -> list[Change]:
        """Changes that would mend one of the claim's faults."""
        if result.working is None:
            return self.form_candidates(result)
        facts, working = result.row.facts, result.working
        for condition in working.failed:
            if not condition.review:
                return Solver(self.rulebook.forms.by_name).solutions(condition.require, facts)
        for rule in working.scheme.plan.across:
            if isinstance(rule, CountRule) and rule.reason in working.reasons:
                return self.across_candidates(rule, facts)
        return []

    def across_candidates(self, rule: CountRule, facts: Mapping[str, Any]) -> list[Change]:
        changes: list[Change] = []
        if rule.period != "lifetime":
            changes += [c for years in (1, -1, 2, -2, 3, -3) for c in moved(rule.anchor, facts, years=years)]
        for name in sorted(frozenset().union(*(node.columns() for node in rule.compared))):
            column = self.rulebook.forms.by_name[name]
            if column.kind is Kind.INTEGER:
                changes += [
                    {name: v} for v in range(column.low, min(column.high, 10) + 1) if v != facts[name]
                ]
            elif column.options:
                changes += [{name: option} for option in column.options if option != facts[name]]
            elif column.kind is Kind.TEXT and name != "scheme":
                changes.append({name: f"另一{self.rulebook.column_label(name)}"})
        return changes

    def form_candidates(self, result: Result) -> list[Change]:
        facts, bad = result.row.facts, result.row.bad
        if "person_id" in bad:
            return []  # nobody's identity number is made up here
        name = bad[0]
        column = self.rulebook.forms.by_name[name]
        dates = [
            facts[n] for n in ("started_on", "ended_on", "certificate_issued_on") if isinstance(facts[n], int)
        ]
        dates = [*dates, *self.period()]
        if name == "claim_id":
            return [{name: f"{result.row.claim_id or '申请'}-另编"}]
        if name == "scheme":
            own = [code for code in self.rulebook.schemes if code not in self.rulebook.forms.by_provider]
            close = get_close_matches(str(facts[name] or ""), own, n=3)
            return [{name: code} for code in [*close, *(c for c in own if c not in close)]]
        if column.options:
            return [{name: option} for option in column.options]
        if column.kind is Kind.INTEGER:
            return [{name: v} for v in self.whole_numbers(name, facts)]
        if column.kind is Kind.BOOLEAN:
            return [{name: False}, {name: True}]
        if column.kind is Kind.DATE:
            return [{name: day} for day in dict.fromkeys(dates)]
        if column.kind is Kind.STAMP:
            return [{name: day * DAY_MICROS + 9 * 3600 * 10**6} for day in dates[:2]]
        return [{name: sample(self.rulebook.column_label(name))}]

    def whole_numbers(self, name: str, facts: Mapping[str, Any]) -> list[int]:
        """Numbers worth trying in a column: what other rows of the same person hold, and the ends of its range."""
        if name == "employed_count":
            completed = facts["completed_count"]
            return [completed, 0] if isinstance(completed, int) else [0]
        column = self.rulebook.forms.by_name[name]
        if column.high <= 10:
            return list(range(column.high, column.low - 1, -1))
        return [1, 0, 100, 1_000_000]

    def period(self) -> list[int]:
        """Dates the rulebook itself states."""
        versions = (version for dated in self.rulebook.scope.values.values() for _, version in dated.versions)
        return [node.one({}) for node in versions if node.type.kind == "date"]
