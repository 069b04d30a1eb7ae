"""From marks to certificates in a browser, wide and on a phone: the provider enters, the bureau publishes, concludes, issues."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from tests.cast import Cast, cast, make_person
from tests.harness.pages import faults, faults_at, follow
from tests.orders.delivery.finishing import after, attended, planned
from tests.web.bureau.test_browser import SIZES, enter
from wudan.orders.delivery.models import Certificate

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page


@pytest.fixture
def tez(transactional_db: None) -> Cast:
    return cast("370405")


def test_from_marks_to_certificates(
    page: Page, browser: BrowserContext, live_server: Any, tez: Cast, settings: Any
) -> None:
    names = ("王芳", "买买提江·阿卜杜热合曼·吐尔逊")
    held = attended(tez, persons=[make_person(30100 + n, name=name) for n, name in enumerate(names)])
    sitting = planned(tez, held)
    settings.WUDAN_CLOCK_SHIFT = after(held, 1) - datetime.now(UTC)
    found: list[str] = []
    page.on("console", lambda m: found.append(m.text) if "Content Security" in m.text else None)

    def look(*paths: str) -> None:
        for path in paths:
            page.goto(f"{live_server.url}/{path}")
            found.extend(faults_at(page, *SIZES))

    enter(browser, live_server, tez.user("provider_clerk"))
    one = f"results/sittings/{sitting.pk}/"
    look("provider/results/", f"provider/results/{held.pk}/", f"provider/{one}")
    for name, mark in zip(names, ("88", "120"), strict=True):
        page.get_by_label(f"{name}的理论成绩").fill(mark)
        page.get_by_label(f"{name}的实操成绩").fill("90.5")
    follow(page, page.get_by_role("button", name="保存成绩"))
    page.get_by_text("有1处需要修改").wait_for()
    found += faults(page)
    page.get_by_label(f"{names[1]}的理论成绩").fill("60")
    page.get_by_role("button", name="保存成绩").press("Enter")
    page.get_by_text("成绩已保存").wait_for()
    enter(browser, live_server, tez.user("reviewer"))
    look("bureau/", f"bureau/{one}")
    follow(page, page.get_by_role("button", name="公布成绩"))
    page.get_by_text("成绩已公布。学员都考核完毕的").wait_for()
    follow(page, page.get_by_role("button", name="办理结业"))
    page.get_by_text("已办理结业").wait_for()
    follow(page, page.get_by_role("button", name="签发2张证书"))
    page.get_by_text("已签发2张培训合格证书").wait_for()
    look(f"bureau/results/{held.pk}/", f"bureau/results/{held.pk}/employment/", "bureau/results/employment/")
    assert found == []
    assert Certificate.objects.filter(state="issued").count() == 2
