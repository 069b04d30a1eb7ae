"""Registering, and what a worker sees and mends of the own data."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, make_person, valid_account, valid_identity
from tests.web.learner.test_home_and_claim import text
from wudan.accounts.models import User
from wudan.people.actions import tag_group, unmask
from wudan.people.models import Person, PersonAccount

PASSWORD = "lianxi-2020-mima"


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "name": "孟庆华", "number": valid_identity(4321), "phone": "13800004321", "town": "370405001",
        "password": PASSWORD, "again": PASSWORD, **changes,
    }  # fmt: skip


def test_register_and_be_at_home(tez: Cast, client: Client) -> None:
    url = reverse("learner:register")
    shown = text(client.get(url))
    assert "没有接通爱山东实名认证" in shown
    assert "noindex" in shown
    response = client.post(url, filled(), follow=True)
    assert response.request["PATH_INFO"] == reverse("learner:home")
    assert "账号已开通" in text(response)
    assert User.objects.filter(person__name="孟庆华").count() == 1
    assert client.get(url).status_code == 302  # no second one while logged in


def test_register_says_what_is_wrong(tez: Cast, client: Client) -> None:
    url = reverse("learner:register")
    for changes, words in (
        ({"number": "370405199001010000"}, "校验"),
        ({"again": "另一个密码-2020"}, "两遍密码不一样"),
        ({"password": "1234567890", "again": "1234567890"}, "密码"),
        ({"phone": "123"}, "手机"),
        ({"name": ""}, "请填写“姓名”"),
    ):
        response = client.post(url, filled(**changes))
        assert response.status_code == 422, changes
        assert words in text(response)
        assert PASSWORD not in text(response)
    assert not Person.objects.filter(name="孟庆华").exists()


def test_a_known_number_needs_its_own_name_and_phone(tez: Cast, client: Client) -> None:
    known = make_person(4321, name="孟庆华")
    refused = client.post(reverse("learner:register"), filled(phone="13900009999"))
    assert refused.status_code == 422
    assert "与记录不一致" in text(refused)
    assert known.phone_masked not in text(refused)


def test_my_data_is_masked_and_who_looked_is_said(tez: Cast, me: Client) -> None:
    tag_group(
        person_id=tez.person.pk, group="rural", valid_from=date(2019, 1, 1), proof="户口簿", proved_by="区农业农村局",
        actor=tez.intake, at=AT,
    )  # fmt: skip
    unmask(
        kind="phone",
        subject_id=tez.person.pk,
        reason="电话核实班级",
        actor=tez.intake,
        at=AT,
        district_id=tez.code,
    )
    shown = text(me.get(reverse("learner:me")))
    assert tez.person.number() not in shown
    assert tez.person.number_masked in shown
    assert "看了您的手机号码" in shown
    assert "电话核实班级" in shown
    assert "区农业农村局" in shown


def test_my_own_looks_are_not_listed(tez: Cast, me: Client) -> None:
    unmask(kind="phone", subject_id=tez.person.pk, reason="看自己的", actor=tez.worker, at=AT)
    unmask(
        kind="phone",
        subject_id=make_person(9).pk,
        reason="看别人的",
        actor=tez.reviewer,
        at=AT,
        district_id=tez.code,
    )
    shown = text(me.get(reverse("learner:me")))
    assert "看自己的" not in shown
    assert "看别人的" not in shown


def test_phone_town_and_account(tez: Cast, me: Client) -> None:
    assert me.get(reverse("learner:phone")).status_code == 200
    assert me.post(reverse("learner:phone"), {"phone": "12"}).status_code == 422
    assert me.post(reverse("learner:phone"), {"phone": "13911112222"}).status_code == 302
    assert me.post(reverse("learner:town"), {"town": "370405100"}).status_code == 302
    person = Person.objects.get(pk=tez.person.pk)
    assert (person.phone(), person.town_id) == ("13911112222", "370405100")
    assert me.post(reverse("learner:account"), {"bank": "中国银行", "number": "12"}).status_code == 422
    good = {"bank": "中国银行", "number": valid_account(88)}
    assert me.post(reverse("learner:account"), good)["Location"] == reverse("learner:me")
    assert PersonAccount.objects.get(person=person, current=True).bank == "中国银行"
    away = me.post(reverse("learner:account"), {**good, "next": "https://example.org/my/"})
    assert away["Location"] == reverse("learner:me")


def test_unverified_may_not_turn_the_money_elsewhere(tez: Cast, me: Client) -> None:
    from tests.orders.payment.making import forge

    forge("UPDATE people_person SET assurance = 'none' WHERE id = %s", tez.person.pk)
    before = text(me.get(reverse("learner:account")))
    assert "现在不能在网上更改收款账户" in before
    assert "请带身份证和银行卡到镇街便民服务中心" in before
    assert "开户银行" not in before, "no form that would be refused"
    response = me.post(reverse("learner:account"), {"bank": "中国银行", "number": valid_account(88)})
    assert response.status_code == 422
    assert "未核验" in text(response)
