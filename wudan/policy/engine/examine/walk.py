"""Walking the typed nodes of expressions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from wudan.policy.engine.lang.arithmetic import Arithmetic, Compare
from wudan.policy.engine.lang.nodes import Const, HasAny, Lookup, Node, OneOf, Versions
from wudan.policy.engine.model import CapRule, CountRule, OverlapRule, Plan


def own_nodes(plan: Plan) -> list[Node]:
    """The expressions a claim of this scheme is asked by itself."""
    nodes = [n for c in plan.conditions for n in (c.when, c.require) if n is not None]
    return [*nodes, *(part.node for part in plan.amount.parts)] if plan.amount else nodes


def across_nodes(plan: Plan) -> list[Node]:
    """The expressions of the rules between claims."""
    nodes: list[Node | None] = []
    for rule in plan.across:
        if isinstance(rule, CountRule):
            nodes += [rule.when, rule.anchor, rule.at_least, rule.maximum, *rule.key]
        elif isinstance(rule, CapRule):
            nodes.append(rule.maximum)
        elif isinstance(rule, OverlapRule):
            nodes += [rule.start, rule.end]
    return [node for node in nodes if node is not None]


def descend(nodes: Iterable[Node]) -> Iterator[Node]:
    """Every node below these, each once."""
    seen: set[int] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(node.children)


def turning(nodes: Iterable[Node]) -> list[Node]:
    """The nodes whose answer jumps somewhere: comparisons, numbers in a list, the smaller or larger of several."""
    return [n for n in descend(nodes) if isinstance(n, Compare) or _listed(n) or _picks(n)]


def _listed(node: Node) -> bool:
    return isinstance(node, OneOf) and node.children[0].type.kind == "num"


def _picks(node: Node) -> bool:
    return isinstance(node, Arithmetic) and node.op in ("min", "max")


def constants(nodes: Iterable[Node], kind: str) -> set[Fraction]:
    """The constants of a kind (`num`, `date`), days on which a version begins, keys of tables, items of lists."""
    found: set[Fraction] = set()
    for node in descend(nodes):
        if isinstance(node, Const) and node.type.kind == kind and node.value is not None:
            found.add(Fraction(node.value, node.type.den))
        elif isinstance(node, Versions) and kind == "date":
            found |= {Fraction(day) for day in node.days}
        elif kind == "num" and isinstance(node, Lookup):
            found |= {Fraction(key) for key in node.entries or {} if isinstance(key, int)}
        elif kind == "num" and isinstance(node, OneOf):
            found |= {Fraction(item) for item in node.options if isinstance(item, int)}
    return found


def mentioned(nodes: Iterable[Node], column: str) -> list[str]:
    """The texts a column is asked for, in the order met."""
    found: dict[str, None] = {}
    for node in descend(nodes):
        if not node.children or column not in node.children[0].columns():
            continue
        options: Iterable[object] = ()
        if isinstance(node, HasAny | OneOf):
            options = node.options
        elif isinstance(node, Lookup):
            options = node.entries or {}
        found.update({text: None for text in options if isinstance(text, str)})
    return list(found)
