"""补发: money owed on top of what was paid, confirmed by two officers; it goes out with the batches. And what the bank sent back of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
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
from wudan.orders.payment.actions.supplementing import repay_supplement
from wudan.orders.payment.differences import visible_supplements
from wudan.orders.payment.states import SUPPLEMENT
from wudan.web.finance.forms import CorrectForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.claims import PAYEES, whose
from wudan.web.shared.books.common import Desk, claim_chain
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact, Tone
from wudan.web.shared.render import page

AREA = "finance"
TONES: dict[str, Tone] = {
    "approved": "wait",
    "batched": "now",
    "paid": "done",
    "bounced": "wrong",
    "cancelled": "off",
}


@require_GET
@for_roles(Role.FINANCE)
def supplements(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """All supplements of the district, newest first; one the bank sent back opens its correction."""
    desk = Desk(actor, AREA)

    def href(one: Any) -> str:
        if one.state == "bounced":
            return reverse("finance:supplement_correct", args=[one.pk])
        return reverse("finance:claim", args=[one.claim_id])

    spec: ListPage[Any] = ListPage(
        title="补发",
        search="申请编号",
        sort="-pk",
        unit="笔",
        empty_title="没有补发的资金",
        empty_text="已拨付的补贴事后查明少发、经两人复核确认的，会出现在这里，并列入下一个拨付批次。",
        filters=[Filter("state", "状态", SUPPLEMENT.choices())],
        columns=[
            Column("申请编号", lambda s: s.claim.number, "strong", "claim__number", href=href, width=20),
            Column("姓名或单位", lambda s: whose(s.claim), width=24),
            Column("更正的事实", lambda s: s.difference.late_fact.sentence, note=lambda s: s.difference.document, width=40),
            Column("资金池", lambda s: f"{s.pool.year}年{s.pool.label}", width=24),
            Column("确认日期", lambda s: legal_day(s.difference.decided_at), "date", "difference__decided_at"),
            Column("状态", lambda s: SUPPLEMENT.states[s.state], "badge", "state", tone=lambda s: TONES[s.state]),
            Column("金额（元）", lambda s: s.amount_fen, "money", "amount_fen", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = visible_supplements(actor)
        if query.get("state"):
            found = found.filter(state=query.get("state"))
        if query.search:
            found = found.filter(claim__number__startswith=query.search)
        return found.order_by(query.order_by, "-pk")

    return spec.respond(request, fetch, district=desk.name)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def correct(request: HttpRequest, actor: Actor, supplement_id: int) -> HttpResponseBase:
    """更正账户，重新补发 of a supplement the bank sent back."""
    desk = Desk(actor, AREA)
    found = visible_supplements(actor).filter(pk=supplement_id, state="bounced").first()
    if found is None:
        raise Http404
    claim = found.claim
    line = payment.lines_of_claim(claim.pk).filter(supplement=found, state="bounced").first()
    form = CorrectForm(
        request.POST or None,
        initial={"holder": line.holder if line else "", "bank": line.bank if line else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            repay_supplement(supplement_id=supplement_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"申请{claim.number}的补发会列入下一个拨付批次。")
            return redirect("finance:supplements")
    context = {
        "title": f"更正收款账户：{whose(claim)}",
        "crumbs": [Crumb("补发", reverse("finance:supplements")), Crumb(claim.number)],
        "form": form,
        "line": line,
        "claim_url": reverse("finance:claim", args=[claim.pk]),
        "back": reverse("finance:supplements"),
        "facts": [
            Fact("银行退回原因", line.bank_reason if line else "", tone="wrong"),
            Fact("原收款账户", f"{line.holder}　{line.bank}　{line.number_masked}" if line else ""),
            Fact("收款方", PAYEES.get(claim.payee, "")),
            Fact("补发的原因", found.difference.late_fact.sentence, found.difference.document),
        ],
        **claim_chain(claim, desk),
    }
    return page(request, "finance/correct.html", context, status=422 if form.errors else 200)
