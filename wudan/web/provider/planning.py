"""教学计划: one sitting at a time, many days at once, or a file with every fault beside its row."""

from __future__ import annotations

import io
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.kernel.sheets import new_book
from wudan.kernel.tables.grid import Unreadable
from wudan.orders.delivery.actions.planning import drop_session, plan_session, plan_sessions
from wudan.orders.delivery.plans import KINDS
from wudan.orders.delivery.queries.checks import as_plan
from wudan.orders.delivery.queries.classes import session_of
from wudan.orders.delivery.queries.planfile import COLUMNS, PlanFile, read_plan
from wudan.orders.delivery.queries.plans import faults_of, plan_frame, teachers_for, venues_for
from wudan.web.provider.classes import EDITABLE, class_form, own_class
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.planning import NewSessionForm, SessionForm, initial_of
from wudan.web.shared.exports import XLSX
from wudan.web.shared.parts import Crumb, Fault
from wudan.web.shared.render import page

LARGEST = 2_000_000
SHOWN = 200
EXAMPLE = ("2020-12-01", "08:30", "11:30", "理论", 4, "", "", "培训机构", "焊接安全与劳动保护", "")
FIELD_COLUMNS = {"starts": "day", "ends": "end"}


class FileForm(f.Form):
    file = forms.FileField(
        label="教学计划文件", help_text="xlsx、xls或csv，不超过2兆字节。请使用模板的表头。"
    )
    replace = forms.BooleanField(
        label="用文件替换现有的全部课次", required=False, help_text="不勾选的，文件中的课次加在现有计划之后。"
    )


def choices(held: Any) -> dict[str, Any]:
    """The teachers and rooms a sitting of this class may have."""
    return {
        "teachers": teachers_for(held.provider_id),
        "venues": venues_for(held.provider_id, held.offer.employer_id),
    }


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def new(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """增加课次: one, or the same on several days."""
    held = _editable(actor, class_id)
    form = NewSessionForm(
        request.POST or None, initial={"starts": held.started_on, "site": "school"}, **choices(held)
    )
    if form.is_valid():
        plans = form.plans()
        try:
            plan_sessions(class_id=class_id, sessions=plans, actor=actor, at=now())
        except Refused as refused:
            _beside(form, refused)
        else:
            messages.success(request, f"已增加{len(plans)}次课。")
            return redirect("provider:class", class_id)
    return class_form(request, held, form, "增加课次", "增加课次")


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def session(request: HttpRequest, actor: Actor, class_id: int, session_id: int) -> HttpResponse:
    """修改课次, or take it out."""
    held = _editable(actor, class_id)
    found = session_of(held, session_id)
    if found is None:
        raise Http404
    form = SessionForm(request.POST or None, initial=initial_of(as_plan(found)), **choices(held))
    if form.is_valid():
        try:
            plan_session(class_id=class_id, plan=form.plan(), session_id=session_id, actor=actor, at=now())
        except Refused as refused:
            _beside(form, refused)
        else:
            messages.success(request, "课次已修改。")
            return redirect("provider:class", class_id)
    drop = reverse("provider:session_drop", args=[class_id, session_id])
    return class_form(request, held, form, "修改课次", "保存", drop_url=drop)


@require_POST
@for_roles(Role.PROVIDER)
def drop(request: HttpRequest, actor: Actor, class_id: int, session_id: int) -> HttpResponse:
    held = _editable(actor, class_id)
    if session_of(held, session_id) is None:
        raise Http404
    drop_session(session_id=session_id, actor=actor, at=now())
    messages.success(request, "课次已删除。")
    return redirect("provider:class", class_id)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def load(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """导入教学计划: all of the file, or none of it and every fault with its row."""
    held = _editable(actor, class_id)
    form = FileForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if form.is_valid():
        read = _read(form, held)
        if read is not None:
            replace = form.cleaned_data["replace"]
            faults = _faults(held, read, replace=replace)
            if not faults and _save(form, held, read, actor, replace=replace):
                messages.success(request, f"已导入{len(read.plans)}次课。")
                return redirect("provider:class", class_id)
    context = {
        "title": "导入教学计划",
        "subtitle": held.name,
        "crumbs": [
            Crumb("班级", reverse("provider:classes")),
            Crumb(held.name, reverse("provider:class", args=[class_id])),
            Crumb("导入"),
        ],
        "held": held,
        "form": form,
        "faults": faults[:SHOWN],
        "total": len(faults),
        "back": reverse("provider:class", args=[class_id]),
    }
    return page(request, "provider/plan_load.html", context, status=422 if form.errors or faults else 200)


@require_GET
@for_roles(Role.PROVIDER)
def template(_request: HttpRequest, _actor: Actor) -> HttpResponse:
    """教学计划模板.xlsx with one example line."""
    file = io.BytesIO()
    book = new_book(file, title="教学计划模板")
    sheet = book.add_worksheet("教学计划")
    bold = book.add_format({"bold": True, "bottom": 1})
    sheet.write_row(0, 0, list(COLUMNS.values()), bold)
    sheet.write_row(1, 0, EXAMPLE)
    sheet.set_column(0, 3, 12)
    sheet.set_column(5, 7, 16)
    sheet.set_column(8, 9, 36)
    sheet.data_validation(1, 3, 500, 3, {"validate": "list", "source": list(KINDS.values())})
    sheet.data_validation(1, 7, 500, 7, {"validate": "list", "source": ["培训机构", "企业"]})
    book.close()
    response = HttpResponse(file.getvalue(), content_type=XLSX)
    response["Content-Disposition"] = (
        "attachment; filename*=UTF-8''%E6%95%99%E5%AD%A6%E8%AE%A1%E5%88%92%E6%A8%A1%E6%9D%BF.xlsx"
    )
    return response


def _read(form: FileForm, held: Any) -> PlanFile | None:
    upload = form.cleaned_data["file"]
    if upload.size > LARGEST:
        form.add_error("file", "文件超过2兆字节。教学计划没有这么大，请检查是否选错了文件。")
        return None
    try:
        read = read_plan(upload.read(), **choices(held))
    except Unreadable as no:
        form.add_error("file", str(no))
        return None
    if not read.plans and not read.faults:
        form.add_error("file", "表头下面没有课次。请填写后再导入。")
        return None
    return read


def _faults(held: Any, read: PlanFile, *, replace: bool) -> list[Fault]:
    """Of reading and of the plan itself, in the order of the file's rows."""
    besides = [s.pk for s in held.sessions.all()] if replace else []
    frame = plan_frame(held.offer, held.provider_id, legal_day(now()), class_id=held.pk, besides=besides)
    found = [Fault(x.row, COLUMNS[x.field], x.said, x.problem, x.remedy) for x in read.faults]
    for x in faults_of(frame, read.plans):
        column = COLUMNS[FIELD_COLUMNS.get(x.field, x.field)]
        found.append(Fault(read.rows[x.row - 1], column, x.said, x.problem, x.remedy))
    return sorted(found, key=lambda fault: fault.row)


def _save(form: FileForm, held: Any, read: PlanFile, actor: Actor, *, replace: bool) -> bool:
    try:
        plan_sessions(class_id=held.pk, sessions=read.plans, replace=replace, actor=actor, at=now())
    except Refused as refused:  # somebody took a room meanwhile
        if refused.refusal.status == FORBIDDEN:
            raise
        form.add_refused(refused)
        return False
    return True


def _beside(form: Any, refused: Refused) -> None:
    if refused.refusal.status == FORBIDDEN:
        raise refused
    form.add_refused(refused)


def _editable(actor: Actor, class_id: int) -> Any:
    held = own_class(actor, class_id)
    if held.state not in EDITABLE:
        raise Http404
    return held
