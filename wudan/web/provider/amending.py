"""开班变更 and 学员变动 by the provider: asked with a reason, shown with what was and what is to be."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.identifiers import mask_name
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.amending import ask_amendment, withdraw_amendment
from wudan.orders.delivery.queries.checks import as_plan
from wudan.orders.delivery.queries.classes import session_of
from wudan.web.provider.classes import TEACHING, class_form, own_class
from wudan.web.provider.planning import choices
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.member import member_page
from wudan.web.shared.classes.planning import AmendForm, initial_of

NOTE = "提交后由区人力资源社会保障局答复，答复前按原计划上课。"


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def amend(request: HttpRequest, actor: Actor, class_id: int, session_id: int) -> HttpResponse:
    """申请变更 of one sitting."""
    held = _teaching(actor, class_id)
    found = session_of(held, session_id)
    if found is None:
        raise Http404
    form = AmendForm(request.POST or None, initial=initial_of(as_plan(found)), **choices(held))
    drop = reverse("provider:amend_drop", args=[class_id, session_id])
    if form.is_valid() and _ask(request, form, actor, held, kind="session", session_id=session_id):
        return redirect("provider:class", class_id)
    return class_form(
        request, held, form, "申请变更课次", "提交变更申请", note=NOTE, drop_url=drop, drop_asks=True
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def add(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """申请增加课次 after approval."""
    held = _teaching(actor, class_id)
    form = AmendForm(request.POST or None, initial={"starts": held.ended_on}, **choices(held))
    if form.is_valid() and _ask(request, form, actor, held, kind="add_session", session_id=None):
        return redirect("provider:class", class_id)
    return class_form(request, held, form, "申请增加课次", "提交变更申请", note=NOTE)


def _ask(
    request: HttpRequest, form: AmendForm, actor: Actor, held: Any, *, kind: str, session_id: int | None
) -> bool:
    try:
        made = ask_amendment(
            class_id=held.pk,
            kind=kind,
            session_id=session_id,
            plan=form.plan(),
            reason=form.cleaned_data["reason"],
            actor=actor,
            at=now(),
        )
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        form.add_refused(refused)
        return False
    messages.success(request, f"变更申请已提交，{made.due_on.month}月{made.due_on.day}日前答复。")
    return True


@require_POST
@for_roles(Role.PROVIDER)
def drop(request: HttpRequest, actor: Actor, class_id: int, session_id: int) -> HttpResponse:
    """申请取消一次课."""
    _teaching(actor, class_id)
    ask_amendment(
        class_id=class_id,
        kind="drop_session",
        session_id=session_id,
        reason=request.POST.get("reason", ""),
        actor=actor,
        at=now(),
    )
    messages.success(request, "取消课次的申请已提交。")
    return redirect("provider:class", class_id)


@require_POST
@for_roles(Role.PROVIDER)
def take_back(request: HttpRequest, actor: Actor, class_id: int, amendment_id: int) -> HttpResponse:
    """撤回变更."""
    held = own_class(actor, class_id)
    if not held.amendments.filter(pk=amendment_id).exists():
        raise Http404
    withdraw_amendment(amendment_id=amendment_id, actor=actor, at=now())
    messages.success(request, "变更申请已撤回。")
    return redirect("provider:class", class_id)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def member(request: HttpRequest, actor: Actor, class_id: int, member_id: int) -> HttpResponse:
    """学员变动: one learner and what may be done, each with its reason."""
    return member_page(request, actor, _teaching(actor, class_id), member_id, area="provider", name=mask_name)


def _teaching(actor: Actor, class_id: int) -> Any:
    held = own_class(actor, class_id)
    if held.state not in TEACHING:
        raise Http404
    return held
