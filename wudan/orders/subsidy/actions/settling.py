"""What payment (拨付) does to claims: set-based, because a batch holds thousands. Called by the payment room alone.

The clock of 核定 runs on until the money has arrived; what the bank sends back, and what is then paid again, is given the time of
payment anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import due_on
from wudan.orders.subsidy.actions.judging import OVERRIDE, clear_override
from wudan.orders.subsidy.actions.slots import free_slots
from wudan.orders.subsidy.models import Claim, PaidKey, Review
from wudan.orders.subsidy.queries.now import facts_of
from wudan.orders.subsidy.states import CLAIM
from wudan.people.actions import archive_many
from wudan.people.models import ArchiveEntry
from wudan.policy.queries import MONEY, rulebook_for

BASIS = MONEY
CHUNK = 2000
_ARCHIVED = {"paid": "已拨付", "recovered": "已退回", "bounced": "被银行退回，重新拨付"}


def mark_batched(*, claim_ids: Collection[int], actor: Actor, at: datetime) -> int:
    """列入拨付批次: approved → batched. Refuses: forbidden, wrong-state (of any of them), not-found."""
    return _move("gather", claim_ids, actor, at)


def mark_released(*, claim_ids: Collection[int], actor: Actor, at: datetime, comment: str = "") -> int:
    """移出拨付批次: batched → approved. Refuses as `mark_batched`."""
    return _move("release", claim_ids, actor, at, comments=dict.fromkeys(claim_ids, comment))


def mark_paid(*, claim_ids: Collection[int], actor: Actor, at: datetime) -> int:
    """银行已付: batched → paid, and written into each person's e-archive. Refuses as `mark_batched`."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        moved = _move("pay", claim_ids, actor, at, due_on=None)
        _archive(claim_ids, "paid", at)
    return moved


def mark_bounced(*, reasons: Mapping[int, str], actor: Actor, at: datetime) -> int:
    """银行退票: batched → bounced; claim id → what the bank says. Refuses as `mark_batched`."""
    return _move("bounce", reasons, actor, at, comments=reasons, due_on=_pay_by(reasons, at))


def mark_bounced_late(*, claim_id: int, reason: str, actor: Actor, at: datetime) -> int:
    """银行事后退回: paid → bounced, what the bank reported as paid came back. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        due = _pay_by([claim_id], at)
        moved = _move(
            "bounce_late", [claim_id], actor, at, comments={claim_id: reason}, due_on=due, receipt_answer=""
        )
        _archive([claim_id], "bounced", at)
    return moved


def mark_repay(*, claim_id: int, actor: Actor, at: datetime, comment: str = "") -> int:
    """重新拨付: bounced → approved, by finance or whoever applied. Refuses: forbidden, wrong-state."""
    return _move("repay", [claim_id], actor, at, comments={claim_id: comment}, due_on=_pay_by([claim_id], at))


def _pay_by(claim_ids: Collection[int], at: datetime) -> date | None:
    """A payment that came back, and one made again, have a clock of their own; claims of one act are of one district."""
    claim = Claim.objects.filter(pk__in=list(claim_ids)).only("district_id").first()
    return None if claim is None else due_on(claim.district_id, "approved", at)


def mark_recovering(*, claim_id: int, actor: Actor, at: datetime, comment: str) -> int:
    """责令退回: paid → recovering, by a reviewer. Refuses: forbidden, wrong-state."""
    return _move("open_recovery", [claim_id], actor, at, comments={claim_id: comment})


def mark_recovered(*, claim_id: int, actor: Actor, at: datetime) -> int:
    """已全部追回: recovering → recovered; what could be had once may be had again. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        moved = _move("finish_recovery", [claim_id], actor, at)
        PaidKey.objects.filter(claim_id=claim_id).delete()
        free_slots(list(Claim.objects.filter(pk=claim_id)), at)
        _archive([claim_id], "recovered", at)
    return moved


def mark_recovery_lifted(*, claim_id: int, actor: Actor, at: datetime, comment: str) -> int:
    """撤销追回: recovering → paid, what was ordered back is right after all. Refuses: forbidden, wrong-state."""
    return _move("lift_recovery", [claim_id], actor, at, comments={claim_id: comment})


def mark_restored(*, claim_id: int, actor: Actor, at: datetime, comment: str) -> int:
    """恢复享受: recovered → paid; what it used up is used up again.

    Refuses: forbidden, wrong-state, paid_once and claim_once where the same was had another way meanwhile.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        moved = _move("restore", [claim_id], actor, at, comments={claim_id: comment})
        claim = Claim.objects.get(pk=claim_id)
        holder = "project" if claim.person_id is None else f"person:{claim.person_id}"
        keys = rulebook_for(claim.district_id).unique_keys(facts_of(claim))
        bulk.insert(
            PaidKey,
            [PaidKey(district_id=claim.district_id, holder=holder, key=key, claim=claim) for key in keys],
        )
    return moved


def mark_reopened(*, claim_id: int, actor: Actor, at: datetime, comment: str) -> int:
    """退回重新审核 of a decided claim not paid yet: accepted again, both reviews and the approval fall, what it used up is free.

    The money set aside is the caller's to give back. Refuses: forbidden, wrong-state.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        claim = Claim.objects.get(pk=claim_id)
        clear_override(claim)
        claim.save(update_fields=[*OVERRIDE, "amount_fen"])
        moved = _move(
            "reopen",
            [claim_id],
            actor,
            at,
            comments={claim_id: comment},
            due_on=due_on(claim.district_id, "accepted", at),
            first_by=None,
            second_by=None,
            approved_by=None,
        )
        PaidKey.objects.filter(claim_id=claim_id).delete()
    return moved


def _move(
    verb: str,
    claim_ids: Collection[int],
    actor: Actor,
    at: datetime,
    *,
    comments: Mapping[int, str] | None = None,
    **fields: Any,
) -> int:
    ids = sorted(set(claim_ids))
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        for start in range(0, len(ids), CHUNK):
            chunk = ids[start : start + CHUNK]
            rows = list(Claim.objects.select_for_update(no_key=True).filter(pk__in=chunk).order_by("pk"))
            if len(rows) != len(chunk):
                refuse("not-found", "有申请已不存在。", remedy="请刷新页面后重新选择。")
            for claim in rows:
                _may(verb, claim, actor)
                CLAIM.check(verb, claim.state)
            target = CLAIM.move(verb).target
            Claim.objects.filter(pk__in=chunk).update(state=target, state_since=at, **fields)
            _write_reviews(verb, chunk, comments or {}, actor, at)
    return len(ids)


def _may(verb: str, claim: Claim, actor: Actor) -> None:
    """An official of the claim's district; else the one who applied, or the one who is paid."""
    actor.require(*CLAIM.move(verb).who, district_id=claim.district_id)
    if actor.is_official:
        return
    mine = (
        actor.person_id is not None and claim.person_id == actor.person_id
        if actor.role is Role.WORKER
        else actor.organisation_id is not None and claim.organisation_id == actor.organisation_id
    )
    if not mine:
        forbid("这笔申请不是由您或您的单位提交的。", remedy="请由原申请人办理。")


def _write_reviews(
    verb: str, claim_ids: Collection[int], comments: Mapping[int, str], actor: Actor, at: datetime
) -> None:
    bulk.insert(
        Review,
        [
            Review(
                claim_id=pk,
                verb=verb,
                at=at,
                user_id_seen=actor.user_id,
                actor_label=actor.label,
                comment=comments.get(pk, ""),
            )
            for pk in claim_ids
        ],
    )


def _archive(claim_ids: Collection[int], event: str, at: datetime) -> None:
    """A claim may be paid again after it was recovered: the event carries the day."""
    day = legal_day(at)
    claims = Claim.objects.filter(pk__in=claim_ids, person__isnull=False).select_related("organisation")
    archive_many([_line(c, c.person_id, event, day, at) for c in claims if c.person_id])


def _line(claim: Claim, person_id: int, event: str, day: date, at: datetime) -> ArchiveEntry:
    scheme = rulebook_for(claim.district_id).schemes[claim.scheme].label
    to = "本人" if claim.payee == "person" or claim.organisation is None else claim.organisation.name
    detail = {
        "申请编号": claim.number,
        "收款方": to,
        "职业（工种）": claim.occupation_name,
        "班级": claim.class_name,
    }
    return ArchiveEntry(
        person_id=person_id, district_code=claim.district_id, kind="claim", subject=f"claim:{claim.pk}",
        event=f"{event}:{day}", on=day, title=f"{scheme}{_ARCHIVED[event]}",
        detail={label: value for label, value in detail.items() if value}, amount_fen=claim.amount_fen, recorded_at=at,
    )  # fmt: skip
