"""Front page, figures, policy, how to apply, what one would receive: for both districts, without logging in."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import Cast
from wudan.policy.queries import rulebook_for
from wudan.web.shared import policy_words

NAMES = ("home", "figures", "how", "policy", "cases", "estimate", "notices")
GOOD = {
    "certificate_type": "skill_level", "level": "4", "prior_level": "3", "certificate_issued_on": "2020-10-30",
    "started_on": "2020-09-01", "ended_on": "2020-09-20", "draws_pension": "false", "earlier": "0", "insured_months": "24",
    "groups": ["employee", "poor", "new_leaver", "rural"], "fee_fen": "8000", "project_stage": "advance",
    "contract_fen": "100000", "completed_count": "30", "employed_count": "28", "attended_days": "6",
}  # fmt: skip


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("name", NAMES)
def test_every_page_of_both_districts(tez: Cast, zc: Cast, client: Client, name: str) -> None:
    for one in (tez, zc):
        response = client.get(reverse(f"public:{name}", args=[one.code]))
        assert response.status_code == 200
        shown = text(response)
        assert one.district.name in shown
        assert "台政办发〔2020〕4号 台政办发" not in shown
        assert "周政办发〔2020〕2号 周政办发" not in shown
        if one is zc and name in ("home", "estimate"):
            assert "没有写明补贴金额" in shown


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_district_is_no_page(tez: Cast, client: Client, name: str) -> None:
    assert client.get(reverse(f"public:{name}", args=["999999"])).status_code == 404


def test_the_way_in(tez: Cast, zc: Cast, client: Client) -> None:
    shown = text(client.get(reverse("public:districts")))
    assert "台儿庄区" in shown
    assert "周村区" in shown


def test_one_district_needs_no_choice(tez: Cast, client: Client) -> None:
    assert client.get(reverse("public:districts"))["Location"] == reverse("public:home", args=[tez.code])


def test_what_to_bring_is_said_for_those_who_need_it(tez: Cast, client: Client) -> None:
    shown = text(client.get(reverse("public:how", args=[tez.code])))
    mine, others = shown.split("企业、培训机构申请的，另带：")
    assert "证书原件" in mine and "失业保险缴费月数（工作人员也会核对）（申请" in mine
    assert "参考配置" not in shown and "经办惯例，文件未规定" in shown
    assert "项目合同" not in mine and "项目合同、结业人员名册和就业情况（申请" in others


def test_every_subsidy_of_both_districts_can_be_tried(tez: Cast, zc: Cast, client: Client) -> None:
    sums = {
        "training": "1,500元", "startup_training": "1,600元", "pre_job": "1,500元", "skill_upgrade": "1,500元",
        "technician": "2,000元", "apprenticeship": "4,800元", "project": "60,000元", "living_allowance": "300元",
    }  # fmt: skip
    for one in (tez, zc):
        for code in rulebook_for(one.code).schemes:
            url = reverse("public:estimate_scheme", args=[one.code, code])
            assert client.get(url).status_code == 200
            response = client.get(url, {**GOOD, "level": "2" if code == "technician" else "4"})
            shown = text(response)
            assert response.status_code == 200, (code, shown)
            if one is tez:
                assert sums[code] in shown, code
            if one is zc:
                assert "没有写明金额" in shown, code


def test_what_is_missing_is_said(tez: Cast, client: Client) -> None:
    url = reverse("public:estimate_scheme", args=[tez.code, "skill_upgrade"])
    shown = text(client.get(url, {**GOOD, "insured_months": "5"}))
    assert "目前不能领取" in shown
    assert "“失业保险累计缴费月数”为12个月" in shown
    wrong = client.get(url, {**GOOD, "ended_on": "2020-08-01"})
    assert wrong.status_code == 422
    assert "结业日期早于开班日期" in text(wrong)
    assert client.get(reverse("public:estimate_scheme", args=[tez.code, "nothing"])).status_code == 404


def test_the_day_of_a_certificate_is_asked_where_there_is_one(tez: Cast, client: Client) -> None:
    url = reverse("public:estimate_scheme", args=[tez.code, "training"])
    without = {k: v for k, v in GOOD.items() if k != "certificate_issued_on"}
    refused = client.get(url, without)
    assert refused.status_code == 422
    assert "请填写发证日期；没有证书的，请把上面的证书类别改为“没有证书”。" in refused.content.decode()
    assert client.get(url, {**without, "certificate_type": "none"}).status_code == 200
    assert "申报技师须持有的等级" in (shown := text(client.get(reverse("public:policy", args=[tez.code]))))
    assert "2019年1月1日" in shown and "2019-01-01" not in shown


def test_earlier_subsidies_count(tez: Cast, client: Client) -> None:
    url = reverse("public:estimate_scheme", args=[tez.code, "training"])
    assert "目前不能领取" in text(client.get(url, {**GOOD, "earlier": "3"}))
    assert "可以领取" in text(client.get(url, {**GOOD, "earlier": "2"}))


def test_the_policy_page_is_the_rulebook(tez: Cast, client: Client) -> None:
    shown = text(client.get(reverse("public:policy", args=[tez.code])))
    for row in rulebook_for(tez.code).clauses():
        assert row.label in shown
        assert row.clause in shown
    assert "25%" in text(client.get(reverse("public:home", args=[tez.code])))


def test_a_number_is_never_said_as_a_level(tez: Cast) -> None:
    """1 is a day of attendance, and the code of 高级技师 only where a level is asked."""
    rulebook = rulebook_for(tez.code)
    assert policy_words.value_words(rulebook, "attended_days", 1) == "1天"
    assert policy_words.value_words(rulebook, "level", 1) == "高级技师"
