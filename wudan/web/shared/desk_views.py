"""Coming to one's desk after log-in, and changing between one's roles."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from wudan.accounts.queries import memberships_of
from wudan.kernel.clock import now
from wudan.kernel.errors import forbid
from wudan.web.shared.acting import SESSION_KEY
from wudan.web.shared.desks import HOME


@require_GET
@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """To the desk of the role one acts in."""
    actor = request.actor  # type: ignore[attr-defined]
    if actor is None:
        forbid("您的账号还没有岗位授权。", remedy="请联系本单位管理员或区人力资源社会保障局开通岗位。")
    return redirect(HOME[actor.role])


@require_POST
@login_required
def act_as(request: HttpRequest, membership_id: int) -> HttpResponse:
    """Act in another of one's own memberships from now on."""
    if membership_id not in [m.pk for m in memberships_of(request.user, now())]:
        forbid("您没有这个岗位。")
    request.session[SESSION_KEY] = membership_id
    return redirect("shared:desk")
