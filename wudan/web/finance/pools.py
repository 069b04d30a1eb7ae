"""Pools: balances, the year's opening, budget, statements, reversing a budget entry."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.funds import actions as funds
from wudan.funds import queries
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.pools import open_pools
from wudan.web.finance.forms import BudgetForm, OpenYearForm, ReverseForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books import pools as book
from wudan.web.shared.books.common import Desk
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

AREA = "finance"


@require_GET
@for_roles(Role.FINANCE)
def pools(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Each pool by year with its balances at the end of any day."""
    return book.pools(
        request, Desk(actor, AREA), "finance/pools.html", {"open_url": reverse("finance:open_pools")}
    )


@require_GET
@for_roles(Role.FINANCE)
def pool(request: HttpRequest, actor: Actor, pool_id: int) -> HttpResponseBase:
    """The statement of one pool."""
    context = {"budget_url": reverse("finance:budget", args=[pool_id])}
    return book.statement(request, Desk(actor, AREA), pool_id, "shared/books/statement.html", context)


@require_GET
@for_roles(Role.FINANCE)
def pool_print(request: HttpRequest, actor: Actor, pool_id: int) -> HttpResponseBase:
    """The statement as a form to sign."""
    return book.statement_print(request, Desk(actor, AREA), pool_id)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def open_year(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """建立年度资金池, as the district's rulebook lists them."""
    desk = Desk(actor, AREA)
    form = OpenYearForm(request.POST or None, initial={"year": desk.today.year})
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        try:
            made = open_pools(district_id=desk.code, year=year, actor=actor, at=desk.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request, f"{year}年的{len(made)}个资金池已建立。接下来请按预算文件逐个录入预算下达。"
            )
            return redirect(f"{reverse('finance:pools')}?year={year}")
    context = {
        "title": "建立年度资金池",
        "crumbs": [Crumb("资金池", reverse("finance:pools")), Crumb("建立年度资金池")],
        "form": form,
        "submit": "建立资金池",
        "back": reverse("finance:pools"),
        "note": "按本区政策列出的资金来源逐个建立，已有的保持不变。",
        "lead": "",
    }
    return page(request, "finance/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def budget(request: HttpRequest, actor: Actor, pool_id: int) -> HttpResponseBase:
    """录入预算下达."""
    desk = Desk(actor, AREA)
    found = queries.visible_pools(actor).filter(pk=pool_id).first()
    if found is None:
        raise Http404
    form = BudgetForm(request.POST or None, initial={"on": desk.today})
    back = reverse("finance:pool", args=[pool_id])
    name = f"{found.year}年{found.label}"
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            funds.appropriate(
                pool_id=pool_id, amount_fen=data["amount_fen"], memo=data["memo"], basis=data["basis"],
                on=data["on"], actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request,
                f"{name}已下达预算{in_sentence(data['amount_fen'])}，可用额度随即增加，复审岗可以核定。",
            )
            return redirect(back)
    context = {
        "title": f"录入预算下达：{name}",
        "crumbs": [Crumb("资金池", reverse("finance:pools")), Crumb(name, back), Crumb("录入预算下达")],
        "form": form,
        "submit": "记入预算下达",
        "back": back,
        "note": "记账后不能修改或删除，录错时只能冲销后重录。",
        "lead": "" if found.payable else "这项资金只作登记，不用于拨付补贴。",
    }
    return page(request, "finance/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def reverse_entry(request: HttpRequest, actor: Actor, entry_id: int) -> HttpResponseBase:
    """冲销 a budget entry, after having looked at it again."""
    desk = Desk(actor, AREA)
    entry = queries.entries(actor).filter(pk=entry_id).first()
    if entry is None:
        raise Http404
    form = ReverseForm(request.POST or None)
    back = reverse("finance:pool", args=[entry.pool_id])
    name = f"{entry.pool.year}年{entry.pool.label}"
    fen: int = getattr(entry, "amount_fen", 0)
    if request.method == "POST" and form.is_valid():
        try:
            funds.reverse(entry_id=entry_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request,
                f"已冲销{in_sentence(fen)}，{name}的可用额度相应减少。需要的，请重新录入正确的预算下达。",
            )
            return redirect(back)
    context = {
        "title": f"冲销预算下达{in_sentence(fen)}",
        "crumbs": [Crumb("资金池", reverse("finance:pools")), Crumb(name, back), Crumb("冲销")],
        "form": form,
        "submit": "冲销这笔预算",
        "back": back,
        "note": "冲销会新记一张方向相反的凭证，原凭证保留。只能冲销一次。",
        "lead": f"原凭证：{entry.on.year}年{entry.on.month}月{entry.on.day}日，{entry.memo}，依据{entry.basis}。",
    }
    return page(request, "finance/form.html", context, status=422 if form.errors else 200)
