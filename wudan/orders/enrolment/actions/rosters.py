"""按名册选单: an enterprise's staff, or the list of an institution (监管场所): looked at row by row, then enrolled all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import mask_identity
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions.picking import BASIS, CHOOSER, By, pick_many
from wudan.orders.enrolment.actions.previewing import Preview, preview_of
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.enrolment.queries.circle import Circle, circles
from wudan.orders.enrolment.queries.foresight import code_of
from wudan.orders.enrolment.queries.obstacles import Choice
from wudan.orders.enrolment.queries.places import places_left, waiting_counts
from wudan.orders.enrolment.queries.staff import staff_of
from wudan.people import cells
from wudan.people.actions import register_people
from wudan.people.lists import ListColumn, RowFault, read_list
from wudan.people.models import Person
from wudan.people.queries import find_by_numbers
from wudan.people.rows import CheckedRow, PersonRow, check_row

MAX_ROWS = 500
COLUMNS = (
    ListColumn("name", ("姓名", "学员姓名", "职工姓名", "名字"), cells.name, required=True),
    ListColumn(
        "number", ("身份证号码", "身份证号", "公民身份号码", "身份证", "证件号码"), lambda raw: cells.document(raw).number,
        required=True, mask=mask_identity,
    ),
    ListColumn("phone", ("联系电话", "手机号码", "手机", "电话", "手机号"), cells.phone),
)  # fmt: skip
_LABELS = {"name": "姓名", "number": "身份证号码", "phone": "联系电话"}


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row as it will be enrolled: somebody written down, or somebody known (`person_id`)."""

    row: int
    person: PersonRow | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What the house says to one row."""

    row: RosterRow
    name: str
    number_masked: str
    preview: Preview | None
    refusals: tuple[Refusal, ...] = ()

    @property
    def good(self) -> bool:
        return not self.refusals


@dataclass(frozen=True, slots=True)
class RosterCheck:
    """A roster looked at: cells nobody can read, an answer for every other row; nothing is kept."""

    offer: Offer
    rows: tuple[Answered, ...]
    faults: tuple[RowFault, ...]
    places_left: int
    waiting: int

    @property
    def good(self) -> bool:
        return bool(self.rows) and not self.faults and all(row.good for row in self.rows)

    @property
    def to_wait(self) -> int:
        """How many of the rows would have to wait, with what is left at the moment."""
        seats = 0 if self.waiting else self.places_left
        return max(0, sum(row.good for row in self.rows) - seats)

    @property
    def expected_fen(self) -> int:
        return sum(row.preview.amount_fen or 0 for row in self.rows if row.preview)


@dataclass(slots=True)
class _Reading:
    rows: list[tuple[RosterRow, CheckedRow]] = field(default_factory=list)
    faults: list[RowFault] = field(default_factory=list)


def check_roster(
    *,
    offer_id: int,
    content: bytes | None = None,
    person_ids: Sequence[int] = (),
    employer_id: int | None = None,
    chosen_by: str = "enterprise",
    actor: Actor,
    at: datetime,
) -> RosterCheck:
    """逐行核对: a file, or staff known from before. Refuses: forbidden, no-offer, bad-file; faults of rows are in the answer."""
    offer = Offer.objects.select_related("entry__occupation", "project").filter(pk=offer_id).first()
    if offer is None:
        refuse("no-offer", "没有找到这个班次。", remedy="请从可选班次中选择。", status=404)
    _may(actor, offer, chosen_by, employer_id)
    read = _read(content, at) if content is not None else _Reading()
    known = find_by_numbers([checked.document.number for _, checked in read.rows])
    staff = _staff(person_ids, employer_id)
    found = circles(offer, [*(p.pk for p in known.values()), *staff])
    choice = Choice(chosen_by, employer_id, legal_day(at))
    room = (places_left([offer.pk])[offer.pk], waiting_counts([offer.pk]).get(offer.pk, 0))
    code = code_of(offer)
    answers = []
    for row, checked in read.rows:
        person = known.get(checked.document.number) or checked.person(at)
        circle = found.get(person.pk) or Circle(person, frozenset(), (), (), (), ())
        seen = preview_of(offer, circle, choice, code=code, room=room, at=at)
        mismatch = person.name != checked.name  # then nothing is told of the one registered
        masked = mask_identity(checked.document.number)
        shown = None if mismatch else seen
        answers.append(Answered(row, checked.name, masked, shown, _wrong(seen, mismatch=mismatch)))
    for place, person_id in enumerate(person_ids, 1):
        person = staff[person_id]
        seen = preview_of(offer, found[person_id], choice, code=code, room=room, at=at)
        row = RosterRow(place, person_id=person_id)
        answers.append(Answered(row, person.name, person.number_masked, seen, _wrong(seen, mismatch=False)))
    return RosterCheck(offer, tuple(answers), tuple(read.faults), *room)


_MISMATCH = Refusal(
    "name-mismatch",
    "这个证件号码已经登记，登记的姓名与所填姓名不一致。",
    remedy="请对照证件核对姓名和号码。",
)
_HIDDEN = Refusal("no-offer", "没有找到这个班次。", remedy="请从可选班次中选择。", status=404)


def _wrong(seen: Preview | None, *, mismatch: bool) -> tuple[Refusal, ...]:
    if mismatch:
        return (_MISMATCH,)
    return seen.obstacles if seen else (_HIDDEN,)


def enrol_roster(
    *,
    offer_id: int,
    rows: Sequence[RosterRow],
    employer_id: int | None = None,
    chosen_by: str = "enterprise",
    actor: Actor,
    at: datetime,
) -> list[Enrolment]:
    """确认名册: every row enrolled or waiting, in their order, or none at all; who is new is registered with it.

    Refuses: forbidden, no-rows, not-staff, and as `people.actions.register_people` and `pick`, naming the rows.
    Clause: 台政办发〔2020〕4号 三（一）.
    """
    if not rows:
        refuse("no-rows", "名册里没有人员。", remedy="请先上传名册或勾选职工。", status=INVALID)
    offer = Offer.objects.filter(pk=offer_id).first()
    if offer is None:
        refuse("no-offer", "没有找到这个班次。", remedy="请从可选班次中选择。", status=404)
    _may(actor, offer, chosen_by, employer_id)
    with acting(actor=actor, at=at, basis=BASIS):
        _staff([r.person_id for r in rows if r.person_id is not None], employer_id)
        written = [r.person for r in rows if r.person is not None]
        people = register_people(rows=written, actor=actor, at=at) if written else {}
        ids = [people[r.person.number].pk if r.person else r.person_id or 0 for r in rows]
        return pick_many(
            offer_id=offer_id,
            person_ids=ids,
            by=By(chosen_by, employer_id),
            rows=[r.row for r in rows],
            actor=actor,
            at=at,
        )


def _may(actor: Actor, offer: Offer, chosen_by: str, employer_id: int | None) -> None:
    if chosen_by not in ("enterprise", "institution"):
        forbid("名册由企业或监管场所主管部门办理。")
    actor.require(*CHOOSER[chosen_by], district_id=offer.district_id)
    if actor.role is Role.ENTERPRISE and (employer_id is None or employer_id != actor.organisation_id):
        forbid("只能以本单位的名义为职工选单。")


def _staff(person_ids: Sequence[int], employer_id: int | None) -> dict[int, Person]:
    """Refuses: not-staff."""
    if not person_ids:
        return {}
    found = {p.pk: p for p in staff_of(employer_id or 0).filter(pk__in=person_ids)}
    if set(found) != set(person_ids):
        refuse(
            "not-staff",
            "勾选的人员中有人不在本单位报送过的名册里。",
            remedy="请刷新后重新勾选，或上传名册。",
            status=INVALID,
        )
    return found


def _read(content: bytes, at: datetime) -> _Reading:
    listed, faults = read_list(content, COLUMNS, what="学员名册", max_rows=MAX_ROWS)
    read = _Reading(faults=list(faults))
    bad = {fault.row for fault in faults}
    seen: dict[str, int] = {}
    for one in listed:
        if one.row in bad:
            continue
        person = PersonRow("identity", one.get("number"), one.get("name"), one.get("phone"))
        checked, refusals = check_row(person, at)
        if checked is None:
            read.faults += [
                RowFault(one.row, _LABELS.get(r.field, r.field), "", r.sentence.rstrip("。"), r.remedy)
                for r in refusals
            ]
            continue
        number = checked.document.number
        if number in seen:
            problem = f"与第{seen[number]}行是同一个人"
            read.faults.append(
                RowFault(one.row, "身份证号码", mask_identity(number), problem, "请删去重复的一行。")
            )
            continue
        seen[number] = one.row
        read.rows.append((RosterRow(one.row, person), checked))
    return read
