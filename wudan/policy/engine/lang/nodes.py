"""Typed nodes: names, constants, and what picks among them. Each answers for one claim and for whole columns.

For one claim a missing number or date is `None`; in columns it is `NONE`. A text column is a pair of codes and
vocabulary (`TextColumn`), so that a question about text is asked once per distinct text.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from wudan.policy.engine.lang.types import BOOL, NONE, Type

Facts = Mapping[str, Any]
Array = npt.NDArray[Any]


@dataclass(frozen=True)
class TextColumn:
    """A column of text: `codes` into `vocabulary`, -1 where empty."""

    codes: npt.NDArray[np.int32]
    vocabulary: Collection[Any]

    def ask(self, question: Callable[[Any], int | bool], dtype: Any, *, empty: int | bool = False) -> Array:
        """Ask each distinct value once, and spread the answers over the rows."""
        answers = np.fromiter((question(v) for v in self.vocabulary), dtype, len(self.vocabulary))
        return np.append(answers, np.array([empty], dtype))[self.codes]


class Batch(Protocol):
    """Columns of facts, as `many` reads them."""

    memo: dict[int, Any]

    def column(self, name: str) -> Any: ...


@dataclass(frozen=True, eq=False)
class Node:
    """An expression; `children` are its parts."""

    type: Type
    children: tuple[Node, ...] = ()

    def one(self, facts: Facts) -> Any:
        """The value for one claim."""
        raise NotImplementedError

    def many(self, batch: Batch) -> Any:
        """The values for every row of the batch (an array, or a single value for all)."""
        raise NotImplementedError

    def words(self, label: Callable[[str], str]) -> str:
        """The expression in Chinese, with columns by their labels."""
        raise NotImplementedError

    def columns(self) -> frozenset[str]:
        """Names of the fact columns read, through derived facts too."""
        return frozenset().union(*(child.columns() for child in self.children))

    def named(self) -> dict[str, Node]:
        """Named parts met on the way (derived facts and values), by name."""
        found: dict[str, Node] = {}
        for child in self.children:
            found |= child.named()
        return found


@dataclass(frozen=True, eq=False)
class Const(Node):
    """A literal; `text` is how it was written."""

    value: Any = None
    text: str = ""

    def one(self, facts: Facts) -> Any:  # noqa: ARG002
        return self.value

    def many(self, batch: Batch) -> Any:  # noqa: ARG002
        if self.type.kind in ("num", "date"):
            return NONE if self.value is None else np.int64(self.value)
        return np.bool_(self.value) if self.type.kind == "bool" else self.value

    def words(self, label: Callable[[str], str]) -> str:  # noqa: ARG002
        return self.text


@dataclass(frozen=True, eq=False)
class Column(Node):
    """A fact of the claim."""

    name: str = ""

    def one(self, facts: Facts) -> Any:
        return facts.get(self.name)

    def many(self, batch: Batch) -> Any:
        return batch.column(self.name)

    def words(self, label: Callable[[str], str]) -> str:
        return label(self.name)

    def columns(self) -> frozenset[str]:
        return frozenset({self.name})


@dataclass(frozen=True, eq=False)
class Named(Node):
    """A derived fact, a value or an amount step, called by its name; computed once per batch."""

    name: str = ""
    label: str = ""
    shows_value: bool = False

    def one(self, facts: Facts) -> Any:
        return self.children[0].one(facts)

    def many(self, batch: Batch) -> Any:
        key = id(self.children[0])
        if key not in batch.memo:
            batch.memo[key] = self.children[0].many(batch)
        return batch.memo[key]

    def words(self, label: Callable[[str], str]) -> str:
        if self.shows_value:
            return self.children[0].words(label)
        return self.label or self.name

    def named(self) -> dict[str, Node]:
        return {self.name: self, **super().named()}


@dataclass(frozen=True, eq=False)
class Versions(Node):
    """One of several versions, by the day the claim begins (anchor, children[0]); before the first, the first."""

    days: tuple[int, ...] = ()

    def pick(self, facts: Facts) -> Node:
        """The version in force for this claim."""
        day = self.children[0].one(facts)
        chosen = self.children[1]
        for start, version in zip(self.days, self.children[1:], strict=True):
            if day is not None and day >= start:
                chosen = version
        return chosen

    def one(self, facts: Facts) -> Any:
        return self.pick(facts).one(facts)

    def many(self, batch: Batch) -> Any:
        anchor = self.children[0].many(batch)
        result = self.children[1].many(batch)
        for start, version in zip(self.days[1:], self.children[2:], strict=True):
            result = np.where(anchor >= start, version.many(batch), result)
        return result

    def words(self, label: Callable[[str], str]) -> str:
        said = [child.words(label) for child in self.children[1:]]
        # Tables are called by their name, the same in every version; their figures stand in a statement each.
        return "，其后".join(
            words for place, words in enumerate(said) if place == 0 or words != said[place - 1]
        )


@dataclass(frozen=True, eq=False)
class Lookup(Node):
    """A value from a table (表), by whole number or text; none where the table has no such entry."""

    entries: Mapping[Any, int] | None = None
    label: str = ""

    def one(self, facts: Facts) -> Any:
        key = self.children[0].one(facts)
        return None if key is None else (self.entries or {}).get(key)

    def many(self, batch: Batch) -> Any:
        entries = self.entries or {}
        keys = self.children[0].many(batch)
        if isinstance(keys, TextColumn):
            return keys.ask(lambda text: int(entries.get(text, NONE)), np.int64, empty=int(NONE))
        result = np.full(np.shape(keys), NONE, np.int64)
        for key, value in entries.items():
            result = np.where(keys == key, np.int64(value), result)
        return result

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.label}（按{self.children[0].words(label)}）"


@dataclass(frozen=True, eq=False)
class If(Node):
    """One of two by a condition."""

    def one(self, facts: Facts) -> Any:
        return self.children[1 if self.children[0].one(facts) else 2].one(facts)

    def many(self, batch: Batch) -> Any:
        condition, yes, no = (child.many(batch) for child in self.children)
        return np.where(condition, yes, no)

    def words(self, label: Callable[[str], str]) -> str:
        condition, yes, no = (child.words(label) for child in self.children)
        return f"{condition}时为{yes}，否则为{no}"


@dataclass(frozen=True, eq=False)
class First(Node):
    """The first of several dates or numbers that is given."""

    def one(self, facts: Facts) -> Any:
        for child in self.children:
            value = child.one(facts)
            if value is not None:
                return value
        return None

    def many(self, batch: Batch) -> Any:
        result = self.children[-1].many(batch)
        for child in reversed(self.children[:-1]):
            values = child.many(batch)
            result = np.where(values != NONE, values, result)
        return result

    def words(self, label: Callable[[str], str]) -> str:
        return "，没有时取".join(child.words(label) for child in self.children)


@dataclass(frozen=True, eq=False)
class Given(Node):
    """Whether a text, date or number is given (有)."""

    def one(self, facts: Facts) -> Any:
        value = self.children[0].one(facts)
        return value is not None and value != frozenset()

    def many(self, batch: Batch) -> Any:
        values = self.children[0].many(batch)
        if isinstance(values, TextColumn):
            return values.codes >= 0
        return values != NONE

    def words(self, label: Callable[[str], str]) -> str:
        return f"有{self.children[0].words(label)}"


@dataclass(frozen=True, eq=False)
class OneOf(Node):
    """Whether a text or number is one of the listed."""

    options: tuple[Any, ...] = ()
    text: str = ""

    def one(self, facts: Facts) -> Any:
        return self.children[0].one(facts) in self.options

    def many(self, batch: Batch) -> Any:
        values = self.children[0].many(batch)
        if isinstance(values, TextColumn):
            return values.ask(lambda text: text in self.options, np.bool_)
        return np.isin(values, np.array(self.options, np.int64))

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.children[0].words(label)}属于{self.text}"


@dataclass(frozen=True, eq=False)
class HasAny(Node):
    """Whether a set of texts holds any of the listed (含)."""

    options: tuple[str, ...] = ()
    text: str = ""

    def one(self, facts: Facts) -> Any:
        return not (self.children[0].one(facts) or frozenset()).isdisjoint(self.options)

    def many(self, batch: Batch) -> Any:
        return self.children[0].many(batch).ask(lambda parts: not parts.isdisjoint(self.options), np.bool_)

    def words(self, label: Callable[[str], str]) -> str:
        return f"{self.children[0].words(label)}含{self.text}"


@dataclass(frozen=True, eq=False)
class Logic(Node):
    """`and`, `or` and `not`."""

    op: str = "and"

    def one(self, facts: Facts) -> Any:
        if self.op == "not":
            return not self.children[0].one(facts)
        if self.op == "and":
            return all(child.one(facts) for child in self.children)
        return any(child.one(facts) for child in self.children)

    def many(self, batch: Batch) -> Any:
        values = [child.many(batch) for child in self.children]
        if self.op == "not":
            return np.logical_not(values[0])
        combine = np.logical_and if self.op == "and" else np.logical_or
        result = values[0]
        for value in values[1:]:
            result = combine(result, value)
        return result

    def words(self, label: Callable[[str], str]) -> str:
        parts = [child.words(label) for child in self.children]
        if self.op == "not":
            return f"不是（{parts[0]}）"
        return ("，且" if self.op == "and" else "，或").join(parts)


TRUE = Const(BOOL, value=True, text="是")


def all_of(nodes: Sequence[Node]) -> Node:
    """The conjunction of conditions."""
    return nodes[0] if len(nodes) == 1 else Logic(BOOL, tuple(nodes), op="and") if nodes else TRUE
