"""Reading payment: batches, their lines and returns, what is ready, recoveries, and whether all sums agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum

from wudan.funds import queries as funds
from wudan.funds.models import Leg, Pool
from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import SHANGHAI, legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment.matching import Gap
from wudan.orders.payment.models import BankReturn, Batch, Inquiry, PaymentLine, Recovery
from wudan.orders.payment.payables import waiting_supplements, with_live_line
from wudan.orders.subsidy.models import Claim, NoticeLine, Objection
from wudan.policy.queries import rulebook_for

READERS = (Role.FINANCE, Role.SUPERVISOR)
# A claim whose line stands so must itself stand so.
_CLAIM_STATES = {
    "pending": ("batched",),
    "paid": ("paid", "recovering", "recovered"),
    "bounced": ("bounced", "approved", "batched", "paid", "recovering", "recovered"),
}
_SUPPLEMENT_STATES = {
    "pending": ("batched",),
    "paid": ("paid",),
    "bounced": ("bounced", "approved", "batched", "paid", "cancelled"),
}


# --- lists ------------------------------------------------------------------------------------------------------
def visible_batches(actor: Actor) -> QuerySet[Batch]:
    """Finance and supervisor see their district's batches, newest first; nobody else sees any."""
    if actor.role not in READERS or actor.district_id is None:
        return Batch.objects.none()
    return (
        Batch.objects.filter(district_id=actor.district_id).select_related("pool", "district").order_by("-pk")
    )


def batch(actor: Actor, batch_id: int) -> Batch | None:
    return visible_batches(actor).filter(pk=batch_id).first()


def lines(batch_id: int, *, state: str = "") -> QuerySet[PaymentLine]:
    """The lines of a batch in the order of the bank's file, with claim and person; accounts masked."""
    found = PaymentLine.objects.filter(batch_id=batch_id).select_related(
        "claim__person", "claim__organisation"
    )
    return (found.filter(state=state) if state else found).order_by("pk")


def line_counts(batch_ids: Iterable[int]) -> dict[int, dict[str, tuple[int, int]]]:
    """Batch → state → (lines, fen), one query."""
    sums = (
        PaymentLine.objects.filter(batch_id__in=list(batch_ids))
        .order_by()
        .values_list("batch_id", "state")
        .annotate(n=Count("pk"), fen=Sum("amount_fen"))
    )
    found: dict[int, dict[str, tuple[int, int]]] = {}
    for batch_id, state, n, fen in sums:
        found.setdefault(batch_id, {})[state] = (n, int(fen))
    return found


def lines_of_claim(claim_id: int) -> QuerySet[PaymentLine]:
    """Every attempt to pay a claim, newest first: its timeline, and the bank's reason of a bounce."""
    return PaymentLine.objects.filter(claim_id=claim_id).select_related("batch").order_by("-pk")


def returns(batch_id: int) -> QuerySet[BankReturn]:
    return BankReturn.objects.filter(batch_id=batch_id).defer("file_sealed").order_by("-pk")


def bounced_lines(actor: Actor) -> QuerySet[PaymentLine]:
    """Bounced and not yet corrected: claims of the finance officer's district, or the applicant's own."""
    newest = PaymentLine.objects.filter(claim=OuterRef("claim")).order_by("-pk").values("pk")[:1]
    found = PaymentLine.objects.filter(state="bounced", claim__state="bounced", pk=Subquery(newest))
    return found.filter(_own(actor)).select_related("claim__person", "batch").order_by("answered_at", "pk")


def visible_inquiries(actor: Actor) -> QuerySet[Inquiry]:
    """到账核实 of the district, or of the own claims; the most urgent first."""
    return (
        Inquiry.objects.filter(_own(actor))
        .select_related("claim__person", "line__batch__pool")
        .order_by("due_on", "pk")
    )


def inquiries_of(claim_ids: Iterable[int]) -> dict[int, Inquiry]:
    """Claim → the newest question whether its money arrived. One query."""
    found = Inquiry.objects.filter(claim_id__in=list(claim_ids)).order_by("claim_id", "-pk")
    return {one.claim_id: one for one in found.distinct("claim_id")}


def visible_recoveries(actor: Actor) -> QuerySet[Recovery]:
    """With `received_fen`, the sum come back so far."""
    found = Recovery.objects.filter(_own(actor)).select_related(
        "claim__person", "claim__organisation", "line__batch"
    )
    return found.annotate(received_fen=Sum("receipts__amount_fen", default=0)).order_by("-pk")


def open_recoveries(actor: Actor, claim_id: int | None = None) -> list[Any]:
    """Recoveries whose payee still has to give back, oldest first, with `received_fen` and `left_fen`. One query."""
    found = visible_recoveries(actor).filter(state="open")
    if claim_id is not None:
        found = found.filter(claim=claim_id)
    return list(found.annotate(left_fen=F("amount_fen") - F("received_fen")).order_by("pk"))


def _own(actor: Actor) -> Q:
    if actor.role in (*READERS, Role.REVIEWER, Role.INTAKE):
        return Q(claim__district_id=actor.district_id)
    if actor.role is Role.WORKER and actor.person_id is not None:
        return Q(claim__person_id=actor.person_id)
    if actor.role in (Role.ENTERPRISE, Role.PROVIDER) and actor.organisation_id is not None:
        return Q(claim__organisation_id=actor.organisation_id)
    return Q(pk__in=[])


# --- what is ready ----------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Ready:
    """What a pool has waiting to be gathered."""

    pool: Pool
    count: int
    amount_fen: int


def claims_of_pool(pool: Pool) -> QuerySet[Claim]:
    """Approved claims whose money is earmarked in this pool.

    A claim that had a line before stays with that line's pool, whatever the year; else approval was in the pool's year.
    """
    own = PaymentLine.objects.filter(claim=OuterRef("pk"), supplement=None)
    before = own.order_by("-pk").values("batch__pool_id")[:1]
    begins, ends = (datetime.combine(date(y, 1, 1), time.min, SHANGHAI) for y in (pool.year, pool.year + 1))
    return (
        Claim.objects.filter(district_id=pool.district_id, fund=pool.source, state="approved")
        .annotate(last_pool=Subquery(before))
        .filter(Q(last_pool=pool.pk) | Q(last_pool=None, state_since__gte=begins, state_since__lt=ends))
        .order_by("pk")
    )


def pool_of_earmark(claim: Claim) -> int | None:
    """The pool that holds an approved or bounced claim's money: that of its last line, else of the year of its approval."""
    if claim.state not in ("approved", "bounced"):
        return None
    before = (
        PaymentLine.objects.filter(claim=claim, supplement=None)
        .order_by("-pk")
        .values_list("batch__pool_id", flat=True)
    )
    year = legal_day(claim.state_since).year
    return before.first() or funds.pool_for(claim.district_id, claim.fund, year).pk


def ready(actor: Actor) -> list[Ready]:
    """Each payable pool of the actor's district with claims waiting (sums of 0 fen left out: nothing to pay)."""
    found = []
    pools = list(funds.visible_pools(actor).filter(payable=True))
    waiting = waiting_supplements(pools)
    for pool in pools:
        sums = (
            claims_of_pool(pool)
            .filter(amount_fen__gt=0)
            .order_by()
            .aggregate(n=Count("pk"), fen=Sum("amount_fen"))
        )
        owed, owed_fen = waiting.get(pool.pk, (0, 0))
        if sums["n"] or owed:
            found.append(Ready(pool, sums["n"] + owed, int(sums["fen"] or 0) + owed_fen))
    return found


# --- published = payable = sent = received ------------------------------------------------------------------------
def compare(batch_id: int) -> list[Gap]:
    """Every line: the sum last published, the claim's, the line's and the bank's; then the batch's total and the ledger.

    Empty where all agree. Lines taken out of the batch are not asked about.
    """
    seen = Batch.objects.select_related("pool").get(pk=batch_id)
    rows = _compared(seen)
    gaps = [gap for row in rows for gap in _line_gaps(row)]
    total = sum(row["amount_fen"] for row in rows)
    if (seen.lines_count, seen.total_fen) != (len(rows), total):
        gaps.append(
            Gap(
                "batch-total",
                f"批次记录{seen.lines_count}笔{in_sentence(seen.total_fen)}，明细相加{len(rows)}笔{in_sentence(total)}。",
                payable_fen=seen.total_fen,
                line_fen=total,
            )
        )
    return gaps + _ledger_gaps(seen, rows)


def _compared(seen: Batch) -> list[dict[str, Any]]:
    """Three passes over the batch, joined here: looking up each line's notice one by one is slow without fresh statistics."""
    found = PaymentLine.objects.filter(batch=seen).exclude(state="cancelled")
    claims = found.order_by().values("claim_id")
    notices = NoticeLine.objects.filter(claim_id__in=claims).order_by("claim_id", "-pk").distinct("claim_id")
    published = dict(notices.values_list("claim_id", "amount_fen"))
    disputed = set(
        Objection.objects.filter(state="open", line__claim_id__in=claims)
        .order_by()
        .values_list("line__claim_id", flat=True)
    )
    # Once at the bank it cannot be held back any more: it is paid, and the line asks for it back.
    held = (
        set() if seen.sent_at else with_live_line(found.filter(supplement=None).order_by().values("claim_id"))
    )
    columns = (
        "claim_id", "reference", "state", "amount_fen", "received_fen",
        "claim__number", "claim__state", "claim__amount_fen",
        "supplement_id", "supplement__state", "supplement__amount_fen",
    )  # fmt: skip
    return [
        {
            **row,
            "published_fen": published.get(row["claim_id"]),
            "disputed": row["claim_id"] in disputed,
            "held": row["state"] == "pending" and row["claim_id"] in held,
            "payable_fen": row["supplement__amount_fen" if row["supplement_id"] else "claim__amount_fen"],
        }
        for row in found.order_by("pk").values(*columns)
    ]


def _line_gaps(row: dict[str, Any]) -> list[Gap]:
    problems: list[tuple[str, str]] = []
    if row["published_fen"] is None:
        problems.append(("not-published", "这笔申请没有公示记录。"))
    elif (
        row["published_fen"] != row["claim__amount_fen"]
    ):  # a supplement's claim keeps the sum it was published with
        problems.append(
            (
                "published-payable",
                f"公示{_yuan(row['published_fen'])}，核定{_yuan(row['claim__amount_fen'])}。",
            )
        )
    if row["disputed"]:
        problems.append(("disputed", "公示异议尚未核实完毕。"))
    if row["held"]:
        problems.append(("late-fact", "核定后有事实被更正，差额还没有核实。"))
    if row["payable_fen"] != row["amount_fen"]:
        problems.append(
            ("payable-line", f"核定{_yuan(row['payable_fen'])}，拨付明细{_yuan(row['amount_fen'])}。")
        )
    if row["state"] == "paid" and row["received_fen"] != row["amount_fen"]:
        problems.append(
            ("line-received", f"拨付{_yuan(row['amount_fen'])}，银行实付{_yuan(row['received_fen'])}。")
        )
    state, allowed = (
        ("supplement__state", _SUPPLEMENT_STATES) if row["supplement_id"] else ("claim__state", _CLAIM_STATES)
    )
    if row[state] not in allowed[row["state"]]:
        problems.append(("claim-state", "申请的状态与拨付明细不一致。"))
    return [
        Gap(
            code,
            sentence,
            row["reference"],
            row["claim__number"],
            row["published_fen"],
            row["payable_fen"],
            row["amount_fen"],
            row["received_fen"],
        )
        for code, sentence in problems
    ]


def _ledger_gaps(seen: Batch, rows: Sequence[dict[str, Any]]) -> list[Gap]:
    """What the ledger says of this batch: sent, paid and bounced must be the lines' own sums. Paid is what stayed paid:
    the bank may send money back after it reported it as paid."""
    into = dict(
        Leg.objects.filter(
            Q(amount_fen__gt=0) | Q(account__kind="paid"),
            entry__subject=f"batch:{seen.pk}",
            entry__pool=seen.pool_id,
        )
        .order_by()
        .values_list("account__kind")
        .annotate(fen=Sum("amount_fen"))
    )
    sums = {state: sum(r["amount_fen"] for r in rows if r["state"] == state) for state in _CLAIM_STATES}
    wanted = {
        "in_transit": sum(sums.values()) if seen.sent_at else 0,
        "paid": sums["paid"],
        "earmarked": sums["bounced"],
    }
    words = {"in_transit": "送银行", "paid": "已付", "earmarked": "退票"}
    return [
        Gap(
            "ledger",
            f"总账“{words[kind]}”记{in_sentence(int(into.get(kind, 0)))}，明细相加{in_sentence(fen)}。",
            line_fen=fen,
            received_fen=int(into.get(kind, 0)),
        )
        for kind, fen in wanted.items()
        if int(into.get(kind, 0)) != fen
    ]


def _yuan(fen: int | None) -> str:
    return "未记金额" if fen is None else in_sentence(fen)


# --- the reserve, with the district's own rule --------------------------------------------------------------------
def reserve(district_id: str, year: int) -> funds.Reserve | None:
    """The 24-month reserve, its threshold and clause from the rulebook; None without figures or without such a rule."""
    rule = rulebook_for(district_id).reserve
    if rule is None:
        return None
    return funds.reserve(district_id, year, needed=rule.months, clause=rule.clause)
