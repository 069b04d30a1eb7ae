"""The main job's beginning in a browser, at the desk of the provider's clerk: the sample roster of 500 rows uploaded, its 30
faults seen, the 470 good rows submitted, progress watched, the claims in the list. A worker beside does what the queue asks."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests.cast import AT, Cast, cast
from tests.harness.pages import faults, follow
from tests.harness.races import PATIENCE
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.clock import now
from wudan.kernel.models import OutboxEvent
from wudan.orders.subsidy.models import Claim
from wudan.organisations.actions.organising import amend_organisation

if TYPE_CHECKING:
    from playwright.sync_api import Page

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "taierzhuang-500.xlsx"
AUTHORITY = "代领协议〔2020〕运河第1—500号"


@pytest.fixture
def tez(live_server: Any, settings: Any) -> Cast:  # the server first: it brings the committed database
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    found = cast("370405")
    found.provider = amend_organisation(
        organisation_id=found.provider.pk, name="台儿庄区运河职业培训学校", actor=found.intake, at=AT
    )
    return found


@pytest.fixture
def worker(tez: Cast) -> Iterator[None]:
    """Takes the outbox's messages one after another, as the queue's worker does, on a thread and connection of its own."""
    stop = threading.Event()

    def work() -> None:
        try:
            while not stop.wait(0.2):
                for event in OutboxEvent.objects.filter(dispatched_at=None).order_by("id"):
                    OutboxEvent.objects.filter(pk=event.pk).update(dispatched_at=now())
                    if event.topic in HANDLERS:
                        HANDLERS[event.topic](event.payload, now())
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    stop.set()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def fits(page: Page) -> None:
    assert faults(page) == []


@pytest.mark.usefixtures("worker")
def test_from_upload_to_the_list(page: Page, live_server: Any, tez: Cast) -> None:
    client = Client()
    client.force_login(tez.user("provider_clerk"))
    session = client.cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
    page.set_viewport_size({"width": 1366, "height": 768})

    page.goto(f"{live_server.url}/provider/")
    follow(page, page.get_by_role("link", name="上传名册").first)  # its script too: it names the chosen file
    page.set_input_files("input[type=file]", SAMPLE)
    page.get_by_text("已选择：taierzhuang-500.xlsx").wait_for()
    page.fill("#id_authority", AUTHORITY)
    follow(page, page.get_by_role("button", name="上传并检查"))

    page.get_by_role("heading", name="有30行需要修改").wait_for()  # the bar gives way to the result by itself
    fits(page)
    told = page.get_by_role("table", name="表格中需要修改的地方")
    expect(told.get_by_role("row")).to_have_count(31)
    with page.expect_download() as marked:
        page.get_by_role("link", name="下载标好问题的原表").first.click()
    assert marked.value.suggested_filename.endswith("（已标问题）.xlsx")

    page.locator("summary", has_text="只提交没有问题的470行").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("提交470笔申请？").wait_for()
    fits(page)
    follow(page, dialog.get_by_role("button", name="只提交没有问题的470行"))

    page.get_by_role("heading", name=re.compile("已提交470笔申请")).wait_for()
    fits(page)
    follow(page, page.get_by_role("link", name="查看这份名册的申请"))
    page.get_by_text(re.compile(r"共\s*470\s*笔")).wait_for()
    fits(page)
    assert Claim.objects.filter(organisation=tez.provider).count() == 470

    page.set_viewport_size({"width": 360, "height": 740})
    follow(page, page.locator("#list tbody a").first)
    page.get_by_role("heading", name="接下来").wait_for()
    fits(page)
