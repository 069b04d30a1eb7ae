"""Bounced payments (退票): the list, and correcting the account so that the money can go out again."""

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
from wudan.orders.payment.actions.correcting import correct_and_repay
from wudan.web.finance.forms import CorrectForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.claims import PAYEES, whose
from wudan.web.shared.books.common import Desk, claim_chain
from wudan.web.shared.lists import Column, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page

AREA = "finance"


@require_GET
@for_roles(Role.FINANCE)
def bounced(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Bounced and not yet corrected, the most urgent first."""
    desk = Desk(actor, AREA)
    spec: ListPage[Any] = ListPage(
        title="退票待更正",
        search="申请编号或户名",
        sort="claim__due_on",
        unit="笔",
        empty_title="没有等待更正的退票",
        empty_text="银行退回的款项会出现在这里，更正账户后可以重新拨付。",
        columns=[
            Column("申请编号", lambda x: x.claim.number, "strong", "claim__number",
                   href=lambda x: reverse("finance:correct", args=[x.claim_id]), width=20),
            Column("收款人户名", lambda x: x.holder, sort="holder", width=26),
            Column("收款账号", lambda x: x.number_masked, note=lambda x: x.bank, width=24),
            Column("银行退回原因", lambda x: x.bank_reason, width=26),
            Column("退票日期", lambda x: legal_day(x.answered_at) if x.answered_at else None, "date", "answered_at"),
            Column("办理时限", lambda x: desk.left(x.claim.due_on), "clock", "claim__due_on", due=lambda x: x.claim.due_on),
            Column("金额（元）", lambda x: x.amount_fen, "money", "amount_fen", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> QuerySet[Any]:
        found = payment.bounced_lines(actor)
        if query.search:
            found = found.filter(claim__number__startswith=query.search) | found.filter(
                holder__icontains=query.search
            )
        return found.order_by(query.order_by, "pk")

    return spec.respond(request, fetch, district=desk.name)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def correct(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponseBase:
    """更正账户，重新拨付."""
    desk = Desk(actor, AREA)
    line = payment.bounced_lines(actor).select_related("claim__organisation").filter(claim=claim_id).first()
    if line is None:
        raise Http404
    form = CorrectForm(request.POST or None, initial={"holder": line.holder, "bank": line.bank})
    if request.method == "POST" and form.is_valid():
        try:
            correct_and_repay(claim_id=claim_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request, f"申请{line.claim.number}已回到“已核定待拨付”，会列入下一个拨付批次重新拨付。"
            )
            return redirect("finance:bounced")
    claim = line.claim
    context = {
        "title": f"更正收款账户：{whose(claim)}",
        "crumbs": [Crumb("退票待更正", reverse("finance:bounced")), Crumb(claim.number)],
        "form": form,
        "line": line,
        "claim_url": reverse("finance:claim", args=[claim.pk]),
        "back": reverse("finance:bounced"),
        "facts": [
            Fact("银行退回原因", line.bank_reason, tone="wrong"),
            Fact("原收款账户", f"{line.holder}　{line.bank}　{line.number_masked}"),
            Fact("收款方", PAYEES.get(claim.payee, "")),
            Fact("批次", line.batch.number, "查看批次", reverse("finance:batch", args=[line.batch_id])),
        ],
        **claim_chain(claim, desk),
    }
    return page(request, "finance/correct.html", context, status=422 if form.errors else 200)
