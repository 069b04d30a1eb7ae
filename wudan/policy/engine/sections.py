"""Reading a rulebook's rules: derived facts, conditions, amounts, rules across claims."""

from __future__ import annotations

from typing import Any

from wudan.policy.engine.lang.nodes import Named, Node
from wudan.policy.engine.lang.parse import Scope
from wudan.policy.engine.loading_values import NAME, ONE, check_name
from wudan.policy.engine.model import (
    AcrossRule,
    AmountPart,
    AmountRule,
    CapRule,
    Condition,
    CountRule,
    Origin,
    OverlapRule,
)
from wudan.policy.engine.reading import Context, one_of, yes_no
from wudan.policy.engine.source import Item


def read_fact(code: str, item: Item, context: Context) -> Origin:
    """A derived fact (推算的事项) by its code, added to the scope."""
    check_name(code, item, context)
    node = context.expression(item.need("value"), "date" if code == "begins" else None)
    label = item.string("label", "写中文名称")
    named = Named(node.type, (node,), name=code, label=label)
    context.scope.named[code] = named
    if code == "begins":
        context.scope.anchor = named
    origin = context.origin(item)
    item.check_unknown()
    return origin


def read_condition(code: str, item: Item, context: Context) -> Condition:
    """A claim's own rule."""
    origin = context.origin(item)
    when = item.get("when")
    condition = Condition(
        code=code,
        reason=code.partition("/")[0],
        label=item.string("label", "写中文名称"),
        schemes=context.scheme_list(item),
        when=context.applies_from(context.expression(when, "bool") if when else None, origin),
        require=context.expression(item.need("require", "写应当满足的条件"), "bool"),
        review=one_of(item, "effect", ("reject", "review"), default="reject") == "review",
        without_sum=yes_no(item, "without_sum"),
        origin=origin,
        sources=_sources(context, item.get("require")),
    )
    item.check_unknown()
    return condition


def read_amount(code: str, item: Item, context: Context) -> AmountRule:
    """How much some schemes pay."""
    origin = context.origin(item)
    scope = Scope(**{**vars(context.scope), "named": dict(context.scope.named)})
    parts: list[AmountPart] = []
    steps = item.need("steps", "逐步写出金额的算法，最后一步为应发金额")
    for name, step in steps.mapping("steps") if steps else ():
        if not NAME.fullmatch(name) or name in scope.known():
            step.fault(f"步骤名称“{name}”应由小写字母、数字和下划线组成，且不与别的名称相同")
        value = step.need("value")
        node = context.expression(value, "num", scope)
        label = step.string("label", "写中文名称")
        own = context.origin(step, item)
        scope.named[name] = Named(node.type, (node,), name=name, label=label)
        parts.append(AmountPart(name, label, scope.named[name], own, _sources(context, value)))
        step.check_unknown(("clause", "valid_from", "source", "reading", "document"))
    if parts and parts[-1].node.type.kind == "num" and parts[-1].node.type.den != 1:
        (steps or item).fault("最后一步可能得出不足一分的金额；请用 floor( ) 舍去分以下")
    if not parts and steps:
        steps.fault("金额没有步骤；至少写一步")
    rule = AmountRule(code, context.scheme_list(item), tuple(parts), origin)
    item.check_unknown()
    return rule


def read_across(code: str, item: Item, context: Context) -> AcrossRule:
    """A rule across a person's claims, of the closed vocabulary."""
    kind = one_of(item, "kind", ("limit", "unique", "exclusion", "cap", "overlap"))
    rule: AcrossRule
    if kind == "cap":
        rule = _read_cap(code, item, context)
    elif kind == "overlap":
        rule = _read_overlap(code, item, context)
    else:
        rule = _read_count(kind, code, item, context)
    item.check_unknown()
    return rule


def _head(item: Item, context: Context, code: str) -> dict[str, Any]:
    return {
        "code": code,
        "reason": code.partition("/")[0],
        "label": item.string("label", "写中文名称"),
        "schemes": context.scheme_list(item),
        "review": one_of(item, "effect", ("reject", "review"), default="reject") == "review",
        "origin": context.origin(item),
    }


def _whole(item: Item | None, context: Context) -> Node:
    node = context.expression(item, "num")
    if (
        item is not None
        and node.type.kind == "num"
        and (node.type.den != 1 or node.type.maybe or node.type.low < 0)
    ):
        item.fault("这里应是不小于0的整数")
    return node if node.type.kind == "num" else ONE


def _read_count(kind: str, code: str, item: Item, context: Context) -> CountRule:
    head = _head(item, context, code)
    period = one_of(item, "period", ("lifetime", "calendar_year", "rolling_months"), default="lifetime")
    anchor = item.get("anchor")
    months = _whole(item.need("months", "写月数"), context) if period == "rolling_months" else ONE
    key: list[Node] = []
    for text, place in item.strings("key", optional=True):
        node = context.expression(place)
        if node.type.kind not in ("num", "text", "date") or (node.type.kind == "text" and not node.columns()):
            place.fault(f"“{text}”不能用来比较是否相同；请写事项的名称")
        key.append(node)
    rank = item.get("at_least")
    when = item.get("when")
    others = kind == "exclusion" or item.get("against") is not None
    against = context.scheme_list(item, "against") if others else head["schemes"]
    return CountRule(
        **head,
        kind=kind,
        against=against,
        when=context.applies_from(context.expression(when, "bool") if when else None, head["origin"]),
        key=tuple(key),
        key_name=item.string("key_name", default=code.replace("/", "-")),
        at_least=_rank(rank, context) if rank else None,
        maximum=_whole(item.need("max", "写次数或值的名称"), context) if kind == "limit" else ONE,
        period=period,
        anchor=context.expression(anchor, "date") if anchor else context.scope.named["begins"],
        months=months.one({}) if period == "rolling_months" else 0,
        sources=_sources(context, item.get("max"), item.get("months")),
    )


def _sources(context: Context, *items: Item | None) -> tuple[str, ...]:
    """The values, lists and tables an expression names: what it says rests on their clauses too."""
    words = (word for item in items if item is not None for word in NAME.findall(item.text or ""))
    known = (context.scope.values, context.scope.lists, context.scope.tables)
    return tuple(dict.fromkeys(word for word in words if any(word in names for names in known)))


def _rank(item: Item, context: Context) -> Node | None:
    """A number by which claims are compared; only whole ones, of a claim's own facts."""
    node = context.expression(item, "num")
    if node.type.kind == "num" and (node.type.den != 1 or not node.columns()):
        item.fault("“at_least”应是由申请事项得出的整数，越大表示越高，如 6 - level")
    return node if node.type.kind == "num" else None


def _read_cap(code: str, item: Item, context: Context) -> CapRule:
    return CapRule(
        **_head(item, context, code),
        maximum=_whole(item.need("max", "写金额或值的名称"), context),
        sources=_sources(context, item.get("max")),
    )


def _read_overlap(code: str, item: Item, context: Context) -> OverlapRule:
    head = _head(item, context, code)
    if not head["review"]:
        item.fault("时间重叠只能交人工复核；请写 effect: review")
    same = one_of(
        item, "same", [n for n, t in context.scope.columns.items() if t.kind == "text"], default="class_id"
    )
    start = context.expression(item.need("from", "写开始日期的事项"), "date")
    end = context.expression(item.need("to", "写结束日期的事项"), "date")
    return OverlapRule(**head, start=start, end=end, same=same)
