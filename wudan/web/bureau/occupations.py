"""职业目录: every edition with its codes and sources; the policy office loads a file, all rows or none."""

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
from wudan.kernel.errors import Refusal, Refused
from wudan.kernel.roles import Role
from wudan.occupations import queries
from wudan.occupations.actions import load_occupations
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.occupations import UNCODED
from wudan.web.shared.parts import Crumb, Fault
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER, Role.POLICY)
MAX_BYTES = 10 * 1024 * 1024
COLUMNS = {
    "edition": "版本", "code": "职业编码", "name": "职业名称", "kind": "类别", "parent": "所属职业", "levels": "技能等级",
    "source": "出处",
}  # fmt: skip


class FileForm(f.Form):
    """The file."""

    file = forms.FileField(
        label="职业目录文件",
        help_text="xlsx或csv，第一行是列名：版本、职业编码、职业名称、类别、所属职业、"
        "技能等级、俗称、出处、说明。",
    )

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > MAX_BYTES:
            raise forms.ValidationError("文件超过10兆，请分成几个文件。")
        return given


@require_GET
@for_roles(*READERS)
def occupations(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Searched as people say it; without a search, an edition in the order of its codes."""
    spec: ListPage[Any] = ListPage(
        title="职业目录",
        search="职业名称、俗称、拼音首字母或编码",
        unit="个",
        empty_title="没有找到职业",
        empty_text="还没有装入职业目录。",
        filters=[
            Filter("edition", "版本", queries.editions()),
            Filter("coded", "编码", [("yes", "已核"), ("no", UNCODED)]),
        ],
        columns=[
            Column("职业名称", lambda o: o.name, "strong", note=_kind, width=22),
            Column(
                "编码", lambda o: o.code or UNCODED, "badge", tone=lambda o: "plain" if o.code else "wait"
            ),
            Column("版本", lambda o: o.get_edition_display()),
            Column(
                "类别",
                lambda o: o.get_kind_display(),
                note=lambda o: f"属{o.parent.name}" if o.parent else "",
            ),
            Column("俗称", lambda o: "、".join(o.aliases) or "没有", width=24),
            Column("出处", lambda o: o.source, note=lambda o: o.note, width=36),
        ],
    )

    def fetch(query: Query) -> Any:
        edition, coded = query.get("edition"), query.get("coded")
        if not query.search:
            found = queries.occupations(edition or None)
            return (
                found.filter(code="")
                if coded == "no"
                else found.exclude(code="")
                if coded == "yes"
                else found
            )
        hits = queries.search_occupations(query.search, 100, edition or None)
        return [o for o in hits if not coded or bool(o.code) is (coded == "yes")]

    context = {
        "links": [],
        "new_url": reverse("bureau:occupations_load") if actor.role is Role.POLICY else "",
        "new": "装入文件",
    }
    return spec.respond(request, fetch, "bureau/capacity.html", context, district=Desk(actor).name)


@require_http_methods(["GET", "POST"])
@for_roles(Role.POLICY)
def load(request: HttpRequest, actor: Actor) -> HttpResponse:
    """装入文件: every faulty row is shown with what to do; nothing is half-saved."""
    desk = Desk(actor)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        try:
            done = load_occupations(content=given.read(), file_name=given.name, actor=actor, at=desk.at)
        except Refused as refused:
            rows = [one for one in refused.refusals if ":" in one.field]
            faults = [_fault(one) for one in rows]
            if not rows:
                form.add_refused(refused)
        else:
            messages.success(request, f"已装入：新增{done.new}个，更新{done.changed}个，不变{done.same}个。")
            return redirect("bureau:occupations")
    context = {
        "title": "装入职业目录",
        "crumbs": [Crumb("职业目录", reverse("bureau:occupations")), Crumb("装入文件")],
        "form": form,
        "faults": faults[:200],
        "total": len(faults),
        "cancel_url": reverse("bureau:occupations"),
    }
    wrong = bool(faults) or bool(form.errors)
    return page(request, "bureau/occupations_load.html", context, status=422 if wrong else 200)


def _kind(one: Any) -> str:
    """Said of trades and special skills only; everything else is an occupation."""
    if one.kind == "occupation":
        return ""
    return f"{one.get_kind_display()}，属{one.parent.name}" if one.parent else one.get_kind_display()


def _fault(one: Refusal) -> Fault:
    row, _, field = one.field.partition(":")
    problem = one.sentence.split("：", 1)[-1].rstrip("。")
    return Fault(int(row), COLUMNS.get(field, field), "见原表", problem, one.remedy.rstrip("。"))
