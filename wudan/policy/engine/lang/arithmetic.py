"""Typed nodes that compute with numbers and dates, exactly, for one claim and for whole columns."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import lcm
from typing import Any

import numpy as np

from wudan.policy.engine.lang.nodes import Batch, Facts, If, Node
from wudan.policy.engine.lang.types import BOOL, NONE, Type, number
from wudan.policy.engine.problems import ExpressionError
from wudan.policy.engine.values import from_day, is_calendar_day, to_day

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_COMPARE_WORDS = {"==": "等于", "!=": "不等于", "<": "小于", "<=": "不超过", ">": "大于", ">=": "不少于"}
_DATE_WORDS = {"<": "早于", "<=": "不晚于", ">": "晚于", ">=": "不早于"}


def _lift(nodes: tuple[Node, ...], batch: Batch, compute: Callable[..., Any], missing: Any) -> Any:
    """Compute on columns; where a part has no value the result is `missing`."""
    values = [node.many(batch) for node in nodes]
    if not any(node.type.maybe for node in nodes):
        return compute(*values)
    absent: Any = np.False_
    for node, value in zip(nodes, values, strict=True):
        if node.type.maybe:
            absent = np.logical_or(absent, value == NONE)
    safe = [np.where(absent, np.int64(0), value) for value in values]
    return np.where(absent, missing, compute(*safe))


@dataclass(frozen=True, eq=False)
class Arithmetic(Node):
    """`+`, `-`, `*`, `min`, `max` of numbers; the parts brought to a common denominator where that is needed."""

    op: str = "+"
    factors: tuple[int, ...] = ()

    def _compute(self, *values: Any, column: bool) -> Any:
        if self.op == "*":
            return values[0] * values[1]
        scaled = [value * factor for value, factor in zip(values, self.factors, strict=True)]
        if self.op == "+":
            return scaled[0] + scaled[1]
        if self.op == "-":
            return scaled[0] - scaled[1]
        if not column:
            return min(scaled) if self.op == "min" else max(scaled)
        pick = np.minimum if self.op == "min" else np.maximum
        result = scaled[0]
        for value in scaled[1:]:
            result = pick(result, value)
        return result

    def one(self, facts: Facts) -> Any:
        values = [child.one(facts) for child in self.children]
        return None if None in values else self._compute(*values, column=False)

    def many(self, batch: Batch) -> Any:
        return _lift(self.children, batch, lambda *v: self._compute(*v, column=True), NONE)

    def words(self, label: Callable[[str], str]) -> str:
        parts = [_bracketed(child, label) for child in self.children]
        if self.op == "min":
            return "、".join(parts) + "中较小的"
        if self.op == "max":
            return "、".join(parts) + "中较大的"
        return f" {'×' if self.op == '*' else self.op} ".join(parts)


def _bracketed(child: Node, label: Callable[[str], str]) -> str:
    """A part in words, a choice in brackets so that it is plain where it ends."""
    return f"（{child.words(label)}）" if isinstance(child, If) else child.words(label)


def arithmetic(op: str, children: tuple[Node, ...]) -> Node:
    """A typed arithmetic node."""
    types = [child.type for child in children]
    maybe = any(t.maybe for t in types)
    if op == "*":
        corners = [a * b for a in (types[0].low, types[0].high) for b in (types[1].low, types[1].high)]
        den = types[0].den * types[1].den
        result = number(min(corners), max(corners), den=den, maybe=maybe)
        return Arithmetic(result, children, op=op)
    den = lcm(*(t.den for t in types))
    scaled = [t.scaled(den) for t in types]
    lows, highs = [t.low for t in scaled], [t.high for t in scaled]
    if op == "+":
        low, high = sum(lows), sum(highs)
    elif op == "-":
        low, high = lows[0] - highs[1], highs[0] - lows[1]
    else:
        pick = min if op == "min" else max
        low, high = pick(lows), pick(highs)
    factors = tuple(den // t.den for t in types)
    return Arithmetic(number(low, high, den=den, maybe=maybe), children, op=op, factors=factors)


@dataclass(frozen=True, eq=False)
class Scaled(Node):
    """A number over a larger denominator."""

    factor: int = 1

    def one(self, facts: Facts) -> Any:
        value = self.children[0].one(facts)
        return None if value is None else value * self.factor

    def many(self, batch: Batch) -> Any:
        return _lift(self.children, batch, lambda value: value * self.factor, NONE)

    def words(self, label: Callable[[str], str]) -> str:
        return self.children[0].words(label)


def over(node: Node, den: int) -> Node:
    """The node with this denominator."""
    if node.type.den == den:
        return node
    return Scaled(node.type.scaled(den), (node,), factor=den // node.type.den)


@dataclass(frozen=True, eq=False)
class Floor(Node):
    """Rounded down to a whole number (舍去分以下)."""

    def one(self, facts: Facts) -> Any:
        value = self.children[0].one(facts)
        return None if value is None else value // self.children[0].type.den

    def many(self, batch: Batch) -> Any:
        den = self.children[0].type.den
        return _lift(self.children, batch, lambda value: value // den, NONE)

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.children[0].words(label)}（分以下舍去）"


def floor(child: Node) -> Node:
    """A typed rounding node."""
    source = child.type
    return Floor(number(source.low // source.den, source.high // source.den, maybe=source.maybe), (child,))


@dataclass(frozen=True, eq=False)
class Compare(Node):
    """A comparison of numbers, dates or booleans; false when either side has no value."""

    op: str = "=="
    factors: tuple[int, int] = (1, 1)

    def one(self, facts: Facts) -> Any:
        left, right = self.children[0].one(facts), self.children[1].one(facts)
        if left is None or right is None:
            return False
        return COMPARE[self.op](left * self.factors[0], right * self.factors[1])

    def many(self, batch: Batch) -> Any:
        def compute(left: Any, right: Any) -> Any:
            return COMPARE[self.op](left * self.factors[0], right * self.factors[1])

        return _lift(self.children, batch, compute, missing=np.False_)

    def words(self, label: Callable[[str], str]) -> str:
        left, right = (child.words(label) for child in self.children)
        op = _COMPARE_WORDS[self.op]
        if self.children[0].type.kind == "date":
            op = _DATE_WORDS.get(self.op, op)
        return f"{left}{op}{right}"


def compare(op: str, left: Node, right: Node) -> Node:
    """A typed comparison of two numbers or two dates."""
    if left.type.kind == "date":
        return Compare(BOOL, (left, right), op=op)
    den = lcm(left.type.den, right.type.den)
    left.type.scaled(den), right.type.scaled(den)  # refuses what could overflow
    return Compare(BOOL, (left, right), op=op, factors=(den // left.type.den, den // right.type.den))


def add_months(day: int, months: int) -> int:
    """The same day of the month so many months on; its last day where the month is too short."""
    date = from_day(day)
    total = date.year * 12 + date.month - 1 + months
    year, month, number_ = total // 12, total % 12 + 1, date.day
    while not is_calendar_day(year, month, number_):
        number_ -= 1
    return to_day(dt.date(year, month, number_))


def add_months_many(days: Any, months: Any) -> Any:
    """`add_months` for whole columns; every day must be given."""
    date = np.asarray(days, np.int64).astype("datetime64[D]")
    month = date.astype("datetime64[M]")
    target = month + months
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    place = np.minimum((date - month.astype("datetime64[D]")).astype(np.int64), length - 1)
    return target.astype("datetime64[D]").astype(np.int64) + place


@dataclass(frozen=True, eq=False)
class MonthsAfter(Node):
    """A date so many months (or years, `step` 12) later, the last day where the month is too short."""

    step: int = 1

    def one(self, facts: Facts) -> Any:
        day, count = self.children[0].one(facts), self.children[1].one(facts)
        return None if day is None or count is None else add_months(day, count * self.step)

    def many(self, batch: Batch) -> Any:
        def compute(day: Any, count: Any) -> Any:
            return add_months_many(day, np.asarray(count, np.int64) * self.step)

        return _lift(self.children, batch, compute, NONE)

    def words(self, label: Callable[[str], str]) -> str:
        date, count = (child.words(label) for child in self.children)
        unit = "年" if self.step == 12 else "个月"
        return f"{date}之后{count if count.endswith(('年', '月')) else count + unit}的同一天"


@dataclass(frozen=True, eq=False)
class Year(Node):
    """The calendar year of a date."""

    def one(self, facts: Facts) -> Any:
        day = self.children[0].one(facts)
        return None if day is None else from_day(day).year

    def many(self, batch: Batch) -> Any:
        def compute(day: Any) -> Any:
            return (
                np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
                + 1970
            )

        return _lift(self.children, batch, compute, NONE)

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.children[0].words(label)}所在年度"


@dataclass(frozen=True, eq=False)
class DaysIncluded(Node):
    """Days from one date to another, both included."""

    def one(self, facts: Facts) -> Any:
        first, last = self.children[0].one(facts), self.children[1].one(facts)
        return None if first is None or last is None else last - first + 1

    def many(self, batch: Batch) -> Any:
        return _lift(self.children, batch, lambda first, last: last - first + 1, NONE)

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.children[0].words(label)}至{self.children[1].words(label)}的天数"


@dataclass(frozen=True, eq=False)
class MonthsBetween(Node):
    """Calendar months from one date's month to another's: 0 within one month, 1 to any day of the next."""

    def one(self, facts: Facts) -> Any:
        first, last = self.children[0].one(facts), self.children[1].one(facts)
        if first is None or last is None:
            return None
        start, end = from_day(first), from_day(last)
        return (end.year - start.year) * 12 + end.month - start.month

    def many(self, batch: Batch) -> Any:
        def month(day: Any) -> Any:
            return np.asarray(day, np.int64).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

        return _lift(self.children, batch, lambda first, last: month(last) - month(first), NONE)

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.children[0].words(label)}所在月至{self.children[1].words(label)}所在月的月数"


def common_type(types: Sequence[Type]) -> Type:
    """The one type several branches share; numbers are brought to a common denominator."""
    first = types[0]
    for other in types[1:]:
        if other.kind != first.kind:
            raise ExpressionError(f"各分支的类型不同（{first.words}、{other.words}）；请写成同一类")
    if first.kind != "num":
        return first
    den = lcm(*(t.den for t in types))
    scaled = [t.scaled(den) for t in types]
    low, high = min(t.low for t in scaled), max(t.high for t in scaled)
    return number(low, high, den=den, maybe=any(t.maybe for t in types))


def common(left: Node, right: Node) -> tuple[Node, Node, Type]:
    """Two branches brought to their common type."""
    kind = common_type([left.type, right.type])
    if kind.kind != "num":
        return left, right, kind
    return over(left, kind.den), over(right, kind.den), kind
