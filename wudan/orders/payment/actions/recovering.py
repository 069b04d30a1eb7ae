"""追回: money wrongly paid comes back, in one receipt or several, never more than is due."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Sum

from wudan.funds.actions import recover
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.models import PaymentLine, Recovery, RecoveryReceipt
from wudan.orders.payment.states import RECOVERY
from wudan.orders.subsidy.actions.settling import mark_recovered, mark_recovering
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM


def open_recovery(
    *, claim_id: int, amount_fen: int, reason: str, basis: str, actor: Actor, at: datetime
) -> Recovery:
    """责令退回 of a paid claim, whole or in part, by a reviewer of the district. A claim recovered in part stays paid.

    Refuses: forbidden, wrong-state, already, too-much, no-reason, no-basis.
    """
    with acting(actor=actor, at=at, basis=basis.strip() or BASIS.by(actor, at)):
        claim = Claim.objects.select_for_update(no_key=True).filter(pk=claim_id).first()
        if claim is None:
            refuse("not-found", "没有找到这笔申请。", remedy="请从列表重新进入。", status=404)
        actor.require(Role.REVIEWER, district_id=claim.district_id)
        CLAIM.check("open_recovery", claim.state)
        line = PaymentLine.objects.get(claim=claim, state="paid", supplement=None)
        if Recovery.objects.filter(line=line).exclude(state="lifted").exists():
            refuse("already", "这笔拨付已经办理过追回。", remedy="请在追回列表中查看。")
        _check(line, amount_fen, reason, basis)
        found = Recovery.objects.create(
            claim=claim,
            line=line,
            amount_fen=amount_fen,
            reason=reason.strip(),
            basis=basis.strip(),
            opened_at=at,
            opened_by=actor.user_id,
        )
        if amount_fen == line.amount_fen:
            mark_recovering(claim_id=claim_id, actor=actor, at=at, comment=reason.strip())
    return found


def record_recovery(
    *, recovery_id: int, received_on: date, amount_fen: int, voucher: str, actor: Actor, at: datetime
) -> RecoveryReceipt:
    """退款到账, booked paid → recovered the day it is recorded. The last receipt finishes the recovery; a claim recovered whole
    gives up what it held, so that it may be applied for again.

    Refuses: forbidden, wrong-state, too-much, no-voucher, receipt_once, future-day, amount.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        found = Recovery.objects.select_for_update(no_key=True).filter(pk=recovery_id).first()
        if found is None:
            refuse("not-found", "没有找到这笔追回。", remedy="请从追回列表重新进入。", status=404)
        line = PaymentLine.objects.select_related("batch", "claim").get(pk=found.line_id)
        actor.require(Role.FINANCE, district_id=line.batch.district_id)
        finished = RECOVERY.check("finish", found.state)
        left = found.amount_fen - (found.receipts.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
        _check_receipt(amount_fen, left, received_on, voucher, at)
        receipt = RecoveryReceipt.objects.create(
            recovery=found,
            received_on=received_on,
            amount_fen=amount_fen,
            voucher=voucher.strip(),
            recorded_at=at,
            recorded_by=actor.user_id,
        )
        recover(
            pool_id=line.batch.pool_id,
            amount_fen=amount_fen,
            subject=f"recovery:{found.pk}",
            memo=f"申请{line.claim.number}退款到账",
            basis=found.basis,
            actor=actor,
            at=at,
        )
        if amount_fen == left:
            found.state = finished
            found.save(update_fields=["state"])
            if _came_whole(line.claim):
                mark_recovered(claim_id=found.claim_id, actor=actor, at=at)
    return receipt


def _came_whole(claim: Claim) -> bool:
    """Everything of it was asked back, and nothing is waited for any more."""
    return claim.state == "recovering" and not Recovery.objects.filter(claim=claim, state="open").exists()


def _check(line: PaymentLine, amount_fen: int, reason: str, basis: str) -> None:
    if not 0 < amount_fen <= line.amount_fen:
        refuse(
            "too-much",
            f"应追回金额填的是{in_sentence(amount_fen)}，这笔申请已拨付{in_sentence(line.amount_fen)}。",
            remedy="应追回金额应大于零，且不超过已拨付金额。",
            field="amount_fen",
            status=INVALID,
        )
    if not reason.strip():
        refuse("no-reason", "没有写追回原因。", remedy="请写明查实的情况。", field="reason", status=INVALID)
    if not basis.strip():
        refuse(
            "no-basis",
            "没有写追回依据。",
            remedy="请写明依据的文件或决定书文号。",
            field="basis",
            status=INVALID,
        )


def _check_receipt(amount_fen: int, left: int, received_on: date, voucher: str, at: datetime) -> None:
    if not 0 < amount_fen <= left:
        refuse(
            "too-much",
            f"到账金额填的是{in_sentence(amount_fen)}，还应追回{in_sentence(left)}。",
            remedy="请核对金额；多退的部分应退还缴款人。",
            field="amount_fen",
            status=INVALID,
        )
    if not voucher.strip():
        refuse(
            "no-voucher",
            "没有写凭证号。",
            remedy="请填写银行进账单或缴款书的号码。",
            field="voucher",
            status=INVALID,
        )
    if received_on > legal_day(at):
        refuse(
            "future-day",
            f"到账日期{received_on}还没有到。",
            remedy="请核对日期。",
            field="received_on",
            status=INVALID,
        )
