"""Reading a rulebook's words, procedure, funds and targets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from wudan.policy.engine.columns import BY_NAME
from wudan.policy.engine.facttypes import APPLIED_ON
from wudan.policy.engine.lang.parse import Scope
from wudan.policy.engine.lang.types import TEXT
from wudan.policy.engine.model import (
    Chosen,
    ColumnLabel,
    Label,
    Origin,
    Parameter,
    Pool,
    ReasonTemplate,
    Reserve,
)
from wudan.policy.engine.reading import Context, one_of
from wudan.policy.engine.source import Item
from wudan.policy.engine.texts import EXTRA, PLACE

Sections = Callable[..., Item]
State = Callable[[str, str, str, Origin], None]


@dataclass(frozen=True)
class Words:
    """Names of columns, reasons, groups, certificates and levels."""

    columns: dict[str, ColumnLabel]
    reasons: dict[str, ReasonTemplate]
    groups: dict[str, Label]
    certificate_types: dict[str, Label]
    levels: dict[str, Label]
    words: dict[str, str]


@dataclass(frozen=True)
class Funds:
    """Procedure, pools, and the rules for fund and payee."""

    parameters: tuple[Parameter, ...]
    pools: dict[str, Pool]
    fund_rules: tuple[Chosen, ...]
    payee_rules: tuple[Chosen, ...]
    reserve: Reserve | None
    targets: tuple[Parameter, ...]


def read_words(section: Sections, context: Context, state: State) -> Words:
    """The vocabulary of a rulebook."""
    columns: dict[str, ColumnLabel] = {}
    for code, item in section("columns").mapping("columns"):
        if code not in BY_NAME and code != APPLIED_ON:
            item.fault(f"没有叫“{code}”的列；可用：{'、'.join(BY_NAME)}")
        texts = {key: item.string(key, default="") for key in ("unit", "must", "remedy")}
        columns[code] = ColumnLabel(code, item.string("label", "写中文名称"), **texts)
        item.check_unknown()
    reasons: dict[str, ReasonTemplate] = {}
    for code, item in section("reasons").mapping("reasons"):
        texts = {key: item.string(key, hint) for key, hint in _REASON_HINTS.items()}
        reasons[code] = ReasonTemplate(code, **texts)
        item.check_unknown()
    groups = _labels("groups", "人员类别", section, context, state)
    kinds = _labels("certificate_types", "证书类型", section, context, state)
    allowed = BY_NAME["certificate_type"].options
    for code, item in section("certificate_types").mapping("certificate_types"):
        if code not in allowed:
            item.fault(f"没有证书类型“{code}”；可用：{'、'.join(allowed)}")
    levels = _labels("levels", "等级", section, context, state)
    return Words(columns, reasons, groups, kinds, levels, dict(context.scope.words))


_REASON_HINTS = {"label": "写中文名称", "sentence": "写说明，事实写在花括号里", "remedy": "写补救办法"}


def _labels(name: str, topic: str, section: Sections, context: Context, state: State) -> dict[str, Label]:
    found: dict[str, Label] = {}
    for code, item in section(name).mapping(name):
        label = item.string("label", "写中文名称")
        department = item.string("proved_by", "写认定部门", default=None if name == "groups" else "")
        origin = context.origin(item)
        found[code] = Label(code, label, origin.clause, origin.valid_from, origin.reading, department)
        state(topic, label, f"由{department}认定" if department else "", origin)
        item.check_unknown()
    return found


def check_templates(section: Item, scope: Scope) -> None:
    """Every place in a sentence names a fact or value that exists."""
    known = {*scope.known(), *EXTRA}
    for _, item in section.mapping("reasons"):
        sentence = item.get("sentence")
        for name in PLACE.findall(sentence.text or "" if sentence else ""):
            if name not in known and sentence is not None:
                sentence.fault(f"说明中的“{{{name}}}”不是事项、列或值的名称")


def read_deeds(section: Sections, context: Context, state: State) -> dict[str, Origin]:
    """The clauses on which kinds of deeds are done (办理依据), by the deed's code."""
    found: dict[str, Origin] = {}
    for code, item in section("deeds", required=False).mapping("deeds"):
        found[code] = context.origin(item)
        state("办理依据", item.string("label", "写中文名称"), "办理时引用这一条", found[code])
        item.check_unknown()
    return found


def read_funds(section: Sections, context: Context, state: State) -> Funds:
    """Procedure parameters, pools, fund and payee rules, reserve and targets."""
    parameters = _parameters("procedure", "办理时限", section, context, state)
    pools: dict[str, Pool] = {}
    for code, item in section("funds", required=False).mapping("funds"):
        origin = context.origin(item)
        payable = one_of(item, "payable", ("true", "false", "是", "否"), default="true") in ("true", "是")
        pools[code] = Pool(code, item.string("label", "写中文名称"), payable, origin)
        state("资金", pools[code].label, "" if payable else "只作记录，不从中支付", origin)
        item.check_unknown()
    payable_pools = [code for code, pool in pools.items() if pool.payable]
    fund_rules = _chosen("fund_rules", "pool", payable_pools, section, context, state)
    columns = {**context.scope.columns, "applied_by": TEXT}
    options = {**context.scope.options, "applied_by": ("person", "enterprise", "provider")}
    payee_scope = Scope(**{**vars(context.scope), "columns": columns, "options": options})
    payees = ("person", "enterprise", "provider")
    payee_rules = _chosen("payee_rules", "payee", payees, section, context, state, payee_scope)
    targets = _parameters("targets", "目标任务", section, context, state)
    return Funds(parameters, pools, fund_rules, payee_rules, _reserve(section, context, state), targets)


def _parameters(
    name: str, topic: str, section: Sections, context: Context, state: State
) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for code, item in section(name, required=False).mapping(name):
        label = item.string("label", "写中文名称")
        unit = item.string("unit", default="")
        for version, origin in context.versions(item, "value"):
            text = version.string("value", "写参数的值")
            value = parameter_value(text)
            found.append(
                Parameter(code, value, unit, origin.clause, origin.valid_from, origin.reading, label)
            )
            state(topic, label, text if unit in ("", "%") else f"{text}{unit}", origin)
            version.check_unknown(("label", "unit", "versions"))
        item.check_unknown()
    return tuple(found)


def parameter_value(text: str) -> int | Decimal | bool | str:
    """A parameter's value: a whole number, a Decimal (rates), yes or no, else text."""
    if text in ("是", "true", "否", "false"):
        return text in ("是", "true")
    try:
        value = Decimal(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except InvalidOperation:
        return text
    return int(value) if value == value.to_integral_value() and not text.endswith("%") else value


def _chosen(
    name: str,
    key: str,
    allowed: list[str] | tuple[str, ...],
    section: Sections,
    context: Context,
    state: State,
    scope: Scope | None = None,
) -> tuple[Chosen, ...]:
    root = section(name, required=False)
    found: list[Chosen] = []
    items = root.items or []
    for place, item in enumerate(items):
        when = item.get("when")
        node = context.expression(when, "bool", scope) if when else None
        choice = one_of(item, key, allowed) if allowed else item.string(key)
        origin = context.origin(item)
        found.append(Chosen(node, choice, origin))
        if when is None and place < len(items) - 1:
            item.fault("没有写条件（when）的一条只能放在最后，否则其后各条永远用不上")
        words = node.words(lambda column: column_words(section, column)) if node else "其余情况"
        state("资金" if key == "pool" else "支付对象", context.scope.words.get(choice, choice), words, origin)
        item.check_unknown()
    if items and found and found[-1].when is not None:
        items[-1].fault("最后一条应不写条件（when），作为其余情况的结果")
    if not items:
        (root if root.entries is None else section(name)).fault(f"“{name}”应是列表，自上而下第一条符合的为准")
    return tuple(found)


def column_words(section: Sections, column: str) -> str:
    """A column's Chinese name while the rulebook is being read."""
    for name in ("columns", "own_columns"):
        item = (section(name, required=False).entries or {}).get(column)
        if item is not None:
            return item.string("label", default=column)
    return {"applied_by": "申请方式"}.get(column, column)


def _reserve(section: Sections, context: Context, state: State) -> Reserve | None:
    item = section("reserve", required=False)
    if not item.entries:
        return None
    months = item.string("months", "写月数")
    if not months.isdigit():
        item.fault(f"“months”应是整数，现在是“{months}”")
        months = "0"
    origin = context.origin(item)
    label, formula = item.string("label"), item.string("formula", "写算法")
    item.check_unknown()
    state("资金", label, f"不少于{months}个月：{formula}", origin)
    return Reserve(label, int(months), formula, origin.clause, origin.valid_from, origin.reading)
