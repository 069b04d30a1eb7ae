"""Who is looking: a login acts in one of its memberships at a time; every page says first which roles may see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from wudan.accounts.queries import as_actor, memberships_of
from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import forbid
from wudan.kernel.roles import Role

SESSION_KEY = "membership"
View = Callable[..., HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Desk:
    """One role a login may act in, as the menu on top shows it."""

    membership_id: int
    label: str
    district_name: str
    here: bool


class ActorMiddleware:
    """Sets `request.actor`: the chosen membership's, else the first one's; None for visitors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None  # type: ignore[attr-defined]
        request.desks = ()  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: View, args: Any, kwargs: Any) -> None:  # noqa: ARG002
        _sit_down(request)


def _sit_down(request: HttpRequest) -> None:
    if not request.user.is_authenticated:
        return
    memberships = {m.pk: m for m in memberships_of(request.user, now())}
    if not memberships:
        return
    chosen = request.session.get(SESSION_KEY)
    at = chosen if chosen in memberships else next(iter(memberships))
    request.actor = as_actor(memberships[at])  # type: ignore[attr-defined]
    request.desks = [_desk(m, here=m.pk == at) for m in memberships.values()]  # type: ignore[attr-defined]


def _desk(membership: Any, *, here: bool) -> Desk:
    district = membership.organisation.district if membership.organisation else membership.district
    place = membership.organisation or membership.town or district or ""
    return Desk(membership.pk, f"{place} {Role(membership.role).label}".strip(), str(district or ""), here)


def for_roles(*roles: Role) -> Callable[[View], View]:
    """The first line of a page: `view(request, actor, ...)` is reached only by an actor in one of these roles."""

    def wrap(view: View) -> View:
        @wraps(view)
        def gate(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            actor: Actor | None = request.actor  # type: ignore[attr-defined]
            if actor is None:
                forbid(
                    "您的账号还没有岗位授权。", remedy="请联系本单位管理员或区人力资源社会保障局开通岗位。"
                )
            if actor.role not in roles:
                wanted = "、".join(role.label for role in roles)
                forbid(
                    f"这个页面由“{wanted}”岗位使用，您当前的岗位是“{actor.role.label}”。",
                    remedy="如您另有这个岗位，请在右上角切换；没有的，请联系区人力资源社会保障局。",
                )
            return view(request, actor, *args, **kwargs)

        gate.roles = roles  # type: ignore[attr-defined]
        return gate

    return wrap
