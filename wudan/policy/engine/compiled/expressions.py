"""Typed nodes as Python expressions.

The text is made of our own names only (`k3` a constant, `v4` a local) and a few fixed words: nothing a rulebook's author
wrote ever becomes code. Whatever is needed twice, or may be missing, is a local, worked out once; nodes are pure, so
working one out that a condition would not have asked for changes nothing. A class of node not known here is asked itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from wudan.policy.engine.lang import arithmetic as ar
from wudan.policy.engine.lang import nodes as nd
from wudan.policy.engine.values import from_day

year_of = lru_cache(maxsize=None)(lambda day: from_day(day).year)
"""The calendar year of a day; there are 73,414 of them."""
month_of = lru_cache(maxsize=None)(lambda day: from_day(day).year * 12 + from_day(day).month)
"""The month of a day, counted on through the years."""
months_after = lru_cache(maxsize=1 << 16)(ar.add_months)

LONGEST = 300
"""Characters of an expression beyond which it becomes a local: Python reads no more than 200 brackets in one another."""
_EMPTY: frozenset[str] = frozenset()
_COMPARE = {op: op for op in ar.COMPARE}
_STRICT = (ar.Compare, nd.Logic, nd.Given, nd.OneOf, nd.HasAny)
"""Nodes that answer with `True` or `False` and nothing else."""


class Writer:
    """The text of one function: its constants by name, and the lines that come before its answer."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.lines: list[str] = []
        self._names: dict[Any, str] = {}
        self._locals: dict[str, str] = {}

    def constant(self, value: Any) -> str:
        """The name a value is handed over by."""
        if value is None or value is True or value is False:
            return str(value)
        key = (type(value), value) if isinstance(value, int | str | frozenset | tuple) else id(value)
        if key not in self._names:
            self._names[key] = f"k{len(self.constants)}"
            self.constants[self._names[key]] = value
        return self._names[key]

    def local(self, text: str) -> str:
        """The local that holds an expression's value; the same expression is worked out once."""
        if text.isidentifier():
            return text
        if text not in self._locals:
            self._locals[text] = f"v{len(self._locals)}"
            self.lines.append(f"{self._locals[text]} = {text}")
        return self._locals[text]

    def column(self, name: str) -> str:
        """A fact of the claim."""
        return self.local(f"get({self.constant(name)})")

    def value(self, node: nd.Node) -> str:
        """An expression for the node's value."""
        write = _WRITERS.get(type(node))
        text = write(self, node) if write else f"{self.constant(node.one)}(facts)"
        return self.local(text) if len(text) > LONGEST or not write else text

    def truth(self, node: nd.Node) -> str:
        """An expression for whether a condition holds, `True` or `False`."""
        text = self.value(node)
        return text if strict(node) else f"bool({text})"

    def when_known(self, nodes: Sequence[nd.Node], build: Callable[..., str], missing: str = "None") -> str:
        """`build` on the values of nodes; `missing` where one of them has none."""
        texts = [self.value(node) for node in nodes]
        for i, node in enumerate(nodes):
            texts[i] = self.local(texts[i]) if can_miss(node) else texts[i]
        known = " and ".join(
            dict.fromkeys(f"{t} is not None" for t, n in zip(texts, nodes, strict=True) if can_miss(n))
        )
        result = build(*texts)
        if not known:
            return f"({result})"
        return f"({known} and {result})" if missing == "False" else f"({result} if {known} else {missing})"


def strict(node: nd.Node) -> bool:
    """Whether a yes-or-no node never answers with nothing."""
    if isinstance(node, nd.Named):
        return strict(node.children[0])
    return type(node) in _STRICT or (isinstance(node, nd.Const) and isinstance(node.value, bool))


def can_miss(node: nd.Node) -> bool:
    """Whether the node may have no value."""
    if isinstance(node, nd.Const):
        return node.value is None
    if isinstance(node, nd.Named):
        return can_miss(node.children[0])
    if isinstance(node, nd.Versions):
        return any(can_miss(child) for child in node.children[1:])
    if node.type.kind == "bool":
        return not strict(node)
    return node.type.kind != "num" or node.type.maybe


def _versions(writer: Writer, node: nd.Versions) -> str:
    day = writer.local(writer.value(node.children[0]))
    first, *later = (writer.value(child) for child in node.children[1:])
    text = first
    for start, version in zip(node.days[1:], later, strict=True):
        text = f"{version} if {day} >= {writer.constant(start)} else {text}"
    return f"({first} if {day} is None else {text})" if can_miss(node.children[0]) else f"({text})"


def _first(writer: Writer, node: nd.First) -> str:
    *earlier, last = (writer.value(child) for child in node.children)
    for text in reversed(earlier):
        known = writer.local(text)
        last = f"({known} if {known} is not None else {last})"
    return last


def _if(writer: Writer, node: nd.If) -> str:
    condition, yes, no = (writer.value(child) for child in node.children)
    return f"({yes} if {condition} else {no})"


def _given(writer: Writer, node: nd.Given) -> str:
    value = writer.local(writer.value(node.children[0]))
    empty = f" and {value} != {writer.constant(_EMPTY)}" if node.children[0].type.kind == "set" else ""
    return f"({value} is not None{empty})"


def _one_of(writer: Writer, node: nd.OneOf) -> str:
    return f"({writer.value(node.children[0])} in {writer.constant(frozenset(node.options))})"


def _has_any(writer: Writer, node: nd.HasAny) -> str:
    parts, empty = writer.value(node.children[0]), writer.constant(_EMPTY)
    return f"(not ({parts} or {empty}).isdisjoint({writer.constant(node.options)}))"


def _logic(writer: Writer, node: nd.Logic) -> str:
    if node.op == "not":
        return f"(not {writer.value(node.children[0])})"
    word = {"and": " and ", "or": " or "}[node.op]
    return f"({word.join(writer.truth(child) for child in node.children)})"


def _arithmetic(writer: Writer, node: ar.Arithmetic) -> str:
    if node.op == "*":
        return writer.when_known(node.children, lambda left, right: f"{left} * {right}")

    def build(*texts: str) -> str:
        parts = [_times(writer, text, factor) for text, factor in zip(texts, node.factors, strict=True)]
        return {"min": f"min({', '.join(parts)})", "max": f"max({', '.join(parts)})"}.get(node.op) or {
            "+": " + ",
            "-": " - ",
        }[node.op].join(parts)

    return writer.when_known(node.children, build)


def _compare(writer: Writer, node: ar.Compare) -> str:
    def build(left: str, right: str) -> str:
        first, second = (_times(writer, t, f) for t, f in zip((left, right), node.factors, strict=True))
        return f"{first} {_COMPARE[node.op]} {second}"

    return writer.when_known(node.children, build, missing="False")


def _times(writer: Writer, text: str, factor: int) -> str:
    return text if factor == 1 else f"{text} * {writer.constant(factor)}"


def _lookup(writer: Writer, node: nd.Lookup) -> str:
    return f"{writer.constant(dict(node.entries or {}).get)}({writer.value(node.children[0])})"


def _months_after(writer: Writer, node: ar.MonthsAfter) -> str:
    call = writer.constant(months_after)
    return writer.when_known(node.children, lambda d, n: f"{call}({d}, {_times(writer, n, node.step)})")


def _scaled(writer: Writer, node: ar.Scaled) -> str:
    return writer.when_known(node.children, lambda value: _times(writer, value, node.factor))


def _floor(writer: Writer, node: ar.Floor) -> str:
    den = node.children[0].type.den
    return writer.when_known(node.children, lambda value: f"{value} // {writer.constant(den)}")


def _year(writer: Writer, node: ar.Year) -> str:
    return writer.when_known(node.children, lambda day: f"{writer.constant(year_of)}({day})")


def _days(writer: Writer, node: ar.DaysIncluded) -> str:
    return writer.when_known(node.children, lambda first, last: f"{last} - {first} + 1")


def _months_between(writer: Writer, node: ar.MonthsBetween) -> str:
    month = writer.constant(month_of)
    return writer.when_known(node.children, lambda first, last: f"{month}({last}) - {month}({first})")


_WRITERS: dict[type[nd.Node], Callable[[Writer, Any], str]] = {
    nd.Const: lambda writer, node: writer.constant(node.value),
    nd.Column: lambda writer, node: writer.column(node.name),
    nd.Named: lambda writer, node: writer.local(writer.value(node.children[0])),
    nd.Versions: _versions,
    nd.Lookup: _lookup,
    nd.If: _if,
    nd.First: _first,
    nd.Given: _given,
    nd.OneOf: _one_of,
    nd.HasAny: _has_any,
    nd.Logic: _logic,
    ar.Arithmetic: _arithmetic,
    ar.Scaled: _scaled,
    ar.Floor: _floor,
    ar.Compare: _compare,
    ar.MonthsAfter: _months_after,
    ar.Year: _year,
    ar.DaysIncluded: _days,
    ar.MonthsBetween: _months_between,
}
