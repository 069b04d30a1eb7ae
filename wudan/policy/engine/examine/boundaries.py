"""What to try for each fact of a scheme: the values at every boundary of its expressions (边界).

Days are tried together, as `times`: first a person the scheme pays is found, then the days of that person are moved as
a whole to every day the rules name, and one by one to where some comparison of days turns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.examine import walk
from wudan.policy.engine.examine.climb import REFUSED, SPAN, Facts, climbed, lacking, turns
from wudan.policy.engine.facttypes import APPLIED_ON
from wudan.policy.engine.lang.arithmetic import compare
from wudan.policy.engine.lang.nodes import Const
from wudan.policy.engine.lang.types import number
from wudan.policy.engine.model import CountRule, Plan
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.shanghai import DAY_MICROS, MICROS
from wudan.policy.engine.values import from_day, to_day

MOST_DAYS = 90
MOST_SUBSETS = 4
SMALL = 10
MINUTE = 60 * MICROS
NINE = 9 * 60 * MINUTE
CERTIFIED, STARTED, ENDED = "certificate_issued_on", "started_on", "ended_on"
CLASS_DAYS, UNTIL_ISSUED, UNTIL_APPLIED = 19, 30, 60
OTHER = "其他"
DAYS = "天"


class Boundaries:
    """The values to try for one scheme, column by column, and its `times`; `good` are persons it pays, if there are any."""

    def __init__(self, rulebook: Rulebook, plan: Plan) -> None:
        self.rulebook, self.plan = rulebook, plan
        self.columns = rulebook.forms.by_name
        self.begins = rulebook.scope.named["begins"]
        self.nodes = [*walk.own_nodes(plan), self.begins]
        self.turning = walk.turning([*self.nodes, *walk.across_nodes(plan)])
        if plan.amount:
            self.turning.append(compare(">", plan.amount.parts[-1].node, Const(number(0, 0), value=0)))
        self.read = frozenset().union(*(node.columns() for node in self.nodes)) - {"scheme"}
        self.unread = self._unread()
        self.free = self._free()
        self.dates = self._dates()
        self.days = self._days()
        half = (self.days[0] + self.days[-1]) // 2
        self.middle = min(self.days, key=lambda day: abs(day - half))
        self.domains = {name: self._first(self.columns[name]) for name in self._plain()}
        self.wide = [n for n in self.domains if self._is_number(n) and self.columns[n].high > SMALL]
        self._refine()
        self.good = self._good()
        self.times = self._times()

    def _is_number(self, name: str) -> bool:
        return self.columns[name].kind is Kind.INTEGER

    def _plain(self) -> list[str]:
        names = [n for n in self.read if n != APPLIED_ON and self.columns[n].kind is not Kind.DATE]
        needed = ["project_id", "project_stage", "contract_fen"] if self.plan.scheme.by_provider else []
        order = {name: place for place, name in enumerate(self.columns)}
        return sorted({*names, *needed}, key=order.__getitem__)

    def _unread(self) -> list[str]:
        """Free texts, and levels, that only rules between claims read."""
        texts = [n for n in self.plan.scheme.columns if self.columns[n].kind is Kind.TEXT or n == "level"]
        return [
            n for n in texts if not (self.columns[n].options or n in self.read or n in ("claim_id", "scheme"))
        ]

    def _dates(self) -> list[str]:
        """The columns of days: the certificate's and the class's, when it was applied for, and those the rules read."""
        across = frozenset().union(*(node.columns() for node in walk.across_nodes(self.plan)), frozenset())
        own = [n for n, c in self.columns.items() if c.kind is Kind.DATE and n in self.read | across]
        return list(dict.fromkeys((CERTIFIED, STARTED, ENDED, APPLIED_ON, *own)))

    def _free(self) -> list[str]:
        """Free texts whose value the scheme's own rules do not look at, only whether it is given."""
        texts = [
            n for n, c in self.columns.items() if c.kind is Kind.TEXT and not c.options and n != "claim_id"
        ]
        return [n for n in texts if n != "scheme" and not walk.mentioned(self.nodes, n)]

    def kind_of(self, facts: Facts) -> tuple[Any, ...]:
        """What kind of certificate a claim is about: its type and level, and texts the rules look at (a trade, say)."""
        looked_at = [n for n in self.domains if self.columns[n].kind is Kind.TEXT and n not in self.free]
        return (facts["level"], *(facts[name] for name in dict.fromkeys(("certificate_type", *looked_at))))

    def base(self, **facts: Any) -> Facts:
        """A claim with everything given, in the middle of the time and of every range."""
        found: Facts = {name: None for name in self.columns if name != "amount_fen"}
        found |= dict(self.rulebook.forms.blanks)
        found |= {"scheme": self.plan.scheme.code} | self.time(self.middle)
        for name, values in self.domains.items():
            found[name] = values[len(values) // 2] if self._is_number(name) else values[-1]
        return {**found, **facts}

    def time(self, day: int, *, without_class: bool = False) -> Facts:
        """The days of a claim that begins on this day."""
        found: Facts = dict.fromkeys(self.dates, day)
        found[APPLIED_ON] = day + UNTIL_APPLIED
        if without_class:
            return found | {STARTED: None, ENDED: None}
        return found | {ENDED: day + CLASS_DAYS, CERTIFIED: day + UNTIL_ISSUED}

    def moved(self, facts: Facts, day: int) -> Facts:
        """The days of a claim, moved as a whole so that it begins on this day."""
        begun = self.begins.one(facts)
        by = 0 if begun is None else day - begun
        return {name: None if facts[name] is None else facts[name] + by for name in self.dates}

    def _first(self, column: Column) -> list[Any]:
        if column.kind is Kind.BOOLEAN:
            return [True, False]
        if column.kind is Kind.TEXT:
            options = list(column.options) or [*walk.mentioned(self.nodes, column.name), OTHER]
            return [None, *options]
        if column.kind is Kind.SET:
            return self._subsets(walk.mentioned(self.nodes, column.name))
        if column.high <= SMALL:
            return list(range(column.low, column.high + 1))
        label = self.rulebook.columns.get(column.name)
        found = {0, 1, 1_000_000 if label and label.unit == "分" else 100}
        found |= {self.length} if label and label.unit == DAYS else set()
        for node in self.turning:
            if column.name in node.columns():
                for value in walk.constants([node], "num"):
                    found |= {math.floor(value) + step for step in (-1, 0, 1, 2)}
        inside = sorted(v for v in found if column.low <= v <= column.high)
        return inside if column.name in dict(self.rulebook.forms.blanks) else [None, *inside]

    @property
    def length(self) -> int:
        """How many days lie between the first and the last day tried."""
        return self.days[-1] - self.days[0] - 1

    def counted_days(self, facts: Facts) -> int:
        """Days the claim says were spent (attended, say)."""
        labels = self.rulebook.columns
        return max((facts[n] or 0 for n in self.wide if n in labels and labels[n].unit == DAYS), default=0)

    @staticmethod
    def _subsets(names: list[str]) -> list[frozenset[str]]:
        if len(names) <= MOST_SUBSETS:
            taken = product((False, True), repeat=len(names))
            chosen = [{n for n, take in zip(names, row, strict=True) if take} for row in taken]
        else:
            chosen = [set(), *({n} for n in names), set(names)]
        return [frozenset({OTHER}), *map(frozenset, chosen)]

    def _refine(self) -> None:
        """Add to each range of whole numbers the two values between which some comparison turns."""
        for scale in (1, 100, 1_000_000):
            base = self.base(**dict.fromkeys(self.wide, scale))
            for name in self.wide:
                known = {v for v in self.domains[name] if v is not None}
                ends = {0, 1, self.columns[name].high, *known}
                for node in self.turning:
                    if name in node.columns():
                        known |= turns(node, base, name, ends)
                empty = [v for v in self.domains[name] if v is None]
                self.domains[name] = empty + thinned(sorted(known | ends))

    def _days(self) -> list[int]:
        """Days on either side of every day the rules name."""
        named = {int(day) for day in walk.constants(self.nodes + walk.across_nodes(self.plan), "date")}
        start = to_day(self.rulebook.origin.valid_from)
        named |= {start, to_day(self.plan.scheme.valid_from)}
        scope = self.rulebook.scope
        for names in (scope.values, scope.lists, scope.tables):
            named |= {day for dated_name in names.values() for day, _ in dated_name.versions}
        named |= {to_day(parameter.valid_from) for parameter in self.rulebook.parameters}
        if self.plan.amount:
            named |= {to_day(part.origin.valid_from) for part in self.plan.amount.parts}
        first, last = min(named), max(*named, start + 500)
        years = range(from_day(first).year, from_day(last).year + 1)
        yearly = any(isinstance(r, CountRule) and r.period == "calendar_year" for r in self.plan.across)
        found = {day + step for day in named for step in (-1, 0, 1)} | {(first + last) // 2}
        for year in years if yearly and len(years) <= SMALL else ():
            found |= {first_of(year) - 1, first_of(year)}
        return thinned(sorted(found), MOST_DAYS)

    def neighbours(self, facts: Facts) -> Iterator[Facts]:
        """The claim with one fact changed: to any value of its domain, or a day to where a comparison turns."""
        for name, values in self.domains.items():
            yield from ({**facts, name: value} for value in values if value != facts[name])
        yield from ({**facts, name: day} for name, day in self.other_days(facts))

    def other_days(self, facts: Facts) -> Iterator[tuple[str, int | None]]:
        """For each day of a claim, the days on both sides of where a comparison turns, and none at all."""
        for name in self.dates:
            now = self.middle if facts[name] is None else facts[name]
            found: set[int] = set()
            for node in self.turning:
                if name in node.columns():
                    found |= turns(node, facts, name, [now + step for step in SPAN])
            yield from ((name, day) for day in sorted(found) if day != facts[name])
            if facts[name] is not None and name not in (STARTED, ENDED, APPLIED_ON):
                yield name, None

    def _good(self) -> list[Facts]:
        """A person with a class and one without, as near to being paid as can be reached."""
        starts = [self.base(**self.time(self.middle, without_class=alone)) for alone in (False, True)]
        found = [climbed(self.plan, start, self.neighbours) for start in starts]
        passed = [facts for facts in found if lacking(self.plan, facts) < REFUSED]
        return passed or found

    def _times(self) -> list[Facts]:
        leap = [
            day for day in range(self.days[0], self.days[-1]) if from_day(day).timetuple()[1:3] == (2, 29)
        ][:1]
        found: list[Facts] = []
        for person in self.good:
            found += [self.moved(person, day) for day in self.days]
            for day in (self.middle, *leap):
                facts = {**person, **self.moved(person, day)}
                days = {name: facts[name] for name in self.dates}
                found += [{**days, name: other} for name, other in self.other_days(facts)]
        return list({tuple(time.values()): time for time in found}.values())


def dated(facts: Facts) -> Facts:
    """The facts with the moment of application that belongs to their day."""
    facts["applied_at"] = facts[APPLIED_ON] * DAY_MICROS + NINE
    return facts


def after(facts: Facts, earlier: Facts | None) -> Facts:
    """The claim, applied for a minute after an earlier one if it was not later anyway."""
    found = dated(dict(facts))
    if earlier is not None and earlier["applied_at"] >= found["applied_at"]:
        found["applied_at"] = earlier["applied_at"] + MINUTE
        found[APPLIED_ON] = found["applied_at"] // DAY_MICROS
    return found


def thinned(values: list[int], most: int = 24) -> list[int]:
    """Not too many values: all where few, else evenly taken, the ends kept."""
    if len(values) <= most:
        return values
    return [values[round(i * (len(values) - 1) / (most - 1))] for i in range(most)]


def first_of(year: int) -> int:
    """The first day of a year."""
    return to_day(from_day(0).replace(year=year))
