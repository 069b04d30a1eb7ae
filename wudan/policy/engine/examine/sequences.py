"""What several claims of one person show: limits nobody reaches, caps nothing fills, repeats nobody stops.

A person is built claim by claim from claims that pass, each in another occupation, class and project, as long as the
engine lets them live; then the rule must speak.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.examine.boundaries import after, dated
from wudan.policy.engine.examine.climb import Facts
from wudan.policy.engine.examine.findings import Claims, Suspect, natives
from wudan.policy.engine.examine.grid import Grid
from wudan.policy.engine.lang.arithmetic import add_months
from wudan.policy.engine.lang.nodes import Node
from wudan.policy.engine.model import AcrossRule, CapRule, CountRule, OverlapRule
from wudan.policy.engine.rulebook import Rulebook, takes_part
from wudan.policy.engine.texts import yuan
from wudan.policy.engine.values import from_day

ENDLESS = 40
"""A scheme without an end is tried so many years on."""
MOST = 60
"""So many claims one person is given at most."""
LIVING = ("approved", "review")


@dataclass(frozen=True)
class Sequence:
    """One person's claims and what was decided of each."""

    claims: Claims
    decisions: list[Decision]

    def stopped_by(self, reason: str, rejecting: set[str]) -> bool:
        """Whether a claim was refused for this reason, and for no other that refuses."""
        return any(reason in d.reasons and not rejecting & set(d.reasons) - {reason} for d in self.decisions)

    @property
    def living(self) -> int:
        """How many of the claims are approved or with a person."""
        return sum(1 for decision in self.decisions if decision.outcome in LIVING)


class Sequences:
    """The examination of the rules between claims."""

    def __init__(self, rulebook: Rulebook, grids: dict[str, Grid]) -> None:
        self.rulebook = rulebook
        self.grids = {code: grid for code, grid in grids.items() if grid.alive.any()}
        rules = [r for plan in rulebook.plans.values() for r in (*plan.conditions, *plan.across)]
        self.rejecting = {r.reason for r in rules if not r.review}
        self.rules = {r.code: r for plan in rulebook.plans.values() for r in plan.across}

    def closed(self) -> Iterator[Suspect]:
        """Schemes whose very first claim is refused by a rule between claims (a limit or cap of nought)."""
        for code, grid in self.grids.items():
            tried = [self.decided([facts]) for facts in grid.samples]
            if any(one.living for one in tried):
                continue
            first = tried[0]
            rule = next((r for r in grid.plan.across if r.reason in first.decisions[0].reasons), None)
            if rule is None:
                continue
            message = f"{grid.plan.scheme.label}：没有一个人能通过；头一份申请就被“{rule.label}”拦下"
            yield Suspect("scheme-closed", (code,), rule.code, rule.origin.clause, message, [first.claims])

    def suspects(self) -> Iterator[Suspect]:
        """Everything found."""
        for rule in self.rules.values():
            schemes = [code for code in self.grids if code in rule.schemes]
            if not schemes:
                continue
            if isinstance(rule, CountRule):
                yield from self._never_asked(rule, schemes)
            if isinstance(rule, CapRule):
                yield from self._cap(rule, schemes)
            elif isinstance(rule, OverlapRule):
                yield from self._repeat("overlap-idle", rule, schemes)
            elif rule.kind == "limit":
                yield from self._limit(rule, schemes)
            elif rule.kind == "unique":
                yield from self._repeat("unique-idle", rule, schemes)

    def decided(self, claims: list[Facts]) -> Sequence:
        """The claims of one person, each applied for after the one before."""
        person: list[Facts] = []
        for facts in claims:
            person.append(after(facts, person[-1] if person else None))
        return Sequence(tuple(person), decide(self.rulebook, natives(self.rulebook, tuple(person))))

    def varied(self, facts: Facts, number: int) -> Facts:
        """The same claim in another occupation, class and project, so that it is another claim."""
        free = [n for n in self.grids[facts["scheme"]].boundaries.free if facts[n] is not None]
        return {**facts, **{n: f"{facts[n]}-{number + 1}" for n in free}}

    def _suspect(self, code: str, rule: AcrossRule, message: str, person: Claims) -> Suspect:
        return Suspect(code, tuple(sorted(rule.schemes)), rule.code, rule.origin.clause, message, [person])

    def _never_asked(self, rule: CountRule, schemes: list[str]) -> Iterator[Suspect]:
        """Schemes whose claims the rule names and never compares: its condition does not hold, or its key is empty."""
        for code in schemes:
            grid = self.grids[code]
            if (
                rule.kind != "exclusion"
                and len(schemes) > 1
                and not any(takes_part(rule, f) for f in grid.samples)
            ):
                message = f"{grid.plan.scheme.label}：“{rule.label}”列了这个项目，它的申请却从不参加比较"
                yield Suspect(
                    "when-never", (code,), rule.code, rule.origin.clause, message, [(grid.samples[0],)]
                )

    def _limit(self, rule: CountRule, schemes: list[str]) -> Iterator[Suspect]:
        """One claim more than the limit allows must be refused by it, on one day or spread over the years."""
        tried = [self._grown(rule, schemes, wide=wide) for wide in (False, True)]
        if any(sequence.stopped_by(rule.reason, self.rejecting) for sequence in tried):
            return
        best = tried[0] if rule.period == "calendar_year" else max(tried, key=lambda one: one.living)
        maximum = rule.maximum.words(self.rulebook.column_label)
        why = "还没有到" if best.living > MOST else "再多的是被别的规则拦下的，到不了这个次数"
        message = f"“{rule.label}”（{maximum}）：试到{best.living}次，{why}"
        yield self._suspect("limit-idle", rule, message, best.claims)

    def _grown(self, rule: CountRule, schemes: list[str], *, wide: bool) -> Sequence:
        """As many living claims as the engine allows and the limit asks for, and one more."""
        rows = [row for code in schemes for row in self._days_of(self.grids[code], rule, wide=wide)]
        last = self.decided([self.varied(rows[0], 0)])
        living: list[Facts] = []
        most = min(MOST, rule.maximum.one(rows[0])) + 1
        for number, row in enumerate(islice(cycle(rows), 0, most + 3 * len(rows))):
            trial = self.decided([*living, self.varied(row, number)])
            if trial.stopped_by(rule.reason, self.rejecting):
                return trial
            alive = trial.decisions[-1].outcome in LIVING
            if alive:
                living.append(self.varied(row, number))
            if alive or len(trial.claims) > len(last.claims):
                last = trial
            if len(living) > most:
                break
        return last

    def _days_of(self, grid: Grid, rule: CountRule, *, wide: bool) -> list[Facts]:
        """The cheapest claims of each kind; wide: one for each year."""
        able = [facts for facts in grid.loose if takes_part(rule, facts)] or grid.loose
        cheapest: dict[Any, Facts] = {}
        for facts in sorted(able, key=grid.price):
            cheapest.setdefault(grid.boundaries.kind_of(facts), facts)
        rows = list(cheapest.values())
        if not wide:
            return rows[:6]
        return yearly(grid, [f for f in able_rows(grid) if takes_part(rule, f)], rule.anchor) or rows[:1]

    def _cap(self, rule: CapRule, schemes: list[str]) -> Iterator[Suspect]:
        """The dearest claims of every year, as many as live, must once fill the cap."""
        rows = [pair for code in schemes for pair in self._dearest(self.grids[code])]
        most_days = max(self._days_there_are(self.grids[code]) for code in schemes)
        rows.sort(key=lambda pair: -pair[0])
        if not rows or rows[0][0] <= 0:
            return  # without a price nothing can fill a cap; that is told as no-price
        living: list[Facts] = []
        trial = self.decided([self.varied(rows[0][1], 0)])
        refused = 0
        for number, (_, row) in enumerate(cycle(rows)):
            trial = self.decided([*living, self.varied(row, number)])
            counted = sum(self.grids[f["scheme"]].boundaries.counted_days(f) for f in trial.claims)
            alive = counted <= most_days and trial.decisions[-1].outcome in LIVING
            if counted <= most_days and trial.stopped_by(rule.reason, self.rejecting):
                return
            living += [self.varied(row, number)] if alive else []
            refused = 0 if alive else refused + 1
            if refused == len(rows) or len(living) > MOST:
                break
        last = self.decided(living) if living else trial
        total = sum(decision.amount_fen or 0 for decision in last.decisions)
        shown = rule.maximum.words(self.rulebook.column_label)
        message = f"“{rule.label}”（{shown}）：试到{len(living)}份，合计{yuan(total)}，仍到不了"
        yield self._suspect("cap-idle", rule, message, last.claims)

    @staticmethod
    def _dearest(grid: Grid) -> list[tuple[int, Facts]]:
        """For each year the claim that is paid most, with its price."""
        most = Sequences._days_there_are(grid)
        able = [
            facts for facts in able_rows(grid) if grid.boundaries.counted_days(facts) <= most
        ] or able_rows(grid)
        rows = sorted(able, key=lambda facts: (-grid.price(facts), facts["started_on"] is not None))
        return [(grid.price(facts), facts) for facts in yearly(grid, rows, grid.boundaries.begins)]

    @staticmethod
    def _days_there_are(grid: Grid) -> int:
        """Nobody spends more days than the time in which claims may begin has; without bound where it has no end."""
        begins = {grid.boundaries.begins.one(facts) for facts in grid.picked(grid.alive, 2000)}
        endless = grid.boundaries.days[-1] in begins
        return 10**9 if endless else grid.boundaries.length

    def _repeat(self, code: str, rule: CountRule | OverlapRule, schemes: list[str]) -> Iterator[Suspect]:
        """The same claim twice (for an overlap: in another class) must be met by the rule."""
        person: Claims = ()
        for scheme in schemes:
            for facts in self._repeatable(self.grids[scheme], rule):
                again = self.varied(facts, 1) if isinstance(rule, OverlapRule) else facts
                sequence = self.decided([facts, again])
                if rule.reason in sequence.decisions[-1].reasons:
                    return
                person = person or sequence.claims
        rows = [facts for scheme in schemes for facts in self.grids[scheme].samples]
        person = person or self.decided([rows[0], rows[0]]).claims
        yield self._suspect(code, rule, f"“{rule.label}”没有拦下任何重复的申请", person)

    @staticmethod
    def _repeatable(grid: Grid, rule: CountRule | OverlapRule) -> list[Facts]:
        if isinstance(rule, OverlapRule):
            return [facts for facts in grid.samples if facts["started_on"] is not None]
        return [facts for facts in grid.samples if takes_part(rule, facts)]


def able_rows(grid: Grid) -> list[Facts]:
    """Claims that pass, with money where there is a price."""
    return grid.picked(grid.paid if grid.paid.any() else grid.alive, 400)


def yearly(grid: Grid, rows: list[Facts], anchor: Node) -> list[Facts]:
    """The first claim of each year; of a scheme without an end also many years on."""
    found: dict[int, Facts] = {}
    for facts in rows:
        day = anchor.one(facts)
        found.setdefault(0 if day is None else from_day(day).year, facts)
    boundaries = grid.boundaries
    last = found.get(max(found)) if found else None
    begun = boundaries.begins.one(last) if last else None
    if last and begun is not None and from_day(begun).year >= from_day(boundaries.days[-1]).year:
        for years in range(1, ENDLESS):  # where the scheme has ended after all, the engine refuses them
            later = {**last, **boundaries.moved(last, add_months(begun, 12 * years))}
            found[max(found) + 1] = dated(later)
    return [found[year] for year in sorted(found)]
