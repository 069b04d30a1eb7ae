"""免申即享 on a phone 360 px wide: from the card to the claim in three taps, the account changed on the way, and the way it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast, valid_account
from tests.harness.pages import PHONE, faults, follow
from tests.orders.subsidy.certified import chain, tag
from wudan.orders.subsidy.actions.entitling import prepare_due
from wudan.orders.subsidy.models import Claim
from wudan.people.models import Person, PersonAccount

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tez(live_server: Any, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def good(page: Page) -> None:
    """Accessible, and no wider than the phone."""
    assert faults(page) == []


def log_in(page: Page, live_server: Any, tez: Cast) -> None:
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("用户名、身份证号码或手机号码").fill(Person.objects.get(pk=tez.person.pk).number())
    page.get_by_label("密码").fill("练习-secret-2020")
    follow(page, page.get_by_role("button", name="登录"))


def test_from_the_certificate_to_the_claim(page: Page, live_server: Any, tez: Cast) -> None:
    tag(tez.person, "rural")
    made = chain(tez)
    prepare_due(certificate_id=made.certificate.pk, at=AT)
    log_in(page, live_server, tez)
    page.get_by_text("1,500元待您确认").wait_for()
    good(page)
    follow(page, page.get_by_role("link", name="职业培训补贴"))
    page.get_by_role("heading", name="1,500元待您确认").wait_for()
    good(page)
    follow(page, page.get_by_role("link", name="更改账户"))
    page.get_by_label("开户银行").fill("中国建设银行")
    page.get_by_label("银行卡号或账号").fill(valid_account(8765))
    follow(page, page.get_by_role("button", name="保存"))
    follow(page, page.get_by_role("button", name="账户没错，确认申请"))
    page.get_by_text("申请已提交").wait_for()
    good(page)
    claim = Claim.objects.get()
    assert (claim.amount_fen, claim.state) == (150_000, "submitted")
    assert PersonAccount.objects.get(person=tez.person, current=True).bank == "中国建设银行"
    follow(page, page.get_by_role("link", name="提单"))
    page.get_by_role("link", name=f"{made.order.number} 车工", exact=True).wait_for()
    good(page)
