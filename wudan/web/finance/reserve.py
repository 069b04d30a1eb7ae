"""支付能力: the 24-month rule with its formula and figures, and the form for a year's figures."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wudan.funds import actions as funds
from wudan.funds.queries import fund_years
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.payment import queries as payment
from wudan.policy.queries import rulebook_for
from wudan.web.finance.forms import ReserveForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books.common import Desk
from wudan.web.shared.parts import Bar
from wudan.web.shared.render import page

AREA = "finance"


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def reserve(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every year's result, newest first; judged is the last whole one. Saving figures works it out again."""
    desk = Desk(actor, AREA)
    rule = rulebook_for(desk.code).reserve
    years = list(fund_years(actor)) if rule else []
    form = ReserveForm(request.POST or None, initial={"year": desk.today.year - 1})
    if request.method == "POST" and rule and form.is_valid():
        try:
            row = funds.record_fund_year(district_id=desk.code, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"{row.year}年的数据已登记，支付能力已重新计算。")
            return redirect(reverse("finance:reserve"))
    found = [r for y in years if (r := payment.reserve(desk.code, y.year)) is not None]
    context = {
        "title": "失业保险基金支付能力",
        "rule": rule,
        "latest": next((r for r in found if r.figures.year < desk.today.year), None),
        "this_year": desk.today.year,
        "found": found,
        "bars": [Bar(f"{r.figures.year}年", int(r.months * 100), f"{r.months}个月") for r in reversed(found)],
        "bars_title": f"计提后可支付月数（不应低于{rule.months}个月）" if rule else "",
        "form": form,
    }
    return page(request, "finance/reserve.html", context, status=422 if form.errors else 200)
