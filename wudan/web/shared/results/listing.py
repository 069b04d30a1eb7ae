"""考核结业: the classes whose teaching ended, with the next thing each of them needs."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from wudan.kernel.actor import Actor
from wudan.orders.delivery.queries.after import STAGES, classes_after
from wudan.organisations.queries import district
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.results.place import STAGE_TONES, Place, today


def listing(request: HttpRequest, actor: Actor, *, place: Place) -> HttpResponseBase:
    """The most recently ended first."""
    by_whom: list[Column[Any]] = [
        Column("培训机构", lambda c: c.provider.name, sort="provider__pinyin", width=30)
    ]
    spec: ListPage[Any] = ListPage(
        title="考核结业",
        search="班级名称或编号",
        sort="-ended_on",
        unit="个班",
        empty_title="没有教学结束的班级",
        empty_text="教学结束后，班级会列在这里，依次办理考核、结业、发证和就业登记。",
        filters=[Filter("stage", "下一步", list(STAGES.items()))],
        columns=[
            Column("班级", lambda c: c.name, "strong", "name", href=lambda c: place.url("class_results", c.pk), width=40),
            *(by_whom if place.official else []),
            Column("职业（工种）", lambda c: c.occupation.name, sort="occupation__pinyin"),
            Column("结业日期", lambda c: c.ended_on, "date", "ended_on"),
            Column("班级状态", lambda c: c.get_state_display()),
            Column("下一步", lambda c: STAGES[c.stage], "badge", "stage", tone=lambda c: STAGE_TONES[c.stage]),
        ],
    )  # fmt: skip
    context = {"rates_url": place.url("employment") if place.official else ""}
    name = district(actor.district_id).name if actor.district_id else ""
    return spec.respond(
        request, partial(_fetch, actor), "shared/results/listing.html", context, district=name
    )


def _fetch(actor: Actor, query: Query) -> Any:
    found = classes_after(actor, today(), query.get("stage"))
    if query.search:
        found = found.filter(name__icontains=query.search) | found.filter(number__icontains=query.search)
    return found.order_by(query.order_by or "-ended_on", "-pk")
