"""Reading the common parts of rulebook entries: origin, versions, expressions, scheme lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from wudan.policy.engine.lang.arithmetic import compare
from wudan.policy.engine.lang.literals import day
from wudan.policy.engine.lang.nodes import Const, Node, all_of
from wudan.policy.engine.lang.parse import Scope, parse_expression
from wudan.policy.engine.lang.types import BOOL, DATE
from wudan.policy.engine.model import Origin
from wudan.policy.engine.problems import ExpressionError
from wudan.policy.engine.source import Item
from wudan.policy.engine.values import from_day, to_day

NO_DAY = dt.date(1, 1, 1)


@dataclass
class Context:
    """What every section reader needs."""

    scope: Scope
    document: str = ""
    valid_from: dt.date = NO_DAY
    schemes: dict[str, str] = field(default_factory=dict)
    documents: dict[str, str] = field(default_factory=dict)

    def origin(self, item: Item, fallback: Item | None = None) -> Origin:
        """Clause (or source), valid-from day and reading of an entry; all but the reading must be there."""
        base = fallback if fallback is not None and not (item.get("clause") or item.get("source")) else item
        clause, source = base.get("clause"), base.get("source")
        reading = item.string("reading", default="")
        text = document = ""
        if clause is not None and source is not None:
            item.fault("“clause”和“source”只能写一个：文件条款写 clause，文件以外的依据写 source")
        elif clause is not None:
            named = base.get("document") or item.get("document")
            document = named.plain("document") if named else self.documents.get(item.file, self.document)
            text = f"{document} {clause.plain('clause')}"
        elif source is not None:
            named = base.get("document")
            text = f"{named.plain('document')} {source.plain('source')}" if named else source.plain("source")
        else:
            item.fault(
                "缺少出处：请写 clause（文件条款，如 六（一））或 source（文件以外的依据）；没有出处的内容不能使用"
            )
        day_item = item.get("valid_from") or (fallback.get("valid_from") if fallback else None)
        if day_item is None:
            item.fault("缺少“valid_from”：请写生效日，如 2019-01-01")
            return Origin(text, self.valid_from, reading, document)
        return Origin(text, self.day(day_item), reading, document)

    def day(self, item: Item) -> dt.date:
        """A date entry."""
        text = item.plain("valid_from")
        try:
            return from_day(day(text))
        except ExpressionError as error:
            if text:
                item.fault(str(error))
            return self.valid_from

    def versions(self, item: Item, content: str) -> list[tuple[Item, Origin]]:
        """The versions of a value, by day: the entry itself, or its list `versions`."""
        several = item.get("versions")
        if several is None:
            return [(item, self.origin(item))]
        if item.get(content) is not None:
            item.fault(f"“{content}”和“versions”只能写一个")
        found = [(child, self.origin(child)) for child in several.items or []]
        if not found:
            several.fault(f"“versions”应是列表，每项写 {content}、clause、valid_from")
        found.sort(key=lambda pair: pair[1].valid_from)
        for (_, before), (child, after) in pairwise(found):
            if before.valid_from == after.valid_from:
                child.fault(f"同一个值有两个版本都从 {after.valid_from} 起生效；请只留一个")
        return found

    def expression(self, item: Item | None, kind: str | None = None, scope: Scope | None = None) -> Node:
        """The typed node of an expression entry; on a fault, a stand-in so that reading can go on."""
        if item is None:
            return Const(BOOL, value=True)
        text = item.plain("算式")
        try:
            if text:
                return parse_expression(text, scope or self.scope, kind)
        except ExpressionError as error:
            item.fault(str(error))
        except RecursionError:
            item.fault("算式过长或嵌套过深；请拆成几条")
        return Const(BOOL, value=True)

    def scheme_list(self, item: Item, key: str = "schemes") -> frozenset[str]:
        """The schemes an entry is for: `all`, or a list of scheme codes."""
        entry = item.need(key, "写 all 或补贴项目的列表")
        if entry is None:
            return frozenset()
        if entry.text is not None and entry.text.strip() == "all":
            return frozenset(self.schemes)
        found = item.strings(key)
        for code, place in found:
            if code and code not in self.schemes:
                place.fault(f"没有叫“{code}”的补贴项目；可用：{'、'.join(self.schemes)}")
        return frozenset(code for code, _ in found)

    def applies_from(self, when: Node | None, origin: Origin) -> Node | None:
        """A rule valid only from a later day than the rulebook is asked only of claims that begin from then."""
        if origin.valid_from <= self.valid_from:
            return when
        later = Const(DATE, value=to_day(origin.valid_from), text=str(origin.valid_from))
        begun = compare(">=", self.scope.named["begins"], later)
        return begun if when is None else all_of([begun, when])


def one_of(item: Item, key: str, allowed: Iterable[str], default: str | None = None) -> str:
    """A text entry that must be one of a few words."""
    allowed = tuple(allowed)
    text = item.string(key, f"可用：{'、'.join(allowed)}", default=default)
    if text and text not in allowed:
        (item.get(key) or item).fault(f"“{key}”不能是“{text}”；可用：{'、'.join(allowed)}")
        return default or allowed[0]
    return text or allowed[0]


def yes_no(item: Item, key: str) -> bool:
    """A yes/no entry, no when absent."""
    return one_of(item, key, ("true", "false", "是", "否"), default="false") in ("true", "是")
