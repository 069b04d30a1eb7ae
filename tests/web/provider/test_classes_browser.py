"""接单, 开班 and 巡查 in a browser, on every desk, wide and on a small phone: nothing too wide, no axe violations, nothing blocked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, cast, make_person
from tests.chain_cast import (
    OPENS,
    applied_class,
    approved_class,
    make_entry,
    make_occupation,
    make_offer,
    make_registration,
    planned_class,
    running_class,
    seat,
    sitting,
)
from tests.harness.pages import PHONE, WIDE, too_wide, violations
from wudan.orders.delivery.actions.amending import ask_amendment
from wudan.orders.delivery.actions.answering import accept_order, ask_provider, bid
from wudan.orders.delivery.actions.inspecting import plan_inspection, record_inspection
from wudan.orders.delivery.actions.opening import send_back_opening

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG = (
    "台儿庄区面向农村转移就业劳动者、登记失业人员和退役军人焊工初级职业技能提升行动二〇二〇年第十一期冬季晚班"
)
WHY = "主讲教师临时参加市级技能竞赛裁判工作，当天不能到场，另一位教师已有课，故顺延一周，学员均已知悉并同意"
PHOTO = b"\xff\xd8\xff" + b"0" * 100
ON_A_PHONE = ("p-running", "b-visit", "p-calendar")
NOW = OPENS + timedelta(hours=2)


def stage(tez: Cast) -> dict[str, tuple[str, str]]:
    """Something of everything: name → (whose desk, address)."""
    registered = make_occupation()
    make_registration(tez.provider, registered, capacity=500)
    free = [
        make_offer(
            tez,
            80 + n,
            provider_id=None,
            entry=make_entry(tez, registered),
            title=f"{LONG}{n}",
            first=date(2021, 2, 1),
        )
        for n in range(4)
    ]
    asks = [
        ask_provider(offer_id=o.pk, provider_id=tez.provider.pk, actor=tez.intake, at=AT) for o in free[:2]
    ]
    accept_order(answer_id=asks[1].pk, actor=tez.provider_clerk, at=AT)
    plan = "周师傅主讲，一号实训室20个工位，每天8课时，结业前理论和实操各考一次。\n推荐到三家合作企业就业。"
    bid(offer_id=free[2].pk, plan=plan, actor=tez.provider_clerk, at=AT)
    draft = planned_class(tez, n=1, members=0, sessions=3, min_heads=5, line="general")
    back = applied_class(tez, n=2, first=date(2020, 12, 20))
    send_back_opening(class_id=back.pk, reason="考核方案没有写合格标准；" + WHY, actor=tez.intake, at=AT)
    waiting = applied_class(tez, n=3, first=date(2020, 12, 18))
    soon = approved_class(tez, n=4, first=date(2020, 12, 7), sessions=5)
    live = running_class(tez, n=5, members=6, sessions=4, title=LONG)
    session = soon.sessions.order_by("during").last()
    new = sitting(12, teacher=session.teacher, venue=session.venue, content=LONG)
    asked = ask_amendment(
        class_id=soon.pk, kind="session", session_id=session.pk, plan=new, reason=WHY, actor=tez.provider_clerk,
        at=NOW - timedelta(days=3),
    )  # fmt: skip
    first = live.sessions.order_by("during").first()
    visit = {
        "inspector": tez.intake.user_id,
        "second": tez.reviewer.user_id,
        "actor": tez.intake,
        "at": OPENS,
    }
    done = plan_inspection(session_id=first.pk, **visit)
    record_inspection(
        inspection_id=done.pk, visited_at=NOW - timedelta(minutes=30), headcount=2, place_seen="三楼会议室",
        place_matches=False, teacher_matches=True, photo=PHOTO, remark=WHY, actor=tez.intake, at=NOW,
    )  # fmt: skip
    second = live.sessions.order_by("during")[1]
    going = plan_inspection(session_id=second.pk, **visit)
    mixed = applied_class(tez, n=6, members=1, first=date(2021, 1, 10))
    seat(mixed.offer, make_person(4321, name="孙职工"), employer=tez.enterprise)
    own = planned_class(tez, n=7, members=1, employer=tez.enterprise)

    def at(desk: str, name: str, *args: object, query: str = "") -> tuple[str, str]:
        who = {"provider": "provider_clerk", "bureau": "reviewer", "enterprise": "enterprise_clerk"}[desk]
        return who, reverse(f"{desk}:{name}", args=args) + query

    return {
        "p-orders": at("provider", "orders"),
        "p-order": at("provider", "answer", asks[0].pk),
        "p-bid": at("provider", "bid", free[3].pk),
        "p-classes": at("provider", "classes"),
        "p-calendar": at("provider", "calendar", query="?day=2020-12-08"),
        "p-month": at("provider", "calendar", query="?day=2020-12-08&view=month"),
        "p-draft": at("provider", "class", draft.pk),
        "p-returned": at("provider", "class", back.pk),
        "p-amending": at("provider", "class", soon.pk),
        "p-running": at("provider", "class", live.pk),
        "p-session": at("provider", "session_new", draft.pk),
        "p-file": at("provider", "plan_load", draft.pk),
        "p-amend": at("provider", "amend", soon.pk, session.pk),
        "p-member": at("provider", "member", live.pk, live.members.first().pk),
        "b-openings": at("bureau", "openings"),
        "b-waiting": at("bureau", "class", waiting.pk),
        "b-running": at("bureau", "class", live.pk),
        "b-change": at("bureau", "amendment", asked.pk),
        "b-calendar": at("bureau", "class_calendar"),
        "b-placing": at("bureau", "placing"),
        "b-offer": at("bureau", "placing_offer", free[2].pk),
        "b-inspections": at("bureau", "inspections"),
        "b-visit-done": at("bureau", "inspection", done.pk),
        "b-visit": at("bureau", "inspection", going.pk),
        "b-plan-visit": at("bureau", "inspection_plan", live.pk, second.pk),
        "e-classes": at("enterprise", "classes"),
        "e-class": at("enterprise", "class", own.pk),
    }


def seat_down(page: Page, server: str, user: Any) -> None:
    client = Client()
    client.force_login(user)
    name = django_settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": server}])


@pytest.mark.django_db(transaction=True)
def test_every_page_on_every_desk(page: Page, live_server: Any, settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = NOW - datetime.now(UTC)
    tez = cast("370405")
    addresses = stage(tez)
    blocked: list[str] = []
    page.on(
        "console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None
    )
    seated = ""
    for name, (who, address) in addresses.items():
        if who != seated:
            seat_down(page, live_server.url, tez.user(who))
            seated = who
        answer = page.goto(live_server.url + address)
        assert answer is not None, name
        assert answer.status == 200, (name, answer.status)
        for size in (WIDE, PHONE):
            page.set_viewport_size(size)
            assert too_wide(page) == [], name
            if size is WIDE or name in ON_A_PHONE:  # axe takes its time
                assert violations(page) == [], (name, size["width"])
    assert not blocked
