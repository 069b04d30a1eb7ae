"""One row of a roster as it was meant: a person, an account, a claim; and every fault seen in the row alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from wudan.kernel.identifiers import mask_account, mask_identity, mask_name, mask_phone
from wudan.kernel.periods import in_words
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.roster import vocabulary
from wudan.orders.subsidy.roster.headers import Header
from wudan.orders.subsidy.roster.own import read_own
from wudan.orders.subsidy.roster.reading import Sheet
from wudan.orders.subsidy.roster.vocabulary import Vocabulary
from wudan.people import cells
from wudan.people.cells import CellFault, plain, shown
from wudan.policy.engine.rulebook import Rulebook

T = TypeVar("T")
PROVIDER_ONLY = "这个项目只能由培训机构申请"

# Form columns under another name in the file.
_FIELD_OF_COLUMN = {"fee_fen": "fee", "contract_fen": "contract"}
_READERS: dict[str, Callable[[object], Any]] = {
    "occupation_code": cells.code,
    "occupation_name": cells.text,
    "level": vocabulary.level,
    "prior_level": vocabulary.level,
    "certificate_number": cells.certificate_number,
    "certificate_issued_on": cells.day,
    "class_id": cells.text,
    "class_name": cells.text,
    "started_on": cells.day,
    "ended_on": cells.day,
    "attended_days": cells.count,
    "insured_months": cells.count,
    "draws_pension": cells.yes_or_no,
    "project_id": cells.text,
    "project_stage": vocabulary.stage,
    "completed_count": cells.count,
    "employed_count": cells.count,
}


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault: the row as Excel numbers it, the field, what is wrong and what to do."""

    row: int
    field: str
    problem: str
    remedy: str


@dataclass(slots=True)
class RosterRow:
    """A row read. `form` is None where the scheme is unknown; `row` counts from 1 as Excel does."""

    row: int
    name: str = ""
    document_kind: str = "identity"
    number: str = ""
    phone: str = ""
    bank: str = ""
    account: str = ""
    holder: str = ""
    has_account: bool = False
    is_project: bool = False
    form: ClaimForm | None = None
    faults: list[RowFault] = field(default_factory=list)

    @property
    def key(self) -> tuple[str, str]:
        return self.document_kind, self.number

    def fault(self, field: str, problem: str, remedy: str) -> None:
        """Note a fault; a field has at most one, the first."""
        if all(f.field != field for f in self.faults):
            self.faults.append(RowFault(self.row, field, problem, remedy))


class RowReader:
    """Reads the rows of one sheet under one rulebook. `today` is the legal day, `applied_by` provider or enterprise."""

    def __init__(self, sheet: Sheet, rulebook: Rulebook, *, applied_by: str, today: date) -> None:
        self.sheet, self.rulebook, self.applied_by, self.today = sheet, rulebook, applied_by, today
        self.words: Vocabulary = vocabulary.vocabulary(rulebook)
        present = sheet.header.columns
        self._readers = {f: read for f, read in _READERS.items() if f in present}

    def read(self, index: int) -> RosterRow:
        """The row at this 0-based place of the sheet."""
        row = RosterRow(index + 1)
        scheme = self._value(row, index, "scheme", self.words.scheme, "")
        row.is_project = bool(scheme) and self.rulebook.schemes[scheme].by_provider
        if row.is_project:
            if self.applied_by != "provider":
                row.fault("scheme", PROVIDER_ONLY, "请由承办的培训机构申请，或改填其他补贴项目。")
                return row
        else:
            self._person(row, index)
            self._account(row, index)
        values = self._form_values(row, index)
        if scheme:
            row.form = ClaimForm(scheme=scheme, **values)
            self._form_faults(row, row.form)
        return row

    def _value(self, row: RosterRow, index: int, name: str, read: Callable[[object], T], default: T) -> T:
        try:
            return read(self.sheet.cell(index, name))
        except CellFault as fault:
            row.fault(name, fault.problem, fault.remedy)
            return default

    def _person(self, row: RosterRow, index: int) -> None:
        row.name = self._value(row, index, "name", cells.name, "")
        row.document_kind = self._value(row, index, "document_kind", vocabulary.document_kind, "identity")
        kind = row.document_kind
        document = self._value(row, index, "number", lambda raw: cells.document(raw, kind), None)
        if document is not None:
            row.document_kind, row.number = document.kind, document.number
            if document.born_on and document.born_on > self.today:
                row.fault("number", "证件号码中的出生日期晚于今天", "请对照证件原件核对后改正。")
        row.phone = self._value(row, index, "phone", cells.phone, "")

    def _account(self, row: RosterRow, index: int) -> None:
        row.account = self._value(row, index, "account", cells.account, "")
        row.bank = self._value(row, index, "bank", cells.text, "")
        holder = self.sheet.cell(index, "holder")
        row.holder = self._value(row, index, "holder", cells.name, "") if plain(holder) else row.name
        if not row.account:
            return
        if not row.bank:
            row.fault("bank", "填了银行账号，没有填开户银行", "请补填开户银行。")
        if row.name and row.holder and row.holder != row.name:
            row.fault("holder", "户名与姓名不一致，补贴只能发到本人账户", "请改为本人的银行账户。")

    def _form_values(self, row: RosterRow, index: int) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, read in self._readers.items():
            value = self._value(row, index, name, read, None)
            if value is not None:
                values[name] = value
        columns = self.sheet.header.columns
        if "period" in columns:
            neither: tuple[date | None, date | None] = (None, None)
            both = self._value(row, index, "period", cells.period, neither)
            for name, value in zip(("started_on", "ended_on"), both, strict=True):
                if values.get(name) is None:
                    values[name] = value
        values["certificate_type"] = self._value(
            row, index, "certificate_type", self.words.certificate_type, ""
        )
        none: tuple[str, ...] = ()
        values["groups"] = self._value(row, index, "groups", self.words.group, none)
        values["fee_fen"] = self._value(row, index, "fee", cells.yuan, None)
        values["contract_fen"] = self._value(row, index, "contract", cells.yuan, None)
        values["own"] = read_own(self.sheet, index, self.rulebook, row.fault)
        return values

    def _form_faults(self, row: RosterRow, form: ClaimForm) -> None:
        columns = self.sheet.header.columns
        for fault in form.faults(self.rulebook):
            name = _FIELD_OF_COLUMN.get(fault.column, fault.column)
            if name in ("started_on", "ended_on") and name not in columns and "period" in columns:
                name = "period"
            row.fault(name, fault.sentence, fault.remedy)
        issued = form.certificate_issued_on
        if issued and issued > self.today:
            row.fault(
                "certificate_issued_on", f"发证日期{in_words(issued)}晚于今天", "请对照证书核对发证日期。"
            )


def masked(name: str, raw: object) -> str:
    """What stands in a faulty cell, as the list of faults shows it; nobody's number or name in full."""
    value = plain(raw)
    if name == "name" or name == "holder":
        return mask_name(value)
    if name == "number":
        return mask_identity(value)
    if name == "phone":
        return mask_phone(value)
    if name == "account":
        return mask_account(value)
    return re.sub(r"\d{11,}[Xx]?", lambda m: mask_identity(m[0]), shown(raw).strip())[:60]


def fault_json(fault: RowFault, header: Header, sheet: Sheet) -> dict[str, Any]:
    """A fault as the roster keeps it and pages show it; `at` is the 0-based column in the file, none where it is missing."""
    return {
        "row": fault.row,
        "column": header.name_of(fault.field),
        "at": header.columns.get(fault.field),
        "value": masked(fault.field, sheet.cell(fault.row - 1, fault.field)),
        "problem": fault.problem,
        "remedy": fault.remedy,
    }
