"""Many claims of one scheme, at every boundary, decided by the engine itself in columns; each claim by itself."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.decide import decide_table
from wudan.policy.engine.examine.boundaries import Boundaries, dated
from wudan.policy.engine.examine.climb import Facts
from wudan.policy.engine.lang.nodes import Node, TextColumn
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.model import Plan
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.table.source import Source

Mask = npt.NDArray[np.bool_]
MOST_PLAIN = 4000
"""So many combinations of facts (days apart) are all tried."""
MOST_DRAWN = 1500
"""Of more, so many are drawn, the same every time, beside every two facts of a person who is paid."""
MOST_WITH_DAYS = 60
"""So many of them meet every day."""


@dataclass
class Columns:
    """Facts by column, as `Node.many` reads them."""

    rows: Sequence[Facts]
    kinds: Mapping[str, Column]
    memo: dict[int, Any] = field(default_factory=dict)
    read: dict[str, Any] = field(default_factory=dict)

    def column(self, name: str) -> Any:
        """The values of a fact."""
        if name not in self.read:
            kind = self.kinds[name].kind if name in self.kinds else Kind.INTEGER
            self.read[name] = _column(kind, [row.get(name) for row in self.rows])
        return self.read[name]

    def ask(self, node: Node | None) -> Any:
        """An expression's values, one per row."""
        value = np.True_ if node is None else node.many(self)
        return value if isinstance(value, TextColumn) else np.broadcast_to(value, len(self.rows))


def _column(kind: Kind, values: list[Any]) -> Any:
    if kind is Kind.BOOLEAN:
        return np.array(values, np.bool_)
    if kind not in (Kind.TEXT, Kind.PERSON, Kind.SET):
        return np.array([NONE if v is None else v for v in values], np.int64)
    vocabulary = list(dict.fromkeys(v for v in values if v is not None))
    places = {value: place for place, value in enumerate(vocabulary)}
    return TextColumn(np.array([places.get(v, -1) for v in values], np.int32), tuple(vocabulary))


@dataclass
class Grid:
    """Valid claims of one scheme with what was decided of each."""

    boundaries: Boundaries
    rows: list[Facts]
    outcome: npt.NDArray[np.str_]
    amount: npt.NDArray[np.int64]
    reasons: list[frozenset[str]]

    @property
    def plan(self) -> Plan:
        """Everything asked of the scheme."""
        return self.boundaries.plan

    @cached_property
    def columns(self) -> Columns:
        """The rows as columns."""
        return Columns(self.rows, self.boundaries.columns)

    @cached_property
    def alive(self) -> Mask:
        """Approved, or with a person."""
        return np.isin(self.outcome, ("approved", "review"))

    @cached_property
    def paid(self) -> Mask:
        """Approved with money."""
        return np.asarray((self.outcome == "approved") & (self.amount > 0), np.bool_)

    @cached_property
    def samples(self) -> list[Facts]:
        """Claims that pass (with money where there is a price), one for each kind of certificate, the plainest first."""
        return self._kinds(self.paid if self.paid.any() else self.alive)

    @cached_property
    def loose(self) -> list[Facts]:
        """The same without a class where that passes, so that no two of them overlap."""
        without = np.fromiter((row["started_on"] is None for row in self.rows), np.bool_, len(self.rows))
        return self._kinds((self.paid if self.paid.any() else self.alive) & without) or self.samples

    def price(self, facts: Facts) -> int:
        """What a claim would be paid, in fen; 0 without a price."""
        return (self.plan.amount.parts[-1].node.one(facts) if self.plan.amount else 0) or 0

    def _kinds(self, mask: Mask) -> list[Facts]:
        """For each certificate type and level the plainest claim, and then the cheapest."""
        plain: dict[tuple[Any, ...], Facts] = {}
        cheap: dict[tuple[Any, ...], Facts] = {}
        for facts in self.picked(mask, 400):
            kind = self.boundaries.kind_of(facts)
            plain.setdefault(kind, facts)
            if self.price(facts) < self.price(cheap.get(kind, plain[kind])):
                cheap[kind] = facts
        return [*plain.values(), *cheap.values()]

    def failing(self, reason: str) -> Mask:
        """Rows for which a reason was given."""
        return np.fromiter((reason in found for found in self.reasons), np.bool_, len(self.reasons))

    def picked(self, mask: Mask, most: int = 200) -> list[Facts]:
        """The rows of a mask, not too many; the plainest first."""
        places = np.flatnonzero(mask)[:: max(1, int(mask.sum()) // most)]
        return sorted((self.rows[place] for place in places.tolist()), key=self.plainness)

    def best(self, mask: Mask) -> list[Facts]:
        """The rows of a mask; those that are approved only, if there are any, else those that live."""
        for wanted in (mask & (self.outcome == "approved"), mask & self.alive):
            if wanted.any():
                return self.picked(wanted)
        return self.picked(mask)

    def plainness(self, facts: Facts) -> tuple[int, ...]:
        """How ordinary a claim is: in the middle of the time, with a certificate and few oddities."""
        middle = self.boundaries.middle
        begun = facts["started_on"] or facts["certificate_issued_on"] or 0
        odd = sum(1 for v in facts.values() if v is None or v in (True, frozenset({"其他"})))
        wide = {n: facts[n] or 1 for n in self.boundaries.wide}
        usual = sum(abs(len(str(v)) - (7 if n.endswith("_fen") else 3)) for n, v in wide.items())
        return (0 if abs(begun - middle) < 60 else 1, odd, usual)


def build_grid(rulebook: Rulebook, plan: Plan) -> Grid:
    """The claims of a scheme at every boundary, decided."""
    boundaries = Boundaries(rulebook, plan)
    middles = [boundaries.moved(person, boundaries.middle) for person in boundaries.good]
    plain = _plain(boundaries)
    first = _decided(rulebook, boundaries, [{**row, **time} for row in plain for time in middles])
    alive = first.picked(first.alive, MOST_WITH_DAYS * 2 // 3)
    others = first.picked(~first.alive, MOST_WITH_DAYS // 3)
    later = [{**row, **time} for row in (*alive, *others) for time in boundaries.times]
    second = _decided(rulebook, boundaries, later)
    return Grid(
        boundaries,
        [*first.rows, *second.rows],
        np.concatenate([first.outcome, second.outcome]),
        np.concatenate([first.amount, second.amount]),
        [*first.reasons, *second.reasons],
    )


def _plain(boundaries: Boundaries) -> list[Facts]:
    """Combinations of facts, days apart: all, or where they are too many, every two facts of a person changed, and some."""
    names, domains = list(boundaries.domains), list(boundaries.domains.values())
    person = boundaries.good[0]
    if prod(map(len, domains)) <= MOST_PLAIN:
        return [{**person, **dict(zip(names, row, strict=True))} for row in product(*domains)]
    drawn = random.Random(4)  # noqa: S311 the same draw every time
    rows = [
        {**person, **{n: drawn.choice(d) for n, d in boundaries.domains.items()}} for _ in range(MOST_DRAWN)
    ]
    for good in boundaries.good:
        for one, two in combinations(names, 2):
            pairs = product(boundaries.domains[one], boundaries.domains[two])
            rows += [{**good, one: first, two: second} for first, second in pairs]
    return rows


def _decided(rulebook: Rulebook, boundaries: Boundaries, rows: list[Facts]) -> Grid:
    """The claims, each once, decided by the scheme's own rules alone; what no form would take is left out."""
    plan = boundaries.plan
    rows = list({tuple(row.values()): row for row in (complete(boundaries, row) for row in rows)}.values())
    alone = replace(
        rulebook,
        plans={plan.scheme.code: replace(plan, across=())},
        content_hash=f"{rulebook.content_hash}/{plan.scheme.code}",
    )
    table = decide_table(alone, source(rulebook, [(row,) for row in rows]))
    outcomes, amounts, reasons = (table[n].to_pylist() for n in ("outcome", "amount_fen", "reasons"))
    valid = [place for place, outcome in enumerate(outcomes) if outcome != "invalid"]
    known = {text: frozenset(filter(None, text.split(";"))) for text in set(reasons)}
    return Grid(
        boundaries,
        [rows[place] for place in valid],
        np.array([outcomes[p] for p in valid], np.str_),
        np.array([NONE if amounts[p] is None else amounts[p] for p in valid], np.int64),
        [known[reasons[p]] for p in valid],
    )


def complete(boundaries: Boundaries, facts: Facts) -> Facts:
    """A claim with what only rules between claims read filled in, so that they concern it."""
    row = dict(facts)
    for name in boundaries.unread:
        if name in SMALL_NUMBERS:
            row[name] = SMALL_NUMBERS[name]
        elif row[name] is None:
            row[name] = SAMPLE.get(name, f"{boundaries.rulebook.column_label(name)}一")
    if "class_id" not in boundaries.read:
        row["class_id"] = None if row["started_on"] is None else SAMPLE["class_id"]
    return dated(row)


SMALL_NUMBERS = {"level": 5, "prior_level": 0}
SAMPLE = {"occupation_code": "4-01-01-01", "project_id": "项目一", "class_id": "班一"}


def source(rulebook: Rulebook, persons: Sequence[Sequence[Facts]]) -> Source:
    """Persons with their claims as a table to decide; claims in order of person, then of place."""
    rows = [facts for claims in persons for facts in claims]
    numbers = [(who, place) for who, claims in enumerate(persons) for place in range(len(claims))]
    found: dict[str, pa.Array] = {
        "claim_id": pa.array([f"{who:06d}-{place:03d}" for who, place in numbers]),
        "person_id": pa.array([f"#{who}" for who, _ in numbers]),
    }
    columns = rulebook.forms.by_name
    names = [n for n in (rows[0] if rows else ()) if n in columns and n not in found]
    for name in names:
        values = [facts[name] for facts in rows]
        if any(value is not None for value in values):
            found[name] = _array(columns[name], values)
    return Source(found, len(rows))


def _array(column: Column, values: list[Any]) -> pa.Array:
    if column.kind is Kind.SET:
        texts = {value: ";".join(sorted(value)) for value in set(values)}
        return pa.array([texts[value] for value in values], pa.string())
    if column.kind is Kind.DATE:
        return pa.array(values, pa.int32()).cast(pa.date32())
    if column.kind is Kind.STAMP:
        return pa.array(values, pa.int64()).cast(pa.timestamp("us"))
    plain = {Kind.INTEGER: pa.int64(), Kind.BOOLEAN: pa.bool_()}
    return pa.array(values, plain.get(column.kind, pa.string()))
