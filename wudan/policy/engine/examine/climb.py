"""Finding a person a scheme pays: from any facts towards fewer failing parts of its conditions, a fact at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

from wudan.policy.engine.lang.nodes import Logic, Named, Node
from wudan.policy.engine.model import Plan

Facts = dict[str, Any]
Neighbours = Callable[[Facts], Iterator[Facts]]
SPAN = (-4000, -800, -400, -100, -40, -1, 0, 1, 40, 100, 400, 800, 4000)
ROUNDS = 12
REFUSED = 10
"""What a failing part of a condition weighs; facts that lack less are not refused."""


def climbed(plan: Plan, start: Facts, neighbours: Neighbours) -> Facts:
    """The best facts reached from a start; `neighbours` changes one fact at a time."""
    best, least = start, lacking(plan, start)
    for _ in range(ROUNDS):
        if not least:
            break
        found = min(
            ((lacking(plan, facts), place, facts) for place, facts in enumerate(neighbours(best))),
            default=None,
        )
        if found is None or found[0] >= least:
            break
        least, _, best = found
    return best


def lacking(plan: Plan, facts: Facts) -> int:
    """How many parts of the conditions fail; those that only send to a person, and a missing price, count less."""
    total = REFUSED * _unwritable(plan, facts)
    for condition in plan.conditions:
        if condition.when is None or condition.when.one(facts):
            total += (1 if condition.review else REFUSED) * _failing(condition.require, facts)
    if plan.amount and not plan.amount.parts[-1].node.one(facts):
        total += 1
    return total


def _unwritable(plan: Plan, facts: Facts) -> int:
    """How many pairs of facts no form would take (the form check has the last word)."""
    started, ended = facts["started_on"], facts["ended_on"]
    faults = [
        (started is None) != (ended is None),
        started is not None and ended is not None and ended < started,
        facts["certificate_type"] is not None and facts["certificate_issued_on"] is None,
    ]
    if plan.scheme.by_provider:
        faults.append(
            facts["project_id"] is None or facts["project_stage"] is None or not facts["contract_fen"]
        )
        faults.append(facts["employed_count"] > facts["completed_count"])
    return sum(faults)


def _failing(node: Node, facts: Facts) -> int:
    """How many parts of one condition would have to change."""
    if node.one(facts):
        return 0
    if isinstance(node, Named):
        return _failing(node.children[0], facts)
    if isinstance(node, Logic) and node.op != "not":
        parts = [_failing(child, facts) for child in node.children]
        return sum(parts) if node.op == "and" else min(parts)
    return 1


def turns(node: Node, facts: Facts, name: str, ordered: Iterable[int]) -> set[int]:
    """Values of one fact on both sides of where a node's answer turns, the other facts as they are."""

    def answer(value: int) -> Any:
        there = {**facts, name: value}
        if node.type.kind == "bool":
            return node.one(there)
        values = [child.one(there) for child in node.children]
        if None in values:
            return None
        factors = getattr(node, "factors", ()) or (1,) * len(values)
        scaled = [v * f for v, f in zip(values, factors, strict=True)]
        return scaled.index(min(scaled) if getattr(node, "op", "") == "min" else max(scaled))

    found: set[int] = set()
    answers = [(value, answer(value)) for value in sorted(ordered)]
    for (low, before), (high, after) in pairwise(answers):
        while before != after and high - low > 1:
            middle = (low + high) // 2
            now = answer(middle)
            low, high = (middle, high) if now == before else (low, middle)
            after = after if now == before else now
        if before != after:
            found |= {low, high}
    return found
