"""Whose organisation it is, and words every refusal needs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.periods import ONE_DAY
from wudan.kernel.roles import Role
from wudan.occupations.models import Occupation
from wudan.organisations.models import Organisation

HOLDERS = (Role.PROVIDER, Role.ENTERPRISE)


def own_organisation(
    actor: Actor, organisation_id: int, *, roles: Collection[Role] = HOLDERS
) -> Organisation:
    """The organisation whose clerk acts. Refuses: forbidden to anybody else; organisation-suspended."""
    actor.require(*roles, Role.SYSTEM)
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None or (actor != SYSTEM and actor.organisation_id != organisation_id):
        forbid("您不能代表这个单位办理。", remedy="请切换到这个单位的岗位后再办理。")
    if found.suspended:
        refuse(
            "organisation-suspended",
            f"{found.name}已被暂停受理，现在不能办理。",
            remedy="请联系区人力资源社会保障局，恢复后再办理。",
        )
    return found


def require_own(actor: Actor, organisation_id: int | None) -> None:
    """Refuses: forbidden, where the actor is not this organisation's clerk."""
    if actor != SYSTEM and (organisation_id is None or actor.organisation_id != organisation_id):
        forbid("这不是您所在单位的信息。", remedy="请切换到这个单位的岗位后再办理。")


def filled(field: str, label: str, text: str, remedy: str = "请填写。") -> str:
    """The text without stray spaces. Refuses: no-<field> where nothing is left."""
    bare = text.strip()
    if not bare:
        refuse(
            f"no-{field.replace('_', '-')}", f"没有填写{label}。", remedy=remedy, field=field, status=INVALID
        )
    return bare


def why(reason: str, act: str) -> str:
    """Refuses: no-reason."""
    return filled("reason", f"{act}的理由", reason, "请写明理由，对方会看到。")


def period(first: date, last: date | None, *, field: str = "valid_until") -> DateRange:
    """First and last day as a half-open range; no last day is open-ended. Refuses: bad-period."""
    if last is not None and last < first:
        refuse("bad-period", "结束日期早于开始日期。", remedy="请核对日期。", field=field, status=INVALID)
    return DateRange(first, last + ONE_DAY if last else None, "[)")


def known_occupations(ids: Collection[int]) -> list[int]:
    """Refuses: unknown-occupation, no-occupation."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        refuse(
            "no-occupation",
            "没有选择职业。",
            remedy="请至少选择一个职业。",
            field="occupation",
            status=INVALID,
        )
    if Occupation.objects.filter(pk__in=wanted).count() != len(wanted):
        refuse(
            "unknown-occupation",
            "所选职业不在职业目录中。",
            remedy="请从列表中选择。",
            field="occupation",
            status=INVALID,
        )
    return wanted


def choice(field: str, label: str, value: str, choices: Collection[tuple[str, Any]]) -> str:
    """Refuses: bad-<field> where the value is none of the choices."""
    if value not in {code for code, _ in choices}:
        refuse(f"bad-{field}", f"{label}不正确。", remedy="请从列表中选择。", field=field, status=INVALID)
    return value
