"""Public notices: masked, not for search engines, gone after their last day; anybody may object to one line."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast
from tests.orders.subsidy.chain import noticed, person
from wudan.kernel.models import JournalEntry
from wudan.orders.subsidy.models import Claim, Objection


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def line(tez: Cast) -> Any:
    return noticed(tez)[1]


def address(tez: Cast, line: Any) -> str:
    return reverse("public:notice", args=[tez.code, line.notice_id])


def test_masked_and_unlisted(tez: Cast, line: Any, client: Client) -> None:
    assert line.notice.title in text(client.get(reverse("public:notices", args=[tez.code])))
    response = client.get(address(tez, line))
    shown = text(response)
    assert "noindex" in response["X-Robots-Tag"]
    assert 'name="robots" content="noindex' in shown
    assert line.name_masked in shown
    for secret in (tez.person.name, tez.person.number(), tez.person.phone()):
        assert secret not in shown
    exported = client.get(address(tez, line) + "?export=csv")
    assert "noindex" in exported["X-Robots-Tag"]
    assert tez.person.name not in b"".join(exported).decode("utf-8-sig", "replace")


def test_searched_and_sorted(tez: Cast, line: Any, client: Client) -> None:
    assert line.name_masked in text(
        client.get(address(tez, line) + f"?q={line.standard[:4]}&sort=-amount_fen")
    )
    assert "没有符合条件的名单" in text(client.get(address(tez, line) + "?q=不存在的词"))


def test_gone_after_its_last_day(tez: Cast, line: Any, client: Client, settings: Any) -> None:
    after = line.notice.expires_on - AT.date()
    settings.WUDAN_CLOCK_SHIFT = AT + after - timezone.now()
    assert client.get(address(tez, line)).status_code == 404
    assert client.get(address(tez, line) + "?export=xlsx").status_code == 404
    assert client.get(reverse("public:object", args=[tez.code, line.notice_id, line.pk])).status_code == 404


def test_only_under_its_own_district(tez: Cast, zc: Cast, line: Any, client: Client) -> None:
    assert client.get(reverse("public:notice", args=[zc.code, line.notice_id])).status_code == 404
    other = noticed(tez, person(50))[1]  # of another notice
    assert client.get(reverse("public:object", args=[tez.code, line.notice_id, other.pk])).status_code == 404


def test_objecting_freezes_this_line_alone(tez: Cast, line: Any, client: Client) -> None:
    url = reverse("public:object", args=[tez.code, line.notice_id, line.pk])
    assert "最多可以有3条异议" in text(client.get(url))
    short = client.post(url, {"content": "不", "phone": "123"})
    assert short.status_code == 422
    done = client.post(url, {"content": "此人没有参加培训", "phone": "13812345678"}, follow=True)
    assert "您的异议已经收到" in text(done)
    assert Claim.objects.get(pk=line.claim_id).state == "frozen"
    assert "13812345678" not in text(done)
    assert Objection.objects.get().content == "此人没有参加培训"
    noted = JournalEntry.objects.get(verb="object")
    assert (noted.district_code, len(noted.detail["origin"])) == (
        tez.code,
        64,
    )  # counted by address, which is not kept


def test_too_many_objections_say_so(tez: Cast, line: Any, client: Client) -> None:
    url = reverse("public:object", args=[tez.code, line.notice_id, line.pk])
    for _ in range(3):
        client.post(url, {"content": "此人没有参加培训", "phone": "13812345678"})
    fourth = client.post(url, {"content": "此人没有参加培训", "phone": "13812345678"})
    assert fourth.status_code == 422
    assert "正在核实" in text(fourth)


def test_after_the_window_nothing_is_taken(tez: Cast, line: Any, client: Client, settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = AT + (line.notice.closes_on - AT.date()) + timedelta(days=1) - timezone.now()
    assert "提出异议</a>" not in text(client.get(address(tez, line)))
    url = reverse("public:object", args=[tez.code, line.notice_id, line.pk])
    refused = client.post(url, {"content": "此人没有参加培训", "phone": "13812345678"})
    assert refused.status_code == 422
    assert "不再受理异议" in text(refused)


def test_lines_cost_no_more_queries(
    tez: Cast, line: Any, client: Client, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        client.get(address(tez, line))
