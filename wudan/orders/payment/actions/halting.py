"""A gap stops the batch (暂停拨付). Out of it leads one way: the supervisor closes the finding, finance resumes, all sums agree."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note, tell
from wudan.kernel.roles import Role
from wudan.orders.payment.matching import Gap
from wudan.orders.payment.models import Batch
from wudan.orders.payment.queries import compare
from wudan.orders.payment.states import BATCH
from wudan.policy.queries import MONEY

BASIS = MONEY
MOST_GAPS = 200  # kept with the batch; a broken file may have as many as it has lines


def locked_batch(batch_id: int) -> Batch:
    """The batch, locked until the transaction ends. Refuses: not-found."""
    found = Batch.objects.select_for_update(no_key=True).filter(pk=batch_id).first()
    if found is None:
        refuse("not-found", "没有找到这个拨付批次。", remedy="请从批次列表重新进入。", status=404)
    return found


def halt(batch: Batch, gaps: Sequence[Gap], *, at: datetime) -> None:
    """Within the caller's transaction: halted, the gaps kept, the oversight room told. Nothing is posted."""
    batch.state = BATCH.check("stop", batch.state)
    batch.gaps = [gap.json() for gap in gaps[:MOST_GAPS]]
    batch.cleared_by = None
    batch.save(update_fields=["state", "gaps", "cleared_by"])
    tell("batch:halted", at=at, batch=batch.pk)


def stop(*, batch_id: int, reason: str, actor: Actor, at: datetime) -> Batch:
    """暂停拨付 by hand, with a reason the supervisor will read. Refuses: forbidden, wrong-state, no-reason."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        if not reason.strip():
            refuse(
                "no-reason", "没有写暂停原因。", remedy="请写明发现了什么。", field="reason", status=INVALID
            )
        halt(batch, [Gap("stopped", reason.strip()), *compare(batch_id)], at=at)
    return batch


def clear(*, batch_id: int, conclusion: str, actor: Actor, at: datetime) -> Batch:
    """差异核查办结: the supervisor's word that the batch may go on, given by closing its finding (oversight room).

    Refuses: forbidden, not-halted. The batch stays halted until finance resumes it.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.SUPERVISOR, district_id=batch.district_id)
        if batch.state != "halted":
            refuse("not-halted", "这个批次没有处于暂停状态。", remedy="请刷新页面查看最新状态。")
        batch.cleared_by = actor.user_id
        batch.save(update_fields=["cleared_by"])
        note(actor=actor, at=at, verb="clear", subject_kind="batch", subject_id=batch.pk, reason=conclusion)
    return batch


def resume(*, batch_id: int, actor: Actor, at: datetime) -> Batch:
    """差异已处理: back to drafting (to be signed anew) or, once sent, to waiting for the bank.

    Refuses: forbidden, wrong-state; finding-open (the supervisor has not closed the finding); still-gaps.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        target = BATCH.check("resume_sent" if batch.sent_at else "resume_draft", batch.state)
        if batch.cleared_by is None:
            refuse(
                "finding-open",
                "这个批次的疑点还没有由监督岗位办结，不能恢复。",
                remedy="请联系监督审计人员核查并办结疑点。",
            )
        if gaps := compare(batch_id):
            refuse(
                "still-gaps",
                f"仍有{len(gaps)}处差异：{gaps[0].sentence}",
                remedy="请先处理差异，例如移出这笔明细，再恢复批次。",
            )
        batch.state, batch.gaps = target, []
        if not batch.sent_at:
            batch.signed_by = None
        batch.save(update_fields=["state", "gaps", "signed_by"])
    return batch
