"""开班, 找机构承接 and 巡查 at the bureau; the enterprise's look at its staff's classes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.cast import AT, BASIS, Cast, cast, make_person, outsider
from tests.chain_cast import (
    OPENS,
    applied_class,
    approved_class,
    make_entry,
    make_occupation,
    make_offer,
    make_registration,
    running_class,
    seat,
    sitting,
)
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.delivery.actions.amending import ask_amendment
from wudan.orders.delivery.actions.answering import bid
from wudan.orders.delivery.actions.inspecting import plan_inspection
from wudan.orders.delivery.models import Amendment, Answer, Inspection, TrainingClass

PHOTO = b"\xff\xd8\xff" + b"0" * 100


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def state(held: TrainingClass) -> str:
    return str(TrainingClass.objects.get(pk=held.pk).state)


@pytest.fixture
def on_the_first_day(settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = OPENS + timedelta(hours=2) - datetime.now(UTC)


def test_an_application_waits_with_its_clock_and_every_check_in_words(tez: Cast, as_: Any) -> None:
    held = applied_class(tez)
    client = as_(tez.intake)
    page = text(client.get(url("openings")))
    assert held.name in page
    assert "还剩5个工作日" in page
    assert "逾期未答复的，视为同意" in page
    page = text(client.get(url("class", held.pk)))
    for words in ("开班条件", "机构备案和同期规模", "场地容量", "赵一二", "前没有答复的，视为同意"):
        assert words in page


def test_who_chose_after_the_application_is_counted_and_nobody_is_in_class_before_it_begins(
    tez: Cast, as_: Any
) -> None:
    held = applied_class(tez)
    client = as_(tez.intake)
    before = held.members.count()
    assert f"{before}人，班额" in text(client.get(url("class", held.pk)))
    seat(held.offer, make_person(91, name="后来者"))
    page = text(client.get(url("class", held.pk)))
    assert f"名册{before}人，之后又有1人选单，现在共{before + 1}人" in page
    assert f"已选单{before + 1}人" in page
    assert "待开班" in page
    assert ">在班<" not in page


def test_where_an_answer_must_be_given_it_is_said_so(as_: Any, db: None) -> None:
    zc = cast("370306")
    held = applied_class(zc)
    assert "本区须明确答复" in text(as_(zc.intake).get(url("class", held.pk)))


def test_approved_sent_back_refused(tez: Cast, as_: Any) -> None:
    client = as_(tez.intake)
    first, second, third = (applied_class(tez, n=n, members=1) for n in (1, 2, 3))
    done = client.post(url("class_act", first.pk, "approve"), follow=True)
    assert "台儿庄区培备〔2020〕1号" in text(done)
    assert client.post(url("class_act", second.pk, "send_back"), {"reason": ""}).status_code == 422
    client.post(url("class_act", second.pk, "send_back"), {"reason": "考核方案不完整"})
    client.post(url("class_act", third.pk, "refuse"), {"reason": "师资不符合要求"})
    assert [state(c) for c in (first, second, third)] == ["approved", "returned", "refused"]
    assert "师资不符合要求" in text(client.get(url("class", third.pk)))


def test_a_changed_fact_since_the_application_stops_approval(tez: Cast, as_: Any) -> None:
    held = applied_class(tez)
    registration = make_registration(tez.provider, held.occupation)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        registration.state = "suspended"
        registration.save(update_fields=["state"])
    client = as_(tez.intake)
    assert "1项不符合" in text(client.get(url("class", held.pk)))
    assert client.post(url("class_act", held.pk, "approve")).status_code == 422


def test_a_change_is_answered(tez: Cast, as_: Any) -> None:
    held = approved_class(tez)
    session = held.sessions.order_by("during").last()
    plan = sitting(8, teacher=session.teacher, venue=session.venue)
    ask = {"class_id": held.pk, "kind": "session", "session_id": session.pk, "plan": plan}
    asked = ask_amendment(**ask, reason="教师参加考评", actor=tez.provider_clerk, at=AT)
    client = as_(tez.reviewer)
    assert "教师参加考评" in text(client.get(url("openings")))
    page = text(client.get(url("amendment", asked.pk)))
    assert "12月9日 周三" in page
    assert client.post(url("amendment", asked.pk), {"verb": "refuse", "answer": ""}).status_code == 422
    assert client.post(url("amendment", asked.pk), {"verb": "approve", "answer": ""}).status_code == 302
    session.refresh_from_db()
    assert (session.day.day, Amendment.objects.get().state) == (9, "approved")


def test_cancelled_by_the_bureau_and_void_by_the_reviewer_alone(
    tez: Cast, as_: Any, on_the_first_day: None
) -> None:
    first, second = running_class(tez, n=1), running_class(tez, n=2)
    assert as_(tez.intake).post(url("class_act", first.pk, "void"), {"reason": "红牌"}).status_code == 403
    assert as_(tez.reviewer).post(url("class_act", first.pk, "void"), {"reason": "红牌"}).status_code == 302
    assert as_(tez.intake).post(url("class_act", second.pk, "cancel"), {"reason": "停电"}).status_code == 302
    assert [state(c) for c in (first, second)] == ["void", "cancelled"]


def test_a_provider_is_asked_and_a_plan_chosen(tez: Cast, as_: Any) -> None:
    make_registration(tez.provider, make_occupation())
    offers = [make_offer(tez, n, provider_id=None, entry=make_entry(tez, make_occupation())) for n in (1, 2)]
    client = as_(tez.intake)
    assert "还没有发单" in text(client.get(url("placing")))
    data = {"provider": tez.provider.pk, "note": "请尽快答复"}
    assert client.post(url("placing_offer", offers[0].pk), data).status_code == 302
    assert Answer.objects.get().state == "asked"
    again = client.post(url("placing_offer", offers[0].pk), data)
    assert again.status_code == 422  # no longer in the list of those who may be asked
    plan = "周师傅主讲，一号实训室，每天8课时。"
    mine = bid(offer_id=offers[1].pk, plan=plan, actor=tez.provider_clerk, at=AT)
    assert "有方案待选定" in text(client.get(url("placing")))
    assert "方案由复审岗选定" in text(client.get(url("placing_offer", offers[1].pk)))
    client = as_(tez.reviewer)
    assert plan in text(client.get(url("placing_offer", offers[1].pk)))
    client.post(url("placing_choose", mine.pk, "choose"), {"reason": "工位最多"})
    mine.refresh_from_db()
    assert mine.state == "accepted"
    client.post(url("placing_choose", mine.pk, "release"), {"reason": "机构搬迁"})
    offers[1].refresh_from_db()
    assert offers[1].provider is None


def record_data(**changes: Any) -> dict[str, Any]:
    photo = SimpleUploadedFile("现场.jpg", PHOTO, content_type="image/jpeg")
    return {
        "visited_at": "09:30", "headcount": "3", "place_seen": "1号实训室", "place": "yes", "teacher": "yes",
        "photo": photo, "remark": "", **changes,
    }  # fmt: skip


def test_a_visit_is_planned_and_written_down(tez: Cast, as_: Any, on_the_first_day: None) -> None:
    held = running_class(tez)
    session = held.sessions.order_by("during").first()
    client = as_(tez.intake)
    assert "布置巡查" in text(client.get(url("class", held.pk)))
    page = url("inspection_plan", held.pk, session.pk)
    alone = {"inspector": tez.intake.user_id, "second": tez.intake.user_id}
    assert "巡查须由两人进行" in text(client.post(page, alone))
    client.post(page, alone | {"second": tez.reviewer.user_id})
    found = Inspection.objects.get()
    here = url("inspection", found.pk)
    assert "登记巡查结果" in text(client.get(here))
    assert client.post(here, record_data(photo="")).status_code == 422
    assert "到场时间不在这节课的时间内" in text(client.post(here, record_data(visited_at="08:00")))
    done = client.post(here, record_data(), follow=True)
    assert "实到3人，当时已签到0人" in text(done)
    assert client.post(url("inspection_photo", found.pk)).content == PHOTO
    assert "不符" in text(client.get(url("inspections")))


def test_a_visit_is_invisible_to_others(tez: Cast, as_: Any, on_the_first_day: None) -> None:
    held = running_class(tez)
    found = plan_inspection(
        session_id=held.sessions.first().pk,
        inspector=tez.intake.user_id,
        second=tez.reviewer.user_id,
        actor=tez.intake,
        at=OPENS,
    )
    assert as_(outsider(tez, "intake")).get(url("inspection", found.pk)).status_code == 404
    client = as_(tez.intake2)
    assert "由到场的两名巡查人登记结果" in text(client.get(url("inspection", found.pk)))
    assert client.post(url("inspection", found.pk), record_data()).status_code == 403
    assert as_(tez.provider_clerk).get(url("inspection", found.pk)).status_code == 403
    assert "巡查" not in text(as_(tez.provider_clerk).get(reverse("provider:class", args=[held.pk])))
    client = as_(tez.reviewer)
    client.post(url("inspection_drop", found.pk), {"reason": "停课"})
    found.refresh_from_db()
    assert found.state == "dropped"


def test_another_district_sees_nothing(tez: Cast, as_: Any) -> None:
    held = applied_class(tez)
    client = as_(outsider(tez, "intake"))
    assert held.name not in text(client.get(url("openings")))
    assert client.get(url("class", held.pk)).status_code == 404
    assert client.post(url("class_act", held.pk, "approve")).status_code == 404
    assert client.get(url("placing_offer", held.offer_id)).status_code == 404


def test_calendar_and_empty_pages(tez: Cast, as_: Any) -> None:
    client = as_(tez.intake)
    assert "没有等待承接的班次" in text(client.get(url("placing")))
    assert "还没有布置巡查" in text(client.get(url("inspections")))
    held = approved_class(tez)
    assert held.name[5:] in text(client.get(url("class_calendar") + "?day=2020-12-02"))


def test_an_enterprise_sees_its_own_staff_only(tez: Cast, as_: Any) -> None:
    held = approved_class(tez, members=2)
    client = as_(tez.enterprise_clerk)
    address = reverse("enterprise:class", args=[held.pk])
    assert client.get(address).status_code == 404
    mixed = applied_class(tez, n=2, members=1, persons=None)
    seat(mixed.offer, make_person(4321, name="孙职工"), employer=tez.enterprise)
    as_(tez.intake).post(url("class_act", mixed.pk, "approve"))
    client = as_(tez.enterprise_clerk)
    page = text(client.get(reverse("enterprise:class", args=[mixed.pk])))
    assert "孙*工" in page
    assert "赵*二" not in page
    assert mixed.name in text(client.get(reverse("enterprise:classes")))


def test_the_first_page_says_what_waits_and_what_is_overdue(tez: Cast, as_: Any, settings: Any) -> None:
    assert "接单和开班" not in text(as_(tez.intake).get(url("home")))
    applied_class(tez, first=date(2020, 12, 20))
    page = text(as_(tez.intake).get(url("home")))
    assert "待答复开班申请" in page
    assert "逾期视为同意" in page
    settings.WUDAN_CLOCK_SHIFT = AT + timedelta(days=10) - datetime.now(UTC)
    assert "其中1件超期" in text(as_(tez.intake).get(url("home")))
    assert "接单和开班" not in text(as_(tez.town).get(url("home")))


def test_an_official_moves_a_learner_to_another_class(tez: Cast, as_: Any, on_the_first_day: None) -> None:
    first, second = running_class(tez, n=1), running_class(tez, n=2)
    member = first.members.first()
    address = url("member", first.pk, member.pk)
    client = as_(tez.intake)
    assert "转班" in text(client.get(address))
    done = {"verb": "transfer", "to_class": second.pk, "reason": "搬家，离另一班近"}
    assert client.post(address, done).status_code == 302
    assert second.members.filter(moved_from=member).exists()
    assert as_(outsider(tez, "intake")).get(address).status_code == 404


def test_figures_of_a_class_and_those_nobody_has_visited(
    tez: Cast, as_: Any, on_the_first_day: None, django_assert_max_num_queries: Any
) -> None:
    held, other = running_class(tez, n=1, members=2, sessions=3), running_class(tez, n=2, members=1)
    with acting(actor=SYSTEM, at=OPENS, basis=BASIS):
        one, two = held.sessions.order_by("during").first().attendance.order_by("pk")
        one.state, one.method, one.signed_at = "present", "code", OPENS
        one.save()
        two.state = "absent"
        two.save()
    visit = plan_inspection(
        session_id=held.sessions.order_by("during").first().pk,
        inspector=tez.intake.user_id,
        second=tez.reviewer.user_id,
        actor=tez.intake,
        at=OPENS,
    )
    client = as_(tez.intake)
    client.post(url("inspection", visit.pk), record_data())
    with django_assert_max_num_queries(18):
        page = text(client.get(url("openings")))
    assert "50%" in page
    unvisited = text(client.get(url("openings") + "?visited=no"))
    assert other.name in unvisited
    assert f">{held.name}<" not in unvisited
