"""A policy from draft to law, in a browser: copied, 初级工 raised from 1,000 to 1,200 yuan by form, tried on the district's claims,
released with a second person's approval; the next claim is decided under it, the claim before keeps its own."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests.cast import AT, Cast, cast, make_actor, make_person
from tests.harness.pages import PHONE, WIDE, faults, follow, too_wide
from tests.orders.subsidy.chain import submitted
from wudan.accounts.models import User
from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.policy.models import Enactment

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHOTS = os.environ.get("WUDAN_SHOTS", "")


@pytest.fixture
def tez(live_server: Any, settings: Any) -> Cast:  # the server first: it brings the committed database
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


def sit(page: Page, server: str, actor: Actor) -> None:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    name = django_settings.SESSION_COOKIE_NAME
    page.context.clear_cookies()
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])


def look(page: Page, name: str, wrong: list[str]) -> None:
    """The page as loaded: it fits on a phone; wide, axe has nothing to say."""
    for size, suffix in ((PHONE, "phone"), (WIDE, "wide")):
        page.set_viewport_size(size)
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"lab-{name}-{suffix}.png"), full_page=True)
        found = faults(page) if size is WIDE else too_wide(page)
        wrong += [f"{name} {suffix}: {fault}" for fault in found]


def test_from_draft_to_law(page: Page, live_server: Any, tez: Cast) -> None:
    server, wrong = live_server.url, []  # type: tuple[str, list[str]]
    second = make_actor(Role.POLICY, district_id=tez.code, username="policy-second")
    old = submitted(
        tez, make_person(61, name="买买提江·阿卜杜热合曼·吐尔逊", town_id=next(iter(tez.towns))), level=5
    )
    for n in range(4):
        submitted(tez, make_person(62 + n, name=f"赵小{n}"), level=5 - n % 2)
    page.on("console", lambda m: wrong.append(m.text) if "Content Security" in m.text else None)
    page.set_viewport_size(WIDE)

    sit(page, server, tez.policy)
    page.goto(f"{server}/bureau/laboratory/")
    look(page, "home-empty", wrong)
    page.get_by_label("草案名称").fill("提高初级工补贴标准")
    follow(page, page.get_by_role("button", name="抄一份现行政策"))
    look(page, "draft-fresh", wrong)
    draft = page.url

    follow(page, page.get_by_role("link", name="改标准和参数").first)
    look(page, "values", wrong)
    follow(page, page.locator("#tables-level_standard").get_by_role("link", name="修改").first)
    page.get_by_label("初级工").fill("1200元")
    look(page, "entry", wrong)
    follow(page, page.get_by_role("button", name="写入草案"))
    expect(page.locator("#tables-level_standard")).to_contain_text("初级工 1200元")

    # text is checked while typing, by the engine
    page.goto(f"{draft}files/schemes.yaml")
    box = page.locator("textarea[data-code]")
    text = box.input_value()
    box.fill(text.replace("given(certificate_type)", "given(certificat_type)", 1))
    page.get_by_text("读不通").wait_for()
    look(page, "file", wrong)
    page.locator("[data-line]").first.click()
    assert "certificat_type" in page.evaluate(
        "((e) => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)"
    )
    box.fill(text)
    page.get_by_text("读得通").wait_for()
    page.goto(f"{draft}rules/new/?kind=limit")
    page.get_by_text("读得通").wait_for()
    look(page, "add", wrong)

    page.goto(f"{draft}cases/")
    look(page, "cases", wrong)
    page.locator("[data-pick-all]").check()
    follow(page, page.get_by_role("button", name="把所选案例的预期改为草案的结论"))
    page.get_by_text("案例全部相符").first.wait_for()

    page.goto(f"{draft}examine/")
    look(page, "examine", wrong)
    page.goto(draft)
    look(page, "draft", wrong)
    follow(page, page.get_by_role("button", name="开始试算"))
    expect(page.locator("main")).to_contain_text("＋600")
    look(page, "run", wrong)
    follow(page, page.get_by_role("link", name="金额增加").first)
    expect(page.locator("#list tbody tr")).to_have_count(3)
    look(page, "changes", wrong)

    page.goto(draft)
    page.get_by_label("文号").fill("台人社发〔2020〕12号")
    page.get_by_label("施行日期").fill("2020-11-16")
    page.get_by_label("版本号").fill("2020.2")
    follow(page, page.get_by_role("button", name="提请批准"))
    look(page, "proposed", wrong)

    sit(page, server, second)
    page.goto(draft)
    follow(page, page.get_by_role("link", name="核对并批准"))
    look(page, "differences", wrong)
    page.locator("summary", has_text="批准发布").click()
    follow(page, page.get_by_role("dialog").get_by_role("button", name="批准发布"))
    page.get_by_text("已经开始按它审核").wait_for()
    look(page, "approved", wrong)
    page.goto(f"{server}/bureau/laboratory/")
    look(page, "home", wrong)

    new = submitted(tez, make_person(70, name="钱七"), level=5)
    assert (old.amount_fen, new.amount_fen) == (100_000, 120_000)
    assert [str(c.evaluation.release) for c in (old, new) if c.evaluation] == [
        "taierzhuang@2020.1",
        "taierzhuang@2020.2",
    ]
    assert Enactment.objects.get().approved_by == second.user_id
    assert wrong == []
