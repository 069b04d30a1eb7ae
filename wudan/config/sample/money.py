"""The sample's payments: a batch for each pool with approved claims, the bank's answer, a bounced line now and then."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime, timedelta

from wudan.config.sample.setting import Stage
from wudan.funds.models import Pool
from wudan.kernel.money import plain
from wudan.orders.payment.actions.gathering import gather
from wudan.orders.payment.actions.recovering import open_recovery, record_recovery
from wudan.orders.payment.actions.repaying import repay
from wudan.orders.payment.actions.returning import record_return, settle
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Batch
from wudan.orders.subsidy.models import Claim

ONE_HOUR = timedelta(hours=1)


def pay_month(stage: Stage, month: date, at: datetime, r: random.Random) -> None:
    """Gather, sign, send and settle; the year's last batches stop on their way."""
    first, second = stage.actors["caiwu"], stage.actors["caiwu2"]
    _repay(stage, at)
    for pool in Pool.objects.filter(district_id=stage.code, year=at.year, payable=True).order_by("pk"):
        if not Claim.objects.filter(district_id=stage.code, state="approved", fund=pool.source).exists():
            continue
        batch = gather(district_id=stage.code, pool_id=pool.pk, month=month, actor=first, at=at)
        if batch.state != "drafted" or not batch.lines_count:
            continue
        if month == date(2021, 5, 1) and pool.source == "employment_subsidy":
            continue  # left as a draft
        sign(batch_id=batch.pk, actor=second, at=at + ONE_HOUR)
        if month == date(2021, 5, 1) and pool.source == "startup_support":
            continue  # left signed
        send(batch_id=batch.pk, actor=first, at=at + 2 * ONE_HOUR)
        if month == date(2021, 5, 1) and pool.source == "unemployment_insurance":
            continue  # left with the bank
        record_return(
            batch_id=batch.pk, file_name=f"回单-{batch.number}.csv", content=_answer(batch, r), actor=first,
            at=at + 26 * ONE_HOUR,
        )  # fmt: skip
        settle(batch_id=batch.pk, actor=first, at=at + 27 * ONE_HOUR)
    _recover(stage, month, at)


def _answer(batch: Batch, r: random.Random) -> bytes:
    """The bank's file: all paid, but one person's account of every batch is closed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["明细号", "金额", "状态", "失败原因"])
    lines = list(batch.lines.exclude(state="cancelled").select_related("claim").order_by("pk"))
    own = [n for n, line in enumerate(lines) if line.claim.payee == "person"]
    bounced = r.choice(own) if own else -1
    for n, line in enumerate(lines):
        bad = n == bounced
        writer.writerow(
            [line.reference, plain(line.amount_fen), "失败" if bad else "成功", "账户已销户" if bad else ""]
        )
    return out.getvalue().encode("utf-8-sig")


def _repay(stage: Stage, at: datetime) -> None:
    """Last month's bounced claims, their accounts corrected, go into this month's batch."""
    from wudan.kernel.errors import Refused
    from wudan.people.actions import record_account

    for claim in Claim.objects.filter(district_id=stage.code, state="bounced", person__isnull=False).order_by(
        "pk"
    )[:1]:
        if claim.payee != "person":
            continue
        person = claim.person
        assert person is not None  # noqa: S101 - filtered above
        try:
            record_account(
                person_id=person.pk, holder=person.name, bank="中国农业银行", number=f"3705{claim.pk:012d}",
                actor=stage.actors["caiwu"], at=at,
            )  # fmt: skip
            repay(claim_id=claim.pk, actor=stage.actors["caiwu"], at=at, comment="账户已更正")
        except Refused:
            continue


def _recover(stage: Stage, month: date, at: datetime) -> None:
    """Twice a year something was wrongly paid: once all of it came back, once it is still awaited."""
    if month not in (date(2020, 12, 1), date(2021, 4, 1)):
        return
    claim = Claim.objects.filter(district_id=stage.code, state="paid", scheme="training").order_by("pk")[5]
    recovery = open_recovery(
        claim_id=claim.pk, amount_fen=claim.amount_fen or 0, actor=stage.actors["fushen2"], at=at,
        reason="经专项审计，该学员培训期间在外地参保缴费，未实际参训。", basis="区审计局专项审计意见（演示数据）",
    )  # fmt: skip
    if month == date(2020, 12, 1):
        record_recovery(
            recovery_id=recovery.pk, received_on=at.date(), amount_fen=recovery.amount_fen, voucher="PZ-2020-1201",
            actor=stage.actors["caiwu"], at=at + ONE_HOUR,
        )  # fmt: skip
