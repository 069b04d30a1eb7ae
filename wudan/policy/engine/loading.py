"""Loading a rulebook's folder: every YAML file, every section, all problems reported at once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from wudan.policy.engine import loading_words as lw
from wudan.policy.engine.cases import read_cases
from wudan.policy.engine.columns import CLAIM_COLUMNS, Column
from wudan.policy.engine.examine.points import SECTION as OPEN_POINTS
from wudan.policy.engine.examine.points import read_open_points
from wudan.policy.engine.facttypes import APPLIED_ON, FACT_OPTIONS, FACT_TYPES
from wudan.policy.engine.lang.nodes import Node
from wudan.policy.engine.lang.parse import Scope
from wudan.policy.engine.lines import Known, read_lines
from wudan.policy.engine.loading_columns import SECTION as OWN_COLUMNS
from wudan.policy.engine.loading_columns import OwnColumns, read_own_columns
from wudan.policy.engine.loading_values import read_table, read_value
from wudan.policy.engine.model import (
    AcrossRule,
    AmountRule,
    CapRule,
    ClauseValue,
    Condition,
    CountRule,
    Origin,
    OverlapRule,
    Plan,
    Scheme,
)
from wudan.policy.engine.problems import Problem, RulebookError
from wudan.policy.engine.reading import Context, one_of, yes_no
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.sections import (
    read_across,
    read_amount,
    read_condition,
    read_fact,
)
from wudan.policy.engine.source import Collector, Item, read_yaml

ROOT = Path(__file__).resolve().parents[2] / "rulebook"
COMMON = ROOT / "common"
MOST_REASONS = 60
_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)", re.ASCII)
SECTIONS = (
    *(
        "rulebook",
        "facts",
        "values",
        "tables",
        "schemes",
        "conditions",
        "amounts",
        "across",
        "reasons",
        "columns",
    ),
    *("words", "groups", "certificate_types", "levels", "procedure", "funds", "fund_rules", "payee_rules"),
    *("reserve", "targets", "lines", "deeds", "document", OWN_COLUMNS, OPEN_POINTS),
)


def shipped() -> list[str]:
    """Names of the folders in `wudan/rulebook` that hold a rulebook."""
    return sorted(p.name for p in ROOT.iterdir() if p.is_dir() and p != COMMON and any(p.glob("*.yaml")))


def find_folder(name_or_path: str | Path) -> Path:
    """The folder meant: a shipped name, else a path."""
    text = str(name_or_path)
    if re.fullmatch(r"[A-Za-z0-9_-]+", text) and text != COMMON.name and (ROOT / text).is_dir():
        return ROOT / text
    folder = Path(name_or_path)
    if text and folder.is_dir():
        return folder.absolute() if folder.name not in ("", "..") else folder.resolve()
    known = "、".join(shipped())
    raise RulebookError([Problem(text, 1, f"没有这个规则集；可用：{known}，或写规则集文件夹的路径")])


def load(name_or_path: str | Path) -> Rulebook:
    """The rulebook of a folder, checked; the same unchanged folder is read only once per process."""
    folder = find_folder(name_or_path)
    return load_files(folder, files_of(folder))


def files_of(folder: Path, common: Path = COMMON) -> list[Path]:
    """Every file a rulebook is made of, the common ones first."""
    return [
        *sorted(common.glob("*.yaml")),
        *sorted(folder.glob("*.yaml")),
        *sorted(folder.glob("cases/*.csv")),
    ]


def load_files(folder: Path, files: Sequence[Path]) -> Rulebook:
    """The rulebook made of these files; also one written out again from the text of an earlier release."""
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return _load(folder, tuple(files), digest.hexdigest())


@lru_cache(maxsize=16)
def _load(folder: Path, files: tuple[Path, ...], content_hash: str) -> Rulebook:
    return _Loader(folder, files, content_hash).load()


@dataclass
class _Loader:
    folder: Path
    files: tuple[Path, ...]
    content_hash: str
    collector: Collector = field(default_factory=Collector)
    sections: dict[str, Item] = field(default_factory=dict)
    stated: list[ClauseValue] = field(default_factory=list)
    origins: dict[str, tuple[Origin, ...]] = field(default_factory=dict)

    def load(self) -> Rulebook:
        if not self.read_files():
            raise RulebookError(self.collector.problems)
        context = self.read_head()
        self.own = self.read_own(context)
        rules = self.read_rules(context)
        words = lw.read_words(self.section, context, self.state)
        words.columns.update(self.own.labels)
        funds = lw.read_funds(self.section, context, self.state)
        plans = self.build_plans(context, *rules)
        known = Known(words.groups, words.certificate_types, plans, funds.parameters)
        lines = read_lines(self.section, context, known, self.state)
        deeds = lw.read_deeds(self.section, context, self.state)
        points = read_open_points(self.section(OPEN_POINTS, required=False), context)
        self.check_reasons(words.reasons, plans, context)
        if not self.collector.problems:
            cases = read_cases(self.folder, words, plans, self.own.columns, self.collector)
        if self.collector.problems:
            raise RulebookError(self.collector.problems)
        head = self.head
        return Rulebook(
            name=self.folder.name,
            folder=self.folder,
            release=head["release"],
            title=head["title"],
            document=head["document"],
            amended_by=head["amended_by"],
            district_code=head["district_code"],
            origin=head["origin"],
            content_hash=self.content_hash,
            schemes={code: plan.scheme for code, plan in plans.items()},
            plans=plans,
            parameters=funds.parameters,
            groups=words.groups,
            certificate_types=words.certificate_types,
            levels=words.levels,
            columns=words.columns,
            own_columns=self.own.columns,
            reasons=words.reasons,
            pools=funds.pools,
            fund_rules=funds.fund_rules,
            payee_rules=funds.payee_rules,
            reserve=funds.reserve,
            targets=funds.targets,
            lines=lines,
            deeds=deeds,
            cases=cases,
            words=words.words,
            scope=context.scope,
            stated=tuple(self.stated),
            origins=self.origins,
            open_points=points,
        )

    def read_files(self) -> bool:
        """Merge the sections of all files; the district's own columns and words override the common ones.

        False when a file could not be read at all: what would be missing then is no problem of its own.
        """
        whole = True
        own = [f for f in self.files if f.suffix == ".yaml" and f.parent == self.folder]
        if not own:
            self.collector.add(self.folder.name, 1, "文件夹中没有 .yaml 文件；至少要有 rulebook.yaml")
        self.documents: dict[str, str] = {}
        for file in self.files:
            if file.suffix != ".yaml":
                continue
            root = read_yaml(file, file.name if file in own else f"common/{file.name}", self.collector)
            if root is None:
                whole = False
                continue
            if root.entries is None:
                root.fault("文件应由“名称: 内容”的条目组成")
                continue
            for name, item in root.entries.items():
                self.merge(name, item, root)
            root.read.update(SECTIONS)
            root.check_unknown()
        return whole

    def merge(self, name: str, item: Item, root: Item) -> None:
        if name == "document":
            self.documents[root.file] = item.plain("document")
        elif name not in SECTIONS:
            return
        elif name not in self.sections:
            self.sections[name] = item
        elif item.items is not None and self.sections[name].items is not None:
            (self.sections[name].items or []).extend(item.items)
        elif item.entries is not None and self.sections[name].entries is not None:
            merged = self.sections[name].entries or {}
            for key, entry in item.entries.items():
                before = merged.get(key)
                if before is not None and not before.file.startswith("common/"):
                    entry.fault(f"“{key}”已在 {before.file} 第{before.line}行写过；请只留一处")
                merged[key] = entry
        else:
            item.fault(f"“{name}”已在 {self.sections[name].file} 写过，但写法不同；请用同一种写法")

    def section(self, name: str, *, required: bool = True) -> Item:
        """A section's item; an empty one when it is absent."""
        item = self.sections.get(name)
        if item is None:
            if required:
                self.collector.add("rulebook.yaml", 1, f"缺少“{name}”一节")
            item = Item("rulebook.yaml", 1, self.collector, entries={})
        return item

    def state(self, topic: str, label: str, value: str, origin: Origin, *written: Item | None) -> None:
        """Record a line for the policy pages; of a rule with the expressions it is written in."""
        value = _chinese_days(value)
        outside = not origin.document
        self.stated.append(
            ClauseValue(
                topic,
                label,
                value,
                origin.clause,
                origin.valid_from,
                origin.reading,
                outside,
                "；".join(_text(item) for item in written if item is not None),
            )
        )

    def read_head(self) -> Context:
        head = self.section("rulebook")
        common_words = self.section("words", required=False)
        words = {code: item.plain(code) for code, item in common_words.mapping("words")}
        for name in ("groups", "certificate_types", "levels", "schemes", "funds"):
            section = self.sections.get(name)
            for code, item in (section.entries or {}).items() if section else ():
                words[code] = item.string("label", default=code)
        scope = Scope(FACT_TYPES, FACT_OPTIONS, words=words)
        context = Context(scope, document=head.string("document", "写文号"), documents=self.documents)
        origin = context.origin(head)
        context.valid_from = origin.valid_from
        release = head.string("release", "写版本号，如 2020.1")
        if release and not re.fullmatch(r"[0-9A-Za-z._-]+", release):
            head.fault("“release”只能用字母、数字、点、横线和下划线")
        example = yes_no(head, "example")
        district = head.string("district_code", "写6位行政区划代码", default="" if example else None)
        if example and district:
            head.fault("参考规则集（example: 是）不属于哪个区，请不写“district_code”")
        if district and not re.fullmatch(r"[0-9]{6}", district):
            head.fault(f"“district_code”应是6位数字，现在是“{district}”")
        title = head.string("title", "写规则集名称")
        self.head: dict[str, Any] = {
            "release": release,
            "district_code": district,
            "title": title,
            "document": context.document,
            "amended_by": head.string("amended_by", default=""),
            "origin": origin,
        }
        head.check_unknown()
        kind = "参考规则集，" if example else ""
        amended = f"（{self.head['amended_by']}修改）" if self.head["amended_by"] else ""
        self.state("规则集", title, f"{kind}{context.document}{amended} 版本{release}", origin)
        return context

    def read_own(self, context: Context) -> OwnColumns:
        section = self.section(OWN_COLUMNS, required=False)
        labels = {
            item.string("label", default="") for item in (self.section("columns").entries or {}).values()
        }
        return read_own_columns(section, labels, context, self.state)

    def read_rules(self, context: Context) -> tuple[list[Condition], list[AmountRule], list[AcrossRule]]:
        schemes = self.section("schemes")
        context.schemes = {
            code: item.string("label", default=code) for code, item in schemes.mapping("schemes")
        }
        self.read_facts(context)
        if "begins" not in context.scope.named:
            return [], [], []
        conditions, amounts, across = [], [], []
        for code, item in self.section("conditions", required=False).mapping("conditions"):
            condition = read_condition(code, item, context)
            conditions.append(condition)
            words = condition.require.words(self.label_of)
            if condition.when is not None:
                words = f"{condition.when.words(self.label_of)}时，{words}"
            self.state(
                "申领条件",
                f"{self.names(condition.schemes, context)}：{condition.label}",
                words,
                condition.origin,
                item.get("require"),
                item.get("when"),
            )
        for code, item in self.section("amounts", required=False).mapping("amounts"):
            amount = read_amount(code, item, context)
            amounts.append(amount)
            steps = item.get("steps")
            for part in amount.parts:
                words = part.node.children[0].words(self.label_of)
                step = steps.get(part.name) if steps else None
                names = self.names(amount.schemes, context)
                self.state("金额", f"{names}：{part.label}", words, part.origin, step and step.get("value"))
        for code, item in self.section("across", required=False).mapping("across"):
            rule = read_across(code, item, context)
            across.append(rule)
            names = self.names(rule.schemes, context)
            written = [
                item.get(name)
                for name in ("kind", "period", "months", "key", "at_least", "max", "from", "to")
            ]
            self.state("多次申请", f"{names}：{rule.label}", self.across_words(rule), rule.origin, *written)
        return conditions, amounts, across

    def read_facts(self, context: Context) -> None:
        values = self.section("values", required=False)
        tables = self.section("tables", required=False)
        facts = self.section("facts")
        if "begins" not in (facts.entries or {}):
            facts.fault(
                "缺少推算的事项“begins”（开始日）；例如 value: first(started_on, certificate_issued_on)"
            )
        for code, item in facts.mapping("facts"):
            if code == "begins":
                self.read_fact(code, item, context)
        for code, item in values.mapping("values"):
            versions = read_value(code, item, context)
            self.origins[code] = tuple(origin for _, origin in versions)
            for version, origin in versions:
                value = version.get("value")
                shown = (
                    "、".join(context.scope.words.get(c.text or "", c.text or "") for c in value.items or [])
                    if value
                    else ""
                )
                self.state(
                    "标准与限额",
                    item.string("label", default=code),
                    shown
                    or (_said(value.text or "", item.string("unit", default=""), context) if value else ""),
                    origin,
                )
        for code, item in tables.mapping("tables"):
            versions = read_table(code, item, context)
            self.origins[code] = tuple(origin for _, origin in versions)
            for version, origin in versions:
                entries = version.get("entries")
                shown = _said_entries(entries, context) if entries else ""
                self.state("标准与限额", item.string("label", default=code), shown, origin)
        for code, item in facts.mapping("facts"):
            if code != "begins":
                self.read_fact(code, item, context)

    def read_fact(self, code: str, item: Item, context: Context) -> None:
        origin = read_fact(code, item, context)
        words = context.scope.named[code].children[0].words(self.label_of)
        self.state("推算的事项", item.string("label", default=code), words, origin, item.get("value"))

    def label_of(self, column: str) -> str:
        return lw.column_words(self.section, column)

    def names(self, schemes: frozenset[str], context: Context) -> str:
        if len(schemes) == len(context.schemes):
            return "各项目"
        return "、".join(label for code, label in context.schemes.items() if code in schemes)

    def across_words(self, rule: AcrossRule) -> str:
        if isinstance(rule, CapRule):
            return f"累计不超过{rule.maximum.words(self.label_of)}"
        if isinstance(rule, OverlapRule):
            return f"{rule.start.words(self.label_of)}至{rule.end.words(self.label_of)}不重叠"
        period = {"lifetime": "不分年度", "calendar_year": "每年", "rolling_months": f"{rule.months}个月内"}[
            rule.period
        ]
        key = "、".join(node.words(self.label_of) for node in rule.key)
        if rule.at_least is not None:
            key += f"，{rule.at_least.words(self.label_of)}同等或更高的"
        return f"{period}{'同一' + key if key else ''}不超过{rule.maximum.words(self.label_of)}{'' if rule.kind == 'limit' else '次'}"

    def build_plans(
        self,
        context: Context,
        conditions: list[Condition],
        amounts: list[AmountRule],
        across: list[AcrossRule],
    ) -> dict[str, Plan]:
        plans: dict[str, Plan] = {}
        for code, item in self.section("schemes").mapping("schemes"):
            origin = context.origin(item)
            label = item.string("label", "写中文名称")
            provider = one_of(item, "claimant", ("person", "provider"), default="person") == "provider"
            own = tuple(c for c in conditions if code in c.schemes)
            prices = [a for a in amounts if code in a.schemes]
            if len(prices) > 1:
                item.fault(
                    f"“{code}”有{len(prices)}条金额规则（{'、'.join(p.code for p in prices)}）；只能有一条"
                )
            cross = tuple(r for r in across if code in r.schemes or code in getattr(r, "against", ()))
            self.check_once(item, code, [r.reason for r in (*own, *(r for r in cross if code in r.schemes))])
            amount = prices[0] if prices else None
            columns = _columns_used(own, amount, cross, self.own.columns, provider=provider)
            description = item.string("description", default="")
            scheme = Scheme(
                code, label, origin.clause, description, columns, provider, origin.valid_from, origin.reading
            )
            plans[code] = Plan(scheme, own, amount, cross)
            self.state("补贴项目", label, description, origin)
            item.check_unknown()
        return plans

    @staticmethod
    def check_once(item: Item, code: str, reasons: list[str]) -> None:
        for reason in sorted({r for r in reasons if reasons.count(r) > 1}):
            item.fault(f"“{code}”有两条规则都用原因“{reason}”；请合并为一条，或换一个原因")

    def check_reasons(self, reasons: dict[str, Any], plans: dict[str, Plan], context: Context) -> None:
        section = self.section("reasons")
        used = {"unpriced"} | {r.reason for p in plans.values() for r in (*p.conditions, *p.across)}
        if len(used) > MOST_REASONS:
            section.fault(f"用到{len(used)}个原因；最多{MOST_REASONS}个")
        for code in sorted(used - set(reasons)):
            section.fault(f"原因“{code}”缺少中文说明；请在 reasons 中写 label、sentence、remedy")
        lw.check_templates(section, context.scope)


def _columns_used(
    own: Any, amount: AmountRule | None, cross: Any, declared: Sequence[Column], *, provider: bool
) -> tuple[str, ...]:
    nodes: list[Node] = []
    names: set[str] = {"claim_id", "scheme", "applied_at"}
    names |= (
        {"project_id", "project_stage", "contract_fen", "completed_count", "employed_count"}
        if provider
        else {"person_id"}
    )
    for condition in own:
        nodes += [n for n in (condition.when, condition.require) if n is not None]
    nodes += [part.node for part in amount.parts] if amount else []
    for rule in cross:
        if isinstance(rule, CountRule):
            nodes += [n for n in (rule.when, rule.anchor, rule.maximum, *rule.compared) if n is not None]
        elif isinstance(rule, OverlapRule):
            nodes += [rule.start, rule.end]
            names.add(rule.same)
    for node in nodes:
        names |= node.columns()
    if APPLIED_ON in names:
        names.add("applied_at")
    return tuple(c.name for c in (*CLAIM_COLUMNS, *declared) if c.name in names)


def _text(item: Item) -> str:
    return item.text if item.text is not None else "、".join(_text(child) for child in item.items or [])


def _said_entries(item: Item, context: Context) -> str:
    """A table as the policy pages say it; one of two keys row by row."""
    parts = []
    for key, entry in (item.entries or {}).items():
        inner = f"（{_said_entries(entry, context)}）" if entry.entries else f" {entry.text}"
        parts.append(f"{context.scope.words.get(key, key)}{inner}")
    return "，".join(parts)


def _said(text: str, unit: str, context: Context) -> str:
    """A value as the policy pages say it: a level by its name, anything else as the file has it."""
    return context.scope.words.get(text, text) if unit == "级" else text


def _chinese_days(text: str) -> str:
    return _DAY.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", text)
