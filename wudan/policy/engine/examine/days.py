"""Days: claims before anything is in force, days without a version, versions nobody uses, windows with a hole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from wudan.policy.engine.examine.climb import REFUSED, Facts, climbed, lacking
from wudan.policy.engine.examine.findings import Suspect
from wudan.policy.engine.examine.grid import Grid
from wudan.policy.engine.examine.walk import across_nodes, descend, own_nodes
from wudan.policy.engine.lang.nodes import HasAny, Lookup, Node, OneOf
from wudan.policy.engine.lang.parse import Dated, ListValue
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.model import CapRule, Origin, OverlapRule
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.texts import chinese_date
from wudan.policy.engine.values import to_day


@dataclass
class Window:
    """The days on which claims of one scheme begin and pass."""

    grid: Grid

    @cached_property
    def begins(self) -> npt.NDArray[np.int64]:
        """The day each claim begins."""
        return np.asarray(self.grid.columns.ask(self.grid.boundaries.rulebook.scope.named["begins"]))

    @cached_property
    def days(self) -> list[int]:
        """Days tried on which some claim passes, in order."""
        return sorted({int(d) for d in self.begins[self.grid.alive & (self.begins != NONE)]})

    def before(self, day: int, since: int = 0) -> Facts | None:
        """A claim that passes and begins before a day (and not before another), the last of them."""
        earlier = self.grid.alive & (self.begins != NONE) & (self.begins < day) & (self.begins >= since)
        if not earlier.any():
            return None
        return self.grid.picked(earlier & (self.begins == self.begins[earlier].max()))[0]

    @cached_property
    def uses(self) -> tuple[set[str], set[str], set[tuple[object, ...]]]:
        """Names of values, labels of tables, and lists that its rules use."""
        nodes = [*own_nodes(self.grid.plan), *across_nodes(self.grid.plan)]
        nodes.append(self.grid.boundaries.rulebook.scope.named["begins"])
        return used_in(nodes)


def used_in(nodes: list[Node]) -> tuple[set[str], set[str], set[tuple[object, ...]]]:
    """Names of values, labels of tables, and lists that some expressions use."""
    names = {name for node in nodes for name in node.named()}
    below = list(descend(nodes))
    tables = {node.label for node in below if isinstance(node, Lookup)}
    return names, tables, {tuple(n.options) for n in below if isinstance(n, OneOf | HasAny)}


class Days:
    """The examination of days."""

    def __init__(self, rulebook: Rulebook, grids: dict[str, Grid]) -> None:
        self.rulebook = rulebook
        self.start = to_day(rulebook.origin.valid_from)  # claims before it are told as before-valid, once
        self.windows = {code: Window(grid) for code, grid in grids.items() if grid.alive.any()}

    def suspects(self) -> Iterator[Suspect]:
        """Everything found."""
        for code, window in self.windows.items():
            yield from self._early(code, window)
            yield from self._hole(code, window)
        scope = self.rulebook.scope
        for kind, dated in (("value", scope.values), ("list", scope.lists), ("table", scope.tables)):
            for name, versions in dated.items():
                yield from self._dated(kind, name, versions)
        yield from self._rules()
        yield from self._parameters()

    def _early(self, code: str, window: Window) -> Iterator[Suspect]:
        scheme = self.rulebook.schemes[code]
        start = max(self.rulebook.origin.valid_from, scheme.valid_from)
        facts = window.before(to_day(start))
        if facts is not None:
            label = (
                "规则集" if start > scheme.valid_from or start == self.rulebook.origin.valid_from else "项目"
            )
            message = f"{scheme.label}：{label}自{_said(start)}起生效，此前开始的申请也通过"
            yield Suspect("before-valid", (code,), "", scheme.clause, message, [(facts,)])

    def _hole(self, code: str, window: Window) -> Iterator[Suspect]:
        """A day between two on which claims pass, on which none does."""
        tried = sorted(
            {int(d) for d in window.begins[window.begins != NONE]} & set(window.grid.boundaries.days)
        )
        inside = [d for d in tried if window.days[0] < d < window.days[-1] and d not in window.days]
        for day in inside:
            if self._reachable(window, day):
                continue
            scheme = self.rulebook.schemes[code]
            hole = window.grid.picked(window.begins == day)[0]
            message = f"{scheme.label}：{chinese_date(day)}开始的申请都不能通过，前后的日子却可以"
            yield Suspect("day-gap", (code,), "", scheme.clause, message, [(hole,)])
            return

    @staticmethod
    def _reachable(window: Window, day: int) -> bool:
        """Whether somebody who begins on this day passes after all, once other facts are changed."""
        boundaries = window.grid.boundaries
        for person in boundaries.good:
            start = {**person, **boundaries.moved(person, day)}

            def there(facts: Facts) -> Iterator[Facts]:
                return (
                    found for found in boundaries.neighbours(facts) if boundaries.begins.one(found) == day
                )

            if lacking(boundaries.plan, climbed(boundaries.plan, start, there)) < REFUSED:
                return True
        return False

    def _dated(self, kind: str, name: str, dated: Dated) -> Iterator[Suspect]:
        users = [code for code, window in self.windows.items() if self._uses(window, kind, name, dated)]
        clause, schemes = self._clause(dated.label), tuple(users)
        if not users:
            if not self._used_elsewhere(kind, name, dated):
                message = f"“{dated.label}”（{name}）没有规则用到"
                yield Suspect("value-idle", (), name, clause, message)
            return
        first = dated.versions[0][0]
        found = [self.windows[code].before(first, self.start) for code in users]
        early = next((facts for facts in found if facts is not None), None)
        if early is not None:
            message = f"“{dated.label}”最早的版本自{chinese_date(first)}起生效，此前开始的申请却按它办"
            yield Suspect("version-missing", schemes, name, clause, message, [(early,)])
        ends = [*(day for day, _ in dated.versions[1:]), None]
        for (day, _), end in zip(dated.versions, ends, strict=True):
            if early is None or len(ends) > 1:
                yield from self._unused(dated, name, users, day, end)

    def _unused(
        self, dated: Dated, name: str, users: list[str], day: int, end: int | None
    ) -> Iterator[Suspect]:
        """A version in whose time no claim of the schemes that use it begins and passes."""
        ranges = [(self.windows[code].days[0], self.windows[code].days[-1]) for code in users]
        first = day == dated.versions[0][0]
        if any(last >= day and (end is None or start < end) for start, last in ranges):
            return
        if first and any(start < day for start, _ in ranges):
            return  # the first version also stands in for the days before it; told as version-missing
        window = self.windows[users[0]]
        facts = window.grid.picked(window.grid.alive & (window.begins == window.days[-1]))[0]
        until = f"至{chinese_date(end - 1)}" if end is not None else "起"
        earliest, latest = min(s for s, _ in ranges), max(e for _, e in ranges)
        message = (
            f"“{dated.label}”{chinese_date(day)}{until}的版本没有申请会用到："
            f"开始日最早{chinese_date(earliest)}，最晚{chinese_date(latest)}"
        )
        yield Suspect("version-unused", tuple(users), name, self._clause(dated.label), message, [(facts,)])

    def _rules(self) -> Iterator[Suspect]:
        """Amounts and caps are not held back until their valid-from day; earlier claims are told."""
        for code, window in self.windows.items():
            plan = self.rulebook.plans[code]
            stated: list[tuple[str, str, Origin]] = []
            if plan.amount:
                stated.append((plan.amount.code, "金额", plan.amount.origin))
                stated += [(plan.amount.code, part.label, part.origin) for part in plan.amount.parts]
            stated += [
                (r.code, r.label, r.origin) for r in plan.across if isinstance(r, CapRule | OverlapRule)
            ]
            latest = (
                max((origin.valid_from, rule, label, origin) for rule, label, origin in stated)
                if stated
                else None
            )
            if latest is None or (facts := window.before(to_day(latest[0]), self.start)) is None:
                continue
            day, rule, label, origin = latest
            message = f"{plan.scheme.label}：“{label}”自{_said(day)}起生效，此前开始的申请也按它办"
            yield Suspect("version-missing", (code,), rule, origin.clause, message, [(facts,)])

    def _parameters(self) -> Iterator[Suspect]:
        """Parameters of procedure that have no version on the first day somebody may apply."""
        earliest: dict[str, dt.date] = {}
        for parameter in self.rulebook.parameters:
            known = earliest.get(parameter.code, parameter.valid_from)
            earliest[parameter.code] = min(known, parameter.valid_from)
        for parameter in self.rulebook.parameters:
            day = earliest.pop(parameter.code, None)
            found = [w.before(to_day(day), self.start) for w in self.windows.values()] if day else []
            person = next((facts for facts in found if facts is not None), None)
            if day and person is not None:
                message = f"“{parameter.label}”最早自{_said(day)}起有值，此前办理的申请查不到"
                yield Suspect("parameter-missing", (), parameter.code, parameter.clause, message, [(person,)])

    def _uses(self, window: Window, kind: str, name: str, dated: Dated) -> bool:
        return _among(window.uses, kind, name, dated)

    def _used_elsewhere(self, kind: str, name: str, dated: Dated) -> bool:
        """In funds and payees, in schemes nobody gets (told by themselves), or in the words of a reason."""
        rules = (*self.rulebook.fund_rules, *self.rulebook.payee_rules)
        nodes = [rule.when for rule in rules if rule.when is not None]
        nodes += [n for plan in self.rulebook.plans.values() for n in (*own_nodes(plan), *across_nodes(plan))]
        return _among(used_in(nodes), kind, name, dated)

    def _clause(self, label: str) -> str:
        return next((c.clause for c in self.rulebook.stated if c.label == label), self.rulebook.document)


def _among(
    used: tuple[set[str], set[str], set[tuple[object, ...]]], kind: str, name: str, dated: Dated
) -> bool:
    names, tables, lists = used
    if kind == "value":
        return name in names
    if kind == "table":
        return dated.label in tables
    return any(
        isinstance(version, ListValue) and tuple(version.items) in lists for _, version in dated.versions
    )


def _said(day: dt.date) -> str:
    return chinese_date(to_day(day))
