"""The pages of late facts: the list with its filters and export, one line, its buttons; strangers find nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import AT, Cast, make_person, outsider
from tests.orders.payment.late import certified, deliver, live_line, paid
from tests.orders.payment.test_late_facts import revoke
from tests.orders.subsidy.chain import refusal
from wudan.orders.payment.actions.differing import state_case
from wudan.orders.payment.models import Difference, Statement
from wudan.orders.subsidy.actions.rectifying import correct_fact
from wudan.orders.subsidy.models import FactCorrection

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(tez: Cast) -> Difference:
    claim, certificate = certified(tez)
    paid(tez, claim)
    revoke(tez, certificate)
    return live_line(claim)


def test_list_filters_and_export(tez: Cast, line: Difference, as_: Any) -> None:
    client, url = as_(tez.intake), reverse("bureau:differences")
    assert (
        "王小明"
        in client.get(url, {"state": "live", "direction": "recover", "kind": "certificate"}).content.decode()
    )
    for other in ({"direction": "pay"}, {"kind": "group"}, {"since": "2020-11-17"}, {"q": "没有这个人"}):
        assert "王小明" not in client.get(url, other).content.decode()
    out = client.get(url, {"export": "csv"})
    assert "-1500" in b"".join(out.streaming_content).decode("utf-8-sig")


def test_queries_do_not_grow_with_the_rows(tez: Cast, line: Difference, as_: Any) -> None:
    def count() -> int:
        client.get(reverse("bureau:differences"))
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse("bureau:differences"))
        return len(seen)

    client = as_(tez.intake)
    before = count()
    for n in range(2):
        claim, certificate = certified(tez, make_person(910 + n, name="周七"), n=20 + n)
        paid(tez, claim)
        revoke(tez, certificate)
    assert count() == before


def test_one_line_proposed_sent_back_and_confirmed(tez: Cast, line: Difference, as_: Any) -> None:
    page = as_(tez.intake).get(reverse("bureau:difference", args=[line.pk])).content.decode()
    for words in (
        "多发1,500元，应追回",
        "替考，鉴定中心撤销",
        "原来的核算和重新核算",
        "证书类型：证书已撤销",
        "不予通过的申请不计发",
        "此前没有，最多",
        "提出意见：追回多发的部分",
    ):
        assert words in page, words
    url = reverse("bureau:difference_propose", args=[line.pk, "recover"])
    assert "申请中没有证书" not in page and "证书类型：未填写" not in page and "符合：" not in page
    refused = as_(tez.intake).post(url, {"reason": "查实替考", "document": "", "agreed_fen": "0"})
    assert refused.status_code == 422
    good = {"reason": "查实替考", "document": "文1", "agreed_fen": "0"}
    assert as_(tez.intake).post(url, good).status_code == 302
    waits = as_(tez.intake).get(reverse("bureau:difference", args=[line.pk])).content.decode()
    assert "意见由您提出，须由另一位复审人员复核确认" in waits
    done = reverse("bureau:difference_decide", args=[line.pk, "return"])
    assert as_(tez.reviewer2).post(done, {"comment": "请附鉴定中心函"}).status_code == 302
    assert (
        "请附鉴定中心函" in as_(tez.intake).get(reverse("bureau:difference", args=[line.pk])).content.decode()
    )
    as_(tez.intake).post(url, good)
    done = reverse("bureau:difference_decide", args=[line.pk, "confirm"])
    asks = as_(tez.reviewer2).get(reverse("bureau:difference", args=[line.pk])).content.decode()
    dialog = asks[asks.index('<dialog class="w-dialog" id="dialog-decide"') :]
    assert (
        "确认追回1,500元？" in dialog and "已享受1,500元，应享受0元。" in dialog and "不办了，返回" in dialog
    )
    assert (
        asks.count(f'action="{done}"') == 2
    )  # in the dialog, and unfolded where no script runs: nowhere without being asked
    assert as_(tez.reviewer2).post(done, {"comment": ""}).status_code == 302
    line.refresh_from_db()
    assert line.state == "recovery"


def test_strangers_find_nothing(tez: Cast, line: Difference, as_: Any) -> None:
    for kind in ("intake", "reviewer"):
        stranger = as_(outsider(tez, kind))
        assert stranger.get(reverse("bureau:difference", args=[line.pk])).status_code == 404
        assert "王小明" not in stranger.get(reverse("bureau:differences")).content.decode()
        assert (
            stranger.post(reverse("bureau:difference_propose", args=[line.pk, "recover"])).status_code == 404
        )
    assert as_(tez.finance).get(reverse("bureau:differences")).status_code == 403
    assert as_(outsider(tez, "worker")).post(
        reverse("learner:late_statement", args=[line.claim_id]), {"content": "不是我"}
    ).status_code in (403, 404)  # fmt: skip


def test_the_person_concerned_reads_it_and_has_their_say(tez: Cast, line: Difference, as_: Any) -> None:
    mine = reverse("learner:claim", args=[line.claim_id])
    page = as_(tez.worker).get(mine).content.decode()
    assert "这笔补贴正在重新核实" in page and "不用您退" in page
    say = reverse("learner:late_statement", args=[line.claim_id])
    assert as_(tez.worker).post(say, {"content": "嗯"}).status_code == 422
    assert as_(tez.worker).post(say, {"content": "本人参加考试"}).status_code == 302
    state_case(difference_id=line.pk, content="单位证明其参加", actor=tez.provider_clerk, at=AT)
    assert Statement.objects.count() == 2
    assert (
        "本人参加考试" in as_(tez.reviewer).get(reverse("bureau:difference", args=[line.pk])).content.decode()
    )
    theirs = reverse("provider:claim", args=[line.claim_id])
    assert "我要陈述申辩" in as_(tez.provider_clerk).get(theirs).content.decode()


def test_a_fact_is_corrected_on_its_page(tez: Cast, line: Difference, as_: Any) -> None:
    url = reverse("bureau:claim_rectify", args=[line.claim_id, "draws_pension"])
    assert as_(tez.intake).get(url).status_code == 200
    assert as_(tez.intake).post(url, {"value": "yes", "source": ""}).status_code == 422
    assert as_(tez.intake).post(url, {"value": "yes", "source": "社保系统查询"}).status_code == 302
    assert FactCorrection.objects.get().value is True
    deliver()
    line.refresh_from_db()
    assert line.state == "open"  # the right sum is still nothing: the line stands
    assert as_(outsider(tez, "intake")).get(url).status_code == 404
    given = {"claim_id": line.claim_id, "column": "draws_pension", "at": AT}
    for actor, value, source, code in (
        (tez.finance, True, "查", "forbidden"),
        (outsider(tez, "reviewer"), True, "查", "forbidden"),
        (tez.intake, True, "查", "unchanged"),
        (tez.intake, 3, "查", "bad-input"),
        (tez.intake, False, " ", "no-source"),
    ):
        assert refusal(correct_fact, actor=actor, value=value, source=source, **given).code == code
