"""选课: open classes near me, what one means for me, chosen, waited for, left again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.cast import AT, BASIS, Cast, make_actor, make_person
from tests.catalogue_cast import a_contracted_project, an_entry, an_occupation, an_open_offer
from tests.web.learner.test_home_and_claim import text
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.actions.teaching import cancel_enrolments
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.enrolment.queries.places import chosen_counts
from wudan.people.models import Person


def somebody_picks(offer: Offer, n: int) -> Enrolment:
    person: Person = make_person(n)
    actor = make_actor(Role.WORKER, person=person)
    return pick(offer_id=offer.pk, person_id=person.pk, chosen_by="person", actor=actor, at=AT)


def test_the_list_has_my_town_first_and_hides_what_is_not_for_me(tez: Cast, me: Client) -> None:
    far = an_open_offer(tez, town_code="370405100", title="远处的班")
    near = an_open_offer(tez, far.entry, town_code="370405001", title="近处的班", period=(date(2021, 1, 5), date(2021, 1, 9)))  # fmt: skip
    an_open_offer(tez, far.entry, employer_id=tez.enterprise.pk, title="企业自己的班", line="pre_job")
    shown = text(me.get(reverse("learner:courses")))
    assert shown.index("近处的班") < shown.index("远处的班")
    assert "企业自己的班" not in shown
    assert "还有20个名额" in shown
    only = text(me.get(reverse("learner:courses"), {"town": "mine"}))
    assert "近处的班" in only
    assert "远处的班" not in only
    assert "没有找到合适的班次" in text(me.get(reverse("learner:courses"), {"q": "插花"}))
    assert near.title in text(me.get(reverse("learner:courses"), {"q": "车工"}))


def test_will_it_be_paid_for_me_and_three_taps(tez: Cast, me: Client) -> None:
    offer = an_open_offer(tez, schedule_note="每周二、四晚上")
    shown = text(me.get(reverse("learner:course", args=[offer.pk])))
    assert "预计可为您补贴1,500元" in shown
    assert "没有按月领取养老金" in shown
    assert "每周二、四晚上" in shown
    response = me.post(reverse("learner:course_choose", args=[offer.pk]), follow=True)
    made = Enrolment.objects.get(person=tez.person)
    assert response.request["PATH_INFO"] == reverse("learner:enrolment", args=[made.pk])
    assert "已选上，2020年12月1日开班" in text(response)
    assert "选单时预计补贴" in text(response)
    assert "已选了这个班次" in text(me.get(reverse("learner:course", args=[offer.pk])))
    assert "我的课程（1门）" in text(me.get(reverse("learner:courses")))


def test_what_i_say_changes_the_answer_and_goes_along(tez: Cast, me: Client) -> None:
    offer = an_open_offer(tez)
    shown = text(me.get(reverse("learner:course", args=[offer.pk]), {"pension": "yes"}))
    assert "按现在的情况，这次没有补贴" in shown
    assert "已按月领取养老金" in shown
    assert "怎样就能补贴" in shown
    me.post(reverse("learner:course_choose", args=[offer.pk]) + "?pension=yes")
    made = Enrolment.objects.get(person=tez.person)
    assert (made.state, made.outcome, made.reasons) == ("enrolled", "rejected", ["draws-pension"])
    assert "这次没有补贴" in text(me.get(reverse("learner:enrolment", args=[made.pk])))


def test_a_full_year_says_what_fills_it_and_advises_nothing_gone_by(tez: Cast, me: Client) -> None:
    offers = []
    for n in range(4):
        entry = an_entry(tez, an_occupation(f"工种{n}", f"6-20-0{n + 1}-01"), price_fen=150_000)
        days = (date(2021, 1, 1 + 5 * n), date(2021, 1, 5 + 5 * n))
        offers.append(an_open_offer(tez, entry, period=days, title=f"班{n}"))
    for offer in offers[:3]:
        me.post(reverse("learner:course_choose", args=[offer.pk]))
    assert "预计可为您补贴1,500元" in text(me.get(reverse("learner:course", args=[offers[0].pk])))
    shown = text(me.get(reverse("learner:course", args=[offers[3].pk])))
    assert "在2021年已选单3次，每年不超过3次" in shown
    assert "已享受3次" not in shown
    assert "下一年度开始的培训可再次申请" in shown
    assert "以后开班的班次" not in shown.replace("选2022年1月1日以后开班的班次", "")


def test_an_unreadable_answer_is_pointed_out_and_counts_as_not_given(tez: Cast, me: Client) -> None:
    entry = an_entry(tez, an_occupation("钳工", "6-20-01-01"), level=2, price_fen=200_000)
    offer = an_open_offer(tez, entry, line="golden_blue_collar")
    shown = text(me.get(reverse("learner:course", args=[offer.pk]), {"prior": "99"}))
    assert "已持有高级工证书" in shown


def test_waiting_in_line_and_moving_up(tez: Cast, me: Client) -> None:
    offer = an_open_offer(tez, places=1, min_heads=1)
    first = somebody_picks(offer, 51)
    shown = text(me.get(reverse("learner:course", args=[offer.pk])))
    assert "候补这个班次" in shown
    assert "名额已满" in shown
    response = me.post(reverse("learner:course_choose", args=[offer.pk]), follow=True)
    assert "您排在候补第1位" in text(response)
    assert "候补第1位" in text(me.get(reverse("learner:learning")))
    me.post(reverse("learner:enrolment_withdraw", args=[first.pk]))  # not mine
    first.refresh_from_db()
    assert first.state == "enrolled"


def test_of_a_class_that_is_over_no_places_are_offered_and_its_learners_are_counted(
    tez: Cast, me: Client
) -> None:
    offer = an_open_offer(tez)
    me.post(reverse("learner:course_choose", args=[offer.pk]))
    made = Enrolment.objects.get(person=tez.person)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        for state in ("closed", "running", "ended"):
            Offer.objects.filter(pk=offer.pk).update(state=state)
        for state in ("in_class", "completed"):
            Enrolment.objects.filter(pk=made.pk).update(state=state)
    assert chosen_counts([offer.pk]) == {offer.pk: (1, 0)}
    shown = text(me.get(reverse("learner:enrolment", args=[made.pk])))
    assert "20人" in shown
    assert "个名额" not in shown


def test_leaving(tez: Cast, me: Client) -> None:
    offer = an_open_offer(tez)
    me.post(reverse("learner:course_choose", args=[offer.pk]))
    made = Enrolment.objects.get(person=tez.person)
    response = me.post(reverse("learner:enrolment_withdraw", args=[made.pk]), follow=True)
    assert "已退选" in text(response)
    again = me.post(reverse("learner:enrolment_withdraw", args=[made.pk]))
    assert again.status_code == 409
    assert "不能“退选”" in text(again)
    assert "以前的（1门）" in text(me.get(reverse("learner:learning")))


def test_why_it_cannot_be_chosen_is_said_before_the_button(tez: Cast, me: Client) -> None:
    offer = an_open_offer(tez, line="veteran_before")
    shown = text(me.get(reverse("learner:course", args=[offer.pk])))
    assert "面向退役军人" in shown
    assert "选这个班次？" not in shown
    refused = me.post(reverse("learner:course_choose", args=[offer.pk]))
    assert refused.status_code == 409
    assert "面向退役军人" in text(refused)
    assert not Enrolment.objects.exists()


@pytest.mark.parametrize("name", ["learner:course", "learner:enrolment"])
def test_nothing_of_others(tez: Cast, me: Client, name: str) -> None:
    staff = an_open_offer(tez, line="pre_job", employer_id=tez.enterprise.pk)
    other = somebody_picks(an_open_offer(tez, staff.entry), 61)
    pk = staff.pk if name == "learner:course" else other.pk
    assert me.get(reverse(name, args=[pk])).status_code == 404


def test_a_restricted_class_does_not_exist(tez: Cast, me: Client) -> None:
    project = a_contracted_project(tez, restricted=True)
    offer = an_open_offer(tez)
    assert me.get(reverse("learner:course", args=[offer.pk])).status_code == 200
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        offer.project = project
        offer.save(update_fields=["project"])
    assert me.get(reverse("learner:course", args=[offer.pk])).status_code == 404
    assert offer.title not in text(me.get(reverse("learner:courses")))


def test_more_classes_cost_no_more_queries(tez: Cast, me: Client) -> None:
    entry = an_entry(tez)
    counts = []
    for more in (2, 8):
        for _ in range(more):
            an_open_offer(tez, entry)
        with CaptureQueriesContext(connection) as caught:
            me.get(reverse("learner:courses"))
        counts.append(len(caught))
    assert counts[0] == counts[1]


def test_without_classes_and_without_a_town(tez: Cast, me: Client) -> None:
    assert "现在没有可选的班次" in text(me.get(reverse("learner:courses")))
    assert "您还没有选过课" in text(me.get(reverse("learner:learning")))


@pytest.mark.parametrize(("days", "told"), [(29, True), (31, False)])
def test_home_says_that_a_class_was_called_off(
    tez: Cast, me: Client, settings: Any, days: int, told: bool
) -> None:
    offer = an_open_offer(tez)
    pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=AT)
    cancel_enrolments(offer_id=offer.pk, reason="承训机构场地停用。", actor=tez.intake, at=AT)
    settings.WUDAN_CLOCK_SHIFT += timedelta(days=days)
    shown = text(me.get(reverse("learner:home")))
    assert ("班次取消了" in shown) is told
    assert ("承训机构场地停用。您可以另选班次。" in shown) is told
