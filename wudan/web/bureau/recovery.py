"""责令退回: money that should not have been paid, ordered back in whole or in part."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.recovering import open_recovery
from wudan.orders.payment.queries import lines_of_claim
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.web.bureau.desk import Desk, about, chain, claim_url
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


class RecoveryForm(f.Form):
    amount_fen = f.MoneyField(label="责令退回的金额（元）")
    reason = forms.CharField(
        label="查实的情况", min_length=4, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis = forms.CharField(label="依据", max_length=200, help_text="文件名称或决定书文号。")


@require_http_methods(["GET", "POST"])
@for_roles(Role.REVIEWER)
def recover(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """Of a paid claim of the district."""
    desk = Desk(actor)
    found = claim_page(claim_id, actor, desk.today)
    if "open_recovery" not in [m.verb for m in found.moves]:
        raise Http404
    claim = found.claim
    paid: Any = next((line for line in lines_of_claim(claim.pk) if line.state == "paid"), None)
    initial = {"amount_fen": paid.amount_fen if paid else claim.amount_fen}
    form = RecoveryForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = open_recovery(claim_id=claim.pk, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request,
                f"已责令退回{in_sentence(made.amount_fen)}。由财务岗登记退款到账，全部到账后自动办结。",
            )
            return redirect(claim_url(claim))
    context = {
        "title": f"责令退回：{about(claim)}",
        "subtitle": f"{found.scheme_label} · 已拨付{in_sentence(paid.amount_fen if paid else claim.amount_fen or 0)}",
        "crumbs": [
            Crumb("申请", reverse("bureau:claims")),
            Crumb(claim.number, claim_url(claim)),
            Crumb("责令退回"),
        ],
        **chain(claim, desk),
        "form": form,
        "submit": "责令退回",
        "note": "全部退回的，申请转为“追回中”；退回一部分的，其余仍为已拨付。每一笔到账都入账。",
        "cancel_url": claim_url(claim),
    }
    return page(request, "bureau/recover.html", context, status=422 if form.errors else 200)
