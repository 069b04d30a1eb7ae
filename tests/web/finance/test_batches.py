"""Batches in the browser's eyes: gather, sign, send, file, return, settle; whoever else comes is turned away."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cast import AT, Cast, cast
from tests.orders.payment.making import FUND, answer, approved_claims, forge, gathered, lines_of, sent
from tests.web.finance.conftest import signed_in
from wudan.funds.queries import balances_now
from wudan.kernel.models import JournalEntry
from wudan.orders.payment.desk import batch_due
from wudan.orders.payment.models import Batch

MONTH = "2020-11-01"


def text(answered: Any) -> str:
    return str(answered.content.decode())


def test_gathering_shows_what_is_taken_and_what_is_left_out(tez: Cast) -> None:
    approved_claims(tez)
    (poor,) = approved_claims(tez, [50_000], account=False)
    client = signed_in(tez)
    pool = tez.pools[FUND].pk
    seen = text(client.get(f"/finance/batches/new/?pool={pool}&month={MONTH}"))
    assert "3笔，4,500元" in seen
    assert "不会列入：1笔，500元" in seen
    assert poor.number in seen and "没有登记本人的收款账户" in seen
    made = client.post("/finance/batches/new/", {"pool": pool, "month": MONTH})
    batch = Batch.objects.get()
    assert made.headers["Location"] == f"/finance/batches/{batch.pk}/"
    assert (batch.lines_count, batch.total_fen) == (3, 450_000)


def test_gathering_nothing_says_so_in_the_form(tez: Cast) -> None:
    answered = signed_in(tez).post("/finance/batches/new/", {"pool": tez.pools[FUND].pk, "month": MONTH})
    assert answered.status_code == 422
    assert "没有可以列入批次的申请" in text(answered)


def test_the_walk_of_a_batch(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    url = f"/finance/batches/{batch.pk}/"
    first, second = signed_in(tez), signed_in(tez, "finance2")
    assert "请另一位财务人员签批" in text(first.get(url))
    refused = first.post(url + "sign/")
    assert refused.status_code == 409
    assert "这个批次由您拟制" in text(refused)
    assert second.post(url + "sign/").status_code == 302
    assert first.post(url + "send/").status_code == 302
    refused = first.post(url + "file/", {"format": "csv", "reason": ""})
    assert refused.status_code == 422
    file = first.post(url + "file/", {"format": "csv", "reason": "报送银行代发"})
    assert file.headers["Content-Disposition"].startswith("attachment")
    noted = JournalEntry.objects.get(verb="download")
    assert noted.reason == "报送银行代发"
    lines = lines_of(batch)
    upload = SimpleUploadedFile("回单.csv", answer(lines, bounced=[1]))
    assert first.post(url + "return/", {"file": upload}).status_code == 302
    seen = text(first.get(url))
    assert "核对后结清" in seen and "户名不符" in seen
    assert first.post(url + "settle/").status_code == 302
    assert Batch.objects.get().state == "settled"
    assert "批次已结清" in text(first.get(url))
    sums = balances_now([tez.pools[FUND].pk])[tez.pools[FUND].pk]
    assert (sums.paid, sums.earmarked, sums.in_transit) == (350_000, 100_000, 0)


def test_a_return_that_differs_halts_with_the_gaps_line_by_line(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    url = f"/finance/batches/{batch.pk}/"
    lines = lines_of(batch)
    lines[0].amount_fen = 1
    client = signed_in(tez)
    client.post(url + "return/", {"file": SimpleUploadedFile("回单.csv", answer(lines))})
    seen = text(client.get(url))
    assert "有差异，暂停拨付" in seen and "逐笔差异" in seen and lines[0].reference in seen
    assert "回单金额0.01元" in seen
    refused = client.post(url + "resume/")
    assert refused.status_code == 409
    assert "疑点还没有由监督岗位办结" in text(refused)


def test_faults_of_a_return_are_named_by_row_and_column(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    broken = "明细号,金额,状态,失败原因\nP1,一千,不知道,\n".encode()
    client = signed_in(tez)
    answered = client.post(
        f"/finance/batches/{batch.pk}/return/", {"file": SimpleUploadedFile("坏.csv", broken)}
    )
    assert answered.status_code == 422
    seen = text(answered)
    assert "一千" in seen and "精确到分的金额" in seen and "不知道" in seen
    wrong = client.post(
        f"/finance/batches/{batch.pk}/return/", {"file": SimpleUploadedFile("x.pdf", b"%PDF-1")}
    )
    assert wrong.status_code == 422


def test_lines_are_removed_and_batches_cancelled_with_a_reason(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    client, line = signed_in(tez), lines_of(batch)[0]
    assert client.get(f"/finance/batches/lines/{line.pk}/remove/").status_code == 200
    assert client.post(f"/finance/batches/lines/{line.pk}/remove/", {"reason": ""}).status_code == 422
    assert client.post(f"/finance/batches/lines/{line.pk}/remove/", {"reason": "材料待核"}).status_code == 302
    batch.refresh_from_db()
    assert batch.lines_count == 2
    assert client.post(f"/finance/batches/{batch.pk}/cancel/", {"reason": "x"}).status_code == 422
    assert client.post(f"/finance/batches/{batch.pk}/cancel/", {"reason": "重新拟制"}).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "cancelled"
    assert "批次已取消" in text(client.get(f"/finance/batches/{batch.pk}/"))


def test_a_stopped_batch_resumes_after_the_supervisor(tez: Cast) -> None:
    from wudan.oversight.actions import close, finding_from_batch

    approved_claims(tez)
    batch = gathered(tez)
    client, url = signed_in(tez), f"/finance/batches/{batch.pk}/"
    assert client.post(url + "stop/", {"reason": "名单有疑问"}).status_code == 302
    batch.refresh_from_db()
    finding = finding_from_batch(batch.pk, batch.made_at)
    assert finding is not None
    assert client.post(url + "explain/", {"reason": "已电话核实"}).status_code == 302
    close(finding_id=finding.pk, conclusion="核实无误", actor=tez.supervisor, at=batch.made_at)
    assert "核实无误" in text(client.get(url))
    assert client.post(url + "resume/").status_code == 302
    batch.refresh_from_db()
    assert batch.state == "drafted"


@pytest.mark.parametrize("who", ["intake", "reviewer", "supervisor", "provider_clerk", "worker"])
def test_other_roles_are_told_whose_page_it_is(tez: Cast, who: str) -> None:
    batch = gathered(tez) if approved_claims(tez) else None
    assert batch is not None
    client = signed_in(tez, who)
    for path in ("/finance/", "/finance/batches/", f"/finance/batches/{batch.pk}/", "/finance/pools/"):
        answered = client.get(path)
        assert answered.status_code == 403, path
        assert "财务拨付" in text(answered)
    assert client.post(f"/finance/batches/{batch.pk}/sign/").status_code == 403


def test_another_district_finds_nothing(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    line = lines_of(batch)[0]
    stranger = signed_in(cast("370306"), "finance2")
    for path in (f"batches/{batch.pk}/", f"batches/{batch.pk}/return/", f"batches/lines/{line.pk}/remove/"):
        assert stranger.get(f"/finance/{path}").status_code == 404, path
    for verb in ("sign", "send", "settle", "cancel", "stop", "resume", "explain", "file", "return"):
        assert stranger.post(f"/finance/batches/{batch.pk}/{verb}/", {"reason": "看一看"}).status_code == 404
    gather = stranger.post("/finance/batches/new/", {"pool": tez.pools[FUND].pk, "month": MONTH})
    assert gather.status_code == 422  # not among the pools to choose
    assert batch.number not in text(stranger.get("/finance/batches/"))


def test_queries_do_not_grow_with_lines(tez: Cast, django_assert_max_num_queries: Any) -> None:
    approved_claims(tez, [100] * 40)
    batch = gathered(tez)
    client = signed_in(tez)
    for path in (f"/finance/batches/{batch.pk}/", "/finance/batches/", "/finance/"):
        client.get(path)
        with django_assert_max_num_queries(26):
            assert client.get(path).status_code == 200


def test_an_export_of_lines_is_masked_and_journalled(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    file = signed_in(tez).get(f"/finance/batches/{batch.pk}/?export=csv&q=学员")
    body = b"".join(file).decode("utf-8-sig")  # type: ignore[call-overload]
    line = lines_of(batch)[0]
    assert line.reference in body and line.number() not in body
    noted = JournalEntry.objects.get(verb="export")
    assert noted.detail["rows"] == 3
    assert "学员" not in str(noted.detail)


def test_anonymous_visitors_log_in_first(db: Any) -> None:
    assert Client().get("/finance/").headers["Location"].startswith("/account/login/")


def test_a_halted_draft_shows_published_and_approved(tez: Cast) -> None:
    approved_claims(tez, published=[150_000, 99_000, 200_000])
    pool = tez.pools[FUND].pk
    client = signed_in(tez)
    client.post("/finance/batches/new/", {"pool": pool, "month": MONTH})
    batch = Batch.objects.get()
    seen = text(client.get(f"/finance/batches/{batch.pk}/"))
    assert "公示990元，核定1,000元" in seen
    assert "不一致" in seen


def test_forged_sums_show_as_not_agreeing(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    forge("UPDATE payment_batch SET total_fen = 1 WHERE id = %s", batch.pk)
    assert "不一致" in text(signed_in(tez).get(f"/finance/batches/{batch.pk}/"))


def test_a_batch_of_claims_from_elsewhere_claims_no_orders(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    steps = signed_in(tez).get(f"/finance/batches/{batch.pk}/").context["orders"]
    assert [(s.label, s.state, s.note) for s in steps[:4]] == [
        (label, "skipped", "未经本系统") for label in ("提单", "列单", "选单", "接单")
    ]


def test_a_day_that_ran_out_before_the_batch_was_made_is_not_counted_from_it(tez: Cast) -> None:
    approved_claims(tez, due_on=AT.date() - timedelta(days=30))
    batch = gathered(tez)
    seen = text(signed_in(tez).get(f"/finance/batches/{batch.pk}/"))
    assert "2020年10月17日前办结" in seen and "已超期" in seen
    assert "自2020年11月16日起" not in seen  # the clock is the claims' own, and began with their approval


def test_an_old_claim_does_not_make_the_batch_late(tez: Cast) -> None:
    today = AT.date()
    approved_claims(tez, due_on=today + timedelta(days=9))
    approved_claims(tez, [70_000], due_on=today - timedelta(days=300))
    client, batch = signed_in(tez), gathered(tez)
    seen = text(client.get(f"/finance/batches/{batch.pk}/"))
    assert "2020年11月25日前办结" in seen and "其中1笔已经超过拨付时限" in seen
    assert "已超期" not in seen
    assert batch_due(batch.pk, today + timedelta(days=9)).late == 1  # the last day is in time
    after = batch_due(batch.pk, today + timedelta(days=10))
    assert (after.on, after.late) == (today + timedelta(days=9), 4)
