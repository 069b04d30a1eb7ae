"""One draft on one screen: what it changes, whether it holds, its trials, and what is to be done next."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.laboratory.queries import choosable_years, runs_of
from wudan.laboratory.states import RUN
from wudan.policy.drafts import actions, releasing
from wudan.policy.drafts.comparing import differences
from wudan.policy.drafts.queries import check_draft, enactment_of, files_of
from wudan.policy.queries import rulebook_of
from wudan.policy.states import DRAFT
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.showing import FILES, RUN_TONES, at, frame, one, problem_rows, steps
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import events
from wudan.web.shared.parts import Event
from wudan.web.shared.render import page

MOST_SHOWN = 40


_DONE = {
    **DRAFT.states,
    "drafting": "收回或退回修改",
    "proposed": "提请批准",
    "approved": "批准发布",
    "dropped": "放弃",
}


class ProposeForm(f.Form):
    document = forms.CharField(
        label="文号", max_length=100, help_text="发布依据，例如“台人社发〔2020〕12号”。"
    )
    valid_from = f.DateField(
        label="施行日期",
        help_text="从这一天起按新版本审核。早于今天的，已办的申请会重新核算并列出差异，不自动改动。",
    )
    number = forms.CharField(
        label="版本号", max_length=20, help_text="字母、数字、点和横线，例如“2021.1”。用过的不能再用。"
    )


@require_GET
@for_roles(Role.POLICY)
def draft(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    return show(request, actor, one(actor, draft_id), ProposeForm(), 200)


def show(request: HttpRequest, actor: Actor, found: Any, form: ProposeForm, status: int) -> HttpResponse:
    files = files_of(found.pk)
    checked = check_draft(found, files)
    base = rulebook_of(found.base)
    changes = differences(base, checked.rulebook) if checked.rulebook else []
    me = actor.user_id in found.drafted_by or actor.user_id == found.proposed_by
    context = frame(
        found,
        seen=request.POST.get("revision", ""),
        steps=steps(actor, found),
        problems=problem_rows(found, checked.problems),
        sound=checked.rulebook is not None,
        red=checked.red,
        cases=sum(not row.paid for case in checked.rulebook.cases for row in case.rows) if checked.rulebook else 0,
        changes=changes[:MOST_SHOWN],
        changes_total=len(changes),
        files=[_file(found, name) for name in sorted(files, key=_place) if not name.startswith("common/")],
        runs=[{"one": r, "state": RUN.states[r.state], "tone": RUN_TONES[r.state]} for r in runs_of(actor, found.pk)[:10]],
        years=choosable_years(actor),
        form=form,
        may_try=found.state in ("drafting", "proposed"),
        may_approve=found.state == "proposed" and not me,
        may_take_back=found.state == "proposed" and me,
        events=_events(found),
        enacted=enactment_of(found.pk) if found.state == "approved" else None,
    )  # fmt: skip
    return page(request, "bureau/laboratory/draft.html", context, status=status)


def _events(found: Any) -> list[Event]:
    first, *later = events(found, _DONE, named=True)
    return [replace(first, what="开始起草"), *later]


def _place(name: str) -> tuple[int, str]:
    """The rules in their order, then what was added, then the cases."""
    known = list(FILES)
    return (known.index(name) if name in known else len(known) + name.startswith("cases/"), name)


def _file(found: Any, name: str) -> dict[str, Any]:
    words = FILES.get(name, "补充规则")
    if name.startswith("cases/"):
        words = f"案例：{name.removeprefix('cases/').removesuffix('.csv')}"
    return {"name": name, "words": words, "href": at("file", found.pk, name)}


@require_POST
@for_roles(Role.POLICY)
def propose(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    desk, found = Desk(actor), one(actor, draft_id)
    form = ProposeForm(request.POST)
    if form.is_valid():
        try:
            releasing.propose(
                draft_id=draft_id, revision=revision(request), **form.cleaned_data, actor=actor, at=desk.at
            )
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request, "已提请批准，内容不能再改。请没有参与起草的另一位政策管理人员核对后批准。"
            )
            return redirect(at("draft", draft_id))
    return show(request, actor, found, form, 422)


@require_POST
@for_roles(Role.POLICY)
def act(request: HttpRequest, actor: Actor, draft_id: int, verb: str) -> HttpResponse:
    """The buttons that only ask for a reason, or for nothing."""
    desk = Desk(actor)
    one(actor, draft_id)
    reason = request.POST.get("reason", "")
    given: dict[str, Any] = {"draft_id": draft_id, "actor": actor, "at": desk.at}
    if verb == "approve":
        made = releasing.approve(**given, revision=revision(request))
        when = (
            "已经开始按它审核"
            if made.valid_from <= desk.today
            else f"从{made.valid_from.year}年{made.valid_from.month}月{made.valid_from.day}日起按它审核"
        )
        messages.success(request, f"版本{made.number}已发布，{when}。以前的决定仍按当时的版本。")
    elif verb == "send_back":
        releasing.send_back(**given, reason=reason)
        messages.success(request, "已退回，起草人可以继续修改。")
    elif verb == "take_back":
        releasing.take_back(**given)
        messages.success(request, "已收回，可以继续修改。")
    elif verb == "drop":
        actions.drop(**given, reason=reason)
        messages.success(request, "草案已放弃，内容和试算结果仍可查看。")
    else:
        raise Http404
    return redirect(at("draft", draft_id))


def revision(request: HttpRequest) -> int:
    """What the officer had before them when pressing the button."""
    text = request.POST.get("revision") or request.GET.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1
