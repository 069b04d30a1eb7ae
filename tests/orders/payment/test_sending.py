"""Sign, send, and the bank's file."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.cast import AT, Cast, cast, outsider
from tests.orders.payment.making import FUND, approved_claims, forge, gathered, lines_of, sent
from wudan.funds import queries as funds
from wudan.kernel.errors import Refused
from wudan.kernel.models import JournalEntry, OutboxEvent
from wudan.orders.payment import queries
from wudan.orders.payment.actions.sending import bank_file, send, sign
from wudan.orders.payment.bankfile import COLUMNS, FORMATS, PayRow, checksum, safe

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def refusal_of(call: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**given)
    return caught.value.refusal.code


def test_two_persons_then_in_transit(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    assert refusal_of(send, batch_id=batch.pk, actor=tez.finance, at=AT) == "wrong-state"
    assert refusal_of(sign, batch_id=batch.pk, actor=tez.finance, at=AT) == "batch_signed_by_another"
    for actor in (tez.supervisor, tez.reviewer, outsider(tez, "finance")):
        assert refusal_of(sign, batch_id=batch.pk, actor=actor, at=AT) == "forbidden"
        assert refusal_of(send, batch_id=batch.pk, actor=actor, at=AT) == "forbidden"
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    assert refusal_of(sign, batch_id=batch.pk, actor=tez.finance2, at=AT) == "wrong-state"
    batch = send(batch_id=batch.pk, actor=tez.finance, at=AT)
    assert (batch.state, batch.sent_by, batch.sent_at) == ("sent", tez.finance.user_id, AT)
    b = funds.balances_now([batch.pool_id])[batch.pool_id]
    assert (b.earmarked, b.in_transit) == (0, 450_000)
    [entry] = funds.business_of(f"batch:{batch.pk}")
    assert batch.number in entry.memo
    assert refusal_of(send, batch_id=batch.pk, actor=tez.finance, at=AT) == "wrong-state"
    assert refusal_of(send, batch_id=10**9, actor=tez.finance, at=AT) == "not-found"


def test_a_gap_before_sending_halts(tez: Cast) -> None:
    claims = approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    forge("UPDATE subsidy_claim SET amount_fen = amount_fen + 1 WHERE id = %s", claims[0].pk)
    batch = send(batch_id=batch.pk, actor=tez.finance, at=AT)
    assert batch.state == "halted"
    assert {g["code"] for g in batch.gaps} == {"published-payable", "payable-line"}
    assert funds.balances_now([batch.pool_id])[batch.pool_id].in_transit == 0
    assert OutboxEvent.objects.filter(topic="batch:halted").count() == 1


def test_more_than_is_earmarked(tez: Cast) -> None:
    from wudan.funds.actions import release_earmark

    approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    release_earmark(
        pool_id=batch.pool_id, amount_fen=1, subject="x", memo="误放", basis="x", actor=tez.finance, at=AT
    )
    assert refusal_of(send, batch_id=batch.pk, actor=tez.finance, at=AT) == "overdrawn"
    batch.refresh_from_db()
    assert batch.state == "signed" and batch.sent_at is None


def test_the_file(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    given: dict[str, Any] = {
        "batch_id": batch.pk,
        "reason": "送农行台儿庄支行",
        "actor": tez.finance,
        "at": AT,
    }
    made = bank_file(**given, format="csv")
    assert made == bank_file(**given, format="csv")
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"))))
    book = CalamineWorkbook.from_filelike(io.BytesIO(bank_file(**given, format="xlsx")))
    assert rows == book.get_sheet_by_index(0).to_python()
    assert rows[0] == list(COLUMNS)
    lines = lines_of(batch)
    assert [r[:3] for r in rows[1:-1]] == [[x.reference, x.holder, x.number()] for x in lines]
    assert [r[4] for r in rows[1:]] == ["1500.00", "1000.00", "2000.00", "4500.00"]
    assert rows[-1][:2] == ["合计", "3笔"] and rows[-1][-1].startswith("校验 ")
    assert rows[1][5] == "2020年11月职业技能培训补贴"
    assert (
        bank_file(**given, format="csv-gb18030").decode("gb18030").splitlines()[1].split(",")[1]
        == lines[0].holder
    )
    noted = JournalEntry.objects.filter(verb="download", subject_kind="batch").order_by("pk")
    assert [j.detail["format"] for j in noted] == ["csv", "csv", "xlsx", "csv-gb18030"]
    assert {j.reason for j in noted} == {"送农行台儿庄支行"} and "6228" not in str([j.detail for j in noted])


def test_the_file_is_refused(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    given: dict[str, Any] = {
        "batch_id": batch.pk,
        "format": "csv",
        "reason": "送银行",
        "actor": tez.finance,
        "at": AT,
    }
    for change, why in (
        ({}, "not-sent"),
        ({"format": "pdf"}, "unknown-format"),
        ({"reason": " "}, "no-reason"),
        ({"actor": tez.supervisor}, "forbidden"),
        ({"actor": outsider(tez, "finance")}, "forbidden"),
    ):
        assert refusal_of(bank_file, **(given | change)) == why
    assert not JournalEntry.objects.filter(verb="download").exists()


@pytest.mark.parametrize("format", sorted(FORMATS))
def test_no_cell_is_a_formula(format: str) -> None:  # noqa: A002
    row = PayRow("P1-1", "=cmd|' /C calc'!A1", "6228480000000000001", "+支行\n@x", 123, "-2+3")
    made = FORMATS[format].write([row], title="x", at=AT)
    if format == "xlsx":
        cells: list[object] = list(
            CalamineWorkbook.from_filelike(io.BytesIO(made)).get_sheet_by_index(0).to_python()[1]
        )
    else:
        text = made.decode("gb18030" if "gb" in format else "utf-8-sig")
        cells = list(list(csv.reader(io.StringIO(text, newline="")))[1])
    assert cells == ["P1-1", "'=cmd|' /C calc'!A1", "6228480000000000001", "'+支行 @x", "1.23", "'-2+3"]
    assert safe("张三") == "张三" and checksum([row]) != checksum([])


def test_lists_have_a_fixed_number_of_queries(tez: Cast, django_assert_num_queries: Any) -> None:
    approved_claims(tez)
    batch = sent(tez)
    with django_assert_num_queries(1):
        assert [
            line.claim.person.name for line in queries.lines(batch.pk, state="pending") if line.claim.person
        ]
    assert funds.visible_pools(tez.finance).filter(source=FUND).exists()
