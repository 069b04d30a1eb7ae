"""到账核实: the person paid says whether the money came; where it did not, finance asks the bank and answers by a day."""

from __future__ import annotations

from datetime import datetime

from wudan.funds.actions import bounce_late
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.models import Difference, Inquiry, PaymentLine, Recovery
from wudan.orders.payment.states import INQUIRY, LINE, LIVE
from wudan.orders.subsidy.actions.clocks import due_on
from wudan.orders.subsidy.actions.correcting import answer_receipt
from wudan.orders.subsidy.actions.guards import locked_claim, require_not_own
from wudan.orders.subsidy.actions.settling import mark_bounced_late
from wudan.orders.subsidy.models import Claim


def say_received(*, claim_id: int, received: bool, actor: Actor, at: datetime) -> Inquiry | None:
    """本人确认到账. 没有收到 opens an inquiry of the newest payment, one at a time; 已经收到 ends it.

    Refuses as `answer_receipt`: not-found, forbidden, wrong-state, not-payee.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        claim = answer_receipt(claim_id=claim_id, received=received, actor=actor, at=at)
        found = Inquiry.objects.filter(claim=claim, state="open").first()
        if received and found is not None:
            found.state, found.answered_at = INQUIRY.check("received", found.state), at
            found.save(update_fields=["state", "answered_at"])
        if received or found is not None:
            return found
        made = Inquiry.objects.create(
            claim=claim,
            line=PaymentLine.objects.get(claim=claim, state="paid", supplement=None),
            district_id=claim.district_id,
            asked_at=at,
            due_on=due_on(claim.district_id, "inquiry", at),
        )
        tell("inquiry:opened", at=at, inquiry=made.pk)
    return made


def answer_inquiry(
    *, inquiry_id: int, arrived: bool, voucher: str, finding: str, actor: Actor, at: datetime
) -> Inquiry:
    """核实结果 by finance of the district, with the bank's number: arrived, or sent back by the bank after it was reported as paid.

    What came back is a bounce: the money is set aside again and the claim waits for its account to be corrected (`correct_and_repay`).
    Refuses: forbidden, not-found, wrong-state, no-voucher, no-finding; recovery-open, difference-live where it did not arrive.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        claim_id = Inquiry.objects.filter(pk=inquiry_id).values_list("claim_id", flat=True).first()
        if claim_id is None:
            refuse("not-found", "没有找到这件到账核实。", remedy="请从列表重新进入。", status=404)
        claim = locked_claim(claim_id)
        found = Inquiry.objects.select_for_update().get(pk=inquiry_id)
        verb = "arrived" if arrived else "bounced"
        actor.require(*INQUIRY.move(verb).who, district_id=found.district_id)
        require_not_own(actor, claim)
        found.state = INQUIRY.check(verb, found.state)
        found.voucher, found.finding = voucher.strip(), finding.strip()
        _require_proof(found)
        found.answered_at, found.answered_by = at, actor.user_id
        found.save(update_fields=["state", "voucher", "finding", "answered_at", "answered_by"])
        if not arrived:
            _send_back(claim, found, actor, at)
        tell(f"inquiry:{verb}", at=at, inquiry=found.pk)
    return found


def _require_proof(found: Inquiry) -> None:
    if not found.voucher:
        refuse(
            "no-voucher",
            "没有填写银行流水号。",
            remedy="请填写银行入账流水号；没有到账的，填写退回款的流水号。",
            field="voucher",
            status=INVALID,
        )
    if not found.finding:
        refuse(
            "no-finding",
            "没有写核实情况。",
            remedy="请写明怎样向银行核实的、结果如何，本人会看到。",
            field="finding",
            status=INVALID,
        )


def _send_back(claim: Claim, found: Inquiry, actor: Actor, at: datetime) -> None:
    """The bank's late return: line, claim and ledger together."""
    line = PaymentLine.objects.select_for_update(of=("self",)).select_related("batch").get(pk=found.line_id)
    if Recovery.objects.filter(line=line).exclude(state="lifted").exists():
        refuse(
            "recovery-open",
            "这笔拨付已责令退回，不能再按退票办理。",
            remedy="请在“追回”中登记银行退回的款项。",
        )
    if Difference.objects.filter(claim=claim, state__in=LIVE).exists():
        refuse(
            "difference-live",
            "这笔申请有一条待办理的差额，差额按已拨付计算。",
            remedy="请先由受理、复审岗办结差额，再登记退回。",
        )
    line.state = LINE.check("bounce_late", line.state)
    line.received_fen, line.bank_reason, line.answered_at = None, found.finding, at
    line.save(update_fields=["state", "received_fen", "bank_reason", "answered_at"])
    mark_bounced_late(claim_id=claim.pk, reason=found.finding, actor=actor, at=at)
    bounce_late(
        pool_id=line.batch.pool_id,
        amount_fen=line.amount_fen,
        subject=f"batch:{line.batch_id}",
        memo=f"申请{claim.number}银行事后退回，流水号{found.voucher}",
        basis=BASIS.by(actor, at),
        actor=actor,
        at=at,
    )
