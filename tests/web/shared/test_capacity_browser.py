"""办学条件 in a browser, at the provider's, the bureau's and the public's: fits a small phone, no axe violations, nothing blocked."""

from __future__ import annotations

import io
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings as django_settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast, make_organisation
from tests.harness.pages import PHONE, WIDE, too_wide, violations
from tests.organisations.making import added_venue, applied_base, filed_teacher
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions import registering
from wudan.orders.catalogue.actions.demonstrating import DemonstrationForm, publish_demonstration
from wudan.orders.catalogue.actions.resources import ResourceForm, collect_resource, score_resource
from wudan.orders.catalogue.actions.supporting import SupportForm, file_support
from wudan.organisations.actions import basing, crediting, teaching
from wudan.organisations.actions.organising import amend_organisation

if TYPE_CHECKING:
    from playwright.sync_api import Page

LONG = (
    "枣庄市台儿庄区运河文化产业职业技能培训与再就业服务中心（民办非企业单位）邳庄镇分校区焊接与数控实训教学点"
)


def stage(tez: Cast) -> dict[str, dict[str, str]]:
    """Something of everything, long words among them: who looks → page → address."""
    call_command("load_occupations", stdout=io.StringIO())
    amend_organisation(organisation_id=tez.provider.pk, name=LONG, nature="民办", actor=tez.intake, at=AT)
    welder, cook = named("焊工"), named("中式烹调师")
    assert welder and cook
    teachers = [
        filed_teacher(tez, welder, n=700, name="李建国", publish_name=True),
        filed_teacher(tez, welder, cook, n=701, name="欧阳文静"),
        filed_teacher(tez, cook, n=702, name="张伟", listed=False),
    ]
    teaching.return_teacher(
        teacher_id=teachers[2].pk, reason="证书照片看不清，请重新拍照后提交", actor=tez.intake, at=AT
    )
    place = added_venue(tez, barrier_free=True, division_code="370405001")
    added_venue(tez, name="201教室", kind="theory", workplaces=0, capacity=60)

    def form(one: Any, level: int, capacity: int) -> registering.RegistrationForm:
        proofs = [
            registering.Proof("licence", "民办学校办学许可证", "教民137040530001029号"),
            *(registering.Proof("teacher", teacher_id=t.pk) for t in teachers[:2]),
            registering.Proof("venue", venue_id=place.pk),
            registering.Proof("equipment", "氩弧焊机20台、二氧化碳气体保护焊机12台、切割机2台、打磨工位6个"),
        ]
        return registering.RegistrationForm(one.pk, level, "skill_level", capacity, "2015年设立。", proofs)

    def filed(one: Any, level: int, capacity: int = 40) -> Any:
        given = form(one, level, capacity)
        return registering.file_registration(
            provider_id=tez.provider.pk, form=given, actor=tez.provider_clerk, at=AT
        )

    listed, lacking, returned = filed(welder, 4), filed(cook, 5, 90), filed(welder, 3)
    for one in (listed, lacking):
        registering.accept_registration(registration_id=one.pk, actor=tez.intake, at=AT)
    registering.list_registration(registration_id=listed.pk, actor=tez.reviewer, at=AT)
    registering.return_registration(
        registration_id=returned.pk, reason="设备清单不全", actor=tez.intake, at=AT
    )
    applied_base(tez)
    waiting = applied_base(tez, name="李建国技能大师工作室", kind="master_studio", recognised=False)
    basing.review_base(base_id=waiting.pk, actor=tez.intake, at=AT)
    crediting.record_credit(
        district_id=tez.code, organisation_id=tez.provider.pk, kind="breach", description="2020年10月一期班超过批准班额6人开班",
        clause="枣庄市培训班红黄牌管理办法", valid_from=date(2020, 11, 1), valid_until=date(2021, 4, 30), actor=tez.reviewer, at=AT,
    )  # fmt: skip

    course = collect_resource(
        district_id=tez.code, organisation_id=tez.provider.pk, actor=tez.provider_clerk, at=AT,
        form=ResourceForm("courseware", "氩弧焊安全操作微课（十二讲）", "李建国", "每讲八分钟，配练习。", welder.pk, None, "https://kj.example.cn/a"),
    )  # fmt: skip
    for judge, score in ((tez.intake2, 92), (tez.reviewer2, 86), (tez.policy, 90)):
        score_resource(resource_id=course.pk, score=score, comment="贴近岗位，讲解清楚", actor=judge, at=AT)
    works = file_support(
        organisation_id=tez.provider.pk, actor=tez.provider_clerk, at=AT,
        form=SupportForm("barrier_free", "教学楼加装坡道、无障碍卫生间，更换低位洗手池", "2020年培训320人，就业268人", 5_000_000),
    )  # fmt: skip
    department = make_organisation(tez.code, "department")
    days = (date(2020, 11, 1), date(2020, 12, 31))
    shown = DemonstrationForm(
        department.pk, "家政服务示范培训", "实训室全程开放观摩。", *days, None, tez.enterprise.pk
    )
    publish_demonstration(district_id=tez.code, form=shown, actor=tez.policy, at=AT)

    def own(name: str, *args: object) -> str:
        return reverse(f"provider:{name}", args=args)

    def desk(name: str, *args: object) -> str:
        return reverse(f"bureau:{name}", args=args)

    return {
        "provider_clerk": {
            "hub": own("capacity"),
            "registration-new": own("registration_new"),
            "registration-listed": own("registration", listed.pk),
            "registration-returned": own("registration", returned.pk),
            "registration-correct": own("registration_correct", returned.pk),
            "teacher-new": own("teacher_new"),
            "teacher-returned": own("teacher", teachers[2].pk),
            "venue": own("venue", place.pk),
            "base-new": own("base_new"),
            "resource-new": own("resource_new"),
            "support": own("support", works.pk),
        },
        "intake": {
            "registrations": desk("registrations"),
            "teachers": desk("teachers"),
            "bases": desk("bases"),
            "teacher": desk("teacher", teachers[0].pk),
            "resources": desk("resource_list"),
            "resource": desk("resource", course.pk),
            "supports": desk("supports"),
            "support": desk("support", works.pk),
            "demonstrations": desk("demonstrations"),
        },
        "reviewer": {
            "registration-lacking": desk("registration", lacking.pk),
            "base": desk("base", waiting.pk),
            "organisation": desk("organisation", tez.provider.pk),
            "credit-new": desk("credit_new", tez.provider.pk),
        },
        "": {
            "public-providers": reverse("public:providers", args=[tez.code]),
            "public-provider": reverse("public:provider", args=[tez.code, tez.provider.pk]),
            "public-showcase": reverse("public:showcase", args=[tez.code]),
            "public-nothing": reverse("public:providers", args=[tez.code]) + "?q=炼丹",
        },
    }


def log_in(page: Page, live_server: Any, who: Any) -> None:
    client = Client()
    client.force_login(who)
    cookie = client.cookies[django_settings.SESSION_COOKIE_NAME]
    page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])


def test_every_page_fits_and_is_accessible(page: Page, live_server: Any, settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    tez = cast("370405", pools=False)
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    for who, addresses in stage(tez).items():
        page.context.clear_cookies()
        if who:
            log_in(page, live_server, tez.user(who))
        for name, address in addresses.items():
            page.goto(live_server.url + address)
            for size in (WIDE, PHONE):
                page.set_viewport_size(size)
                complaints += [f"{name}: {fault}" for fault in too_wide(page)]
            complaints += [f"{name}: {v}" for v in violations(page)]
    assert complaints == []
