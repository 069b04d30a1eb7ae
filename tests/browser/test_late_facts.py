"""事后更正 in a browser: a paid class's certificate is revoked, the line is confirmed by two officers and the money asked back; a
proof withdrawn and given again is paid on top. The person concerned reads it in plain words and has their say."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.browser.test_money_walk import sit
from tests.cast import AT, Cast, cast
from tests.harness.pages import PHONE, WIDE, follow, too_wide, violations
from tests.orders.payment.late import certified, deliver, live_line, paid, proved, tag
from tests.orders.payment.test_late_facts import ALLOWANCE
from tests.orders.subsidy.chain import submitted
from wudan.orders.delivery.actions.certifying import revoke_certificate
from wudan.orders.payment.actions.differing import confirm, propose
from wudan.orders.payment.actions.recovering import record_recovery
from wudan.orders.payment.models import Recovery, Supplement
from wudan.people.actions import end_group

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

SHOTS = os.environ.get("WUDAN_SHOTS", "")


class Watch:
    """A browser whose pages are looked at, wide and on a phone."""

    def __init__(self, page: Page, browser: BrowserContext, server: str, tez: Cast) -> None:
        self.page, self.browser, self.server, self.tez = page, browser, server, tez
        self.wrong: list[str] = []

    def go(self, who: str, name: str, *args: object) -> None:
        sit(self.browser, self.server, self.tez, who)
        answer = self.page.goto(self.server + reverse(name, args=args))
        assert answer is not None and answer.ok, (name, answer and answer.status)

    def sees(self, words: str) -> None:
        self.page.locator("main").get_by_text(words).locator("visible=true").first.wait_for()

    def button(self, words: str) -> None:
        follow(self.page, self.page.get_by_role("button", name=words))

    def asked(self, words: str) -> None:
        """A button that asks first."""
        self.page.locator("summary", has_text=words).click()
        follow(self.page, self.page.get_by_role("dialog").get_by_role("button", name=words))

    def look(self, name: str) -> None:
        for size, width in (("wide", WIDE), ("phone", PHONE)):
            self.page.set_viewport_size(width)
            if SHOTS:
                self.page.screenshot(path=str(Path(SHOTS) / f"late-{name}-{size}.png"), full_page=True)
            self.wrong += [f"{name} {size}: {fault}" for fault in violations(self.page) + too_wide(self.page)]
        self.page.set_viewport_size(WIDE)


@pytest.fixture
def watch(page: Page, browser: BrowserContext, live_server: Any, settings: Any) -> Watch:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return Watch(page, browser, live_server.url, cast())


@pytest.mark.slow
def test_a_revoked_certificate_is_asked_back(watch: Watch) -> None:
    tez, page = watch.tez, watch.page
    claim, certificate = certified(tez)
    paid(tez, claim)
    revoke_certificate(certificate_id=certificate.pk, reason="鉴定中心函告替考", actor=tez.reviewer, at=AT)
    deliver()
    line = live_line(claim)

    watch.go("intake", "bureau:home")
    watch.sees("差额待核实")
    watch.look("home")
    follow(page, page.get_by_role("link", name="差额待核实"))
    watch.sees("多发，应追回")
    watch.look("list")
    follow(page, page.get_by_role("link", name="王小明").first)
    watch.sees("多发1,500元，应追回")
    watch.look("line")
    form = page.locator("form", has=page.get_by_role("button", name="提出意见：追回多发的部分"))
    form.get_by_label("理由").fill("鉴定中心函告替考，证书撤销")
    form.get_by_label("依据文件").fill("台人社监〔2020〕1号")
    watch.button("提出意见：追回多发的部分")
    watch.sees("意见已提出")

    watch.go("worker", "learner:claim", claim.pk)
    watch.sees("这笔补贴正在重新核实")
    page.locator("summary", has_text="我要陈述申辩").click()
    watch.look("worker")
    page.get_by_label("情况和理由").fill("证书是本人参加考试取得的，请核对考场录像")
    watch.button("提交陈述")
    watch.sees("您的陈述已经交给区人社局")

    watch.go("reviewer2", "bureau:difference", line.pk)
    watch.sees("请核对考场录像")
    watch.look("confirm")
    watch.asked("复核确认：追回多发的部分")
    watch.sees("已确认追回")
    watch.look("confirmed")
    watch.go("reviewer2", "bureau:claim", claim.pk)
    watch.sees("事后更正：证书")
    watch.look("claim")
    watch.go("finance", "finance:recoveries")
    watch.sees("鉴定中心函告替考，证书撤销")
    watch.look("recoveries")
    watch.go("worker", "learner:claim", claim.pk)
    watch.sees("要求退回多发的补贴")
    watch.look("worker-asked")
    assert Recovery.objects.get().amount_fen == 150_000
    assert watch.wrong == []


@pytest.mark.slow
def test_a_proof_given_again_is_paid_on_top(watch: Watch) -> None:
    tez, page = watch.tez, watch.page
    proved(tez, tez.person)
    [claim] = paid(tez, submitted(tez, **ALLOWANCE))
    end_group(
        tag_id=tag(tez.person).pk, on=date(2020, 1, 1), reason="录入时认错了人", actor=tez.intake, at=AT
    )
    deliver()
    first = live_line(claim)
    propose(
        difference_id=first.pk,
        proposal="recover",
        reason="名册无此人",
        document="文1",
        actor=tez.intake,
        at=AT,
    )
    confirm(difference_id=first.pk, actor=tez.reviewer2, at=AT)
    record_recovery(
        recovery_id=Recovery.objects.get().pk, received_on=datetime.date(AT), amount_fen=30_000, voucher="1",
        actor=tez.finance, at=AT,
    )  # fmt: skip

    watch.go("intake", "bureau:person", tez.person.pk)
    watch.sees("已撤销")
    watch.look("person")
    proved(tez, tez.person)
    deliver()
    line = live_line(claim)
    watch.go("intake", "bureau:difference", line.pk)
    watch.sees("少发300元，应补发")
    form = page.locator("form", has=page.get_by_role("button", name="提出意见：补发少发的部分"))
    form.get_by_label("理由").fill("扶贫办重新出具证明")
    form.get_by_label("依据文件").fill("台扶函〔2020〕2号")
    watch.button("提出意见：补发少发的部分")
    watch.go("reviewer2", "bureau:difference", line.pk)
    watch.asked("复核确认：补发少发的部分")
    watch.sees("已确认补发")
    watch.look("paid-on-top")

    watch.go("finance", "finance:supplements")
    watch.sees("待拨付")
    watch.look("supplements")
    page.goto(f"{watch.server}{reverse('finance:gather')}?pool={tez.pools[claim.fund].pk}&month=2020-11-01")
    watch.sees("1笔，300元")
    watch.look("gather")
    watch.button("拟制这个批次")
    watch.sees("补发差额合计")
    watch.look("batch")
    watch.go("worker", "learner:claim", claim.pk)
    watch.sees("将补发300元")
    watch.look("worker-more")
    assert Supplement.objects.get().state == "batched"
    assert watch.wrong == []
