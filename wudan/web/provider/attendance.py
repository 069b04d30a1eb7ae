"""全班出勤: the provider's own sheet, the day's process sheet to print, and make-up sessions for those who missed one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import SHANGHAI, in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.cardlog import load_card_log
from wudan.orders.delivery.actions.making_up import plan_make_up
from wudan.orders.delivery.queries.attendance import missed_by, visible_attendance_classes
from wudan.organisations.queries import listed_teachers, venues_of
from wudan.people.lists import MAX_BYTES, FaultyFile
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.attendance import day_context, sheet_context
from wudan.web.shared.parts import Crumb, Fault
from wudan.web.shared.render import page

FAULTS_SHOWN = 100
CLOCK = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class MakeUpForm(f.Form):
    """When, where and by whom a missed session is made up."""

    day = f.DateField(label="补课日期")
    begins = forms.TimeField(label="开始时间", widget=CLOCK)
    ends = forms.TimeField(label="结束时间", widget=CLOCK)
    venue = forms.ChoiceField(label="场地")
    teacher = forms.ChoiceField(label="教师")
    reason = forms.CharField(
        label="说明", min_length=2, max_length=100, help_text="例如：因病请假，机构安排补课。"
    )

    def offer(self, venues: list[tuple[str, str]], teachers: list[tuple[str, str]]) -> None:
        """What may be chosen."""
        for name, found in (("venue", venues), ("teacher", teachers)):
            self.fields[name].choices = [("", "请选择"), *found]  # type: ignore[attr-defined]


@require_GET
@for_roles(Role.PROVIDER)
def attendance(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """Every learner by every session."""
    context = sheet_context(class_id, actor, masked=False)
    if context is None:
        raise Http404
    held = context["held"]
    context |= {
        "title": f"{held.name}出勤",
        "subtitle": f"{in_words(held.started_on)}至{in_words(held.ended_on)}",
        "crumbs": [Crumb("今日课堂", reverse("provider:today")), Crumb("全班出勤")],
        "mark_url": "",
        "day_url": "provider:attendance_day",
        "can_make_up": held.state == "running",
    }
    return page(request, "provider/attendance.html", context)


@require_GET
@for_roles(Role.PROVIDER)
def attendance_day(request: HttpRequest, actor: Actor, class_id: int, day: str) -> HttpResponse:
    """培训过程检查表 of a day, to print and sign."""
    context = day_context(
        class_id, actor, _day(day), back_url=reverse("provider:attendance", args=[class_id])
    )
    if context is None:
        raise Http404
    return page(request, "shared/attendance/day.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def make_up(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """安排补课: tick who missed the same session, say when and where."""
    held = visible_attendance_classes(actor).filter(pk=class_id).first()
    if held is None:
        raise Http404
    at = now()
    form = MakeUpForm(request.POST or None)
    rooms = [(str(v.pk), v.name) for v in venues_of(actor.organisation_id or 0)]
    people = listed_teachers(held.district_id, organisation_id=actor.organisation_id, on=legal_day(at))
    form.offer(rooms, [(str(t.pk), t.person.name) for t in people])
    ticked = [int(m) for m in request.POST.getlist("missed") if m.isascii() and m.isdigit() and len(m) < 18]
    if request.method == "POST" and form.is_valid():
        try:
            _plan(form.cleaned_data, class_id, ticked, actor, at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request, "补课已安排，学员在手机上能看到。补课当天同样扫码签到，签到后缺勤改记为“已补课”。"
            )
            return redirect("provider:attendance", class_id)
    context = {
        "title": "安排补课",
        "held": held,
        "form": form,
        "ticked": ticked,
        "missed": list(missed_by(class_id)),
        "crumbs": [Crumb("全班出勤", reverse("provider:attendance", args=[class_id])), Crumb("安排补课")],
    }
    return page(request, "provider/make_up.html", context, status=422 if form.errors else 200)


class CardLogForm(f.Form):
    """The file a card reader kept by itself."""

    file = forms.FileField(label="刷卡机记录", help_text="xlsx 或 csv，须有“身份证号码”和“刷卡时间”两列。")


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def card_log(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """导入刷卡机记录 from when the network was away: all rows or none, every faulty one beside its remedy."""
    held = visible_attendance_classes(actor).filter(pk=class_id).first()
    if held is None:
        raise Http404
    form = CardLogForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        try:
            done = load_card_log(
                class_id=class_id,
                content=form.cleaned_data["file"].read(MAX_BYTES + 1),
                actor=actor,
                at=now(),
            )
        except FaultyFile as faulty:
            faults = [Fault(x.row, x.column, x.shown, x.problem, x.remedy) for x in faulty.faults]
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, f"已记{done}人次签到，签到方式为“刷证签到”。")
            return redirect("provider:attendance", class_id)
    back = reverse("provider:attendance", args=[class_id])
    context = {
        "title": "导入刷卡机记录",
        "form": form,
        "faults": faults[:FAULTS_SHOWN],
        "total": len(faults),
        "back": back,
        "crumbs": [Crumb("全班出勤", back), Crumb("导入刷卡机记录")],
    }
    return page(request, "provider/card_log.html", context, status=422 if form.errors or faults else 200)


def _plan(data: dict[str, Any], class_id: int, ticked: list[int], actor: Actor, at: datetime) -> None:
    begins, ends = (datetime.combine(data["day"], data[name], SHANGHAI) for name in ("begins", "ends"))
    plan_make_up(
        class_id=class_id, attendance_ids=ticked, during=(begins, ends), venue_id=int(data["venue"]),
        teacher_id=int(data["teacher"]), reason=data["reason"], actor=actor, at=at,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
