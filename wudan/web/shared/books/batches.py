"""Batches: the list, and one batch with its lines, its four sums, its gaps and who did what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from wudan.funds.queries import visible_pools
from wudan.kernel.changes import Change
from wudan.kernel.periods import legal_day
from wudan.orders.payment import desk as payment_desk
from wudan.orders.payment import queries as payment
from wudan.orders.payment.states import BATCH, LINE
from wudan.oversight.queries import visible_findings
from wudan.web.shared.books.common import BATCH_TONES, LINE_TONES, Desk, batch_chain
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Event, Tone
from wudan.web.shared.words import cn_month


def batches(request: HttpRequest, desk: Desk, template: str, context: dict[str, Any]) -> HttpResponseBase:
    """The district's batches. Four queries, whatever their number."""
    pools = [(str(p.pk), f"{p.year}年{p.label}") for p in visible_pools(desk.actor) if p.payable]
    spec: ListPage[Any] = ListPage(
        title="拨付批次",
        search="批次号",
        sort="-pk",
        unit="个批次",
        empty_title="没有符合条件的批次",
        empty_text="核定后的申请由财务人员按月、按资金池拟制成批次。",
        filters=[
            Filter("state", "状态", [*BATCH.choices(), ("open", "未结清的")]),
            Filter("pool", "资金池", pools),
            Filter("since", "月份不早于", kind="date"),
            Filter("until", "月份不晚于", kind="date"),
        ],
        columns=[
            Column("批次号", lambda b: b.number, "strong", "pk", href=lambda b: desk.url("batch", b.pk), width=24),
            Column("月份", lambda b: cn_month(b.month), sort="month"),
            Column("资金池", lambda b: f"{b.pool.year}年{b.pool.label}", width=30),
            Column("笔数", lambda b: b.lines_count, "number", "lines_count", total=True),
            Column("金额（元）", lambda b: b.total_fen, "money", "total_fen", total=True),
            Column("状态", lambda b: BATCH.states[b.state], "badge", tone=lambda b: BATCH_TONES[b.state], width=20),
            Column("拟制日期", lambda b: legal_day(b.made_at), "date", "made_at"),
            Column("送银行日期", lambda b: legal_day(b.sent_at) if b.sent_at else None, "date", "sent_at"),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> QuerySet[Any]:
        found = payment.visible_batches(desk.actor)
        state = query.get("state")
        if state == "open":
            found = found.exclude(state__in=["settled", "cancelled"])
        elif state:
            found = found.filter(state=state)
        if query.get("pool"):
            found = found.filter(pool=int(query.get("pool")))
        if since := query.day("since"):
            found = found.filter(month__gte=since.replace(day=1))
        if until := query.day("until"):
            found = found.filter(month__lte=until)
        if query.search:
            found = found.filter(number__icontains=query.search)
        return found.order_by(query.order_by, "-pk")

    return spec.respond(request, fetch, template, context, district=desk.name)


def batch_of(desk: Desk, batch_id: int) -> Any:
    """The batch, if the actor may see it; else there is no such page."""
    found = payment.batch(desk.actor, batch_id)
    if found is None:
        raise Http404
    return found


def batch_page(
    request: HttpRequest, desk: Desk, batch_id: int, template: str, context: dict[str, Any]
) -> HttpResponseBase:
    """One batch. The number of queries does not grow with its lines."""
    batch = batch_of(desk, batch_id)
    removable = batch.state in ("drafted", "halted") and not batch.sent_at and bool(desk.url("remove", 0))
    spec = _lines_page(desk, batch, removable=removable)

    def fetch(query: Query) -> QuerySet[Any]:
        found = payment.lines(batch.pk, state=query.get("state"))
        if query.search:
            word = query.search
            found = found.filter(reference__icontains=word) | found.filter(claim__number__startswith=word) | found.filter(
                holder__icontains=word
            )  # fmt: skip
        return found.order_by(query.order_by or "pk", "pk")

    asked = request.GET.get("export") in ("csv", "xlsx")
    own: dict[str, Any] = {} if asked else _about(desk, batch)
    pool = f"{batch.pool.year}年{batch.pool.label}"
    return spec.respond(
        request,
        fetch,
        template,
        {**own, **context},
        district=desk.name,
        period=f"{cn_month(batch.month)} {pool}",
    )


def _lines_page(desk: Desk, batch: Any, *, removable: bool) -> ListPage[Any]:
    columns: list[Column[Any]] = [
        Column("明细号", lambda x: x.reference, "strong", "pk", href=lambda x: desk.url("trail", "line", x.pk), width=18),
        Column("申请编号", lambda x: x.claim.number, href=lambda x: desk.url("claim", x.claim_id),
               note=lambda x: "补发" if x.supplement_id else "", width=20),
        Column("收款人户名", lambda x: x.holder, sort="holder", width=26),
        Column("收款账号", lambda x: x.number_masked, note=lambda x: x.bank, width=24),
        Column("金额（元）", lambda x: x.amount_fen, "money", "amount_fen", total=True),
        Column("状态", lambda x: LINE.states[x.state], "badge", tone=lambda x: LINE_TONES[x.state],
               note=lambda x: x.bank_reason, width=14),
        Column("银行实付（元）", lambda x: x.received_fen, "money", total=True),
    ]  # fmt: skip
    if removable:
        columns.append(
            Column(
                "办理",
                lambda x: "移出批次" if x.state == "pending" else "",
                href=lambda x: desk.url("remove", x.pk) if x.state == "pending" else "",
            )
        )
    return ListPage(
        title=f"批次{batch.number}",
        filename=f"拨付明细-{batch.number}",
        search="明细号、申请编号或户名",
        sort="pk",
        unit="笔",
        empty_title="没有符合条件的明细",
        filters=[Filter("state", "明细状态", LINE.choices())],
        columns=columns,
    )


def _about(desk: Desk, batch: Any) -> dict[str, Any]:
    changes = payment_desk.batch_history(batch)
    sums = payment_desk.four_sums(batch.pk)
    since = next((c.at for c in reversed(changes) if c.moved), batch.made_at)
    people = payment_desk.batch_people(batch)
    due = payment_desk.batch_due(batch.pk, desk.today)
    finding = None
    if batch.gaps or batch.state == "halted":
        finding = visible_findings(desk.actor, subject=f"batch:{batch.pk}").first()
    return {
        "batch": batch,
        "pool_name": f"{batch.pool.year}年{batch.pool.label}",
        "pool_url": desk.url("pool", batch.pool_id),
        "state_word": BATCH.states[batch.state],
        "state_tone": BATCH_TONES[batch.state],
        "people": people,
        "sums": sums,
        "checks": checks(batch, sums),
        "events": _events(batch, changes, people),
        "returns": list(payment.returns(batch.pk)),
        "finding": finding,
        "finding_url": desk.url("finding", finding.pk) if finding else "",
        "crumbs": [Crumb("拨付批次", desk.url("batches")), Crumb(batch.number)],
        "heading": f"{cn_month(batch.month)}{batch.pool.label}拨付批次",
        **batch_chain(batch, since, due.on, desk),
        "late": due.late if batch.state not in ("settled", "cancelled") else 0,
    }


def checks(batch: Any, sums: payment_desk.FourSums) -> list[tuple[str, int, str, Tone]]:
    """公示 = 核定 = 拨付 = 到账 + 退票 + 待回单, each with its word and tone."""

    def agree(fen: int, other: int) -> tuple[str, Tone]:
        return ("一致", "done") if fen == other else ("不一致", "wrong")

    got = sums.received + sums.bounced + sums.waiting
    owed: list[tuple[str, int, str, Tone]] = [("补发差额合计", sums.supplements, "两人复核", "done")]
    rows: list[tuple[str, int, str, Tone]] = [
        ("公示金额合计", sums.published, *agree(sums.published, sums.approved)),
        ("核定金额合计", sums.approved, *agree(sums.approved + sums.supplements, sums.sent)),
        *(owed if sums.supplements else []),
        ("拨付明细合计", sums.sent, *agree(sums.sent, batch.total_fen)),
    ]
    if batch.sent_at:
        rows += [
            ("银行实付合计", sums.received, *(agree(got, sums.sent) if not sums.waiting else ("等待回单", "now"))),
            ("银行退票合计", sums.bounced, "更正后重新拨付" if sums.bounced else "没有退票", "wait" if sums.bounced else "plain"),
            ("等待银行回单", sums.waiting, "等待回单" if sums.waiting else "已全部回单", "now" if sums.waiting else "done"),
        ]  # fmt: skip
    return rows


_VERBS = {
    ("drafted", "signed"): "签批",
    ("signed", "sent"): "送银行",
    ("sent", "answered"): "银行回单收齐",
    ("answered", "settled"): "结清",
    ("halted", "drafted"): "差异已处理，退回拟制",
    ("halted", "sent"): "差异已处理，继续等待回单",
    ("drafted", "cancelled"): "取消批次",
}


def _events(batch: Any, changes: Sequence[Change], people: dict[str, str]) -> list[Event]:
    """Newest first."""
    maker = changes[0].who if changes else people["gathered"]
    events = [
        Event(
            batch.made_at, f"拟制批次，共{len(batch.skipped)}笔未列入" if batch.skipped else "拟制批次", maker
        )
    ]
    for change in changes:
        if change.moved:
            halted = change.moved[1] == "halted"
            word = (
                "发现差异，暂停拨付"
                if halted
                else _VERBS.get((change.moved[0], change.moved[1]), BATCH.states[change.moved[1]])
            )
            events.append(
                Event(change.at, word, change.who, basis=change.basis, tone="wrong" if halted else "done")
            )
        elif any(label == "差异核查人" for label, _, _ in change.fields):
            events.append(Event(change.at, "监督岗办结差异核查", change.who, basis=change.basis, tone="done"))
    return events[::-1]
