"""拟制批次: approved claims of one pool into one month's batch; what cannot be paid yet is named with the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from wudan.funds.models import Pool
from wudan.funds.queries import pool_for
from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS, halt, locked_batch
from wudan.orders.payment.actions.supplementing import move_supplements
from wudan.orders.payment.models import Batch, PaymentLine
from wudan.orders.payment.payables import (
    Payable,
    payables,
    payee_key,
    payees_accounts,
    supplements_of_pool,
    why_left_out,
)
from wudan.orders.payment.queries import claims_of_pool, compare
from wudan.orders.payment.states import BATCH, LINE
from wudan.orders.subsidy.actions.settling import mark_batched, mark_released
from wudan.people.models import SealedAccount, account_columns


def gather(
    *,
    district_id: str,
    pool_id: int,
    month: date,
    claim_ids: Collection[int] | None = None,
    actor: Actor,
    at: datetime,
) -> Batch:
    """拟制拨付批次 from the approved claims of a pool, all or the chosen ones, and its supplements (补发) where all are taken;
    accounts as they stand now. Any day of `month`.

    Sums of 0 fen, without an account, decided by the actor, or in question by a late fact are left out; `batch.skipped` says which and why.
    A published sum that differs from the approved one leaves the batch halted, with its gaps.
    Refuses: forbidden, no-pool, pool-not-payable, future-month, nothing-to-pay.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        actor.require(Role.FINANCE, district_id=district_id)
        pool = _locked_pool(district_id, pool_id)
        month = month.replace(day=1)
        if month > legal_day(at):
            refuse(
                "future-month",
                f"{month:%Y年%m月}还没有到。",
                remedy="请选择本月或以前的月份。",
                field="month",
                status=INVALID,
            )
        chosen = claims_of_pool(pool).select_for_update(of=("self",), no_key=True)
        if claim_ids is not None:
            chosen = chosen.filter(pk__in=list(claim_ids))
        claims = list(chosen)
        owed = (
            supplements_of_pool(pool).select_for_update(of=("self",), no_key=True)
            if claim_ids is None
            else ()
        )
        wanted = payables(claims, list(owed))
        accounts = payees_accounts([one.claim for one in wanted])
        skipped: list[dict[str, Any]] = []
        payable: list[Payable] = []
        for one in wanted:
            why = why_left_out(one, accounts, actor)
            if why is None:
                payable.append(one)
            else:
                skipped.append(why)
        skipped += _strangers(claim_ids or (), {c.pk for c in claims})
        if not payable:
            refuse("nothing-to-pay", _nothing(skipped), remedy="已核定且有收款账户的申请才能列入拨付批次。")
        batch = _write(pool, month, payable, accounts, skipped, actor, at)
        mark_batched(
            claim_ids=[one.claim.pk for one in payable if one.supplement is None], actor=actor, at=at
        )
        move_supplements(
            "gather", [one.supplement.pk for one in payable if one.supplement], actor=actor, at=at
        )
        if gaps := compare(batch.pk):
            halt(batch, gaps, at=at)
    return batch


def remove_line(*, line_id: int, reason: str, actor: Actor, at: datetime) -> PaymentLine:
    """移出批次: a waiting line of a batch not yet signed; its claim is approved again. Refuses: forbidden, wrong-state, signed."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        line = PaymentLine.objects.filter(pk=line_id).first()
        if line is None:
            refuse("not-found", "没有找到这笔拨付明细。", remedy="请从批次页面重新进入。", status=404)
        batch = locked_batch(line.batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        line.refresh_from_db()
        if batch.sent_at or batch.state not in ("drafted", "halted"):
            refuse(
                "signed",
                f"批次现处于“{BATCH.states[batch.state]}”，不能再移出明细。",
                remedy="已签批或已送银行的，请先暂停拨付，或等待银行回单。",
            )
        LINE.check("cancel", line.state)
        _release([line], reason, actor, at)
        batch.lines_count -= 1
        batch.total_fen -= line.amount_fen
        batch.save(update_fields=["lines_count", "total_fen"])
        line.refresh_from_db()
    return line


def cancel(*, batch_id: int, reason: str = "", actor: Actor, at: datetime) -> Batch:
    """取消批次 while it is drafted: every claim is approved again. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        batch = locked_batch(batch_id)
        actor.require(Role.FINANCE, district_id=batch.district_id)
        state = BATCH.check("cancel", batch.state)
        _release(list(batch.lines.filter(state="pending").order_by("pk")), reason or "批次取消", actor, at)
        batch.state, batch.lines_count, batch.total_fen = state, 0, 0
        batch.save(update_fields=["state", "lines_count", "total_fen"])
    return batch


# --- how a batch is made ----------------------------------------------------------------------------------------
def _locked_pool(district_id: str, pool_id: int) -> Pool:
    """Gathering from one pool goes one at a time: the second clerk finds the claims already taken."""
    pool = Pool.objects.select_for_update(no_key=True).filter(pk=pool_id).first()
    if pool is None:
        refuse("no-pool", "没有找到这个资金池。", remedy="请从资金池列表选择。")
    if pool.district_id != district_id:
        forbid("这个资金池不属于您所在的区。")
    pool_for(district_id, pool.source, pool.year)  # refuses where it is only recorded
    return pool


def _strangers(wanted: Collection[int], found: Collection[int]) -> list[dict[str, Any]]:
    """Chosen claims that are not this pool's or not approved (any more). Of other districts nothing is told but the id."""
    return [
        {
            "claim_id": pk,
            "claim": "",
            "code": "not-ready",
            "sentence": "这笔申请不是本资金池已核定待拨付的申请。",
            "remedy": "请刷新列表后重新选择。",
        }
        for pk in sorted(set(wanted) - set(found))
    ]


def _nothing(skipped: Sequence[Mapping[str, Any]]) -> str:
    reasons = list(dict.fromkeys(str(s["sentence"]) for s in skipped))
    return (
        f"没有可以列入批次的申请。{len(skipped)}笔未列入：{''.join(reasons)}"
        if skipped
        else "没有可以列入批次的申请。"
    )


def _write(
    pool: Pool,
    month: date,
    wanted: Sequence[Payable],
    accounts: Mapping[tuple[str, int], SealedAccount],
    skipped: list[dict[str, Any]],
    actor: Actor,
    at: datetime,
) -> Batch:
    turn = Batch.objects.filter(pool=pool).count() + 1  # the pool is locked, and batches are never deleted
    batch = Batch.objects.create(
        number=f"{pool.district_id}-{month:%Y%m}-{pool.pk}-{turn:03d}",
        district_id=pool.district_id,
        pool=pool,
        month=month,
        made_at=at,
        gathered_by=actor.user_id,
        skipped=skipped,
    )
    # A letter first: no spreadsheet takes the reference for a number and drops its zeros.
    bulk.insert(
        PaymentLine,
        [
            PaymentLine(
                batch=batch,
                claim=one.claim,
                supplement=one.supplement,
                reference=f"P{batch.pk:07d}-{n:05d}",
                amount_fen=one.fen,  # never 0: those were left out
                **account_columns(accounts[payee_key(one.claim)]),
            )
            for n, one in enumerate(wanted, 1)
        ],
    )
    batch.lines_count, batch.total_fen = len(wanted), sum(one.fen for one in wanted)
    batch.save(update_fields=["lines_count", "total_fen"])
    return batch


def _release(lines: Sequence[PaymentLine], reason: str, actor: Actor, at: datetime) -> None:
    if lines:
        PaymentLine.objects.filter(pk__in=[line.pk for line in lines]).update(
            state=LINE.move("cancel").target
        )
        claims = [line.claim_id for line in lines if line.supplement_id is None]
        mark_released(claim_ids=claims, actor=actor, at=at, comment=reason)
        owed = [line.supplement_id for line in lines if line.supplement_id is not None]
        move_supplements("release", owed, actor=actor, at=at)
