"""轧差: what a claim holds is brought to what it should hold. Asked back or paid out is only what is still missing.

What is under way is undone first: a recovery nobody has paid yet is lifted, a supplement nobody has sent is cancelled. What the
payee then holds, to the fen, is compared with the agreed sum.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Sum

from wudan.funds.actions import earmark, release_earmark
from wudan.funds.queries import pool_for
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.periods import legal_day
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.models import Difference, PaymentLine, Recovery, RecoveryReceipt, Supplement
from wudan.orders.payment.settled import settled
from wudan.orders.payment.states import RECOVERY, SUPPLEMENT
from wudan.orders.subsidy.actions.settling import mark_recovering, mark_recovery_lifted, mark_restored


def bring_to(line: Difference, *, actor: Actor, at: datetime) -> None:
    """Within the caller's transaction, the claim locked. Refuses: in-transit, settled-already, and what pool and limits refuse."""
    claim, wanted = line.claim, line.agreed_fen or 0
    now = settled([claim.pk])[claim.pk]
    if now.fen == wanted:
        refuse(
            "settled-already",
            "已享受的金额已经与应享受的一致。",
            remedy="请刷新页面；不用再办理的请选择“不处理”。",
        )
    _cancel_supplements(line, actor, at)
    _lift_recoveries(line, actor, at)
    claim.refresh_from_db(fields=["state"])
    missing = wanted - settled([claim.pk])[claim.pk].net
    if wanted and claim.state == "recovered":
        mark_restored(claim_id=claim.pk, actor=actor, at=at, comment=line.reason)
    if missing > 0:
        _owe(line, missing, actor, at)
    elif missing < 0:
        _ask_back(line, -missing, whole=wanted == 0, actor=actor, at=at)


def _cancel_supplements(line: Difference, actor: Actor, at: datetime) -> None:
    for one in Supplement.objects.select_for_update(no_key=True).filter(
        claim=line.claim_id, state__in=("approved", "batched", "bounced")
    ):
        if one.state == "batched":
            refuse(
                "in-transit",
                "这笔申请有一笔补发正在拨付。",
                remedy="请由财务移出批次，或等银行回单后再办理。",
            )
        one.state, one.state_since = SUPPLEMENT.check("cancel", one.state), at
        one.save(update_fields=["state", "state_since"])
        release_earmark(
            pool_id=one.pool_id, amount_fen=one.amount_fen, subject=f"supplement:{one.pk}",
            memo=f"申请{line.claim.number}的补发取消", basis=line.document or BASIS.by(actor, at), actor=actor, at=at,
        )  # fmt: skip


def _lift_recoveries(line: Difference, actor: Actor, at: datetime) -> None:
    """What nobody has paid back is no longer asked; what came stays received."""
    waiting = (
        Recovery.objects.select_for_update(no_key=True)
        .filter(claim=line.claim_id, state="open")
        .order_by("pk")
    )
    for one in waiting:
        one.state = RECOVERY.check("lift", one.state)
        one.save(update_fields=["state"])
    if line.claim.state == "recovering":
        mark_recovery_lifted(claim_id=line.claim_id, actor=actor, at=at, comment=line.reason)


def _owe(line: Difference, fen: int, actor: Actor, at: datetime) -> None:
    """补发: set aside in this year's pool of the claim's fund, to be gathered with the next batch."""
    pool = pool_for(line.district_id, line.claim.fund, legal_day(at).year)
    made = Supplement.objects.create(
        difference=line, claim_id=line.claim_id, pool=pool, amount_fen=fen, state_since=at
    )
    earmark(
        pool_id=pool.pk, amount_fen=fen, subject=f"supplement:{made.pk}", memo=f"申请{line.claim.number}补发",
        basis=line.document or BASIS.by(actor, at), actor=actor, at=at,
    )  # fmt: skip


def _ask_back(line: Difference, fen: int, *, whole: bool, actor: Actor, at: datetime) -> None:
    """追回, of the newest payment first; a payment is never asked back for more than is left of it."""
    if whole:
        mark_recovering(claim_id=line.claim_id, actor=actor, at=at, comment=line.reason)
    paid = PaymentLine.objects.filter(claim=line.claim_id, state="paid").order_by("-pk")
    came = dict(
        RecoveryReceipt.objects.filter(recovery__claim=line.claim_id)
        .order_by()
        .values_list("recovery__line")
        .annotate(fen=Sum("amount_fen"))
    )
    for payment in paid:
        part = min(fen, payment.amount_fen - int(came.get(payment.pk, 0)))
        if part > 0:
            Recovery.objects.create(
                claim_id=line.claim_id, line=payment, amount_fen=part, reason=f"{line.late_fact.sentence}。{line.reason}",
                basis=line.document, difference=line, opened_at=at, opened_by=actor.user_id,
            )  # fmt: skip
            fen -= part
