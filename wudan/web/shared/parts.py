"""The values the parts of a page are drawn from. A view fills these; the tags of `wudan` draw them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from wudan.kernel.periods import legal_day

Tone = Literal["plain", "now", "wait", "done", "wrong", "off"]
StepState = Literal["done", "now", "todo", "stopped", "skipped"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the chain, or of the claim inside 买单. `href` opens what was done there."""

    label: str
    state: StepState = "todo"
    href: str = ""
    since: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """The sentence under a chain bar: where it stands, since when, who is to act, by when."""

    state: str
    since: date | datetime | None = None
    who: str = ""
    due: date | None = None
    days_left: int | None = None
    tone: Tone = "now"

    @property
    def begun(self) -> date | datetime | None:
        """Since when; nothing where the clock had run out before, because it was an earlier step's."""
        if self.since is None or self.due is None:
            return self.since
        day = legal_day(self.since) if isinstance(self.since, datetime) else self.since
        return None if day > self.due else self.since


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact with its proof and the proof's age. `tone` marks a fact that fails."""

    label: str
    value: object
    proof: str = ""
    proof_href: str = ""
    proved_on: date | None = None
    age: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of a decision's working: clause, what was checked, what was seen, result, amount."""

    clause: str
    checked: str
    seen: str
    passed: bool | None
    fen: int | None = None
    clause_href: str = ""
    result: str = ""
    was: str = ""

    @property
    def tone(self) -> Tone:
        return "wait" if self.passed is None else ("done" if self.passed else "wrong")

    @property
    def word(self) -> str:
        return self.result or ("待人工认定" if self.passed is None else ("符合" if self.passed else "不符合"))


@dataclass(frozen=True, slots=True)
class Event:
    """One line of history: when, who, what was done, why."""

    at: datetime | date
    what: str
    who: str = ""
    reason: str = ""
    basis: str = ""
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of an uploaded roster: row, column, what stands there, what is wrong, how to mend it."""

    row: int
    column: str
    written: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Stat:
    """One of the numbers that make someone act; `href` opens the rows behind it."""

    label: str
    value: str
    href: str = ""
    note: str = ""
    tone: Tone = "plain"
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart and of the table behind it; `shown` is the value in words."""

    label: str
    value: int
    shown: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation. `url` is a path or a URL name without arguments."""

    label: str
    url: str
    icon: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Crumb:
    label: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a printed form says about itself."""

    title: str
    district: str
    period: str = ""
    number: str = ""
    signatures: Sequence[str] = field(default=("经办人", "复核人", "负责人"))
    seal: str = "（签章）"
