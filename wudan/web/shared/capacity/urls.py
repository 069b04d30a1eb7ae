"""The addresses of 办学条件, each for one role only; registrations and teachers are a provider's."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from wudan.kernel.roles import Role
from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants.desk import Desk
from wudan.web.shared.capacity import bases, hub, registrations, resources, supports, teachers, venues

READ, WRITE, FORM = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
_BOTH: tuple[tuple[str, Any, str, tuple[str, ...]], ...] = (
    ("", hub.hub, "capacity", READ),
    ("credit/<int:entry_id>/reply/", hub.reply, "credit_reply", FORM),
    ("venues/new/", venues.new, "venue_new", FORM),
    ("venues/<int:venue_id>/", venues.venue, "venue", FORM),
    ("bases/new/", bases.new, "base_new", FORM),
    ("bases/<int:base_id>/", bases.base, "base", READ),
    ("bases/<int:base_id>/correct/", bases.correct, "base_correct", FORM),
    ("resources/new/", resources.new, "resource_new", FORM),
    ("resources/<int:resource_id>/", resources.resource, "resource", READ),
    ("resources/<int:resource_id>/withdraw/", resources.withdraw, "resource_withdraw", WRITE),
    ("support/new/", supports.new, "support_new", FORM),
    ("support/<int:support_id>/", supports.support, "support", READ),
    ("support/<int:support_id>/correct/", supports.correct, "support_correct", FORM),
    ("support/<int:support_id>/withdraw/", supports.withdraw, "support_withdraw", WRITE),
)
_PROVIDER: tuple[tuple[str, Any, str, tuple[str, ...]], ...] = (
    ("registrations/new/", registrations.new, "registration_new", FORM),
    ("registrations/<int:registration_id>/", registrations.registration, "registration", READ),
    ("registrations/<int:registration_id>/correct/", registrations.correct, "registration_correct", FORM),
    ("registrations/<int:registration_id>/do/<str:verb>/", registrations.act, "registration_act", WRITE),
    ("teachers/new/", teachers.new, "teacher_new", FORM),
    ("teachers/<int:teacher_id>/", teachers.teacher, "teacher", READ),
    ("teachers/<int:teacher_id>/correct/", teachers.correct, "teacher_correct", FORM),
    ("teachers/<int:teacher_id>/do/<str:verb>/", teachers.act, "teacher_act", WRITE),
)


def pages(desk: Desk) -> list[URLPattern]:
    """Every page, under capacity/, gated by the desk's role."""
    rows = (*_BOTH, *(_PROVIDER if desk.role is Role.PROVIDER else ()))
    return [
        path(
            f"capacity/{route}",
            for_roles(desk.role)(require_http_methods(methods)(partial(view, desk=desk))),
            name=name,
        )
        for route, view, name, methods in rows
    ]
