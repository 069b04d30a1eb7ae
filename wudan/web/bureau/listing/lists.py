"""The four lists of 列单."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.catalogue.queries import editions as shelves
from wudan.orders.catalogue.queries.offers import money_of, offers_of
from wudan.orders.catalogue.queries.projects import abilities_of, projects_of
from wudan.orders.catalogue.states import ABILITY, OFFER, PROJECT
from wudan.people.queries import towns
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.shared.acting import for_roles
from wudan.web.shared.catalogue.abilities import TONES as ABILITY_TONES
from wudan.web.shared.catalogue.lists import standing_words
from wudan.web.shared.choosing.words import days_of
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import NavItem, Tone
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER)
LISTS = {"offers": "班次", "editions": "培训目录", "projects": "培训项目", "abilities": "专项职业能力"}
OFFER_TONES: dict[str, Tone] = {
    "drafted": "wait", "reserved": "wait", "open": "now", "closed": "now", "running": "now", "ended": "done", "cancelled": "off",
}  # fmt: skip
PROJECT_TONES: dict[str, Tone] = {
    "planned": "wait", "calling": "now", "contracted": "now", "running": "now", "finished": "done", "cancelled": "off",
}  # fmt: skip


def links(here: str, new: str = "", label: str = "") -> list[NavItem]:
    """What can be begun here, then the other lists of the room."""
    first = [NavItem(label, reverse(new))] if new else []
    return first + [NavItem(word, reverse(f"bureau:{name}")) for name, word in LISTS.items() if name != here]


def _to(name: str) -> Callable[[Any], str]:
    return lambda row: reverse(f"bureau:{name}", args=[row.pk])


@require_GET
@for_roles(*READERS)
def offers(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """班次, newest first, with what is set aside for each."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    spec: ListPage[Any] = ListPage(
        title="班次",
        search="班次、职业、机构或镇街",
        unit="个",
        empty_title="没有班次",
        empty_text="从拟开班、项目或现行目录编制班次，落实资金后开放选单。",
        filters=[
            Filter("state", "状态", OFFER.choices()),
            Filter("line", "培训类别", [(x.code, x.label) for x in rulebook.lines.values()]),
            Filter("town", "上课镇街", [(t.code, t.name) for t in towns(desk.code)]),
        ],
        columns=[
            Column("班次", lambda o: o.title, "strong", href=_to("offer"), width=30, note=lambda o: o.number),
            Column("培训类别", lambda o: rulebook.lines[o.line].label if o.line in rulebook.lines else o.line, width=22),
            Column("培训机构", lambda o: o.provider.name if o.provider else "待接单", width=26),
            Column("培训期间", lambda o: days_of(o.period), width=24),
            Column("名额", lambda o: o.places, "number", total=True),
            Column("已预留（元）", lambda o: money_of(o).left_fen, "money", total=True),
            Column("状态", lambda o: o.get_state_display(), "badge", tone=lambda o: OFFER_TONES[o.state]),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        return offers_of(
            actor,
            state=query.get("state"),
            line=query.get("line"),
            town=query.get("town"),
            search=query.search,
        )

    context = {"links": links("offers", "bureau:offer_new", "编制班次"), "primary": True}
    return spec.respond(request, fetch, "bureau/listing/list.html", context, district=desk.name)


@require_GET
@for_roles(*READERS)
def editions(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """四个目录, each with its editions."""
    desk = Desk(actor)
    everything = list(shelves.editions_of(actor))
    shelf = []
    for kind, label in shelves.NAMES.items():
        own = [e for e in everything if e.catalogue == kind and e.state != "dropped"]
        rows = [(e, standing_words(e, desk.today), getattr(e, "size", 0)) for e in own]
        drafting = any(e.state == "draft" for e in own)
        shelf.append(
            {
                "kind": kind,
                "label": label,
                "rows": rows,
                "drafting": drafting,
                "derived": kind in shelves.DERIVED,
            }
        )
    context = {"title": "培训目录", "links": links("editions"), "primary": False, "shelf": shelf}
    return page(request, "bureau/listing/editions.html", context)


@require_GET
@for_roles(*READERS)
def projects(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """项目制, newest first."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    spec: ListPage[Any] = ListPage(
        title="培训项目",
        search="项目名称、编号或承训机构",
        unit="个",
        empty_title="没有项目",
        empty_text="拟定项目后公开征集承训机构，登记合同后开班。",
        filters=[Filter("state", "状态", PROJECT.choices())],
        columns=[
            Column("项目", lambda p: p.title, "strong", href=_to("project"), width=34, note=lambda p: p.number),
            Column("对象", lambda p: rulebook.word(p.group), width=20, note=lambda p: "限制知悉" if p.restricted else ""),
            Column("承训机构", lambda p: p.provider.name if p.provider else "未确定", width=28),
            Column("计划人数", lambda p: p.heads, "number", total=True),
            Column("已编班次", lambda p: p.taken, "number", note=lambda _: "人", total=True),
            Column("合同金额（元）", lambda p: p.contract_fen, "money", total=True),
            Column("状态", lambda p: p.get_state_display(), "badge", tone=lambda p: PROJECT_TONES[p.state]),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        return projects_of(actor, state=query.get("state"), search=query.search)

    context = {"links": links("projects", "bureau:project_new", "拟定项目"), "primary": True}
    return spec.respond(request, fetch, "bureau/listing/list.html", context, district=desk.name)


@require_GET
@for_roles(*READERS)
def abilities(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """专项职业能力, the most urgent first."""
    desk = Desk(actor)
    spec: ListPage[Any] = ListPage(
        title="专项职业能力",
        search="项目或机构名称",
        unit="项",
        empty_title="没有申报",
        empty_text="培训机构报送后会出现在这里。",
        filters=[Filter("state", "状态", [("open", "审核中"), *ABILITY.choices()])],
        columns=[
            Column("项目", lambda a: a.name, "strong", href=_to("ability"), width=28, note=lambda a: "地方特色" if a.local else ""),
            Column("申报机构", lambda a: a.provider.name, width=30),
            Column("课时", lambda a: a.hours, "number"),
            Column("试题", lambda a: a.questions_count, "number"),
            Column("状态", lambda a: a.get_state_display(), "badge", tone=lambda a: ABILITY_TONES[a.state]),
            Column("办理时限", lambda a: desk.left(a.due_on), "clock", due=lambda a: a.due_on),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        return abilities_of(actor, state=query.get("state"), search=query.search)

    context = {"links": links("abilities"), "primary": False}
    return spec.respond(request, fetch, "bureau/listing/list.html", context, district=desk.name)


def level_words(level: int) -> str:
    return level_label(level).split("（")[0]
