"""Approved claims with notice lines and earmarked money, made directly: what subsidy does before payment begins."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from tests.cast import AT, BASIS, Cast, make_person
from wudan.funds.actions import earmark
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.money import plain
from wudan.orders.payment.actions.gathering import gather
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Batch, PaymentLine
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine

FUND = "employment_subsidy"
MONTH = date(2020, 11, 1)
CHAIN = ("accepted", "first_passed", "second_passed", "noticed", "cleared", "approved")


def approved_claims(
    tez: Cast,
    sums: Sequence[int] = (150_000, 100_000, 200_000),
    *,
    fund: str = FUND,
    payee: str = "person",
    account: bool = True,
    published: Sequence[int] | None = None,
    at: datetime = AT,
    **fields: Any,
) -> list[Claim]:
    """One claim per sum, each of another person, approved by reviewer2, published at `published` (the sums themselves)."""
    first = Claim.objects.count() + 1000 + int(tez.code) % 1000 * 100
    persons = [
        make_person(first + n, name=f"学员{'一二三四五六七八九十'[n % 10]}号", account=account)
        for n in range(len(sums))
    ]
    by = {"applied_by": "person"} if payee == "person" else {
        "applied_by": payee, "organisation": getattr(tez, payee), "authority": "代领2020-1"}  # fmt: skip
    with acting(actor=SYSTEM, at=at, basis=BASIS):
        claims = Claim.objects.bulk_create(
            [
                Claim(
                    number=f"{tez.code}-{person.pk}", district=tez.district, person=person, scheme="training", applied_at=at,
                    fingerprint=f"f{person.pk}", state_since=at, amount_fen=fen, fund=fund, payee=payee,
                    submitted_by=tez.worker.user_id or 0, **(by | fields),
                )
                for person, fen in zip(persons, sums, strict=True)
            ]
        )  # fmt: skip
        mine = Claim.objects.filter(pk__in=[c.pk for c in claims])
        mine.update(
            accepted_by=tez.intake.user_id, first_by=tez.intake.user_id, second_by=tez.reviewer.user_id,
            approved_by=tez.reviewer2.user_id,
        )  # fmt: skip
        for state in CHAIN:
            mine.update(state=state, state_since=at)
        notice = Notice.objects.create(
            district=tez.district,
            title="公示",
            opened_on=at.date(),
            closes_on=at.date(),
            expires_on=at.date(),
        )
        NoticeLine.objects.bulk_create(
            [
                NoticeLine(
                    notice=notice, claim=claim, position=n, name_masked="学*", number_masked="****", standard="标准",
                    amount_fen=fen,
                )
                for n, (claim, fen) in enumerate(zip(claims, published or sums, strict=True))
            ]
        )  # fmt: skip
        if sum(sums):
            earmark(
                pool_id=tez.pools[fund].pk, amount_fen=sum(sums), subject=f"notice:{notice.pk}", memo="核定",
                basis=BASIS, actor=tez.reviewer2, at=at,
            )  # fmt: skip
    return list(mine.order_by("pk"))


def gathered(tez: Cast, **more: Any) -> Batch:
    given: dict[str, Any] = {
        "district_id": tez.code, "pool_id": tez.pools[FUND].pk, "month": MONTH, "actor": tez.finance, "at": AT,
    }  # fmt: skip
    return gather(**(given | more))


def sent(tez: Cast, **more: Any) -> Batch:
    batch = gathered(tez, **more)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    return send(batch_id=batch.pk, actor=tez.finance, at=AT)


def lines_of(batch: Batch) -> list[PaymentLine]:
    return list(PaymentLine.objects.filter(batch=batch).order_by("pk"))


def answer(lines: Sequence[PaymentLine], bounced: Sequence[int] = (), **changes: Any) -> bytes:
    """The bank's CSV: every line paid but those at the positions `bounced`."""
    rows = [
        [
            line.reference,
            plain(line.amount_fen),
            "失败" if n in bounced else "成功",
            "户名不符" if n in bounced else "",
        ]
        for n, line in enumerate(lines)
    ]
    return table(rows, **changes)


def table(
    rows: Sequence[Sequence[str]], heading: Sequence[str] = ("明细号", "金额", "状态", "失败原因")
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([heading, *rows])
    return out.getvalue().encode()


def forge(sql: str, *values: Any) -> None:
    """Raw SQL with the history's context set: what a rogue administrator could do."""
    with acting(actor=SYSTEM, at=AT, basis=BASIS), connection.cursor() as cursor:
        cursor.execute(sql, values)
