"""五单总览 for the supervisor."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.web.shared import funnels
from wudan.web.shared.acting import for_roles


@require_GET
@for_roles(Role.SUPERVISOR)
def funnel(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The district's five orders as one funnel."""
    return funnels.show(request, actor, area="supervisor")


@require_GET
@for_roles(Role.SUPERVISOR)
def rows(request: HttpRequest, actor: Actor, stage: str) -> HttpResponseBase:
    """What one number counts."""
    return funnels.rows(request, actor, stage, area="supervisor")
