"""Which branches, entries, bounds and parts of the expressions some claim reaches.

Shared expressions (derived facts, tables) serve several schemes; what is seen is gathered over all of them, and only
what no scheme reaches is idle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from wudan.policy.engine.examine.findings import Claims, Suspect
from wudan.policy.engine.examine.grid import Grid, Mask
from wudan.policy.engine.lang.arithmetic import Arithmetic
from wudan.policy.engine.lang.nodes import If, Logic, Lookup, Node, Versions
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.model import Origin
from wudan.policy.engine.rulebook import Rulebook

Place = tuple[int, Any]
"""A node and which of its branches, entries, picks or parts."""


@dataclass
class Where:
    """The rule in which an expression was met."""

    rule: str
    label: str
    origin: Origin
    schemes: dict[str, None] = field(default_factory=dict)
    persons: list[Claims] = field(default_factory=list)


@dataclass
class Coverage:
    """What was reached so far; `places` knows every place there is, `met` those some claim reached."""

    rulebook: Rulebook
    places: dict[Place, tuple[str, Node, Where]] = field(default_factory=dict)
    met: set[Place] = field(default_factory=set)

    def visit(self, grid: Grid, node: Node, reach: Mask, rule: tuple[str, str, Origin]) -> None:
        """Follow the claims of a mask through an expression."""
        if not reach.any():
            return
        _Visit(self, grid, rule).go(node, reach)

    def suspects(self) -> list[Suspect]:
        """A suspect for each place nobody reached."""
        found = []
        for place, (code, node, where) in self.places.items():
            if place not in self.met:
                message = f"{where.label}：{self._words(code, node, place[1])}"
                found.append(
                    Suspect(
                        code,
                        tuple(where.schemes),
                        where.rule,
                        where.origin.clause,
                        message,
                        where.persons[:3],
                    )
                )
        return found

    def _words(self, code: str, node: Node, what: Any) -> str:
        label: Callable[[str], str] = self.rulebook.column_label
        if code == "entry-idle" and isinstance(node, Lookup):
            key = self.rulebook.levels.get(str(what))
            return (
                f"{node.label}中的“{key.label if key else self.rulebook.word(str(what))}”没有能通过的申请用到"
            )
        if code == "branch-idle":
            condition = node.children[0].words(label)
            return f"“{condition}”{'从不成立，成立时' if what else '总是成立，不成立时'}的分支走不到"
        if code == "bound-idle":
            side = "小" if getattr(node, "op", "") == "min" else "大"
            return f"“{node.children[what].words(label)}”从不是较{side}的一项"
        part, value = what
        return f"“{node.children[part].words(label)}”{'从不' if value else '总是'}成立"


class _Visit:
    def __init__(self, coverage: Coverage, grid: Grid, rule: tuple[str, str, Origin]) -> None:
        self.coverage, self.grid, self.rule = coverage, grid, rule

    def note(self, code: str, node: Node, what: Any, reached: Mask, seen: Mask) -> None:
        """A place exists; it was met if some claim of the mask `seen` is there."""
        place = (id(node), what)
        where = self.coverage.places.setdefault(place, (code, node, Where(*self.rule)))[2]
        where.schemes[self.grid.plan.scheme.code] = None
        if seen.any():
            self.coverage.met.add(place)
        elif len(where.persons) < 3:
            where.persons += [(facts,) for facts in self.grid.best(reached)[:1]]

    def go(self, node: Node, reach: Mask) -> None:
        if not reach.any():
            return
        if isinstance(node, If):
            self._if(node, reach)
        elif isinstance(node, Logic) and node.op != "not":
            self._logic(node, reach)
        elif isinstance(node, Versions):
            self._versions(node, reach)
        else:
            if isinstance(node, Lookup):
                self._lookup(node, reach)
            elif isinstance(node, Arithmetic) and node.op in ("min", "max"):
                self._bounds(node, reach)
            for child in node.children:
                self.go(child, reach)

    def _if(self, node: If, reach: Mask) -> None:
        condition = self.grid.columns.ask(node.children[0])
        self.go(node.children[0], reach)
        for value, branch in ((True, node.children[1]), (False, node.children[2])):
            there = reach & (condition == value)
            self.note("branch-idle", node, value, reach, there)
            self.go(branch, there)

    def _logic(self, node: Logic, reach: Mask) -> None:
        going_on = node.op == "and"
        for place, child in enumerate(node.children):
            value = self.grid.columns.ask(child)
            # a part of an "and" must sometimes fail, a part of an "or" sometimes hold, else it may as well be absent
            self.note("part-idle", node, (place, not going_on), reach, reach & (value != going_on))
            self.go(child, reach)
            reach = reach & (value == going_on)

    def _versions(self, node: Versions, reach: Mask) -> None:
        anchor = self.grid.columns.ask(node.children[0])
        last = len(node.days) - 1
        for place, version in enumerate(node.children[1:]):
            there = reach if place == 0 else reach & (anchor >= node.days[place])
            if place < last:
                there = there & (anchor < node.days[place + 1])
            self.go(version, there)

    def _lookup(self, node: Lookup, reach: Mask) -> None:
        keys = self.grid.columns.ask(node.children[0])
        for entry in node.entries or {}:
            if isinstance(entry, str):
                there = reach & np.asarray(keys.ask(lambda text, entry=entry: text == entry, np.bool_))
            else:
                there = reach & (keys == entry)
            self.note("entry-idle", node, entry, reach, there)

    def _bounds(self, node: Arithmetic, reach: Mask) -> None:
        factors = node.factors or (1,) * len(node.children)
        values = [self.grid.columns.ask(c) for c in node.children]
        known = reach & np.all([v != NONE for v in values], axis=0)
        scaled = [np.where(known, v, 0) * f for v, f in zip(values, factors, strict=True)]
        best = np.min(scaled, axis=0) if node.op == "min" else np.max(scaled, axis=0)
        for place, value in enumerate(scaled):
            others = [v for other, v in enumerate(scaled) if other != place]
            alone = known & (value == best) & np.all([v != best for v in others], axis=0)
            self.note("bound-idle", node, place, reach, alone)
