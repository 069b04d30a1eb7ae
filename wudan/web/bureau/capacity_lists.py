"""Lists of 办学条件: registrations with their clock, the pool of teachers, training bases."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.catalogue.queries import registrations as registers
from wudan.orders.catalogue.states import REGISTRATION
from wudan.organisations import queries
from wudan.organisations.states import BASE, TEACHER
from wudan.web.bureau.desk import Desk
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import TONES, subjects
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import NavItem

READERS = (Role.INTAKE, Role.REVIEWER)
LISTS = {
    "registrations": "资质备案",
    "teachers": "师资",
    "bases": "培训载体",
    "resource_list": "三优资源",
    "supports": "设施改造",
    "demonstrations": "示范项目",
    "occupations": "职业目录",
}
WAITING = ("filed", "accepted", "first_passed", "applied", "reviewed")


def links(here: str) -> list[NavItem]:
    return [NavItem(label, reverse(f"bureau:{name}")) for name, label in LISTS.items() if name != here]


def to(name: str) -> Callable[[Any], str]:
    return lambda row: reverse(f"bureau:{name}", args=[row.pk])


def clock(desk: Desk, label: str, waiting: Collection[str]) -> Column[Any]:
    """Working days left while the bureau has to answer; rows that wait for nobody show none."""

    def due(row: Any) -> Any:
        return row.due_on if row.state in waiting else None

    return Column(label, lambda row: desk.left(due(row)), "clock", "due_on", due=due)


@require_GET
@for_roles(*READERS)
def registrations(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The most urgent first."""
    desk = Desk(actor)
    states = [("open", "待办理"), *REGISTRATION.choices()]
    spec: ListPage[Any] = ListPage(
        title="资质备案",
        search="机构或职业名称",
        sort="due_on",
        unit="件",
        empty_title="没有备案",
        empty_text="培训机构提交后会出现在这里。",
        filters=[Filter("state", "状态", states)],
        columns=[
            Column("培训机构", lambda r: r.provider.name, "strong", "provider__pinyin", href=to("registration"), width=34),
            Column("职业（工种）", lambda r: r.occupation.name, sort="occupation__pinyin"),
            Column("等级", lambda r: level_label(r.level).split("（")[0], sort="level"),
            Column("同期规模", lambda r: r.capacity, "number", "capacity"),
            Column("状态", lambda r: r.get_state_display(), "badge", tone=lambda r: TONES[r.state]),
            clock(desk, "办理时限", WAITING),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = registers.registrations_of(actor, state=query.get("state"), search=query.search)
        return found.order_by(query.order_by or "due_on", "-pk")

    context = {"links": links("registrations"), "new_url": "", "new": ""}
    return spec.respond(request, fetch, "bureau/capacity.html", context, district=desk.name)


@require_GET
@for_roles(*READERS)
def teachers(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The pool of the district."""
    desk = Desk(actor)
    spec: ListPage[Any] = ListPage(
        title="师资",
        search="姓名或机构名称",
        sort="state",
        unit="人",
        empty_title="没有教师",
        empty_text="培训机构提交后会出现在这里。",
        filters=[Filter("state", "状态", TEACHER.choices())],
        columns=[
            Column("姓名", lambda t: t.person.name, "strong", "person__name_pinyin", href=to("teacher")),
            Column("所属机构", lambda t: t.organisation.name if t.organisation else "区级师资", sort="organisation__pinyin", width=30),
            Column("职称或等级", lambda t: t.title or "未填写"),
            Column("任教职业", subjects, width=24),
            Column("状态", lambda t: t.get_state_display(), "badge", "state", tone=lambda t: TONES[t.state]),
            clock(desk, "审核时限", WAITING),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = queries.teachers_of(actor, search=query.search, state=query.get("state"))
        return found.order_by(query.order_by or "state", "-pk")

    may = actor.role is Role.INTAKE
    context = {
        "links": links("teachers"),
        "new_url": reverse("bureau:teacher_new") if may else "",
        "new": "登记区级师资",
    }
    return spec.respond(request, fetch, "bureau/capacity.html", context, district=desk.name)


@require_GET
@for_roles(*READERS)
def bases(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Training bases of the district."""
    desk = Desk(actor)
    spec: ListPage[Any] = ListPage(
        title="培训载体",
        sort="due_on",
        unit="个",
        empty_title="没有载体",
        empty_text="企业和培训机构申报后会出现在这里。",
        filters=[Filter("state", "状态", BASE.choices()), Filter("kind", "类别", queries.base_kinds())],
        columns=[
            Column("名称", lambda b: b.name, "strong", "name", href=to("base"), width=30),
            Column("类别", lambda b: b.get_kind_display(), sort="kind"),
            Column("申报单位", lambda b: b.organisation.name, sort="organisation__pinyin", width=28),
            Column("申报时间", lambda b: b.applied_at, "date", "applied_at"),
            Column("状态", lambda b: b.get_state_display(), "badge", tone=lambda b: TONES[b.state]),
            clock(desk, "办理时限", WAITING),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = queries.bases_of(actor)
        for name in ("state", "kind"):
            if query.get(name):
                found = found.filter(**{name: query.get(name)})
        return found.order_by(query.order_by or "due_on", "-pk")

    context = {"links": links("bases"), "new_url": "", "new": ""}
    return spec.respond(request, fetch, "bureau/capacity.html", context, district=desk.name)
