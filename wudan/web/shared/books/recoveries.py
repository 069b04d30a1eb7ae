"""追回 as a list, for both who record receipts and who only read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from wudan.kernel.periods import legal_day
from wudan.orders.payment import queries as payment
from wudan.orders.payment.states import RECOVERY
from wudan.web.shared.books.claims import whose
from wudan.web.shared.books.common import Desk
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Tone

TONES: dict[str, Tone] = {"open": "wait", "received": "done", "lifted": "off"}


def recoveries(request: HttpRequest, desk: Desk, *, opens: str) -> HttpResponseBase:
    """All recoveries of the district. `opens`: the page a row leads to, "recovery" or "claim"."""

    def href(row: Any) -> str:
        return desk.url(opens, row.pk if opens == "recovery" else row.claim_id)

    spec: ListPage[Any] = ListPage(
        title="追回",
        search="申请编号",
        sort="-pk",
        unit="件",
        empty_title="没有追回的资金",
        empty_text="复审岗责令退回的补贴会出现在这里，收到退款后由财务录入。",
        filters=[Filter("state", "状态", RECOVERY.choices())],
        columns=[
            Column("申请编号", lambda r: r.claim.number, "strong", "pk", href=href, width=20),
            Column("姓名或单位", lambda r: whose(r.claim), width=24),
            Column("原因", lambda r: r.reason, note=lambda r: r.basis, width=40),
            Column("决定日期", lambda r: legal_day(r.opened_at), "date", "opened_at"),
            Column("状态", lambda r: RECOVERY.states[r.state], "badge", tone=lambda r: TONES[r.state]),
            Column("应追回（元）", lambda r: r.amount_fen, "money", "amount_fen", total=True),
            Column("已追回（元）", lambda r: r.received_fen, "money", "received_fen", total=True),
            Column("尚欠（元）", lambda r: r.amount_fen - r.received_fen if r.state == "open" else 0, "money", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> QuerySet[Any]:
        found = payment.visible_recoveries(desk.actor)
        if query.get("state"):
            found = found.filter(state=query.get("state"))
        if query.search:
            found = found.filter(claim__number__startswith=query.search)
        return found.order_by(query.order_by, "-pk")

    return spec.respond(request, fetch, district=desk.name)
