"""列单 in a browser, wide and on a small phone, for the bureau, a provider and anybody: nothing too wide, no axe violations."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.urls import reverse

from tests.cast import AT, Cast, cast
from tests.catalogue_cast import (
    TODAY,
    a_contracted_project,
    a_drafted_offer,
    a_registration,
    an_edition,
    an_entry,
    an_occupation,
    an_open_offer,
)
from tests.harness.pages import PHONE, faults_at
from tests.web.provider.test_provider_browser import WIDE, log_in
from wudan.orders.catalogue.actions import abilities as filing
from wudan.orders.catalogue.actions.editions import draft_edition, put_entries
from wudan.orders.catalogue.actions.projects import call_project, plan_project

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG = "台儿庄区二〇二〇年农村转移就业劳动者和城镇登记失业人员电动自行车维修与充电设施安全使用技能提升班（第三期）"
ROWS = """职业,等级,证书类别,补贴项目,理论课时,实训课时,安全课时,备注
车工,中级,职业技能等级证书,职业培训补贴,20,60,4,
焊工,初级,职业技能等级证书,职业培训补贴,20,56,4,含氩弧焊和二氧化碳气体保护焊"""


def stage(tez: Cast) -> dict[str, list[str]]:
    """Something of everything, and the addresses of each audience's pages."""
    welder = an_occupation("焊工", "6-18-02-04", levels=[5, 4, 3])
    lathe, weld = an_entry(tez), an_entry(tez, welder, level=5, price_fen=100_000, shortage=True, local=True)
    a_registration(tez, occupation=welder, level=5)
    drafted = a_drafted_offer(tez, lathe, title=LONG)
    offer = an_open_offer(
        tez,
        weld,
        schedule_note="每周二、四晚上和周六全天",
        town_code="370405100",
        mode="blended",
        fee_fen=10_000,
    )
    an_open_offer(tez, lathe, places=5, min_heads=1)
    project = a_contracted_project(tez)
    an_open_offer(tez, lathe, line="project", project_id=project.pk, min_heads=1)
    called = plan_project(
        district_id=tez.code, title=LONG, line="project", group="poor", heads=120, summary="课时、师资和实训条件的要求。" * 20,
        actor=tez.intake, at=AT,
    )  # fmt: skip
    call_project(project_id=called.pk, until=TODAY + timedelta(days=10), actor=tez.intake, at=AT)
    draft = draft_edition(district_id=tez.code, catalogue="general", actor=tez.intake, at=AT)
    put_entries(edition_id=draft.pk, content=ROWS.encode(), actor=tez.intake, at=AT)
    mine: dict[str, Any] = {"actor": tez.provider_clerk, "at": AT}
    ability = filing.draft_ability(
        provider_id=tez.provider.pk,
        name="台儿庄黄花牛肉面制作",
        content="和面、煮汤、摆盘三个模块。" * 8,
        hours=80,
        local=True,
        **mine,
    )
    filing.put_questions(
        ability_id=ability.pk, content=b"1", file_name="试题库（定稿第二版）.docx", count=120, **mine
    )
    filing.submit_ability(ability_id=ability.pk, **mine)
    empty = filing.draft_ability(provider_id=tez.provider.pk, name="运河古城导览讲解", **mine)

    def at(audience: str, *names: Any) -> list[str]:
        return [reverse(f"{audience}:{name}", args=args) for name, *args in names]

    return {
        "reviewer": at(
            "bureau", ("offers",), ("offer_new",), ("offer", drafted.pk), ("editions",), ("edition", draft.pk), ("project", project.pk),
            ("ability", ability.pk),
        ),
        "provider_clerk": at("provider", ("projects",), ("ability", empty.pk)),
        "": at(
            "public", ("courses", tez.code), ("course", tez.code, offer.pk), ("catalogues", tez.code),
            ("catalogue", tez.code, an_edition(tez).pk),
        ),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_every_page_fits_and_is_accessible(page: Page, live_server: Any, settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = AT - datetime.now(UTC)
    tez = cast("370405")
    addresses = stage(tez)
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    for who, paths in addresses.items():
        page.context.clear_cookies()
        if who:
            log_in(page, live_server, tez.user(who))
        for path in paths:
            answer = page.goto(live_server.url + path)
            assert answer is not None and answer.ok, path
            assert faults_at(page, WIDE, PHONE) == []
    assert complaints == []
