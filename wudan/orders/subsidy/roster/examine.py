"""A roster against itself, the registry and the claims there are: every fault, and which rows may be submitted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from wudan.kernel.crypto import blind_index
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.roster.reading import Sheet
from wudan.orders.subsidy.roster.rows import RosterRow, RowFault, RowReader, fault_json
from wudan.people.models import Person
from wudan.people.queries import current_accounts, find_by_numbers
from wudan.policy.engine.rulebook import Rulebook

STEP = 500
ANY_TIME = datetime(2020, 1, 1, tzinfo=UTC)
Progress = Callable[[int], None]
"""Told how many rows have been dealt with."""


@dataclass(frozen=True)
class Applicant:
    """For whom a roster is examined: the district, who applies in which way, and the legal day."""

    district_id: str
    organisation_id: int
    applied_by: str
    today: date


@dataclass
class Examined:
    """What was found. `known` holds row numbers of applications already made: no fault, nothing to do."""

    sheet: Sheet
    rows: list[RosterRow]
    persons: dict[str, Person] = field(default_factory=dict)
    known: set[int] = field(default_factory=set)
    stand_ins: dict[str, int] = field(default_factory=dict)

    @property
    def good(self) -> list[RosterRow]:
        """Rows to be submitted."""
        return [r for r in self.rows if not r.faults and r.form is not None and r.row not in self.known]

    @property
    def faults(self) -> list[RowFault]:
        return [f for r in self.rows if r.row not in self.known for f in r.faults]

    def faults_json(self) -> list[dict[str, Any]]:
        return [fault_json(f, self.sheet.header, self.sheet) for f in self.faults]

    def holder(self, row: RosterRow) -> int | None:
        """The registered person's id, or a stand-in (negative) for one not registered yet; None for a project."""
        if row.is_project:
            return None
        person = self.persons.get(row.number)
        return person.pk if person else self.stand_ins.setdefault(row.number, -1 - len(self.stand_ins))


def examine(
    sheet: Sheet, rulebook: Rulebook, applicant: Applicant, progress: Progress = lambda _: None
) -> Examined:
    """Read every row and look at it from all sides. Reads the database, writes nothing."""
    reader = RowReader(sheet, rulebook, applied_by=applicant.applied_by, today=applicant.today)
    rows = []
    for done, index in enumerate(sheet.rows, start=1):
        rows.append(reader.read(index))
        if done % STEP == 0:
            progress(done)
    found = Examined(sheet, rows, find_by_numbers({r.number for r in rows if r.number}))
    _against_registry(found)
    _against_each_other(found)
    _payees(found, rulebook, applicant.applied_by)
    _against_claims(found, applicant)
    return found


def _against_registry(found: Examined) -> None:
    """A registered person's name, and the account already on record, which only they themselves may change."""
    accounts = current_accounts({p.pk for p in found.persons.values()})
    for row in found.rows:
        person = found.persons.get(row.number)
        if person is None:
            continue
        if row.name and person.name != row.name:
            row.fault(
                "name",
                "姓名与这个证件号码实名登记的姓名不一致",
                "请对照证件核对姓名和号码；改过名的，请先到窗口更正登记。",
            )
        on_record = accounts.get(person.pk)
        if row.account and on_record and bytes(on_record.number_index) != blind_index(row.account, "account"):
            row.fault(
                "account",
                f"本人已登记另一个收款账户（{on_record.number_masked}）",
                "账号这一格可以留空；账户有变的，请由本人登录更改。",
            )
        row.has_account = on_record is not None


def _against_each_other(found: Examined) -> None:
    """Within the file: one number under two names, one account of two people, two accounts of one person."""
    _clash(found, "number", lambda r: r.number, lambda r: r.name, "证件号码相同而姓名不同")
    _clash(found, "account", lambda r: r.account, lambda r: r.number, "银行账号相同，却不是同一个人")
    _clash(
        found,
        "account",
        lambda r: r.number + r.name if r.number else "",
        lambda r: r.account,
        "是同一个人，银行账号却不同",
    )


def _clash(
    found: Examined,
    name: str,
    same: Callable[[RosterRow], str],
    differs: Callable[[RosterRow], str],
    what: str,
) -> None:
    groups: dict[str, list[RosterRow]] = defaultdict(list)
    for row in found.rows:
        if same(row) and differs(row):
            groups[same(row)].append(row)
    for rows in groups.values():
        if len({differs(r) for r in rows}) < 2:
            continue
        for row in rows:
            other = next(r for r in rows if differs(r) != differs(row))
            row.fault(name, f"第{row.row}行与第{other.row}行{what}", "请对照原件核对这两行。")


def _payees(found: Examined, rulebook: Rulebook, applied_by: str) -> None:
    """Whoever is paid in person needs an account, in the roster or in the registry; who is paid must be who applies."""
    for row in found.rows:
        if row.form is None:
            continue
        kind = rulebook.payee_for(row.form.facts("", "", ANY_TIME), applied_by).kind
        if kind == "person" and not row.account and not row.has_account:
            row.fault(
                "account", "补贴付给本人，没有填银行账号", "请补填本人的社会保障卡或银行卡账号和开户银行。"
            )
        elif kind not in ("person", applied_by):
            who = rulebook.word(kind)
            row.fault(
                "scheme", f"这个项目拨付给{who}，应由{who}申请", f"请联系{who}申请，或改填其他补贴项目。"
            )


def _against_claims(found: Examined, applicant: Applicant) -> None:
    """Applications twice in the file are a fault of the later row; those already made are known and left out."""
    first: dict[str, RosterRow] = {}
    prints: dict[str, list[RosterRow]] = defaultdict(list)
    for row in found.rows:
        if row.form is None or (not row.is_project and not row.number):
            continue
        print_ = row.form.fingerprint(person_id=found.holder(row), organisation_id=applicant.organisation_id)
        earlier = first.setdefault(print_, row)
        prints[print_].append(row)
        if earlier is not row:
            where = "project_id" if row.is_project else "number"
            row.fault(
                where, f"第{row.row}行与第{earlier.row}行重复，是同一个人的同一项申请", "请删除其中一行。"
            )
    known = _already_made(applicant.district_id, list(prints))
    found.known = {row.row for print_ in known for row in prints[print_]}


def _already_made(district_id: str, prints: list[str]) -> set[str]:
    """Fingerprints under which the district already has an application that stands."""
    made = Claim.objects.filter(district_id=district_id, fingerprint__in=prints)
    return set(
        made.exclude(state__in=["rejected", "withdrawn", "recovered"])
        .order_by()
        .values_list("fingerprint", flat=True)
    )
