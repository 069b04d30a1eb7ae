"""学员变动: the page of one learner, at the provider's desk and at the bureau's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.orders.delivery.actions.members import (
    change_employer,
    interrupt_member,
    leave_member,
    resume_member,
    transfer_member,
)
from wudan.orders.delivery.queries.classes import member_of, transfer_targets
from wudan.orders.delivery.states import MEMBER
from wudan.organisations.queries import public_organisations
from wudan.web.shared.classes.members import MEMBER_ACTS, EmployerForm, ReasonForm, TransferForm
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

LISTS = {"provider": ("班级", "provider:classes"), "bureau": ("开班", "bureau:openings")}


def member_page(
    request: HttpRequest,
    actor: Actor,
    held: Any,
    member_id: int,
    *,
    area: str,
    name: Callable[[str], str],
) -> HttpResponse:
    """What may be done about one learner, each with its reason. `area` is the desk's namespace."""
    found = member_of(held, member_id)
    if found is None:
        raise Http404
    offered, status = _forms(held, found, actor), 200
    if request.method == "POST":
        verb = request.POST.get("verb", "")
        if verb not in offered:
            raise Http404
        bound = _bind(offered[verb], request)
        if bound.is_valid() and _act(bound, verb, member_id, actor):
            messages.success(request, f"已办理：{MEMBER_ACTS[verb][0]}。")
            return redirect(f"{area}:class", held.pk)
        status = 422
    label, listed = LISTS[area]
    context = {
        "title": f"学员变动：{name(found.person.name)}",
        "subtitle": held.name,
        "crumbs": [
            Crumb(label, reverse(listed)),
            Crumb(held.name, reverse(f"{area}:class", args=[held.pk])),
            Crumb("学员变动"),
        ],
        "held": held,
        "member": found,
        "offers": [
            {"verb": verb, "label": MEMBER_ACTS[verb][0], "effect": MEMBER_ACTS[verb][1], "form": form}
            for verb, form in offered.items()
        ],
    }
    return page(request, "shared/classes/member.html", context, status=status)


def _forms(held: Any, found: Any, actor: Actor) -> dict[str, forms.Form]:
    allowed = [m.verb for m in MEMBER.allowed(found.state, actor.role)]
    made: dict[str, forms.Form] = {}
    for verb in ("interrupt", "resume"):
        if verb in allowed:
            made[verb] = ReasonForm(auto_id=f"id_{verb}_%s")
    if "transfer" in allowed and (targets := transfer_targets(held, actor)):
        made["transfer"] = TransferForm(auto_id="id_transfer_%s", targets=targets)
    if found.state in ("in_class", "interrupted"):
        firms = public_organisations(held.district_id, "enterprise")
        made["employer"] = EmployerForm(auto_id="id_employer_%s", firms=firms, now_at=found.employer_id)
    if "leave" in allowed and held.state == "running":
        made["leave"] = ReasonForm(auto_id="id_leave_%s")
    return made


def _bind(form: Any, request: HttpRequest) -> Any:
    form.data, form.is_bound = request.POST, True
    return form


def _act(form: Any, verb: str, member_id: int, actor: Actor) -> bool:
    said = form.cleaned_data
    given: dict[str, Any] = {"member_id": member_id, "reason": said["reason"], "actor": actor, "at": now()}
    try:
        if verb == "transfer":
            transfer_member(to_class_id=int(said["to_class"]), **given)
        elif verb == "employer":
            change_employer(employer_id=int(said["employer"]) if said["employer"] else None, **given)
        else:
            {"interrupt": interrupt_member, "resume": resume_member, "leave": leave_member}[verb](**given)
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        form.add_refused(refused)
        return False
    return True
