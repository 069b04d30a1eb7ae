"""可享补贴 of one person at the counter: what is due and why not; the town's clerk confirms it with the person who came."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.orders.subsidy.queries.dues import form_of, reasons_in_words, visible_dues
from wudan.orders.subsidy.states import DUE
from wudan.people.queries import current_account
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.people import one_person
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

TONES: dict[str, Tone] = {
    "ready": "wait", "not_due": "off", "claimed": "done", "declined": "off", "withdrawn": "off",
}  # fmt: skip
BY_OTHERS = {"enterprise": "由企业申请", "provider": "由培训机构代领"}


class ConsentForm(f.Form):
    """How the person agreed."""

    authority = forms.CharField(
        label="本人同意的方式", max_length=100, help_text="例如：本人到场签字。写入申请，审核人员看得到。"
    )


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER, Role.TOWN)
def dues(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponse:
    """The person's lines in this district."""
    return _show(request, Desk(actor), person_id)


@require_POST
@for_roles(Role.TOWN)
def confirm(request: HttpRequest, actor: Actor, person_id: int, due_id: int) -> HttpResponse:
    """确认申请 for the person at the counter."""
    desk = Desk(actor)
    if not visible_dues(actor).filter(pk=due_id, person=person_id).exists():
        raise Http404
    form = ConsentForm(request.POST, auto_id=f"id_due{due_id}_%s")
    if form.is_valid():
        try:
            claim = confirm_due(due_id=due_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            by = f"，{cn_date(claim.due_on)}前受理" if claim.due_on else ""
            messages.success(request, f"申请{claim.number}已提交{by}。")
            return redirect("bureau:claim", claim.pk)
    return _show(request, desk, person_id, {due_id: form}, status=422)


def _show(
    request: HttpRequest,
    desk: Desk,
    person_id: int,
    bound: dict[int, ConsentForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = one_person(request, desk.actor, person_id)
    lines = list(visible_dues(desk.actor).filter(person=found.pk).exclude(state="withdrawn").order_by("-pk"))
    context = {
        "title": f"{found.name}的可享补贴",
        "crumbs": [
            Crumb("人员", reverse("bureau:people")),
            Crumb(found.name, reverse("bureau:person", args=[found.pk])),
            Crumb("可享补贴"),
        ],
        "person": found,
        "account": current_account(found.pk),
        "lines": [_line(one, desk, bound or {}) for one in lines],
    }
    return page(request, "bureau/person_dues.html", context, status=status)


def _line(one: Any, desk: Desk, bound: dict[int, ConsentForm]) -> dict[str, Any]:
    rulebook = rulebook_for(one.district_id)
    form = form_of(one)
    level = rulebook.levels.get(str(form.level))
    may = one.state == "ready" and one.applied_by == "person" and desk.actor.role is Role.TOWN
    return {
        "due": one,
        "scheme": rulebook.schemes[one.scheme].label if one.scheme in rulebook.schemes else "没有对应的补贴",
        "about": "　".join(
            t for t in (form.occupation_name, level.label if level and form.level else "", form.class_name) if t
        ),
        "state": _state(one),
        "tone": TONES[one.state],
        "why": reasons_in_words(one) if one.state in ("not_due", "ready") else [],
        "form": bound.get(one.pk) or ConsentForm(auto_id=f"id_due{one.pk}_%s") if may else None,
        "action": reverse("bureau:person_due_confirm", args=[one.person_id, one.pk]) if may else "",
        "claim_url": reverse("bureau:claim", args=[one.claim_id]) if one.claim_id else "",
    }  # fmt: skip


def _state(one: Any) -> str:
    if not one.scheme:
        return "不补贴"
    return (
        BY_OTHERS.get(one.applied_by, DUE.states["ready"]) if one.state == "ready" else DUE.states[one.state]
    )
