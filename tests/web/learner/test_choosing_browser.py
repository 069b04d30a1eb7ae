"""Choosing on a phone 360 px wide: three taps from the list, the waiting list, leaving again; accessible, nothing wider than the phone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast
from tests.catalogue_cast import an_entry, an_occupation, an_open_offer
from tests.harness.pages import PHONE, faults, follow
from tests.web.learner.test_choosing import somebody_picks
from wudan.orders.enrolment.models import Enrolment

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True)]
LONG = "家政服务员（含母婴护理、老年照护、家庭餐制作）面向农村转移就业劳动者职业技能提升培训班第二十一期"


@pytest.fixture
def tez(live_server: Any, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def good(page: Page) -> None:
    assert faults(page) == []


def test_three_taps_then_a_waiting_list(page: Page, live_server: Any, tez: Cast) -> None:
    an_open_offer(tez, town_code="370405001", title="车工冬季班")
    home = an_entry(tez, an_occupation("家政服务员", "4-10-01-06"), level=5, price_fen=100_000)
    full = an_open_offer(
        tez, home, title=LONG, places=1, min_heads=1, period=(date(2021, 1, 5), date(2021, 1, 25))
    )
    first = somebody_picks(full, 51)
    client = Client()
    client.force_login(tez.user("worker"))
    session = client.cookies[site.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": site.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("learner:courses"))
    good(page)
    follow(page, page.get_by_role("link", name="车工冬季班"))
    page.get_by_text("预计可为您补贴1,500元").wait_for()
    good(page)
    page.get_by_text("选这个班次", exact=True).first.click()
    follow(page, page.get_by_role("dialog").get_by_role("button", name="选这个班次"))
    page.get_by_text("已选上，2020年12月1日开班").wait_for()
    good(page)
    page.goto(live_server.url + reverse("learner:course", args=[full.pk]))
    page.get_by_text("候补这个班次", exact=True).first.click()
    follow(page, page.get_by_role("dialog").get_by_role("button", name="候补这个班次"))
    page.get_by_text("您排在候补第1位").wait_for()
    good(page)
    page.get_by_text("退选", exact=True).first.click()
    follow(page, page.get_by_role("dialog").get_by_role("button", name="退选"))
    page.get_by_text("已退出候补。").wait_for()
    good(page)
    assert Enrolment.objects.get(pk=first.pk).state == "enrolled"
    assert sorted(Enrolment.objects.filter(person=tez.person).values_list("state", flat=True)) == [
        "enrolled",
        "withdrawn",
    ]
