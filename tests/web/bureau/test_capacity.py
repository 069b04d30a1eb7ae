"""办学条件 at the bureau: lists with their clock, cases decided by two, credit on an organisation's page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, outsider, valid_identity
from tests.organisations.making import added_venue, applied_base, filed_teacher, occupation
from wudan.orders.catalogue.actions.registering import Proof, RegistrationForm, file_registration
from wudan.orders.catalogue.models import Registration
from wudan.organisations.actions import crediting
from wudan.organisations.models import CreditEntry, Teacher, TrainingBase


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def filed(tez: Cast, *, teachers: int = 2, capacity: int = 40, level: int = 4) -> Registration:
    named = [filed_teacher(tez, n=700 + n + 10 * level).pk for n in range(teachers)]
    place = added_venue(tez, name=f"车间{level}").pk
    proofs = [
        Proof("licence", "办学许可证", "鲁民3704050001号"),
        *(Proof("teacher", teacher_id=pk) for pk in named),
        Proof("venue", venue_id=place),
        Proof("equipment", "氩弧焊机20台"),
    ]
    form = RegistrationForm(occupation().pk, level, "skill_level", capacity, "", proofs)
    return file_registration(provider_id=tez.provider.pk, form=form, actor=tez.provider_clerk, at=AT)


class TestRegistrations:
    def test_the_list_has_the_clock_and_the_states(self, tez: Cast, as_: Any) -> None:
        filed(tez)
        client = as_(tez.intake)
        shown = text(client.get(url("registrations")))
        assert "还剩3个工作日" in shown
        assert "待受理" in shown
        assert "还剩" not in text(client.get(url("registrations"), {"state": "listed"}))
        assert "焊工" in text(client.get(url("registrations"), {"q": "焊工", "state": "open"}))
        taken = client.get(url("registrations"), {"export": "csv"})
        assert "焊工" in b"".join(taken).decode("utf-8-sig")
        taken.close()

    def test_accepted_by_one_listed_by_another(self, tez: Cast, as_: Any) -> None:
        made = filed(tez)
        as_(tez.intake).post(url("registration_act", made.pk, "accept"))
        shown = text(as_(tez.intake).get(url("registration", made.pk)))
        assert "同意备案" not in shown
        assert "还不能同意的原因" not in shown
        listed = as_(tez.reviewer).post(url("registration_act", made.pk, "list"), follow=True)
        assert "已办理：同意备案" in text(listed)
        assert Registration.objects.get().state == "listed"

    def test_what_is_lacking_is_shown_and_refused(self, tez: Cast, as_: Any) -> None:
        made = filed(tez, teachers=1)
        as_(tez.intake).post(url("registration_act", made.pk, "accept"))
        client = as_(tez.reviewer)
        assert "备案至少需要2人" in text(client.get(url("registration", made.pk)))
        refused = client.post(url("registration_act", made.pk, "list"))
        assert refused.status_code == 422
        assert Registration.objects.get().state == "accepted"

    def test_returning_asks_for_a_reason_in_its_own_fold(self, tez: Cast, as_: Any) -> None:
        made = filed(tez)
        client = as_(tez.intake)
        assert client.post(url("registration_act", made.pk, "send_back"), {"reason": ""}).status_code == 422
        client.post(url("registration_act", made.pk, "send_back"), {"reason": "设备清单不全"})
        assert (Registration.objects.get().state, Registration.objects.get().reason) == (
            "returned",
            "设备清单不全",
        )

    def test_strangers(self, tez: Cast, as_: Any) -> None:
        made = filed(tez)
        stranger = as_(outsider(tez, "intake"))
        assert stranger.get(url("registration", made.pk)).status_code == 404
        assert stranger.post(url("registration_act", made.pk, "accept")).status_code == 404
        assert as_(tez.intake).post(url("registration_act", made.pk, "nonsense")).status_code == 404
        assert as_(tez.intake).post(url("registration_act", made.pk, "list")).status_code == 403
        for who in (tez.provider_clerk, tez.finance, tez.worker):
            assert as_(who).get(url("registrations")).status_code == 403

    def test_a_list_asks_as_often_for_two_as_for_one(
        self, tez: Cast, as_: Any, django_assert_max_num_queries: Any
    ) -> None:
        filed(tez)
        filed(tez, level=3)
        client = as_(tez.intake)
        client.get(url("registrations"))
        with django_assert_max_num_queries(14):
            client.get(url("registrations"))


class TestTeachers:
    def test_listed_from_the_list(self, tez: Cast, as_: Any) -> None:
        made = filed_teacher(tez, listed=False)
        client = as_(tez.intake)
        shown = text(client.get(url("teachers"), {"q": "李师傅"}))
        assert url("teacher", made.pk) in shown
        assert "焊工（理论和实操）" in shown
        case = text(client.get(url("teacher", made.pk)))
        assert made.person.number_masked in case
        assert made.person.number() not in case
        client.post(url("teacher_act", made.pk, "list"))
        assert Teacher.objects.get().state == "listed"
        assert as_(outsider(tez, "reviewer")).get(url("teacher", made.pk)).status_code == 404

    def test_a_teacher_of_the_whole_district(self, tez: Cast, as_: Any) -> None:
        occupation()
        data = {
            "name": "孙志远", "number": valid_identity(720), "qualification": "正高级讲师", "occupations": "焊工",
            "kind": "theory", "full_time": "0", "valid_from": "2020-01-01", "publish_name": "on",
        }  # fmt: skip
        client = as_(tez.intake)
        assert url("teacher_new") in text(client.get(url("teachers")))
        assert client.post(url("teacher_new"), data | {"occupations": "炼丹"}).status_code == 422
        client.post(url("teacher_new"), data)
        made = Teacher.objects.get()
        assert (made.district_id, made.organisation_id) == (tez.code, None)
        public = reverse("public:showcase", args=[tez.code])
        assert "孙志远" not in text(Client().get(public))
        client.post(url("teacher_act", made.pk, "list"))
        assert "孙志远" in text(Client().get(public))
        assert as_(tez.reviewer).get(url("teacher_new")).status_code == 403

    def test_the_reviewer_sees_who_acts(self, tez: Cast, as_: Any) -> None:
        made = filed_teacher(tez, listed=False)
        shown = text(as_(tez.reviewer).get(url("teacher", made.pk)))
        assert "移出师资库" in shown
        assert "审核通过，入库" not in shown


class TestBases:
    def test_reviewed_and_recognised_for_a_period(self, tez: Cast, as_: Any) -> None:
        made = applied_base(tez, recognised=False)
        assert made.name in text(as_(tez.intake).get(url("bases"), {"kind": "public_base"}))
        as_(tez.intake).post(url("base_act", made.pk, "review"))
        client = as_(tez.reviewer)
        backwards = {"valid_from": "2020-12-01", "valid_until": "2020-11-01"}
        wrong = client.post(url("base_act", made.pk, "recognise"), backwards)
        assert wrong.status_code == 422
        assert "结束日期早于开始日期" in text(wrong)
        assert client.post(url("base_act", made.pk, "recognise"), {}).status_code == 422
        client.post(
            url("base_act", made.pk, "recognise"), {"valid_from": "2020-12-01", "valid_until": "2023-11-30"}
        )
        assert TrainingBase.objects.get().state == "recognised"
        assert "2020年12月1日至2023年11月30日" in text(client.get(url("base", made.pk)))

    def test_refused_in_turn(self, tez: Cast, as_: Any) -> None:
        made = applied_base(tez, recognised=False)
        reason = {"reason": "不符合条件"}
        assert (
            as_(tez.reviewer).post(url("base_act", made.pk, "refuse"), reason).status_code == 422
        )  # 受理's turn
        as_(tez.intake).post(url("base_act", made.pk, "refuse"), reason)
        assert TrainingBase.objects.get().state == "refused"
        assert as_(outsider(tez, "intake")).get(url("base", made.pk)).status_code == 404


class TestCredit:
    def test_recorded_answered_repaired_by_another(self, tez: Cast, as_: Any) -> None:
        client = as_(tez.reviewer)
        here = url("organisation", tez.provider.pk)
        assert url("credit_new", tez.provider.pk) in text(client.get(here))
        data = {
            "kind": "breach",
            "description": "超班额开班",
            "clause": "红黄牌办法",
            "valid_from": "2020-11-16",
        }
        client.post(url("credit_new", tez.provider.pk), data)
        entry = CreditEntry.objects.get()
        crediting.reply_credit(entry_id=entry.pk, reply="系旁听", actor=tez.provider_clerk, at=AT)
        shown = text(client.get(here))
        assert "违规失信" in shown
        assert "系旁听" in shown
        mend = url("credit_repair", tez.provider.pk, entry.pk)
        own = client.post(mend, {"reason": "已经整改"})
        assert own.status_code == 422
        assert "记入人不能自己办理信用修复" in text(own)
        as_(tez.reviewer2).post(mend, {"reason": "已经整改"})
        assert CreditEntry.objects.get().repaired_at is not None
        assert "已修复" in text(as_(tez.intake).get(here))

    def test_only_the_reviewer_of_the_district(self, tez: Cast, as_: Any) -> None:
        assert as_(tez.intake).get(url("credit_new", tez.provider.pk)).status_code == 403
        assert as_(outsider(tez, "reviewer")).get(url("credit_new", tez.provider.pk)).status_code == 404
        entry = crediting.record_credit(
            district_id=tez.code, organisation_id=tez.enterprise.pk, kind="breach", description="虚报", clause="办法",
            valid_from=date(2020, 11, 1), valid_until=None, actor=tez.reviewer, at=AT,
        )  # fmt: skip
        other = url("credit_repair", tez.provider.pk, entry.pk)
        assert as_(tez.reviewer2).get(other).status_code == 404


@pytest.mark.parametrize("name", ["registrations", "teachers", "bases"])
def test_empty_lists_say_so(tez: Cast, as_: Any, name: str) -> None:
    assert "会出现在这里" in text(as_(tez.intake).get(url(name)))
