"""Signing in with a real browser: the camera's link signs by itself, a code read without a network is sent later, and the
pages of a session are accessible and fit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from tests.cast import cast
from tests.harness.clocks import Standing
from tests.harness.pages import PHONE, WIDE, faults_at, follow, violations
from tests.orders.delivery.classroom import NINE, Classroom, classroom, scan
from tests.web.provider.test_provider_browser import log_in
from wudan.accounts.models import User
from wudan.kernel.clock import now
from wudan.orders.delivery.models import SignIn

if TYPE_CHECKING:
    from playwright.sync_api import Page


def walk_offline(page: Page, live_server: Any, room: Classroom, settings: Any) -> None:
    """The first day with a network, the second without."""
    log_in(page, live_server, User.objects.get(pk=room.learners[0].actor.user_id))
    page.goto(f"{live_server.url}/my/sign/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.goto(f"{live_server.url}/my/sign/?c={room.code(now())}")
    page.get_by_text("签到成功").wait_for()
    settings.WUDAN_CLOCK_SHIFT = room.sessions[1].during.lower - timezone.now()
    room.open(1)
    page.context.set_offline(True)
    page.goto(f"{live_server.url}/my/sign/?c={room.code(now(), 1)}")
    page.get_by_text("已存在手机里").wait_for()
    assert violations(page) == []
    page.reload()  # the same code is kept once
    expect(page.locator("[data-kept] li")).to_have_count(1)
    assert SignIn.objects.filter(session=room.sessions[1]).count() == 0
    page.context.set_offline(False)
    page.goto(f"{live_server.url}/my/sign/")
    page.get_by_text("扫码（断网补传）").first.wait_for()
    page.wait_for_function("localStorage.getItem('wudan-sign-in') === '[]'")
    page.goto(f"{live_server.url}/my/sign/")
    assert page.evaluate("localStorage.getItem('wudan-sign-in')") == "[]"
    (kept,) = SignIn.objects.filter(session=room.sessions[1])
    assert (kept.accepted, kept.method) == (True, "code_offline")


READS_CODES = """() => {
  window.BarcodeDetector = class { async detect() { return window.seen ? [{ rawValue: window.seen }] : []; } };
  navigator.mediaDevices.getUserMedia = async () => {
    if (window.denied) throw new DOMException("no", "NotAllowedError");
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    setInterval(() => pen.fillRect(0, 0, Math.random() * 99, 99), 50);  // a stream begins with its first frame
    return canvas.captureStream();
  };
}"""


def walk_camera(page: Page, live_server: Any, room: Classroom) -> None:
    """扫码 with the camera in the page: where the browser reads codes. Chromium on a desk does not, so it is told what it sees."""
    who = room.learners[3]
    log_in(page, live_server, User.objects.get(pk=who.actor.user_id))
    page.goto(f"{live_server.url}/my/sign/")
    expect(page.get_by_role("button", name="打开相机扫码")).to_be_hidden()  # this browser reads no codes
    page.get_by_text("打开手机自带的相机").wait_for()
    page.add_init_script(f"({READS_CODES})()")
    follow(page, page.get_by_role("link", name="扫码", exact=True))
    expect(page.get_by_text("打开手机自带的相机")).to_be_hidden()
    page.evaluate("window.denied = true")
    page.get_by_role("button", name="打开相机扫码").click()
    page.get_by_text("相机打不开").wait_for()
    page.evaluate("window.denied = false")
    page.get_by_role("button", name="打开相机扫码").click()
    page.evaluate("window.seen = 'https://example.org/menu'")
    page.get_by_text("这不是签到码").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="关闭相机").click()
    expect(page.get_by_label("相机画面")).to_be_hidden()
    page.evaluate("window.seen = ''")
    page.get_by_role("button", name="打开相机扫码").click()
    page.evaluate(f"window.seen = '{live_server.url}/my/sign/?c={room.code(now())}'")
    page.get_by_text("签到成功").wait_for()
    assert who.mark(room.session).method == "code"


def test_signing_in_with_a_phone(page: Page, live_server: Any, settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = Standing(NINE)
    room = classroom(cast(), members=5, sessions=2)
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    page.set_viewport_size(PHONE)
    walk_offline(page, live_server, room, settings)
    settings.WUDAN_CLOCK_SHIFT = Standing(NINE)
    page.context.clear_cookies()
    walk_camera(page, live_server, room)
    scan(room.learners[1], room.code())
    scan(room.learners[2], room.code(), NINE + timedelta(minutes=9))
    mark = room.learners[2].mark(room.session).pk
    look = [
        (
            User.objects.get(pk=room.learners[2].actor.user_id),
            ["/my/sign/", "/my/learning/", reverse("learner:attendance"), "/my/sign/offline/"],
        ),
        (
            room.tez.user("provider_clerk"),
            [reverse("provider:today"), reverse("provider:attendance", args=[room.held.pk])]
            + [
                reverse(f"provider:{n}", args=[room.session.pk])
                for n in ("classroom", "classroom_screen", "pins", "witness", "phones")
            ],
        ),
        (
            room.tez.user("intake"),
            [reverse("bureau:attendance", args=[room.held.pk]), reverse("bureau:mark", args=[mark])],
        ),
    ]
    for who, addresses in look:
        page.context.clear_cookies()
        log_in(page, live_server, who)
        for address in addresses:
            page.goto(live_server.url + address)
            complaints += faults_at(page, WIDE, PHONE)
    assert complaints == []


pytestmark = pytest.mark.browser
