"""Pools, statements, budget, bounced lines, recoveries, the reserve: what finance reads and enters besides batches."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.cast import AT, Cast, cast, valid_account
from tests.orders.payment.making import FUND, answer, approved_claims, lines_of, sent
from tests.web.finance.conftest import signed_in
from wudan.funds.actions import appropriate
from wudan.funds.models import Entry, Pool
from wudan.funds.queries import balances_now
from wudan.kernel.actor import Actor
from wudan.kernel.models import JournalEntry
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.inquiring import say_received
from wudan.orders.payment.actions.recovering import open_recovery
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.models import Recovery
from wudan.orders.subsidy.models import Claim


def text(answered: Any) -> str:
    return str(answered.content.decode())


def bounced_claim(tez: Cast) -> Claim:
    approved_claims(tez)
    batch = sent(tez)
    lines = lines_of(batch)
    record_return(
        batch_id=batch.pk, file_name="回单.csv", content=answer(lines, bounced=[0]), actor=tez.finance, at=AT
    )
    return Claim.objects.get(pk=lines[0].claim_id)


def budget(tez: Cast, fen: int = 5_000) -> Entry:
    return appropriate(
        pool_id=tez.pools[FUND].pk,
        amount_fen=fen,
        memo="追加",
        basis="财字1号",
        actor=tez.finance,
        at=AT,
        on=AT.date(),
    )


# --- pools --------------------------------------------------------------------------------------------------------
def test_home_counts_and_opens_the_rows(tez: Cast) -> None:
    bounced_claim(tez)
    client = signed_in(tez)
    seen = text(client.get("/finance/"))
    for word in ("已核定待拨付", "待签批", "银行在途", "退票待更正", "追回中"):
        assert word in seen
    assert "1,500元，最早一件" in seen
    for path in (
        "/finance/claims/?state=approved&sort=due_on",
        "/finance/bounced/",
        "/finance/recoveries/?state=open",
    ):
        assert client.get(path).status_code == 200


def test_an_empty_district_is_told_what_to_do_first(db: Any) -> None:
    bare = cast(pools=False)
    client = signed_in(bare)
    assert "还没有建立资金池" in text(client.get("/finance/"))
    assert "还没有资金池" in text(client.get("/finance/pools/"))
    made = client.post("/finance/pools/open/", {"year": "2020"})
    assert made.headers["Location"] == "/finance/pools/?year=2020"
    assert Pool.objects.filter(district_id=bare.code, year=2020).count() == 5
    assert client.post("/finance/pools/open/", {"year": "1999"}).status_code == 422


def test_balances_on_any_day(tez: Cast) -> None:
    budget(tez)
    client = signed_in(tez)
    assert "¥1,000,050.00" in text(client.get("/finance/pools/?year=2020"))
    before = text(client.get("/finance/pools/?on=2020-11-15"))
    assert "¥1,000,000.00" in before and "¥1,000,050.00" not in before
    assert "只作登记" in before


def test_a_statement_runs_from_opening_to_closing(tez: Cast) -> None:
    bounced_claim(tez)
    client, pool = signed_in(tez), tez.pools[FUND].pk
    seen = text(client.get(f"/finance/pools/{pool}/?since=2020-11-01&until=2020-11-30"))
    assert "期初余额" in seen and "期末余额" in seen and "银行退票" in seen and "财务拨付" in seen
    assert "¥3,000.00" in seen  # paid
    nothing = text(client.get(f"/finance/pools/{pool}/?since=2020-02-01&until=2020-02-28"))
    assert "这段时间没有记账" in nothing
    turned = text(client.get(f"/finance/pools/{pool}/?since=2020-12-01&until=2020-11-01"))
    assert "已为您调换" in turned
    file = client.get(f"/finance/pools/{pool}/?export=csv")
    body = b"".join(file).decode("utf-8-sig")  # type: ignore[call-overload]
    assert "期末余额" in body and JournalEntry.objects.filter(verb="export").exists()
    paper = text(client.get(f"/finance/pools/{pool}/print/"))
    assert "负责人" in paper and "对账单" in paper


def test_budget_is_entered_and_reversed_once(tez: Cast) -> None:
    client, pool = signed_in(tez), tez.pools[FUND].pk
    form = {"amount_fen": "500.50", "on": "2020-11-16", "memo": "追加", "basis": "台财字〔2020〕9号"}
    assert client.get(f"/finance/pools/{pool}/budget/").status_code == 200
    assert client.post(f"/finance/pools/{pool}/budget/", form).status_code == 302
    assert balances_now([pool])[pool].granted == 100_050_050
    future = client.post(f"/finance/pools/{pool}/budget/", form | {"on": "2020-11-17"})
    assert future.status_code == 422 and "还没有到" in text(future)
    entry = Entry.objects.get(memo="追加")
    assert f"/finance/pools/entries/{entry.pk}/reverse/" in text(client.get(f"/finance/pools/{pool}/"))
    assert client.get(f"/finance/pools/entries/{entry.pk}/reverse/").status_code == 200
    reason = {"memo": "金额录错", "basis": "更正通知"}
    assert client.post(f"/finance/pools/entries/{entry.pk}/reverse/", reason).status_code == 302
    again = client.post(f"/finance/pools/entries/{entry.pk}/reverse/", reason)
    assert again.status_code == 422 and "已经冲销过" in text(again)


def test_another_district_s_money_is_not_found(tez: Cast) -> None:
    claim, entry, pool = bounced_claim(tez), budget(tez), tez.pools[FUND].pk
    stranger = signed_in(cast("370306"))
    for path in (f"pools/{pool}/", f"pools/{pool}/print/", f"pools/{pool}/budget/", f"pools/entries/{entry.pk}/reverse/",
                 f"bounced/{claim.pk}/", f"claims/{claim.pk}/"):  # fmt: skip
        assert stranger.get(f"/finance/{path}").status_code == 404, path
    posted = stranger.post(
        f"/finance/pools/{pool}/budget/", {"amount_fen": "1", "on": "2020-11-16", "memo": "外", "basis": "外"}
    )
    assert posted.status_code == 404


# --- bounced and recovered ------------------------------------------------------------------------------------------
def test_a_bounced_line_is_corrected_and_waits_again(tez: Cast) -> None:
    claim = bounced_claim(tez)
    client, path = signed_in(tez), f"/finance/bounced/{claim.pk}/"
    assert "户名不符" in text(client.get("/finance/bounced/"))
    assert "原收款账户" in text(client.get(path))
    person = claim.person
    assert person is not None
    form = {"holder": person.name, "bank": "农行", "number": valid_account(77), "reason": "本人到场更正"}
    wrong = client.post(path, form | {"holder": "别人"})
    assert wrong.status_code == 422
    same = client.post(path, form | {"number": "", "reason": "    "})
    assert same.status_code == 422
    assert client.post(path, form).status_code == 302
    claim.refresh_from_db()
    assert claim.state == "approved"
    assert client.get(path).status_code == 404


def test_the_bank_s_own_fault_keeps_the_account(tez: Cast) -> None:
    claim = bounced_claim(tez)
    form = {"holder": "学员", "bank": "农行", "number": "", "reason": "银行系统故障退回"}
    assert signed_in(tez).post(f"/finance/bounced/{claim.pk}/", form).status_code == 302
    claim.refresh_from_db()
    assert claim.state == "approved"


def test_receipts_finish_a_recovery(tez: Cast) -> None:
    bounced_claim(tez)
    paid = Claim.objects.filter(state="paid").order_by("pk")[0]
    found = open_recovery(
        claim_id=paid.pk, amount_fen=100_000, reason="重复享受", basis="决定书1号", actor=tez.reviewer2, at=AT
    )
    client, path = signed_in(tez), f"/finance/recoveries/{found.pk}/"
    assert "重复享受" in text(client.get("/finance/recoveries/?state=open"))
    form = {"received_on": "2020-11-16", "amount_fen": "400", "voucher": "V1"}
    assert client.post(path, form).status_code == 302
    assert "还应追回600元" in text(client.get(path))
    more = client.post(path, form | {"amount_fen": "900", "voucher": "V2"})
    assert more.status_code == 422
    assert client.post(path, form | {"amount_fen": "600", "voucher": "V2"}).status_code == 302
    assert Recovery.objects.get().state == "received"
    assert "已全部追回" in text(client.get(path))
    assert signed_in(cast("370306")).get(path).status_code == 404


# --- the reserve ----------------------------------------------------------------------------------------------------
def test_the_reserve_shows_formula_figures_and_what_to_do(tez: Cast) -> None:
    client = signed_in(tez)
    assert "还没有登记年度数据" in text(client.get("/finance/reserve/"))
    form = {
        "year": "2019",
        "opening_fen": "48000000",
        "drawn_fen": "24000000.01",
        "benefits_fen": "12000000",
        "source": "决算",
    }
    assert client.post("/finance/reserve/", form).status_code == 302
    seen = text(client.get("/finance/reserve/"))
    assert "23.99" in seen and "低于标准" in seen and "调剂金" in seen
    assert "（48,000,000元 − 24,000,000.01元）÷（12,000,000元 ÷ 12）" in seen
    assert client.post("/finance/reserve/", form | {"drawn_fen": "24000000"}).status_code == 302
    assert "达到标准" in text(client.get("/finance/reserve/"))
    assert client.post("/finance/reserve/", form | {"benefits_fen": "0"}).status_code == 422


def test_the_last_whole_year_is_judged_and_not_the_running_one(tez: Cast) -> None:
    client = signed_in(tez)
    form = {"opening_fen": "48000000", "drawn_fen": "0", "source": "决算"}
    client.post("/finance/reserve/", form | {"year": "2020", "benefits_fen": "48000000"})
    seen = text(client.get("/finance/reserve/"))
    assert "还没有完整年度的数据" in seen and "低于标准" not in seen  # 2020 is not over
    client.post("/finance/reserve/", form | {"year": "2019", "benefits_fen": "12000000"})
    seen = text(client.get("/finance/reserve/"))
    assert '<h2 id="now">2019年' in seen and "达到标准" in seen and "低于标准" not in seen
    assert "年度未结束，不作判定" in seen


def test_a_district_without_the_rule_is_told_so(db: Any) -> None:
    seen = text(signed_in(cast("370306")).get("/finance/reserve/"))
    assert "没有规定支付能力标准" in seen or "24个月" in seen


def test_a_claim_is_read_with_its_chain_and_money(tez: Cast) -> None:
    claim = bounced_claim(tez)
    seen = text(signed_in(tez).get(f"/finance/claims/{claim.pk}/"))
    assert "买单" in seen and "变更记录" in seen and "户名不符" in seen
    assert f'href="/finance/bounced/{claim.pk}/">更正账户，重新拨付' in seen
    overseen = text(signed_in(tez, "supervisor").get(f"/supervisor/claims/{claim.pk}/"))
    assert "银行退票" in overseen and "更正账户，重新拨付" not in overseen  # it is finance's to do


def test_money_set_aside_and_claims_that_wait_bear_different_names(tez: Cast) -> None:
    bounced_claim(tez)  # 1,500 yuan came back: no claim waits for a batch, and the money is still set aside
    home, pools = (text(signed_in(tez).get(path)) for path in ("/finance/", "/finance/pools/"))
    assert "没有等待拨付的申请" in home and "已核定未送银行" not in home
    assert "已核定未送银行包括" in pools and "已核定待拨付" not in pools


def test_queries_do_not_grow_with_rows(tez: Cast, django_assert_max_num_queries: Any) -> None:
    approved_claims(tez, [100] * 30)
    sent_batch = sent(tez)
    lines = lines_of(sent_batch)
    record_return(
        batch_id=sent_batch.pk,
        file_name="a.csv",
        content=answer(lines, bounced=range(20)),
        actor=tez.finance,
        at=AT,
    )
    for day in range(1, 15):
        appropriate(
            pool_id=tez.pools[FUND].pk,
            amount_fen=day,
            memo="追加",
            basis="字",
            actor=tez.finance,
            at=AT,
            on=date(2020, 11, day),
        )
    client, pool = signed_in(tez), tez.pools[FUND].pk
    for path in (
        "/finance/bounced/",
        "/finance/pools/",
        f"/finance/pools/{pool}/",
        "/finance/claims/",
        "/finance/",
    ):
        with django_assert_max_num_queries(22):
            assert client.get(path).status_code == 200


# --- 到账核实 -------------------------------------------------------------------------------------------------------
def test_no_receipt_waits_at_finance_and_is_answered(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    lines = lines_of(batch)
    record_return(batch_id=batch.pk, file_name="回单.csv", content=answer(lines), actor=tez.finance, at=AT)
    claim = Claim.objects.get(pk=lines[0].claim_id)
    me = Actor(999, Role.WORKER, "本人", person_id=claim.person_id)
    found = say_received(claim_id=claim.pk, received=False, actor=me, at=AT)
    assert found is not None
    client = signed_in(tez)
    home = text(client.get("/finance/"))
    assert "本人说没有收到，待与银行核实" in home
    assert "还剩5个工作日" in home
    assert claim.number in text(client.get("/finance/inquiries/"))
    shown = text(client.get(f"/finance/claims/{claim.pk}/"))
    assert f"/finance/inquiries/{found.pk}/" in shown
    assert "<b>未收到</b>" in shown, "the change as a person reads it"
    url = f"/finance/inquiries/{found.pk}/"
    refused = client.post(url, {"arrived": "no", "voucher": "", "finding": "账户已销"})
    assert refused.status_code == 422
    assert "请填写银行流水号" in text(refused)
    client.post(url, {"arrived": "no", "voucher": "TH1", "finding": "账户已销户，款项退回"})
    claim.refresh_from_db()
    assert claim.state == "bounced"
    assert "账户已销户" in text(client.get("/finance/bounced/"))
    assert "本人说没有收到" not in text(client.get("/finance/"))
    assert "TH1" in text(client.get(url))
    assert signed_in(tez, "reviewer").get(url).status_code == 403
