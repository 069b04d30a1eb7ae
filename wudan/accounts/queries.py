"""Reading log-ins and the roles they hold. The edge turns a log-in and a chosen membership into the `Actor` of actions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from wudan.accounts.models import Membership, User
from wudan.kernel.actor import Actor
from wudan.kernel.crypto import blind_index
from wudan.kernel.errors import forbid
from wudan.kernel.roles import Role
from wudan.people.queries import search


def memberships_of(user: Any, at: datetime) -> QuerySet[Membership]:
    """The roles this log-in holds at that moment, oldest first; none where it is closed."""
    return (
        Membership.objects.filter(user_id=user.pk, user__is_active=True, valid__contains=at)
        .select_related("user", "district", "organisation__district", "town")
        .order_by("id")
    )


def actor_for(user: Any, membership_id: int, at: datetime) -> Actor:
    """Who acts when this log-in uses this membership. Refuses: forbidden where it does not hold it at that moment."""
    membership = memberships_of(user, at).filter(pk=membership_id).first()
    if membership is None:
        forbid("您没有这个岗位，或者授权已经到期。", remedy="请重新选择岗位，或联系区人力资源社会保障局。")
    return as_actor(membership)


def as_actor(membership: Membership) -> Actor:
    organisation, district = membership.organisation, membership.district
    role = Role(membership.role)
    place = organisation or membership.town or district
    return Actor(
        user_id=membership.user_id,
        role=role,
        label=f"{place or ''} {role.label} {membership.user.display_name}".strip(),
        district_id=organisation.district_id if organisation else membership.district_id,
        organisation_id=membership.organisation_id,
        person_id=membership.user.person_id,
        town_code=membership.town_id,
    )


def visible_memberships(actor: Actor, at: datetime) -> QuerySet[Membership]:
    """岗位授权 of the own district, for 系统管理 and 监督审计; nothing for others."""
    if actor.role not in (Role.SYSTEM, Role.SUPERVISOR):
        return Membership.objects.none()
    held = Membership.objects.filter(valid__contains=at).select_related("user", "organisation", "town")
    here = held.filter(district_id=actor.district_id) | held.filter(
        organisation__district_id=actor.district_id
    )
    return here.order_by(F("role"), "id")


def login_name(typed: str) -> str:
    """The login name meant by what somebody typed: a worker may type the own identity or phone number.

    What names nobody comes back as typed, unless it looks like a number of a person: then as a digest, so that neither the
    lock-out's tables nor a log ever hold it. A phone that several workers share names nobody.
    """
    typed = typed.strip()
    persons = search(typed) if any(c.isdigit() for c in typed) and len(typed) >= 11 else None
    if persons is not None:
        users = list(User.objects.filter(person__in=persons.values("pk"))[:2])
        if len(users) == 1:
            return users[0].username
    if sum(c.isdigit() for c in typed) >= 7:
        return "?" + blind_index(typed, "login").hex()[:16]
    return typed.lower()


def names_of(user_ids: Iterable[int | None]) -> dict[int, str]:
    """User id → the name others read, for "who did it". One query."""
    wanted = {pk for pk in user_ids if pk is not None}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "display_name")) if wanted else {}


def visible_users(actor: Actor) -> QuerySet[User]:
    """账号 that 系统管理 of a district administers: with a role there, now or before, and those no role was ever given."""
    if actor.role is not Role.SYSTEM or actor.district_id is None:
        return User.objects.none()
    held = Membership.objects.filter(user=OuterRef("pk"))
    here = held.filter(Q(district_id=actor.district_id) | Q(organisation__district_id=actor.district_id))
    return User.objects.filter(Exists(here) | ~Exists(held))


def roles_of(user_id: int) -> QuerySet[Membership]:
    """Every role this log-in holds or held, newest first. The caller has checked that the actor may see the log-in."""
    held = Membership.objects.filter(user_id=user_id)
    return held.select_related("district", "organisation__district", "town").order_by("-id")
