"""Claims as the clerk meets them: the first page, the list, one claim, correcting, withdrawing, another account, applying."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, cast, make_person, outsider, valid_account, valid_identity, valid_phone
from tests.orders.payment.making import approved_claims
from tests.orders.subsidy.chain import accepted, person, submitted
from tests.web.provider.making import bounce, checked
from wudan.accounts.models import User
from wudan.orders.subsidy.actions.reviewing import reject, send_back
from wudan.orders.subsidy.models import Claim, Review
from wudan.organisations.models import OrganisationAccount
from wudan.people.models import Person, PersonAccount

pytestmark = pytest.mark.django_db
MANY = "需要补齐" * 20


def url(name: str, *args: object) -> str:
    return reverse(f"provider:{name}", args=args)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


# --- first page ---------------------------------------------------------------------------------------------------
def test_the_first_page_begins_with_what_came_back(clerk: Client, tez: Cast) -> None:
    back = send_back(claim_id=submitted(tez).pk, comment="缺少结业证书复印件", actor=tez.intake, at=AT)
    reject(
        claim_id=submitted(tez, person(5), draws_pension=True).pk,
        comment="已领养老金",
        actor=tez.intake,
        at=AT,
    )
    bounce(tez, approved_claims(tez, [150_000], payee="provider"))
    checked(tez)
    text = text_of(clerk, url("home"))
    for words in (
        "缺少结业证书复印件",
        "户名不符",
        "还剩10个工作日",
        "正在办理的名册",
        "上传名册",
        "单笔申请",
        "养老金",
    ):
        assert words in text, words
    assert text.index("退回补正") < text.index("正在办理的名册") < text.index("已核定")
    assert url("claim", back.pk) in text
    assert tez.person.name not in text


def test_a_new_organisation_is_told_what_to_do_first(clerk: Client) -> None:
    text = text_of(clerk, url("home"))
    assert "从这里开始" in text
    assert url("roster_template") in text


def test_the_first_page_costs_the_same_for_many(
    clerk: Client, tez: Cast, django_assert_max_num_queries: Any
) -> None:
    for n in range(20, 27):
        send_back(claim_id=submitted(tez, person(n)).pk, comment=MANY, actor=tez.intake, at=AT)
    with django_assert_max_num_queries(17):
        text = text_of(clerk, url("home"))
    assert "查看全部7笔退回补正" in text


# --- list ---------------------------------------------------------------------------------------------------------
def test_the_list_finds_filters_and_exports_masked(clerk: Client, tez: Cast) -> None:
    one = submitted(tez, person(31, name="钱多多"))
    send_back(
        claim_id=submitted(tez, person(32, name="孙小美")).pk, comment="缺材料", actor=tez.intake, at=AT
    )
    assert "共<b>2</b>笔" in text_of(clerk, url("claims"))
    assert "共<b>1</b>笔" in text_of(clerk, url("claims") + "?q=钱多多")
    assert "共<b>1</b>笔" in text_of(clerk, url("claims") + "?state=back")
    assert "共<b>0</b>笔" in text_of(clerk, url("claims") + "?scheme=technician")
    assert "共<b>1</b>笔" in text_of(clerk, url("claims") + f"?q={one.number}&sort=amount_fen")
    exported = b"".join(clerk.get(url("claims") + "?export=csv")).decode("utf-8-sig")
    assert "钱*多" in exported
    assert "钱多多" not in exported


def test_the_list_costs_the_same_for_many(
    clerk: Client, tez: Cast, django_assert_max_num_queries: Any
) -> None:
    for n in range(40, 52):
        submitted(tez, person(n))
    with django_assert_max_num_queries(14):
        text_of(clerk, url("claims"))


# --- one claim ----------------------------------------------------------------------------------------------------
def test_a_claim_says_where_it_stands_and_why(clerk: Client, tez: Cast) -> None:
    claim = accepted(tez)
    text = text_of(clerk, url("claim", claim.pk))
    for words in (
        "王*明",
        "1,500元",
        "买单",
        "初审",
        "提交申请",
        "受理",
        "是怎么算的",
        "办理经过",
        "撤回申请",
        "接下来",
    ):
        assert words in text, words
    assert tez.person.name not in text
    assert tez.person.number() not in text


def test_a_refused_claim_says_what_would_have_to_differ(clerk: Client, tez: Cast) -> None:
    claim = submitted(tez, draws_pension=True)
    text = text_of(clerk, url("claim", claim.pk))
    assert "怎样才能通过" in text
    assert "按月领取养老金" in text


def test_correcting_starts_from_what_was_written(clerk: Client, tez: Cast) -> None:
    claim = send_back(claim_id=submitted(tez, level=5).pk, comment="等级应为中级", actor=tez.intake, at=AT)
    text = text_of(clerk, url("claim_correct", claim.pk))
    assert "等级应为中级" in text
    assert 'value="2020-10-30"' in text
    given = {
        "class_id": "K1", "started_on": "2020-09-01", "ended_on": "2020-09-20", "certificate_type": "skill_level",
        "certificate_number": "S000037040520204000001", "certificate_issued_on": "2020-10-30", "occupation_code": "6-18-02-04",
        "occupation_name": "车工", "level": "4", "draws_pension": "",
    }  # fmt: skip
    wrong = clerk.post(url("claim_correct", claim.pk), {**given, "ended_on": "2020-08-01"})
    assert wrong.status_code == 422
    assert "早于开班日期" in wrong.content.decode()
    done = clerk.post(url("claim_correct", claim.pk), given, follow=True).content.decode()
    assert "补正已提交" in done
    claim.refresh_from_db()
    assert (claim.state, claim.level, claim.groups, claim.attended_days) == ("submitted", 4, ["rural"], 18)
    assert clerk.get(url("claim_correct", claim.pk)).status_code == 403


def test_another_scheme_may_be_chosen_while_correcting(clerk: Client, tez: Cast) -> None:
    claim = send_back(claim_id=submitted(tez).pk, comment="项目选错", actor=tez.intake, at=AT)
    assert "失业保险累计缴费月数" in text_of(clerk, url("claim_correct", claim.pk) + "?scheme=skill_upgrade")


def test_withdrawing_keeps_the_reason(clerk: Client, tez: Cast) -> None:
    claim = submitted(tez)
    text = clerk.post(
        url("claim_withdraw", claim.pk), {"reason": "学员改为自己申请"}, follow=True
    ).content.decode()
    assert "已撤回" in text
    assert Review.objects.get(claim=claim, verb="withdraw").comment == "学员改为自己申请"
    assert clerk.post(url("claim_withdraw", claim.pk)).status_code == 409


def test_a_bounced_claim_is_paid_to_another_account(clerk: Client, tez: Cast) -> None:
    (claim,) = approved_claims(tez, [150_000], payee="provider")
    bounce(tez, [claim])
    assert "户名不符" in text_of(clerk, url("claim", claim.pk))
    assert clerk.post(url("claim_repay", claim.pk)).status_code == 409  # the same account
    assert "户名不符" in text_of(clerk, url("claim_account", claim.pk))
    bad = clerk.post(
        url("claim_account", claim.pk), {"bank": "农业银行", "number": "12", "reason": "账号已销户"}
    )
    assert bad.status_code == 422
    given = {"bank": "中国农业银行", "number": "3700000000009999", "reason": "银行退票：账号已销户"}
    given["number"] = valid_account(77)
    text = clerk.post(url("claim_account", claim.pk), given, follow=True).content.decode()
    assert "等待列入下一个拨付批次" in text
    claim.refresh_from_db()
    assert claim.state == "approved"
    assert OrganisationAccount.objects.get(organisation=tez.provider, current=True).number() == valid_account(
        77
    )


def test_a_persons_account_is_not_the_organisations_to_change(clerk: Client, tez: Cast) -> None:
    (claim,) = approved_claims(
        tez, [150_000], applied_by="provider", organisation=tez.provider, authority="代领1"
    )
    bounce(tez, [claim])
    text = text_of(clerk, url("claim", claim.pk))
    assert "由区人社局财务人员凭本人银行卡更正" in text
    assert clerk.get(url("claim_account", claim.pk)).status_code == 403


def test_another_organisations_claim_is_not_there(client: Client, tez: Cast) -> None:
    claim = submitted(tez)
    stranger = outsider(tez, "provider")
    client.force_login(User.objects.get(pk=stranger.user_id))
    for name in ("claim", "claim_correct", "claim_account"):
        assert client.get(url(name, claim.pk)).status_code == 404
    for name in ("claim_withdraw", "claim_repay", "claim_correct", "claim_account"):
        assert client.post(url(name, claim.pk)).status_code == 404
    claim.refresh_from_db()
    assert claim.state == "submitted"
    neighbour = cast("370306")  # the same again in the other district's own cast
    client.force_login(neighbour.user("provider_clerk"))
    assert client.get(url("claim", claim.pk)).status_code == 404


# --- applying -----------------------------------------------------------------------------------------------------
def application(n: int = 60, **changes: Any) -> dict[str, Any]:
    return {
        "name": "周小燕", "number": valid_identity(n), "phone": valid_phone(n), "bank": "中国农业银行",
        "account": valid_account(n), "authority": "代领协议〔2020〕7号", "class_id": "K9", "class_name": "车工九班",
        "started_on": "2020-09-01", "ended_on": "2020-09-20", "certificate_type": "skill_level",
        "certificate_number": "S000037040520204000060", "certificate_issued_on": "2020-10-30", "occupation_code": "6-18-01-01",
        "occupation_name": "车工", "level": "4", "draws_pension": "", **changes,
    }  # fmt: skip


def test_only_what_this_kind_of_organisation_may_apply_for(clerk: Client, client: Client, tez: Cast) -> None:
    text = text_of(clerk, url("claim_new"))
    assert "项目制培训补贴" in text
    assert clerk.get(url("claim_form", "none")).status_code == 404


def test_the_rules_are_asked_before_anything_is_kept(clerk: Client, tez: Cast) -> None:
    address = url("claim_form", "training")
    answer = clerk.post(address, application() | {"do": "estimate"}).content.decode()
    for words in ("可以补贴", "1,500元", "还没有提交", "付给"):
        assert words in answer, words
    assert not Claim.objects.exists()
    assert not Person.objects.filter(name="周小燕").exists()
    refused = clerk.post(address, application(draws_pension="True") | {"do": "estimate"}).content.decode()
    assert "不能补贴" in refused
    assert "怎样才能通过" in refused


def test_submitting_registers_person_account_and_claim_at_once(clerk: Client, tez: Cast) -> None:
    text = clerk.post(
        url("claim_form", "training"), application() | {"do": "submit"}, follow=True
    ).content.decode()
    claim = Claim.objects.get()
    assert f"申请已提交，编号{claim.number}" in text
    assert "2020年11月19日前受理" in text
    assert (claim.amount_fen, claim.applied_by, claim.organisation_id) == (
        150_000,
        "provider",
        tez.provider.pk,
    )
    assert PersonAccount.objects.get(person=claim.person, current=True).bank == "中国农业银行"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"number": "370405199001010000"}, "校验"),
        ({"name": ""}, "请填写“姓名”"),
        ({"authority": ""}, "请填写“代领协议编号”"),
        ({"bank": ""}, "没有填开户银行"),
        ({"account": "6228480000000000001"}, "账号"),
        ({"ended_on": "2020-08-01"}, "早于开班日期"),
        ({"certificate_issued_on": ""}, "发证日期"),
    ],
)
def test_faults_stand_beside_their_fields_and_nothing_is_kept(
    clerk: Client, tez: Cast, changes: dict[str, str], words: str
) -> None:
    answer = clerk.post(url("claim_form", "training"), application(**changes) | {"do": "submit"})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Claim.objects.exists()
    assert not Person.objects.filter(name="周小燕").exists()


def test_a_number_under_another_name_is_refused_and_tells_nothing(clerk: Client, tez: Cast) -> None:
    make_person(60, name="吴一凡")
    submitted(tez, Person.objects.get(name="吴一凡"))
    address = url("claim_form", "training")
    estimated = clerk.post(
        address, application(occupation_code="6-18-02-04") | {"do": "estimate"}
    ).content.decode()
    assert "可以补贴" in estimated  # nothing of the other person's claims
    refused = clerk.post(address, application() | {"do": "submit"})
    assert refused.status_code == 422
    assert "姓名与所填姓名不一致" in refused.content.decode()
    assert "吴一凡" not in refused.content.decode()


def test_the_same_application_twice_is_refused(clerk: Client, tez: Cast) -> None:
    for _ in range(2):
        answer = clerk.post(url("claim_form", "training"), application() | {"do": "submit"})
    assert (answer.status_code, Claim.objects.count()) == (422, 1)
    assert "同一项申请已经提交过" in answer.content.decode()


def test_a_project_has_no_person(clerk: Client, tez: Cast) -> None:
    text = text_of(clerk, url("claim_form", "project"))
    assert "身份证号码" not in text
    given = {
        "project_id": "XM-2020-1", "project_stage": "advance", "contract_fen": "100000", "started_on": "2020-09-01",
        "ended_on": "2020-09-20", "completed_count": "0", "employed_count": "0", "do": "submit",
    }  # fmt: skip
    answer = clerk.post(url("claim_form", "project"), given, follow=True)
    assert "申请已提交" in answer.content.decode(), answer.content.decode()
    claim = Claim.objects.get()
    assert (claim.person_id, claim.contract_fen, claim.payee) == (None, 10_000_000, "provider")
    assert "项目 XM-2020-1" in text_of(clerk, url("claims"))
    assert text_of(clerk, url("claim", claim.pk))


# --- the organisation ---------------------------------------------------------------------------------------------
def test_the_organisation_changes_account_with_a_reason_and_contact(clerk: Client, tez: Cast) -> None:
    assert tez.provider.name in text_of(clerk, url("about"))
    no_reason = clerk.post(url("about_account"), {"bank": "工商银行", "number": valid_account(5)})
    assert no_reason.status_code == 422
    given = {"bank": "中国工商银行", "number": valid_account(5), "reason": "原开户行撤并"}
    text = clerk.post(url("about_account"), given, follow=True).content.decode()
    assert "****" + valid_account(5)[-4:] in text
    assert valid_account(5) not in text
    clerk.post(url("about_contact"), {"contact": "李老师", "phone": valid_phone(9)})
    assert "李老师" in text_of(clerk, url("about"))


def test_overdue_correction_is_said_in_red(clerk: Client, tez: Cast, settings: Any) -> None:
    send_back(claim_id=submitted(tez).pk, comment="缺材料", actor=tez.intake, at=AT)
    settings.WUDAN_CLOCK_SHIFT += timedelta(days=30)
    assert "已超期" in text_of(clerk, url("home"))
