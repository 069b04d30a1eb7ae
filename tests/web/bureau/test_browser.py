"""The main path in a browser, wide and on a phone: to-do, a case, a decision, batch, notice. No axe violations, nothing too wide."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, cast, make_person
from tests.harness.pages import faults, faults_at, follow
from tests.orders.subsidy.chain import accepted, first_passed, noticed, second_passed, submitted
from wudan.accounts.models import User

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page, ViewportSize

SIZES: list[ViewportSize] = [{"width": 1366, "height": 768}, {"width": 360, "height": 740}]


@pytest.fixture
def tez(transactional_db: None) -> Cast:
    return cast("370405")


@pytest.fixture(autouse=True)
def _in_2020(settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = AT - datetime.now(UTC)


def enter(context: BrowserContext, live_server: Any, user: User) -> None:
    client = Client()
    client.force_login(user)
    cookie = client.cookies["wudan_session"]
    context.clear_cookies()
    context.add_cookies([{"name": "wudan_session", "value": cookie.value, "url": live_server.url}])


def test_the_main_path(page: Page, browser: BrowserContext, live_server: Any, tez: Cast) -> None:
    for n in (41, 42):
        submitted(tez, make_person(n, name=f"赵{n}"))
    case = accepted(tez, make_person(43, name="买买提江·阿卜杜热合曼·吐尔逊"))
    first_passed(tez, make_person(44, name="钱四四"))
    second_passed(tez, make_person(45, name="孙四五"))
    _, line = noticed(tez, make_person(46, name="李四六"))
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if "Content Security" in m.text else None)
    visits = {
        "intake": ["", "claims/?state=submitted", f"claims/{case.pk}/", "people/", f"people/{case.person_id}/", "people/new/",
                   "organisations/", "organisations/new/", "policy/", "notices/", f"notices/{line.notice_id}/"],
        "reviewer": ["", "notices/new/", "approve/", f"organisations/{tez.provider.pk}/"],
        "town": ["", f"people/{tez.person.pk}/amend/", f"people/{tez.person.pk}/account/", f"people/{tez.person.pk}/apply/training/"],
        "system": ["accounts/", f"accounts/{tez.intake.user_id}/"],
    }  # fmt: skip
    for who, paths in visits.items():
        enter(browser, live_server, tez.user(who))
        for path in paths:
            response = page.goto(f"{live_server.url}/bureau/{path}")
            assert response is not None and response.status == 200, path
            found += faults_at(page, *SIZES)
    # one decision by keyboard and mouse: the refusal first, then the proof
    enter(browser, live_server, tez.user("intake"))
    page.goto(f"{live_server.url}/bureau/claims/{case.pk}/")
    follow(page, page.get_by_role("button", name="初审通过"))
    page.get_by_text("当日的人员类别没有证明").wait_for()
    found += faults(page)
    page.get_by_label("的证明材料").fill("户口簿第3页")
    page.get_by_role("button", name="初审通过").press("Enter")
    page.get_by_text("下一步：由复审岗的另一位工作人员复审").wait_for()
    # like cases: check, decide, result
    page.goto(f"{live_server.url}/bureau/")
    follow(page, page.get_by_role("link", name="核对后批量受理"))
    found += faults(page)
    follow(page, page.get_by_role("button", name="批量受理"))
    page.get_by_text("批量受理的结果").first.wait_for()
    found += faults(page)
    assert found == []
