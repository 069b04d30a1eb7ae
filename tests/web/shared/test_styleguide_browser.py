"""Every part in a browser: no axe violations, nothing wider than a small phone, all of it by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.harness.pages import PHONE, WIDE, faults, faults_at, follow, violations

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGES = ["", "list/", "forms/", "worker/", "public/", "print/", "large/", "refused/", "broken/"]


@pytest.fixture
def guide(live_server: Any, settings: Any) -> str:
    settings.DEBUG = True
    return f"{live_server.url}/styleguide/"


def test_every_page_is_accessible_fits_and_keeps_the_policy(page: Page, guide: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    for name in PAGES:
        page.goto(guide + name)
        complaints += faults_at(page, WIDE, PHONE)
    assert complaints == []


def test_the_keyboard_reaches_the_text_first_and_sees_where_it_is(page: Page, guide: str) -> None:
    page.set_viewport_size(WIDE)
    page.goto(guide)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("跳到正文")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#main :focus")).to_have_css("outline-width", "3px")


def test_a_dialog_asks_first_and_escape_leaves_it(page: Page, guide: str) -> None:
    page.goto(guide)
    page.locator("summary", has_text="退回补正").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#dialog-back")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#dialog-back")).to_be_hidden()


def test_filters_refresh_the_list_and_the_address(page: Page, guide: str) -> None:
    page.goto(guide + "list/")
    page.select_option("#f-state", "second")
    page.wait_for_url("**/list/?state=second")
    page.get_by_text("状态：待复审").wait_for()
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2")
    page.go_back()
    page.wait_for_url("**/list/?state=second")
    page.get_by_text("状态：待复审").wait_for()
    expect(page.locator("#f-state")).to_have_value("second")


def test_batch_counts_what_is_picked(page: Page, guide: str) -> None:
    page.goto(guide + "list/")
    button = page.get_by_role("button", name="初审通过")
    expect(button).to_be_disabled()
    page.locator("[data-pick-all]").check()
    expect(page.get_by_text("已选50条")).to_be_visible()
    expect(button).to_be_enabled()


def test_text_size_switches_in_one_tap(page: Page, guide: str) -> None:
    page.set_viewport_size(PHONE)
    page.goto(guide + "worker/")
    follow(page, page.get_by_role("button", name="长辈版"))
    expect(page.get_by_role("button", name="标准版")).to_be_visible()
    expect(page.locator("body")).to_have_css("font-size", "20px")
    assert faults(page) == []


def test_without_scripts_forms_and_questions_still_work(page: Page, guide: str) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto(guide)
    page.locator("summary", has_text="退回补正").click()
    expect(page.locator("details[data-confirm][open] textarea")).to_be_visible()
    page.goto(guide + "list/")
    page.fill("#list-q", "张")
    page.get_by_role("button", name="查找").click()
    page.wait_for_url("**q=%E5%BC%A0**")
    page.get_by_text("搜索：张").wait_for()
