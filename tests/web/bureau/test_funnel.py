"""五单总览 as a page, and the rows behind its numbers."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast
from tests.orders.payment.test_trail import paid_chain
from wudan.orders.payment.funnel import STAGES


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


@pytest.mark.parametrize(("who", "area"), [("intake", "bureau"), ("supervisor", "supervisor")])
def test_numbers_lead_to_their_rows_and_rows_to_the_trail(tez: Cast, who: str, area: str) -> None:
    made, expected = paid_chain(tez)
    client = sitting(tez, who)
    shown = text(client.get(reverse(f"{area}:funnel")))
    assert "1,500元" in shown
    assert "职业技能培训" in shown
    for stage in STAGES:
        href = reverse(f"{area}:funnel_rows", args=[stage])
        assert f'href="{href}"' in shown, stage
        assert client.get(href).status_code == 200
    rows = text(client.get(reverse(f"{area}:funnel_rows", args=["certificate"]) + "?line=general"))
    assert made.certificate.number in rows
    assert "王小明" not in rows
    assert reverse(f"{area}:trail", args=["line", expected["line"][0]]) in text(
        client.get(reverse(f"{area}:funnel_rows", args=["line"]))
    )
    narrowed = text(client.get(reverse(f"{area}:funnel") + "?line=pre_job"))
    assert f'href="{reverse(f"{area}:funnel_rows", args=["order"])}?line=pre_job"' in narrowed
    assert "这段时间没有记录" in narrowed


def test_export_and_faulty_addresses(tez: Cast) -> None:
    paid_chain(tez)
    client = sitting(tez, "reviewer")
    file: Any = client.get(reverse("bureau:funnel_rows", args=["class"]) + "?export=csv")
    assert "车工" in b"".join(file.streaming_content if file.streaming else [file.content]).decode(
        "utf-8-sig"
    )
    assert client.get(reverse("bureau:funnel_rows", args=["wallet"])).status_code == 404
    assert client.get(reverse("bureau:funnel") + "?since=昨天").status_code == 422
    assert sitting(tez, "worker").get(reverse("bureau:funnel")).status_code == 403
