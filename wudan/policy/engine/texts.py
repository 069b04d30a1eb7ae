"""Facts and values in plain Chinese, and the sentences of reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from wudan.policy.engine.lang.nodes import Const, Node
from wudan.policy.engine.values import from_day

if TYPE_CHECKING:
    from wudan.policy.engine.rulebook import Rulebook

PLACE = re.compile(r"\{([^{}]*)\}")
EXTRA = frozenset({"year", "count", "max", "used", "left", "others", "others_count"})
"""Facts a rule across claims adds for its sentence; `max` where it counts, `used` and `left` where it adds up."""


def yuan(fen: int) -> str:
    """Whole fen as yuan in words: 150000 is 1500元, 150050 is 1500.50元."""
    sign, fen = ("-" if fen < 0 else ""), abs(fen)
    whole, rest = divmod(fen, 100)
    return f"{sign}{whole}.{rest:02d}元" if rest else f"{sign}{whole}元"


def chinese_date(day: int) -> str:
    """Days since 1970-01-01 as 2020年5月1日."""
    date = from_day(day)
    return f"{date.year}年{date.month}月{date.day}日"


def show_fact(rulebook: Rulebook, name: str, value: Any) -> str:
    """A fact as the reader sees it."""
    if value is None or value in ("", frozenset()):
        return "未填"
    column = rulebook.columns.get(name)
    if name in ("used", "left", "amount_fen") or (column and column.unit == "分"):
        return yuan(int(value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, frozenset | list | tuple):
        return "、".join(sorted(rulebook.word(str(part)) for part in value))
    if name in ("level", "prior_level", "effective_level"):
        label = rulebook.levels.get(str(value))
        return label.label if label else str(value)
    if isinstance(value, int):
        return f"{value}{column.unit}" if column and column.unit else str(value)
    return rulebook.word(str(value))


def show_node(rulebook: Rulebook, name: str, node: Node, facts: Mapping[str, Any]) -> str:
    """A named value or derived fact as the reader sees it."""
    inner = node
    while inner.children and not isinstance(inner, Const):
        picked = inner.pick(facts) if hasattr(inner, "pick") else None
        if picked is None and len(inner.children) != 1:
            break
        inner = picked or inner.children[0]
    value = node.one(facts)
    if node.type.kind == "date":
        return "未填" if value is None else chinese_date(value)
    if isinstance(inner, Const):
        return inner.text
    if node.type.kind == "num" and node.type.den != 1 and value is not None:
        return str(Fraction(value, node.type.den))
    return show_fact(rulebook, name, value)


def fill(template: str, lookup: Callable[[str], str | None]) -> str | None:
    """The sentence with its places filled, or nothing when a fact for it is not at hand."""
    missing = False

    def put(found: re.Match[str]) -> str:
        nonlocal missing
        shown = lookup(found[1])
        missing = missing or shown is None
        return shown or ""

    text = PLACE.sub(put, template)
    return None if missing else text


def full_sentence(sentence: str, clause: str, remedy: str) -> str:
    """Fact, clause and way out, as one text for letters and notices."""
    return f"{sentence}（{clause}）。{remedy}。"
