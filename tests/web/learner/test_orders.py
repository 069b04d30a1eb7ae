"""提单 on the phone, without JavaScript: three steps, what comes next, withdrawing, filing again."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, make_person
from tests.chain_cast import FIRST_DAY, make_occupation, make_order
from tests.orders.demand.test_roll import loading
from tests.web.learner.test_home_and_claim import text
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.keeping import refuse_order
from wudan.orders.demand.actions.roll import RollRow, load_roll
from wudan.orders.demand.models import Order
from wudan.people.rows import PersonRow


def answers(tez: Cast, **changes: str) -> dict[str, str]:
    weld = make_occupation(aliases=["电焊"], search_text="焊工 电焊 hangong")
    kept = {
        "d": tez.code, "wish": "想学电焊", "occupation": str(weld.pk), "level": "5", "town_code": "370405001", "when": "soon",
        "mode": "any",
    }  # fmt: skip
    return kept | changes


def test_from_my_own_words_to_an_order_in_three_steps(tez: Cast, me: Client) -> None:
    said = answers(tez)
    assert "我想学技能" in text(me.get(reverse("learner:home")))
    first = me.get(reverse("learner:order_new"))
    assert "第1步，共3步" in text(first)
    offered = me.get(reverse("shared:occupation_choices"), {"wish": "电焊"})
    assert "焊工" in text(offered) and "也叫电焊" in text(offered)
    asked = me.get(reverse("learner:order_when"), {"d": tez.code, "wish": "电焊"}, follow=True)
    assert "请从下面选一个" in text(asked) and "焊工" in text(asked)
    second = me.get(reverse("learner:order_when"), {k: said[k] for k in ("d", "wish", "occupation")})
    assert "第2步，共3步" in text(second) and "初级工（五级）（没有证书的选这一级）" in text(second)
    third = me.get(reverse("learner:order_check"), said)
    for words in ("第3步，共3步", "焊工", "运河街道", "2020年11月16日至2021年2月14日", "提交提单"):
        assert words in text(third)
    assert not Order.objects.exists()
    path = f"{reverse('learner:order_check')}?{third.request['QUERY_STRING']}"
    done = me.post(path, follow=True)
    (order,) = Order.objects.all()
    assert (order.state, order.town_id, order.person_id) == ("matched", "370405001", tez.person.pk)
    assert "提单成功" in text(done) and "凑够人数" in text(done) and order.number in text(done)
    again = me.post(path, follow=True)
    assert "已合为一单" in text(again) and Order.objects.exclude(state="merged").count() == 1


def test_words_nobody_knows_are_taken_as_they_are(tez: Cast, me: Client) -> None:
    said = {
        "d": tez.code,
        "wish": "开宇宙飞船",
        "occupation": "0",
        "town_code": "-",
        "when": "any",
        "mode": "any",
    }
    assert me.get(reverse("learner:order_when"), said).status_code == 200
    checked = me.get(reverse("learner:order_check"), said)
    assert "由工作人员确认职业" in text(checked)
    done = me.post(f"{reverse('learner:order_check')}?{checked.request['QUERY_STRING']}", follow=True)
    assert "待匹配职业" in text(done) and Order.objects.get().wish == "开宇宙飞船"


def test_wrong_answers_are_told_and_nothing_is_saved(tez: Cast, me: Client) -> None:
    url = reverse("learner:order_check")
    missing = me.get(url, answers(tez, when="days"))
    assert missing.status_code == 422 and "请选择日期" in text(missing)
    turned = me.get(url, answers(tez, when="days", since="2021-03-01", until="2021-02-01"))
    assert "结束日期应不早于开始日期" in text(turned)
    short = me.post(
        f"{url}?{'&'.join(f'{k}={v}' for k, v in answers(tez, when='days', since='2020-11-16', until='2020-11-20').items())}"
    )
    assert short.status_code == 422 and "至少要留出10天" in text(short)
    assert me.get(url, answers(tez, level="9", town_code="x")).status_code == 422
    assert me.get(url, answers(tez, occupation="99999999")).status_code == 200
    assert me.get(url, {"d": tez.code}).status_code == 422
    assert me.get(reverse("learner:order_new"), {"d": "370306"}).status_code == 404
    assert not Order.objects.exists()


def test_my_orders_with_state_reason_and_what_comes_next(tez: Cast, me: Client) -> None:
    assert "您还没有提过单" in text(me.get(reverse("learner:orders")))
    order = make_order(tez)
    others = make_order(tez, make_person(90, name="李四"))
    listed = text(me.get(reverse("learner:orders")))
    assert "焊工" in listed and "待编班" in listed
    assert me.get(reverse("learner:order", args=[others.pk])).status_code == 404
    assert me.post(reverse("learner:order_withdraw", args=[others.pk])).status_code == 404
    gone = me.post(reverse("learner:order_withdraw", args=[order.pk]), follow=True)
    assert "提单已撤回" in text(gone) and "重新提单" in text(gone)
    said = "&".join(f"{k}={v}" for k, v in answers(tez).items())
    back = me.post(f"{reverse('learner:order_check')}?again={order.pk}&{said}", follow=True)
    order.refresh_from_db()
    assert order.state == "matched" and order.town_id == "370405001" and "待编班" in text(back)
    refuse_order(order_id=order.pk, reason="本区没有能教的机构", actor=tez.intake, at=AT)
    assert "本区没有能教的机构" in text(me.get(reverse("learner:order", args=[order.pk])))


def test_i_say_myself_which_occupation_i_meant(tez: Cast, me: Client) -> None:
    said = answers(tez)
    order = file_order(
        district_id=tez.code, filed_by="person", person_id=tez.person.pk, wish="电焊",
        wanted=(FIRST_DAY, FIRST_DAY + timedelta(days=90)), actor=tez.worker, at=AT,
    )  # fmt: skip
    assert "您说的是哪个职业" in text(me.get(reverse("learner:order", args=[order.pk])))
    assert "请换一种说法再找" in text(me.get(reverse("learner:order", args=[order.pk]), {"wish": "宇宙飞船"}))
    url = reverse("learner:order_match", args=[order.pk])
    assert "没有改动" in text(me.post(url, {"occupation": "0"}, follow=True))
    assert "职业已确认" in text(me.post(url, {"occupation": said["occupation"]}, follow=True))


def test_what_i_must_be_trained_in(tez: Cast, me: Client) -> None:
    row = RollRow(PersonRow("identity", tez.person.number(), tez.person.name))
    load_roll(**loading(tez, rows=[row]))
    seen = text(me.get(reverse("learner:orders")))
    assert "退役军人前置性培训" in seen and "2021年11月16日前完成" in seen
