"""What two claims of one person under two schemes show: one certificate paid twice, exclusions that never meet.

The certificate and the class are the first scheme's; what only the second asks about the person is taken from a claim
the second scheme pays. Both orders of application are tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

from wudan.policy.engine.decide import decide, decide_table
from wudan.policy.engine.examine.boundaries import after, dated
from wudan.policy.engine.examine.climb import Facts
from wudan.policy.engine.examine.findings import Claims, Suspect, natives
from wudan.policy.engine.examine.grid import Grid, source
from wudan.policy.engine.model import CountRule
from wudan.policy.engine.rulebook import Rulebook, takes_part
from wudan.policy.engine.single import UNPRICED

MOST, FEW = 15, 3
CERTIFICATE = (
    "certificate_type", "certificate_issued_on", "level", "occupation_code", "started_on", "ended_on", "class_id",
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """Two claims of one person and what was decided of each."""

    claims: Claims
    outcomes: tuple[str, ...]
    amounts: tuple[int | None, ...]
    reasons: tuple[frozenset[str], ...]
    way: str

    def both_pass(self, unpriced: set[str]) -> bool:
        """Both approved with money; of a scheme without any price, only the price still wanting."""
        return all(
            (outcome == "approved" and (amount or 0) > 0)
            or (reasons == {UNPRICED} and facts["scheme"] in unpriced)
            for facts, outcome, amount, reasons in zip(
                self.claims, self.outcomes, self.amounts, self.reasons, strict=True
            )
        )


class Pairs:
    """Trials of every two schemes claimed by persons."""

    def __init__(self, rulebook: Rulebook, grids: dict[str, Grid]) -> None:
        self.rulebook = rulebook
        self.grids = {c: g for c, g in grids.items() if not g.plan.scheme.by_provider and g.alive.any()}
        self.projects = {c: g for c, g in grids.items() if g.plan.scheme.by_provider and g.alive.any()}
        self.trials: dict[tuple[str, str], list[Trial]] = {}
        self._try_all()

    def _try_all(self) -> None:
        waiting: list[tuple[tuple[str, str], str, Claims]] = []
        for first, second in combinations_with_replacement(self.grids, 2):
            one_way = not self._excludes(first, second)
            for way, claims in self._persons(self.grids[first], self.grids[second]):
                waiting.append(((first, second), way, claims))
                if not one_way:
                    waiting.append(((first, second), way, turned(claims)))
        if waiting:
            self._decide(waiting)
        for code, grid in self.projects.items():
            for facts in samples(grid):
                self._decide_project(code, facts)

    def _decide(self, waiting: list[tuple[tuple[str, str], str, Claims]]) -> None:
        table = decide_table(self.rulebook, source(self.rulebook, [claims for _, _, claims in waiting]))
        outcomes, amounts = table["outcome"].to_pylist(), table["amount_fen"].to_pylist()
        reasons = [frozenset(filter(None, text.split(";"))) for text in table["reasons"].to_pylist()]
        for place, (pair, way, claims) in enumerate(waiting):
            two = slice(2 * place, 2 * place + 2)
            trial = Trial(claims, tuple(outcomes[two]), tuple(amounts[two]), tuple(reasons[two]), way)
            self.trials.setdefault(pair, []).append(trial)

    def _decide_project(self, code: str, facts: Facts) -> None:
        """One by one: the claims of all projects together would meet each other."""
        claims = couple(facts, facts)
        found = decide(self.rulebook, natives(self.rulebook, claims))
        trial = Trial(
            claims,
            tuple(d.outcome for d in found),
            tuple(d.amount_fen for d in found),
            tuple(frozenset(d.reasons) for d in found),
            "same",
        )
        self.trials.setdefault((code, code), []).append(trial)

    def _excludes(self, *schemes: str) -> bool:
        rules = [r for code in schemes for r in self.rulebook.plans[code].across]
        return any(isinstance(r, CountRule) and r.kind == "exclusion" for r in rules)

    def _persons(self, first: Grid, second: Grid) -> Iterator[tuple[str, Claims]]:
        for place, one in enumerate([*samples(first), *(samples(second) if first is not second else ())]):
            for two in samples(second)[:2] if first is not second else (one,):
                yield from self._ways(first, second, one, two, different=place < FEW)

    def _ways(
        self, first: Grid, second: Grid, one: Facts, two: Facts, *, different: bool
    ) -> Iterator[tuple[str, Claims]]:
        person = joined(first, second, one, two)
        code_one, code_two = {"scheme": first.plan.scheme.code}, {"scheme": second.plan.scheme.code}
        yield "same", couple({**person, **code_one}, {**person, **code_two})
        left_out = set(first.boundaries.unread) & set(second.boundaries.unread) - {"class_id"}
        if left_out:
            bare = person | dict.fromkeys(left_out)
            yield "bare", couple({**bare, **code_one}, {**bare, **code_two})
        if different:
            other = {**person, **code_two, "occupation_code": "4-02-02-02", "project_id": "项目二"}
            yield "other", couple({**person, **code_one}, moved(other))

    def suspects(self) -> Iterator[Suspect]:
        """Certificates paid twice, and exclusions that never meet."""
        unpriced = {code for code, plan in self.rulebook.plans.items() if plan.amount is None}
        for schemes, trials in self.trials.items():
            found: dict[tuple[str, str], list[Claims]] = {}
            for trial in trials:
                if trial.way != "other" and trial.both_pass(unpriced):
                    found.setdefault(self._gap(trial), []).append(trial.claims)
            for (rule, why), persons in found.items():
                yield self._twice(schemes, rule, why, persons)
        yield from self._exclusions()

    def _gap(self, trial: Trial) -> tuple[str, str]:
        """The rule that should have met the two (empty where there is none), and why it did not."""
        first, second = (facts["scheme"] for facts in trial.claims)
        for rule in self.rulebook.plans[second].across:
            if not isinstance(rule, CountRule) or rule.kind == "limit":
                continue
            if second in rule.schemes and first in rule.against:
                whole = all(takes_part(rule, facts) for facts in trial.claims)
                lack = f"“{rule.label}”没有比到：这样填不参加比较"
                return rule.code, f"“{rule.label}”比较的内容不一样，没有拦下" if whole else lack
        return "", "没有规则拦下第二份"

    def _twice(self, schemes: tuple[str, str], code: str, why: str, persons: list[Claims]) -> Suspect:
        labels = [self.rulebook.schemes[scheme].label for scheme in schemes]
        rule = next((r for p in self.rulebook.plans.values() for r in p.across if r.code == code), None)
        own = dict.fromkeys(self.rulebook.schemes[scheme].clause for scheme in schemes)
        clause = rule.origin.clause if rule else "；".join(own)
        if schemes[0] == schemes[1]:
            message = f"{labels[0]}可以拿同一张证书领两次：{why}"
            return Suspect("one-twice", schemes[:1], code, clause, message, persons)
        message = f"{labels[0]}和{labels[1]}可以拿同一张证书各领一次：{why}"
        return Suspect("two-schemes", schemes, code, clause, message, persons)

    def _exclusions(self) -> Iterator[Suspect]:
        rules = {r.code: r for p in self.rulebook.plans.values() for r in p.across}
        for rule in rules.values():
            if isinstance(rule, CountRule) and rule.kind == "exclusion" and not self._meets(rule):
                names = [
                    "、".join(self.rulebook.schemes[c].label for c in sorted(s))
                    for s in (rule.schemes, rule.against)
                ]
                grids = {**self.grids, **self.projects}
                persons: list[Claims] = [
                    (grids[c].samples[0],) for c in sorted(rule.schemes) if c in grids and grids[c].samples
                ]
                message = f"“{rule.label}”：{names[0]}不会碰到{names[1]}"
                schemes = tuple(sorted(rule.schemes | rule.against))
                yield Suspect("exclusion-idle", schemes, rule.code, rule.origin.clause, message, persons[:1])

    def _meets(self, rule: CountRule) -> bool:
        """Whether some second claim is refused by this rule alone."""
        for trials in self.trials.values():
            for trial in trials:
                first, second = (facts["scheme"] for facts in trial.claims)
                if (
                    second in rule.schemes
                    and first in rule.against
                    and trial.reasons[1] - {UNPRICED} == {rule.reason}
                ):
                    return True
        return bool(rule.schemes & rule.against)


def samples(grid: Grid) -> list[Facts]:
    """Claims of a scheme that pass with a dated certificate, one for each kind."""
    return [facts for facts in grid.samples if facts["certificate_issued_on"] is not None][:MOST]


def joined(first: Grid, second: Grid, one: Facts, two: Facts) -> Facts:
    """One person with one certificate: the first claim, and what only the second scheme asks."""
    reads = second.boundaries.read | set(second.plan.scheme.columns)
    known = first.boundaries.read | set(first.plan.scheme.columns)
    person = dict(one)
    for name in reads - known - set(CERTIFICATE):
        person[name] = two.get(name)
    person["groups"] = (one["groups"] | two["groups"]) - {"其他"}
    if person["certificate_type"] is None:
        person |= {name: two[name] for name in ("certificate_type", "level")}
    person["occupation_code"] = one["occupation_code"] or two["occupation_code"] or "4-01-01-01"
    return person


def couple(first: Facts, second: Facts) -> Claims:
    """The second applied for after the first."""
    one = dated(dict(first))
    return one, after(second, one)


def turned(claims: Claims) -> Claims:
    """The same two the other way round."""
    return couple(claims[1], claims[0])


def moved(facts: Facts) -> Facts:
    """The same in another class, forty days later."""
    later = {
        n: facts[n] + 40 for n in ("certificate_issued_on", "started_on", "ended_on") if facts[n] is not None
    }
    return {**facts, **later, "class_id": None if facts["started_on"] is None else "班二"}
