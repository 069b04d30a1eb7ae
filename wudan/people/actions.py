"""Where persons, their accounts and their groups change, and where a sealed number is shown."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel import bulk
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import check_phone
from wudan.kernel.journal import note, tell
from wudan.kernel.roles import Role
from wudan.people.models import ArchiveEntry, GroupTag, Person, PersonAccount
from wudan.people.names import pinyin, plain_name
from wudan.people.queries import current_accounts, find_by_numbers, withdrawn_groups
from wudan.people.rows import (
    AccountRow,
    CheckedRow,
    PersonRow,
    TagRow,
    check_accounts,
    check_rows,
    same_names,
)

REAL_NAME = "实名制管理（台政办发〔2020〕4号 七（三）；周政办发〔2020〕2号 三（二））"
_CLAIM_SIDE = (Role.WORKER, Role.ENTERPRISE, Role.PROVIDER)
_REGISTRARS = (Role.INTAKE, Role.TOWN, Role.SYSTEM, *_CLAIM_SIDE)
_MAY_SEE = {
    "identity": (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR),
    "phone": (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR),
    "account": (Role.INTAKE, Role.REVIEWER, Role.FINANCE, Role.SUPERVISOR),
}
_LONG_NUMBER = re.compile(r"\d{7,}[Xx]?")


# --- the registry ------------------------------------------------------------------------------------------------
def register_person(
    *,
    document_kind: str,
    number: str,
    name: str,
    phone: str = "",
    town_code: str | None = None,
    actor: Actor,
    at: datetime,
) -> Person:
    """登记一人: the person with this number, registered now or before. An empty phone or town is filled in, never replaced.

    Refuses: bad-number, bad-name, bad-phone; name-mismatch where the number is registered under another name; forbidden.
    """
    row = PersonRow(document_kind, number, name, phone, town_code)
    return register_people(rows=[row], actor=actor, at=at)[number]


def register_people(*, rows: Sequence[PersonRow], actor: Actor, at: datetime) -> dict[str, Person]:
    """登记多人, whole or not at all: number as given → person. Refuses as `register_person`, every bad row with its place.

    A worker registers nobody else. Refusals of several rows carry the row's place, counted from 1, in `field` ("3:name").
    """
    actor.require(*_REGISTRARS)
    checked = check_rows(rows, at)
    with acting(actor=actor, at=at, basis=REAL_NAME):
        sound = {row.document.number: row for row in checked}
        known = find_by_numbers(sound)
        found = known | _registered({n: row.person(at) for n, row in sound.items() if n not in known})
        if actor.role is Role.WORKER and {p.pk for p in found.values()} - {actor.person_id}:
            forbid("您只能登记本人的信息。")
        same_names(checked, found)
        _fill_gaps(checked, found)
    return {given.number: found[row.document.number] for given, row in zip(rows, checked, strict=True)}


def _registered(new: dict[str, Person]) -> dict[str, Person]:
    """The new persons, saved; or those somebody else registered under the same numbers this very moment."""
    try:
        with transaction.atomic():
            bulk.insert(Person, new.values())
    except IntegrityError:
        Person.objects.bulk_create(new.values(), ignore_conflicts=True, batch_size=2000)
        return find_by_numbers(new)
    return new


def amend_person(
    *,
    person_id: int,
    actor: Actor,
    at: datetime,
    reason: str,
    name: str | None = None,
    phone: str | None = None,
    town_code: str | None = None,
    papers_seen: bool = False,
) -> Person:
    """更正个人信息: the person's own phone and town; an official (受理, 镇街) also the name, and that the papers were seen.

    Refuses: forbidden, bad-name, bad-phone. The number itself is never amended: another number is another person.
    """
    if not actor.is_official and actor.person_id != person_id:
        forbid("您只能更正本人的信息。")
    if actor.is_official or name is not None or papers_seen:
        actor.require(Role.INTAKE, Role.TOWN, Role.SYSTEM)
    with acting(actor=actor, at=at, basis=f"{REAL_NAME}；{reason}"):
        person = Person.objects.select_for_update().get(pk=person_id)
        try:
            if name is not None:
                person.name = plain_name(name)
                person.name_pinyin, person.name_initials = pinyin(person.name)
            if phone is not None:
                person.set_phone(check_phone(phone) if phone else "")
        except ValueError as error:
            refuse("bad-value", f"{error}。", remedy="请更正后重新提交。", status=INVALID)
        person.town_id = town_code or person.town_id
        person.assurance = "papers" if papers_seen else person.assurance
        person.save(
            update_fields=[
                "name", "name_pinyin", "name_initials", "phone_sealed", "phone_index", "phone_masked", "town", "assurance",
            ]
        )  # fmt: skip
    return person


def _fill_gaps(rows: Sequence[CheckedRow], found: dict[str, Person]) -> None:
    changed: dict[int, Person] = {}
    for row in rows:
        person = found[row.document.number]
        if row.phone and not person.phone_masked:
            person.set_phone(row.phone)
            changed[person.pk] = person
        if row.town_code and not person.town_id:
            person.town_id = row.town_code
            changed[person.pk] = person
    bulk.update(Person, changed.values(), ["phone_sealed", "phone_index", "phone_masked", "town"])


# --- bank accounts -----------------------------------------------------------------------------------------------
def record_account(
    *, person_id: int, holder: str, bank: str, number: str, reason: str = "", actor: Actor, at: datetime
) -> PersonAccount:
    """登记收款账户: the same number again changes nothing. Refuses as `record_accounts`."""
    row = AccountRow(person_id, holder, bank, number)
    return record_accounts(rows=[row], reason=reason, actor=actor, at=at)[person_id]


def record_accounts(
    *, rows: Sequence[AccountRow], reason: str = "", actor: Actor, at: datetime
) -> dict[int, PersonAccount]:
    """登记多个收款账户, whole or not at all: person → current account. A new number replaces the current account.

    Refuses: forbidden; bad-account; holder-mismatch (the account must be the person's own); account-differs where an
    enterprise or provider would replace an account already recorded; identity-unverified where a worker would, whose papers
    nobody has seen: a log-in opened with somebody else's number must not turn their money elsewhere.
    """
    actor.require(Role.INTAKE, Role.TOWN, Role.FINANCE, Role.SYSTEM, *_CLAIM_SIDE)
    if actor.role is Role.WORKER and {row.person_id for row in rows} - {actor.person_id}:
        forbid("您只能登记本人的收款账户。")
    with acting(actor=actor, at=at, basis="；".join(filter(None, (REAL_NAME, "登记收款账户", reason)))):
        persons = Person.objects.select_for_update().order_by("id").in_bulk({row.person_id for row in rows})
        made = check_accounts(rows, persons, at)
        current = current_accounts(set(made))
        new = {
            p: a
            for p, a in made.items()
            if p not in current or bytes(current[p].number_index) != a.number_index
        }
        _may_replace(actor, [persons[p] for p in new.keys() & current.keys()])
        PersonAccount.objects.filter(person_id__in=new, current=True).update(current=False)
        bulk.insert(PersonAccount, new.values())
    return current | new


def _may_replace(actor: Actor, persons: Sequence[Person]) -> None:
    """Money is turned elsewhere only by an official, or by the person, whose papers somebody has seen."""
    if persons and actor.role in (Role.ENTERPRISE, Role.PROVIDER):
        refuse(
            "account-differs",
            "有人员已登记另一个收款账户，单位不能更改。",
            remedy="请由本人登录更改，或请区人力资源社会保障局更改；账户未变的请核对账号。",
        )
    if actor.role is Role.WORKER and any(person.assurance == "none" for person in persons):
        refuse(
            "identity-unverified",
            "您的实名信息未核验，不能在网上更改已登记的收款账户。",
            remedy="请带身份证和银行卡到镇街便民服务中心或区人力资源社会保障局核验、更改。",
        )


# --- target groups -----------------------------------------------------------------------------------------------
def tag_group(
    *,
    person_id: int,
    group: str,
    valid_from: date,
    valid_until: date | None = None,
    proof: str,
    proved_by: str,
    actor: Actor,
    at: datetime,
) -> GroupTag:
    """认定人员类别 from `valid_from` to the day before `valid_until`; one person may be in several groups at a time.

    Refuses: forbidden; no-proof without a paper and the department that issued it; bad-period; group_once_at_a_time.
    """
    row = TagRow(person_id, group, valid_from, valid_until, proof, proved_by)
    return _tag([row], f"{REAL_NAME}；{proved_by}：{proof}", actor, at)[0]


def tag_groups(*, rows: Sequence[TagRow], actor: Actor, at: datetime) -> int:
    """认定人员类别 for a department's whole list, in one transaction. Refuses as `tag_group`, naming no row: the list is checked before."""
    return len(_tag(rows, f"{REAL_NAME}；部门名单", actor, at))


def _tag(rows: Sequence[TagRow], basis: str, actor: Actor, at: datetime) -> list[GroupTag]:
    actor.require(Role.INTAKE, Role.TOWN, Role.SYSTEM)
    if any(not (r.group.strip() and r.proof.strip() and r.proved_by.strip()) for r in rows):
        refuse(
            "no-proof",
            "认定人员类别须写明证明材料和出具证明的部门。",
            remedy="请补填后再提交。",
            field="proof",
            status=INVALID,
        )
    if any(r.valid_until is not None and r.valid_until <= r.valid_from for r in rows):
        refuse(
            "bad-period",
            "有效期的截止日应晚于起始日。",
            remedy="请核对日期。",
            field="valid_until",
            status=INVALID,
        )
    with acting(actor=actor, at=at, basis=basis):
        tags = [
            GroupTag(
                person_id=r.person_id,
                group=r.group.strip(),
                valid=DateRange(r.valid_from, r.valid_until, "[)"),
                proof=r.proof.strip(),
                proved_by=r.proved_by.strip(),
                recorded_at=at,
            )
            for r in rows
        ]
        made = bulk.insert(GroupTag, tags)
        for tag in _restoring(made):
            tell("group:proved", at=at, tag=tag.pk, by=actor.user_id)
        return made


def _restoring(made: Sequence[GroupTag]) -> list[GroupTag]:
    """Those that prove days for which an earlier proof of the same group was withdrawn. One query."""
    gone: dict[tuple[int, str], list[DateRange]] = {}
    for old in withdrawn_groups({tag.person_id for tag in made}):
        gone.setdefault((old.person_id, old.group), []).append(old.withdrawn)
    return [
        tag
        for tag in made
        if any(_meet(tag.valid, days) for days in gone.get((tag.person_id, tag.group), ()))
    ]


def _meet(one: DateRange, other: DateRange) -> bool:
    return (one.upper is None or other.lower < one.upper) and (other.upper is None or one.lower < other.upper)


def end_group(*, tag_id: int, on: date, reason: str, actor: Actor, at: datetime) -> GroupTag:
    """终止人员类别: from `on` the tag no longer holds; on its own first day it is withdrawn altogether (撤销证明). The days taken
    away stay on record as `withdrawn`, and whoever decided on them is told (group:withdrawn).

    Refuses: forbidden, no-reason, bad-period where `on` is none of the days it holds.
    """
    actor.require(Role.INTAKE, Role.TOWN, Role.SYSTEM)
    with acting(actor=actor, at=at, basis=f"{REAL_NAME}；{reason}"):
        tag = GroupTag.objects.select_for_update().get(pk=tag_id)
        first, last = tag.valid.lower, tag.valid.upper
        if tag.valid.isempty or on < first or (last and on > last):
            refuse("bad-period", "终止日应在有效期之内。", remedy="请核对日期。", field="on", status=INVALID)
        if not reason.strip():
            refuse(
                "no-reason", "没有写终止或撤销的原因。", remedy="请填写原因。", field="reason", status=INVALID
            )
        if on == last:
            return tag
        until = tag.withdrawn.upper if tag.withdrawn else last
        tag.valid = DateRange(empty=True) if on == first else DateRange(first, on, "[)")
        tag.withdrawn = DateRange(on, until, "[)")
        tag.withdrawn_at, tag.withdrawn_by, tag.withdrawn_reason = at, actor.user_id, reason.strip()
        tag.save(update_fields=["valid", "withdrawn", "withdrawn_at", "withdrawn_by", "withdrawn_reason"])
        tell("group:withdrawn", at=at, tag=tag.pk, by=actor.user_id)
    return tag


# --- showing what is sealed --------------------------------------------------------------------------------------
def unmask(
    *, kind: str, subject_id: int, reason: str, actor: Actor, at: datetime, district_id: str | None = None
) -> str:
    """查看完整号码: the identity number or phone of a person, or the number of a person's account (`subject_id` is its id).

    A person belongs to no district; claims do, and only rooms above know them. So the caller that found the person in a claim
    passes that claim's `district_id`, having checked that the actor may see the claim; without it the person's own town
    decides, and a person without one is not shown. Everybody may see their own numbers.

    Refuses: forbidden; no-reason. The journal keeps who, when and why, never the number.
    """
    with transaction.atomic():
        account = (
            PersonAccount.objects.select_related("person").get(pk=subject_id) if kind == "account" else None
        )
        person = account.person if account else Person.objects.get(pk=subject_id)
        if actor.person_id != person.pk:
            actor.require(*_MAY_SEE[kind], district_id=district_id or (person.town_id or "")[:6])
        disclose(
            kind=kind, subject_kind=f"person-{kind}", subject_id=subject_id, reason=reason, actor=actor, at=at
        )
        if account:
            return account.number()
        return person.number() if kind == "identity" else person.phone()


def disclose(
    *, kind: str, subject_kind: str, subject_id: object, reason: str, actor: Actor, at: datetime
) -> None:
    """Journal that a sealed number is about to be shown. Rooms with sealed numbers of their own (单位电话, 异议人电话) call this
    in the same transaction, after their own check of who may. Refuses: no-reason."""
    reason = _LONG_NUMBER.sub("（号码略）", reason.strip())
    if len(reason) < 2 and actor != SYSTEM:
        refuse(
            "no-reason",
            "查看完整号码须写明事由。",
            remedy="请填写事由，系统会留下记录。",
            field="reason",
            status=INVALID,
        )
    note(
        actor=actor,
        at=at,
        verb="unmask",
        subject_kind=subject_kind,
        subject_id=subject_id,
        reason=reason,
        detail={"kind": kind},
    )


# --- the e-archive -----------------------------------------------------------------------------------------------
def archive(
    *,
    person_id: int,
    district_code: str,
    kind: str,
    subject: str,
    event: str,
    on: date,
    title: str,
    detail: dict[str, str] | None = None,
    amount_fen: int | None = None,
    at: datetime,
) -> None:
    """记入培训档案 one thing that happened, in the caller's transaction. The same (person, subject, event) again changes nothing.

    `title` is a plain sentence, `detail` holds label → value as shown, nothing sealed. Clause: 周政办发〔2020〕2号 三（四）.
    """
    row = ArchiveEntry(
        person_id=person_id, district_code=district_code, kind=kind, subject=subject, event=event, on=on,
        title=title, detail=detail or {}, amount_fen=amount_fen, recorded_at=at,
    )  # fmt: skip
    archive_many([row])


def archive_many(rows: Sequence[ArchiveEntry]) -> None:
    """The same for many, in one statement."""
    ArchiveEntry.objects.bulk_create(rows, ignore_conflicts=True)


def look_into_archive(*, person_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """查看档案: journalled unless it is one's own, so that its owner sees who looked. Refuses: forbidden, no-reason."""
    if actor.person_id == person_id:
        return
    with transaction.atomic():
        town = Person.objects.filter(pk=person_id).values_list("town_id", flat=True).first()
        known = ArchiveEntry.objects.filter(
            person_id=person_id, district_code=actor.district_id or ""
        ).exists()
        actor.require(
            *_MAY_SEE["identity"], Role.TOWN, district_id=actor.district_id if known else (town or "")[:6]
        )
        if len(reason.strip()) < 2:
            refuse(
                "no-reason",
                "查看他人的培训档案须写明事由。",
                remedy="请填写事由，系统会留下记录，本人可以看到。",
                field="reason",
                status=INVALID,
            )
        note(
            actor=actor, at=at, verb="archive-view", subject_kind="archive", subject_id=person_id,
            reason=_LONG_NUMBER.sub("（号码略）", reason.strip()),
        )  # fmt: skip
