"""An official opens a person's archive with a reason; the owner sees it; nobody else's district does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, outsider
from tests.orders.delivery.finishing import after, concluded
from wudan.kernel.actor import Actor
from wudan.people.queries import archive_looks

pytestmark = pytest.mark.django_db
As = Callable[[Actor], Client]


def test_the_reason_opens_it_for_half_an_hour(as_: As, tez: Cast, settings: Any) -> None:
    concluded(tez, members=1, persons=[tez.person])
    client, url = as_(tez.intake), f"/bureau/people/{tez.person.pk}/archive/"
    assert url in client.get(f"/bureau/people/{tez.person.pk}/").content.decode()
    shown = client.get(url).content.decode()
    assert "本人可以看到" in shown and "焊工培训结业" not in shown
    assert client.get(f"{url}json/").status_code == 302  # asks first
    assert client.post(url, {"reason": "看"}).status_code == 422
    assert not archive_looks(tez.person.pk).exists()
    assert client.post(url, {"reason": "核对培训经历"}).status_code == 302
    answer = client.get(url)
    assert "焊工培训结业" in answer.content.decode() and "no-store" in answer["Cache-Control"]
    assert {e["kind"] for e in json.loads(client.get(f"{url}json/").content)["entries"]} >= {"class"}
    assert client.get(f"{url}pdf/").content.startswith(b"%PDF")
    assert client.get(f"{url}doc/").status_code == 404
    assert [x.reason for x in archive_looks(tez.person.pk)] == ["核对培训经历"]
    settings.WUDAN_CLOCK_SHIFT = AT + timedelta(minutes=31) - datetime.now(UTC)
    assert "焊工培训结业" not in client.get(url).content.decode()


def test_another_district_finds_nobody(as_: As, tez: Cast) -> None:
    concluded(tez, members=1, persons=[tez.person])
    for actor in (outsider(tez, "intake"), outsider(tez, "reviewer")):
        assert (
            as_(actor)
            .post(f"/bureau/people/{tez.person.pk}/archive/", {"reason": "核对培训经历"})
            .status_code
            == 404
        )
    assert as_(tez.finance).get(f"/bureau/people/{tez.person.pk}/archive/").status_code == 403
    assert not archive_looks(tez.person.pk).exists()


def test_results_of_a_provider_with_its_hold(as_: As, tez: Cast, settings: Any) -> None:
    held = concluded(tez, members=10, marks=[(40, 40)] * 5)
    settings.WUDAN_CLOCK_SHIFT = after(held, 5) - datetime.now(UTC)
    shown = as_(tez.reviewer).get(f"/bureau/organisations/{tez.provider.pk}/").content.decode()
    assert "结业率50%（5/10人），低于60%" in shown
    public = Client().get(f"/d/{tez.code}/providers/{tez.provider.pk}/")
    said = public.content.decode()
    assert "50%（5/10人）" in said and "低于本区的要求" not in said and "学员评价</dt>" not in said
