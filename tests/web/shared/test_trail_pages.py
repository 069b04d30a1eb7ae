"""来龙去脉 page by page: one click a step from the payment to the order, and forward again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast, claim_form, outsider
from tests.orders.payment.test_trail import paid_chain
from tests.orders.subsidy.certified import chain
from wudan.accounts.models import User
from wudan.orders.payment.trail.queries import STATIONS
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.correcting import withdraw
from wudan.oversight.actions import open_finding


@pytest.fixture
def tez(db: None, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def sitting(tez: Cast, who: str) -> Client:
    client = Client()
    client.force_login(tez.user(who))
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def stations(shown: str) -> list[str]:
    return re.findall(r'<li class="t-station" id="([a-z]+)"', shown)


@pytest.mark.parametrize(
    ("who", "area"),
    [("supervisor", "supervisor"), ("finance", "finance"), ("intake", "bureau"), ("reviewer", "bureau")],
)
def test_from_the_payment_one_click_a_step(tez: Cast, who: str, area: str) -> None:
    _, expected = paid_chain(tez)
    client = sitting(tez, who)
    first = text(client.get(reverse(f"{area}:trail", args=["line", expected["line"][0]])))
    assert "王小明" not in first
    for kind in STATIONS:
        if kind == "project":
            continue
        href = reverse(f"{area}:trail", args=[kind, expected[kind][0]])
        assert kind == "line" or f'href="{href}"' in first, kind
        again = text(client.get(href))  # and forward again from there
        assert reverse(f"{area}:trail", args=["line", expected["line"][0]]) in again or kind == "line"
        assert again.count('aria-current="step"') == 1


def test_the_claim_and_the_batch_lead_there(tez: Cast) -> None:
    _, expected = paid_chain(tez)
    claim, batch, line = (expected[k][0] for k in ("claim", "batch", "line"))
    for who, area in (("supervisor", "supervisor"), ("finance", "finance")):
        client = sitting(tez, who)
        assert reverse(f"{area}:trail", args=["claim", claim]) in text(
            client.get(reverse(f"{area}:claim", args=[claim]))
        )
        assert reverse(f"{area}:trail", args=["line", line]) in text(
            client.get(reverse(f"{area}:batch", args=[batch]))
        )
    shown = text(sitting(tez, "intake").get(reverse("bureau:claim", args=[claim])))
    assert reverse("bureau:trail", args=["claim", claim]) + "#order" in shown
    assert "未经本系统" not in shown


def test_a_claim_from_elsewhere_says_so(tez: Cast) -> None:
    claim = submit(
        district_id=tez.code, applied_by="person", form=claim_form(), person_id=tez.person.pk, actor=tez.worker, at=AT
    )  # fmt: skip
    shown = text(sitting(tez, "intake").get(reverse("bureau:claim", args=[claim.pk])))
    assert "未经本系统" in shown
    way = text(sitting(tez, "intake").get(reverse("bureau:trail", args=["claim", claim.pk])))
    assert way.count("未经本系统办班") == 1
    assert stations(way) == ["claim"]  # what it did not come through is one sentence, not nine empty steps
    assert "没有经过的步骤" not in way
    assert "还没有走到：拨付批次、拨付明细。" in way
    mine = text(sitting(tez, "worker").get(reverse("learner:trail", args=["claim", claim.pk])))
    assert stations(mine) == ["claim"]
    assert "从您提单" not in mine
    withdraw(claim_id=claim.pk, actor=tez.worker, at=AT)
    gone = text(sitting(tez, "worker").get(reverse("learner:trail", args=["claim", claim.pk])))
    assert "到这里已经办结" in gone
    assert "还没有走到" not in gone


def test_what_was_passed_by_and_what_may_come_are_a_sentence_each(tez: Cast) -> None:
    """A certificate without a sitting of ours, and nothing prepared from it yet."""
    made = chain(tez)
    way = text(sitting(tez, "intake").get(reverse("bureau:trail", args=["certificate", made.certificate.pk])))
    assert stations(way) == ["order", "proposal", "entry", "offer", "enrolment", "class", "certificate"]
    assert (
        '没有经过的步骤不列出：<span id="assessment">考核</span>。' in way
    )  # a link to #assessment arrives here
    assert "还没有走到：可享补贴、补贴申请、拨付批次、拨付明细。" in way


def test_the_learner_sees_the_own_way_only(tez: Cast) -> None:
    made, expected = paid_chain(tez)
    me = sitting(tez, "worker")
    claim = expected["claim"][0]
    assert reverse("learner:trail", args=["claim", claim]) in text(
        me.get(reverse("learner:claim", args=[claim]))
    )
    shown = text(me.get(reverse("learner:trail", args=["claim", claim])))
    assert made.certificate.number in shown
    assert "未经本系统办班" not in shown
    assert made.certificates[1].number not in shown
    assert "拨付批次" not in shown
    assert not re.search(reverse("learner:trail", args=["class", made.training_class.pk]), shown)
    assert me.get(reverse("learner:trail", args=["class", made.training_class.pk])).status_code == 404


def test_others_do_not_find_it(tez: Cast) -> None:
    made = chain(tez)
    there = outsider(tez, "supervisor")
    client = Client()
    client.force_login(User.objects.get(pk=there.user_id))
    assert client.get(reverse("supervisor:trail", args=["class", made.training_class.pk])).status_code == 404
    assert (
        sitting(tez, "provider_clerk").get(reverse("supervisor:trail", args=["class", 1])).status_code == 403
    )
    assert sitting(tez, "supervisor").get(reverse("supervisor:trail", args=["wallet", 1])).status_code == 404


def test_pages_of_the_bureau_lead_to_the_trail(tez: Cast) -> None:
    made = chain(tez)
    intake = sitting(tez, "intake")
    pages = {
        "order": made.order.pk, "proposal": made.proposal.pk, "class": made.training_class.pk, "offer": made.offer.pk,
        "enrolment": made.members[0].enrolment_id,
    }  # fmt: skip
    bar = text(intake.get(reverse("bureau:offer", args=[made.offer.pk])))
    assert reverse("bureau:class", args=[made.training_class.pk]) in bar  # 接单 on the offer's bar
    for kind, pk in pages.items():
        href = reverse("bureau:trail", args=[kind, pk])
        assert f'href="{href}">来龙去脉</a>' in text(intake.get(reverse(f"bureau:{kind}", args=[pk]))), kind
        assert reverse(f"bureau:{kind}", args=[pk]) in text(intake.get(href)), kind
    order = sitting(tez, "town").get(reverse("bureau:order", args=[made.order.pk]))
    assert order.status_code == 200
    assert "来龙去脉" not in text(order)


def test_a_finding_on_a_certificate_shows_the_way_it_came(tez: Cast) -> None:
    made = chain(tez)
    finding = open_finding(
        district_id=tez.code, kind="certificate-revoked", subject=f"certificate:{made.certificate.pk}",
        sentence="证书已撤销", actor=tez.supervisor, at=AT,
    )  # fmt: skip
    shown = text(sitting(tez, "supervisor").get(reverse("supervisor:finding", args=[finding.pk])))
    assert reverse("supervisor:trail", args=["certificate", made.certificate.pk]) in shown
    assert "恢复暂停的批次" not in shown
