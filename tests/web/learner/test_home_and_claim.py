"""Home, the claim down the page, and what a worker does about it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, claim_form, make_actor, make_person, outsider
from tests.orders.payment.making import answer, gathered, lines_of
from tests.orders.subsidy.chain import LATER, PROOFS, publish
from wudan.accounts.models import User
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.inquiring import answer_inquiry
from wudan.orders.payment.actions.recovering import open_recovery
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Inquiry
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.noticing import close_due_notices
from wudan.orders.subsidy.actions.reviewing import accept, pass_first, pass_second, send_back
from wudan.orders.subsidy.models import Claim


def own_claim(tez: Cast, **changes: Any) -> Claim:
    return submit(
        district_id=tez.code, applied_by="person", form=claim_form(**changes), person_id=tez.person.pk,
        actor=tez.worker, at=AT,
    )  # fmt: skip


def noticed(tez: Cast, claim: Claim) -> None:
    accept(claim_id=claim.pk, actor=tez.intake, at=AT)
    pass_first(claim_id=claim.pk, actor=tez.intake, at=AT, verified_groups=PROOFS)
    pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT)
    publish(tez, claim)


def paid(tez: Cast, claim: Claim, *, bounced: tuple[int, ...] = ()) -> None:
    """From the application to the bank's answer."""
    noticed(tez, claim)
    close_due_notices(at=LATER)
    approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    claim.refresh_from_db()
    batch = gathered(tez, pool_id=tez.pools[claim.fund].pk, at=LATER)
    sign(batch_id=batch.pk, actor=tez.finance2, at=LATER)
    send(batch_id=batch.pk, actor=tez.finance, at=LATER)
    content = answer(lines_of(batch), bounced=bounced)
    record_return(batch_id=batch.pk, file_name="a.csv", content=content, actor=tez.finance, at=LATER)
    claim.refresh_from_db()


def text(response: Any) -> str:
    return str(response.content.decode())


def test_nothing_yet(me: Client) -> None:
    shown = text(me.get(reverse("learner:home")))
    assert "您还没有申请" in shown
    assert shown.count('<nav class="w-bottom"') == 1
    bar = shown[shown.index('<nav class="w-bottom"') :]
    assert re.findall(r'<a href="([^"]+)"', bar)[:4] == ["/my/", "/my/learning/", "/my/sign/", "/my/me/"]
    assert re.findall("<span>([^<]+)</span>", bar)[:4] == ["首页", "学习", "扫码", "我的"]


@pytest.mark.parametrize("name", ["home", "me"])
def test_choosing_and_applying_are_one_tap_away(tez: Cast, me: Client, name: str) -> None:
    shown = text(me.get(reverse(f"learner:{name}")))
    for door in ("courses", "apply", "orders"):
        assert f'<a href="{reverse(f"learner:{door}")}">' in shown


def test_what_waits_for_me_comes_first(tez: Cast, me: Client) -> None:
    own_claim(tez)
    back = own_claim(
        tez, level=5, certificate_issued_on=AT.date().replace(day=1), class_id="K2", certificate_number=""
    )
    send_back(claim_id=back.pk, actor=tez.intake, at=AT, comment="请补证书编号")
    shown = text(me.get(reverse("learner:home")))
    assert shown.index("等您办理") < shown.index("退回补正，等您修改") < shown.index("正在办理")


def test_home_does_not_ask_more_for_more_claims(
    tez: Cast, me: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(1, 6):
        own_claim(tez, occupation_code=f"6-18-02-0{n}", certificate_number="", class_id=f"K{n}")
    with django_assert_max_num_queries(15):
        assert me.get(reverse("learner:home")).status_code == 200


@pytest.mark.parametrize("role", ["intake", "provider_clerk", "finance"])
def test_other_roles_are_sent_to_their_own_desk(tez: Cast, client: Client, role: str) -> None:
    client.force_login(tez.user(role))
    for name in ("home", "apply", "notices", "me", "account"):
        assert client.get(reverse(f"learner:{name}")).status_code == 403


def test_visitors_log_in_first(tez: Cast, client: Client) -> None:
    response = client.get(reverse("learner:home"))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_another_worker_sees_and_does_nothing(tez: Cast, client: Client) -> None:
    claim = own_claim(tez)
    stranger = outsider(tez, "worker")
    client.force_login(User.objects.get(pk=stranger.user_id))
    assert client.get(reverse("learner:claim", args=[claim.pk])).status_code == 404
    assert client.get(reverse("learner:correct", args=[claim.pk])).status_code == 404
    for name in ("receipt", "withdraw", "repay"):
        response = client.post(reverse(f"learner:{name}", args=[claim.pk]), {"received": "yes"})
        assert response.status_code in (403, 404)
    claim.refresh_from_db()
    assert claim.state == "submitted"


def test_the_claim_says_where_it_stands_why_and_what_next(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    shown = text(me.get(reverse("learner:claim", args=[claim.pk])))
    for words in (
        "1,500元",
        "已提交，等待受理",
        "符合条件，补贴1,500元",
        "台政办发〔2020〕4号",
        "撤回申请",
        claim.number,
    ):
        assert words in shown
    assert "台政办发〔2020〕4号 台政办发" not in shown


def test_a_refusal_says_what_would_have_to_differ(tez: Cast, me: Client) -> None:
    claim = own_claim(tez, draws_pension=True)
    shown = text(me.get(reverse("learner:claim", args=[claim.pk])))
    assert "不符合条件" in shown
    assert "怎样才能通过" in shown
    assert "“按月领取养老金”为否" in shown


def test_on_notice_and_withdrawing(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    noticed(tez, claim)
    shown = text(me.get(reverse("learner:claim", args=[claim.pk])))
    assert "正在公示" in shown
    assert "查看公示名单" in shown
    assert "撤回申请" not in shown
    assert "有您的一笔" in text(me.get(reverse("learner:notices")))


def test_withdraw(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    response = me.post(reverse("learner:withdraw", args=[claim.pk]), follow=True)
    claim.refresh_from_db()
    assert claim.state == "withdrawn"
    assert "申请已撤回" in text(response)
    assert me.post(reverse("learner:withdraw", args=[claim.pk])).status_code == 409


def test_received_yes_and_no(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    paid(tez, claim)
    url = reverse("learner:claim", args=[claim.pk])
    shown = text(me.get(url))
    assert "收到了吗" in shown
    assert "确认是否到账" in text(me.get(reverse("learner:home")))
    me.post(reverse("learner:receipt", args=[claim.pk]), {"received": "no"})
    claim.refresh_from_db()
    assert claim.receipt_answer == "no"
    shown = text(me.get(url))
    assert "您说没有收到" in shown
    assert f"自{AT.year}年{AT.month}月{AT.day}日起，由区人社局财务人员办理" in shown
    found = Inquiry.objects.get()
    assert "您说没有收到" in text(me.get(reverse("learner:home")))
    answer_inquiry(
        inquiry_id=found.pk, arrived=True, voucher="LS77", finding="已入账", actor=tez.finance, at=AT
    )
    shown = text(me.get(url))
    assert "银行流水号LS77" in shown
    assert "仍没有收到，请再核实" in shown
    me.post(reverse("learner:receipt", args=[claim.pk]), {"received": "yes"})
    claim.refresh_from_db()
    assert claim.receipt_answer == "yes"
    assert "由区人社局办理" not in text(me.get(url))


def test_money_to_give_back_waits_for_me_with_the_way(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    paid(tez, claim)
    open_recovery(
        claim_id=claim.pk,
        amount_fen=50_000,
        reason="重复享受",
        basis="决定书2号",
        actor=tez.reviewer,
        at=LATER,
    )
    assert "要求退回500元" in text(me.get(reverse("learner:home")))
    shown = text(me.get(reverse("learner:claim", args=[claim.pk])))
    for words in ("还要退回500元", "重复享受", "附言写申请编号", "由您本人办理"):
        assert words in shown, words
    assert "收到了吗" not in shown


def test_bounced_mended_and_paid_again(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    paid(tez, claim, bounced=(0,))
    assert claim.state == "bounced"
    url = reverse("learner:claim", args=[claim.pk])
    shown = text(me.get(url))
    assert "户名不符" in shown
    refused = me.post(reverse("learner:repay", args=[claim.pk]))
    assert refused.status_code == 409
    assert "没有变更" in text(refused)
    new = {"bank": "中国工商银行", "number": "6222021001116245702", "next": url}
    assert me.post(reverse("learner:account"), new)["Location"] == url
    assert "已提交重新拨付" in text(me.post(reverse("learner:repay", args=[claim.pk]), follow=True))
    claim.refresh_from_db()
    assert claim.state == "approved"


def test_a_provider_s_claim_about_me_is_seen_but_not_touched(tez: Cast, me: Client) -> None:
    claim = submit(
        district_id=tez.code, applied_by="provider", form=claim_form(), person_id=tez.person.pk,
        organisation_id=tez.provider.pk, authority="代领-1", actor=tez.provider_clerk, at=AT,
    )  # fmt: skip
    shown = text(me.get(reverse("learner:claim", args=[claim.pk])))
    assert tez.provider.name in shown
    assert "撤回申请" not in shown
    assert me.post(reverse("learner:withdraw", args=[claim.pk])).status_code == 403


def test_a_worker_without_town_or_claims_chooses_a_district(tez: Cast, client: Client) -> None:
    from tests.cast import make_district

    make_district("370306")
    somebody = make_person(77, name="无镇街")
    actor = make_actor(Role.WORKER, person=somebody)
    client.force_login(User.objects.get(pk=actor.user_id))
    assert "请先选择您所在的区" in text(client.get(reverse("learner:apply")))
    assert "请先选择您所在的区" in text(client.get(reverse("learner:notices")))
    assert client.get(reverse("learner:home")).status_code == 200
    assert client.get(reverse("learner:apply") + "?d=999999").status_code == 404
