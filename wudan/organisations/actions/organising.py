"""Where districts, organisations, their accounts and a district's own working days change."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NoReturn

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import check_account, check_credit_code, check_phone
from wudan.kernel.roles import Role
from wudan.organisations.data import DepartmentRow, read_departments, read_divisions
from wudan.organisations.models import CalendarDay, District, Organisation, OrganisationAccount
from wudan.people.models import Division
from wudan.people.names import pinyin

REGISTER = "培训机构和申请单位登记"
_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}")
_CLERKS = (Role.ENTERPRISE, Role.PROVIDER)


# --- districts ---------------------------------------------------------------------------------------------------
def load_divisions(*, actor: Actor) -> int:
    """装入行政区划 from data/divisions.csv: what is there is renamed, what is gone stays (abolished codes live on).

    Returns how many divisions the file holds. Only the system does this, on installing and upgrading.
    """
    actor.require(Role.SYSTEM)
    rows = [
        Division(code=r.code, name=r.name, level=r.level, parent_id=r.parent_code) for r in read_divisions()
    ]
    Division.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["code"], update_fields=["name", "level", "parent"]
    )
    return len(rows)


def open_district(
    *, code: str, name: str, rulebook: str, lead_body: str, hotline: str = "", actor: Actor, at: datetime
) -> District:
    """启用一个区: its departments (附件1) and towns come with it. Opening it again changes nothing.

    Refuses: forbidden to anybody but the system itself; a district runs on one rulebook folder.
    """
    if actor != SYSTEM:
        forbid("启用新的区由系统安装时办理。")
    with acting(actor=actor, at=at, basis="系统安装：启用实施区"):
        opened, new = District.objects.get_or_create(
            code=code,
            defaults={
                "name": name,
                "rulebook": rulebook,
                "lead_body": lead_body,
                "hotline": hotline,
                "opened_at": at,
            },
        )
        if new:
            _seat(code, read_departments(code))
    return opened


def _seat(district_id: str, departments: list[DepartmentRow]) -> None:
    made = [
        Organisation(
            district_id=district_id, kind="department", name=d.name, pinyin=_sort_key(d.name), duties=d.duties
        )
        for d in departments
    ]
    made += [
        Organisation(
            district_id=district_id, kind="town", name=t.name, pinyin=_sort_key(t.name), division_id=t.code
        )
        for t in Division.objects.filter(parent_id=district_id, level="town").order_by("code")
    ]
    Organisation.objects.bulk_create(made)


def set_calendar_day(
    *, district_id: str, day: date, working: bool, basis: str, actor: Actor, at: datetime
) -> CalendarDay:
    """调整工作日: the district works, or rests, on this day whatever the national arrangement says.

    Time limits set before keep their day. Refuses: forbidden.
    """
    actor.require(Role.POLICY, Role.SYSTEM, district_id=district_id)
    with acting(actor=actor, at=at, basis=basis):
        found, _ = CalendarDay.objects.update_or_create(
            district_id=district_id, day=day, defaults={"working": working, "basis": basis}
        )
    return found


# --- organisations -----------------------------------------------------------------------------------------------
def register_organisation(
    *,
    district_id: str,
    kind: str,
    name: str,
    credit_code: str = "",
    division_code: str | None = None,
    contact: str = "",
    phone: str = "",
    licence: str = "",
    nature: str = "",
    duties: str = "",
    actor: Actor,
    at: datetime,
) -> Organisation:
    """登记单位 of the own district. Refuses: forbidden; bad-credit-code, bad-phone, bad-name; organisation_once,
    organisation_name_once (registered before)."""
    actor.require(Role.INTAKE, Role.SYSTEM, district_id=district_id)
    made = Organisation(
        district_id=district_id,
        kind=kind,
        division_id=division_code or None,
        contact=contact.strip(),
        licence=licence.strip(),
        nature=nature.strip(),
        duties=duties.strip(),
    )
    _set_name(made, name)
    _set_phone(made, phone)
    if credit_code or kind in ("enterprise", "provider"):
        try:
            made.credit_code = check_credit_code(credit_code)
        except ValueError as error:
            _bad("credit_code", error, "请对照营业执照或登记证书核对。")
    with acting(actor=actor, at=at, basis=REGISTER):
        made.save()
    return made


def amend_organisation(
    *,
    organisation_id: int,
    actor: Actor,
    at: datetime,
    name: str | None = None,
    contact: str | None = None,
    phone: str | None = None,
    licence: str | None = None,
    nature: str | None = None,
    division_code: str | None = None,
) -> Organisation:
    """更正单位信息; what is not given stays. Its own clerk amends contact and phone, 受理 everything but the credit code.

    Refuses: forbidden; bad-name, bad-phone; organisation_name_once.
    """
    official_only = (name, licence, nature, division_code)
    with acting(actor=actor, at=at, basis=f"{REGISTER}：更正"):
        found = Organisation.objects.select_for_update().get(pk=organisation_id)
        if not _own(actor, found) or any(value is not None for value in official_only):
            actor.require(Role.INTAKE, Role.SYSTEM, district_id=found.district_id)
        if name is not None:
            _set_name(found, name)
        if phone is not None:
            _set_phone(found, phone)
        found.contact = found.contact if contact is None else contact.strip()
        found.licence = found.licence if licence is None else licence.strip()
        found.nature = found.nature if nature is None else nature.strip()
        found.division_id = division_code or found.division_id
        found.save(
            update_fields=[
                "name", "pinyin", "phone_sealed", "phone_masked", "contact", "licence", "nature", "division",
            ]
        )  # fmt: skip
    return found


def record_organisation_account(
    *, organisation_id: int, holder: str, bank: str, number: str, actor: Actor, at: datetime, reason: str = ""
) -> OrganisationAccount:
    """登记对公账户: the same number again changes nothing, a new one replaces the current. History keeps the reason.

    Refuses: forbidden; bad-account; holder-mismatch, since money goes to an account in the organisation's own name only.
    """
    with acting(
        actor=actor, at=at, basis="；".join(filter(None, [f"{REGISTER}：登记对公账户", reason.strip()]))
    ):
        found = Organisation.objects.select_for_update().get(pk=organisation_id)
        if not _own(actor, found):
            actor.require(Role.INTAKE, Role.FINANCE, Role.SYSTEM, district_id=found.district_id)
        if holder.strip() != found.name:
            refuse(
                "holder-mismatch",
                f"户名应与单位名称“{found.name}”一致。",
                remedy="补贴只能付到本单位的对公账户，请核对。",
                field="holder",
                status=INVALID,
            )
        account = OrganisationAccount(
            organisation=found, holder=holder.strip(), bank=bank.strip(), recorded_at=at
        )
        try:
            account.set_number(check_account(number))
        except ValueError as error:
            _bad("account", error, "请对照开户许可证核对。")
        current = found.accounts.filter(current=True).first()
        if current and bytes(current.number_index) == account.number_index:
            return current
        found.accounts.filter(current=True).update(current=False)
        account.save()
    return account


def suspend(*, organisation_id: int, reason: str, actor: Actor, at: datetime) -> Organisation:
    """暂停受理: no new claims from it; those made go on. Refuses: forbidden, no-reason, already-so."""
    return _switch(organisation_id, suspended=True, reason=reason, actor=actor, at=at)


def restore(*, organisation_id: int, reason: str, actor: Actor, at: datetime) -> Organisation:
    """恢复受理. Refuses: forbidden, no-reason, already-so."""
    return _switch(organisation_id, suspended=False, reason=reason, actor=actor, at=at)


def _switch(
    organisation_id: int, *, suspended: bool, reason: str, actor: Actor, at: datetime
) -> Organisation:
    word = "暂停受理" if suspended else "恢复受理"
    if not reason.strip():
        refuse(
            "no-reason",
            f"{word}须写明理由。",
            remedy="请填写理由，系统会留下记录。",
            field="reason",
            status=INVALID,
        )
    with acting(actor=actor, at=at, basis=f"{word}：{reason.strip()}"):
        found = Organisation.objects.select_for_update().get(pk=organisation_id)
        actor.require(Role.REVIEWER, Role.SYSTEM, district_id=found.district_id)
        if found.suspended is suspended:
            refuse("already-so", f"{found.name}已经是“{word}”。", remedy="请刷新页面查看。")
        found.suspended = suspended
        found.save(update_fields=["suspended"])
    return found


def _own(actor: Actor, found: Organisation) -> bool:
    return actor.role in _CLERKS and actor.organisation_id == found.pk


def _set_name(found: Organisation, name: str) -> None:
    found.name = name.strip().replace("(", "（").replace(")", "）")
    if not found.name:
        refuse("bad-name", "请填写单位名称。", remedy="请按证照上的全称填写。", field="name", status=INVALID)
    found.pinyin = _sort_key(found.name)


def _set_phone(found: Organisation, phone: str) -> None:
    bare = phone.replace(" ", "")
    try:
        found.set_phone(check_phone(bare) if bare and not _LANDLINE.fullmatch(bare) else bare)
    except ValueError as error:
        _bad("phone", error, "请填写联系人的手机号码，或带区号的座机号码。")


def _sort_key(name: str) -> str:
    return pinyin(name)[0]


def _bad(field: str, error: ValueError, remedy: str) -> NoReturn:
    refuse(f"bad-{field.replace('_', '-')}", f"{error}。", remedy=remedy, field=field, status=INVALID)
