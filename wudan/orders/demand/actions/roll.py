"""应培尽培: who must be trained, from an organisation's roster or a department's list, and who need not after all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.demand import files, rules
from wudan.orders.demand.actions.checks import named_exactly
from wudan.orders.demand.models import RollEntry
from wudan.orders.demand.states import ROLL
from wudan.organisations.models import District, Organisation
from wudan.people.actions import register_people
from wudan.people.lists import FaultyFile, ListColumn, ListRow, RowFault, read_list
from wudan.people.queries import find_by_numbers, towns
from wudan.people.rows import PersonRow, check_row
from wudan.policy.engine.lines import Line

MAX_ROWS = 5000
LOADERS = (Role.INTAKE, Role.ENTERPRISE)
_WHERE = {"number": "身份证号", "name": "姓名", "phone": "联系电话"}


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person of the list."""

    person: PersonRow
    occupation: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many came onto the roll, and how many were on it already or trained already."""

    added: int
    known: int


def load_roll(
    *,
    district_id: str,
    category: str,
    source_id: int,
    employer_id: int | None = None,
    content: bytes | None = None,
    rows: Sequence[RollRow] = (),
    actor: Actor,
    at: datetime,
) -> Loaded:
    """登记应培人员, the whole list or none of it: people of a training line (应培类别) that must be trained, from `source_id` (the
    department, or the enterprise itself for its staff). Who is on the roll already is left as is.

    Refuses: forbidden, bad-category, bad-source, bad-file; `FaultyFile` with every fault of every row.
    Clause: 周政办发〔2020〕2号 二（一）“应培尽培”；台政办发〔2020〕4号 三.
    """
    actor.require(*LOADERS, district_id=district_id)
    line = _category(district_id, category)
    _source(district_id, line, source_id, employer_id, actor)
    today = legal_day(at)
    wanted = _read(district_id, content, today, at) if content is not None else list(rows)
    with acting(actor=actor, at=at, basis="应培尽培（周政办发〔2020〕2号 二（一）；台政办发〔2020〕4号 三）"):
        District.objects.select_for_update(no_key=True).get(pk=district_id)  # one list at a time
        people = register_people(rows=[row.person for row in wanted], actor=actor, at=at)
        known = _known(district_id, line, employer_id, [p.pk for p in people.values()])
        occupations = {word: named_exactly(word) for word in {r.occupation for r in wanted if r.occupation}}
        fresh: dict[int, RollEntry] = {}
        for row in wanted:
            person_id = people[row.person.number].pk
            if person_id in known or person_id in fresh:
                continue
            fresh[person_id] = RollEntry(
                district_id=district_id,
                person_id=person_id,
                category=category,
                source_id=source_id,
                employer_id=employer_id,
                occupation_id=occupations.get(row.occupation),
                since=today,
                due_on=row.due_on or rules.roll_due_on(district_id, category, today),
                state="due",
            )
        bulk.insert(RollEntry, fresh.values())
    return Loaded(len(fresh), len(wanted) - len(fresh))


def excuse(*, entry_id: int, reason: str, actor: Actor, at: datetime) -> RollEntry:
    """注明不需培训, with the reason. Refuses: forbidden, wrong-state, no-reason."""
    if len(reason.strip()) < 4:
        refuse(
            "no-reason", "请写明为什么不需要培训。", remedy="请至少写4个字。", field="reason", status=INVALID
        )
    with acting(actor=actor, at=at, basis=f"注明不需培训：{reason.strip()}"):
        entry = RollEntry.objects.select_for_update(of=("self",)).select_related("person").get(pk=entry_id)
        actor.require(*ROLL.move("excuse").who, district_id=entry.district_id)
        if actor.role is Role.ENTERPRISE and entry.employer_id != actor.organisation_id:
            forbid("只能办理本企业的职工。")
        if actor.role is Role.TOWN and entry.person.town_id != actor.town_code:
            forbid("这个人不属于您所在的镇街。")
        entry.state, entry.reason = ROLL.check("excuse", entry.state), reason.strip()
        entry.save(update_fields=["state", "reason"])
    return entry


def _category(district_id: str, category: str) -> Line:
    found = rules.line(district_id, category)
    if found is None or not found.must:
        refuse(
            "bad-category",
            "请选择“应培尽培”的培训类别。",
            remedy="请从列表中选择。",
            field="category",
            status=INVALID,
        )
    return found


def _source(district_id: str, line: Line, source_id: int, employer_id: int | None, actor: Actor) -> None:
    ids = {source_id, *([employer_id] if employer_id is not None else [])}
    found = Organisation.objects.filter(district=district_id).in_bulk(ids)
    if len(found) < len(ids):
        refuse(
            "bad-source",
            "请选择本区的单位。",
            remedy="请从列表中选择名单来源单位。",
            field="source",
            status=INVALID,
        )
    if employer_id is not None and found[employer_id].kind != "enterprise":
        refuse("bad-source", "所在企业须是企业。", field="employer", status=INVALID)
    if actor.role is not Role.ENTERPRISE:
        return
    if {source_id, employer_id} != {actor.organisation_id} or "enterprise" not in line.filed_by:
        forbid("企业只能登记本企业职工的应培名单。", remedy="其他人员由区有关部门提供名单。")


def roll_columns(district_id: str) -> list[ListColumn]:
    """The columns of the district's list."""
    return files.roll_columns({t.name: t.code for t in towns(district_id)})


def _read(district_id: str, content: bytes, today: date, at: datetime) -> list[RollRow]:
    found, faults = read_list(content, roll_columns(district_id), max_rows=MAX_ROWS)
    rows, seen = [], dict[str, int]()
    bad = {fault.row for fault in faults}
    for row in found:
        if row.row in bad:
            continue
        person = PersonRow(
            "identity", row.get("number"), row.get("name"), row.get("phone"), row.get("town", None) or None
        )
        faults += _person_faults(row, person, seen, at)
        due_on = row.get("due_on", None)
        if due_on and due_on <= today:
            faults.append(
                RowFault(
                    row.row,
                    "应完成日期",
                    f"{due_on}",
                    "应完成日期已经过去",
                    "请填写今天以后的日期，或者留空。",
                )
            )
        rows.append(RollRow(person, row.get("occupation"), due_on))
    if faults:
        raise FaultyFile(sorted(faults, key=lambda f: f.row))
    _require_names(rows, found)
    return rows


def _person_faults(row: ListRow, person: PersonRow, seen: dict[str, int], at: datetime) -> list[RowFault]:
    _, wrong = check_row(person, at)
    faults = [
        RowFault(row.row, _WHERE.get(no.field, "姓名"), "", no.sentence.rstrip("。"), no.remedy)
        for no in wrong
    ]
    if person.number in seen:
        faults.append(
            RowFault(row.row, "身份证号", "", f"与第{seen[person.number]}行是同一个人", "请只保留一行。")
        )
    seen.setdefault(person.number, row.row)
    return faults


def _require_names(rows: Sequence[RollRow], found: Sequence[ListRow]) -> None:
    """A number registered under another name is a fault of its row."""
    known = find_by_numbers([r.person.number for r in rows])
    faults = [
        RowFault(
            place.row,
            "姓名",
            "",
            "这个证件号码已经登记，登记的姓名与所填不一致",
            "请对照证件核对姓名和号码；确已改名的，请先更正人员信息。",
        )
        for row, place in zip(rows, found, strict=True)
        if row.person.number in known and known[row.person.number].name != row.person.name
    ]
    if faults:
        raise FaultyFile(faults)


def _known(district_id: str, line: Line, employer_id: int | None, person_ids: Sequence[int]) -> set[int]:
    """Who is on the roll for this line, or has done what is done once only."""
    same = RollEntry.objects.filter(district=district_id, category=line.code, person__in=person_ids)
    known = set(same.filter(state__in=["due", "enrolled"]).values_list("person", flat=True))
    if line.once == "lifetime":
        done = same.filter(state="trained")
        if line.once_key == "employer":
            done = done.filter(employer=employer_id)
        known |= set(done.values_list("person", flat=True))
    return known
