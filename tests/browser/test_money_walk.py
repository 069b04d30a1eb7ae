"""The money's way in a browser: gathered, signed by another, sent, the file taken, the bank's answer in, one line bounced,
settled; and the pool's page agrees to the fen at every step."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client

from tests.cast import AT, Cast, cast
from tests.harness.pages import faults, follow
from tests.orders.payment.making import FUND, answer, approved_claims, lines_of
from wudan.kernel.money import in_table
from wudan.orders.payment.models import Batch

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SUMS = (150_001, 100_000, 200_050)
BUDGET = 100_000_000
WIDE, PHONE = 1366, 360


def sit(browser: BrowserContext, server: str, tez: Cast, who: str) -> None:
    """Take somebody's seat: their session's cookie, as a log-in would set it."""
    client = Client()
    client.force_login(tez.user(who))
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    browser.clear_cookies()
    browser.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server}])


def look(page: Page) -> list[str]:
    """What is wrong with this page at both widths."""
    wrong = []
    for width in (WIDE, PHONE):
        page.set_viewport_size({"width": width, "height": 768})
        wrong += [f"at {width}: {fault}" for fault in faults(page)]
    page.set_viewport_size({"width": WIDE, "height": 768})
    return wrong


def balances(page: Page, pool_url: str) -> list[str]:
    """The closing balances as the pool's page prints them: granted, available, reserved, earmarked, in transit, paid, recovered."""
    page.goto(pool_url)
    return [value.strip() for value in page.locator(".w-stat-value").all_inner_texts()]


def sums(earmarked: int, moving: int, paid: int) -> list[str]:
    available = BUDGET - sum(SUMS)
    return [in_table(fen) for fen in (BUDGET, available, 0, earmarked, moving, paid, 0)]


@pytest.mark.slow
def test_from_approval_to_settlement(
    page: Page, browser: BrowserContext, live_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wudan.web.shared.books.common.now", lambda: AT)
    tez, server = cast(), live_server.url
    approved_claims(tez, SUMS)
    pool = f"{server}/finance/pools/{tez.pools[FUND].pk}/"
    wrong: list[str] = []

    sit(browser, server, tez, "finance")
    assert balances(page, pool) == sums(sum(SUMS), 0, 0)
    wrong += look(page)
    page.goto(f"{server}/finance/")
    wrong += look(page)
    follow(page, page.get_by_role("link", name="核对后拟制"))
    page.get_by_role("heading", name="3笔，4,500.51元").wait_for()
    wrong += look(page)
    follow(page, page.get_by_role("button", name="拟制这个批次"))
    page.get_by_text("请另一位财务人员核对并签批").wait_for()
    assert page.get_by_role("link", name="签批", exact=True).count() == 0
    wrong += look(page)
    batch_url = page.url

    sit(browser, server, tez, "finance2")
    page.goto(batch_url)
    page.locator("summary", has_text="签批").first.click()
    follow(page, page.locator("#dialog-sign").get_by_role("button", name="签批"))
    page.get_by_text("已签批。接下来请办理").wait_for()

    sit(browser, server, tez, "finance")
    page.goto(batch_url)
    page.locator("summary", has_text="送银行").first.click()
    follow(page, page.locator("#dialog-send").get_by_role("button", name="送银行"))
    page.get_by_text("已转为银行在途").wait_for()
    wrong += look(page)
    assert balances(page, pool) == sums(0, sum(SUMS), 0)

    page.goto(batch_url)
    page.get_by_label("下载用途").fill("报送银行代发")
    page.get_by_label("文件格式").select_option("csv")
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载银行文件").click()
    file = tmp_path / "bank.csv"
    taken.value.save_as(file)
    assert "4500.51" in file.read_text("utf-8-sig")

    batch = Batch.objects.get()
    back = tmp_path / "回单.csv"
    back.write_bytes(answer(lines_of(batch), bounced=[1]))
    follow(page, page.get_by_role("link", name="录入银行回单"))
    wrong += look(page)
    page.set_input_files("input[type=file]", back)
    follow(page, page.get_by_role("button", name="录入回单"))
    page.get_by_text("回单已入账：成功2笔3,500.51元，退票1笔").wait_for()
    wrong += look(page)
    page.locator("summary", has_text="结清批次").click()
    follow(page, page.locator("#dialog-settle").get_by_role("button", name="结清批次"))
    page.get_by_role("heading", name="批次已结清").wait_for()
    assert balances(page, pool) == sums(100_000, 0, 350_051)

    page.goto(f"{server}/finance/bounced/")
    wrong += look(page)
    follow(page, page.locator("#list tbody a").first)
    page.get_by_label("核实情况").fill("银行系统故障，户名无误")
    wrong += look(page)
    follow(page, page.get_by_role("button", name="更正账户，重新拨付"))
    page.get_by_text("会列入下一个拨付批次").wait_for()
    for path in (
        "pools/",
        "batches/",
        "recoveries/",
        "reserve/",
        "claims/",
        f"pools/{tez.pools[FUND].pk}/print/",
    ):
        page.goto(f"{server}/finance/{path}")
        wrong += look(page)

    sit(browser, server, tez, "supervisor")
    claim = lines_of(batch)[1].claim_id
    for path in ("", "findings/", "claims/", f"claims/{claim}/", "batches/", f"batches/{batch.pk}/", "pools/", "journal/",
                 "recoveries/", f"history/?kind=batch&q={batch.number}"):  # fmt: skip
        page.goto(f"{server}/supervisor/{path}")
        wrong += look(page)
    page.goto(f"{server}/supervisor/journal/?verb=download")
    page.get_by_text("报送银行代发").wait_for()
    assert wrong == []
