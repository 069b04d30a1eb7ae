"""Where log-ins and roles are given and taken, and where logging in is journalled."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from wudan.accounts.models import Membership, User
from wudan.accounts.queries import as_actor, memberships_of
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note
from wudan.kernel.roles import OFFICIAL, Role
from wudan.organisations.models import Organisation
from wudan.people.actions import register_person
from wudan.people.identity import check_document_and_name
from wudan.people.queries import find_by_number

DUTIES = "行政事业单位内部控制规范（试行）（财会〔2012〕21号）：不相容岗位相互分离"
_WEAK = {
    "password_too_short": "密码太短。",
    "password_too_common": "这个密码太常见，容易被猜到。",
    "password_entirely_numeric": "密码不能全是数字。",
    "password_too_similar": "密码和登录名太像。",
}
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,39}")


# --- log-ins -----------------------------------------------------------------------------------------------------
def open_account(
    *,
    username: str,
    display_name: str,
    password: str | None = None,
    person_id: int | None = None,
    email: str = "",
    actor: Actor,
    at: datetime,
) -> User:
    """开通账号. It may do nothing until a role is granted; without a password nobody can log in yet.

    Refuses: forbidden; bad-username, username-taken, weak-password; person-has-account.
    """
    actor.require(Role.SYSTEM)
    username = _username(username)
    if password is not None:
        _strong(password, username)
    return _open(username, display_name.strip(), password, person_id, email, actor, at)


def register_worker(
    *,
    document_kind: str,
    number: str,
    name: str,
    phone: str,
    password: str,
    town_code: str | None = None,
    at: datetime,
) -> User:
    """劳动者自助注册: a person, a log-in and the role of a worker. They log in with the identity or phone number.

    爱山东 is not connected, so nobody has verified that the number is theirs (未核验): where the person is already known from
    somebody's claim, the phone must be the one on record; otherwise an official opens the log-in against the papers.
    Refuses: bad-number, bad-name, bad-phone, no-phone, weak-password; person-known; person-has-account; name-mismatch.
    """
    if not phone.strip():
        refuse("no-phone", "请填写手机号码。", remedy="登录和通知都要用到。", field="phone", status=INVALID)
    _strong(password, "")
    with transaction.atomic():
        known = find_by_number(number)
        if known is not None:
            check_document_and_name(known, name=name, phone=phone)
        person = register_person(
            document_kind=document_kind,
            number=number,
            name=name,
            phone=phone,
            town_code=town_code,
            actor=SYSTEM,
            at=at,
        )
        user = _open(f"w{person.pk:08d}", person.name, password, person.pk, "", SYSTEM, at)
        with acting(actor=SYSTEM, at=at, basis="劳动者自助注册"):
            Membership.objects.create(
                user=user,
                role=Role.WORKER.value,
                valid=DateTimeTZRange(at, None, "[)"),
                basis="劳动者自助注册",
            )
    return user


def reset_password(*, user_id: int, password: str, actor: Actor, at: datetime) -> User:
    """重置密码 of somebody with a role in the own district. Refuses: forbidden, weak-password."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        _administer(user, actor, at)
        _strong(password, user.username)
        user.set_password(password)
        user.save(update_fields=["password"])
        note(actor=actor, at=at, verb="password-reset", subject_kind="user", subject_id=user.pk)
    return user


def close_account(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """停用账号: from now on nobody logs in with it; what it did stays. Refuses: forbidden."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        _administer(user, actor, at)
        user.is_active = False
        user.save(update_fields=["is_active"])
        note(
            actor=actor, at=at, verb="account-closed", subject_kind="user", subject_id=user.pk, reason=reason
        )
    return user


# --- roles -------------------------------------------------------------------------------------------------------
def grant(
    *,
    user_id: int,
    role: Role,
    district_id: str | None = None,
    organisation_id: int | None = None,
    town_code: str | None = None,
    valid_until: datetime | None = None,
    basis: str,
    actor: Actor,
    at: datetime,
) -> Membership:
    """授予岗位 from now on, or until `valid_until`, by 系统管理 of the same district; nobody grants to themselves.

    Refuses: forbidden; wrong-organisation, no-town, no-basis; incompatible_duties (不相容岗位, also by the database);
    membership_once. Clause: 财会〔2012〕21号.
    """
    role = Role(role)
    if not basis.strip():
        refuse(
            "no-basis", "授予岗位须写明依据。", remedy="请填写任命或委托文件。", field="basis", status=INVALID
        )
    if actor.user_id is not None and actor.user_id == user_id:
        forbid("不能给自己授予岗位。", remedy="请由另一位系统管理员办理。")
    organisation = Organisation.objects.filter(pk=organisation_id).first() if organisation_id else None
    district_id = organisation.district_id if organisation else district_id
    actor.require(Role.SYSTEM, district_id=district_id)
    _fitting(role, organisation, district_id, town_code)
    with acting(actor=actor, at=at, basis=f"{DUTIES}；{basis.strip()}"):
        # Two grants to one user wait for each other here: on the exclusion constraint alone they could deadlock.
        User.objects.select_for_update(no_key=True).get(pk=user_id)
        return Membership.objects.create(
            user_id=user_id,
            role=role.value,
            district_id=district_id if role in OFFICIAL else None,
            organisation=organisation,
            town_id=town_code,
            valid=DateTimeTZRange(at, valid_until, "[)"),
            basis=basis.strip(),
        )


def revoke(*, membership_id: int, reason: str, actor: Actor, at: datetime) -> Membership:
    """收回岗位 as of now. Refuses: forbidden; already-ended."""
    with acting(actor=actor, at=at, basis=f"{DUTIES}；收回：{reason}"):
        held = (
            Membership.objects.select_for_update(of=("self",))
            .select_related("organisation")
            .get(pk=membership_id)
        )
        actor.require(Role.SYSTEM, district_id=_district_of(held))
        if held.valid.isempty or (held.valid.upper and held.valid.upper <= at):
            refuse("already-ended", "这个岗位已经收回或到期。", remedy="请刷新页面查看。")
        held.valid = DateTimeTZRange(held.valid.lower, max(at, held.valid.lower), "[)")
        held.save(update_fields=["valid"])
    return held


# --- logging in --------------------------------------------------------------------------------------------------
def note_login(*, user: User, verb: str = "login", at: datetime) -> None:
    """Journal a log-in or log-out."""
    first = memberships_of(user, at).first()
    actor = as_actor(first) if first else Actor(user_id=user.pk, role=Role.WORKER, label=user.display_name)
    note(actor=actor, at=at, verb=verb, subject_kind="user", subject_id=user.pk)


def note_failed_login(*, username: str, at: datetime) -> None:
    """Journal a failure: whose log-in it was, if it was anybody's. What was typed is not kept."""
    user = User.objects.filter(username=username).first()
    membership = Membership.objects.filter(user=user).select_related("organisation").first() if user else None
    district_id = _district_of(membership) if membership else None
    visitor = Actor(user_id=None, role=Role.WORKER, label="未登录", district_id=district_id)
    note(actor=visitor, at=at, verb="login-failed", subject_kind="user", subject_id=user.pk if user else "")


# --- checks ------------------------------------------------------------------------------------------------------
def _username(username: str) -> str:
    username = username.strip().lower()
    if not _NAME.fullmatch(username) or sum(c.isdigit() for c in username) >= 11:
        refuse(
            "bad-username",
            "登录名应为3至40位小写字母、数字、点、下划线或短横线，不能用身份证号码或手机号码。",
            remedy="请换一个登录名。",
            field="username",
            status=INVALID,
        )
    return username


def _strong(password: str, username: str) -> None:
    try:
        validate_password(password, User(username=username))
    except ValidationError as error:
        wrong = [_WEAK.get(str(e.code), e.messages[0]) for e in error.error_list]
        remedy = "请换一个至少10位、含有字母的密码。"
        raise Refused(
            *(Refusal("weak-password", w, remedy=remedy, field="password", status=INVALID) for w in wrong)
        ) from None


def _open(
    username: str,
    display_name: str,
    password: str | None,
    person_id: int | None,
    email: str,
    actor: Actor,
    at: datetime,
) -> User:
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                username, password, display_name=display_name, person_id=person_id, email=email
            )
            note(actor=actor, at=at, verb="account-opened", subject_kind="user", subject_id=user.pk)
    except IntegrityError:
        if person_id and User.objects.filter(person_id=person_id).exists():
            refuse(
                "person-has-account",
                "这个人已经有登录账号。",
                remedy="请直接登录；忘记密码的，请联系区人力资源社会保障局重置。",
            )
        refuse(
            "username-taken",
            "这个登录名已被使用。",
            remedy="请换一个登录名。",
            field="username",
            status=INVALID,
        )
    return user


def _fitting(
    role: Role, organisation: Organisation | None, district_id: str | None, town_code: str | None
) -> None:
    if role in (Role.ENTERPRISE, Role.PROVIDER) and (organisation is None or organisation.kind != role.value):
        kind = "企业" if role is Role.ENTERPRISE else "培训机构"
        refuse(
            "wrong-organisation",
            f"“{role.label}”岗位须指明一个{kind}。",
            remedy="请选择单位。",
            status=INVALID,
        )
    if role in OFFICIAL and organisation is not None:
        refuse(
            "wrong-organisation",
            f"“{role.label}”岗位属于区，不属于单位。",
            remedy="请不选单位。",
            status=INVALID,
        )
    if role is Role.TOWN and not (town_code and district_id and town_code.startswith(district_id)):
        refuse("no-town", "“镇街经办”岗位须指明本区的一个镇街。", remedy="请选择镇街。", status=INVALID)


def _district_of(held: Membership) -> str | None:
    return held.organisation.district_id if held.organisation else held.district_id


def _administer(user: User, actor: Actor, at: datetime) -> None:
    """系统管理 administers log-ins that hold a role in the own district, and those of workers, who belong to none."""
    places = {_district_of(m) for m in memberships_of(user, at)} or {None}
    for district_id in places:
        actor.require(Role.SYSTEM, district_id=district_id)
