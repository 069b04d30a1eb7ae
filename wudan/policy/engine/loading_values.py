"""Reading a rulebook's values and tables, by day."""

from __future__ import annotations

import re
from typing import Any

from wudan.policy.engine.lang.literals import constant
from wudan.policy.engine.lang.nodes import Const, Node
from wudan.policy.engine.lang.parse import Dated, list_value
from wudan.policy.engine.lang.types import number
from wudan.policy.engine.model import Origin
from wudan.policy.engine.problems import ExpressionError
from wudan.policy.engine.reading import Context, one_of
from wudan.policy.engine.source import Item
from wudan.policy.engine.values import to_day

NAME = re.compile(r"[a-z][a-z0-9_]*")
ONE = Const(number(1, 1), value=1, text="1")


def check_name(code: str, item: Item, context: Context) -> None:
    """A name used in expressions must be a plain one, and not taken."""
    if not NAME.fullmatch(code):
        item.fault(f"名称“{code}”应由小写字母、数字和下划线组成，以字母开头")
    if code in context.scope.known():
        item.fault(f"名称“{code}”已被别的事项、值或表使用；请换一个名称")


def _constant(item: Item) -> Node:
    try:
        return constant(item.plain("value"))
    except ExpressionError as error:
        if item.text:
            item.fault(str(error))
        return ONE


def read_value(code: str, item: Item, context: Context) -> list[tuple[Item, Origin]]:
    """A value or list by its code, added to the scope."""
    check_name(code, item, context)
    label = item.string("label", "写中文名称")
    item.string("unit", default="")
    versions = context.versions(item, "value")
    nodes: list[tuple[int, Any]] = []
    kinds = set()
    for version, origin in versions:
        value = version.need("value")
        if value is None:
            continue
        day = to_day(origin.valid_from)
        if value.items is not None:
            texts = [child.plain("value") for child in value.items]
            items = [int(t) if t.isascii() and t.isdigit() else t for t in texts]
            nodes.append((day, list_value(items, context.scope.words)))
            kinds.add("list")
        else:
            node = _constant(value)
            nodes.append((day, node))
            kinds.add(node.type.kind)
        version.check_unknown(("label", "unit", "versions"))
    if len(kinds) > 1:
        item.fault("各版本的值应是同一类（都是数、都是日期或都是列表）")
    elif nodes:
        target = context.scope.lists if "list" in kinds else context.scope.values
        target[code] = Dated(label, tuple(nodes))
    item.check_unknown()
    return versions


def read_table(code: str, item: Item, context: Context) -> list[tuple[Item, Origin]]:
    """A table by its code, added to the scope."""
    check_name(code, item, context)
    label = item.string("label", "写中文名称")
    item.string("unit", default="")
    keys = _table_keys(item, context)
    versions = context.versions(item, "entries")
    built: list[tuple[int, Any]] = []
    for version, origin in versions:
        entries = version.need("entries", "写“等级: 金额”的对照")
        found = _entries(entries, keys) if entries else {}
        if found:
            built.append((to_day(origin.valid_from), found))
        version.check_unknown(("label", "unit", "key", "versions"))
    if built:
        context.scope.tables[code] = Dated(label, tuple(built))
    item.check_unknown()
    return versions


def _table_keys(item: Item, context: Context) -> list[tuple[str, bool]]:
    """The columns a table is looked up by, one or two, each with whether it holds text."""
    entry = item.get("key")
    several = item.strings("key") if entry is not None and entry.items is not None else []
    for name, place in several:
        if name not in context.scope.columns:
            place.fault(f"没有叫“{name}”的列；可用：{'、'.join(context.scope.columns)}")
    if len(several) > 2:
        item.fault(f"表最多按2项查找，现在是{len(several)}项")
    names = [name for name, _ in several[:2] if name in context.scope.columns]
    if not several:
        names = [one_of(item, "key", [*context.scope.columns, "level"], default="level")]
    return [(name, context.scope.columns[name].kind == "text") for name in names or ["level"]]


def _entries(item: Item, keys: list[tuple[str, bool]]) -> dict[Any, Any]:
    """A table's entries; where there are two keys, entries of entries."""
    (_, textual), *inner = keys
    found: dict[Any, Any] = {}
    for name, value in item.mapping("entries"):
        if not textual and not (name.isascii() and name.isdigit() and len(name) < 13):
            value.fault(f"表的查找项“{name}”应是整数")
            continue
        found[name if textual else int(name)] = _entries(value, inner) if inner else _constant(value)
    if not found and item.entries is not None:
        item.fault("表中没有内容；请写“等级: 金额”的对照")
    return found
