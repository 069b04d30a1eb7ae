"""The entries of a draft: rows of a file against occupations, levels, schemes and the split of hours; or derived from what is held."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wudan.kernel.search import squeezed
from wudan.occupations.models import EDITIONS, LEVELS, Occupation
from wudan.occupations.names import plain
from wudan.orders.catalogue.entryfile import EntryRow
from wudan.orders.catalogue.models import Edition, Entry
from wudan.orders.catalogue.queries.prices import price_of
from wudan.orders.catalogue.queries.registrations import public_registrations
from wudan.orders.demand.queries.orders import demand_by_occupation
from wudan.people.lists import FaultyFile, RowFault
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import parameter

_NEWEST = ("2022", "local", "2015", "1999")
WHOLE = ("qualification", "skill_level")
"""Certificates of a level: their training has theory, practice and safety. A special skill is practice throughout."""


def checked(
    draft: Edition, rows: Sequence[EntryRow], faults: Sequence[RowFault], rulebook: Rulebook, on: date
) -> list[Entry]:
    """Unsaved entries, in the file's order. Raises FaultyFile with every fault."""
    known, wrong = _Occupations(), list(faults)
    bad = {fault.row for fault in faults}
    seen: dict[tuple[object, ...], int] = {}
    found = []
    for row in rows:
        if row.row in bad:  # a cell that could not be read says nothing about the others
            continue
        occupation, fault = known.of(row)
        if fault is not None or occupation is None:
            wrong.append(fault or _fault(row, "职业（工种）", row.occupation, "没有这个职业", "请核对名称。"))
            continue
        wrong += _level_faults(row, occupation) + _hour_faults(row, draft.district_id, on)
        key = (occupation.pk, row.level, row.certificate_type)
        if (first := seen.setdefault(key, row.row)) != row.row:
            said = f"与第{first}行是同一职业、等级和证书类别"
            wrong.append(_fault(row, "职业（工种）", row.occupation, said, "请删除其中一行。"))
        found.append(_entry(draft, row, occupation, rulebook, on))
    if wrong:
        raise FaultyFile(sorted(wrong, key=lambda f: f.row))
    return found


def derived(draft: Edition, on: date) -> list[Entry]:
    """Unsaved entries from waiting orders (需求目录) or registrations in force (机构目录)."""
    if draft.catalogue == "provider":
        return [
            Entry(
                edition=draft,
                occupation=one.occupation,
                level=one.level,
                certificate_type=one.certificate_type,
                provider=one.provider,
                capacity=one.capacity,
                search_text="|".join(
                    (one.occupation.search_text, squeezed(one.provider.name), one.provider.pinyin)
                ),
            )
            for one in public_registrations(draft.district_id, on)
        ]
    return [
        Entry(
            edition=draft,
            occupation=one.occupation,
            level=one.level,
            town=one.town,
            heads=one.heads,
            search_text=one.occupation.search_text,
        )
        for one in demand_by_occupation(draft.district_id, on)
    ]


class _Occupations:
    """All occupations by code and by name: a file of thousands asks the database once."""

    def __init__(self) -> None:
        self.by_code: dict[str, list[Occupation]] = {}
        self.by_name: dict[str, list[Occupation]] = {}
        for one in Occupation.objects.order_by("pk"):
            self.by_name.setdefault(one.name, []).append(one)
            if one.code:
                self.by_code.setdefault(one.code, []).append(one)

    def of(self, row: EntryRow) -> tuple[Occupation | None, RowFault | None]:
        """The one occupation the row means, or what is wrong."""
        name, edition = plain(row.occupation), row.occupation_edition
        named = [o for o in self.by_name.get(name, []) if not edition or o.edition == edition]
        if row.occupation_code:
            coded = [
                o for o in self.by_code.get(row.occupation_code, []) if not edition or o.edition == edition
            ]
            if not coded:
                return None, _fault(
                    row,
                    "职业编码",
                    row.occupation_code,
                    "职业目录中没有这个编码",
                    "请核对编码和大典版本；不能确认的留空。",
                )
            named = [o for o in coded if o.name == name]
            if not named:
                there = "、".join(dict.fromkeys(o.name for o in coded))
                return None, _fault(
                    row,
                    "职业编码",
                    row.occupation_code,
                    f"这个编码是“{there}”，与名称“{name}”不同",
                    "请改正编码或名称。",
                )
        if not named:
            where = f"{dict(EDITIONS)[edition]}中" if edition else "职业目录中"
            return None, _fault(
                row,
                "职业（工种）",
                row.occupation,
                f"{where}没有这个职业",
                "请按职业目录的名称填写；新的专项职业能力须先获批准。",
            )
        return min(named, key=lambda o: (_NEWEST.index(o.edition), o.kind != "occupation", o.pk)), None


def _level_faults(row: EntryRow, occupation: Occupation) -> list[RowFault]:
    levels = occupation.levels
    if row.certificate_type in WHOLE and not row.level:
        return [_fault(row, "等级", "", "等级证书没有填写等级", "请填写五级至一级中的一个。")]
    if row.level and levels and row.level not in levels:
        words = "、".join(LEVELS[n] for n in levels)
        return [_fault(row, "等级", LEVELS[row.level], "这个职业没有这个等级", f"可填写{words}。")]
    return []


def _hour_faults(row: EntryRow, district_id: str, on: date) -> list[RowFault]:
    """Shares of theory and practice, and the fewest hours of safety, by the parameters of the day."""
    total = row.theory_hours + row.practice_hours + row.safety_hours
    if not total:
        return [_fault(row, "理论课时", "0", "没有填写课时", "请填写理论、实训和安全课时。")]
    if row.certificate_type not in WHOLE:
        return []
    found = []
    shares = (
        ("hours_theory_percent", "理论课时", row.theory_hours),
        ("hours_practice_percent", "实训课时", row.practice_hours),
    )
    for code, column, hours in shares:
        least = int(parameter(district_id, code, on).value)
        if hours * 100 < total * least:
            said = f"{column[:2]}占{hours * 100 // total}%，低于{least}%"
            found.append(
                _fault(
                    row,
                    column,
                    str(hours),
                    said,
                    f"总课时{total}，请至少安排{-(-total * least // 100)}课时。",
                )
            )
    fewest = int(parameter(district_id, "hours_safety_min", on).value)
    if row.safety_hours < fewest:
        said = f"安全课时少于{fewest}课时"
        found.append(_fault(row, "安全课时", str(row.safety_hours), said, f"请至少安排{fewest}课时。"))
    return found


def _entry(draft: Edition, row: EntryRow, occupation: Occupation, rulebook: Rulebook, on: date) -> Entry:
    price = price_of(rulebook, row.scheme, row.level, row.certificate_type, on)
    return Entry(
        edition=draft,
        occupation=occupation,
        level=row.level,
        certificate_type=row.certificate_type,
        scheme=row.scheme,
        theory_hours=row.theory_hours,
        practice_hours=row.practice_hours,
        safety_hours=row.safety_hours,
        price_fen=price.fen,
        price_clause=price.clause,
        release=price.release,
        shortage=row.shortage,
        local=row.local,
        remark=row.remark,
        search_text=occupation.search_text,
    )


def _fault(row: EntryRow, column: str, shown: str, problem: str, remedy: str) -> RowFault:
    return RowFault(row.row, column, shown, problem, remedy)
