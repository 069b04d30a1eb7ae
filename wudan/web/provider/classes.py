"""班级: the list, the calendar, one class with its plan and learners, and the buttons of its provider."""

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
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.opening import apply_opening, withdraw_opening
from wudan.orders.delivery.actions.planning import describe_class, open_class
from wudan.orders.delivery.actions.running import cancel_class, finish_class, start_class
from wudan.orders.delivery.queries.checks import checks_of
from wudan.orders.delivery.queries.classes import class_of
from wudan.orders.delivery.queries.plans import teachers_for
from wudan.orders.delivery.states import CLASS
from wudan.orders.enrolment.queries.places import seated
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.listing import class_list
from wudan.web.shared.classes.showing import class_context
from wudan.web.shared.classes.timetable import timetable
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

EDITABLE = ("planning", "returned")
TEACHING = ("approved", "running")
ACTS: dict[str, tuple[Any, str]] = {
    "apply": (apply_opening, "开班申请已提交。答复前可以撤回；答复结果在这一页和首页显示。"),
    "withdraw": (withdraw_opening, "已撤回申请，可以继续修改教学计划。"),
    "start": (start_class, "已开班。请在“今日课堂”打开签到。"),
    "finish": (finish_class, "教学已结束。接下来请安排考核。"),
    "cancel": (cancel_class, "班级已取消。"),
}


class DescribeForm(f.Form):
    name = forms.CharField(
        label="班级名称", max_length=80, help_text="年份、机构简称、职业、等级、期次、证书类别。"
    )
    head_teacher = forms.ChoiceField(label="班主任", required=False)
    assessment_plan = forms.CharField(
        label="考核方案",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="写明考核方式、时间、地点和合格标准。申请开班前必须填写。",
    )


@require_GET
@for_roles(Role.PROVIDER)
def classes(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every class of the provider, those being planned and taught first."""
    return class_list(
        request, actor, "provider/classes.html", lambda c: reverse("provider:class", args=[c.pk])
    )


@require_GET
@for_roles(Role.PROVIDER)
def calendar(request: HttpRequest, actor: Actor) -> HttpResponse:
    """班级日历 by week or month."""
    found = timetable(request, actor, now(), lambda s: reverse("provider:class", args=[s.training_class_id]))
    context = {
        "title": "班级日历",
        "crumbs": [Crumb("班级", reverse("provider:classes")), Crumb("日历")],
        **found,
    }
    return page(request, "provider/calendar.html", context)


@require_POST
@for_roles(Role.PROVIDER)
def new(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """建班 of an accepted offer."""
    held = open_class(offer_id=offer_id, actor=actor, at=now())
    messages.success(request, "班级已建立。请编排课次，填写班主任和考核方案，再申请开班。")
    return redirect("provider:class", held.pk)


@require_GET
@for_roles(Role.PROVIDER)
def one_class(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    held = own_class(actor, class_id)
    at = now()
    context = class_context(held, actor, at)
    editable = held.state in EDITABLE
    waiting = list(seated(held.offer_id)) if editable else []
    checks = checks_of(held, len(waiting), legal_day(at)) if editable else []
    context |= {
        "title": held.name,
        "crumbs": [Crumb("班级", reverse("provider:classes")), Crumb(held.name)],
        "editable": editable,
        "teaching": held.state in TEACHING,
        "edit": "provider:session" if editable else "",
        "amend": "provider:amend" if held.state in TEACHING else "",
        "plan_empty": "请逐次增加课次，或导入教学计划文件。",
        "member_url": "provider:member" if held.state in TEACHING else "",
        "decide": "",
        "withdraw": "provider:amend_withdraw",
        "checks": checks,
        "failing": sum(not c.ok for c in checks),
        "seated": len(waiting),
        "may": {m.verb for m in CLASS.allowed(held.state, Role.PROVIDER)},
        "begins_today": legal_day(at) >= held.started_on,
    }
    return page(request, "provider/class.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def describe(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """班级名称、班主任、考核方案."""
    held = own_class(actor, class_id)
    first = {
        "name": held.name,
        "head_teacher": held.head_teacher_id,
        "assessment_plan": held.assessment_plan,
    }
    form = DescribeForm(request.POST or None, initial=first)
    named: Any = form.fields["head_teacher"]
    named.choices = [("", "请选择"), *((t.pk, t.person.name) for t in teachers_for(held.provider_id))]
    if form.is_valid():
        said = form.cleaned_data
        try:
            describe_class(
                class_id=class_id,
                name=said["name"],
                head_teacher_id=int(said["head_teacher"]) if said["head_teacher"] else None,
                assessment_plan=said["assessment_plan"],
                actor=actor,
                at=now(),
            )
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "已保存。")
            return redirect("provider:class", class_id)
    return class_form(request, held, form, "班级信息", "保存")


@require_POST
@for_roles(Role.PROVIDER)
def act(request: HttpRequest, actor: Actor, class_id: int, verb: str) -> HttpResponse:
    """申请开班、撤回、开班、教学结束、取消."""
    own_class(actor, class_id)
    if verb not in ACTS:
        raise Http404
    action, done = ACTS[verb]
    given = {"reason": request.POST.get("reason", "")} if verb == "cancel" else {}
    action(class_id=class_id, actor=actor, at=now(), **given)
    messages.success(request, done)
    return redirect("provider:class", class_id)


def own_class(actor: Actor, class_id: int) -> Any:
    held = class_of(actor, class_id)
    if held is None:
        raise Http404
    return held


def class_form(
    request: HttpRequest, held: Any, form: Any, title: str, submit: str, *, note: str = "", **more: Any
) -> HttpResponse:
    """A form about a class, and the way back to it."""
    back = reverse("provider:class", args=[held.pk])
    context = {
        "title": title,
        "subtitle": held.name,
        "crumbs": [Crumb("班级", reverse("provider:classes")), Crumb(held.name, back), Crumb(title)],
        "held": held,
        "form": form,
        "submit": submit,
        "back": back,
        "note": note,
        "drop_url": "",
        **more,
    }
    return page(request, "provider/class_form.html", context, status=422 if form.errors else 200)
