"""可享补贴 by class for a provider and an enterprise: filled in, checked, confirmed at once."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import AT, Cast
from tests.orders.subsidy.certified import chain, learners, project, tag
from tests.orders.subsidy.chain import submitted
from wudan.orders.subsidy.actions.entitling import prepare_class_dues, prepare_project_dues
from wudan.orders.subsidy.models import Claim, Due


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def boss(tez: Cast) -> Client:
    """The enterprise's clerk at another browser."""
    client = Client()
    client.force_login(tez.user("enterprise_clerk"))
    return client


def test_an_enterprise_confirms_thirty_at_once(boss: Client, tez: Cast) -> None:
    made = chain(tez, *learners(4), line="pre_job", level=5, employer=tez.enterprise)
    dues = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    assert "4项补贴等您确认，合计4,000元" in text(boss.get(reverse("enterprise:home")))
    listed = text(boss.get(reverse("enterprise:dues")))
    assert made.training_class.name in listed
    assert "¥4,000.00" in listed
    page = reverse("enterprise:due", args=[dues[0].pk])
    shown = text(boss.get(page))
    assert "共4项，合计4,000元" in shown
    assert "学员甲" not in shown  # masked
    answer = boss.post(page, {"selected": [d.pk for d in dues[:3]]}, follow=True)
    assert "已提交3笔申请，合计3,000元" in text(answer)
    assert Claim.objects.filter(organisation=tez.enterprise).count() == 3
    assert "3笔申请" in text(
        boss.get(reverse("enterprise:class", args=[made.training_class.pk]))
    )  # 买单 on the bar
    assert "没有选中任何一项" in text(boss.post(page, {}, follow=True))


def test_a_provider_names_the_agreement(clerk: Client, tez: Cast) -> None:
    tag(tez.person, "poor")
    made = chain(tez, line="poor")
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    page = reverse("provider:due", args=[due.pk])
    refused = clerk.post(page, {"selected": [due.pk], "authority": ""})
    assert refused.status_code == 422
    assert "代领协议编号" in text(refused)
    clerk.post(page, {"selected": [due.pk], "authority": "代领〔2020〕9号"})
    claim = Claim.objects.get()
    assert claim.authority == "代领〔2020〕9号"
    assert "未经本系统" not in text(clerk.get(reverse("provider:claim", args=[claim.pk])))


def test_a_project_advance(clerk: Client, tez: Cast) -> None:
    ours = project(tez)
    chain(tez, line="project", of_project=ours, state="running", issued=False, member_state="in_class")
    (advance,) = prepare_project_dues(project_id=ours.pk, at=AT)
    assert f"项目{ours.number}" in text(clerk.get(reverse("provider:dues")))
    page = reverse("provider:due", args=[advance.pk])
    shown = text(clerk.get(page))
    assert "合同金额" in shown
    assert "10,000元" in shown
    clerk.post(page, {"selected": [advance.pk]})
    assert Claim.objects.get().amount_fen == 600_000


def test_an_apprenticeship_asks_for_the_fee_first(boss: Client, tez: Cast) -> None:
    made = chain(tez, line="new_apprentice", employer=tez.enterprise)
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    page = reverse("enterprise:due", args=[due.pk])
    assert "没有企业支付给培训机构的培训费金额" in text(boss.get(page))
    assert boss.post(reverse("enterprise:due_fee", args=[due.pk]), {"fee": "零"}).status_code == 422
    assert "6,000" in text(
        boss.post(reverse("enterprise:due_fee", args=[due.pk]), {"fee": "10000"}, follow=True)
    )


def test_a_refusal_stands_on_the_page(boss: Client, tez: Cast) -> None:
    made = chain(tez, *learners(2), line="pre_job", level=5, employer=tez.enterprise)
    dues = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    submitted(tez, made.members[0].person, occupation_code="6-18-01-01", level=5, scheme="training")
    page = reverse("enterprise:due", args=[dues[0].pk])
    refused = boss.post(page, {"selected": [d.pk for d in dues]})
    assert refused.status_code == 422
    assert "学*" in text(refused)
    assert "暂不可享" in text(refused)
    assert Due.objects.filter(state="claimed").count() == 0


def test_others_do_not_find_it(clerk: Client, boss: Client, tez: Cast) -> None:
    made = chain(tez, *learners(1), line="pre_job", level=5, employer=tez.enterprise)
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    assert clerk.get(reverse("provider:due", args=[due.pk])).status_code == 404
    assert clerk.get(reverse("enterprise:due", args=[due.pk])).status_code == 403
    assert "还没有可享的补贴" in text(clerk.get(reverse("provider:dues")))


def test_the_number_of_queries_does_not_grow(boss: Client, tez: Cast) -> None:
    def cost(count: int, first: int) -> int:
        made = chain(tez, *learners(count, first), line="pre_job", level=5, employer=tez.enterprise, days=0)
        dues = prepare_class_dues(class_id=made.training_class.pk, at=AT)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            boss.get(reverse("enterprise:due", args=[dues[0].pk]))
            boss.get(reverse("enterprise:dues"))
        return len(seen)

    cost(1, 200)
    assert cost(2, 210) == cost(6, 220)
