"""A provider's main path in a browser, wide and on a small phone: nothing too wide, no axe violations, nothing blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, cast
from tests.harness.pages import PHONE, faults_at
from tests.orders.payment.making import approved_claims
from tests.orders.subsidy.chain import person, submitted
from tests.orders.subsidy.roster.files import row, rows
from tests.web.provider.making import bounce, checked, uploaded
from wudan.orders.subsidy.actions.reviewing import reject, send_back
from wudan.orders.subsidy.roster.actions import confirm_roster, save_roster

if TYPE_CHECKING:
    from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1366, "height": 768}
LONG = "枣庄市台儿庄区运河职业培训学校二〇二〇年第十一期农村转移就业劳动者焊工初级班补贴申请名册（第三次修改稿）.xlsx"


def stage(tez: Cast) -> dict[str, str]:
    """Something of everything, and the address of each page."""
    back = send_back(
        claim_id=submitted(tez).pk,
        comment="结业证书复印件看不清，请重新扫描后上传第一页和盖章页",
        actor=tez.intake,
        at=AT,
    )
    refused = reject(
        claim_id=submitted(tez, person(5), draws_pension=True).pk,
        comment="已按月领取养老金",
        actor=tez.intake,
        at=AT,
    )
    (bounced,) = approved_claims(tez, [150_000], payee="provider")
    bounce(tez, [bounced])
    bad = [row(200 + n, 身份证号="370405199001010000" if n % 2 else "", 姓名="李雷") for n in range(60)]
    found = checked(tez, [*rows(4), row(90, 是否领取养老金="是"), *bad])
    good = checked(tez, rows(5, start=300))
    confirm_roster(roster_id=good.pk, actor=tez.provider_clerk, at=AT)
    save_roster(roster_id=good.pk, at=AT)
    going = uploaded(tez, rows(6, start=400))
    type(going).objects.filter(pk=going.pk).update(rows_total=20_000, rows_done=7_300, file_name=LONG)

    def url(name: str, *args: object) -> str:
        return reverse(f"provider:{name}", args=args)

    return {
        "home": url("home"),
        "rosters": url("rosters"),
        "new": url("roster_new"),
        "working": url("roster", going.pk),
        "checked": url("roster", found.pk),
        "confirmed": url("roster", good.pk),
        "claims": url("claims"),
        "returned": url("claim", back.pk),
        "refused": url("claim", refused.pk),
        "bounced": url("claim", bounced.pk),
        "correct": url("claim_correct", back.pk),
        "account": url("claim_account", bounced.pk),
        "schemes": url("claim_new"),
        "apply": url("claim_form", "training"),
        "about": url("about"),
        "about_account": url("about_account"),
    }


def log_in(page: Page, live_server: Any, who: Any) -> None:
    client = Client()
    client.force_login(who)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def test_every_page_fits_and_is_accessible(page: Page, live_server: Any) -> None:
    tez = cast("370405")
    addresses = stage(tez)
    log_in(page, live_server, tez.user("provider_clerk"))
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    for name, address in addresses.items():
        page.goto(live_server.url + address)
        complaints += [f"{name}: {fault}" for fault in faults_at(page, WIDE, PHONE)]
    assert complaints == []
