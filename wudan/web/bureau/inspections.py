"""巡查: planned from the plan, written down on the phone where one stands, with a photo."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.accounts.queries import names_of
from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.journal import note
from wudan.kernel.periods import SHANGHAI
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.inspecting import (
    LARGEST,
    drop_inspection,
    plan_inspection,
    record_inspection,
)
from wudan.orders.delivery.queries.classes import class_of, session_of
from wudan.orders.delivery.queries.inspections import inspectors, mismatches, photo_of, visible_inspections
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.words import clock, day_words, local
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_time

LOOKING = (Role.INTAKE, Role.REVIEWER)
STATES = {"planned": "待巡查", "done": "已巡查", "dropped": "已取消"}
YES_NO = [("yes", "相符"), ("no", "不符")]


class PlanForm(f.Form):
    inspector = forms.ChoiceField(label="巡查人")
    second = forms.ChoiceField(label="同行人", help_text="巡查须由两人进行。")

    def __init__(self, *args: Any, people: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("inspector", "second"):
            one: Any = self.fields[name]
            one.choices = [("", "请选择"), *people.items()]


class RecordForm(f.Form):
    visited_at = forms.TimeField(
        label="到场时间",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
        error_messages={"invalid": "时间没有读懂。请按“09:30”的样子填写。"},
    )
    headcount = forms.IntegerField(
        label="实到人数",
        min_value=0,
        max_value=2000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="清点教室里的学员，不含教师。",
    )
    place_seen = forms.CharField(label="实际地点", max_length=100)
    place = forms.ChoiceField(label="地点与计划", choices=YES_NO, widget=forms.RadioSelect)
    teacher = forms.ChoiceField(label="授课教师与计划", choices=YES_NO, widget=forms.RadioSelect)
    photo = forms.FileField(
        label="现场照片",
        help_text="拍到教室全貌。照片加密保存，只有本区工作人员能看。JPG或PNG，不超过8兆字节。",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png", "capture": "environment"}),
    )
    remark = forms.CharField(
        label="巡查情况",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="有不符的，写明情况；超过期限登记的，写明原因。",
    )


@require_GET
@for_roles(*LOOKING)
def inspection_list(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Visits of the district, those to be made first."""
    desk = Desk(actor)

    def tone(found: Any) -> Tone:
        if found.state == "done":
            return "wrong" if mismatches(found) else "done"
        return "wait" if found.state == "planned" else "off"

    def words(found: Any) -> str:
        if found.state != "done":
            return STATES[found.state]
        return "不符" if mismatches(found) else "相符"

    spec: ListPage[Any] = ListPage(
        title="巡查",
        unit="次",
        empty_title="还没有布置巡查",
        empty_text="在班级页面选一次课，布置两名工作人员到场清点。",
        filters=[Filter("state", "状态", list(STATES.items()))],
        columns=[
            Column(
                "班级",
                lambda i: i.training_class.name,
                "strong",
                href=lambda i: reverse("bureau:inspection", args=[i.pk]),
                note=lambda i: i.training_class.provider.name,
                width=40,
            ),
            Column(
                "课次",
                lambda i: (
                    f"{day_words(i.session.day)} {clock(i.session.during.lower, i.session.during.upper)}"
                ),
            ),
            Column("结果", words, "badge", tone=tone),
            Column("实到", lambda i: i.headcount, "number"),
            Column("签到", lambda i: i.signed_count, "number"),
            Column("登记", lambda i: i.recorded_at, "time"),
        ],
    )

    def fetch(query: Query) -> Any:
        return visible_inspections(actor, state=query.get("state")).order_by(
            "-state", "session__during", "-pk"
        )

    context = {"crumbs": [Crumb("开班", reverse("bureau:openings")), Crumb("巡查")]}
    return spec.respond(request, fetch, "bureau/inspections.html", context, district=desk.name)


@require_http_methods(["GET", "POST"])
@for_roles(*LOOKING)
def plan(request: HttpRequest, actor: Actor, class_id: int, session_id: int) -> HttpResponse:
    """布置巡查 of one sitting."""
    held = class_of(actor, class_id)
    found = session_of(held, session_id) if held else None
    if held is None or found is None:
        raise Http404
    desk = Desk(actor)
    form = PlanForm(
        request.POST or None, people=inspectors(desk.code, desk.at), initial={"inspector": actor.user_id}
    )
    if form.is_valid():
        try:
            made = plan_inspection(
                session_id=session_id,
                inspector=int(form.cleaned_data["inspector"]),
                second=int(form.cleaned_data["second"]),
                actor=actor,
                at=desk.at,
            )
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "已布置巡查。培训机构在登记结果之前看不到。")
            return redirect("bureau:inspection", made.pk)
    context = {
        "title": "布置巡查",
        "subtitle": held.name,
        "crumbs": [Crumb("巡查", reverse("bureau:inspections")), Crumb("布置")],
        "facts": _session_facts(held, found),
        "form": form,
        "back": reverse("bureau:class", args=[class_id]),
    }
    return page(request, "bureau/inspection_plan.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_roles(*LOOKING, Role.SUPERVISOR, Role.TOWN)
def inspection(request: HttpRequest, actor: Actor, inspection_id: int) -> HttpResponse:
    """One visit: to be written down by the two who went, or as it was found."""
    found = visible_inspections(actor).filter(pk=inspection_id).first()
    if found is None:
        raise Http404
    desk = Desk(actor)
    planned_at = found.session.venue.name if found.session.venue else ""
    form = RecordForm(
        request.POST or None,
        request.FILES or None,
        initial={"visited_at": local(desk.at).time(), "place_seen": planned_at},
    )
    if request.method == "POST" and form.is_valid() and _record(form, found, desk):
        messages.success(request, "巡查结果已登记。")
        return redirect("bureau:inspection", inspection_id)
    names = names_of([found.inspector, found.second, found.planned_by])
    wrong = mismatches(found) if found.state == "done" else []
    context = {
        "title": "巡查",
        "subtitle": found.training_class.name,
        "crumbs": [Crumb("巡查", reverse("bureau:inspections")), Crumb(found.training_class.name)],
        "found": found,
        "facts": [
            *_session_facts(found.training_class, found.session),
            Fact("巡查人", f"{names.get(found.inspector, '')}、{names.get(found.second, '')}"),
            *(_result(found) if found.state == "done" else ()),
        ],
        "wrong": wrong,
        "form": form,
        "may_record": found.state == "planned" and actor.user_id in (found.inspector, found.second),
        "may_drop": found.state == "planned" and actor.role in (Role.REVIEWER, Role.SUPERVISOR),
        "has_photo": found.photo_sealed is not None,
    }
    return page(request, "bureau/inspection.html", context, status=422 if form.errors else 200)


def _record(form: RecordForm, found: Any, desk: Desk) -> bool:
    said = form.cleaned_data
    upload = said["photo"]
    try:
        record_inspection(
            inspection_id=found.pk,
            visited_at=datetime.combine(found.session.day, said["visited_at"], tzinfo=SHANGHAI),
            headcount=said["headcount"],
            place_seen=said["place_seen"],
            place_matches=said["place"] == "yes",
            teacher_matches=said["teacher"] == "yes",
            remark=said["remark"],
            photo=upload.read(LARGEST + 1),
            actor=desk.actor,
            at=desk.at,
        )
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        form.add_refused(refused)
        return False
    return True


@require_POST
@for_roles(Role.REVIEWER, Role.SUPERVISOR)
def drop(request: HttpRequest, actor: Actor, inspection_id: int) -> HttpResponse:
    if not visible_inspections(actor).filter(pk=inspection_id).exists():
        raise Http404
    drop_inspection(
        inspection_id=inspection_id, reason=request.POST.get("reason", ""), actor=actor, at=Desk(actor).at
    )
    messages.success(request, "巡查已取消。")
    return redirect("bureau:inspection", inspection_id)


@require_POST
@for_roles(*LOOKING, Role.SUPERVISOR)
def photo(_request: HttpRequest, actor: Actor, inspection_id: int) -> HttpResponse:
    """The photo of a visit; who looked is journalled."""
    if not visible_inspections(actor).filter(pk=inspection_id).exists():
        raise Http404
    content = photo_of(inspection_id)
    if content is None:
        raise Http404
    note(
        actor=actor,
        at=Desk(actor).at,
        verb="download",
        subject_kind="inspection-photo",
        subject_id=inspection_id,
    )
    kind = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'inline; filename="inspection-{inspection_id}"'
    response["Cache-Control"] = "no-store"
    return response


def _session_facts(held: Any, session: Any) -> list[Fact]:
    return [
        Fact("班级", held.name, held.number),
        Fact("培训机构", held.provider.name),
        Fact("课次", f"{day_words(session.day)} {clock(session.during.lower, session.during.upper)}"),
        Fact(
            "计划地点",
            session.venue.name if session.venue else "线上",
            session.venue.address if session.venue else "",
        ),
        Fact("计划教师", session.teacher.person.name if session.teacher else "未安排"),
        Fact("教学内容", session.content),
    ]


def _result(found: Any) -> list[Fact]:
    same = found.headcount == found.signed_count
    tones: dict[bool, Tone] = {True: "plain", False: "wrong"}
    return [
        Fact("到场时间", cn_time(found.visited_at), f"{cn_time(found.recorded_at)}登记"),
        Fact("实到人数", f"{found.headcount}人", f"当时已签到{found.signed_count}人", tone=tones[same]),
        Fact("实际地点", found.place_seen, tone=tones[bool(found.place_matches)]),
        Fact(
            "授课教师",
            "与计划相符" if found.teacher_matches else "与计划不符",
            tone=tones[bool(found.teacher_matches)],
        ),
        Fact("巡查情况", found.remark or "没有填写"),
    ]
