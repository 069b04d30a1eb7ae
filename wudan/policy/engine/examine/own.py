"""What single claims show: conditions that do nothing, schemes nobody gets, prices missing or odd."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from wudan.policy.engine.examine.cover import Coverage
from wudan.policy.engine.examine.findings import Claims, Facts, Suspect
from wudan.policy.engine.examine.grid import Grid, Mask
from wudan.policy.engine.examine.walk import descend
from wudan.policy.engine.lang.nodes import Lookup
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.model import AmountRule, Condition, CountRule
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.single import UNPRICED
from wudan.policy.engine.texts import yuan


def alone(facts: list[Facts]) -> list[Claims]:
    """Each claim as a person with that one claim."""
    return [(row,) for row in facts]


class OwnRules:
    """The examination of one scheme's own rules."""

    def __init__(self, rulebook: Rulebook, grid: Grid, coverage: Coverage) -> None:
        self.rulebook, self.grid, self.coverage = rulebook, grid, coverage
        self.plan, self.scheme = grid.plan, grid.plan.scheme
        self.failed = {c.code: grid.failing(c.reason) for c in self.plan.conditions}

    def suspects(self) -> Iterator[Suspect]:
        """Everything found."""
        if not self.grid.alive.any():
            yield self._closed()
            return
        for condition in self.plan.conditions:
            yield from self._condition(condition)
        if self.plan.amount:
            yield from self._amount(self.plan.amount)
        self._between_claims()
        yield from self._unpriced()

    def suspect(self, code: str, rule: Any, message: str, rows: list[Facts]) -> Suspect:
        """A suspect of this scheme."""
        text = f"{self.scheme.label}：{message}"
        return Suspect(code, (self.scheme.code,), rule.code, rule.origin.clause, text, alone(rows))

    def _closed(self) -> Suspect:
        """The person who comes nearest, and what still stands in the way."""
        grid = self.grid
        fewest = min(map(len, grid.reasons))
        near = np.fromiter((len(found) == fewest for found in grid.reasons), np.bool_, len(grid.reasons))
        person = grid.picked(near)[0]
        place = next(i for i, row in enumerate(grid.rows) if row is person)
        in_the_way = [c for c in self.plan.conditions if c.reason in grid.reasons[place] and not c.review]
        labels = "、".join(c.label for c in in_the_way)
        message = f"{self.scheme.label}：没有一个人能通过；最接近的人仍不符合“{labels}”"
        clause = in_the_way[0].origin.clause if in_the_way else self.scheme.clause
        rule = in_the_way[0].code if len(in_the_way) == 1 else ""
        return Suspect("scheme-closed", (self.scheme.code,), rule, clause, message, [(person,)])

    def _between_claims(self) -> None:
        """Follow what rules between claims compare, where the claims were varied in all it reads."""
        read = self.grid.boundaries.read | {"scheme"}
        for rule in self.plan.across:
            for node in rule.key if isinstance(rule, CountRule) else ():
                if node.columns() <= read:
                    self.coverage.visit(
                        self.grid, node, self.grid.alive, (rule.code, rule.label, rule.origin)
                    )

    def _condition(self, condition: Condition) -> Iterator[Suspect]:
        grid, failed = self.grid, self.failed[condition.code]
        asked = np.asarray(grid.columns.ask(condition.when), np.bool_)
        others = self._others(condition)
        rule = (condition.code, f"{condition.label}（{condition.code}）", condition.origin)
        if not asked.any():
            words = condition.when.words(self.rulebook.column_label) if condition.when else ""
            yield self.suspect(
                "when-never",
                condition,
                f"“{condition.label}”的前提“{words}”从不成立",
                grid.best(grid.alive),
            )
            return
        if condition.when is not None:
            self.coverage.visit(grid, condition.when, np.ones(len(grid.rows), np.bool_), rule)
        self.coverage.visit(grid, condition.require, asked, rule)
        if not failed.any():
            yield self.suspect("condition-idle", condition, f"“{condition.label}”总是符合", grid.best(asked))
        elif condition.review and not (asked & ~failed & ~others).any() and not (~asked & ~others).any():
            yield self.suspect(
                "review-always",
                condition,
                f"人人都要按“{condition.label}”交人工复核",
                grid.best(grid.alive),
            )
        elif not (failed & ~others).any():
            yield self.suspect(
                "condition-shadowed",
                condition,
                f"不符合“{condition.label}”的，必定也不符合别的条件",
                grid.picked(failed),
            )

    def _others(self, condition: Condition) -> Mask:
        """Rows another rejecting condition refuses."""
        masks = [self.failed[c.code] for c in self.plan.conditions if c is not condition and not c.review]
        return np.any(masks, axis=0) if masks else np.zeros(len(self.grid.rows), np.bool_)

    def _unpriced(self) -> Iterator[Suspect]:
        """Payable claims without a sum, by what the sum is missing for."""
        grid = self.grid
        only = np.fromiter((found == {UNPRICED} for found in grid.reasons), np.bool_, len(grid.reasons))
        if self.plan.amount is None:
            if only.any():
                message = f"{self.scheme.label}：没有写金额（amounts 中没有这个项目）"
                yield Suspect(
                    "no-price",
                    (self.scheme.code,),
                    UNPRICED,
                    self.scheme.clause,
                    message,
                    alone(grid.picked(only)),
                )
            return
        for words, mask in self._missing(self.plan.amount, only).items():
            yield self.suspect("no-price", self.plan.amount, words, grid.picked(mask))
        for condition in self.plan.conditions:
            sole = np.fromiter(
                (found == {condition.reason} for found in grid.reasons), np.bool_, len(grid.reasons)
            )
            sumless = sole & grid.alive & (grid.amount == NONE)
            if condition.without_sum and sumless.any():
                yield self.suspect(
                    "no-price", condition, f"不符合“{condition.label}”时不计金额", grid.picked(sumless)
                )

    def _missing(self, amount: AmountRule, only: Mask) -> dict[str, Mask]:
        """Rows without a sum by the table and the entry they lack."""
        found: dict[str, Mask] = {}
        left = only.copy()
        tables = [n for n in descend([amount.parts[-1].node]) if isinstance(n, Lookup)]
        for table in tables:
            column = table.children[0]
            name = column.words(self.rulebook.column_label)
            rows: dict[Any, list[int]] = defaultdict(list)
            for place in np.flatnonzero(left).tolist():
                key = column.one(self.grid.rows[place])
                if key not in (table.entries or {}):
                    rows[key].append(place)
            for key, places in sorted(rows.items(), key=lambda pair: str(pair[0])):
                mask = np.zeros(len(left), np.bool_)
                mask[places] = True
                left &= ~mask
                found[f"{name}为“{self._key_words(key)}”时，{table.label}中没有金额"] = mask
        if left.any():
            found["算式得不出金额"] = left
        return found

    def _key_words(self, key: Any) -> str:
        level = self.rulebook.levels.get(str(key))
        return (
            "未填"
            if key is None
            else level.label
            if level and isinstance(key, int)
            else self.rulebook.word(str(key))
        )

    def _amount(self, amount: AmountRule) -> Iterator[Suspect]:
        grid = self.grid
        rejecting = [self.failed[c.code] for c in self.plan.conditions if not c.review]
        payable = ~np.any(rejecting, axis=0) if rejecting else np.ones(len(grid.rows), np.bool_)
        self.coverage.visit(
            grid, amount.parts[-1].node, payable, (amount.code, self.scheme.label, amount.origin)
        )
        used = amount.parts[-1].node.named()
        for part in amount.parts[:-1]:
            if part.name not in used:
                yield self.suspect(
                    "step-idle", amount, f"“{part.label}”这一步后面没有用到", grid.best(grid.paid)
                )
        raw = np.asarray(grid.columns.ask(amount.parts[-1].node))
        negative = payable & (raw != NONE) & (raw < 0)
        if negative.any():
            worst = grid.best(negative)
            sum_ = amount.parts[-1].node.one(worst[0])
            yield self.suspect("amount-negative", amount, f"金额可以算出{yuan(sum_)}", worst)
        yield from self._zero(amount)
        yield from self._levels(amount)

    def _zero(self, amount: AmountRule) -> Iterator[Suspect]:
        """Approved with nothing, where the sum does not come from a number on the form."""
        node, wide = amount.parts[-1].node, self.grid.boundaries.wide
        from_form = [n for n in wide if n in node.columns()]
        usual = [
            all((row[n] or 0) >= (1_000_000 if n.endswith("_fen") else 100) for n in from_form)
            for row in self.grid.rows
        ]
        zero = (self.grid.outcome == "approved") & (self.grid.amount == 0) & np.array(usual, np.bool_)
        if zero.any():
            yield self.suspect("amount-zero", amount, "通过的申请金额是0元", self.grid.picked(zero))

    def _levels(self, amount: AmountRule) -> Iterator[Suspect]:
        """A higher level (a smaller number) that pays less, all else equal."""
        node = amount.parts[-1].node
        if "level" not in node.columns():
            return
        lower: list[Claims] = []
        words = ""
        for facts in self.grid.picked(self.grid.paid, 60):
            prices = {level: node.one({**facts, "level": level}) for level in (5, 4, 3, 2, 1)}
            known = [(level, price) for level, price in prices.items() if price is not None]
            for (low, less), (high, more) in pairwise(known):
                if more < less and facts["level"] in (low, high):
                    names = [self.rulebook.levels[str(n)].label for n in (low, high)]
                    words = f"{names[1]}{yuan(more)}，比{names[0]}{yuan(less)}少"
                    lower.append(({**facts, "level": high},))
        if lower:
            suspect = self.suspect("level-order", amount, words, [])
            suspect.persons = lower
            yield suspect
