"""录入银行回单: matched strictly, booked whole or not at all; the same file twice changes nothing. Then 结清."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from wudan.funds.actions import bounce, settle_paid
from wudan.kernel.actor import Actor
from wudan.kernel.crypto import seal_bytes
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS, MOST_GAPS, halt, locked_batch
from wudan.orders.payment.actions.supplementing import move_supplements
from wudan.orders.payment.bankreturn import ReturnRow, read
from wudan.orders.payment.matching import Gap, Sent, match
from wudan.orders.payment.models import BankReturn, Batch, PaymentLine
from wudan.orders.payment.queries import compare
from wudan.orders.payment.states import BATCH, LINE
from wudan.orders.subsidy.actions.settling import mark_bounced, mark_paid

NO_REASON = "银行未说明原因"


def record_return(
    *, batch_id: int, file_name: str, content: bytes, final: bool = False, actor: Actor, at: datetime
) -> BankReturn:
    """录入银行回单: lines paid or bounced, claims and ledger with them, in one transaction. Several files over days are normal;
    `final` says the bank answers nothing more, so that a line still waiting is a gap.

    Any gap (unknown reference, other sum or account, a line twice, contradiction): nothing is booked, the file is kept as not
    accepted, the batch is halted. Refuses: forbidden, wrong-state, and what `bankreturn.read` refuses.
    """
    file_hash = hashlib.sha256(content).hexdigest()
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        known = BankReturn.objects.filter(batch=batch, file_hash=file_hash, accepted=True).first()
        if known is not None and (not final or batch.state in ("answered", "settled")):
            return known
        answered = BATCH.check("answer", batch.state)
        sent = _sent(batch)
        news, gaps = match(read(file_name, content), sent, final=final)
        gaps += compare(batch_id)
        if gaps or known is None:
            known = _keep(batch, file_name, content, file_hash, [] if gaps else news, gaps, actor, at)
        if gaps:
            halt(batch, gaps, at=at)
            return known
        _book(batch, news, sent, actor, at)
        if not batch.lines.filter(state="pending").exists():
            batch.state = answered
            batch.save(update_fields=["state"])
    return known


def settle(*, batch_id: int, actor: Actor, at: datetime) -> Batch:
    """结清: every line answered, and published = payable = sent = received. A gap halts instead. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        state = BATCH.check("settle", batch.state)
        if gaps := compare(batch_id):
            halt(batch, gaps, at=at)
            return batch
        batch.state = state
        batch.save(update_fields=["state"])
    return batch


def _sent(batch: Batch) -> dict[str, Sent]:
    lines = batch.lines.exclude(state="cancelled").select_related("claim").order_by("pk")
    paid = {"pending": None, "paid": True, "bounced": False}
    return {
        line.reference: Sent(
            line.pk,
            line.claim_id,
            line.claim.number,
            line.reference,
            line.amount_fen,
            line.number(),
            paid[line.state],
            line.supplement_id,
        )
        for line in lines
    }


def _keep(
    batch: Batch,
    file_name: str,
    content: bytes,
    file_hash: str,
    news: Sequence[ReturnRow],
    gaps: Sequence[Gap],
    actor: Actor,
    at: datetime,
) -> BankReturn:
    paid = [row.amount_fen for row in news if row.paid]
    return BankReturn.objects.create(
        batch=batch,
        file_name=file_name[:200],
        file_hash=file_hash,
        file_sealed=seal_bytes(content, "bank-return"),
        recorded_at=at,
        recorded_by=actor.user_id,
        paid_count=len(paid),
        paid_fen=sum(paid),
        bounced_count=len(news) - len(paid),
        accepted=not gaps,
        gaps=[gap.json() for gap in gaps[:MOST_GAPS]],
    )


def _book(
    batch: Batch, news: Sequence[ReturnRow], sent: Mapping[str, Sent], actor: Actor, at: datetime
) -> None:
    paid = [row for row in news if row.paid]
    bounced = [row for row in news if not row.paid]
    _answer_lines(news, sent, at)
    for verb, rows in (("pay", paid), ("bounce", bounced)):
        owed = [pk for row in rows if (pk := sent[row.reference].supplement_id) is not None]
        move_supplements(verb, owed, actor=actor, at=at)
    mark_paid(
        claim_ids=[line.claim_id for row in paid if (line := sent[row.reference]).supplement_id is None],
        actor=actor,
        at=at,
    )
    reasons = {
        line.claim_id: row.reason or NO_REASON for row in bounced if (line := sent[row.reference]).supplement_id is None
    }  # fmt: skip
    mark_bounced(reasons=reasons, actor=actor, at=at)
    for post, rows, words in ((settle_paid, paid, "银行已付"), (bounce, bounced, "银行退票")):
        if rows:
            post(
                pool_id=batch.pool_id,
                amount_fen=sum(row.amount_fen for row in rows),
                subject=f"batch:{batch.pk}",
                memo=f"批次{batch.number}{words}，共{len(rows)}笔",
                basis=BASIS.by(actor, at),
                actor=actor,
                at=at,
            )


def _answer_lines(news: Sequence[ReturnRow], sent: Mapping[str, Sent], at: datetime) -> None:
    """One statement for thousands of lines; the received sum is the file's own, and the database compares it."""
    LINE.check("pay", "pending")
    with connection.cursor() as cursor:
        cursor.execute(
            f"""UPDATE {PaymentLine._meta.db_table} AS line
                SET state = answer.state, received_fen = answer.fen, bank_reason = answer.reason, answered_at = %s
                FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[]) AS answer(id, state, fen, reason)
                WHERE line.id = answer.id""",  # noqa: S608 - the table's own name
            [
                at,
                [sent[row.reference].line_id for row in news],
                [LINE.move("pay" if row.paid else "bounce").target for row in news],
                [row.amount_fen if row.paid else None for row in news],
                ["" if row.paid else row.reason or NO_REASON for row in news],
            ],
        )
