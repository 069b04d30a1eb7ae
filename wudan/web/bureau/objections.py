"""异议: what somebody says against one line, the number to ask back, and the answer."""

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
from wudan.orders.subsidy.actions.objecting import dismiss, objector_phone, uphold
from wudan.orders.subsidy.queries.notices import visible_objections
from wudan.web.bureau.desk import Desk, chain, claim_url
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

VERBS: dict[str, tuple[Any, str, str]] = {
    "dismiss": (
        dismiss,
        "异议不成立，恢复",
        "这一笔恢复公示；公示已经期满的，直接转待核定。请把核实结果告知异议人。",
    ),
    "uphold": (
        uphold,
        "异议成立，不予通过",
        "这件申请不予通过并办结，对同一笔的其他异议一并答复。请把核实结果告知异议人。",
    ),
}


class AnswerForm(f.Form):
    answer = forms.CharField(
        label="核实结果",
        min_length=4,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明向谁核实、看了什么材料、结论是什么。写入办理记录，不能删改。",
        error_messages={"min_length": "请至少写4个字，说明核实的情况。"},
    )


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER)
def objection(request: HttpRequest, actor: Actor, objection_id: int) -> HttpResponse:
    """One objection with the line and the claim it is about."""
    return _show(request, Desk(actor), objection_id)


@require_POST
@for_roles(Role.REVIEWER)
def answer(request: HttpRequest, actor: Actor, objection_id: int, verb: str) -> HttpResponse:
    """Uphold or dismiss."""
    desk = Desk(actor)
    _one(actor, objection_id)
    if verb not in VERBS:
        raise Http404
    form = AnswerForm(request.POST, auto_id=f"id_{verb}_%s")
    if form.is_valid():
        action, label, effect = VERBS[verb]
        try:
            action(objection_id=objection_id, answer=form.cleaned_data["answer"], actor=actor, at=desk.at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            found = _one(actor, objection_id)
            if found.state != "open":  # pressed twice, or a colleague was quicker: what became of it is shown
                messages.info(request, f"这条异议已经答复过：{found.get_state_display()}。没有重复办理。")
                return redirect("bureau:objection", objection_id)
            form.add_refused(refused)
        else:
            messages.success(request, f"已答复：{label}。{effect}")
            return redirect("bureau:objection", objection_id)
    return _show(request, desk, objection_id, bound={verb: form}, status=422)


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER)
def phone(request: HttpRequest, actor: Actor, objection_id: int) -> HttpResponse:
    """The caller's number in full, for a reason that the journal keeps."""
    desk = Desk(actor)
    _one(actor, objection_id)
    shown = objector_phone(
        objection_id=objection_id, reason=request.POST.get("reason", ""), actor=actor, at=desk.at
    )
    response = _show(request, desk, objection_id, full=shown)
    response["Cache-Control"] = "no-store"
    return response


def _one(actor: Actor, objection_id: int) -> Any:
    found = visible_objections(actor).filter(pk=objection_id).first()
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    desk: Desk,
    objection_id: int,
    *,
    bound: dict[str, AnswerForm] | None = None,
    full: str = "",
    status: int = 200,
) -> HttpResponse:
    found = _one(desk.actor, objection_id)
    line, claim = found.line, found.line.claim
    may = found.state == "open" and desk.actor.role is Role.REVIEWER
    offers = [
        {
            "verb": verb,
            "label": label,
            "effect": effect,
            "url": reverse("bureau:objection_answer", args=[found.pk, verb]),
            "form": (bound or {}).get(verb) or AnswerForm(auto_id=f"id_{verb}_%s"),
        }
        for verb, (_, label, effect) in VERBS.items()
    ]
    context = {
        "title": f"对“{line.name_masked}”的异议",
        "crumbs": [
            Crumb("公示", reverse("bureau:notices")),
            Crumb(line.notice.title, reverse("bureau:notice", args=[line.notice_id])),
            Crumb("异议"),
        ],
        "objection": found,
        "line": line,
        "claim_url": claim_url(claim),
        "claim_number": claim.number,
        "left": desk.left(found.due_on) if found.state == "open" else None,
        **chain(claim, desk),
        "offers": offers if may else [],
        "waits_for_reviewer": found.state == "open" and not may,
        "full": full,
        "reveal_url": reverse("bureau:objection_phone", args=[found.pk]),
    }
    return page(request, "bureau/objection.html", context, status=status)
