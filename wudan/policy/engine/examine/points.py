"""Reading a rulebook's known open points (`open_points`, 待定事项)."""

from __future__ import annotations

from wudan.policy.engine.examine.kinds import KINDS
from wudan.policy.engine.model import OpenPoint
from wudan.policy.engine.reading import Context
from wudan.policy.engine.source import Item

SECTION = "open_points"


def read_open_points(section: Item, context: Context) -> tuple[OpenPoint, ...]:
    """The open points, each with its clause and why it is open. They are for officials: the policy pages, which the
    public reads, do not state them, since some tell how a rule can be got round."""
    found: list[OpenPoint] = []
    for code, item in section.mapping(SECTION):
        findings: list[str] = []
        for text, place in item.strings("findings", "写自查发现的代码，如 no-price"):
            if text and text not in KINDS:
                place.fault(f"没有叫“{text}”的自查发现；可用：{'、'.join(KINDS)}")
            elif text:
                findings.append(text)
        when = item.get("when")
        against = context.scheme_list(item, "against") if item.get("against") else frozenset()
        point = OpenPoint(
            code=code,
            findings=tuple(findings),
            schemes=context.scheme_list(item) if item.get("schemes") else frozenset(context.schemes),
            against=against,
            rules=frozenset(text for text, _ in item.strings("rules", optional=True)),
            when=context.expression(when, "bool") if when else None,
            why=item.string("why", "写清楚什么没有定、现在怎么办"),
            origin=context.origin(item),
        )
        item.check_unknown()
        found.append(point)
    return tuple(found)
