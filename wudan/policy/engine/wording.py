"""A decision's working in words: every rule asked with its sentence, and the amount step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wudan.policy.engine.compiled.working import UNPRICED, Working
from wudan.policy.engine.form import Row
from wudan.policy.engine.model import AcrossRule, CapRule, Condition, CountRule, OverlapRule
from wudan.policy.engine.natives import native
from wudan.policy.engine.rulebook import BAD_INPUT, FORM_CLAUSE, Rulebook
from wudan.policy.engine.texts import yuan
from wudan.policy.engine.values import as_text, from_day


@dataclass(frozen=True)
class Step:
    """One rule as it was asked; `holds` is true when it is met, so that its reason is not listed."""

    rule: str
    label: str
    holds: bool
    clause: str
    facts: Mapping[str, object]
    sentence: str


@dataclass(frozen=True)
class AmountStep:
    """One step of the amount; `value_fen` is whole fen, none where the step has no value."""

    label: str
    expression_in_words: str
    value_fen: int | None
    clause: str


def form_steps(rulebook: Rulebook, row: Row, raw: Mapping[str, object]) -> list[Step]:
    """The form check of an invalid row, column by column."""
    steps = []
    for name in (n for n in rulebook.columns if n in row.facts and n != "applied_on"):
        reason = rulebook.reason(f"{BAD_INPUT}{name}")
        holds = name not in row.bad
        sentence = f"“{rulebook.column_label(name)}”填写符合要求" if holds else reason.sentence
        seen = {name: as_text(raw.get(name))}
        steps.append(Step(reason.code, rulebook.column_label(name), holds, FORM_CLAUSE, seen, sentence))
    return steps


@dataclass(frozen=True)
class Wording:
    """Puts one working into words."""

    rulebook: Rulebook
    working: Working

    def steps(self) -> list[Step]:
        """Own rules, the price, and the rules across claims, in the rulebook's order."""
        working = self.working
        conditions = zip(working.scheme.plan.conditions, working.held, working.seen, strict=True)
        steps = [self._own(c, seen, holds=holds) for c, holds, seen in conditions if holds is not None]
        across = (self._across(rule) for rule in working.scheme.plan.across)
        return [*steps, self._price(), *(step for step in across if step is not None)]

    def _own(self, condition: Condition, seen: Mapping[str, Any] | None, *, holds: bool) -> Step:
        sentence = f"符合：{condition.label}" if holds else self._sentence(condition.reason)
        facts = self._shown(seen or {})
        clause = self.rulebook.clause_of(condition, self.working.facts)
        return Step(condition.reason, condition.label, holds, clause, facts, sentence)

    def _price(self) -> Step:
        plan, holds = self.working.scheme.plan, UNPRICED not in self.working.reasons
        clause = plan.amount.origin.clause if plan.amount else plan.scheme.clause
        sentence = "符合：有补贴标准" if holds else self._sentence(UNPRICED)
        return Step(UNPRICED, "有补贴标准", holds, clause, self._shown(self.working.priced), sentence)

    def _across(self, rule: AcrossRule) -> Step | None:
        if isinstance(rule, OverlapRule):
            found = self._overlap(rule)
        elif isinstance(rule, CapRule):
            found = self._cap(rule)
        else:
            found = self._count(rule)
        if found is None:
            return None
        holds, seen = found
        sentence = f"符合：{rule.label}" if holds else self._sentence(rule.reason, seen)
        clause = self.rulebook.clause_of(rule, self.working.facts)
        return Step(rule.reason, rule.label, holds, clause, seen, sentence)

    def _count(self, rule: CountRule) -> tuple[bool, dict[str, object]] | None:
        asked = next((c for c in self.working.counted if c.rule is rule), None)
        if asked is None:
            return None
        trace = {"count": asked.before, "max": asked.maximum, "others": asked.others}
        return asked.holds, {**trace, **self._shown(asked.seen)}

    def _cap(self, rule: CapRule) -> tuple[bool, dict[str, object]] | None:
        asked = next((c for c in self.working.capped if c.rule is rule), None)
        if asked is None:
            return None
        price = self.working.price
        seen: dict[str, object] = {
            "used": asked.used,
            "left": asked.left,
            "max": asked.maximum,
            "price": price,
        }
        return not price or price <= asked.left, seen

    def _overlap(self, rule: OverlapRule) -> tuple[bool, dict[str, object]] | None:
        working = self.working
        place = next(i for i, (other, _, _) in enumerate(working.marks[2]) if other is rule)
        if working.marks[2][place][1] is None:
            return None
        met = next((found for found in working.overlapped if found.rule is rule), None)
        return met is None, {**self._shown(working.periods[place]), "others": met.others if met else []}

    def _shown(self, seen: Mapping[str, Any]) -> dict[str, object]:
        """Facts as native values: fact columns, derived facts and dated values."""
        kinds, columns = self.working.scheme.kinds, self.rulebook.forms.by_name
        shown: dict[str, object] = {}
        for name, value in seen.items():
            kind = kinds.get(name)
            if kind is None:
                shown[name] = native(name, value, columns)
            elif kind.kind == "date":
                shown[name] = None if value is None else from_day(value)
            elif value is not None:
                shown[name] = value if kind.den == 1 else f"{value}/{kind.den}"
        return shown

    def _sentence(self, reason: str, seen: Mapping[str, object] | None = None) -> str:
        return self.rulebook.sentence(reason, {**self.working.facts, **(seen or {})})

    def amount_steps(self) -> list[AmountStep]:
        """The amount step by step, as far as the cap."""
        working = self.working
        plan = working.scheme.plan
        if working.rejected:
            return [AmountStep("应发金额", "不予通过的申请不计发", 0, plan.scheme.clause)]
        steps = []
        for part, value in zip(plan.amount.parts if plan.amount else (), working.steps, strict=True):
            fen = None if value is None else value // part.node.type.den
            words = part.node.children[0].words(self.rulebook.column_label)
            clause = self.rulebook.clause_of(part, working.facts)
            steps.append(AmountStep(part.label, words, fen, clause))
        if steps and working.price is None and steps[-1].value_fen is not None:
            steps.append(AmountStep("须由人工决定金额", "未达到条件，不计金额", None, plan.scheme.clause))
        for asked in working.capped if working.price else ():
            words = f"此前已计发{yuan(asked.used)}，累计不超过{yuan(asked.maximum)}"
            fen = min(working.price or 0, asked.left)
            clause = self.rulebook.clause_of(asked.rule, working.facts)
            steps.append(AmountStep(asked.rule.label, words, fen, clause))
        return steps
