"""师资 of the own provider: filed, corrected, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import ONE_DAY, legal_day
from wudan.orders.catalogue.queries.registrations import due
from wudan.organisations import queries
from wudan.organisations.actions import teaching
from wudan.people.rows import PersonRow
from wudan.web.shared import forms as f
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.cases import Offer, decide, reason_form
from wudan.web.shared.capacity.forms import TeacherForm
from wudan.web.shared.capacity.hub import crumbs
from wudan.web.shared.parts import NavItem
from wudan.web.shared.render import page

NOTE = "提交后由区人社局审核；审核通过的教师列入师资库。"


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """提交教师."""
    at = now()
    form = TeacherForm(request.POST or None)
    context = frame(actor, desk, title="提交教师", crumbs=crumbs(desk, "提交教师"))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = teaching.file_teacher(
                organisation_id=actor.organisation_id,
                person=PersonRow("identity", data["number"], data["name"]),
                form=form.values(),
                due_on=_due(context, at),
                actor=actor,
                at=at,
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"已提交{data['name']}的师资信息，区人社局审核后列入师资库。")
            return redirect(desk.url("teacher", made.pk))
    context |= {
        "form": form,
        "submit": "提交",
        "note": NOTE,
        "cancel_url": desk.url("capacity"),
        "returned": "",
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def teacher(request: HttpRequest, actor: Actor, teacher_id: int, *, desk: Desk) -> HttpResponse:
    """One teacher of one's own."""
    return _show(request, actor, desk, teacher_id)


def correct(request: HttpRequest, actor: Actor, teacher_id: int, *, desk: Desk) -> HttpResponse:
    """补正后重新提交."""
    at = now()
    found = _one(actor, teacher_id)
    if found.state != "returned":
        return redirect(desk.url("teacher", found.pk))
    taught = list(found.subjects.all())
    initial = {
        "title": found.title,
        "qualification": found.qualification,
        "occupations": [s.occupation for s in taught],
        "kind": taught[0].kind if taught else "both",
        "full_time": "1" if found.full_time else "0",
        "valid_from": found.valid.lower,
        "valid_until": found.valid.upper and found.valid.upper - ONE_DAY,
        "publish_name": found.publish_name,
    }
    form = TeacherForm(request.POST or None, again=True, initial=initial)
    context = frame(
        actor, desk, title=f"补正：{found.person.name}", crumbs=crumbs(desk, found.person.name, "补正")
    )
    if request.method == "POST" and form.is_valid():
        try:
            teaching.refile_teacher(
                teacher_id=found.pk, form=form.values(), due_on=_due(context, at), actor=actor, at=at
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "已补正并重新提交。")
            return redirect(desk.url("teacher", found.pk))
    context |= {
        "form": form,
        "submit": "重新提交",
        "note": NOTE,
        "cancel_url": desk.url("teacher", found.pk),
        "returned": found.reason,
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def act(request: HttpRequest, actor: Actor, teacher_id: int, verb: str, *, desk: Desk) -> HttpResponse:
    """移出师资库, with a reason."""
    _one(actor, teacher_id)

    def done() -> HttpResponse:
        messages.success(request, "已移出师资库。")
        return redirect(desk.url("capacity"))

    def again(bound: dict[str, f.Form], status: int) -> HttpResponse:
        if status == 404:
            raise Http404
        return _show(request, actor, desk, teacher_id, bound, status)

    return decide(
        request,
        verb,
        {"remove": teaching.remove_teacher},
        {"teacher_id": teacher_id, "actor": actor},
        reasons=("remove",),
        again=again,
        done=done,
        at=now(),
    )


def _show(
    request: HttpRequest,
    actor: Actor,
    desk: Desk,
    teacher_id: int,
    bound: dict[str, f.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _one(actor, teacher_id)
    case = showing.of_teacher(found, legal_day(now()), official=False)
    if found.state == "returned":
        case.links = [NavItem("补正后重新提交", desk.url("teacher_correct", found.pk), "edit")]
    if found.state != "removed":
        url = desk.url("teacher_act", found.pk, "remove")
        form = reason_form("remove", bound or {})
        effect = "移出后不能再排课；已经排好的课请另行更换教师。"
        case.offers = [Offer("remove", "移出师资库", effect, url, "danger", form, asked=bool(bound))]
    context = frame(actor, desk, title=found.person.name, crumbs=crumbs(desk, found.person.name))
    return page(request, "shared/capacity/case.html", context | {"case": case}, status=status)


def _one(actor: Actor, teacher_id: int) -> Any:
    found = queries.teacher(actor, teacher_id)
    if found is None:
        raise Http404
    return found


def _due(context: dict[str, Any], at: Any) -> Any:
    return due(context["organisation"].district_id, "teacher_review_working_days", legal_day(at))
