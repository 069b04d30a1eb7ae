"""Reasons without a rule, reasons that cannot be said, rules without a case."""

from __future__ import annotations

from collections.abc import Iterator

from wudan.policy.engine.decide import decide
from wudan.policy.engine.examine.findings import Facts, Suspect
from wudan.policy.engine.examine.grid import Grid
from wudan.policy.engine.form import check_row
from wudan.policy.engine.model import AcrossRule, Condition
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.single import UNPRICED
from wudan.policy.engine.texts import fill


def word_suspects(rulebook: Rulebook, grids: dict[str, Grid]) -> Iterator[Suspect]:
    """Everything found."""
    used = {UNPRICED} | {r.reason for p in rulebook.plans.values() for r in (*p.conditions, *p.across)}
    for code, template in rulebook.reasons.items():
        if code not in used:
            message = f"“{template.label}”（{code}）写了说明，没有规则用它"
            yield Suspect("reason-idle", (), code, rulebook.document, message)
    yield from _silent(rulebook, grids)
    yield from _cases(rulebook)


def _silent(rulebook: Rulebook, grids: dict[str, Grid]) -> Iterator[Suspect]:
    """A reason whose sentence lacks a fact for a claim it is given to."""
    told: set[str] = set()
    for grid in grids.values():
        rules = [(c.reason, c.origin.clause) for c in grid.plan.conditions]
        for reason, clause in [*rules, (UNPRICED, grid.plan.scheme.clause)]:
            failed = grid.failing(reason)
            template = rulebook.reasons.get(reason)
            if template is None or reason in told or not failed.any():
                continue
            silent = [
                facts for facts in grid.picked(failed, 20) if not _said(rulebook, template.sentence, facts)
            ]
            if silent:
                told.add(reason)
                message = f"“{template.label}”：说明“{template.sentence}”中有的事项在申请里没有"
                yield Suspect(
                    "reason-silent", (grid.plan.scheme.code,), reason, clause, message, [(silent[0],)]
                )


def _said(rulebook: Rulebook, sentence: str, facts: Facts) -> bool:
    return fill(sentence, lambda name: rulebook.show(name, facts)) is not None


def _cases(rulebook: Rulebook) -> Iterator[Suspect]:
    """Rules no case exercises on one of their sides."""
    seen = _sides(rulebook)
    rules: dict[str, tuple[Condition | AcrossRule, dict[str, None]]] = {}
    for plan in rulebook.plans.values():
        for rule in (*plan.conditions, *plan.across):
            rules.setdefault(rule.code, (rule, {}))[1][plan.scheme.code] = None
    for code, (rule, schemes) in rules.items():
        lacking = [words for side, words in ((True, "符合"), (False, "不符合")) if (code, side) not in seen]
        if lacking:
            message = f"“{rule.label}”（{code}）没有{'、'.join(lacking)}的案例"
            yield Suspect("case-missing", tuple(schemes), code, rule.origin.clause, message)


def _sides(rulebook: Rulebook) -> set[tuple[str, bool]]:
    """For each rule whether a case meets it, and whether one does not."""
    seen: set[tuple[str, bool]] = set()
    for case in rulebook.cases:
        claims = [row.facts for row in case.rows if not row.paid]
        try:
            decisions = decide(rulebook, claims, [row.facts for row in case.rows if row.paid])
        except InputError:
            continue
        for claim, decision in zip(claims, decisions, strict=True):
            if decision.outcome == "invalid":
                continue
            plan = rulebook.plans[str(claim["scheme"])]
            facts = check_row(claim, rulebook.forms).facts
            for condition in plan.conditions:
                if condition.when is None or condition.when.one(facts):
                    seen.add((condition.code, bool(condition.require.one(facts))))
            for rule in plan.across:
                if plan.scheme.code in rule.schemes:
                    seen.add((rule.code, rule.reason not in decision.reasons))
    return seen
