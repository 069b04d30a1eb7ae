"""A worker with a phone 360 px wide: registers, applies step by step, watches the claim, confirms the money. Also in 长辈版."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.cast import AT, Cast, cast, valid_account, valid_identity
from tests.harness.pages import PHONE, faults, follow
from tests.web.learner.test_home_and_claim import paid
from wudan.orders.subsidy.models import Claim
from wudan.people.models import Person

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.django_db(transaction=True)]
PASSWORD = "lianxi-2020-mima"


@pytest.fixture
def tez(live_server: Any, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def good(page: Page) -> None:
    """Accessible, and no wider than the phone."""
    assert faults(page) == []


def register(page: Page, live_server: Any, n: int = 4321) -> None:
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("account_login"))
    follow(page, page.get_by_role("link", name="注册个人账号"))
    page.get_by_text("没有接通爱山东实名认证").wait_for()
    good(page)
    page.get_by_label("姓名").fill("孟庆华")
    page.get_by_label("身份证号码").fill(valid_identity(n))
    page.get_by_label("手机号码").fill("13800004321")
    page.get_by_label("户籍或常住镇街").select_option(label="运河街道")
    page.get_by_label("设置密码").fill(PASSWORD)
    page.get_by_label("再输一遍密码").fill(PASSWORD)
    follow(page, page.get_by_role("button", name="注册并登录"))
    page.get_by_text("您还没有申请").wait_for()
    good(page)


def apply(page: Page) -> None:
    follow(page, page.get_by_role("link", name="申请补贴").first)
    good(page)
    follow(page, page.get_by_role("link", name="职业培训补贴").first)
    onward = page.get_by_role("button", name="下一步")
    page.get_by_text("第2步，共8步").wait_for()
    page.get_by_label("职业（工种）名称").fill("车工")
    follow(page, onward)
    page.get_by_label("职业技能等级证书").check()
    good(page)
    follow(page, onward)
    page.get_by_label("中级工").check()
    follow(page, onward)
    page.get_by_label("证书编号").fill("S000037040520204000001")
    page.get_by_label("发证日期").fill("2020-10-30")
    follow(page, onward)
    page.get_by_label("开班日期").fill("2020-09-01")
    page.get_by_label("结业日期").fill("2020-09-20")
    follow(page, onward)
    page.get_by_label("没有", exact=True).check()
    follow(page, page.get_by_role("button", name="下一步"))
    page.get_by_text("第8步，共8步").wait_for()
    page.get_by_text("符合条件，补贴1,500元").wait_for()
    good(page)


def test_from_registration_to_the_money(page: Page, live_server: Any, tez: Cast) -> None:
    register(page, live_server)
    apply(page)
    follow(page, page.get_by_role("link", name="登记本人的银行账户"))
    page.get_by_label("开户银行").fill("中国农业银行")
    page.get_by_label("银行卡号或账号").fill(valid_account(4321))
    follow(page, page.get_by_role("button", name="保存"))
    page.get_by_text("收款账户已登记").wait_for()
    follow(page, page.get_by_role("button", name="提交申请"))
    page.get_by_text("申请已提交").wait_for()
    page.get_by_role("heading", name="已提交，等待受理").wait_for()
    good(page)
    paid(tez, Claim.objects.get())  # what the officials and the bank do, in their own tests
    follow(page, page.get_by_role("link", name="首页"))
    page.get_by_text("等您办理").wait_for()
    good(page)
    follow(page, page.get_by_role("link", name="确认是否到账"))
    follow(page, page.get_by_role("button", name="已经收到"))
    page.get_by_text("谢谢您的确认").wait_for()
    good(page)
    assert Claim.objects.get().receipt_answer == "yes"
    follow(page, page.get_by_role("link", name="我的", exact=True))
    page.get_by_text("没有人看过").wait_for()
    good(page)


def test_large_text_and_no_scripts(page: Page, live_server: Any, tez: Cast) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.set_viewport_size(PHONE)
    page.goto(live_server.url + reverse("account_login"))
    page.get_by_label("用户名、身份证号码或手机号码").fill(Person.objects.get(pk=tez.person.pk).number())
    page.get_by_label("密码").fill("练习-secret-2020")
    follow(page, page.get_by_role("button", name="登录"))
    page.get_by_text("您还没有申请").wait_for()
    follow(page, page.get_by_role("button", name="长辈版"))
    expect(page.get_by_role("button", name="标准版")).to_be_visible()
    expect(page.locator("body")).to_have_css("font-size", "20px")
    apply(page)
    follow(page, page.get_by_role("button", name="提交申请"))
    page.get_by_text("申请已提交").wait_for()
    for name in ("home", "learning", "sign", "courses", "apply", "notices", "me", "account", "town"):
        page.goto(live_server.url + reverse(f"learner:{name}"))
        good(page)
    page.goto(live_server.url + reverse("learner:claim", args=[Claim.objects.get().pk]))
    good(page)
    page.get_by_text("撤回申请", exact=True).first.click()
    follow(page, page.locator("details[data-confirm][open]").get_by_role("button", name="撤回申请"))
    page.get_by_text("申请已撤回").wait_for()
