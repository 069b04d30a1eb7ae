"""提单 in a browser: a worker files by phone, the bureau groups and adjusts, the town's counter and the enterprise file too."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from tests.cast import AT, Cast, cast, make_organisation, make_person, valid_identity
from tests.chain_cast import make_occupation, make_order, make_staff_order
from tests.harness.pages import PHONE, WIDE, faults, follow
from tests.orders.demand.test_filing import filing
from tests.orders.demand.test_roll import loading, people
from tests.web.bureau.test_browser import enter
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.demand.actions.keeping import refuse_order
from wudan.orders.demand.actions.roll import load_roll
from wudan.orders.demand.models import Order, Proposal, RollEntry

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SHOTS = os.environ.get("WUDAN_SHOTS", "")
"""A folder for pictures of every page, to be looked at; none are taken without it."""


@pytest.fixture
def tez(live_server: Any, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def look(page: Page, name: str) -> list[str]:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"demand-{name}.png"), full_page=True)
    return faults(page)


def by_phone(page: Page, start: str) -> list[str]:
    """Three steps from own words to an order."""
    found: list[str] = []
    page.set_viewport_size(PHONE)
    page.goto(f"{start}/my/orders/")
    found += look(page, "my-empty")
    follow(page, page.get_by_role("link", name="我想学技能"))  # its scripts too: they ask while one types
    page.get_by_label("您想学什么").fill("电焊")
    page.get_by_text("也叫电焊").wait_for()
    found += look(page, "my-what")
    page.get_by_text("也叫电焊").click()
    follow(page, page.get_by_role("button", name="下一步"))
    page.get_by_text("第2步，共3步").wait_for()
    found += look(page, "my-when")
    page.get_by_text("半年内都可以").click()
    follow(page, page.get_by_role("button", name="下一步"))
    found += look(page, "my-check")
    follow(page, page.get_by_role("button", name="提交提单"))
    page.get_by_text("提单成功").wait_for()
    return found + look(page, "my-order")


def scene(tez: Cast) -> dict[str, Any]:
    """A district in the middle of demand, with long names and things unclear."""
    cook = make_occupation("中式烹调师", "4-03-02-01", search_text="中式烹调师 厨师", aliases=["厨师"])
    nurse = make_occupation("母婴护理员（月嫂）专项职业能力", "", kind="special", levels=[], edition="local")
    towns = list(tez.towns)
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        tez.enterprise.name = "枣庄市台儿庄区运河古城文化旅游发展与餐饮服务管理有限责任公司"
        tez.enterprise.save(update_fields=["name"])
    for n, heads in enumerate((24, 18, 9)):
        make_staff_order(tez, heads, occupation_id=cook.pk, town_code=towns[n % 2], wish="厨师")
    make_staff_order(tez, 70, occupation_id=nurse.pk, level=0, wish="月嫂")
    for n in range(6):
        make_order(
            tez,
            make_person(830 + n, name="买买提江·阿卜杜热合曼" if n == 3 else "吴小九"),
            town_code=towns[n % 2],
        )
    refused = make_order(tez, occupation=cook, wish="想学做满汉全席和各种宫廷点心，最好周末上课，离家近一点")
    refuse_order(
        order_id=refused.pk,
        reason="本区没有能教这个项目的培训机构，可以改提中式烹调师",
        actor=tez.intake,
        at=AT,
    )
    unclear = file_order(**filing(tez, wish="开那个吊东西的大车"))
    propose(district_id=tez.code, actor=tez.intake, at=AT)
    load_roll(**loading(tez, rows=people(4)))
    staff = {"source_id": tez.enterprise.pk, "employer_id": tez.enterprise.pk, "actor": tez.enterprise_clerk}
    load_roll(**loading(tez, rows=people(3, 340), category="safety", department=tez.enterprise, **staff))
    make_organisation(tez.code, "department", 8, name="区退役军人事务局")
    return {
        "unclear": unclear,
        "proposal": Proposal.objects.earliest("pk"),
        "roll": RollEntry.objects.earliest("pk"),
    }


def test_demand_from_a_wish_to_a_class(
    page: Page, browser: BrowserContext, live_server: Any, tez: Cast
) -> None:
    make_occupation(search_text="焊工 电焊", aliases=["电焊"])
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if "Content Security" in m.text else None)
    enter(browser, live_server, tez.user("worker"))
    found += by_phone(page, live_server.url)
    made = scene(tez)
    one, order = made["proposal"].pk, Order.objects.filter(organisation__isnull=False).earliest("pk").pk
    visits = {
        "worker": ["my/orders/", f"my/orders/{made['unclear'].pk}/", "my/orders/new/?wish=吊车"],
        "intake": [
            "bureau/demand/", "bureau/demand/orders/", f"bureau/demand/orders/{made['unclear'].pk}/", "bureau/demand/proposals/",
            f"bureau/demand/proposals/{one}/", "bureau/demand/roll/", "bureau/demand/roll/load/",
            f"bureau/demand/roll/{made['roll'].pk}/",
        ],
        "town": ["bureau/demand/orders/", "bureau/demand/orders/new/"],
        "enterprise": [
            "enterprise/orders/", "enterprise/orders/new/", "enterprise/orders/file/", f"enterprise/orders/{order}/",
            "enterprise/orders/plans/", "enterprise/orders/roll/", "enterprise/orders/roll/load/",
        ],
    }  # fmt: skip
    for role, paths in visits.items():
        enter(browser, live_server, tez.user(role if role != "enterprise" else "enterprise_clerk"))
        for path in paths:
            response = page.goto(f"{live_server.url}/{path}")
            assert response is not None and response.status == 200, path
            for size in (WIDE, PHONE):
                page.set_viewport_size(size)
                found += look(
                    page, f"{role}-{path.split('?')[0].strip('/').replace('/', '-')}-{size['width']}"
                )
    # the bureau moves an order out of a class, with a reason
    enter(browser, live_server, tez.user("intake"))
    page.set_viewport_size(WIDE)
    page.goto(f"{live_server.url}/bureau/demand/proposals/{one}/")
    page.get_by_role("checkbox", name="选择").first.check()
    page.get_by_label("原因").first.fill("企业要求另行安排")
    follow(page, page.get_by_role("button", name="移出所选"))
    page.get_by_text("已移出1个提单").wait_for()
    found += look(page, "proposal-adjusted")
    # the town's counter: faults first, then filed
    enter(browser, live_server, tez.user("town"))
    page.goto(f"{live_server.url}/bureau/demand/orders/new/")
    follow(page, page.get_by_role("button", name="代为提单"))
    page.get_by_text("请填写“身份证号码”").first.wait_for()
    found += look(page, "town-faults")
    page.get_by_label("身份证号码").fill(valid_identity(888))
    page.get_by_label("姓名").fill("钱七")
    page.get_by_label("本人的话").fill("电焊")
    page.get_by_text("也叫电焊").click()
    page.get_by_label("本人怎样同意").fill("本人到场签字")
    follow(page, page.get_by_role("button", name="代为提单"))
    page.get_by_text("已代为提单").wait_for()
    assert found == []
