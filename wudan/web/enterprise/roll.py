"""应培职工: the enterprise's staff who must be trained (新录用、转岗、高危岗位), and loading them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.demand import files, rules
from wudan.orders.demand.actions.roll import load_roll, roll_columns
from wudan.orders.demand.queries import roll as queries
from wudan.orders.demand.states import ROLL
from wudan.people.lists import MAX_BYTES, FaultyFile
from wudan.web.enterprise.orders import DESK, SHOWN_FAULTS
from wudan.web.shared import exports
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants.desk import frame
from wudan.web.shared.applicants.files import attachment
from wudan.web.shared.demand import ROLL_TONES
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fault
from wudan.web.shared.render import page


def _lines(district_id: str) -> list[tuple[str, str]]:
    return [
        (x.code, x.label)
        for x in rules.must_lines(district_id)
        if "enterprise" in x.filed_by and not x.restricted
    ]


@require_GET
@for_roles(Role.ENTERPRISE)
def roll(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Who of the staff must be trained, by when, and who has been."""
    context = frame(actor, DESK)
    today, labels = legal_day(now()), _lines(context["organisation"].district_id)
    words = dict(labels)
    spec: ListPage[Any] = ListPage(
        title="应培职工",
        search="姓名、拼音",
        sort="due_on",
        unit="人",
        empty_title="没有符合条件的职工",
        empty_text="新录用、转岗和高危岗位的职工应当培训。载入名单后，谁培训了、谁还没有，在这里一目了然。",
        filters=[Filter("category", "应培类别", labels), Filter("state", "状态", ROLL.choices())],
        columns=[
            Column("姓名", lambda e: e.person.name, "strong"),
            Column("证件号码", lambda e: e.person.number_masked, width=22),
            Column("应培类别", lambda e: words.get(e.category, e.category), width=26),
            Column("岗位职业", lambda e: e.occupation.name if e.occupation else ""),
            Column("应完成日期", lambda e: e.due_on, "date", "due_on"),
            Column("状态", lambda e: _state(e, today), "badge", tone=lambda e: "wrong" if _late(e, today) else ROLL_TONES[e.state]),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        wanted = queries.Wanted(text=query.search, category=query.get("category"), state=query.get("state"))
        return queries.list_roll(actor, wanted, today=today).order_by(query.order_by or "due_on", "id")

    return spec.respond(request, fetch, "enterprise/roll.html", context)


def _late(entry: Any, today: Any) -> bool:
    return entry.state in ("due", "enrolled") and entry.due_on is not None and entry.due_on < today


def _state(entry: Any, today: Any) -> str:
    return f"{entry.get_state_display()}，已超期" if _late(entry, today) else str(entry.get_state_display())


class LoadForm(f.Form):
    category = forms.ChoiceField(label="应培类别")
    file = forms.FileField(label="职工名单", help_text="电子表格（xlsx、xls）或文本表格（csv），一人一行。")

    def __init__(self, *args: Any, lines: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type
        field.choices = [("", "请选择"), *lines]


@require_http_methods(["GET", "POST"])
@for_roles(Role.ENTERPRISE)
def roll_load(request: HttpRequest, actor: Actor) -> HttpResponse:
    """载入职工名单: all of it or none."""
    context = frame(actor, DESK)
    district_id = context["organisation"].district_id
    bound = request.method == "POST"
    form = LoadForm(
        request.POST if bound else None, request.FILES if bound else None, lines=_lines(district_id)
    )
    faults: list[Fault] = []
    if bound and form.is_valid():
        own = actor.organisation_id or 0
        try:
            done = load_roll(
                district_id=district_id, category=form.cleaned_data["category"], source_id=own, employer_id=own,
                content=form.cleaned_data["file"].read(MAX_BYTES + 1), actor=actor, at=now(),
            )  # fmt: skip
        except FaultyFile as wrong:
            faults = [Fault(x.row, x.column, x.shown, x.problem, x.remedy) for x in wrong.faults]
            form.add_refused(wrong)
        except Refused as refused:
            form.add_refused(refused)
        else:
            known = f"，{done.known}人已在名单中" if done.known else ""
            messages.success(request, f"已登记{done.added}人{known}。")
            return redirect("enterprise:roll")
    context |= {
        "title": "载入应培职工", "subtitle": "新录用、转岗和高危岗位的职工。没有登记过的人会同时实名登记。", "form": form,
        "faults": faults[:SHOWN_FAULTS], "fault_count": len(faults), "template_url": reverse("enterprise:roll_template"),
        "back": reverse("enterprise:roll"), "crumbs": [Crumb("应培职工", reverse("enterprise:roll")), Crumb("载入名单")],
        "columns": [(c.names[0], c.required) for c in roll_columns(district_id)], "how_title": "名单怎样填",
        "how": "身份证号请保持文本格式，变成数字会丢失末尾几位。没有写应完成日期的，按规定期限计算。", "submit": "检查并载入",
        "note": "有一处问题就全部不保存；已在名单中的人不会重复登记。",
    }  # fmt: skip
    return page(request, "enterprise/upload.html", context, status=422 if form.errors else 200)


@require_GET
@for_roles(Role.ENTERPRISE)
def roll_template(request: HttpRequest, actor: Actor) -> HttpResponse:  # noqa: ARG001
    """The empty list."""
    sample = ("张三", "18位身份证号", "手机号可不填", "镇街可不填", "焊工", "可不填")
    content = files.template("应培职工名单", roll_columns(actor.district_id or ""), sample)
    return attachment(content, "应培职工名单模板.xlsx", exports.XLSX)
