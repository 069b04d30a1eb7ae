"""接单 and 班级 at the provider's desk: answering, planning by hand and by file, applying, changing, learners."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, outsider
from tests.chain_cast import (
    OPENS,
    approved_class,
    make_entry,
    make_occupation,
    make_offer,
    make_registration,
    make_teacher,
    make_venue,
    planned_class,
    running_class,
)
from wudan.accounts.models import User
from wudan.orders.delivery.actions.answering import ask_provider
from wudan.orders.delivery.models import Amendment, Answer, TrainingClass

PLAN = "周师傅主讲，一号实训室，每天8课时，结业考核两次。"


def url(name: str, *args: Any) -> str:
    return reverse(f"provider:{name}", args=args)


def text(response: Any) -> str:
    return str(response.content.decode())


def free_offer(tez: Cast, n: int = 1) -> Any:
    make_registration(tez.provider, make_occupation())
    return make_offer(tez, n, provider_id=None, entry=make_entry(tez, make_occupation()))


def asked(tez: Cast, n: int = 1) -> Answer:
    return ask_provider(offer_id=free_offer(tez, n).pk, provider_id=tez.provider.pk, actor=tez.intake, at=AT)


@pytest.fixture
def on_the_first_day(settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = OPENS - datetime.now(UTC)


def test_an_empty_desk_says_what_will_come(clerk: Client) -> None:
    assert "没有等待答复的班次" in text(clerk.get(url("orders")))
    assert "还没有班级" in text(clerk.get(url("classes")))
    assert "这段时间没有课" in text(clerk.get(url("calendar")))


def test_asked_accepted_and_made_a_class(tez: Cast, clerk: Client) -> None:
    answer = asked(tez)
    page = text(clerk.get(url("orders")))
    assert "焊工班1" in page
    assert "还剩3个工作日" in page
    assert "接单" in text(clerk.get(url("answer", answer.pk)))
    clerk.post(url("answer_accept", answer.pk))
    assert "待建班" in text(clerk.get(url("orders")))
    made = clerk.post(url("class_new", answer.offer_id), follow=True)
    assert "还没有排课" in text(made)
    assert TrainingClass.objects.get().offer_id == answer.offer_id


def test_refused_with_a_reason(tez: Cast, clerk: Client) -> None:
    answer = asked(tez)
    assert clerk.post(url("answer_give", answer.pk, "refuse"), {"reason": ""}).status_code == 422
    clerk.post(url("answer_give", answer.pk, "refuse"), {"reason": "实训室在维修"})
    answer.refresh_from_db()
    assert answer.state == "refused"


def test_a_plan_is_offered_and_taken_back(tez: Cast, clerk: Client) -> None:
    offer = free_offer(tez)
    assert "可以报方案" in text(clerk.get(url("orders")))
    assert clerk.post(url("bid", offer.pk), {"plan": "便宜"}).status_code == 422
    clerk.post(url("bid", offer.pk), {"plan": PLAN})
    answer = Answer.objects.get()
    assert PLAN in text(clerk.get(url("answer", answer.pk)))
    clerk.post(url("answer_give", answer.pk, "withdraw"))
    assert clerk.get(url("bid", offer.pk)).status_code == 200


def sitting_data(held: TrainingClass, **changes: Any) -> dict[str, Any]:
    session = held.sessions.order_by("during").first() or None
    teacher = session.teacher_id if session else make_teacher(held.provider, 700).pk
    venue = session.venue_id if session else make_venue(held.provider).pk
    return {
        "starts": "2020-12-07", "begins": "09:00", "ends": "15:00", "kind": "practice", "hours": "8",
        "teacher": teacher, "venue": venue, "site": "school", "content": "立焊", "textbook": "", "until": "",
        **changes,
    }  # fmt: skip


def test_a_week_of_the_same_sitting_at_once(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, sessions=1)
    data = sitting_data(held, until="2020-12-13")
    assert clerk.post(url("session_new", held.pk), data).status_code == 302
    days = sorted(held.sessions.values_list("day", flat=True))
    assert [d.day for d in days] == [1, 7, 8, 9, 10, 11]  # the weekend rests


def test_a_fault_stands_beside_its_field(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, sessions=1)
    again = clerk.post(url("session_new", held.pk), sitting_data(held, ends="14:00"))
    assert again.status_code == 422
    assert "8课时至少需360分钟，安排的时间只有300分钟" in text(again)
    outside = clerk.post(url("session_new", held.pk), sitting_data(held, starts="2021-06-01"))
    assert "不在班次的培训期间" in text(outside)


def test_a_sitting_is_changed_and_dropped(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, sessions=2)
    session = held.sessions.order_by("during").first()
    assert "第1课 平焊" in text(clerk.get(url("session", held.pk, session.pk)))
    data = sitting_data(held, starts="2020-12-03", content="仰焊")
    assert clerk.post(url("session", held.pk, session.pk), data).status_code == 302
    session.refresh_from_db()
    assert session.content == "仰焊"
    clerk.post(url("session_drop", held.pk, session.pk))
    assert held.sessions.count() == 1


def csv(*rows: str) -> SimpleUploadedFile:
    head = "日期,开始时间,结束时间,类型,课时,教师,场地,地点类别,教学内容,教材"
    return SimpleUploadedFile("计划.csv", "\n".join([head, *rows]).encode("utf-8-sig"))


def test_a_plan_from_a_file(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, sessions=1)
    good = csv(
        "2020-12-05,9:00,12:00,理论,4,周师傅,1号实训室,,安全与劳动保护,",
        "2020/12/6,09:00,15:00,实训课,8,周师傅,1号实训室,培训机构,平焊,焊工教程",
    )
    done = clerk.post(url("plan_load", held.pk), {"file": good, "replace": "on"}, follow=True)
    assert "已导入2次课" in text(done)
    assert set(held.sessions.values_list("kind", flat=True)) == {"theory", "practice"}


def test_a_faulty_file_is_answered_row_by_row_and_saves_nothing(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, sessions=1)
    bad = csv(
        "2020-12-05,9:00,12:00,理论,4,周师傅,1号实训室,,安全,",
        "12月6日,9:00,15:00,讲座,八,没人,屋顶,,,",
        ",,,,,,,,,",
        "2020-12-05,10:00,12:00,理论,2,周师傅,1号实训室,,安全,",
    )
    page = clerk.post(url("plan_load", held.pk), {"file": bad})
    said = text(page)
    assert page.status_code == 422
    for words in (
        "日期没有读懂",
        "不是理论、实训或安全",
        "课时不是整数",
        "师资库中没有这位教师",
        "没有登记这个场地",
    ):
        assert words in said
    assert "冲突" in said  # line 5 of the file with line 2
    assert held.sessions.count() == 1
    for file in (
        SimpleUploadedFile("空.csv", b""),
        SimpleUploadedFile("照片.csv", b"\xff\xd8\xff123"),
        csv(),
    ):
        assert clerk.post(url("plan_load", held.pk), {"file": file}).status_code == 422


def test_the_template_loads_when_filled_in(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, sessions=0)
    empty = clerk.get(url("plan_template")).content
    page = clerk.post(url("plan_load", held.pk), {"file": SimpleUploadedFile("模板.xlsx", empty)})
    assert "没有安排教师" in text(page)  # its example line is read, and names nobody


def test_what_is_missing_is_told_before_applying(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez, members=3)
    page = text(clerk.get(url("class", held.pk)))
    assert "都符合" in page
    data = {"name": held.name, "head_teacher": "", "assessment_plan": ""}
    clerk.post(url("class_describe", held.pk), data)
    assert "还有2项不符合" in text(clerk.get(url("class", held.pk)))
    refused = clerk.post(url("class_act", held.pk, "apply"))
    assert refused.status_code == 422
    assert "请指定一位已入库的教师担任班主任" in text(refused)


def test_applied_and_withdrawn(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez)
    done = clerk.post(url("class_act", held.pk, "apply"), follow=True)
    assert "已申请开班，待答复" in text(done)
    assert clerk.get(url("session_new", held.pk)).status_code == 404  # the plan is fixed
    clerk.post(url("class_act", held.pk, "withdraw"))
    held.refresh_from_db()
    assert held.state == "planning"


def test_a_change_is_asked_for_and_taken_back(tez: Cast, clerk: Client) -> None:
    held = approved_class(tez)
    session = held.sessions.order_by("during").last()
    data = sitting_data(held, starts="2020-12-09", reason="教师参加考评")
    assert clerk.post(url("amend", held.pk, session.pk), data).status_code == 302
    page = text(clerk.get(url("class", held.pk)))
    assert "12月2日 周三" in page
    assert "12月9日 周三" in page
    clerk.post(url("amend_withdraw", held.pk, Amendment.objects.get().pk))
    assert Amendment.objects.get().state == "withdrawn"
    again = clerk.post(url("amend_drop", held.pk, session.pk), {"reason": ""})
    assert again.status_code == 422
    clerk.post(url("amend_drop", held.pk, session.pk), {"reason": "场地检修"})
    clerk.post(url("amend_add", held.pk), sitting_data(held, starts="2020-12-10", reason="补课时"))
    assert Amendment.objects.filter(state="asked").count() == 2


def test_a_learner_is_interrupted_resumed_and_leaves(
    tez: Cast, clerk: Client, on_the_first_day: None
) -> None:
    held = running_class(tez)
    member = held.members.first()
    address = url("member", held.pk, member.pk)
    assert "中断学习" in text(clerk.get(address))
    assert clerk.post(address, {"verb": "interrupt", "reason": ""}).status_code == 422
    for verb, state in (("interrupt", "interrupted"), ("resume", "in_class"), ("leave", "left")):
        assert clerk.post(address, {"verb": verb, "reason": "家中有事"}).status_code == 302
        member.refresh_from_db()
        assert member.state == state
    assert "没有可以办理的变动" in text(clerk.get(address))


def test_to_another_class(tez: Cast, clerk: Client, on_the_first_day: None) -> None:
    first, second = running_class(tez, n=1), running_class(tez, n=2)
    member = first.members.first()
    data = {"verb": "transfer", "to_class": second.pk, "reason": "倒班"}
    assert clerk.post(url("member", first.pk, member.pk), data).status_code == 302
    assert second.members.filter(moved_from=member).exists()
    assert "转自" in text(clerk.get(url("class", second.pk)))


def test_called_off_with_a_reason(tez: Cast, clerk: Client, on_the_first_day: None) -> None:
    held = running_class(tez)
    assert clerk.post(url("class_act", held.pk, "cancel"), {"reason": ""}).status_code == 422
    done = clerk.post(url("class_act", held.pk, "cancel"), {"reason": "教师住院"}, follow=True)
    assert "教师住院" in text(done)


def test_week_and_month(tez: Cast, clerk: Client) -> None:
    held = planned_class(tez)
    for view in ("", "&view=month"):
        assert held.name[5:10] in text(clerk.get(url("calendar") + f"?day=2020-12-01{view}"))
    assert clerk.get(url("calendar") + "?day=nonsense").status_code == 200
    assert clerk.get(url("calendar") + "?day=9999-12-31&view=month").status_code == 200


def test_another_provider_sees_nothing_of_it(tez: Cast, client: Client) -> None:
    held = approved_class(tez)
    answer = asked(tez, 2)
    session = held.sessions.first()
    client.force_login(User.objects.get(pk=outsider(tez, "provider").user_id))
    pages = [
        ("class", held.pk), ("class_describe", held.pk), ("amend", held.pk, session.pk), ("answer", answer.pk),
        ("member", held.pk, held.members.first().pk), ("plan_load", held.pk), ("session", held.pk, session.pk),
    ]  # fmt: skip
    for name, *args in pages:
        assert client.get(url(name, *args)).status_code == 404
    assert client.post(url("class_act", held.pk, "cancel"), {"reason": "捣乱"}).status_code == 404
    assert client.post(url("answer_accept", answer.pk)).status_code == 404
    assert held.name not in text(client.get(url("classes")))


def test_the_number_of_queries_does_not_grow_with_the_roster(
    tez: Cast, clerk: Client, django_assert_max_num_queries: Any
) -> None:
    held = approved_class(tez, members=12, sessions=6, days=40)
    clerk.get(url("class", held.pk))
    with django_assert_max_num_queries(25):
        clerk.get(url("class", held.pk))
    with django_assert_max_num_queries(16):
        clerk.get(url("classes"))


def test_the_first_page_says_what_waits(tez: Cast, clerk: Client) -> None:
    assert "等您答复是否接单" not in text(clerk.get(url("home")))
    asked(tez)
    page = text(clerk.get(url("home")))
    assert "1个班次等您答复是否接单" in page
