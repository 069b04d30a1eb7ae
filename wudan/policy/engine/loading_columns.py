"""Reading the columns a rulebook declares for itself (本规则集自有的列), beside the contract's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from wudan.policy.engine.columns import BY_NAME, Column, Kind
from wudan.policy.engine.facttypes import APPLIED_ON, own_types
from wudan.policy.engine.lang.parse import Scope
from wudan.policy.engine.loading_values import NAME
from wudan.policy.engine.model import ColumnLabel, Origin
from wudan.policy.engine.reading import Context, one_of
from wudan.policy.engine.source import Item
from wudan.policy.engine.texts import EXTRA

SECTION = "own_columns"
MOST = 40
"""So many columns a rulebook may declare: the faults of a row, with the contract's columns, fit 64 bits."""
NO_REMEDY = "请核对后填写"
"""What to do where the rulebook says nothing of its own."""
RESERVED = frozenset({*BY_NAME, APPLIED_ON, "applied_by", *EXTRA})
_KINDS = {
    "text": (Kind.TEXT, "文字", "应为文字"),
    "integer": (Kind.INTEGER, "整数", "应为不小于0的整数"),
    "boolean": (Kind.BOOLEAN, "是或否", "应为“是”或“否”"),
    "date": (Kind.DATE, "日期", "应为1900至2100年间的日期"),
    "set": (Kind.SET, "多选文字", "应为文字，多项以英文分号隔开"),
}


@dataclass(frozen=True)
class OwnColumns:
    """The declared columns and their labels."""

    columns: tuple[Column, ...] = ()
    labels: dict[str, ColumnLabel] = field(default_factory=dict)


def read_own_columns(
    section: Item, taken: set[str], context: Context, state: Callable[[str, str, str, Origin], None]
) -> OwnColumns:
    """The declared columns; expressions, cases and sentences may use them from here on. `taken`: labels of others."""
    columns: list[Column] = []
    labels: dict[str, ColumnLabel] = {}
    for code, item in section.mapping(SECTION):
        _check_name(code, item)
        label = item.string("label", "写中文名称")
        if label in taken:
            item.fault(f"中文名称“{label}”已是别的列的名称；请换一个名称")
        taken.add(label)
        word = one_of(item, "kind", _KINDS)
        kind, words, must = _KINDS[word]
        options = _options(item, kind, context)
        if options:
            words = "、".join(options.values())
            must = f"应为{words}之一"
        columns.append(Column(code, kind, options=tuple(options)))
        texts = {
            "unit": item.string("unit", default=""),
            "must": item.string("must", default=must),
            "remedy": item.string("remedy", default=NO_REMEDY),
        }
        labels[code] = ColumnLabel(code, label, **texts)
        state("自有的列", label, words, context.origin(item))
        item.check_unknown()
    if len(columns) > MOST:
        section.fault(f"“{SECTION}”有{len(columns)}列；最多{MOST}列")
    _extend(context.scope, columns)
    return OwnColumns(tuple(columns), labels)


def _check_name(code: str, item: Item) -> None:
    if not NAME.fullmatch(code):
        item.fault(f"列名“{code}”应由小写字母、数字和下划线组成，以字母开头")
    elif code in RESERVED:
        item.fault(f"列名“{code}”是各区共用的，不能另行声明；请换一个名称")


def _options(item: Item, kind: Kind, context: Context) -> dict[str, str]:
    """A text column's permitted codes with their Chinese names."""
    entry = item.get("options")
    if entry is None:
        return {}
    if kind is not Kind.TEXT:
        entry.fault("只有文字列（kind: text）可以写 options")
        return {}
    found: dict[str, str] = {}
    for code, child in entry.mapping("options"):
        found[code] = child.plain(code)
        known = context.scope.words.get(code, found[code])
        if known != found[code]:
            child.fault(f"“{code}”已有中文名称“{known}”；请换一个代码，或用同一名称")
    if entry.entries is not None and not found:
        entry.fault("options 中没有内容；请写“代码: 中文名称”")
    context.scope.words = {**context.scope.words, **found}
    return found


def _extend(scope: Scope, columns: list[Column]) -> None:
    scope.columns = {**scope.columns, **own_types(columns)}
    scope.options = {**scope.options, **{c.name: c.options for c in columns if c.options}}
