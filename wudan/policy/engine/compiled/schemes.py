"""A scheme (补贴项目) as two Python functions: `decide` for a claim, `recall` for one already paid.

Both work out the claim's part in the rules across claims: of each counting rule its bucket (rule, key, year) and anchor day,
of each cap the maximum, of each overlap the two days. `decide` works out the claim's own rules beside that, and what every
rule saw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from wudan.policy.engine.compiled.expressions import Writer, can_miss, year_of
from wudan.policy.engine.lang.nodes import Node
from wudan.policy.engine.lang.types import Type
from wudan.policy.engine.model import CapRule, CountRule, OverlapRule, Plan
from wudan.policy.engine.rulebook import Rulebook

Facts = Mapping[str, Any]
Seen = dict[str, Any]
Bucket = tuple[Any, ...]


Kept = tuple[tuple[Bucket, int | None, int | None] | None, ...]
"""Of each counting rule that counts the claim its bucket, anchor day and rank; `None` where it takes no part."""
Caps = tuple[tuple[CapRule, int], ...]
"""The caps that add the claim up, each with its maximum in fen."""
Spans = tuple[tuple[OverlapRule, int | None, int | None], ...]
"""The training period as each overlap rule has it."""
Marks = tuple[Kept, Caps, Spans]
"""A claim's part in the rules across claims."""
Measured = tuple[CountRule, Seen, int, Bucket, int | None, int | None]
"""A counting rule that measures the claim: what it looked at, maximum, bucket, anchor day and rank."""
Decided = tuple[
    tuple[bool | None, ...],  # for each own condition whether it holds; None where it is not asked
    tuple[Seen | None, ...],  # what each condition looked at
    tuple[int | None, ...],  # the value of each step of the amount; the last is the price
    Seen,  # what the amount looked at
    tuple[Measured | None, ...],
    tuple[Seen, ...],  # what each overlap rule looked at
    Marks,
]
"""Everything about one claim by itself."""


@dataclass(frozen=True, slots=True, eq=False)
class Scheme:
    """One scheme, ready to decide; `kinds` are the types of derived facts and values, `text` is the source, for reading."""

    plan: Plan
    kinds: Mapping[str, Type]
    text: str
    decide: Callable[[Facts], Decided]
    recall: Callable[[Facts], Marks]


class Book(dict[str, Scheme]):
    """The schemes of a rulebook by code, each written and compiled when it is first asked for."""

    def __init__(self, rulebook: Rulebook) -> None:
        super().__init__()
        self._plans = rulebook.plans

    def __missing__(self, code: str) -> Scheme:
        self[code] = scheme = _scheme(self._plans[code])
        return scheme


@lru_cache(maxsize=32)
def compiled(rulebook: Rulebook) -> Book:
    """The rulebook's functions; a loaded rulebook is written once."""
    return Book(rulebook)


def _scheme(plan: Plan) -> Scheme:
    deciding, recalling = _Function(plan), _Function(plan)
    decide, recall = deciding.text("decide", deciding.decision()), recalling.text("recall", recalling.marks())
    return Scheme(
        plan,
        deciding.kinds,
        f"{decide}\n\n\n{recall}\n",
        deciding.build("decide", decide),
        recalling.build("recall", recall),
    )


class _Function:
    """Writes one function of a scheme."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.writer = plan, Writer()
        self.kinds: dict[str, Type] = {}
        self.counting = [r for r in plan.across if isinstance(r, CountRule)]
        self.overlaps = [r for r in plan.across if isinstance(r, OverlapRule)]

    def decision(self) -> str:
        """The answer of `decide`."""
        value, code = self.writer.value, self.plan.scheme.code
        held, seen = [], []
        for condition in self.plan.conditions:
            holds, saw = self.writer.truth(condition.require), self.seen([condition.require])
            if condition.when is not None:
                asked = self.writer.local(self.writer.truth(condition.when))
                holds, saw = f"({holds} if {asked} else None)", f"({saw} if {asked} else None)"
            held.append(holds)
            seen.append(saw)
        parts = self.plan.amount.parts if self.plan.amount else ()
        steps = [value(part.node) for part in parts]
        priced = self.seen([parts[-1].node]) if parts else f"{{{self.item('scheme')}}}"
        measured = [self.measured(r) for r in self.counting if code in r.schemes]
        periods = [self.seen([r.start, r.end], r.same) for r in self.overlaps]
        answers = [_tuple(held), _tuple(seen), _tuple(steps), priced, _tuple(measured), _tuple(periods)]
        return _tuple([*answers, self.marks()])

    def marks(self) -> str:
        """The answer of `recall`."""
        value, code, name = self.writer.value, self.plan.scheme.code, self.writer.constant
        kept = []
        for rule in self.counting:
            if code in rule.against:
                part, needed = self.part(rule)
                kept.append(_where(needed, f"({part})"))
        caps = [f"({name(r)}, {value(r.maximum)})" for r in self.plan.across if isinstance(r, CapRule)]
        spans = [f"({name(r)}, {value(r.start)}, {value(r.end)})" for r in self.overlaps]
        return _tuple([_tuple(kept), _tuple(caps), _tuple(spans)])

    def measured(self, rule: CountRule) -> str:
        part, needed = self.part(rule)
        saw = self.seen(rule.compared, year=self.year(rule) if rule.period == "calendar_year" else "")
        name, maximum = self.writer.constant(rule), self.writer.value(rule.maximum)
        return _where(needed, f"({name}, {saw}, {maximum}, {part})")

    def part(self, rule: CountRule) -> tuple[str, list[str]]:
        """A claim's bucket, day and rank in a counting rule, and when it takes part: its condition holds, its key is whole."""
        writer = self.writer
        needed = [writer.local(writer.value(rule.when))] if rule.when is not None else []
        compared = [writer.local(writer.value(node)) for node in rule.compared]
        needed += [f"{t} is not None" for t, n in zip(compared, rule.compared, strict=True) if can_miss(n)]
        day = "None"
        if rule.period != "lifetime":
            day = writer.local(writer.value(rule.anchor))
            needed += [f"{day} is not None"] if can_miss(rule.anchor) else []
        bucket = [writer.constant(rule.code), *compared[: len(rule.key)]]
        bucket += [self.year(rule)] if rule.period == "calendar_year" else []
        rank = compared[-1] if rule.at_least is not None else "None"
        return f"{writer.local(_tuple(bucket))}, {day}, {rank}", needed

    def year(self, rule: CountRule) -> str:
        day = self.writer.local(self.writer.value(rule.anchor))
        known = f" if {day} is not None else None" if can_miss(rule.anchor) else ""
        return self.writer.local(f"{self.writer.constant(year_of)}({day}){known}")

    def seen(self, nodes: Sequence[Node], column: str = "", *, year: str = "") -> str:
        """What a rule looked at: fact columns, derived facts and dated values."""
        items: dict[str, str] = {}
        for node in nodes:
            items |= {name: self.item(name) for name in sorted(node.columns())}
            for name, part in node.named().items():
                if part.type.kind in ("date", "num"):
                    self.kinds[name] = part.type
                    items[name] = f"{self.writer.constant(name)}: {self.writer.value(part)}"
        if column:
            items[column] = self.item(column)
        if year:
            items["year"] = f"{self.writer.constant('year')}: {year}"
        return f"{{{', '.join(items.values())}}}"

    def item(self, column: str) -> str:
        return f"{self.writer.constant(column)}: {self.writer.column(column)}"

    def text(self, name: str, answer: str) -> str:
        lines = ["get = facts.get", *self.writer.lines, f"return {answer}"]
        return f"def {name}(facts):\n" + "\n".join(f"    {line}" for line in lines)

    def build(self, name: str, text: str) -> Any:
        space: dict[str, Any] = dict(self.writer.constants)
        exec(compile(text, f"<{name}>", "exec"), space)  # noqa: S102 names of our own only, see `expressions`
        return space[name]


def _where(needed: Sequence[str], text: str) -> str:
    return f"({text} if {' and '.join(needed)} else None)" if needed else text


def _tuple(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
