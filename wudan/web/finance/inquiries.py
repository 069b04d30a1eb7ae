"""到账核实: what persons say did not arrive, and what the bank says of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment import queries as payment
from wudan.orders.payment.actions.inquiring import answer_inquiry
from wudan.orders.payment.states import INQUIRY
from wudan.web.finance.forms import InquiryForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.claims import whose
from wudan.web.shared.books.common import Desk, claim_chain
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact, Tone
from wudan.web.shared.render import page

AREA = "finance"
TONES: dict[str, Tone] = {"open": "wait", "arrived": "done", "bounced": "wrong", "received": "off"}


@require_GET
@for_roles(Role.FINANCE)
def inquiries(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """All of the district, the most urgent first."""
    desk = Desk(actor, AREA)
    spec: ListPage[Any] = ListPage(
        title="到账核实",
        search="申请编号或户名",
        sort="due_on",
        unit="件",
        empty_title="没有等待核实的到账情况",
        empty_text="本人回答没有收到补贴的，会出现在这里，请与银行核实后答复。",
        filters=[Filter("state", "状态", INQUIRY.choices())],
        columns=[
            Column("申请编号", lambda x: x.claim.number, "strong", "claim__number",
                   href=lambda x: reverse("finance:inquiry", args=[x.pk]), width=20),
            Column("收款人户名", lambda x: x.line.holder, sort="line__holder", width=22),
            Column("收款账号", lambda x: x.line.number_masked, note=lambda x: x.line.bank, width=24),
            Column("提出日期", lambda x: legal_day(x.asked_at), "date", "asked_at"),
            Column("状态", lambda x: INQUIRY.states[x.state], "badge", tone=lambda x: TONES[x.state], width=22),
            Column("办理时限", lambda x: desk.left(x.due_on) if x.state == "open" else None, "clock", "due_on",
                   due=lambda x: x.due_on, width=20),
            Column("金额（元）", lambda x: x.line.amount_fen, "money", "line__amount_fen", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> QuerySet[Any]:
        found = payment.visible_inquiries(actor)
        if query.get("state"):
            found = found.filter(state=query.get("state"))
        if query.search:
            found = found.filter(claim__number__startswith=query.search) | found.filter(
                line__holder__icontains=query.search
            )
        return found.order_by(query.order_by, "pk")

    return spec.respond(request, fetch, district=desk.name)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def inquiry(request: HttpRequest, actor: Actor, inquiry_id: int) -> HttpResponseBase:
    """One, with what was paid where; answered here."""
    desk = Desk(actor, AREA)
    found: Any = payment.visible_inquiries(actor).filter(pk=inquiry_id).first()
    if found is None:
        raise Http404
    form = InquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        arrived = said["arrived"] == "yes"
        try:
            answer_inquiry(
                inquiry_id=inquiry_id, arrived=arrived, voucher=said["voucher"], finding=said["finding"],
                actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            then = (
                "本人会在申请页看到核实情况和流水号。"
                if arrived
                else "这笔补贴已转为退票，请在“退票待更正”中更正账户后重新拨付，本人也可以自己更正。"
            )
            messages.success(request, f"申请{found.claim.number}的到账情况已答复。{then}")
            return redirect("finance:inquiries")
    line = found.line
    facts = [
        Fact("本人回答没有收到", "", proved_on=legal_day(found.asked_at), tone="wait"),
        Fact("拨付账户", f"{line.holder}　{line.bank}　{line.number_masked}", line.reference),
        Fact("批次", line.batch.number, "查看批次", reverse("finance:batch", args=[line.batch_id])),
        Fact("状态", INQUIRY.states[found.state]),
    ]
    if found.voucher:
        facts.append(
            Fact("核实情况", found.finding, f"流水号{found.voucher}", "", legal_day(found.answered_at))
        )
    context = {
        "title": f"到账核实：{whose(found.claim)}",
        "crumbs": [Crumb("到账核实", reverse("finance:inquiries")), Crumb(found.claim.number)],
        "form": form,
        "found": found,
        "left": desk.left(found.due_on),
        "claim_url": reverse("finance:claim", args=[found.claim_id]),
        "back": reverse("finance:inquiries"),
        "facts": facts,
        **claim_chain(found.claim, desk),
    }
    return page(request, "finance/inquiry.html", context, status=422 if form.errors else 200)
