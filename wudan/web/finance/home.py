"""The desk of finance: five numbers that make someone act, and the claims behind the first of them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.funds import queries as funds
from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment import desk as payment_desk
from wudan.orders.payment import queries as payment
from wudan.web.shared.acting import for_roles
from wudan.web.shared.books import claims as book
from wudan.web.shared.books.common import BATCH_TONES, Desk
from wudan.web.shared.parts import Bar, Stat, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import clock_words

AREA = "finance"
OPEN = ("halted", "answered", "signed", "drafted", "sent")
DO = {
    "halted": "核对差异",
    "answered": "核对后结清",
    "signed": "送银行",
    "drafted": "签批",
    "sent": "录入银行回单",
}


@require_GET
@for_roles(Role.FINANCE)
def home(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """What waits, most urgent first."""
    desk = Desk(actor, AREA)
    now = payment_desk.standing(actor)
    pools = [p for p in funds.visible_pools(actor) if p.payable]
    sums = funds.balances_now([p.pk for p in pools])
    moving = sum(b.in_transit for b in sums.values())
    batches_url = reverse("finance:batches")
    drafted = now.batches.get("drafted", (0, 0))
    left, bounced_left = desk.left(now.oldest_due), desk.left(now.bounced_due)
    to_pay = f"{reverse('finance:claims')}?{urlencode({'state': 'approved', 'sort': 'due_on'})}"
    pay_note = f"{in_sentence(now.waiting_fen)}，最早一件{clock_words(left)}"
    back_note = f"{in_sentence(now.bounced_fen)}，最早一件{clock_words(bounced_left)}"
    draft_note = in_sentence(drafted[1]) if drafted[0] else "没有待签批的批次"
    sent = now.batches.get("sent", (0, 0))[0]
    stats = [
        Stat("已核定待拨付", f"{now.waiting:,}", to_pay, pay_note if now.waiting else "没有等待拨付的申请",
             _tone(left, now.waiting), "件"),
        Stat("待签批", f"{drafted[0]:,}", f"{batches_url}?state=drafted", draft_note,
             "wait" if drafted[0] else "plain", "个批次"),
        Stat("银行在途", f"{sent:,}", f"{batches_url}?state=sent", in_sentence(moving) if moving else "没有在途资金",
             "now" if moving else "plain", "个批次"),
        Stat("退票待更正", f"{now.bounced:,}", reverse("finance:bounced"), back_note if now.bounced else "没有退票",
             _tone(bounced_left, now.bounced), "件"),
        Stat("追回中", f"{now.recoveries:,}", f"{reverse('finance:recoveries')}?state=open",
             f"还应追回{in_sentence(now.recovery_fen)}" if now.recoveries else "没有追回中的资金",
             "wait" if now.recoveries else "plain", "件"),
    ]  # fmt: skip
    found = payment.visible_batches(actor).filter(state__in=OPEN)[:20]
    batches = sorted(found, key=lambda b: (OPEN.index(b.state), b.pk))
    work = [(b, DO[b.state], BATCH_TONES[b.state], b.gathered_by == actor.user_id) for b in batches]
    newest = max((p.year for p in pools), default=desk.today.year)
    bars = [
        Bar(p.label, sums[p.pk].available // 100, in_sentence(sums[p.pk].available), reverse("finance:pool", args=[p.pk]))
        for p in pools
        if p.year == newest and p.pk in sums
    ]  # fmt: skip
    context = {
        "title": "财务拨付",
        "subtitle": f"今天是{desk.today.year}年{desk.today.month}月{desk.today.day}日",
        "stats": stats,
        "work": work,
        "inquiries": [
            (x, desk.left(x.due_on)) for x in payment.visible_inquiries(actor).filter(state="open")[:20]
        ],
        "ready": payment.ready(actor),
        "bars": bars,
        "bars_title": f"{newest}年各资金池可用额度",
        "this_month": desk.today.replace(day=1).isoformat(),
        "pools_open": bool(pools),
    }
    return page(request, "finance/home.html", context)


def _tone(left: int | None, count: int) -> Tone:
    if not count:
        return "plain"
    return "wrong" if left is not None and left < 0 else "wait"


@require_GET
@for_roles(Role.FINANCE)
def claims(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """The district's claims, to be read."""
    return book.claims(request, Desk(actor, AREA), "shared/list_page.html", {})


@require_GET
@for_roles(Role.FINANCE)
def claim(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponseBase:
    """One claim, to be read."""
    return book.claim(request, Desk(actor, AREA), claim_id, "shared/books/claim.html", {"history_url": ""})


@require_POST
@for_roles(Role.FINANCE)
def reveal(request: HttpRequest, actor: Actor, claim_id: int, kind: str) -> HttpResponseBase:
    """The account's number in full, for a reason."""
    return book.reveal(
        request, Desk(actor, AREA), claim_id, kind, "shared/books/claim.html", {"history_url": ""}
    )
