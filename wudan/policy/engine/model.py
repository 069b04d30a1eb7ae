"""A loaded rulebook's parts, as immutable values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from wudan.policy.engine.lang.nodes import Node


@dataclass(frozen=True)
class Origin:
    """Where something in a rulebook comes from: clause, first valid day, the reading taken where open, and the document (文号) the
    clause stands in, empty where it rests on something outside a document."""

    clause: str
    valid_from: dt.date
    reading: str = ""
    document: str = ""


@dataclass(frozen=True)
class Scheme:
    """A subsidy scheme (补贴项目); `columns` are the fact columns its rules use, in the contract's order."""

    code: str
    label: str
    clause: str
    description: str
    columns: tuple[str, ...]
    by_provider: bool
    valid_from: dt.date
    reading: str


@dataclass(frozen=True)
class Parameter:
    """A parameter of procedure (经办参数) in force on a day; `value` is an int, a Decimal, a boolean or text."""

    code: str
    value: int | Decimal | bool | str
    unit: str
    clause: str
    valid_from: dt.date
    reading: str
    label: str


@dataclass(frozen=True)
class Label:
    """A code with its Chinese name; for target groups also the department that proves membership."""

    code: str
    label: str
    clause: str
    valid_from: dt.date
    reading: str
    department: str = ""


@dataclass(frozen=True)
class ColumnLabel:
    """A fact column's Chinese name and unit, with what a cell must be and the remedy when it is not."""

    code: str
    label: str
    unit: str
    must: str
    remedy: str


@dataclass(frozen=True)
class ReasonText:
    """A reason in words: what a page, an export and an audit print alike."""

    code: str
    label: str
    sentence: str
    clause: str
    remedy: str


@dataclass(frozen=True)
class FundChoice:
    """The fund (资金池) a claim is paid from, with the clause that says so."""

    pool: str
    label: str
    clause: str
    reading: str


@dataclass(frozen=True)
class Pool:
    """A fund pool (资金池); `payable` is false where it is recorded only."""

    code: str
    label: str
    payable: bool
    origin: Origin


@dataclass(frozen=True)
class PayeeChoice:
    """Who is paid: `person`, `enterprise` or `provider`."""

    kind: str
    clause: str
    reading: str


@dataclass(frozen=True)
class Reserve:
    """The reserve (备付) demanded of the insurance fund, in months, and its formula in words."""

    label: str
    months: int
    formula: str
    clause: str
    valid_from: dt.date
    reading: str


@dataclass(frozen=True)
class ClauseValue:
    """One line of the policy page: what, how much, by which clause, from when, how read; `outside` where no document says it. `written` is
    the expression of a rule, whose words may hold values that have a line of their own."""

    topic: str
    label: str
    value: str
    clause: str
    valid_from: dt.date
    reading: str
    outside: bool = False
    written: str = ""

    @property
    def understood(self) -> str:
        """How it is read: as the document says it, as the district reads it, or by what stands outside the document."""
        return self.reading or ("文件以外的依据" if self.outside else "文件写明")


@dataclass(frozen=True, eq=False)
class Condition:
    """A claim's own rule; asked where `when` holds, met where `require` holds."""

    code: str
    reason: str
    label: str
    schemes: frozenset[str]
    when: Node | None
    require: Node
    review: bool
    without_sum: bool
    origin: Origin
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class AmountPart:
    """One step of an amount; the last one is the amount, in fen. `sources` are the values and tables it names."""

    name: str
    label: str
    node: Node
    origin: Origin
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class AmountRule:
    """How much a scheme pays."""

    code: str
    schemes: frozenset[str]
    parts: tuple[AmountPart, ...]
    origin: Origin


@dataclass(frozen=True, eq=False)
class CountRule:
    """limit, unique and exclusion: how many earlier claims may be alive.

    Measured are claims of `schemes`, counted those of `against`, among the same person (or the same unit), the same
    `key`, and the same period: `lifetime`, `calendar_year` of the anchor, or within `months` of it. With `at_least` (a
    number, e.g. how high the level is) only earlier claims count whose number is at least the measured claim's own.
    """

    code: str
    reason: str
    kind: str
    label: str
    schemes: frozenset[str]
    against: frozenset[str]
    when: Node | None
    key: tuple[Node, ...]
    key_name: str
    at_least: Node | None
    maximum: Node
    period: str
    anchor: Node
    months: int
    review: bool
    origin: Origin
    sources: tuple[str, ...] = ()

    @property
    def compared(self) -> tuple[Node, ...]:
        """What a claim must have to be compared: its key and, where the rule has one, its rank."""
        return self.key if self.at_least is None else (*self.key, self.at_least)


@dataclass(frozen=True, eq=False)
class CapRule:
    """cap: the sum over a person's claims of these schemes, in fen."""

    code: str
    reason: str
    label: str
    schemes: frozenset[str]
    maximum: Node
    review: bool
    origin: Origin
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class OverlapRule:
    """overlap: two periods of one person share a day, and are not the same class."""

    code: str
    reason: str
    label: str
    schemes: frozenset[str]
    start: Node
    end: Node
    same: str
    review: bool
    origin: Origin
    sources: tuple[str, ...] = ()


AcrossRule = CountRule | CapRule | OverlapRule


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything asked of one scheme."""

    scheme: Scheme
    conditions: tuple[Condition, ...]
    amount: AmountRule | None
    across: tuple[AcrossRule, ...]


@dataclass(frozen=True, eq=False)
class Chosen:
    """A rule of the form "when this, then that" (fund, payee)."""

    when: Node | None
    choice: str
    origin: Origin


@dataclass(frozen=True, eq=False)
class OpenPoint:
    """A known open point (待定事项): findings of the rulebook's examination that the district knows and has not settled.

    It covers findings of these codes on these schemes (of two schemes: one of `schemes`, the other of `against`), by
    these rules if any are named, and only persons for whom `when` holds.
    """

    code: str
    findings: tuple[str, ...]
    schemes: frozenset[str]
    against: frozenset[str]
    rules: frozenset[str]
    when: Node | None
    why: str
    origin: Origin


@dataclass(frozen=True)
class ReasonTemplate:
    """A reason's words with places for facts in braces."""

    code: str
    label: str
    sentence: str
    remedy: str


@dataclass(frozen=True)
class Case:
    """An official's case (案例): rows of facts, and what is expected of them."""

    name: str
    file: str
    line: int
    rows: tuple[CaseRow, ...]
    note: str = ""


@dataclass(frozen=True)
class CaseRow:
    """One row of a case: a claim with its expectation, or a paid row of the history."""

    line: int
    facts: Mapping[str, object]
    paid: bool
    outcome: str
    amount_fen: int | None
    amount_stated: bool
    reasons: frozenset[str] | None
