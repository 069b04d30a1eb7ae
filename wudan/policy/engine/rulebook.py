"""A district's rulebook (规则集): what others ask of it. `load_rulebook` reads one, checked, from its folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from wudan.policy.engine.columns import CLAIM_COLUMNS, Kind
from wudan.policy.engine.columns import Column as FactColumn
from wudan.policy.engine.form import SchemeForms, facts_of
from wudan.policy.engine.lang.nodes import Column, Node
from wudan.policy.engine.lang.parse import Scope
from wudan.policy.engine.lines import Line
from wudan.policy.engine.model import (
    AcrossRule,
    AmountPart,
    Case,
    Chosen,
    ClauseValue,
    ColumnLabel,
    Condition,
    CountRule,
    FundChoice,
    Label,
    OpenPoint,
    Origin,
    Parameter,
    PayeeChoice,
    Plan,
    Pool,
    ReasonTemplate,
    ReasonText,
    Reserve,
    Scheme,
)
from wudan.policy.engine.problems import RulebookError
from wudan.policy.engine.texts import fill, show_fact, show_node
from wudan.policy.engine.values import from_day, to_day

BAD_INPUT = "bad-input:"
FORM_CLAUSE = "申请表填写要求"

__all__ = ["Rulebook", "RulebookError", "available_rulebooks", "load_rulebook"]


@dataclass(frozen=True, eq=False)
class Rulebook:
    """One release of one district's policy. Amounts are whole fen (分); days are the legal day in Asia/Shanghai."""

    name: str
    folder: Path
    release: str
    title: str
    document: str
    amended_by: str
    district_code: str
    origin: Origin
    content_hash: str
    schemes: Mapping[str, Scheme]
    plans: Mapping[str, Plan]
    parameters: tuple[Parameter, ...]
    groups: Mapping[str, Label]
    certificate_types: Mapping[str, Label]
    levels: Mapping[str, Label]
    columns: Mapping[str, ColumnLabel]
    own_columns: tuple[FactColumn, ...]
    reasons: Mapping[str, ReasonTemplate]
    pools: Mapping[str, Pool]
    fund_rules: tuple[Chosen, ...]
    payee_rules: tuple[Chosen, ...]
    reserve: Reserve | None
    targets: tuple[Parameter, ...]
    lines: Mapping[str, Line]
    deeds: Mapping[str, Origin]
    cases: tuple[Case, ...]
    words: Mapping[str, str]
    scope: Scope
    stated: tuple[ClauseValue, ...]
    origins: Mapping[str, tuple[Origin, ...]]
    open_points: tuple[OpenPoint, ...] = ()

    @property
    def id(self) -> str:
        """`<folder>@<release>`, e.g. `taierzhuang@2020.1`; written into every decision."""
        return f"{self.name}@{self.release}"

    @property
    def law(self) -> str:
        """The document it stands on and, of a release that changed it, the one it was released by."""
        return f"{self.document}（{self.amended_by}修改）" if self.amended_by else self.document

    @property
    def example(self) -> bool:
        """Whether it is an example (参考规则集): for comparing and trying out, of no district, never shown in public."""
        return not self.district_code

    @cached_property
    def forms(self) -> SchemeForms:
        """What the form check must know."""
        providers = frozenset(code for code, scheme in self.schemes.items() if scheme.by_provider)
        return SchemeForms(frozenset(self.schemes), providers, (*CLAIM_COLUMNS, *self.own_columns))

    @cached_property
    def own(self) -> Mapping[str, FactColumn]:
        """The columns it declares for itself, by name."""
        return {column.name: column for column in self.own_columns}

    def word(self, code: str) -> str:
        """The Chinese word for a code of a list, or the code itself."""
        return self.words.get(code, code)

    def column_label(self, name: str) -> str:
        """The Chinese name of a fact column."""
        column = self.columns.get(name)
        return column.label if column else name

    def parameter(self, code: str, on: dt.date) -> Parameter:
        """The parameter of procedure in force on a day; `LookupError` when there is none."""
        found = [p for p in self.parameters if p.code == code and p.valid_from <= on]
        if not found:
            raise LookupError(f"{self.name} 在 {on} 没有参数“{code}”")
        return max(found, key=lambda p: p.valid_from)

    def clauses(self) -> list[ClauseValue]:
        """Everything the rulebook states, in order, for rendering the policy pages."""
        return list(self.stated)

    def fund_for(self, facts: Mapping[str, object]) -> FundChoice:
        """The fund pool a claim with these facts is paid from (contract columns, native values or text)."""
        rule = self._choose(self.fund_rules, facts_of(facts, self.forms))
        return FundChoice(rule.choice, self.pools[rule.choice].label, rule.origin.clause, rule.origin.reading)

    def payee_for(self, facts: Mapping[str, object], applied_by: str) -> PayeeChoice:
        """Who is paid, given who applied: `person`, `enterprise` or `provider`."""
        if applied_by not in ("person", "enterprise", "provider"):
            raise ValueError(f"applied_by: {applied_by!r}")
        rule = self._choose(self.payee_rules, {**facts_of(facts, self.forms), "applied_by": applied_by})
        return PayeeChoice(rule.choice, rule.origin.clause, rule.origin.reading)

    @staticmethod
    def _choose(rules: tuple[Chosen, ...], facts: Mapping[str, Any]) -> Chosen:
        for rule in rules:
            if rule.when is None or rule.when.one(facts):
                return rule
        raise LookupError("规则没有给出结果")  # the loader sees to a last rule without condition

    def unique_keys(self, facts: Mapping[str, object]) -> tuple[str, ...]:
        """Stable text keys of the uniqueness rules this claim takes part in, without the person.

        For example `occupation-level:6-18-02-04:5`. Two paid claims of one person (or, for projects, of anybody) with
        the same key are a double payment.
        """
        known = facts_of(facts, self.forms)
        plan = self.plans.get(str(known["scheme"]))
        keys: list[str] = []
        for rule in plan.across if plan else ():
            if isinstance(rule, CountRule) and rule.kind == "unique" and takes_part(rule, known):
                parts = [
                    str(node.one(known)).replace("%", "%25").replace(":", "%3A") for node in rule.compared
                ]
                if rule.period == "calendar_year":
                    parts.append(str(year_of(rule.anchor, known)))
                keys.append(":".join([rule.key_name, *parts]))
        return tuple(sorted(keys))

    def reason(
        self, code: str, facts: Mapping[str, object] | None = None, scheme: str | None = None
    ) -> ReasonText:
        """A reason in words. With facts the sentence names them; extra facts of a rule (`year`, …) may be included."""
        if code.startswith(BAD_INPUT):
            return self._bad_input(code)
        template = self.reasons.get(code) or ReasonTemplate(code, code, code, "请联系工作人员")
        if scheme is None and facts is not None:
            scheme = str(facts.get("scheme") or "") or None
        known = {} if facts is None else {**facts, **facts_of(facts, self.forms)}
        clause = self._clause_of(code, scheme, known)
        sentence = template.label
        if facts is not None:
            sentence = self.sentence(code, known) if code in self.reasons else code
        return ReasonText(code, template.label, sentence, clause, template.remedy)

    def sentence(self, code: str, facts: Mapping[str, Any]) -> str:
        """A reason's sentence on facts in the engine's own values; its label when a fact is not at hand."""
        template = self.reasons[code]
        return fill(template.sentence, lambda name: self.show(name, facts)) or template.label

    def show(self, name: str, facts: Mapping[str, Any]) -> str | None:
        """A column, derived fact, value or extra fact in Chinese; nothing when it is not known here."""
        if name in self.scope.named:
            return show_node(self, name, self.scope.named[name], facts)
        if name in self.scope.values:
            dated = self.scope.values[name]
            node = self.scope.by_day(dated.versions, lambda version: version)
            return show_node(self, name, node, facts)
        if name not in facts:
            return None
        column = self.forms.by_name.get(name)
        if column is not None and column.kind is Kind.DATE and facts[name] is not None:
            return show_node(self, name, _column(self.scope, name), facts)
        return show_fact(self, name, facts[name])

    def show_own(self, name: str, written: object) -> str:
        """What somebody wrote into a column of its own, in Chinese."""
        return self.show(name, facts_of({name: written}, self.forms)) or ""

    def clause_of(self, rule: Condition | AmountPart | AcrossRule, facts: Mapping[str, Any]) -> str:
        """A rule's clause, and beside it those of its values in force for these facts (engine values) that come from elsewhere."""
        anchor = self.scope.anchor
        day = anchor.one(facts) if anchor is not None and rule.sources else None
        found = [rule.origin.clause]
        for name in rule.sources:
            begun = [o for o in self.origins[name] if day is not None and to_day(o.valid_from) <= day]
            origin = begun[-1] if begun else self.origins[name][0]
            if origin.document != rule.origin.document and origin.clause not in found:
                found.append(origin.clause)
        return "；".join(found)

    def _bad_input(self, code: str) -> ReasonText:
        column = self.columns.get(code.removeprefix(BAD_INPUT))
        if column is None:
            return ReasonText(code, "填写有误", "有一列填写有误", FORM_CLAUSE, "请核对申请表")
        label = f"“{column.label}”填写有误"
        return ReasonText(code, label, f"“{column.label}”{column.must}", FORM_CLAUSE, column.remedy)

    def _clause_of(self, code: str, scheme: str | None, facts: Mapping[str, Any]) -> str:
        plans = (
            [self.plans[scheme]] if scheme is not None and scheme in self.plans else list(self.plans.values())
        )
        clauses: dict[str, None] = {}
        for plan in plans:
            for rule in (*plan.conditions, *plan.across):
                if rule.reason == code:
                    clauses[self.clause_of(rule, facts) if facts else rule.origin.clause] = None
            if code == "unpriced":
                clauses[plan.amount.origin.clause if plan.amount else plan.scheme.clause] = None
        return "；".join(clauses) or self.document


def _column(scope: Scope, name: str) -> Node:
    return Column(scope.columns[name], name=name)


def takes_part(rule: CountRule, facts: Mapping[str, Any]) -> bool:
    """Whether a claim of the rule's schemes takes part in it: its condition holds and its key is whole."""
    if rule.when is not None and not rule.when.one(facts):
        return False
    return all(node.one(facts) is not None for node in rule.compared) and (
        rule.period == "lifetime" or rule.anchor.one(facts) is not None
    )


def year_of(anchor: Node, facts: Mapping[str, Any]) -> int:
    """The calendar year of the anchor day."""
    return from_day(anchor.one(facts)).year


def load_rulebook(name_or_path: str | Path) -> Rulebook:
    """The rulebook of this name, or in the folder at this path; `RulebookError` lists every problem found."""
    from wudan.policy.engine.loading import load

    return load(name_or_path)


def available_rulebooks() -> list[str]:
    """Names of the rulebooks shipped with wudan."""
    from wudan.policy.engine.loading import shipped

    return shipped()
