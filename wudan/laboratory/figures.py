"""Counting a run (汇总): heads and money by scheme, level, group, town, fund and month, as it is and as the draft would have it.

A head (人次) is a claim with a sum to pay: approved, or to be decided by people with a sum by the rules. Whole fen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wudan.laboratory.facts import Claims
from wudan.orders.subsidy.states import OUTCOMES
from wudan.policy.engine.facttypes import APPLIED_ON
from wudan.policy.engine.rulebook import Rulebook

PAYABLE = ("approved", "review")
DIMENSIONS = {
    "scheme": "补贴项目",
    "level": "等级",
    "group": "人员类别",
    "town": "镇街",
    "fund": "资金",
    "month": "申请月份",
}


@dataclass(slots=True)
class Decided:
    """One rulebook's answers to the claims of a run, in their order; a sum not set by the rules is None."""

    rulebook: Rulebook
    outcomes: Sequence[str]
    fens: Sequence[int | None]
    reasons: Sequence[str]

    def pays(self, place: int) -> bool:
        return self.outcomes[place] in PAYABLE and self.fens[place] is not None

    def fen(self, place: int) -> int:
        return (self.fens[place] or 0) if self.outcomes[place] in PAYABLE else 0


@dataclass
class Sums:
    """Heads and fen per key, before and after."""

    heads: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    fens: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))

    def add(self, side: int, key: str, fen: int) -> None:
        self.heads[side][key] += 1
        self.fens[side][key] += fen

    def rows(self, label: Callable[[str], str], order: Callable[[str], Any]) -> list[dict[str, Any]]:
        keys = sorted({*self.heads[0], *self.heads[1]}, key=lambda key: (order(key), key))
        return [
            {
                "key": key,
                "label": label(key),
                "before": [self.heads[0][key], self.fens[0][key]],
                "after": [self.heads[1][key], self.fens[1][key]],
            }
            for key in keys
        ]


@dataclass
class Counted:
    """A run being counted: the claims the rules decide, and those people decided, the same on both sides."""

    towns: Mapping[str, str]
    sums: dict[str, Sums] = field(default_factory=lambda: {name: Sums() for name in DIMENSIONS})
    outcomes: Sums = field(default_factory=Sums)

    def count(self, side: int, claims: Claims, decided: Decided) -> None:
        """One side of the comparison: every claim under one rulebook."""
        funds = Funds(decided.rulebook)
        columns = claims.facts
        for place in range(len(claims)):
            self.outcomes.add(side, decided.outcomes[place], decided.fen(place))
            if not decided.pays(place):
                continue
            fen = decided.fen(place)
            keys = {
                "scheme": columns["scheme"][place],
                "level": str(columns["level"][place]),
                "town": claims.towns[place],
                "fund": funds.of(claims, place),
                "month": claims.months[place],
            }
            for name, key in keys.items():
                self.sums[name].add(side, key, fen)
            for group in (columns["groups"][place] or "").split(";"):
                self.sums["group"].add(side, group, fen)

    def as_json(self, before: Rulebook, after: Rulebook) -> dict[str, Any]:
        """Everything in words, so that a stored result needs neither rulebook to be read."""

        def word(key: str) -> str:
            return after.words.get(key) or before.word(key)

        orders: dict[str, list[str]] = {
            "scheme": [*before.schemes, *after.schemes],
            "group": [*before.groups, *after.groups],
            "fund": [*before.pools, *after.pools],
        }
        labels: dict[str, Callable[[str], str]] = {
            "scheme": word,
            "level": lambda key: before.levels[key].label if key in before.levels else key,
            "group": lambda key: word(key) if key else "未填人员类别",
            "town": lambda key: self.towns.get(key, "未登记镇街"),
            "fund": word,
            "month": lambda key: f"{key[:4]}年{int(key[5:])}月",
        }
        found: dict[str, Any] = {}
        for name, sums in self.sums.items():
            order = orders.get(name)
            rank = _place(order) if order else _SORT.get(name, str)
            found[name] = sums.rows(labels[name], rank)
        found["outcome"] = self.outcomes.rows(lambda key: OUTCOMES.get(key, key), _place(list(OUTCOMES)))
        return found


_SORT: dict[str, Callable[[str], Any]] = {"level": lambda key: -int(key or 0)}
"""初级工 first, as the documents list them; without a level last."""


def _place(order: list[str]) -> Callable[[str], int]:
    places: dict[str, int] = {}
    for place, key in enumerate(order):
        places.setdefault(key, place)
    return lambda key: places.get(key, len(places))


class Funds:
    """Which fund pays: asked once for claims that do not differ in what the fund rules read."""

    def __init__(self, rulebook: Rulebook) -> None:
        self.rulebook = rulebook
        nodes = [rule.when for rule in rulebook.fund_rules if rule.when is not None]
        read = frozenset[str]().union(*(node.columns() for node in nodes))
        self.columns = sorted({"applied_at" if name == APPLIED_ON else name for name in read})
        self.known: dict[tuple[Any, ...], str] = {}

    def of(self, claims: Claims, place: int) -> str:
        key = tuple(claims.facts[name][place] for name in self.columns if name in claims.facts)
        if key not in self.known:
            self.known[key] = self.rulebook.fund_for(claims.row(place)).pool
        return self.known[key]


@dataclass(frozen=True, slots=True)
class Moved:
    """A claim decided otherwise by the draft; sums in fen, 0 where nothing is paid."""

    place: int
    before_fen: int
    after_fen: int

    @property
    def delta(self) -> int:
        return self.after_fen - self.before_fen


def moved(before: Decided, after: Decided) -> list[Moved]:
    """The claims whose result, sum or reasons differ, in their order."""
    return [
        Moved(place, before.fen(place), after.fen(place))
        for place in range(len(before.outcomes))
        if (before.outcomes[place], before.fens[place], before.reasons[place])
        != (after.outcomes[place], after.fens[place], after.reasons[place])
    ]


def totals(changes: Iterable[Moved], before: Decided, after: Decided) -> dict[str, Any]:
    """Who gains, who loses, who is newly paid or no longer; and how many differ in their reasons alone."""
    found = {name: [0, 0] for name in ("gain", "lose", "newly", "no_longer", "same_sum")}
    for one in changes:
        name = "gain" if one.delta > 0 else "lose" if one.delta < 0 else "same_sum"
        found[name] = [found[name][0] + 1, found[name][1] + one.delta]
        if before.pays(one.place) != after.pays(one.place):
            name = "newly" if after.pays(one.place) else "no_longer"
            found[name] = [found[name][0] + 1, found[name][1] + one.delta]
    return found
