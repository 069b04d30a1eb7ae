"""扫码签到 on the phone: opened by the camera, by digits or PIN, without a network; and the learner's own record."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import cast
from tests.orders.delivery.classroom import NINE, Classroom, classroom
from wudan.accounts.models import User
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.delivery.actions.attendance import close_sign_in
from wudan.orders.delivery.models import Device, Session, SignIn
from wudan.orders.delivery.queries.screens import my_sessions_after, pins
from wudan.web.shared.classes.words import day_words

pytestmark = pytest.mark.django_db
SIGN = "/my/sign/"
JSON = {"Accept": "application/json"}


def clock(settings: Any, at: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = at - timezone.now()


@pytest.fixture
def room(settings: Any) -> Classroom:
    clock(settings, NINE)
    return classroom(cast())


@pytest.fixture
def phone(room: Classroom) -> Client:
    """The first learner's phone, logged in, having opened the page once."""
    return phone_of(room, 0)


def phone_of(room: Classroom, n: int, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(User.objects.get(pk=room.learners[n].actor.user_id))
    client.get(SIGN)
    return client


def test_the_camera_opens_the_page_and_the_button_signs(phone: Client, room: Classroom):
    page = phone.get(SIGN, {"c": room.code()})
    assert room.code() in page.content.decode() and 'name="token"' in page.content.decode()
    answer = phone.post(SIGN, {"code": room.code(), "token": str(uuid4())})
    assert (
        answer.status_code == 200
        and "签到成功" in answer.content.decode()
        and "9:00" in answer.content.decode()
    )
    again = phone.post(SIGN, {"code": room.code(), "token": str(uuid4())}, headers=JSON).json()
    assert (again["accepted"], again["title"], again["text"]) == (True, "您已经签到", room.held.name)
    assert "您已经签到" in phone.get(SIGN).content.decode()


def test_the_key_of_the_phone_is_kept_from_scripts(room: Classroom):
    client = Client()
    client.force_login(User.objects.get(pk=room.learners[0].actor.user_id))
    cookie = client.get(SIGN).cookies["wudan_device"]
    assert (
        cookie["httponly"]
        and cookie["samesite"] == "Lax"
        and cookie["path"] == "/my/"
        and len(cookie.value) > 40
    )
    assert "wudan_device" not in client.get(SIGN).cookies
    client.post(SIGN, {"code": room.code(), "token": str(uuid4())})
    assert cookie.value.encode() not in bytes(Device.objects.get().key_hash)


def test_a_visitor_logs_in_first_and_keeps_the_code(client: Client, room: Classroom):
    answer = client.get(SIGN, {"c": room.code()})
    assert answer.status_code == 302 and "c%3D" in answer.headers["Location"]


def test_refusals_are_said_in_words(phone: Client, room: Classroom, settings: Any):
    old = room.code()
    clock(settings, NINE + timedelta(minutes=5))
    card = phone.post(SIGN, {"code": old, "token": str(uuid4())})
    assert card.status_code == 422 and "这个码已经过期" in card.content.decode()
    bad = phone.post(SIGN, {"code": "rubbish", "token": "no"}, headers=JSON)
    assert bad.status_code == 422 and "没有认出这个签到码" in bad.json()["text"]
    other = phone_of(room, 1)
    other.cookies["wudan_device"] = phone.cookies["wudan_device"].value
    code = room.code(NINE + timedelta(minutes=5))
    assert phone.post(SIGN, {"code": code, "token": str(uuid4())}).status_code == 200
    refused = other.post(SIGN, {"code": code, "token": str(uuid4())}, headers=JSON).json()
    assert "已绑定另一名学员" in refused["text"]


def test_digits_and_pin(room: Classroom):
    digits, pin = phone_of(room, 0), phone_of(room, 1)
    given = {"session": room.session.pk, "token": str(uuid4())}
    assert digits.post(
        SIGN, given | {"digits": f" {room.digits()[:3]} {room.digits()[3:]}"}, headers=JSON
    ).json()["accepted"]
    mine = {row.member_id: p for row, p in pins(room.session)}[room.learners[1].member.pk]
    wrong = pin.post(
        SIGN, given | {"token": str(uuid4()), "pin": "000000" if mine != "000000" else "1"}, headers=JSON
    )
    assert wrong.status_code == 422
    assert pin.post(SIGN, given | {"token": str(uuid4()), "pin": mine}, headers=JSON).json()["how"] == "口令"
    assert pin.post(SIGN, given | {"session": "x", "pin": mine}).status_code == 404


def test_kept_codes_are_sent_once_the_network_is_back(phone: Client, room: Classroom, settings: Any):
    phone.post(SIGN, {"code": room.code(), "token": str(uuid4())})
    day_two = room.sessions[1].during.lower
    room.open(1)
    evening = day_two + timedelta(hours=9)
    clock(settings, evening)
    token = phone.get("/my/sign/sync/", headers=JSON).json()["csrf"]
    assert len(token) > 20
    scans = [{"code": room.code(day_two, 1), "token": str(uuid4()), "at": day_two.isoformat()}]
    body = json.dumps({"now": evening.isoformat(), "scans": scans})
    for _ in range(2):
        (answer,) = phone.post("/my/sign/sync/", body, "application/json").json()["answers"]
        assert (answer["accepted"], answer["token"]) == (True, scans[0]["token"])
    assert SignIn.objects.filter(method="code_offline").count() == 1
    for broken in (
        "",
        "[]",
        "{}",
        '{"now": 1, "scans": []}',
        json.dumps({"now": evening.isoformat(), "scans": [{}]}),
    ):
        assert phone.post("/my/sign/sync/", broken, "application/json").status_code == 400


def test_csrf_less_posts_are_refused(room: Classroom):
    strict = phone_of(room, 0, enforce_csrf_checks=True)
    assert strict.post(SIGN, {"code": room.code(), "token": str(uuid4())}).status_code == 403
    body = json.dumps({"now": NINE.isoformat(), "scans": []})
    assert strict.post("/my/sign/sync/", body, "application/json").status_code == 403
    assert not SignIn.objects.exists()


def test_only_learners_sign(client: Client, room: Classroom):
    client.force_login(room.tez.user("provider_clerk"))
    assert client.get(SIGN).status_code == 403
    assert client.post(SIGN, {"code": room.code(), "token": str(uuid4())}).status_code == 403


def test_the_worker_and_its_page_are_the_same_for_everybody(client: Client, room: Classroom):
    page = client.get("/my/sign/offline/")
    assert page.status_code == 200 and "现在没有网络" in page.content.decode()
    script = client.get("/my/sign/worker.js")
    assert (
        script["Content-Type"].startswith("text/javascript")
        and "/my/sign/offline/" in script.content.decode()
    )
    assert client.get("/my/sign/manifest.webmanifest").json()["start_url"] == SIGN


def test_learning_shows_now_and_next(phone: Client, room: Classroom):
    shown = phone.get(reverse("learner:learning")).content.decode()
    today, after = shown.index("今天上课"), shown.index("接下来的课")
    assert today < shown.index("9:00至15:00") < after
    assert day_words(room.sessions[1].day) in shown[after:]
    assert day_words(room.session.day) not in shown[after:]  # today's is not named twice
    empty = Client()
    empty.force_login(room.tez.user("worker"))  # in no class
    other = empty.get(reverse("learner:learning")).content.decode()
    assert "您还没有选过课" in other and room.held.name not in other


def test_a_cancelled_lesson_or_one_of_a_class_i_left_does_not_come(phone: Client, room: Classroom):
    mine = room.learners[0].actor
    assert [row.session_id for row in my_sessions_after(room.session.day, mine)] == [room.sessions[1].pk]
    assert my_sessions_after(room.session.day, room.tez.provider_clerk) == []
    with acting(actor=SYSTEM, at=NINE, basis="测试"):
        Session.objects.filter(pk=room.sessions[1].pk).update(cancelled=True)
    assert my_sessions_after(room.session.day, mine) == []
    assert "接下来的课" not in phone.get(reverse("learner:learning")).content.decode()


def test_without_an_open_lesson_the_page_says_when_the_next_is(settings: Any):
    clock(settings, NINE)
    room = classroom(cast(), opened=False)
    phone = phone_of(room, 0)
    assert "下一节课：今天9:00至15:00" in phone.get(SIGN).content.decode()
    clock(settings, NINE + timedelta(hours=8))
    shown = phone.get(SIGN).content.decode()
    assert "现在没有可以签到的课" in shown and f"下一节课：{day_words(room.sessions[1].day)}" in shown
    assert 'name="digits"' not in shown


def test_my_record(phone: Client, room: Classroom):
    assert "还没有上课" in phone.get(reverse("learner:attendance")).content.decode()
    close_sign_in(session_id=room.session.pk, actor=room.tez.provider_clerk, at=NINE + timedelta(hours=1))
    page = phone.get(reverse("learner:attendance")).content.decode()
    assert "缺勤" in page and "低于80%的要求" in page
    empty = Client()
    empty.force_login(room.tez.user("worker"))
    assert "您还没有参加培训班" in empty.get(reverse("learner:attendance")).content.decode()


def test_signing_in_asks_the_database_little(
    phone: Client, room: Classroom, django_assert_max_num_queries: Any
):
    """5,000 in a minute: session, user, roles, two of the transaction's name, the seat, token, phone, three writes, name back."""
    phone.post(SIGN, {"code": room.code(), "token": str(uuid4())})
    other = phone_of(room, 1)
    with django_assert_max_num_queries(15):
        assert other.post(SIGN, {"code": room.code(), "token": str(uuid4())}, headers=JSON).status_code == 200
