"""Rows of people and of bank accounts as somebody wrote them, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.kernel.errors import INVALID, Refusal, Refused
from wudan.kernel.identifiers import check_account, check_phone
from wudan.kernel.periods import legal_day
from wudan.people.documents import Document, read_document
from wudan.people.models import Person, PersonAccount
from wudan.people.names import pinyin, plain_name


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What somebody wrote about one person."""

    document_kind: str
    number: str
    name: str
    phone: str = ""
    town_code: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """The same, read and found sound."""

    document: Document
    name: str
    phone: str
    town_code: str | None

    def person(self, at: datetime) -> Person:
        """A person not saved yet."""
        full, initials = pinyin(self.name)
        made = Person(
            document_kind=self.document.kind,
            name=self.name,
            name_pinyin=full,
            name_initials=initials,
            sex=self.document.sex,
            born_on=self.document.born_on,
            town_id=self.town_code,
            created_at=at,
        )
        made.set_number(self.document.number)
        made.set_phone(self.phone)
        return made


def check_rows(rows: Sequence[PersonRow], at: datetime) -> list[CheckedRow]:
    """All rows, read. Refuses with every fault of every row."""
    good: list[CheckedRow] = []
    problems: list[Refusal] = []
    for place, row in enumerate(rows, 1):
        checked, wrong = check_row(row, at)
        problems += [_at(place, refusal, len(rows)) for refusal in wrong]
        if checked:
            good.append(checked)
    if problems:
        raise Refused(*problems)
    return good


def check_row(row: PersonRow, at: datetime) -> tuple[CheckedRow | None, list[Refusal]]:
    """The checked row, or what is wrong with each field. The sentences never repeat the number itself."""
    document, problems = _document(row, legal_day(at))
    name = phone = ""
    try:
        name = plain_name(row.name)
    except ValueError as error:
        problems.append(_bad("name", error, "请按证件上的姓名填写。"))
    try:
        phone = check_phone(row.phone) if row.phone.strip() else ""
    except ValueError as error:
        problems.append(_bad("phone", error, "请填写本人能接到的手机号码，没有的可以不填。"))
    if problems or document is None:
        return None, problems
    return CheckedRow(document, name, phone, row.town_code or None), []


def _document(row: PersonRow, today: date) -> tuple[Document | None, list[Refusal]]:
    remedy = "请对照证件原件核对号码。"
    try:
        document = read_document(row.document_kind, row.number)
    except ValueError as error:
        return None, [_bad("number", error, remedy)]
    if document.born_on and document.born_on > today:
        return None, [_bad("number", "证件号码中的出生日期晚于今天", remedy)]
    return document, []


def _bad(field: str, error: object, remedy: str) -> Refusal:
    return Refusal(f"bad-{field}", f"{error}。", remedy=remedy, field=field, status=INVALID)


def same_names(rows: Sequence[CheckedRow], found: Mapping[str, Person]) -> None:
    """Refuses where a number is registered under another name."""
    problems = [
        _at(place, _MISMATCH, len(rows))
        for place, row in enumerate(rows, 1)
        if found[row.document.number].name != row.name
    ]
    if problems:
        raise Refused(*problems)


_MISMATCH = Refusal(
    "name-mismatch",
    "这个证件号码已经登记，登记的姓名与所填姓名不一致。",
    remedy="请对照证件核对姓名和号码；确已改名的，请持证件到区人力资源社会保障局更正。",
    field="name",
)


def _at(place: int, refusal: Refusal, count: int) -> Refusal:
    """The refusal of one of many rows names its place."""
    if count == 1:
        return refusal
    return Refusal(
        refusal.code,
        f"第{place}人：{refusal.sentence}",
        refusal.clause,
        refusal.remedy,
        f"{place}:{refusal.field}",
        INVALID,
    )


@dataclass(frozen=True, slots=True)
class AccountRow:
    """Where one person is to be paid."""

    person_id: int
    holder: str
    bank: str
    number: str


def check_accounts(
    rows: Sequence[AccountRow], persons: Mapping[int, Person], at: datetime
) -> dict[int, PersonAccount]:
    """Person → account, not saved yet. Refuses with every faulty row."""
    made: dict[int, PersonAccount] = {}
    problems: list[Refusal] = []
    for place, row in enumerate(rows, 1):
        account = PersonAccount(
            person_id=row.person_id, holder=row.holder.strip(), bank=row.bank.strip(), recorded_at=at
        )
        if wrong := _account_fault(account, row.number, persons[row.person_id]):
            problems.append(_at(place, wrong, len(rows)))
        made[row.person_id] = account
    if problems:
        raise Refused(*problems)
    return made


def _account_fault(account: PersonAccount, number: str, person: Person) -> Refusal | None:
    code, sentence = "bad-account", ""
    try:
        account.set_number(check_account(number))
        if plain_name(account.holder) != person.name:
            code, sentence = "holder-mismatch", "户名与本人姓名不一致，补贴只能付到本人账户"
    except ValueError as error:
        sentence = str(error)
    if not account.bank:
        sentence = "请填写开户银行"
    remedy = "请对照银行卡或社会保障卡核对。"
    return (
        Refusal(code, f"{sentence}。", remedy=remedy, field="account", status=INVALID) if sentence else None
    )


# --- target groups -----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TagRow:
    """One person of a department's list (部门名单): in `group` from `valid_from` to the day before `valid_until`."""

    person_id: int
    group: str
    valid_from: date
    valid_until: date | None
    proof: str
    proved_by: str
