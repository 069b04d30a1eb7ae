"""Verbs of the ledger. Every entry takes money out of one account of a pool and puts it into another, in whole fen.

The accounts of a pool are locked in one order before a balance is read, so two entries at once wait for each other
and neither sees the other's half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.funds.models import ACCOUNT_KINDS, Account, Entry, Leg, Pool, UnemploymentFundYear
from wudan.funds.movements import (
    APPROPRIATE,
    BOUNCE,
    BOUNCE_LATE,
    BUDGET,
    EARMARK,
    PAY,
    RECOVER,
    RELEASE,
    RESERVE,
    SEND,
    UNRESERVE,
    Movement,
)
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role

CLAUSE = "台政办发〔2020〕4号 七（二）"
LARGEST_FEN = 10**15  # ten thousand billion yuan: more is a slip of the hand, and would not fit the sums


@dataclass(frozen=True, slots=True)
class PoolSpec:
    """A pool as the rulebook names it."""

    source: str
    label: str
    payable: bool
    clause: str


def open_pool(
    *,
    district_id: str,
    source: str,
    label: str,
    year: int,
    payable: bool,
    clause: str,
    actor: Actor,
    at: datetime,
) -> Pool:
    """建立资金池 for one budget year, with its accounts at zero. Refuses: forbidden, bad-year, pool_once."""
    with acting(actor=actor, at=at, basis=clause or CLAUSE):
        actor.require(Role.FINANCE, Role.SYSTEM, district_id=district_id)
        if not 2019 <= year <= 2100:
            refuse(
                "bad-year",
                f"预算年度“{year}”不对。",
                remedy="请填写2019年以后的四位年份。",
                field="year",
                status=INVALID,
            )
        pool = Pool.objects.create(
            district_id=district_id, source=source, label=label, year=year, payable=payable, clause=clause
        )
        Account.objects.bulk_create([Account(pool=pool, kind=kind) for kind, _ in ACCOUNT_KINDS])
    return pool


def open_pools(
    *, district_id: str, year: int, specs: Sequence[PoolSpec], actor: Actor, at: datetime
) -> list[Pool]:
    """All pools of a district's budget year; those that exist already stay as they are. Refuses as `open_pool`."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        known = {p.source: p for p in Pool.objects.filter(district_id=district_id, year=year)}
        return [
            known.get(spec.source)
            or open_pool(
                district_id=district_id,
                source=spec.source,
                label=spec.label,
                year=year,
                payable=spec.payable,
                clause=spec.clause,
                actor=actor,
                at=at,
            )
            for spec in specs
        ]


def appropriate(
    *, pool_id: int, amount_fen: int, memo: str, basis: str, actor: Actor, at: datetime, on: date
) -> Entry:
    """下达预算: `amount_fen` becomes available, booked on the day `on`, which is not in the future.

    A pool that is only recorded (职工教育经费) may be appropriated, never paid from.
    Refuses: forbidden, no-pool, amount, no-memo, future-day. Clause: 台政办发〔2020〕4号 七（二）.
    """
    if on > legal_day(at):
        refuse(
            "future-day",
            f"记账日期{on}还没有到。",
            remedy="请填写今天或以前的日期。",
            field="on",
            status=INVALID,
        )
    return _post(APPROPRIATE, pool_id, amount_fen, BUDGET, memo, basis, actor, at, on=on)


def reserve(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """列单预留: available → reserved, by the reviewer who lists an offer. Refuses: forbidden, pool-not-payable, overdrawn, amount."""
    return _post(RESERVE, pool_id, amount_fen, subject, memo, basis, actor, at)


def unreserve(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """解除列单预留: reserved → available, when a class ends or is cancelled, or its claims are approved. Refuses as `reserve`."""
    return _post(UNRESERVE, pool_id, amount_fen, subject, memo, basis, actor, at)


def earmark(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """核定占用: available → earmarked, by the reviewer who approves. Refuses: forbidden, pool-not-payable, overdrawn, amount."""
    return _post(EARMARK, pool_id, amount_fen, subject, memo, basis, actor, at)


def release_earmark(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """解除占用: earmarked → available. Refuses as `earmark`."""
    return _post(RELEASE, pool_id, amount_fen, subject, memo, basis, actor, at)


def send_to_bank(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """送银行: earmarked → in transit, by finance. Refuses as `earmark`."""
    return _post(SEND, pool_id, amount_fen, subject, memo, basis, actor, at)


def settle_paid(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """银行已付: in transit → paid, by finance. Refuses as `earmark`."""
    return _post(PAY, pool_id, amount_fen, subject, memo, basis, actor, at)


def bounce(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """退票: in transit → earmarked, to be paid again. Refuses as `earmark`."""
    return _post(BOUNCE, pool_id, amount_fen, subject, memo, basis, actor, at)


def bounce_late(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """银行事后退回: paid → earmarked, what was reported as paid came back from the bank, to be paid again. Refuses as `earmark`."""
    return _post(BOUNCE_LATE, pool_id, amount_fen, subject, memo, basis, actor, at)


def recover(
    *, pool_id: int, amount_fen: int, subject: str, memo: str, basis: str, actor: Actor, at: datetime
) -> Entry:
    """追回: paid → recovered; what comes back is not available again. Refuses as `earmark`."""
    return _post(RECOVER, pool_id, amount_fen, subject, memo, basis, actor, at)


def reverse(*, entry_id: int, memo: str, basis: str, actor: Actor, at: datetime) -> Entry:
    """冲销: the mirror of an appropriation, once, dated today. Nothing is edited or deleted.

    Refuses: forbidden; reversal (a reversal is not reversed); reversed-already; entry-of-business (an entry that follows from
    approval, payment or recovery is corrected there, else the ledger and the claims would say different things); overdrawn.
    """
    entry = Entry.objects.select_related("pool").filter(pk=entry_id).first()
    if entry is None:
        refuse("no-entry", "没有找到这张凭证。", remedy="请从总账页面选择要冲销的凭证。")
    with acting(actor=actor, at=at, basis=basis or CLAUSE):
        actor.require(Role.FINANCE, district_id=entry.pool.district_id)
        accounts = _lock_accounts(entry.pool_id)
        if entry.reverses_id:
            refuse(
                "reversal",
                "这张凭证本身是冲销凭证，不能再冲销。",
                remedy="如需恢复，请重新录入一张正确的凭证。",
            )
        if Entry.objects.filter(reverses=entry).exists():
            refuse("reversed-already", "这张凭证已经冲销过。", remedy="请刷新页面查看冲销凭证。")
        if entry.subject != BUDGET:
            refuse(
                "entry-of-business",
                "这张凭证由核定、拨付或追回业务自动生成，不能单独冲销。",
                remedy="请在相应业务中办理：未送银行的移出批次，银行退回的录入回单，已拨付的办理追回。",
            )
        mirrored = [(leg.account_id, -leg.amount_fen) for leg in entry.legs.order_by("pk")]
        movement = _movement_of(accounts, mirrored)
        _check_balance(movement, accounts[movement.source], sum(a for _, a in mirrored if a > 0))
        return _write(
            entry.pool, mirrored, BUDGET, _words(memo), basis, actor, at, on=legal_day(at), reverses=entry
        )


def record_fund_year(
    *,
    district_id: str,
    year: int,
    opening_fen: int,
    drawn_fen: int,
    benefits_fen: int,
    source: str,
    actor: Actor,
    at: datetime,
) -> UnemploymentFundYear:
    """登记失业保险基金年度数据, in fen; the same year again corrects the figures (history keeps the old ones).

    Refuses: forbidden, no-source, fund_year_figures. Clause: 台政办发〔2020〕4号 七（二）.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        actor.require(Role.FINANCE, district_id=district_id)
        if not source.strip():
            refuse(
                "no-source",
                "没有写数据来源。",
                remedy="请写明决算报表或文件的名称和文号。",
                field="source",
                status=INVALID,
            )
        figures = {"opening_fen": opening_fen, "drawn_fen": drawn_fen, "benefits_fen": benefits_fen}
        labels = {"opening_fen": "上年末滚存结余", "drawn_fen": "计提额", "benefits_fen": "年度待遇支出"}
        for field, fen in figures.items():
            if not 0 <= fen <= LARGEST_FEN or (field == "benefits_fen" and fen == 0):
                refuse(
                    "fund_year_figures",
                    f"{labels[field]}填的是{in_sentence(fen)}。",
                    remedy="结余和计提额不能为负，待遇支出应大于零，请核对单位后重填。",
                    field=field,
                    status=INVALID,
                )
        row, _ = UnemploymentFundYear.objects.update_or_create(
            district_id=district_id, year=year, defaults={**figures, "source": source.strip()}
        )
    return row


# --- how an entry is made ---------------------------------------------------------------------------------------
def _post(
    movement: Movement,
    pool_id: int,
    amount_fen: int,
    subject: str,
    memo: str,
    basis: str,
    actor: Actor,
    at: datetime,
    on: date | None = None,
) -> Entry:
    with acting(actor=actor, at=at, basis=basis or CLAUSE):
        pool = Pool.objects.filter(pk=pool_id).first()
        if pool is None:
            refuse("no-pool", "没有找到这个资金池。", remedy="请先为该区该年度建立资金池。")
        actor.require(*movement.who, district_id=pool.district_id)
        if not pool.payable and movement is not APPROPRIATE:
            refuse_unpayable(pool)
        _check_amount(amount_fen)
        accounts = _lock_accounts(pool_id)
        _check_balance(movement, accounts[movement.source], amount_fen)
        legs = [(accounts[movement.source].pk, -amount_fen), (accounts[movement.target].pk, amount_fen)]
        return _write(pool, legs, subject, _words(memo), basis, actor, at, on=on or legal_day(at))


def _lock_accounts(pool_id: int) -> dict[str, Account]:
    rows = Account.objects.select_for_update(no_key=True).filter(pool_id=pool_id).order_by("pk")
    return {account.kind: account for account in rows}


def _write(
    pool: Pool,
    legs: Sequence[tuple[int, int]],
    subject: str,
    memo: str,
    basis: str,
    actor: Actor,
    at: datetime,
    *,
    on: date,
    reverses: Entry | None = None,
) -> Entry:
    entry = Entry.objects.create(
        pool=pool,
        on=on,
        made_at=at,
        memo=memo,
        basis=basis or CLAUSE,
        actor_label=actor.label,
        subject=subject,
        reverses=reverses,
    )
    Leg.objects.bulk_create([Leg(entry=entry, account_id=a, amount_fen=fen) for a, fen in legs])
    return entry


def _check_amount(fen: int) -> None:
    if fen <= 0 or fen > LARGEST_FEN:
        refuse(
            "amount",
            f"金额填的是{in_sentence(fen)}，应大于零且不超过{in_sentence(LARGEST_FEN)}。",
            remedy="请核对金额和单位。",
            field="amount_fen",
            status=INVALID,
        )


def _check_balance(movement: Movement, source: Account, fen: int) -> None:
    if movement is APPROPRIATE or source.balance_fen >= fen:  # `granted` is the side that runs negative
        return
    refuse(
        "overdrawn",
        f"{movement.short}现有{in_sentence(source.balance_fen)}，本次“{movement.label}”需要{in_sentence(fen)}，"
        f"还差{in_sentence(fen - source.balance_fen)}。",
        clause=CLAUSE,
        remedy=movement.remedy,
    )


def _movement_of(accounts: dict[str, Account], legs: Sequence[tuple[int, int]]) -> Movement:
    """The direction of a mirror entry, named for the sentence."""
    kinds = {account.pk: kind for kind, account in accounts.items()}
    source, target = (next(kinds[a] for a, fen in legs if (fen > 0) is wanted) for wanted in (False, True))
    return Movement(
        "reverse",
        source,
        target,
        (Role.FINANCE,),
        "冲销",
        "可用额度",
        "这笔预算已有申请占用，请冲销未占用的部分或先追加预算。",
    )


def _words(memo: str) -> str:
    memo = memo.strip()
    if not memo:
        refuse("no-memo", "没有写摘要。", remedy="请用一句话写明这笔账的事由。", field="memo", status=INVALID)
    return memo


def refuse_unpayable(pool: Pool) -> None:
    refuse(
        "pool-not-payable",
        f"{pool.label}只作登记，不能用于核定或拨付补贴。",
        clause=pool.clause,
        remedy="请核对这笔申请的资金来源。",
    )
