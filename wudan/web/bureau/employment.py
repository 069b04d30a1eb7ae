"""就业率: every closed class with its rate, the heads it needs and its last day; and a project over all its classes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.employment import Rate, class_rates, project_rate
from wudan.orders.delivery.queries.work import followed_classes, project_of
from wudan.organisations.queries import district
from wudan.web.shared.acting import for_roles
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.results.place import today
from wudan.web.shared.results.work import percent, rate_context, verdict

READERS = (Role.INTAKE, Role.REVIEWER)


@dataclass(frozen=True, slots=True)
class Line:
    """A class with its rate."""

    held: Any
    rate: Rate


@require_GET
@for_roles(*READERS)
def employment(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Those whose period still runs; the ones that end soonest first."""
    spec: ListPage[Line] = ListPage(
        title="就业跟踪",
        search="班级或机构名称",
        sort="until",
        unit="个班",
        empty_title="没有正在跟踪的班级",
        empty_text="办理结业后，班级在就业计算期限内列在这里。",
        filters=[
            Filter("when", "期限", [("running", "计算期限内"), ("over", "已期满")]),
            Filter("kind", "类别", [("project", "项目制")]),
        ],
        columns=[
            Column("班级", lambda x: x.held.name, "strong", href=lambda x: reverse("bureau:class_employment", args=[x.held.pk]), width=40),
            Column("培训机构", lambda x: x.held.provider.name, width=30),
            Column("项目", lambda x: x.held.project.title if x.held.project else "", href=_project_url),
            Column("计入人数", lambda x: x.rate.total, "number"),
            Column("已就业", lambda x: x.rate.employed, "number"),
            Column("须达到", lambda x: x.rate.needed, "number"),
            Column("就业率", lambda x: percent(x.rate), note=_only_counted),
            Column("结论", lambda x: verdict(x.rate)[0], "badge", tone=lambda x: verdict(x.rate)[1]),
            Column("计算到", lambda x: x.rate.until, "date", "until"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> list[Line]:
        found = followed_classes(actor, search=query.search, projects_only=query.get("kind") == "project")
        rates = class_rates(list(found))
        lines = [Line(c, rates[c.pk]) for c in found]
        if when := query.get("when"):
            lines = [x for x in lines if (x.rate.until < today()) is (when == "over")]
        return sorted(lines, key=_soonest, reverse=query.descending)

    context = {"rates_url": ""}
    name = district(actor.district_id).name if actor.district_id else ""
    return spec.respond(request, fetch, "shared/results/listing.html", context, district=name)


def _soonest(line: Line) -> tuple[bool, Any, int]:
    """Those still running before those over."""
    return line.rate.until < today(), line.rate.until, line.held.pk


def _only_counted(line: Line) -> str:
    return "" if line.held.project_id else "不是项目制，供参考"


def _project_url(line: Line) -> str:
    return reverse("bureau:project_employment", args=[line.held.project_id]) if line.held.project_id else ""


@require_GET
@for_roles(*READERS)
def project(request: HttpRequest, actor: Actor, project_id: int) -> HttpResponse:
    """The rate over all classes of a project: what its balance rests on."""
    found = project_of(actor, project_id)
    rate = project_rate(project_id) if found else None
    if found is None or rate is None:
        raise Http404
    context = {
        "title": found.title,
        "subtitle": "项目就业率",
        "crumbs": [Crumb("就业跟踪", reverse("bureau:employment")), Crumb(found.title)],
        "rows": [],
        "wrong": [],
        "faulty": False,
        "official": True,
        "back": reverse("bureau:employment"),
        "held": None,
        **rate_context(rate),
    }
    return page(request, "shared/results/employment.html", context)
