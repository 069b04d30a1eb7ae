"""A provider's 办学条件: hub, teachers, places, bases, registrations, its reply to a credit entry."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, cast, valid_identity
from tests.organisations.making import added_venue, applied_base, filed_teacher, occupation
from wudan.orders.catalogue.actions.registering import return_registration
from wudan.orders.catalogue.models import Registration
from wudan.organisations.actions import basing, crediting, teaching
from wudan.organisations.actions.organising import suspend
from wudan.organisations.models import CreditEntry, Teacher, TrainingBase, Venue

HOSTILE = '<script>alert("1")</script>'


def url(name: str, *args: Any) -> str:
    return reverse(f"provider:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def teacher_data(**changes: Any) -> dict[str, Any]:
    return {
        "name": "赵师傅", "number": valid_identity(710), "title": "高级技师", "qualification": "高级技师证书1937",
        "occupations": "焊工", "kind": "both", "full_time": "1", "valid_from": "2020-01-01", "valid_until": "",
    } | changes  # fmt: skip


def venue_data(**changes: Any) -> dict[str, Any]:
    return {
        "name": "焊接车间", "address": "金光路6号", "kind": "both", "capacity": "40", "area_m2": "260",
        "workplaces": "20", "in_use": "on",
    } | changes  # fmt: skip


def registration_data(tez: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "occupation": "焊工", "level": "4", "certificate_type": "skill_level", "capacity": "40", "licence": "办学许可证",
        "licence_number": "鲁民3704050001号", "teacher": [str(t.pk) for t in Teacher.objects.filter(organisation=tez.provider)],
        "venue": [str(v.pk) for v in Venue.objects.filter(organisation=tez.provider)], "equipment": "氩弧焊机20台",
    } | changes  # fmt: skip


@pytest.fixture
def ready(tez: Cast) -> None:
    """Two listed teachers and a workshop."""
    for n in (700, 701):
        filed_teacher(tez, n=n)
    added_venue(tez)


def test_an_empty_hub_says_what_each_section_is_for(clerk: Client) -> None:
    shown = text(clerk.get(url("capacity")))
    for words in (
        "资质备案",
        "还没有备案",
        "还没有提交教师",
        "还没有登记场地",
        "还没有申报载体",
        "没有信用记录",
    ):
        assert words in shown


class TestTeachers:
    def test_filed_as_people_say_the_trade_with_the_parameters_clock(self, tez: Cast, clerk: Client) -> None:
        occupation()
        response = clerk.post(url("teacher_new"), teacher_data(occupations="焊工"), follow=True)
        made = Teacher.objects.get()
        assert (made.state, made.due_on) == ("filed", date(2020, 11, 23))
        assert "已提交赵师傅" in text(response)
        assert valid_identity(710) not in text(response)

    def test_what_cannot_be_read_stays_on_the_form(self, clerk: Client) -> None:
        occupation()
        response = clerk.post(
            url("teacher_new"), teacher_data(occupations="炼丹", number="123", name=HOSTILE)
        )
        assert response.status_code == 422
        assert "没有找到“炼丹”" in text(response)
        assert HOSTILE not in text(response)
        assert not Teacher.objects.exists()

    def test_twice_is_refused_in_words(self, clerk: Client) -> None:
        occupation()
        clerk.post(url("teacher_new"), teacher_data(occupations="焊工"))
        again = clerk.post(url("teacher_new"), teacher_data(occupations="焊工"))
        assert again.status_code == 422
        assert "这位教师已经在本机构的师资中" in text(again)

    def test_returned_corrected_removed(self, tez: Cast, clerk: Client) -> None:
        made = filed_teacher(tez, listed=False)
        assert clerk.get(url("teacher_correct", made.pk)).status_code == 302  # nothing to correct yet
        teaching.return_teacher(teacher_id=made.pk, reason="证书看不清", actor=tez.intake, at=AT)
        assert "证书看不清" in text(clerk.get(url("teacher", made.pk)))
        assert "证书看不清" in text(clerk.get(url("teacher_correct", made.pk)))
        clerk.post(url("teacher_correct", made.pk), teacher_data(occupations="焊工", title="技师"))
        assert (Teacher.objects.get().state, Teacher.objects.get().title) == ("filed", "技师")
        without = clerk.post(url("teacher_act", made.pk, "remove"), {"reason": ""})
        assert without.status_code == 422
        clerk.post(url("teacher_act", made.pk, "remove"), {"reason": "已经离职"})
        assert Teacher.objects.get().state == "removed"
        assert clerk.post(url("teacher_act", made.pk, "list"), {}).status_code == 404

    def test_others_teachers_are_not_found(self, clerk: Client) -> None:
        made = filed_teacher(cast("370306", pools=False))
        assert clerk.get(url("teacher", made.pk)).status_code == 404


def test_a_venue_is_registered_corrected_and_put_out_of_use(tez: Cast, clerk: Client) -> None:
    clerk.post(url("venue_new"), venue_data(division_code="370405001"))
    made = Venue.objects.get()
    assert (made.capacity, made.division_id) == (40, "370405001")
    wrong = clerk.post(url("venue_new"), venue_data())
    assert "本单位已有同名场地" in text(wrong)
    assert clerk.post(url("venue_new"), venue_data(name="二", workplaces="0")).status_code == 422
    changed = {k: v for k, v in venue_data(capacity="50").items() if k != "in_use"}
    clerk.post(url("venue", made.pk), changed)
    made.refresh_from_db()
    assert (made.capacity, made.in_use) == (50, False)
    assert "停用" in text(clerk.get(url("capacity")))
    assert clerk.get(url("venue", added_venue(cast("370306", pools=False)).pk)).status_code == 404


def test_a_base_is_applied_for_returned_and_applied_for_again(tez: Cast, clerk: Client) -> None:
    occupation()
    data = {
        "kind": "master_studio", "name": "李师傅技能大师工作室", "address": "兴中路18号", "occupations": "焊工",
        "description": "带头人李师傅，工位12个。",
    }  # fmt: skip
    clerk.post(url("base_new"), data)
    made = TrainingBase.objects.get()
    assert (made.state, made.due_on) == ("applied", date(2020, 11, 30))
    basing.return_base(base_id=made.pk, reason="请补充设备", actor=tez.intake, at=AT)
    assert "请补充设备" in text(clerk.get(url("base", made.pk)))
    clerk.post(url("base_correct", made.pk), data | {"description": "工位12个，焊机12台。"})
    made.refresh_from_db()
    assert (made.state, made.description) == ("applied", "工位12个，焊机12台。")
    assert clerk.get(url("base", applied_base(cast("370306", pools=False)).pk)).status_code == 404


@pytest.mark.usefixtures("ready")
class TestRegistrations:
    def test_filed_and_seen_with_what_it_lacks(self, tez: Cast, clerk: Client) -> None:
        clerk.post(url("registration_new"), registration_data(tez, capacity="60"))
        made = Registration.objects.get()
        assert (made.state, made.capacity) == ("filed", 60)
        shown = text(clerk.get(url("registration", made.pk)))
        assert "少于申请的同期培训规模60人" in shown
        assert "待受理" in shown

    def test_the_form_says_every_fault(self, tez: Cast, clerk: Client) -> None:
        wrong = clerk.post(url("registration_new"), {"occupation": "炼丹"})
        assert wrong.status_code == 422
        assert "没有找到“炼丹”" in text(wrong)
        assert "请填写“设备”" in text(wrong)
        clerk.post(url("registration_new"), registration_data(tez))
        again = clerk.post(url("registration_new"), registration_data(tez))
        assert "已就这一职业和等级提交备案" in text(again)

    def test_returned_corrected_withdrawn(self, tez: Cast, clerk: Client) -> None:
        clerk.post(url("registration_new"), registration_data(tez))
        made = Registration.objects.get()
        return_registration(registration_id=made.pk, reason="设备清单不全", actor=tez.intake, at=AT)
        form = text(clerk.get(url("registration_correct", made.pk)))
        assert "设备清单不全" in form
        assert "氩弧焊机20台" in form
        clerk.post(url("registration_correct", made.pk), registration_data(tez, equipment="氩弧焊机30台"))
        assert Registration.objects.get().state == "filed"
        clerk.post(url("registration_act", made.pk, "withdraw"))
        assert Registration.objects.get().state == "withdrawn"
        assert clerk.post(url("registration_act", made.pk, "list")).status_code == 404


def test_a_credit_entry_is_answered(tez: Cast, clerk: Client) -> None:
    entry = crediting.record_credit(
        district_id=tez.code, organisation_id=tez.provider.pk, kind="breach", description="超班额开班", clause="红黄牌办法",
        valid_from=date(2020, 11, 1), valid_until=None, actor=tez.reviewer, at=AT,
    )  # fmt: skip
    shown = text(clerk.get(url("capacity")))
    assert "现在不能办理新的备案和认定" in shown
    assert "超班额开班" in shown
    clerk.post(url("credit_reply", entry.pk), {"reply": "当日多出两人是旁听"})
    assert CreditEntry.objects.get().reply == "当日多出两人是旁听"
    assert clerk.get(url("credit_reply", 10**9)).status_code == 404


def test_a_suspended_provider_sees_why_and_no_buttons(tez: Cast, clerk: Client) -> None:
    suspend(organisation_id=tez.provider.pk, reason="整改", actor=tez.reviewer, at=AT)
    shown = text(clerk.get(url("capacity")))
    assert "已被暂停受理" in shown
    assert url("registration_new") not in shown
    assert "已被暂停受理" in text(clerk.post(url("venue_new"), venue_data()))


def test_an_enterprise_has_places_and_bases_only(tez: Cast, client: Client) -> None:
    client.force_login(tez.user("enterprise_clerk"))
    shown = text(client.get(reverse("enterprise:capacity")))
    assert "培训载体" in shown
    assert "资质备案" not in shown
    assert client.get(url("capacity")).status_code == 403
    client.post(reverse("enterprise:venue_new"), venue_data())
    assert Venue.objects.get().organisation == tez.enterprise
