"""追回: what must come back, what came, and recording a receipt."""

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
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment import desk as payment_desk
from wudan.orders.payment import queries as payment
from wudan.orders.payment.actions.recovering import record_recovery
from wudan.web.finance.forms import ReceiptForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books import recoveries as book
from wudan.web.shared.books.claims import whose
from wudan.web.shared.books.common import Desk, claim_chain
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page

AREA = "finance"


@require_GET
@for_roles(Role.FINANCE)
def recoveries(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """All recoveries of the district."""
    return book.recoveries(request, Desk(actor, AREA), opens="recovery")


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def recovery(request: HttpRequest, actor: Actor, recovery_id: int) -> HttpResponseBase:
    """One recovery with its receipts; records another."""
    desk = Desk(actor, AREA)
    found: Any = payment.visible_recoveries(actor).filter(pk=recovery_id).first()
    if found is None:
        raise Http404
    left = found.amount_fen - found.received_fen if found.state == "open" else 0
    form = ReceiptForm(request.POST or None, initial={"received_on": desk.today, "amount_fen": left})
    if request.method == "POST" and form.is_valid():
        try:
            got = record_recovery(recovery_id=recovery_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            rest = left - got.amount_fen
            then = f"还应追回{in_sentence(rest)}。" if rest else "这笔资金已全部追回。"
            messages.success(request, f"已记入退款{in_sentence(got.amount_fen)}，{then}")
            return redirect("finance:recovery", recovery_id)
    context = {
        "title": f"追回：{whose(found.claim)}",
        "crumbs": [Crumb("追回", reverse("finance:recoveries")), Crumb(found.claim.number)],
        "form": form,
        "found": found,
        "lifted": found.state == "lifted",
        "left_fen": left,
        "receipts": payment_desk.receipts(found),
        "back": reverse("finance:recoveries"),
        "claim_url": reverse("finance:claim", args=[found.claim_id]),
        "facts": [
            Fact("应追回", in_sentence(found.amount_fen)),
            Fact("已追回", in_sentence(found.received_fen)),
            Fact("尚欠", in_sentence(left), tone="wait" if left else "plain"),
            Fact("原因", found.reason, found.basis, "", legal_day(found.opened_at)),
            Fact("原拨付", found.line.reference, found.line.batch.number, reverse("finance:batch", args=[found.line.batch_id])),
        ],
        **claim_chain(found.claim, desk),
    }  # fmt: skip
    return page(request, "finance/recovery.html", context, status=422 if form.errors else 200)
