"""From the text of an expression to typed nodes, in one pass; every fault says what would be right."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

from wudan.policy.engine.lang import arithmetic as ar
from wudan.policy.engine.lang.literals import DATE_TEXT, NUMBER, constant
from wudan.policy.engine.lang.nodes import (
    Column,
    Const,
    First,
    Given,
    HasAny,
    If,
    Logic,
    Lookup,
    Named,
    Node,
    OneOf,
    Versions,
)
from wudan.policy.engine.lang.types import BOOL, TEXT, Type, number
from wudan.policy.engine.problems import ExpressionError

_TOKEN = re.compile(
    rf"\s*(?:(?P<date>{DATE_TEXT})|(?P<number>{NUMBER})|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<op>==|!=|<=|>=|[<>+\-*()\[\],]))",
)
_WORDS = {"and", "or", "not", "in", "true", "false", "none"}
_MAX_DEPTH = 40


@dataclass(frozen=True)
class ListValue:
    """A list of texts or whole numbers used on the right of `in` and in `has_any`."""

    items: tuple[Any, ...]
    words: str


@dataclass(frozen=True)
class Dated:
    """A name with versions by day: constants, lists or tables."""

    label: str
    versions: tuple[tuple[int, Any], ...]


@dataclass
class Scope:
    """The names an expression may use."""

    columns: Mapping[str, Type]
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    named: dict[str, Node] = field(default_factory=dict)
    values: dict[str, Dated] = field(default_factory=dict)
    lists: dict[str, Dated] = field(default_factory=dict)
    tables: dict[str, Dated] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    anchor: Node | None = None

    def known(self) -> list[str]:
        """Every usable name, for suggestions."""
        return [*self.columns, *self.named, *self.values, *self.lists, *self.tables]

    def by_day(self, versions: tuple[tuple[int, Any], ...], build: Callable[[Any], Node]) -> Node:
        """One node per version, the one in force picked by the day the claim begins."""
        nodes = tuple(build(version) for _, version in versions)
        if len(nodes) == 1:
            return nodes[0]
        if self.anchor is None:
            raise ExpressionError("确定开始日（begins）的算式里不能引用有多个生效版本的值")
        kind = ar.common_type([node.type for node in nodes])
        if kind.kind == "num":
            nodes = tuple(ar.over(node, kind.den) for node in nodes)
        return Versions(kind, (self.anchor, *nodes), days=tuple(day for day, _ in versions))


def parse_expression(text: str, scope: Scope, kind: str | None = None) -> Node:
    """The typed node of an expression; `kind` is what it must be (`bool`, `num`, `date`)."""
    parser = _Parser(text, scope)
    node = parser.either()
    parser.end()
    if kind and node.type.kind != kind:
        want = Type(kind).words
        raise ExpressionError(f"这里应是“{want}”类的算式，现在是“{node.type.words}”：{text}")
    return node


class _Parser:
    def __init__(self, text: str, scope: Scope) -> None:
        self.text, self.scope = text, scope
        self.tokens: list[tuple[str, str]] = []
        self.at, self.depth = 0, 0
        place = 0
        end = len(text.rstrip())
        while place < end:
            found = _TOKEN.match(text, place)
            if not found or found.lastgroup is None:
                raise ExpressionError(
                    f"算式“{text}”在“{text[place:].strip()[:10]}”处看不懂；可用 and or not in == != <= >= + - *"
                )
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def group(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def accept(self, *tokens: str) -> str:
        if self.peek() in tokens and self.group() != "text":
            return self.take()
        return ""

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise ExpressionError(f"算式“{self.text}”在“{self.peek() or '结尾'}”之前缺少“{token}”")

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise ExpressionError(f"算式“{self.text}”在“{self.peek()}”处多出内容；请检查括号和连接词")

    def either(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise ExpressionError(f"算式的括号层数超过{_MAX_DEPTH}；请拆成几条")
        parts = [self.both()]
        while self.accept("or"):
            parts.append(self.both())
        self.depth -= 1
        return self.logic("or", parts)

    def both(self) -> Node:
        parts = [self.negation()]
        while self.accept("and"):
            parts.append(self.negation())
        return self.logic("and", parts)

    def negation(self) -> Node:
        count = 0
        while self.accept("not"):
            count += 1
        node = self.comparison()
        return self.logic("not", [node]) if count % 2 else node

    def logic(self, op: str, parts: list[Node]) -> Node:
        if len(parts) == 1 and op != "not":
            return parts[0]
        for part in parts:
            self.need(part, "bool", f"“{op}”的两边")
        return Logic(BOOL, tuple(parts), op=op)

    def need(self, node: Node, kind: str, where: str) -> None:
        if node.type.kind != kind:
            raise ExpressionError(
                f"算式“{self.text}”中{where}应是“{Type(kind).words}”，现在是“{node.type.words}”"
            )

    def comparison(self) -> Node:
        left = self.sum()
        if self.accept("in"):
            return self.one_of(left)
        if self.peek() == "not" and self.at + 1 < len(self.tokens) and self.tokens[self.at + 1][1] == "in":
            self.at += 2
            return self.logic("not", [self.one_of(left)])
        op = self.accept("==", "!=", "<=", ">=", "<", ">")
        if not op:
            return left
        return self.compare(op, left, self.sum())

    def compare(self, op: str, left: Node, right: Node) -> Node:
        if (
            left.type.kind == "text"
            and isinstance(right, Const)
            and right.type.kind == "text"
            and op in ("==", "!=")
        ):
            self.check_option(left, right.value)
            same = OneOf(BOOL, (left,), options=(right.value,), text=right.text)
            return same if op == "==" else Logic(BOOL, (same,), op="not")
        if left.type.kind != right.type.kind or left.type.kind not in ("num", "date"):
            raise ExpressionError(
                f"算式“{self.text}”不能用“{op}”比较“{left.type.words}”和“{right.type.words}”；"
                "数与数、日期与日期可以比较，文字只能用 == 或 in 与引号中的文字比较",
            )
        return ar.compare(op, left, right)

    def check_option(self, left: Node, text: str) -> None:
        name = left.name if isinstance(left, Column) else ""
        options = self.scope.options.get(name, ())
        if options and text not in options:
            raise ExpressionError(f"“{name}”没有取值“{text}”；可用：{'、'.join(options)}")

    def one_of(self, left: Node) -> Node:
        if left.type.kind not in ("text", "num") or left.type.den != 1:
            raise ExpressionError(f"算式“{self.text}”中 in 的左边应是文字或整数，现在是“{left.type.words}”")

        def build(value: ListValue) -> Node:
            wants = str if left.type.kind == "text" else int
            for item in value.items:
                if not isinstance(item, wants):
                    raise ExpressionError(f"算式“{self.text}”中列表的“{item}”与左边的类型不同")
                if isinstance(item, str):
                    self.check_option(left, item)
            return OneOf(BOOL, (left,), options=value.items, text=value.words)

        return self.scope.by_day(self.list_versions(), build)

    def list_versions(self) -> tuple[tuple[int, Any], ...]:
        if self.group() == "name" and self.peek() in self.scope.lists:
            return self.scope.lists[self.take()].versions
        self.expect("[")
        items: list[Any] = []
        while not self.accept("]"):
            node = self.sum()
            if not isinstance(node, Const) or node.type.den != 1:
                raise ExpressionError(f"算式“{self.text}”的列表里只能写引号中的文字或整数")
            items.append(node.value)
            if self.peek() != "]":
                self.expect(",")
        return ((0, list_value(items, self.scope.words)),)

    def sum(self) -> Node:
        node = self.term()
        while op := self.accept("+", "-"):
            node = self.numbers(op, node, self.term())
        return node

    def term(self) -> Node:
        node = self.factor()
        while self.accept("*"):
            node = self.numbers("*", node, self.factor())
        return node

    def numbers(self, op: str, *nodes: Node) -> Node:
        for node in nodes:
            self.need(node, "num", f"“{op}”的各项")
        return ar.arithmetic(op, nodes)

    def factor(self) -> Node:
        if self.accept("-"):
            return self.numbers("-", Const(number(0, 0), value=0, text="0"), self.factor())
        if self.accept("("):
            node = self.either()
            self.expect(")")
            return node
        group, token = self.group(), self.take()
        if group in ("number", "date"):
            return constant(token)
        if group == "text":
            word = token[1:-1]
            return Const(TEXT, value=word, text=f"“{self.scope.words.get(word, word)}”")
        if group == "name":
            return self.name(token)
        raise ExpressionError(f"算式“{self.text}”在“{token or '结尾'}”处缺少一个值")

    def name(self, word: str) -> Node:
        if word in ("true", "false"):
            return Const(BOOL, value=word == "true", text="是" if word == "true" else "否")
        if word == "none":
            return Const(number(0, 0, maybe=True), value=None, text="不定")
        if self.peek() == "(" and word not in self.scope.known():
            return self.call(word)
        if word in self.scope.tables:
            return self.lookup(word)
        if word in self.scope.named:
            return self.scope.named[word]
        if word in self.scope.columns:
            return Column(self.scope.columns[word], name=word)
        if word in self.scope.values:
            dated = self.scope.values[word]
            node = self.scope.by_day(dated.versions, lambda version: version)
            return Named(node.type, (node,), name=word, label=dated.label, shows_value=True)
        if word in self.scope.lists:
            raise ExpressionError(f"算式“{self.text}”中的列表“{word}”只能写在 in 之后或 has_any 之内")
        raise ExpressionError(
            f"算式“{self.text}”中没有叫“{word}”的事项或值{_suggest(word, self.scope.known())}"
        )

    def lookup(self, token: str) -> Node:
        table = self.scope.tables[token]
        self.expect("[")
        keys = [self.sum()]
        while self.accept(","):
            keys.append(self.sum())
        self.expect("]")

        def build(entries: Mapping[Any, Any], keys: Sequence[Node] = keys) -> Node:
            nested = isinstance(next(iter(entries.values())), Mapping)
            if nested is not (len(keys) > 1) or len(keys) > 2:
                raise ExpressionError(f"算式“{self.text}”中表“{token}”的查找项数与表不符")
            wants = "text" if any(isinstance(k, str) for k in entries) else "num"
            self.need(keys[0], wants, f"表“{token}”的查找项")
            if not nested:
                return lookup(entries, keys[0], table.label)
            parts = {k: build(inner, keys[1:]) for k, inner in entries.items()}
            return self.pick(parts, keys[0], token, table.label)

        return self.scope.by_day(table.versions, build)

    def pick(self, parts: dict[Any, Node], key: Node, name: str, label: str) -> Node:
        """The part of a table whose key it is; no value where there is no such part."""
        node: Node = Const(number(0, 0, maybe=True), value=None, text="不定")
        for value, part in reversed(parts.items()):
            yes, no, kind = ar.common(part, node)
            text = self.scope.words.get(str(value), str(value))
            node = If(kind, (OneOf(BOOL, (key,), options=(value,), text=text), yes, no))
        return Named(node.type, (node,), name=name, label=label)

    def call(self, word: str) -> Node:
        build = _FUNCTIONS.get(word)
        if build is None:
            raise ExpressionError(
                f"没有函数“{word}”{_suggest(word, list(_FUNCTIONS))}；可用：{'、'.join(_FUNCTIONS)}"
            )
        self.expect("(")
        if word == "has_any":
            node = self.sum()
            self.need(node, "set", "has_any 的第一项")
            self.expect(",")
            versions = self.list_versions()
            self.expect(")")
            return self.scope.by_day(versions, lambda v: HasAny(BOOL, (node,), options=v.items, text=v.words))
        arguments: list[Node] = []
        while not self.accept(")"):
            arguments.append(self.either())
            if self.peek() != ")":
                self.expect(",")
        return build(self, arguments)


def _suggest(token: str, known: list[str]) -> str:
    close = get_close_matches(token, known, n=1)
    return f"；是否想写“{close[0]}”" if close else ""


def list_value(items: list[Any], words: Mapping[str, str]) -> ListValue:
    """A list with its wording."""
    return ListValue(tuple(items), "、".join(words.get(str(item), str(item)) for item in items))


def lookup(entries: Mapping[Any, Node], key: Node, label: str) -> Node:
    """A typed table look-up; entries are constants."""
    merged = ar.common_type([node.type for node in entries.values()])
    kind = replace(merged, maybe=True)
    values = {k: node.one({}) * (kind.den // node.type.den) for k, node in entries.items()}
    return Lookup(kind, (key,), entries=values, label=label)


def _arguments(parser: _Parser, nodes: list[Node], *kinds: str, name: str) -> None:
    if len(nodes) != len(kinds):
        raise ExpressionError(f"函数 {name} 需要{len(kinds)}项，现在有{len(nodes)}项：{parser.text}")
    for node, kind in zip(nodes, kinds, strict=True):
        parser.need(node, kind, f"函数 {name} 的一项")


def _between(parser: _Parser, nodes: list[Node]) -> Node:
    if len(nodes) != 3:
        raise ExpressionError(
            f"函数 between 需要3项（事项, 下限, 上限），现在有{len(nodes)}项：{parser.text}"
        )
    low = parser.compare(">=", nodes[0], nodes[1])
    return Logic(BOOL, (low, parser.compare("<=", nodes[0], nodes[2])), op="and")


def _given(parser: _Parser, nodes: list[Node]) -> Node:
    if len(nodes) != 1 or nodes[0].type.kind not in ("text", "date", "num", "set"):
        raise ExpressionError(f"函数 given 需要一个事项：{parser.text}")
    return Given(BOOL, tuple(nodes))


def _has(parser: _Parser, nodes: list[Node]) -> Node:
    _arguments(parser, nodes, "set", "text", name="has")
    if not isinstance(nodes[1], Const):
        raise ExpressionError(f"函数 has 的第二项应是引号中的文字：{parser.text}")
    return HasAny(BOOL, (nodes[0],), options=(nodes[1].value,), text=nodes[1].text)


def _floor(parser: _Parser, nodes: list[Node]) -> Node:
    _arguments(parser, nodes, "num", name="floor")
    return ar.floor(nodes[0])


def _extreme(name: str) -> Callable[[_Parser, list[Node]], Node]:
    def build(parser: _Parser, nodes: list[Node]) -> Node:
        if len(nodes) < 2:
            raise ExpressionError(f"函数 {name} 至少需要2项：{parser.text}")
        return parser.numbers(name, *nodes)

    return build


def _if(parser: _Parser, nodes: list[Node]) -> Node:
    if len(nodes) != 3:
        raise ExpressionError(
            f"函数 if 需要3项（条件, 成立时, 不成立时），现在有{len(nodes)}项：{parser.text}"
        )
    parser.need(nodes[0], "bool", "函数 if 的条件")
    yes, no, kind = ar.common(nodes[1], nodes[2])
    if kind.kind not in ("num", "date", "bool"):
        raise ExpressionError(f"函数 if 不能得出{kind.words}：{parser.text}")
    return If(kind, (nodes[0], yes, no))


def _first(parser: _Parser, nodes: list[Node]) -> Node:
    if not nodes or any(node.type.kind != "date" for node in nodes):
        raise ExpressionError(f"函数 first 的各项都应是日期：{parser.text}")
    return First(nodes[0].type, tuple(nodes))


def _after(name: str, step: int) -> Callable[[_Parser, list[Node]], Node]:
    def build(parser: _Parser, nodes: list[Node]) -> Node:
        _arguments(parser, nodes, "date", "num", name=name)
        if nodes[1].type.den != 1 or not -1200 <= nodes[1].type.low <= nodes[1].type.high <= 1200:
            raise ExpressionError(f"函数 {name} 的第二项应是不超过1200的整数：{parser.text}")
        return ar.MonthsAfter(nodes[0].type, tuple(nodes), step=step)

    return build


def _year(parser: _Parser, nodes: list[Node]) -> Node:
    _arguments(parser, nodes, "date", name="year")
    return ar.Year(number(0, 9999, maybe=True), tuple(nodes))


def _days(parser: _Parser, nodes: list[Node]) -> Node:
    _arguments(parser, nodes, "date", "date", name="days")
    return ar.DaysIncluded(number(-(10**7), 10**7, maybe=True), tuple(nodes))


def _months(parser: _Parser, nodes: list[Node]) -> Node:
    _arguments(parser, nodes, "date", "date", name="months")
    return ar.MonthsBetween(number(-(10**5), 10**5, maybe=True), tuple(nodes))


_FUNCTIONS: dict[str, Callable[[_Parser, list[Node]], Node]] = {
    "between": _between,
    "given": _given,
    "has": _has,
    "has_any": _has,
    "floor": _floor,
    "min": _extreme("min"),
    "max": _extreme("max"),
    "if": _if,
    "first": _first,
    "years_after": _after("years_after", 12),
    "months_after": _after("months_after", 1),
    "year": _year,
    "days": _days,
    "months": _months,
}
