"""需求: what is wanted and not offered yet, as a chart and by town; the way to orders, classes and the roll."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.occupations.queries import families_of
from wudan.orders.catalogue.queries.editions import entries_to_offer
from wudan.orders.demand.queries import orders as queries
from wudan.orders.demand.queries.proposals import proposals
from wudan.people.queries import towns
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.orders import links
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Bar, Stat
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR, Role.TOWN)
BARS, ROWS, SHADES = 12, 30, 4


@require_GET
@for_roles(*READERS)
def demand(request: HttpRequest, actor: Actor) -> HttpResponse:
    """未满足的需求."""
    desk = Desk(actor)
    found = queries.unmet(actor, on=desk.today)
    places = [("", "哪里都可以"), *towns(desk.code).values_list("code", "name")]
    top = max((n for u in found for n in u.by_town.values()), default=0)
    context = {
        "title": "培训需求", "subtitle": "等着开班、还没有班可选的人数", "stats": _stats(actor, desk, found),
        "bars": [Bar(_name(u), u.heads, f"{u.heads}人", _href(u)) for u in found[:BARS]], "places": places,
        "rows": [_row(u, places, top) for u in found[:ROWS]], "more": max(len(found) - ROWS, 0),
        "sums": [sum(u.by_town.get(code, 0) for u in found) for code, _ in places], "total": sum(u.heads for u in found),
        "shortages": _shortages(desk, found), **links(actor),
    }  # fmt: skip
    return page(request, "bureau/demand.html", context)


def _shortages(desk: Desk, found: list[Any]) -> list[dict[str, Any]]:
    """需培就培: the occupations marked as short (急需紧缺) in the catalogues in force, and how many wait for each."""
    marked = {e.occupation_id: e.occupation for e in entries_to_offer(desk.code, desk.today) if e.shortage}
    families = families_of(list(marked))
    rows = []
    for pk, occupation in marked.items():
        heads = sum(u.heads for u in found if u.occupation and u.occupation.pk in families[pk])
        href = f"{reverse('bureau:orders')}?{urlencode({'q': occupation.name})}"
        rows.append({"name": occupation.name, "heads": heads, "href": href})
    return sorted(rows, key=lambda row: -row["heads"])


def _name(one: Any) -> str:
    return one.occupation.name if one.occupation else "职业还没有确认"


def _href(one: Any, town: str = "") -> str:
    """The orders behind a number; `town` "-" is anywhere in the district, "" all towns."""
    asked = {"q": one.occupation.name} if one.occupation else {"state": "filed"}
    return f"{reverse('bureau:orders')}?{urlencode(asked | ({'town': town} if town else {}))}"


def _row(one: Any, places: list[tuple[str, str]], top: int) -> dict[str, Any]:
    """A row of the map-like table: the more heads, the darker the cell."""
    cells = []
    for code, name in places:
        heads = one.by_town.get(code, 0)
        shade = -(-heads * SHADES // top) if top and heads else 0
        cells.append({"heads": heads, "shade": shade, "town": name, "href": _href(one, code or "-")})
    return {"name": _name(one), "href": _href(one), "cells": cells, "heads": one.heads, "since": one.since}


def _stats(actor: Actor, desk: Desk, found: list[Any]) -> list[Stat]:
    heads = queries.heads_by_state(actor)
    here, soon = reverse("bureau:orders"), queries.expiring(actor, on=desk.today)
    unmatched = heads.get("filed", 0)
    stats = [
        Stat("等着开班", str(sum(u.heads for u in found)), here, unit="人"),
        Stat("职业没有确认", str(unmatched), f"{here}?state=filed", "请确认" if unmatched else "", "wait" if unmatched else "plain", "人"),
        Stat("已列单，等选单", str(heads.get("listed", 0)), f"{here}?state=listed", unit="人"),
        Stat("30天内到期", str(soon), f"{here}?sort=expires_on", "再不开班就过期" if soon else "", "wrong" if soon else "plain", "件"),
    ]  # fmt: skip
    if actor.role is not Role.TOWN:
        waiting = proposals(actor).count()
        href = reverse("bureau:proposals")
        tone = "wait" if waiting else "plain"
        stats.insert(0, Stat("拟开班待审定", str(waiting), href, "请审定" if waiting else "", tone, "个"))  # type: ignore[arg-type]
    return stats
