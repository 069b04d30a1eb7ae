"""签批 and 送银行: two persons of finance, none of whom decided a claim; then the money is in transit and the file may go out."""

from __future__ import annotations

from datetime import datetime

from wudan.funds.actions import send_to_bank
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS, halt, locked_batch
from wudan.orders.payment.bankfile import FORMATS, PayRow
from wudan.orders.payment.models import Batch
from wudan.orders.payment.queries import compare
from wudan.orders.payment.states import BATCH

OUT = ("sent", "answered", "settled")


def sign(*, batch_id: int, actor: Actor, at: datetime) -> Batch:
    """签批 by another finance officer than the one who gathered. Refuses: forbidden, wrong-state, empty,
    batch_signed_by_another, wudan-duty (whoever decided a claim). Clause: 财会〔2012〕21号, 不相容岗位相互分离."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        state = BATCH.check("sign", batch.state)
        if not batch.lines_count:
            refuse("empty", "批次里没有拨付明细。", remedy="请取消这个批次，重新拟制。")
        if batch.gathered_by == actor.user_id:  # the database says the same, in fewer words
            refuse(
                "batch_signed_by_another",
                "这个批次由您拟制，不能再由您签批。",
                clause="行政事业单位内部控制规范（试行）（财会〔2012〕21号）",
                remedy="请由另一位财务人员登录后签批。",
            )
        batch.state, batch.signed_by = state, actor.user_id
        batch.save(update_fields=["state", "signed_by"])
    return batch


def send(*, batch_id: int, actor: Actor, at: datetime) -> Batch:
    """送银行: the sum moves from earmarked to in transit, and the bank's file may be taken. One transaction.

    Where published, payable and line differ nothing is sent: the batch comes back halted with its gaps.
    Refuses: forbidden, wrong-state, wudan-duty, overdrawn.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        state = BATCH.check("send", batch.state)
        if gaps := compare(batch_id):
            halt(batch, gaps, at=at)
            return batch
        batch.state, batch.sent_by, batch.sent_at = state, actor.user_id, at
        batch.save(update_fields=["state", "sent_by", "sent_at"])
        send_to_bank(
            pool_id=batch.pool_id,
            amount_fen=batch.total_fen,
            subject=f"batch:{batch.pk}",
            memo=f"批次{batch.number}送银行，共{batch.lines_count}笔",
            basis=BASIS.by(actor, at),
            actor=actor,
            at=at,
        )
    return batch


# `format` is the word of the agreed interface.
def bank_file(*, batch_id: int, format: str, reason: str, actor: Actor, at: datetime) -> bytes:  # noqa: A002
    """导出银行代发文件 with full accounts, of a batch that was sent; the same bytes every time. Each download is journalled.

    Refuses: forbidden, no-reason, unknown-format, not-sent.
    """
    adapter = FORMATS.get(format)
    if adapter is None:
        known = "、".join(f.label for f in FORMATS.values())
        refuse(
            "unknown-format",
            f"没有“{format}”这种文件格式。",
            remedy=f"可选：{known}。",
            field="format",
            status=INVALID,
        )
    if not reason.strip():
        refuse(
            "no-reason",
            "没有写导出事由。",
            remedy="文件含完整账号，请写明用途。",
            field="reason",
            status=INVALID,
        )
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        if batch.state not in OUT or batch.sent_at is None:
            refuse(
                "not-sent",
                f"批次现处于“{BATCH.states[batch.state]}”，不能导出银行文件。",
                remedy="签批并办理“送银行”后才能导出。",
            )
        rows = [
            PayRow(
                line.reference,
                line.holder,
                line.number(),
                line.bank,
                line.amount_fen,
                f"{batch.month:%Y年%m月}职业技能培训补贴",
            )
            for line in batch.lines.exclude(state="cancelled").order_by("pk")
        ]
        note(
            actor=actor,
            at=at,
            verb="download",
            subject_kind="batch",
            subject_id=batch.pk,
            reason=reason.strip(),
            detail={"format": format, "lines": len(rows)},
        )
        return adapter.write(rows, title=batch.number, at=batch.sent_at)
