"""Claims that stand on the boundaries of whatever rulebook they are made for, some of them dirty.

Numbers and dates come out of the rulebook's own constants, each with its neighbours; texts from its columns' options.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any

from tests.policy.engine.helpers import PERSONS, Row
from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.form import check_row
from wudan.policy.engine.lang.nodes import Const, HasAny, Lookup, Node, OneOf
from wudan.policy.engine.model import CountRule, OverlapRule, Plan
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.values import from_day

DIRTY: dict[Kind, tuple[Any, ...]] = {
    Kind.TEXT: ("", " "),
    Kind.PERSON: ("", "#", "110105194912310021"),
    Kind.SET: (" ; ", "poor; employee ;"),
    Kind.INTEGER: ("-1", "1e3", "3.0", " 2 ", "1000000000001"),
    Kind.BOOLEAN: ("maybe", "是", "FALSE"),
    Kind.DATE: ("2020-02-30", "x", "2020/1/9"),
    Kind.STAMP: ("", "x", "2020-06-01T00:00:00Z"),
}
FEES = (666_666, 666_667, 999_999, 1_000_000, 1_000_002, 1_000_005)


def nodes_of(plan: Plan) -> list[Node]:
    """The expressions of a scheme."""
    found: list[Node | None] = []
    for condition in plan.conditions:
        found += [condition.when, condition.require]
    found += [part.node for part in plan.amount.parts] if plan.amount else []
    for rule in plan.across:
        if isinstance(rule, CountRule):
            found += [rule.when, *rule.key, rule.anchor, rule.maximum]
        elif isinstance(rule, OverlapRule):
            found += [rule.start, rule.end]
        else:
            found.append(rule.maximum)
    return [node for node in found if node is not None]


def inside(node: Node) -> Iterator[Node]:
    """The node and everything it is made of."""
    yield node
    for child in node.children:
        yield from inside(child)


class Boundaries:
    """What a rulebook's rules compare with."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        numbers, texts, days = {0, 1, 2, 5, 6, 20}, {"A", "B"}, {dt.date(2020, 2, 29), dt.date(2020, 6, 1)}
        every = (n for plan in rulebook.plans.values() for node in nodes_of(plan) for n in inside(node))
        for node in every:
            if isinstance(node, Const) and node.type.kind == "num" and isinstance(node.value, int):
                numbers |= {node.value + step for step in (-1, 0, 1)}
            elif isinstance(node, Const) and node.type.kind == "date" and isinstance(node.value, int):
                days |= {from_day(node.value + step) for step in (-1, 0, 1)}
            elif isinstance(node, HasAny):
                texts |= set(node.options)
            elif isinstance(node, OneOf):
                texts |= {option for option in node.options if isinstance(option, str)}
            elif isinstance(node, Lookup):
                texts |= {key for key in (node.entries or {}) if isinstance(key, str)}
        self.numbers, self.texts, self.days = sorted(numbers), sorted(texts), sorted(days)

    def table(self, random: Random, persons: int, *, each: int = 6) -> tuple[list[Row], list[Row]]:
        """Claims of some persons, each keeping to a few schemes and mostly to one year, and a usable history of theirs."""
        claims: list[Row] = []
        paid: list[Row] = []
        for person in range(persons):
            schemes = random.sample(sorted(self.rulebook.schemes), 2)
            name = random.choice([f"#{person}", PERSONS[2], PERSONS[3]]) if person % 9 == 0 else f"#{person}"
            for _ in range(each):
                row = self.row(random, random.choice(schemes), f"C{len(claims)}", name)
                claims.append(self.soiled(row, random))
            if person % 3 == 0:
                row = self.row(random, random.choice(schemes), f"H{person}", name)
                paid.append({**row, "amount_fen": random.choice([0, 20_000, 49_999, 100_000])})
        forms = self.rulebook.forms
        return claims, [row for row in paid if not check_row(row, forms, paid=True).bad]

    def row(self, random: Random, scheme: str, claim_id: str, person: str) -> Row:
        """A claim whose form is in order, near the boundaries of its rules."""
        row = {column.name: self.cell(column, random) for column in self.rulebook.forms.columns}
        started, ended = self.period(random)
        issued = row["certificate_issued_on"] or self.day(random)
        completed = random.choice([0, 1, 2, 20, 100])
        row |= {
            "claim_id": claim_id,
            "person_id": person,
            "scheme": scheme,
            "started_on": started,
            "ended_on": ended,
            "certificate_issued_on": issued,
            "contract_fen": random.choice([1, 101, 1_000_000]),
            "completed_count": completed,
            "employed_count": min(random.choice([0, 1, 16, 17, 84, 85, 86]), completed),
            "applied_at": f"2020-06-{random.randrange(1, 4):02} 0{random.randrange(10)}:00",
        }
        if self.rulebook.schemes[scheme].by_provider:
            row |= {
                "project_id": random.choice(["P1", "P2"]),
                "project_stage": random.choice(["advance", "balance"]),
            }
        return row

    def soiled(self, row: Row, random: Random) -> Row:
        """One row in eight has a cell that is dirty, or an id that was there before."""
        if random.random() > 0.12:
            return row
        column = random.choice(self.rulebook.forms.columns)
        return {**row, column.name: random.choice([*DIRTY[column.kind], None])}

    def day(self, random: Random) -> dt.date:
        """Mostly a day of 2020, else one the rules name or its neighbour."""
        return (
            random.choice(self.days) if random.random() < 0.25 else dt.date(2020, random.randrange(1, 13), 5)
        )

    def period(self, random: Random) -> tuple[dt.date | None, dt.date | None]:
        """No class, a short one, or one of about two years."""
        if random.random() < 0.3:
            return None, None
        start = self.day(random)
        if random.random() < 0.2:
            leap = (start.month, start.day) == (2, 29)
            return start, start.replace(year=start.year + 2, day=28 if leap else start.day)
        return start, start + dt.timedelta(random.choice([0, 4, 9, 729, 730, 731, 732]))

    def cell(self, column: Column, random: Random) -> Any:
        """A value of a column: empty now and then, else a boundary, or what most rules like."""
        if random.random() < 0.06:
            return None
        if column.options:
            return random.choice(column.options)
        if column.kind is Kind.INTEGER:
            fees = FEES if column.name.endswith("_fen") else ()
            return random.choice([*(n for n in self.numbers if column.low <= n <= column.high), *fees])
        if column.kind is Kind.BOOLEAN:
            return random.random() < 0.1
        if column.kind is Kind.DATE:
            return self.day(random)
        if column.kind is Kind.SET:
            size = len(self.texts) if random.random() < 0.7 else random.randrange(len(self.texts))
            return ";".join(random.sample(self.texts, size))
        return random.choice(["A", "A", "B", *self.texts[:1]])
