"""开班: applications with their clocks, one class on one screen with every check in words, and the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.amending import approve_amendment, refuse_amendment
from wudan.orders.delivery.actions.opening import approve_opening, refuse_opening, send_back_opening
from wudan.orders.delivery.actions.running import cancel_class, void_class
from wudan.orders.delivery.queries.checks import checks_of
from wudan.orders.delivery.queries.classes import class_of, openings, visible_amendments
from wudan.orders.delivery.queries.limits import tacit
from wudan.orders.delivery.states import CLASS
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.listing import class_list
from wudan.web.shared.classes.member import member_page
from wudan.web.shared.classes.showing import change_of, class_context, training_words
from wudan.web.shared.classes.timetable import timetable
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

LOOKING = (Role.INTAKE, Role.REVIEWER)
TEACHING = ("approved", "running")
ACTS: dict[str, tuple[Any, str]] = {
    "approve": (approve_opening, "已同意开班，备案号已生成，学员的出勤名单已建立。"),
    "send_back": (send_back_opening, "已退回补正。"),
    "refuse": (refuse_opening, "已答复不同意开班，教师和场地已释放。"),
    "cancel": (cancel_class, "班级已取消，学员名额、次数和预留资金已释放。"),
    "void": (void_class, "班级已作废。"),
}


class CommentForm(f.Form):
    """What is said with a yes; may stay empty."""

    answer = forms.CharField(
        label="答复意见", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class AnswerForm(f.Form):
    """Why not."""

    answer = forms.CharField(
        label="不同意的原因", min_length=2, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


@require_GET
@for_roles(*LOOKING)
def opening_list(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What waits for an answer on top with its clock; then every class of the district."""
    desk = Desk(actor)
    changes = list(visible_amendments(actor, state="asked")[:50])
    waiting = list(openings(actor)[:50])
    more = {
        "waiting": [{"held": c, "training": training_words(c), "left": desk.left(c.due_on)} for c in waiting],
        "changes": [{"change": a, "left": desk.left(a.due_on)} for a in changes],
        "tacit": tacit(desk.code, desk.today),
    }
    return class_list(
        request,
        actor,
        "bureau/openings.html",
        lambda c: reverse("bureau:class", args=[c.pk]),
        title="开班",
        more=more,
    )


@require_GET
@for_roles(*LOOKING)
def calendar(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The district's classes by week or month: where to go unannounced."""
    desk = Desk(actor)
    found = timetable(request, actor, desk.at, lambda s: reverse("bureau:class", args=[s.training_class_id]))
    context = {
        "title": "开班日历",
        "crumbs": [Crumb("开班", reverse("bureau:openings")), Crumb("日历")],
        **found,
    }
    return page(request, "bureau/class_calendar.html", context)


@require_GET
@for_roles(*LOOKING)
def one_class(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """One class: facts, every check with pass or fail, plan, roster, changes, history, and the answer."""
    held = _one(actor, class_id)
    desk = Desk(actor)
    context = class_context(held, actor, desk.at, name=str, area="bureau")
    checked = held.state == "applied"
    on = legal_day(held.state_since) if checked else desk.today
    checks = checks_of(held, context["seated_now"], on) if checked else []
    context |= {
        "title": held.name,
        "crumbs": [Crumb("开班", reverse("bureau:openings")), Crumb(held.name)],
        "edit": "",
        "amend": "",
        "plan_empty": "培训机构还没有编排课次。",
        "member_url": "bureau:member" if held.state in TEACHING else "",
        "decide": "bureau:amendment",
        "withdraw": "",
        "checks": checks,
        "failing": sum(not c.ok for c in checks),
        "may": {m.verb for m in CLASS.allowed(held.state, actor.role)},
        "tacit": tacit(desk.code, desk.today),
        "may_inspect": held.state in TEACHING,
        "teaching": held.state in TEACHING,
    }
    return page(request, "bureau/class.html", context)


@require_POST
@for_roles(*LOOKING)
def act(request: HttpRequest, actor: Actor, class_id: int, verb: str) -> HttpResponse:
    """同意、退回、不同意、取消、作废."""
    _one(actor, class_id)
    if verb not in ACTS:
        raise Http404
    action, done = ACTS[verb]
    said = request.POST.get("reason", "")
    given = {"comment": said} if verb == "approve" else {"reason": said}
    action(class_id=class_id, actor=actor, at=Desk(actor).at, **given)
    messages.success(request, done)
    return redirect("bureau:class", class_id)


@require_http_methods(["GET", "POST"])
@for_roles(*LOOKING)
def member(request: HttpRequest, actor: Actor, class_id: int, member_id: int) -> HttpResponse:
    """学员变动 by an official: where a learner comes to the bureau, or has to go to another provider's class."""
    held = _one(actor, class_id)
    if held.state not in TEACHING:
        raise Http404
    return member_page(request, actor, held, member_id, area="bureau", name=str)


@require_http_methods(["GET", "POST"])
@for_roles(*LOOKING)
def amendment(request: HttpRequest, actor: Actor, amendment_id: int) -> HttpResponse:
    """开班变更: what was, what is to be, why; agreed or not."""
    found = visible_amendments(actor).filter(pk=amendment_id).first()
    if found is None:
        raise Http404
    desk, status = Desk(actor), 200
    yes, no = CommentForm(auto_id="id_yes_%s"), AnswerForm(auto_id="id_no_%s")
    if request.method == "POST":
        verb = request.POST.get("verb", "")
        if verb == "approve":
            yes = CommentForm(request.POST, auto_id="id_yes_%s")
            done = yes.is_valid() and _decide(yes, approve_amendment, amendment_id, desk)
        else:
            no = AnswerForm(request.POST, auto_id="id_no_%s")
            done = no.is_valid() and _decide(no, refuse_amendment, amendment_id, desk)
        if done:
            messages.success(
                request, "已同意变更，课表和出勤名单已更新。" if verb == "approve" else "已答复不同意变更。"
            )
            return redirect("bureau:class", found.training_class_id)
        status = 422
    held = found.training_class
    context = {
        "title": f"开班变更：{found.get_kind_display()}",
        "subtitle": held.name,
        "crumbs": [
            Crumb("开班", reverse("bureau:openings")),
            Crumb(held.name, reverse("bureau:class", args=[held.pk])),
            Crumb("变更"),
        ],
        "held": held,
        "change": change_of(found),
        "left": desk.left(found.due_on) if found.state == "asked" else None,
        "yes": yes,
        "no": no,
        "waits": found.state == "asked",
    }
    return page(request, "bureau/amendment.html", context, status=status)


def _decide(form: Any, action: Any, amendment_id: int, desk: Desk) -> bool:
    try:
        action(amendment_id=amendment_id, answer=form.cleaned_data["answer"], actor=desk.actor, at=desk.at)
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        form.add_refused(refused)
        return False
    return True


def _one(actor: Actor, class_id: int) -> Any:
    held = class_of(actor, class_id)
    if held is None:
        raise Http404
    return held
