"""刷卡机记录: what a card reader kept by itself while the network was away, loaded afterwards, all rows or none.

Each read is matched to the session it falls into and to the learner it names. Clause: 台政办发〔2020〕4号 七（三） 实名制管理.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import mask_identity
from wudan.kernel.periods import SHANGHAI, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.attempts import BASIS
from wudan.orders.delivery.actions.guards import locked_class, require_own
from wudan.orders.delivery.models import Attendance, SignIn, TrainingClass
from wudan.orders.delivery.queries.rules import sign_rules
from wudan.orders.delivery.states import ATTENDANCE
from wudan.people import cells
from wudan.people.lists import FaultyFile, ListColumn, RowFault, read_list
from wudan.people.models import Person

MAX_ROWS = 2000


def _moment(raw: object) -> datetime:
    """A day and time as readers write them; the place is China, whatever the reader thinks."""
    if isinstance(raw, datetime):
        return raw.replace(tzinfo=SHANGHAI)
    text = cells.plain(raw).replace("/", "-").replace("T", " ")
    for shape in ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=SHANGHAI)
        except ValueError:
            continue
    raise cells.CellFault("时间不对", "请写成“2020-12-01 08:52”的样子。")


COLUMNS = (
    ListColumn(
        "number", ("身份证号码", "身份证号", "公民身份号码", "证件号码"), lambda raw: cells.document(raw).number,
        required=True, mask=mask_identity,
    ),
    ListColumn("at", ("刷卡时间", "签到时间", "打卡时间", "时间"), _moment, required=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CardRead:
    """One read: the row of the file, the identity number, the reader's own time."""

    row: int
    number: str
    at: datetime


def load_card_log(
    *, class_id: int, content: bytes | None = None, reads: Sequence[CardRead] = (), actor: Actor, at: datetime
) -> int:
    """Sign in by a reader's log; how many were newly signed in. A read of somebody already in changes nothing.

    Refuses: forbidden, not-running, bad-file, faulty-file with every row (not a learner here, no session at that time, too old,
    in the future); nothing is kept then.
    """
    actor.require(Role.PROVIDER)
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_own(actor, held)
        if held.state != "running":
            refuse("not-running", "班级不在教学中，不能导入刷卡记录。", remedy="请在教学期间导入。")
        faults: list[RowFault] = []
        if content is not None:
            rows, faults = read_list(content, COLUMNS, what="刷卡记录", max_rows=MAX_ROWS)
            whole = [r for r in rows if {"number", "at"} <= r.values.keys()]
            reads = [CardRead(r.row, r.values["number"], r.values["at"]) for r in whole]
        seats, more = _matched(held, reads, at)
        if faults or more:
            raise FaultyFile(sorted([*faults, *more], key=lambda f: f.row))
        return _signed(seats, actor, at)


def _matched(
    held: TrainingClass, reads: Sequence[CardRead], at: datetime
) -> tuple[dict[int, tuple[Attendance, datetime]], list[RowFault]]:
    """Attendance id → (row, first read), and what cannot be matched."""
    rules = sign_rules(held.district_id, held.started_on)
    rows = Attendance.objects.select_for_update(of=("self",)).filter(
        session__training_class=held, session__cancelled=False, member__state="in_class"
    )
    by_person: dict[int, list[Attendance]] = {}
    for row in rows.exclude(state="excused").select_related("session").order_by("during", "pk"):
        by_person.setdefault(row.person_id, []).append(row)
    people = {
        bytes(p.number_index): p.pk
        for p in Person.objects.filter(pk__in=by_person).only("pk", "number_index")
    }
    seats: dict[int, tuple[Attendance, datetime]] = {}
    faults: list[RowFault] = []
    for read in reads:
        person = people.get(Person.index_of(read.number))
        found = next((r for r in by_person.get(person or 0, ()) if _within(r, read.at, rules.early)), None)
        problem = _problem(person, found, read.at, rules.offline, at)
        if problem:
            shown = mask_identity(read.number)
            faults.append(RowFault(read.row, "身份证号码" if person is None else "刷卡时间", shown, *problem))
        elif found is not None and (found.pk not in seats or read.at < seats[found.pk][1]):
            seats[found.pk] = (found, read.at)
    return seats, faults


def _within(row: Attendance, when: datetime, early: timedelta) -> bool:
    return bool(row.session.during.lower - early <= when < row.session.during.upper)


def _problem(
    person: int | None, found: Attendance | None, when: datetime, late: timedelta, at: datetime
) -> tuple[str, str] | None:
    if person is None:
        return "不是本班在班学员", "请核对证件号码和班级。"
    if when > at:
        return "刷卡时间还没有到", "请核对刷卡机的时间。"
    if at - when > late:
        return f"超过{int(late.total_seconds() // 3600)}小时才导入", "请由工作人员按纸质记录更正出勤。"
    if found is None:
        day = legal_day(when)
        return f"{day.month}月{day.day}日这个时间没有课", "请核对刷卡机的时间和课次。"
    if found.state == "absent" and found.method:
        return "这次签到已被认定无效", "有异议请向区人力资源社会保障局反映。"
    return None


def _signed(seats: dict[int, tuple[Attendance, datetime]], actor: Actor, at: datetime) -> int:
    new = [(row, when) for row, when in seats.values() if row.state not in ("present", "made_up")]
    records: list[Any] = []
    for row, when in new:
        row.state = ATTENDANCE.check("sign", row.state)
        row.method, row.signed_at, row.changed_by = "card", when, actor.user_id
        records.append(
            SignIn(
                session_id=row.session_id, person_id=row.person_id, token=uuid.uuid4(), method="card", at=at, claimed_at=when,
                accepted=True, actor_label=actor.label, reason="导入刷卡机记录",
            )
        )  # fmt: skip
    bulk.update(Attendance, [row for row, _ in new], ["state", "method", "signed_at", "changed_by"])
    bulk.insert(SignIn, records)
    return len(new)
