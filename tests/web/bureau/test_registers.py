"""People, organisations, policy, accounts, and the town's counter."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from tests.cast import (
    AT,
    PASSWORD,
    Cast,
    claim_form,
    make_organisation,
    make_person,
    make_user,
    outsider,
    valid_account,
    valid_credit_code,
    valid_identity,
    valid_phone,
)
from tests.orders.subsidy.chain import submitted
from wudan.accounts.models import Membership, User
from wudan.kernel.models import History, JournalEntry
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.reviewing import send_back
from wudan.orders.subsidy.models import Claim
from wudan.organisations.models import Organisation
from wudan.people.models import GroupTag, Person, PersonAccount


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


# --- people -----------------------------------------------------------------------------------------------------
def test_people_are_looked_up_within_the_district(tez: Cast, as_: Any) -> None:
    client = as_(tez.intake)
    for text in (tez.person.number(), "王小明", tez.person.phone()):
        assert tez.person.number_masked in client.get(url("people"), {"q": text}).content.decode()
    stranger = as_(outsider(tez, "intake"))
    assert tez.person.number_masked not in stranger.get(url("people"), {"q": "王小明"}).content.decode()
    assert stranger.get(url("person", tez.person.pk)).status_code == 404
    assert as_(tez.policy).get(url("people")).status_code == 403


def test_a_town_sees_its_own_people(tez: Cast, as_: Any) -> None:
    other = make_person(600, name="周远", town_id="370405100")
    client = as_(tez.town)
    assert client.get(url("person", tez.person.pk)).status_code == 200
    assert client.get(url("person", other.pk)).status_code == 404


def test_registered_at_the_counter(tez: Cast, as_: Any) -> None:
    client = as_(tez.town)
    data = {
        "document_kind": "identity",
        "number": valid_identity(700),
        "name": "郑新",
        "phone": "",
        "town_code": "",
    }
    assert client.get(url("person_new")).status_code == 200
    assert client.post(url("person_new"), {**data, "number": "370405199001011230"}).status_code == 422
    done = client.post(url("person_new"), data, follow=True)
    assert "郑新已登记" in done.content.decode()
    assert valid_identity(700) not in done.content.decode()
    assert as_(tez.reviewer).get(url("person_new")).status_code == 403


def test_groups_begin_and_end_with_a_reason(tez: Cast, as_: Any) -> None:
    client = as_(tez.intake)
    data = {"group": "rural", "valid_from": "2020-01-01", "proof": "户口簿第3页", "proved_by": "邳庄镇"}
    assert client.post(url("person_tag", tez.person.pk), {**data, "proof": ""}).status_code == 422
    assert client.post(url("person_tag", tez.person.pk), data).status_code == 302
    again = client.post(url("person_tag", tez.person.pk), data)
    assert again.status_code == 422
    assert "已有同一类别" in again.content.decode()
    tag = GroupTag.objects.get()
    end = url("person_tag_end", tez.person.pk, tag.pk)
    assert client.post(end, {"on": "2020-11-01", "reason": "户口已迁出"}).status_code == 302
    assert as_(tez.reviewer).post(end, {"on": "2020-10-01", "reason": "户口已迁出"}).status_code == 403
    assert (
        as_(outsider(tez, "intake")).post(end, {"on": "2020-10-01", "reason": "户口已迁出"}).status_code
        == 404
    )


def test_numbers_by_reason(tez: Cast, as_: Any) -> None:
    client = as_(tez.intake)
    for kind in ("identity", "phone", "account"):
        shown = client.post(url("person_reveal", tez.person.pk, kind), {"reason": "核对收款信息"})
        assert shown.status_code == 200
    assert JournalEntry.objects.filter(verb="unmask").count() == 3
    assert client.post(url("person_reveal", tez.person.pk, "salary"), {"reason": "核对"}).status_code == 404
    stranger = as_(outsider(tez, "intake"))
    assert stranger.post(url("person_reveal", tez.person.pk, "phone"), {"reason": "核对"}).status_code == 404


def test_phone_and_name_are_put_right_at_the_counter(tez: Cast, as_: Any) -> None:
    here = url("person_amend", tez.person.pk)
    data = {
        "name": "王晓明",
        "phone": valid_phone(88),
        "town_code": "",
        "papers_seen": "on",
        "reason": "本人持身份证更换号码",
    }
    client = as_(tez.town)
    assert url("person_amend", tez.person.pk) in client.get(url("person", tez.person.pk)).content.decode()
    assert client.get(here).status_code == 200
    for wrong in ({"reason": ""}, {"phone": "12345"}, {"name": "x1"}):
        assert client.post(here, {**data, **wrong}).status_code == 422
    assert client.post(here, data).status_code == 302
    one = Person.objects.get(pk=tez.person.pk)
    assert (one.name, one.phone(), one.assurance) == ("王晓明", valid_phone(88), "papers")
    assert client.post(here, {**data, "phone": ""}).status_code == 302
    assert Person.objects.get(pk=one.pk).phone() == valid_phone(88)  # an empty field changes nothing
    told = History.objects.filter(table_name="people_person", row_id=str(one.pk)).order_by("-id")
    assert all("本人持身份证更换号码" in row.basis for row in told[:1])
    assert as_(tez.reviewer).get(here).status_code == 403
    assert as_(outsider(tez, "intake")).post(here, data).status_code == 404


def test_an_account_is_recorded_at_the_counter(tez: Cast, as_: Any) -> None:
    here = url("person_account", tez.person.pk)
    data = {"bank": "中国农业银行", "number": valid_account(901), "reason": "本人持社会保障卡到窗口"}
    for actor in (tez.town, tez.intake):
        client = as_(actor)
        assert client.get(here).status_code == 200
        assert client.post(here, {**data, "number": "123"}).status_code == 422
        assert client.post(here, data).status_code == 302
    account = PersonAccount.objects.get(person=tez.person, current=True)
    assert (account.number(), account.holder) == (valid_account(901), tez.person.name)
    assert valid_account(901) not in client.get(url("person", tez.person.pk)).content.decode()
    assert as_(tez.reviewer).post(here, data).status_code == 403
    assert as_(outsider(tez, "intake")).post(here, data).status_code == 404


def test_the_town_applies_with_consent(tez: Cast, as_: Any) -> None:
    client = as_(tez.town)
    here = url("person_apply", tez.person.pk, "training")
    assert client.get(here).status_code == 200
    data = {
        "occupation_code": "6-18-02-04", "occupation_name": "车工", "level": "4", "prior_level": "0",
        "certificate_type": "skill_level", "certificate_number": "S000037040520204000001",
        "certificate_issued_on": "2020-10-30", "class_id": "K1", "class_name": "车工一班", "started_on": "2020-09-01",
        "ended_on": "2020-09-20", "attended_days": "18", "groups": ["rural"],
    }  # fmt: skip
    assert client.post(here, data).status_code == 422  # nobody said how the person consented
    done = client.post(here, {**data, "authority": "本人到场，在申请表上签字"}, follow=True)
    assert "下一步由区人社局受理" in done.content.decode()
    claim = Claim.objects.get()
    assert (claim.applied_by, claim.authority) == ("person", "本人到场，在申请表上签字")
    assert as_(tez.intake).get(here).status_code == 403
    assert as_(outsider(tez, "intake")).get(here).status_code == 403


# --- organisations ----------------------------------------------------------------------------------------------
def test_organisations_are_registered_amended_and_switched(tez: Cast, as_: Any) -> None:
    client = as_(tez.intake)
    assert tez.provider.name in client.get(url("organisations"), {"q": tez.provider.name}).content.decode()
    data = {"kind": "enterprise", "name": "枣庄新希望有限公司", "credit_code": valid_credit_code(99_001)}
    assert client.post(url("organisation_new"), {**data, "credit_code": "123"}).status_code == 422
    assert client.post(url("organisation_new"), data).status_code == 302
    made = Organisation.objects.get(name="枣庄新希望有限公司")
    assert (
        client.post(url("organisation_amend", made.pk), {"name": made.name, "contact": "李四"}).status_code
        == 302
    )
    made.refresh_from_db()
    assert made.contact == "李四"
    switch = url("organisation_switch", made.pk, "suspend")
    assert client.post(switch, {"reason": "接到举报正在核查"}).status_code == 403
    client = as_(tez.reviewer)
    assert client.post(switch, {"reason": ""}).status_code == 422
    assert client.post(switch, {"reason": "接到举报正在核查"}).status_code == 302
    made.refresh_from_db()
    assert made.suspended


def test_another_districts_organisation_is_not_there(tez: Cast, as_: Any) -> None:
    client = as_(outsider(tez, "intake"))
    assert client.get(url("organisation", tez.provider.pk)).status_code == 404
    assert client.post(url("organisation_amend", tez.provider.pk), {"name": "别名"}).status_code == 404
    assert as_(tez.worker).get(url("organisations")).status_code == 403


def test_lists_do_not_ask_per_row(tez: Cast, as_: Any, django_assert_max_num_queries: Any) -> None:
    for n in range(20, 30):
        make_organisation(tez.code, "enterprise", n)
        make_person(n, name=f"人员{n}", town_id=next(iter(tez.towns)))
    client = as_(tez.intake)
    for name in ("organisations", "people", "notices"):
        with django_assert_max_num_queries(20):
            assert client.get(url(name)).status_code == 200
    client = as_(tez.system)
    with django_assert_max_num_queries(20):
        assert client.get(url("accounts")).status_code == 200


# --- policy -----------------------------------------------------------------------------------------------------
def test_policy_shows_values_and_releases(tez: Cast, as_: Any) -> None:
    submitted(tez)
    page = as_(tez.policy).get(url("policy")).content.decode()
    for words in ("采用的理解", "正在使用", "案例", "证明部门"):
        assert words in page
    assert as_(tez.finance).get(url("policy")).status_code == 403


# --- accounts ---------------------------------------------------------------------------------------------------
def test_an_account_is_opened_granted_and_closed(tez: Cast, as_: Any) -> None:
    client = as_(tez.system)
    data = {"username": "xin-shouli", "display_name": "孙新", "password": PASSWORD}
    assert client.post(url("account_new"), {**data, "password": "123"}).status_code == 422
    assert client.post(url("account_new"), data).status_code == 302
    user = User.objects.get(username="xin-shouli")
    assert "还没有授予岗位的账号" in client.get(url("accounts")).content.decode()
    grant = url("account_grant", user.pk)
    assert client.post(grant, {"role": "intake", "basis": "任命文件第3号"}).status_code == 302
    refused = client.post(grant, {"role": "finance", "basis": "任命文件第4号"})
    assert refused.status_code == 422
    assert "不能兼任" in refused.content.decode()
    held = Membership.objects.get(user=user)
    assert client.post(url("account_revoke", user.pk, held.pk), {"reason": "调离岗位"}).status_code == 302
    assert client.post(url("account_password", user.pk), {"password": PASSWORD + "9"}).status_code == 302
    assert client.post(url("account_close", user.pk), {"reason": "已经退休"}).status_code == 302
    user.refresh_from_db()
    assert not user.is_active


def test_accounts_of_others_are_not_there(tez: Cast, as_: Any) -> None:
    client = as_(outsider(tez, "system"))
    theirs = tez.user("intake")
    assert client.get(url("account", theirs.pk)).status_code == 404
    assert client.post(url("account_password", theirs.pk), {"password": PASSWORD + "9"}).status_code == 404
    assert as_(tez.intake).get(url("accounts")).status_code == 403
    assert make_user("nobody-yet").pk and Person.objects.exists()


def test_the_town_corrects_what_came_back(tez: Cast, as_: Any, django_assert_max_num_queries: Any) -> None:
    claim = submit(
        district_id=tez.code, applied_by="person", form=claim_form(), person_id=tez.person.pk,
        authority="本人到场，在申请表上签字", actor=tez.town, at=AT,
    )  # fmt: skip
    here = url("claim_correct", claim.pk)
    client = as_(tez.town)
    assert client.get(here).status_code == 404  # nothing has come back yet
    send_back(claim_id=claim.pk, comment="请补班级名称", actor=tez.intake, at=AT)
    page = client.get(here).content.decode()
    assert "退回原因：请补班级名称" in page
    data = {
        "occupation_code": "6-18-02-04", "occupation_name": "车工", "level": "4", "prior_level": "0",
        "certificate_type": "skill_level", "certificate_number": "S000037040520204000001",
        "certificate_issued_on": "2020-10-30", "class_id": "K1", "class_name": "车工二班", "started_on": "2020-09-01",
        "ended_on": "2020-09-20", "attended_days": "18", "groups": ["rural"],
    }  # fmt: skip
    assert client.post(here, data).status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.class_name) == ("submitted", "车工二班")
    assert as_(tez.intake).post(here, data).status_code == 403
    with django_assert_max_num_queries(40):
        assert as_(tez.intake).get(url("claim", claim.pk)).status_code == 200
