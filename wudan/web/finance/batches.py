"""Batches: the list, gathering with a look beforehand, one batch, the bank's file out and its answer in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from wudan.funds.queries import visible_pools
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refusal, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment import desk as payment_desk
from wudan.orders.payment import queries as payment
from wudan.orders.payment.actions import gathering, returning, sending
from wudan.orders.payment.bankfile import FORMATS
from wudan.web.finance.forms import FileForm, GatherForm, ReturnForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books import batches as book
from wudan.web.shared.books.common import Desk, claim_chain
from wudan.web.shared.forms import ReasonForm
from wudan.web.shared.parts import Crumb, Fault
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_month

AREA = "finance"
MONTHS = 12
_WRITTEN = re.compile(r"填的是“([^”]*)”")


@require_GET
@for_roles(Role.FINANCE)
def batches(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """All batches of the district."""
    return book.batches(
        request, Desk(actor, AREA), "finance/batches.html", {"gather_url": reverse("finance:gather")}
    )


@require_GET
@for_roles(Role.FINANCE)
def batch(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponseBase:
    """One batch and what may be done with it."""
    desk = Desk(actor, AREA)
    found = book.batch_of(desk, batch_id)
    context = {
        "mine": found.gathered_by == actor.user_id,
        "file_form": FileForm(initial={"format": "xlsx"}),
        "file_ready": found.sent_at is not None and found.state in sending.OUT,
        "urls": {
            name: reverse(f"finance:{name}", args=[batch_id])
            for name in (
                "sign", "send", "settle", "cancel", "stop", "resume", "explain", "return", "file",
            )
        },
    }  # fmt: skip
    return book.batch_page(request, desk, batch_id, "finance/batch.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def gather_page(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """拟制批次: choose pool and month, see what will be taken and left out, then make it."""
    desk = Desk(actor, AREA)
    pools = [p for p in visible_pools(actor) if p.payable]
    form = GatherForm(
        request.POST if request.method == "POST" else request.GET if "pool" in request.GET else None,
        pools=[(str(p.pk), f"{p.year}年{p.label}") for p in pools],
        months=_months(desk.today),
        initial={"month": desk.today.replace(day=1).isoformat()},
    )
    preview = None
    if form.is_valid():
        if request.method == "POST":
            try:
                made = gathering.gather(
                    district_id=desk.code, pool_id=int(form.cleaned_data["pool"]), month=form.first_day,
                    actor=actor, at=desk.at,
                )  # fmt: skip
            except Refused as refused:
                form.add_refused(refused)
            else:
                _say_gathered(request, made)
                return redirect("finance:batch", made.pk)
        preview = payment_desk.preview(actor, int(form.cleaned_data["pool"]))
    context = {
        "title": "拟制拨付批次",
        "crumbs": [Crumb("拨付批次", reverse("finance:batches")), Crumb("拟制")],
        "form": form,
        "preview": preview,
        "month": form.first_day if preview and "month" in form.cleaned_data else None,
        "ready": payment.ready(actor),
        "this_month": desk.today.replace(day=1).isoformat(),
        "shown": payment_desk.SHOWN,
    }
    return page(request, "finance/gather.html", context, status=422 if form.errors else 200)


def _months(today: date) -> list[tuple[str, str]]:
    found, day = [], today.replace(day=1)
    for _ in range(MONTHS):
        found.append((day.isoformat(), cn_month(day)))
        day = date(day.year - (day.month == 1), (day.month - 2) % 12 + 1, 1)
    return found


def _say_gathered(request: HttpRequest, made: object) -> None:
    number, count, fen = (getattr(made, name) for name in ("number", "lines_count", "total_fen"))
    if getattr(made, "state", "") == "halted":
        messages.error(
            request,
            f"批次{number}已拟制，但公示金额与核定金额不一致，已暂停拨付。请查看下面的逐笔差异，监督岗会收到疑点。",
        )
    else:
        messages.success(
            request,
            f"批次{number}已拟制，共{count:,}笔{in_sentence(fen)}。接下来请另一位财务人员核对并签批。",
        )


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def remove(request: HttpRequest, actor: Actor, line_id: int) -> HttpResponseBase:
    """移出批次, with the reason the claim's record will keep."""
    desk = Desk(actor, AREA)
    line = payment_desk.line(actor, line_id)
    if line is None:
        raise Http404
    form = ReasonForm(request.POST or None)
    back = reverse("finance:batch", args=[line.batch_id])
    if request.method == "POST" and form.is_valid():
        try:
            gathering.remove_line(
                line_id=line_id, reason=form.cleaned_data["reason"], actor=actor, at=desk.at
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(
                request, f"明细{line.reference}已移出，申请回到“已核定待拨付”，可以列入下一个批次。"
            )
            return redirect(back)
    context = {
        "title": f"移出明细{line.reference}",
        "crumbs": [
            Crumb("拨付批次", reverse("finance:batches")),
            Crumb(line.batch.number, back),
            Crumb("移出明细"),
        ],
        "form": form,
        "submit": "移出批次",
        "back": back,
        "note": "移出后批次的笔数和合计随之减少，这笔申请仍占用已核定的资金。",
        "lead": f"{line.holder}，{line.bank} {line.number_masked}，{in_sentence(line.amount_fen)}。",
        **claim_chain(line.claim, desk),
    }
    return page(request, "finance/form.html", context, status=422 if form.errors else 200)


@require_http_methods(["POST"])
@for_roles(Role.FINANCE)
def bank_file(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponseBase:
    """下载银行代发文件 with full accounts: the reason goes into the journal before the file goes out."""
    desk = Desk(actor, AREA)
    found = book.batch_of(desk, batch_id)
    form = FileForm(request.POST)
    if form.is_valid():
        try:
            content = sending.bank_file(batch_id=batch_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            form.add_refused(refused)
        else:
            adapter = FORMATS[form.cleaned_data["format"]]
            response = HttpResponse(content, content_type=adapter.content_type)
            name = content_disposition_header(
                as_attachment=True, filename=f"银行代发-{found.number}.{adapter.extension}"
            )
            response["Content-Disposition"] = name or "attachment"
            response["Cache-Control"] = "no-store"
            return response
    context = {
        "title": "下载银行文件",
        "crumbs": [
            Crumb("拨付批次", reverse("finance:batches")),
            Crumb(found.number, reverse("finance:batch", args=[batch_id])),
            Crumb("下载银行文件"),
        ],
        "form": form,
        "submit": "下载银行文件",
        "back": reverse("finance:batch", args=[batch_id]),
        "note": "",
        "lead": "",
    }
    return page(request, "finance/form.html", context, status=422)


@require_http_methods(["GET", "POST"])
@for_roles(Role.FINANCE)
def bank_return(request: HttpRequest, actor: Actor, batch_id: int) -> HttpResponseBase:
    """录入银行回单: booked whole or not at all; faults of the file are named by row and column."""
    desk = Desk(actor, AREA)
    found = book.batch_of(desk, batch_id)
    form = ReturnForm(request.POST or None, request.FILES or None)
    faults: list[Fault] = []
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = returning.record_return(
                batch_id=batch_id, file_name=file.name, content=file.read(), final=form.cleaned_data["final"],
                actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            faults = _faults(refused.refusals)
            if faults:
                form.add_error(None, "回单文件里有没读懂的内容，整份文件没有入账。请按下表改好后重新上传。")
            else:
                form.add_refused(refused)
        else:
            _say_returned(request, kept, again=kept.recorded_at != desk.at)
            return redirect("finance:batch", batch_id)
    sums = payment_desk.four_sums(batch_id)
    context = {
        "title": "录入银行回单",
        "crumbs": [
            Crumb("拨付批次", reverse("finance:batches")),
            Crumb(found.number, reverse("finance:batch", args=[batch_id])),
            Crumb("录入银行回单"),
        ],
        "form": form,
        "faults": faults,
        "batch": found,
        "sums": sums,
        "waiting": sum(1 for _ in payment.lines(batch_id, state="pending").values_list("pk")),
        "back": reverse("finance:batch", args=[batch_id]),
    }
    return page(request, "finance/return.html", context, status=422 if form.errors else 200)


def _faults(refusals: Sequence[Refusal]) -> list[Fault]:
    found = []
    for one in refusals:
        row, _, column = one.field.partition(":")
        if one.code == "bad-row" and row.isdecimal():
            written = _WRITTEN.search(one.sentence)
            found.append(
                Fault(int(row), column, written.group(1) if written else "", one.sentence, one.remedy)
            )
    return found


def _say_returned(request: HttpRequest, kept: object, *, again: bool) -> None:
    paid, fen, back = (getattr(kept, name) for name in ("paid_count", "paid_fen", "bounced_count"))
    if not getattr(kept, "accepted", False):
        messages.error(
            request,
            "回单与送银行的明细不一致，整份回单没有入账，批次已暂停拨付。请查看下面的逐笔差异；监督岗核查办结后才能恢复。",
        )
    elif again:
        messages.info(request, "这个回单文件已经录入过，没有重复记账。")
    else:
        bounced = f"，退票{back:,}笔，请到“退票待更正”办理" if back else "，没有退票"
        messages.success(
            request, f"回单已入账：成功{paid:,}笔{in_sentence(fen)}{bounced}。全部回单收齐后请核对并结清。"
        )
