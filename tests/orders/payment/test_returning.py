"""The bank's answer: booked whole or not at all."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter

from tests.cast import AT, Cast, cast, outsider
from tests.orders.payment.making import answer, approved_claims, forge, gathered, lines_of, sent, table
from wudan.funds import queries as funds
from wudan.kernel.crypto import unseal_bytes
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.kernel.money import plain
from wudan.orders.payment import queries
from wudan.orders.payment.actions.returning import record_return, settle
from wudan.orders.payment.models import BankReturn, Batch
from wudan.orders.subsidy.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture
def batch(tez: Cast) -> Batch:
    approved_claims(tez)
    return sent(tez)


def record(tez: Cast, batch: Batch, content: bytes, **more: Any) -> BankReturn:
    given: dict[str, Any] = {"file_name": "回单.csv", "actor": tez.finance, "at": AT}
    return record_return(batch_id=batch.pk, content=content, **(given | more))


def refused(tez: Cast, batch: Batch, content: bytes, **more: Any) -> list[str]:
    with pytest.raises(Refused) as caught:
        record(tez, batch, content, **more)
    return [r.code for r in caught.value.refusals]


def standing(batch: Batch) -> tuple[int, int, int]:
    b = funds.balances_now([batch.pool_id])[batch.pool_id]
    return b.earmarked, b.in_transit, b.paid


def test_paid_and_bounced(tez: Cast, batch: Batch) -> None:
    lines = lines_of(batch)
    made = record(tez, batch, answer(lines, bounced=[1]))
    assert (made.accepted, made.paid_count, made.paid_fen, made.bounced_count) == (True, 2, 350_000, 1)
    assert standing(batch) == (100_000, 0, 350_000)
    batch.refresh_from_db()
    assert batch.state == "answered" and queries.compare(batch.pk) == []
    assert [(x.state, x.received_fen, x.bank_reason) for x in lines_of(batch)] == [
        ("paid", 150_000, ""), ("bounced", None, "户名不符"), ("paid", 200_000, ""),
    ]  # fmt: skip
    claims = Claim.objects.order_by("pk")
    assert [c.state for c in claims] == ["paid", "bounced", "paid"]
    assert claims[1].reviews.get(verb="bounce").comment == "户名不符"
    assert unseal_bytes(bytes(made.file_sealed), "bank-return") == answer(lines, bounced=[1])
    assert settle(batch_id=batch.pk, actor=tez.finance, at=AT).state == "settled"
    assert [x.claim_id for x in queries.bounced_lines(tez.finance2)] == [claims[1].pk]


def test_the_same_file_twice_adds_nothing(tez: Cast, batch: Batch) -> None:
    content = answer(lines_of(batch))
    first, second = record(tez, batch, content), record(tez, batch, content, actor=tez.finance2)
    assert first == second and BankReturn.objects.count() == 1
    assert standing(batch) == (0, 0, 450_000)


def test_several_files_over_days(tez: Cast, batch: Batch) -> None:
    lines = lines_of(batch)
    record(tez, batch, answer(lines[:1]))
    batch.refresh_from_db()
    assert (
        batch.state == "sent" and standing(batch) == (0, 300_000, 150_000) and queries.compare(batch.pk) == []
    )
    cumulative = record(tez, batch, answer(lines, bounced=[2]))
    assert (cumulative.paid_count, cumulative.bounced_count) == (1, 1)  # the first line was known
    batch.refresh_from_db()
    assert batch.state == "answered" and standing(batch) == (200_000, 0, 250_000)


def rows(batch: Batch) -> list[list[str]]:
    return [[line.reference, plain(line.amount_fen), "成功", ""] for line in lines_of(batch)]


@pytest.mark.parametrize(
    "code",
    [
        "unknown-reference",
        "wrong-amount",
        "duplicate-line",
        "account-mismatch",
        "wrong-total",
        "missing-line",
    ],
)
def test_a_gap_books_nothing_and_halts(tez: Cast, batch: Batch, code: str) -> None:
    made = rows(batch)
    heading = ["明细号", "金额", "状态", "失败原因"]
    match code:
        case "unknown-reference":
            made[0][0] = "P9999999-00001"
        case "wrong-amount":
            made[0][1] = "1500.01"
        case "duplicate-line":
            made.append(made[0])
        case "account-mismatch":
            heading.append("收款账号")
            made = [[*row, line.number()] for row, line in zip(made, lines_of(batch), strict=True)]
            made[2][4] = made[1][4]
        case "wrong-total":
            made.append(["合计", "1.00", "", ""])
        case "missing-line":
            made.pop()
    kept = record(tez, batch, table(made, heading), final=True)
    assert not kept.accepted and code in {g["code"] for g in kept.gaps} and kept.paid_count == 0
    batch.refresh_from_db()
    assert batch.state == "halted" and batch.gaps == kept.gaps and standing(batch) == (0, 450_000, 0)
    assert {line.state for line in lines_of(batch)} == {"pending"}
    assert OutboxEvent.objects.filter(topic="batch:halted").count() == 1
    assert refused(tez, batch, answer(lines_of(batch))) == ["wrong-state"]


def test_masked_accounts_and_a_right_total_agree(tez: Cast, batch: Batch) -> None:
    made = [
        [*row, f"{line.number()[:6]}{'*' * 9}{line.number()[-4:]}"]
        for row, line in zip(rows(batch), lines_of(batch), strict=True)
    ]
    made.append(["合计", "4,500.00", "", "", ""])
    assert record(
        tez, batch, table(made, ["明细号", "金额", "状态", "失败原因", "收款账号"]), final=True
    ).accepted


def test_the_last_file_may_be_declared_final_afterwards(tez: Cast, batch: Batch) -> None:
    content = answer(lines_of(batch)[:2])
    record(tez, batch, content)
    late = record(tez, batch, content, final=True)
    batch.refresh_from_db()
    assert batch.state == "halted" and [g["code"] for g in batch.gaps] == ["missing-line"]
    assert not late.accepted and late.gaps == batch.gaps and standing(batch) == (0, 200_000, 250_000)


def test_a_contradiction(tez: Cast, batch: Batch) -> None:
    lines = lines_of(batch)
    record(tez, batch, answer(lines[:2]))
    kept = record(tez, batch, answer(lines, bounced=[0]))
    assert [g["code"] for g in kept.gaps] == ["contradiction"]
    assert standing(batch) == (0, 200_000, 250_000)


def test_a_gap_on_our_own_side(tez: Cast, batch: Batch) -> None:
    forge("UPDATE subsidy_claim SET amount_fen = 1 WHERE id = %s", lines_of(batch)[0].claim_id)
    assert not record(tez, batch, answer(lines_of(batch))).accepted
    assert standing(batch) == (0, 450_000, 0)


def test_settle_compares_again(tez: Cast, batch: Batch) -> None:
    record(tez, batch, answer(lines_of(batch)))
    for actor in (tez.reviewer, outsider(tez, "finance")):
        with pytest.raises(Refused):
            settle(batch_id=batch.pk, actor=actor, at=AT)
    forge("UPDATE subsidy_claim SET amount_fen = 1 WHERE id = %s", lines_of(batch)[0].claim_id)
    assert settle(batch_id=batch.pk, actor=tez.finance, at=AT).state == "halted"


def test_what_is_not_a_return(tez: Cast, batch: Batch) -> None:
    line = lines_of(batch)[0].reference
    for content, codes in (
        (b"", ["no-columns"]),
        (b"PK\x03\x04 broken", ["unreadable"]),
        (b"\x00\x01\x02", ["unreadable"]),
        (table([]), ["no-rows"]),
        (table([[line, "1500.00"]], ["明细号", "金额"]), ["no-columns"]),
        (table([[line, "一千五", "好", ""], ["", "1e3", "成功", ""]]), ["bad-row"] * 4),
        (table([[line, "1500.001", "成功", ""]]), ["bad-row"]),
        (b"x" * 20_000_001, ["too-large"]),
    ):
        assert refused(tez, batch, content) == codes
    with pytest.raises(Refused) as caught:
        record(tez, batch, table([[line, "", "成功", ""]]))
    assert (caught.value.refusal.field, caught.value.refusal.remedy) == ("2:金额", "请填写如1500.00的金额。")
    batch.refresh_from_db()
    assert batch.state == "sent" and not BankReturn.objects.exists()


def test_outsiders_and_unsent(tez: Cast, batch: Batch) -> None:
    content = answer(lines_of(batch))
    for actor in (tez.supervisor, tez.reviewer2, outsider(tez, "finance")):
        assert refused(tez, batch, content, actor=actor) == ["forbidden"]
    approved_claims(tez, [100])
    assert refused(tez, gathered(tez), content) == ["wrong-state"]


def test_real_files(tez: Cast, batch: Batch) -> None:
    """GB18030 with a title above and full-width digits; then a workbook with amounts as numbers."""
    first, second, third = lines_of(batch)
    text = (
        f"代发结果\r\n\r\n明细号,金额（元）,状态,失败原因\r\n{first.reference},１５００．００, 成功 ,\r\n\r\n"
    )
    assert record(tez, batch, text.encode("gb18030")).paid_fen == 150_000
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate([["代发结果"], ["明细号", "金额", "状态", "失败原因"],
                                 [second.reference, 1000, "失败", "账号不存在"], [third.reference, 2000.0, "成功", ""]]):  # fmt: skip
            sheet.write_row(n, 0, row)
    assert record(tez, batch, out.getvalue(), file_name="回单.xlsx").bounced_count == 1
    assert standing(batch) == (100_000, 0, 350_000)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE payment_paymentline SET amount_fen = amount_fen + 1 WHERE id = {line}",
        "UPDATE payment_paymentline SET holder = '别人' WHERE id = {line}",
        "UPDATE payment_paymentline SET number_sealed = 'x' WHERE id = {line}",
        "UPDATE payment_paymentline SET state = 'paid' WHERE id = {line}",
        "UPDATE payment_paymentline SET state = 'paid', received_fen = 1 WHERE id = {line}",
        "UPDATE payment_paymentline SET state = 'cancelled' WHERE id = {line}",
        "DELETE FROM payment_paymentline WHERE id = {line}",
        "UPDATE payment_batch SET total_fen = 1 WHERE id = {batch}",
        "UPDATE payment_batch SET state = 'settled' WHERE id = {batch}",
        "UPDATE payment_batch SET signed_by = gathered_by WHERE id = {batch}",
        "UPDATE payment_batch SET sent_by = {reviewer} WHERE id = {batch}",
        "UPDATE payment_batch SET pool_id = {other} WHERE id = {batch}",
        (
            "INSERT INTO payment_paymentline (batch_id, claim_id, reference, amount_fen, state, holder, bank, number_sealed,"
            " number_index, number_masked, bank_reason) SELECT batch_id, claim_id, 'P1', amount_fen, 'pending', holder, bank,"
            " number_sealed, number_index, number_masked, '' FROM payment_paymentline WHERE id = {line}"
        ),
        "TRUNCATE payment_paymentline CASCADE",
        "TRUNCATE payment_batch CASCADE",
    ],
)
def test_walls_by_raw_sql(tez: Cast, batch: Batch, sql: str) -> None:
    from django.db import DatabaseError, transaction

    names = {
        "line": lines_of(batch)[0].pk,
        "batch": batch.pk,
        "reviewer": tez.reviewer2.user_id,
        "other": tez.pools["training_special"].pk,
    }
    with pytest.raises((DatabaseError, Refused)) as caught, transaction.atomic():
        forge(sql.format(**names))
    assert "syntax" not in str(caught.value)
