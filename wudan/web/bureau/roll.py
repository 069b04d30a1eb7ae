"""应培名单: who must be trained, how far each category is covered, who is missing; lists loaded on behalf of departments."""

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
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.demand import files, rules
from wudan.orders.demand.actions.roll import excuse, load_roll, roll_columns
from wudan.orders.demand.queries import roll as queries
from wudan.orders.demand.states import ROLL
from wudan.organisations.queries import organisations_of
from wudan.people.lists import MAX_BYTES, FaultyFile
from wudan.people.queries import towns
from wudan.web.bureau.desk import Desk
from wudan.web.shared import exports
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants.files import attachment
from wudan.web.shared.demand import ROLL_TONES
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fault, Stat
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR, Role.TOWN)
EXCUSERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN)
LACKING = [("missing", "还没有培训"), ("overdue", "已经超过期限")]
SHOWN_FAULTS = 100


@require_GET
@for_roles(*READERS)
def roll(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Coverage by category, then the people."""
    desk = Desk(actor)
    rows = queries.coverage(actor, today=desk.today)
    labels = [(line.code, line.label) for line in rules.must_lines(desk.code)]
    words = dict(labels)
    filters = [
        Filter("category", "应培类别", labels),
        Filter("lacking", "谁没有培训", LACKING),
        Filter("state", "状态", ROLL.choices()),
    ]
    if actor.role is not Role.TOWN:
        filters.append(Filter("town", "户籍或常住镇街", list(towns(desk.code).values_list("code", "name"))))
    spec: ListPage[Any] = ListPage(
        title="应培名单",
        search="姓名、拼音，身份证号或手机号全号",
        sort="due_on",
        unit="人",
        empty_title="没有符合条件的人",
        empty_text="载入部门或企业的名单后，应当培训的人会出现在这里。",
        filters=filters,
        columns=[
            Column("姓名", lambda e: e.person.name, "strong", href=lambda e: reverse("bureau:roll_entry", args=[e.pk])),
            Column("证件号码", lambda e: e.person.number_masked, width=22),
            Column("应培类别", lambda e: words.get(e.category, e.category), width=26),
            Column("镇街", lambda e: e.person.town.name if e.person.town else "没有登记"),
            Column("名单来源", lambda e: e.source.name, width=24),
            Column("应完成日期", lambda e: e.due_on, "date", "due_on"),
            Column("状态", lambda e: _state(e, desk), "badge", tone=lambda e: "wrong" if _late(e, desk) else ROLL_TONES[e.state]),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        lacking = query.get("lacking")
        wanted = queries.Wanted(
            text=query.search, category=query.get("category"), state=query.get("state"), town=query.get("town"),
            missing=lacking == "missing", overdue=lacking == "overdue",
        )  # fmt: skip
        return queries.list_roll(actor, wanted, today=desk.today).order_by(query.order_by or "due_on", "id")

    category = request.GET.get("category", "")
    employers = queries.coverage_by_employer(actor, category, today=desk.today) if category in words else []
    context = {
        "employers": employers,
        "employer_title": words.get(category, ""),
        "coverage": [c for c in rows if c.total or c.excused],
        "stats": _stats(rows),
        "may_load": actor.role is Role.INTAKE,
    }
    return spec.respond(request, fetch, "bureau/roll.html", context, district=desk.name)


def _late(entry: Any, desk: Desk) -> bool:
    return entry.state in ("due", "enrolled") and entry.due_on is not None and entry.due_on < desk.today


def _state(entry: Any, desk: Desk) -> str:
    return f"{entry.get_state_display()}，已超期" if _late(entry, desk) else str(entry.get_state_display())


def _stats(rows: list[queries.Coverage]) -> list[Stat]:
    total, trained = sum(c.total for c in rows), sum(c.trained for c in rows)
    due, overdue = sum(c.due for c in rows), sum(c.overdue for c in rows)
    here, percent = reverse("bureau:roll"), trained * 100 // total if total else 0
    return [
        Stat("应当培训", str(total), f"{here}", unit="人"),
        Stat("已培训", str(trained), f"{here}?state=trained", f"覆盖{percent}%", "done" if trained else "plain", "人"),
        Stat("正在培训", str(sum(c.enrolled for c in rows)), f"{here}?state=enrolled", unit="人"),
        Stat("还没有安排", str(due), f"{here}?state=due", unit="人", tone="wait" if due else "plain"),
        Stat("超过期限", str(overdue), f"{here}?lacking=overdue", "请催办" if overdue else "", "wrong" if overdue else "plain", "人"),
    ]  # fmt: skip


# --- one entry ----------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*READERS)
def roll_entry(request: HttpRequest, actor: Actor, entry_id: int) -> HttpResponse:
    """One person on the roll: why, until when, and whether it can be left."""
    return _entry_page(request, Desk(actor), _found(actor, entry_id), f.ReasonForm())


def _found(actor: Actor, entry_id: int) -> Any:
    found = queries.entry(actor, entry_id)
    if found is None:
        raise Http404
    return found


def _entry_page(request: HttpRequest, desk: Desk, entry: Any, form: f.Form) -> HttpResponse:
    line = rules.line(desk.code, entry.category)
    context = {
        "title": entry.person.name, "subtitle": line.label if line else entry.category, "entry": entry, "form": form,
        "crumbs": [Crumb("应培名单", reverse("bureau:roll")), Crumb(entry.person.name)], "line": line,
        "state": _state(entry, desk), "tone": "wrong" if _late(entry, desk) else ROLL_TONES[entry.state],
        "may_excuse": entry.state == "due" and desk.actor.role in EXCUSERS,
    }  # fmt: skip
    return page(request, "bureau/roll_entry.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(*EXCUSERS)
def roll_excuse(request: HttpRequest, actor: Actor, entry_id: int) -> HttpResponse:
    """注明不需培训."""
    desk, entry = Desk(actor), _found(actor, entry_id)
    form = f.ReasonForm(request.POST)
    if form.is_valid():
        try:
            excuse(entry_id=entry.pk, reason=form.cleaned_data["reason"], actor=actor, at=desk.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"{entry.person.name}已注明不需培训，不再计入应培人数。")
            return redirect("bureau:roll")
    return _entry_page(request, desk, entry, form)


# --- loading a list -----------------------------------------------------------------------------------------------
class LoadForm(f.Form):
    category = forms.ChoiceField(label="应培类别")
    source = forms.ChoiceField(label="名单是哪个单位提供的")
    employer = forms.ChoiceField(
        label="名单上的人所在的企业", required=False, help_text="部门提供的群体名单不用选。"
    )
    file = forms.FileField(label="名单文件", help_text="电子表格（xlsx、xls）或文本表格（csv），一人一行。")

    def __init__(self, *args: Any, desk: Desk, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(organisations_of(desk.actor))
        named = [(str(o.pk), o.name) for o in found if o.kind in ("department", "town")]
        staff = [(str(o.pk), o.name) for o in found if o.kind == "enterprise"]
        choices: dict[str, list[tuple[str, str]]] = {
            "category": [("", "请选择"), *((x.code, x.label) for x in rules.must_lines(desk.code))],
            "source": [("", "请选择"), *named, *staff],
            "employer": [("", "不是企业职工"), *staff],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
            field.choices = offered


@require_http_methods(["GET", "POST"])
@for_roles(Role.INTAKE)
def roll_load(request: HttpRequest, actor: Actor) -> HttpResponse:
    """载入名单: all of it or none; every fault by row and column."""
    desk = Desk(actor)
    bound = request.method == "POST"
    form = LoadForm(request.POST if bound else None, request.FILES if bound else None, desk=desk)
    faults: list[Fault] = []
    if bound and form.is_valid():
        said = form.cleaned_data
        try:
            done = load_roll(
                district_id=desk.code, category=said["category"], source_id=int(said["source"]),
                employer_id=int(said["employer"]) if said["employer"] else None, content=said["file"].read(MAX_BYTES + 1),
                actor=actor, at=desk.at,
            )  # fmt: skip
        except FaultyFile as wrong:
            faults = as_faults(wrong)
            form.add_refused(wrong)
        except Refused as refused:
            form.add_refused(refused)
        else:
            known = f"，{done.known}人已在名单中，没有重复登记" if done.known else ""
            messages.success(request, f"已登记{done.added}人{known}。")
            return redirect(f"{reverse('bureau:roll')}?category={said['category']}")
    context = {
        "title": "载入应培名单", "subtitle": "由部门或企业提供名单，区人社局代为登记。没有登记过的人会同时实名登记。",
        "crumbs": [Crumb("应培名单", reverse("bureau:roll")), Crumb("载入名单")], "form": form, "faults": faults[:SHOWN_FAULTS],
        "fault_count": len(faults), "template_url": reverse("bureau:roll_template"), "back": reverse("bureau:roll"),
        "columns": [(c.names[0], c.required) for c in roll_columns(desk.code)],
    }  # fmt: skip
    return page(request, "bureau/roll_load.html", context, status=422 if form.errors else 200)


def as_faults(wrong: FaultyFile) -> list[Fault]:
    """A file's faults as the table of faults draws them."""
    return [Fault(x.row, x.column, x.shown, x.problem, x.remedy) for x in wrong.faults]


@require_GET
@for_roles(Role.INTAKE)
def roll_template(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """The empty list."""
    sample = ("张三", "18位身份证号", "手机号可不填", "镇街可不填", "焊工", "可不填")
    content = files.template("应培人员名单", roll_columns(actor.district_id or ""), sample)
    return attachment(content, "应培人员名单模板.xlsx", exports.XLSX)
