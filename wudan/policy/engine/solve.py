"""Changes of facts under which a condition holds, read off the condition itself (its thresholds, lists and dates)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from wudan.policy.engine.columns import Column as FactColumn
from wudan.policy.engine.columns import Kind
from wudan.policy.engine.lang.arithmetic import Compare, MonthsAfter, MonthsBetween, add_months
from wudan.policy.engine.lang.nodes import (
    Column,
    First,
    Given,
    HasAny,
    If,
    Logic,
    Named,
    Node,
    OneOf,
    Versions,
)

Change = dict[str, Any]
MOST = 12


def sample(label: str) -> str:
    """A stand-in for a text that has to be given."""
    return f"（{label}）"


@dataclass(frozen=True)
class Solver:
    """Solves for the facts of a rulebook's columns."""

    columns: Mapping[str, FactColumn]

    def solutions(self, node: Node, facts: Mapping[str, Any], *, want: bool = True) -> list[Change]:
        """Candidate changes that make a condition hold (or, `want` false, not hold); to be verified by asking again."""
        if bool(node.one(facts)) is want:
            return [{}]
        if isinstance(node, Named):
            return self.solutions(node.children[0], facts, want=want)
        if isinstance(node, Versions):
            return self.solutions(node.pick(facts), facts, want=want)
        if isinstance(node, Logic):
            return self._logic(node, facts, want=want)
        if isinstance(node, If):
            return self.solutions(node.children[1], facts, want=want) + self.solutions(
                node.children[2], facts, want=want
            )
        if isinstance(node, Column):
            return [{node.name: want}]
        if isinstance(node, OneOf):
            return self._one_of(node, facts, want=want)
        if isinstance(node, HasAny):
            return self._has_any(node, facts, want=want)
        if isinstance(node, Given):
            return self._given(node.children[0], facts, want=want)
        if isinstance(node, Compare):
            return self._compare(node, facts, want=want)
        return []

    def _logic(self, node: Logic, facts: Mapping[str, Any], *, want: bool) -> list[Change]:
        if node.op == "not":
            return self.solutions(node.children[0], facts, want=not want)
        parts = [self.solutions(child, facts, want=want) for child in node.children]
        if (node.op == "and") is want:  # all parts have to change
            merged = []
            for combination in product(*(part[:4] for part in parts)):
                change: Change = {}
                for piece in combination:
                    change.update(piece)
                merged.append(change)
            return merged[:MOST]
        return [change for part in parts for change in part if change][:MOST]

    def _one_of(self, node: OneOf, facts: Mapping[str, Any], *, want: bool) -> list[Change]:
        if isinstance(node.children[0], MonthsBetween):
            return _months_apart(node.children[0], facts, node.options) if want else []
        name = self._column_name(node.children[0])
        if name is None:
            return []
        if want:
            return [{name: option} for option in node.options]
        others = [v for v in self.columns[name].options if v not in node.options]
        return [{name: option} for option in others] or [{name: None}]

    def _has_any(self, node: HasAny, facts: Mapping[str, Any], *, want: bool) -> list[Change]:
        name = self._column_name(node.children[0])
        if name is None:
            return []
        held = facts.get(name) or frozenset()
        if want:
            return [{name: held | {option}} for option in node.options]
        return [{name: held - frozenset(node.options)}]

    def _given(self, node: Node, facts: Mapping[str, Any], *, want: bool) -> list[Change]:
        name = self._column_name(node)
        if name is None:
            return []
        if not want:
            return [{name: None}]
        column = self.columns[name]
        if column.options:
            return [{name: option} for option in column.options]
        if column.kind is Kind.DATE:
            days = (facts.get(other.name) for other in self.columns.values() if other.kind is Kind.DATE)
            return [{name: day} for day in dict.fromkeys(days) if day is not None]
        if column.kind is Kind.INTEGER:
            return [{name: number} for number in (1, 0)]
        return [{name: sample(name)}] if column.kind is Kind.TEXT else []

    def _column_name(self, node: Node) -> str | None:
        while isinstance(node, Named):
            node = node.children[0]
        return node.name if isinstance(node, Column) and node.name in self.columns else None

    def _compare(self, node: Compare, facts: Mapping[str, Any], *, want: bool) -> list[Change]:
        if node.children[0].type.kind == "date":
            return self._compare_dates(node, facts)
        changes: list[Change] = []
        for name in sorted(node.columns()):
            column = self.columns.get(name)
            if column is None or column.kind is not Kind.INTEGER:
                continue
            value = self._boundary(node, facts, name, want=want)
            if value is not None:
                changes.append({name: value})
            if node.op in ("==", "!=") and column.high <= 10:
                changes += [
                    {name: v}
                    for v in range(column.low, column.high + 1)
                    if bool(node.one({**facts, name: v})) is want
                ]
        return changes

    def _boundary(self, node: Node, facts: Mapping[str, Any], name: str, *, want: bool) -> int | None:
        """The value nearest to the present one at which a monotone condition turns."""
        column, now = self.columns[name], facts[name]

        def good(value: int) -> bool:
            return bool(node.one({**facts, name: value})) is want

        for end in (column.high, column.low):
            if not good(end):
                continue
            beyond = column.low + column.high - end + (-1 if end == column.high else 1)
            bad, fine = beyond if now is None else now, end
            while abs(fine - bad) > 1:
                middle = (bad + fine) // 2
                if good(middle):
                    fine = middle
                else:
                    bad = middle
            return int(fine)
        return None

    def _compare_dates(self, node: Compare, facts: Mapping[str, Any]) -> list[Change]:
        changes: list[Change] = []
        for side, other in (node.children, node.children[::-1]):
            target = other.one(facts)
            if target is None:
                continue
            for day in (target, target + 1, target - 1):
                changes += moved(side, facts, day=day)
        return changes


def _months_apart(node: MonthsBetween, facts: Mapping[str, Any], options: Iterable[int]) -> list[Change]:
    """Changes that bring the first of two dates so many calendar months before the second."""
    end = node.children[1].one(facts)
    if end is None:
        return []
    return [c for months in options for c in moved(node.children[0], facts, day=add_months(end, -months))]


def moved(node: Node, facts: Mapping[str, Any], *, day: int | None = None, years: int = 0) -> list[Change]:
    """Changes that bring a date to a day, or some years on; a training period is moved as a whole."""
    while isinstance(node, Named):
        node = node.children[0]
    if isinstance(node, MonthsAfter) and day is not None:
        count = node.children[1].one(facts)
        return (
            [] if count is None else moved(node.children[0], facts, day=add_months(day, -count * node.step))
        )
    if isinstance(node, First):
        given = next((child for child in node.children if child.one(facts) is not None), node.children[-1])
        return moved(given, facts, day=day, years=years)
    if not isinstance(node, Column):
        return []
    now = facts.get(node.name)
    if day is None:
        if now is None:
            return []
        day = add_months(now, 12 * years)
    if node.name == "started_on" and now is not None and facts.get("ended_on") is not None:
        return [{"started_on": day, "ended_on": facts["ended_on"] + day - now}]
    return [{node.name: day}]
