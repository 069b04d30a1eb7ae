"""Training lines (培训类别): the kinds of training the documents name, each with its group, forms, gates and subsidy, as data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wudan.policy.engine.model import Label, Origin, Parameter, Plan
from wudan.policy.engine.reading import Context, one_of, yes_no
from wudan.policy.engine.source import Item

if TYPE_CHECKING:
    from wudan.policy.engine.rulebook import Rulebook

FILERS = ("person", "enterprise", "department")
APPLICANTS = ("person", "enterprise", "provider")
DUTIES = {"must": "应培尽培", "wish": "愿培尽培", "need": "需培就培"}
ONCE = ("never", "lifetime", "yearly")
ONCE_KEYS = ("line", "occupation", "occupation_level", "employer")
GATES = ("none", "no_pass_no_work")


@dataclass(frozen=True)
class Line:
    """One training line (培训类别).

    `groups`: any one of them is enough, none means anybody. `filed_by`: who may ask for it. `scheme` and `allowance`: the
    subsidy schemes it leads to, "" for none. `min_hours`: the parameter of procedure that holds the fewest hours (课时), "" for
    none. `once`: how often one person may take it, `once_key` what counts as the same. `gate` "no_pass_no_work": nobody works
    in the post before passing (合格后上岗). `restricted`: only by a department's roster, never shown in public.
    """

    code: str
    label: str
    clause: str
    valid_from: dt.date
    reading: str
    description: str
    duty: str
    groups: frozenset[str]
    filed_by: frozenset[str]
    scheme: str
    applied_by: str
    certificates: tuple[str, ...]
    free: bool
    min_hours: str
    sites: int
    once: str
    once_key: str
    gate: str
    restricted: bool
    allowance: str

    @property
    def must(self) -> bool:
        """Whether everybody of its groups must be trained (应培尽培)."""
        return self.duty == "must"

    @property
    def duty_label(self) -> str:
        """应培尽培, 愿培尽培 or 需培就培."""
        return DUTIES[self.duty]

    @property
    def no_pass_no_work(self) -> bool:
        """Whether work begins only after passing (培训合格后上岗)."""
        return self.gate == "no_pass_no_work"


def fits(line: Line, groups: Collection[str], *, on: dt.date | None = None, on_roster: bool = False) -> bool:
    """Whether somebody of these target groups may take the line, on a day when one is named.

    A restricted line is for those on its department's roster only, whatever their groups.
    """
    if on is not None and on < line.valid_from:
        return False
    if line.restricted:
        return on_roster
    return not line.groups or not line.groups.isdisjoint(groups)


def lines_for(
    rulebook: Rulebook,
    groups: Collection[str],
    *,
    on: dt.date,
    filed_by: str = "person",
    certificate: str = "",
) -> tuple[Line, ...]:
    """The lines open to somebody, those made for one of the groups first, each part in the rulebook's order."""
    open_to = [
        line
        for line in rulebook.lines.values()
        if fits(line, groups, on=on)
        and filed_by in line.filed_by
        and (not certificate or certificate in line.certificates)
    ]
    return tuple(sorted(open_to, key=lambda line: not line.groups))


def line_for(
    rulebook: Rulebook,
    groups: Collection[str],
    *,
    on: dt.date,
    filed_by: str = "person",
    certificate: str = "",
) -> Line | None:
    """The line proposed first; nothing when none is open."""
    return next(iter(lines_for(rulebook, groups, on=on, filed_by=filed_by, certificate=certificate)), None)


def min_hours(rulebook: Rulebook, line: Line, on: dt.date) -> int:
    """The fewest hours (课时) of the line on a day; 0 where none are set."""
    return int(rulebook.parameter(line.min_hours, on).value) if line.min_hours else 0


@dataclass(frozen=True)
class Known:
    """What a line may name."""

    groups: Mapping[str, Label]
    certificates: Mapping[str, Label]
    plans: Mapping[str, Plan]
    parameters: tuple[Parameter, ...]


def read_lines(
    section: Callable[..., Item],
    context: Context,
    known: Known,
    state: Callable[[str, str, str, Origin], None],
) -> dict[str, Line]:
    """The lines of a rulebook, in order; a rulebook may have none."""
    found: dict[str, Line] = {}
    for code, item in section("lines", required=False).mapping("lines"):
        origin = context.origin(item)
        line = _line(code, item, origin, known)
        found[code] = line
        if not line.restricted:  # the policy pages are public
            state("培训类别", line.label, _words(line, known), origin)
        item.check_unknown()
    return found


def _line(code: str, item: Item, origin: Origin, known: Known) -> Line:
    scheme, applied_by = _scheme(item, known)
    restricted = yes_no(item, "restricted")
    filed_by = _several(item, "filed_by", FILERS, "谁可以提单", required=True)
    if restricted and filed_by != ("department",):
        item.fault("“restricted”的类别只能由部门提名单；请写 filed_by: [department]")
    once = one_of(item, "once", ONCE, default="never")
    if once == "never" and item.get("once_key") is not None:
        item.fault("写了“once_key”而没有写“once”；请写 once: lifetime 或 once: yearly，或删去“once_key”")
    return Line(
        code=code,
        label=item.string("label", "写中文名称"),
        clause=origin.clause,
        valid_from=origin.valid_from,
        reading=origin.reading,
        description=item.string("description", default=""),
        duty=one_of(item, "duty", tuple(DUTIES)),
        groups=frozenset(_several(item, "groups", tuple(known.groups), "人员类别")),
        filed_by=frozenset(filed_by),
        scheme=scheme,
        applied_by=applied_by,
        certificates=_several(
            item, "certificates", tuple(known.certificates), "证书类型", required=bool(scheme)
        ),
        free=yes_no(item, "free"),
        min_hours=_parameter(item, origin, known),
        sites=int(one_of(item, "sites", ("1", "2"), default="1")),
        once=once,
        once_key=one_of(item, "once_key", ONCE_KEYS, default="line"),
        gate=one_of(item, "gate", GATES, default="none"),
        restricted=restricted,
        allowance=_allowance(item, known),
    )


def _scheme(item: Item, known: Known) -> tuple[str, str]:
    scheme = item.string("scheme", default="")
    applied_by = one_of(item, "applied_by", APPLICANTS, default="person")
    if not scheme:
        if item.get("applied_by") is not None:
            item.fault("没有补贴项目（scheme）的类别不写“applied_by”；请补写 scheme 或删去“applied_by”")
        return "", applied_by
    plan = known.plans.get(scheme)
    if plan is None:
        (item.get("scheme") or item).fault(f"没有叫“{scheme}”的补贴项目；可用：{'、'.join(known.plans)}")
        return "", applied_by
    if plan.scheme.by_provider and applied_by != "provider":
        item.fault(f"“{plan.scheme.label}”由培训机构申请；请写 applied_by: provider")
    return scheme, applied_by


def _allowance(item: Item, known: Known) -> str:
    code = item.string("allowance", default="")
    plan = known.plans.get(code)
    if code and (plan is None or plan.scheme.by_provider):
        people = [name for name, p in known.plans.items() if not p.scheme.by_provider]
        (item.get("allowance") or item).fault(f"“{code}”不是付给个人的补贴项目；可用：{'、'.join(people)}")
        return ""
    return code


def _parameter(item: Item, origin: Origin, known: Known) -> str:
    code = item.string("min_hours", default="")
    if not code:
        return ""
    place = item.get("min_hours") or item
    versions = [p for p in known.parameters if p.code == code]
    if not versions:
        place.fault(f"没有叫“{code}”的经办参数；请写在 procedure 一节，注明出处和生效日")
        return ""
    if not all(isinstance(p.value, int) and not isinstance(p.value, bool) and p.value > 0 for p in versions):
        place.fault(f"经办参数“{code}”应是大于0的整数（课时）")
    first = min(p.valid_from for p in versions)
    if first > origin.valid_from:
        place.fault(f"经办参数“{code}”自 {first} 起才有值，晚于本类别的生效日 {origin.valid_from}")
    return code


def _several(
    item: Item, key: str, allowed: tuple[str, ...], name: str, *, required: bool = False
) -> tuple[str, ...]:
    found = item.strings(key, f"{name}的列表，可用：{'、'.join(allowed)}", optional=not required)
    place = item.get(key)
    if place is not None and place.entries is not None:
        place.fault(f"“{key}”应是列表，如 [{allowed[0]}]")
    for code, child in found:
        if code and code not in allowed:
            child.fault(f"{name}中没有“{code}”；可用：{'、'.join(allowed)}")
    if required and place is not None and not found and place.entries is None:
        place.fault(f"“{key}”不能是空的；可用：{'、'.join(allowed)}")
    return tuple(dict.fromkeys(code for code, _ in found))


def _words(line: Line, known: Known) -> str:
    who = "、".join(label.label for code, label in known.groups.items() if code in line.groups)
    parts = [DUTIES[line.duty], f"对象：{who or ('有关部门名单' if line.restricted else '不限类别')}"]
    if line.scheme:
        parts.append(f"补贴：{known.plans[line.scheme].scheme.label}")
    if line.allowance:
        parts.append(f"生活补助：{known.plans[line.allowance].scheme.label}")
    parts += [
        text
        for text, holds in (
            ("免费培训", line.free),
            ("企业和学校两处上课", line.sites == 2),
            ("每人一次", line.once == "lifetime"),
            ("每人每年一次", line.once == "yearly"),
            ("培训合格后上岗", line.no_pass_no_work),
        )
        if holds
    ]
    return "；".join(parts)
