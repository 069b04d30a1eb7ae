"""The rulebook's limits (每人每年次数) in which an enrolment holds a slot: counter, period, how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wudan.policy.engine.form import facts_of
from wudan.policy.engine.model import CountRule
from wudan.policy.engine.rulebook import Rulebook, takes_part, year_of


@dataclass(frozen=True, slots=True)
class Counter:
    """One limit as it meets these facts: `period` is the natural year of the rule's anchor ("2020"), or "all"."""

    rule: str
    period: str
    maximum: int


def counters(rulebook: Rulebook, facts: Mapping[str, object]) -> tuple[Counter, ...]:
    """The limits that measure a claim with these facts. A limit within rolling months (滚动期间) has no numbered slots: there the
    engine alone counts."""
    known = facts_of(facts, rulebook.forms)
    plan = rulebook.plans.get(str(known["scheme"]))
    found = []
    for rule in plan.across if plan else ():
        if not isinstance(rule, CountRule) or rule.kind != "limit" or rule.period == "rolling_months":
            continue
        if str(known["scheme"]) not in rule.schemes or not takes_part(rule, known):
            continue
        period = str(year_of(rule.anchor, known)) if rule.period == "calendar_year" else "all"
        found.append(Counter(rule.code, period, int(rule.maximum.one(known))))
    return tuple(found)


def counted(rulebook: Rulebook, counter: Counter, rows: Iterable[Mapping[str, object]]) -> int:
    """How many of these claims are counted against the counter (claims of `against`, in the same period)."""
    return sum(_counts(rulebook, counter, row) for row in rows)


def _counts(rulebook: Rulebook, counter: Counter, row: Mapping[str, object]) -> bool:
    known = facts_of(row, rulebook.forms)
    plan = rulebook.plans.get(str(known["scheme"]))
    for rule in plan.across if plan else ():
        if isinstance(rule, CountRule) and rule.code == counter.rule and takes_part(rule, known):
            period = str(year_of(rule.anchor, known)) if rule.period == "calendar_year" else "all"
            return str(known["scheme"]) in rule.against and period == counter.period
    return False
