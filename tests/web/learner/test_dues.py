"""可享补贴 on the phone: the card, the page with the account, the one tap; and why not."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.cast import AT, BASIS, Cast, make_person
from tests.orders.subsidy.certified import chain, move, tag
from tests.orders.subsidy.chain import submitted
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.subsidy.actions.entitling import end_dues, prepare_due
from wudan.orders.subsidy.models import Claim, Due
from wudan.people.models import PersonAccount


def text(response: Any) -> str:
    return str(response.content.decode())


def ready(tez: Cast, **more: Any) -> Due:
    made = chain(tez, **more)
    return prepare_due(certificate_id=made.certificate.pk, at=AT)[0]


def test_from_the_home_page_in_three_taps(me: Client, tez: Cast) -> None:
    tag(tez.person, "rural")
    due = ready(tez)
    home = text(me.get(reverse("learner:home")))
    assert "1,500元待您确认" in home
    shown = text(me.get(reverse("learner:due", args=[due.pk])))
    assert "账户没错，确认申请" in shown
    assert "中国农业银行" in shown
    assert "18天" in shown
    assert "农村劳动力" in shown
    answer = me.post(reverse("learner:due_confirm", args=[due.pk]))
    claim = Claim.objects.get()
    assert answer.headers["Location"] == reverse("learner:claim", args=[claim.pk])
    assert "申请已提交" in text(me.get(answer.headers["Location"]))
    assert "待您确认" not in text(me.get(reverse("learner:home")))
    assert me.get(reverse("learner:due", args=[due.pk])).headers["Location"] == answer.headers["Location"]


def test_without_an_account_it_asks_for_one(me: Client, tez: Cast) -> None:
    due = ready(tez)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        PersonAccount.objects.filter(person=tez.person).update(current=False)
    shown = text(me.get(reverse("learner:due", args=[due.pk])))
    assert "您还没有登记收款账户" in shown
    assert f"next={reverse('learner:due', args=[due.pk])}" in shown
    refused = me.post(reverse("learner:due_confirm", args=[due.pk]))
    assert refused.status_code == 409
    assert "请先登记本人的银行账户" in text(refused)


def test_why_not(me: Client, tez: Cast) -> None:
    for n in range(3):
        submitted(tez, occupation_code=f"6-01-01-0{n}", class_id=f"X{n}", started_on=None, ended_on=None)
    due = ready(tez)
    assert "我的补贴：1项暂时不用您办理" in text(me.get(reverse("learner:home")))
    assert "在2020年已享受3次补贴" in text(me.get(reverse("learner:dues")))
    shown = text(me.get(reverse("learner:due", args=[due.pk])))
    assert "为什么暂时不能领" in shown
    assert "台政办发〔2020〕4号 六（一）" in shown
    assert "确认申请" not in shown


def test_a_line_without_a_scheme(me: Client, tez: Cast) -> None:
    due = ready(tez, line="veteran_adaptive", kind="completion", level=0)
    shown = text(me.get(reverse("learner:due", args=[due.pk])))
    assert "没有为“退役军人适应性培训”规定补贴" in shown


def test_one_that_others_ask_for(me: Client, tez: Cast) -> None:
    due = ready(tez, line="poor")
    shown = text(me.get(reverse("learner:due", args=[due.pk])))
    assert "由培训机构代领" in shown
    assert "确认申请" not in shown


def test_declined_and_again(me: Client, tez: Cast) -> None:
    due = ready(tez)
    page = reverse("learner:due", args=[due.pk])
    me.post(reverse("learner:due_decline", args=[due.pk]))
    assert "您这次没有申请" in text(me.get(page))
    me.post(reverse("learner:due_reopen", args=[due.pk]))
    assert "1,500元待您确认" in text(me.get(page))


def test_ended(me: Client, tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        move(made.certificate, "revoked", revoked_on=AT.date(), reason="冒名")
    end_dues(certificate_id=made.certificate.pk, reason="证书已撤销", at=AT)
    assert "证书已撤销" in text(me.get(reverse("learner:due", args=[due.pk])))


def test_nothing_and_nobody_elses(me: Client, tez: Cast) -> None:
    assert "还没有可享的补贴" in text(me.get(reverse("learner:dues")))
    other = make_person(88, name="周八")
    made = chain(tez, other)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert me.get(reverse("learner:due", args=[due.pk])).status_code == 404
    assert me.post(reverse("learner:due_confirm", args=[due.pk])).status_code == 403
