"""The laboratory's first page: drafts at work, and what became law; beginning a draft."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.policy.drafts.actions import copy_rulebook
from wudan.policy.drafts.queries import visible_drafts
from wudan.policy.queries import enactments_of, rulebook_for
from wudan.policy.states import DRAFT
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.showing import TONES, at
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.render import page

MOST = 50


class TitleForm(f.Form):
    title = forms.CharField(
        label="草案名称", min_length=2, max_length=60, help_text="写打算改什么，例如“提高初级工标准”。"
    )


@require_GET
@for_roles(Role.POLICY)
def laboratory(request: HttpRequest, actor: Actor) -> HttpResponse:
    return _show(request, Desk(actor), TitleForm(), 200)


@require_POST
@for_roles(Role.POLICY)
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """起草: the newest rulebook copied."""
    desk = Desk(actor)
    form = TitleForm(request.POST)
    if form.is_valid():
        try:
            made = copy_rulebook(
                district_id=desk.code, title=form.cleaned_data["title"], actor=actor, at=desk.at
            )
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "已抄好现行政策。修改只在草案里，批准发布以前不影响任何申请。")
            return redirect(at("draft", made.pk))
    return _show(request, desk, form, 422)


def _show(request: HttpRequest, desk: Desk, form: TitleForm, status: int) -> HttpResponse:
    enacted = list(enactments_of(desk.code))
    ahead = [one for one in enacted if one.valid_from > desk.today]
    drafts = list(visible_drafts(desk.actor)[: MOST + 1])
    context = {
        "title": "政策实验室",
        "subtitle": "在草案里修改政策，用本区的申请试算，两个人同意后发布。",
        "form": form,
        "drafts": [_line(one) for one in drafts[:MOST]],
        "mine": [
            one for one in drafts if one.state == "proposed" and desk.actor.user_id not in one.drafted_by
        ],
        "more": len(drafts) > MOST,
        "most": MOST,
        "enacted": enacted,
        "ahead": ahead,
        "today": desk.today,
        "law": rulebook_for(desk.code),
    }
    return page(request, "bureau/laboratory/home.html", context, status=status)


def _line(draft: Any) -> dict[str, Any]:
    notes = {
        "proposed": f"{draft.number} · {draft.document}",
        "approved": f"{draft.number} · {draft.document}",
        "dropped": draft.reason,
    }
    note = notes.get(draft.state, "")
    if draft.state == "drafting":
        note = (
            f"{len(draft.problems)}处问题"
            if draft.problems
            else f"{draft.red_cases}个案例不符"
            if draft.red_cases
            else ""
        )
    return {"one": draft, "state": DRAFT.states[draft.state], "tone": TONES[draft.state], "note": note}
