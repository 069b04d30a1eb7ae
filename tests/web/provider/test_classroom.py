"""今日课堂: the provider opens, shows, takes cards and PINs, witnesses and closes; nobody else's clerk sees any of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import Cast, cast, outsider
from tests.orders.delivery.classroom import NINE, Classroom, classroom, scan
from wudan.accounts.models import User
from wudan.orders.delivery.models import Attendance, Device, Session, SignIn

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 50


@pytest.fixture
def room(settings: Any) -> Classroom:
    settings.WUDAN_CLOCK_SHIFT = NINE - timezone.now()
    return classroom(cast())


@pytest.fixture
def clerk(client: Client, room: Classroom) -> Client:
    client.force_login(room.tez.user("provider_clerk"))
    return client


def url(name: str, *args: object) -> str:
    return reverse(f"provider:{name}", args=args)


def test_the_day_and_the_room(clerk: Client, room: Classroom):
    page = clerk.get(url("today"))
    assert room.held.name in page.content.decode() and "正在签到" in page.content.decode()
    other = clerk.get(url("today"), {"day": "2020-12-02"}).content.decode()
    assert "未开始签到" in other
    nothing = clerk.get(url("today"), {"day": "2020-11-28"}).content.decode()
    assert "2020年12月1日的课" in nothing
    shown = clerk.get(url("classroom", room.session.pk))
    assert shown.headers["Cache-Control"].startswith("max-age=0")
    assert "已签到<b>0</b>人，应到3人" in shown.content.decode()


def test_the_code_on_the_page_signs_in(clerk: Client, room: Classroom):
    part = clerk.get(url("classroom_code", room.session.pk)).content.decode()
    digits = re.search(r'class="s-digits"[^>]*>(\d{6})<', part)
    assert digits and "<svg" in part and "style=" not in part
    delay = re.search(r"delay:(\d+)s", part)
    assert delay and 1 <= int(delay[1]) <= 10
    answer = scan(room.learners[0], room.code())
    assert answer.accepted
    assert "已签到<b>1</b>人" in clerk.get(url("classroom_roll", room.session.pk)).content.decode()


def test_open_and_close(clerk: Client, room: Classroom, settings: Any):
    settings.WUDAN_CLOCK_SHIFT = room.sessions[1].during.lower - timezone.now()
    second = room.sessions[1].pk
    assert "今天有1节课" in clerk.get(reverse("provider:home")).content.decode()
    assert "开始签到" in clerk.get(url("classroom", second)).content.decode()
    assert clerk.post(url("sign_open", second)).status_code == 302
    assert clerk.post(url("sign_close", second)).status_code == 302
    assert Attendance.objects.filter(session=second, state="absent").count() == 3
    assert "重新打开签到" in clerk.get(url("classroom", second)).content.decode()
    assert clerk.post(url("sign_close", second)).status_code == 409


def test_card_and_pin_at_the_screen(clerk: Client, room: Classroom):
    first, _second, _ = room.learners
    clerk.post(url("by_hand", room.session.pk, "card"), {"typed": first.member.person.number()})
    sheet = clerk.get(url("pins", room.session.pk)).content.decode()
    shown = re.findall(r'<b translate="no">(\d{6})</b>', sheet)
    assert len(shown) == 3
    for pin in shown:
        clerk.post(url("by_hand", room.session.pk, "pin"), {"typed": pin})
    methods = set(Attendance.objects.filter(session=room.session).values_list("member_id", "method"))
    assert methods == {(first.member.pk, "card"), *((w.member.pk, "pin") for w in room.learners[1:])}
    answer = clerk.post(url("by_hand", room.session.pk, "card"), {"typed": "123"}, follow=True)
    assert "身份证号码应为18位" in answer.content.decode()
    assert first.member.person.number() not in clerk.get(url("classroom", room.session.pk)).content.decode()


def test_witness_wants_the_photo(clerk: Client, room: Classroom):
    address = url("witness", room.session.pk)
    members = [w.member.pk for w in room.learners[:2]]
    without = clerk.post(address, {"members": members, "reason": "教室断网没有信号"})
    assert without.status_code == 422 and "请选择“签到表照片”" in without.content.decode()
    text = SimpleUploadedFile("sheet.jpg", b"not a picture", "image/jpeg")
    wrong = clerk.post(address, {"members": members, "reason": "教室断网没有信号", "photo": text})
    assert wrong.status_code == 422 and "不是照片" in wrong.content.decode()
    photo = SimpleUploadedFile("sheet.jpg", JPEG, "image/jpeg")
    assert (
        clerk.post(address, {"members": members, "reason": "教室断网没有信号", "photo": photo}).status_code
        == 302
    )
    found = list(SignIn.objects.filter(method="witness").order_by("pk"))
    assert len(found) == 2 and found[1].sheet_id == found[0].pk
    assert JPEG not in bytes(found[0].photo_sealed)


def test_a_changed_phone(clerk: Client, room: Classroom):
    who = room.learners[0]
    scan(who, room.code())
    assert "2020年12月1日绑定" in clerk.get(url("phones", room.session.pk)).content.decode()
    clerk.post(
        url("phones", room.session.pk), {"person": who.member.person_id, "reason": "手机丢失，换了新手机"}
    )
    assert not Device.objects.filter(released_at=None).exists()


def test_the_sheet_and_make_up(clerk: Client, room: Classroom):
    clerk.post(url("sign_close", room.session.pk))
    page = clerk.get(url("attendance", room.held.pk)).content.decode()
    assert "红牌" in page and "整班不予补贴" in page
    paper = clerk.get(url("attendance_day", room.held.pk, "2020-12-01")).content.decode()
    assert "培训过程检查表" in paper and "不合格（红牌）" in paper
    assert clerk.get(url("attendance_day", room.held.pk, "2020-12-09")).status_code == 404
    missed = Attendance.objects.get(member=room.learners[0].member, session=room.session)
    given = {
        "missed": [missed.pk], "day": "2020-12-05", "begins": "09:00", "ends": "15:00", "venue": room.session.venue_id,
        "teacher": room.session.teacher_id, "reason": "因病请假",
    }  # fmt: skip
    short = clerk.post(url("make_up", room.held.pk), given | {"ends": "10:00"})
    assert short.status_code == 422 and "比原来的课短" in short.content.decode()
    assert clerk.post(url("make_up", room.held.pk), given).status_code == 302
    assert Session.objects.get(make_up=True).day.isoformat() == "2020-12-05"


GET = ("classroom", "classroom_screen", "classroom_code", "classroom_roll", "pins", "witness", "phones")
POST = ("sign_open", "sign_close", "witness", "phones")


def test_another_providers_clerk_finds_nothing(client: Client, room: Classroom):
    stranger = outsider(room.tez, "provider")
    client.force_login(User.objects.get(pk=stranger.user_id))
    assert [n for n in GET if client.get(url(n, room.session.pk)).status_code != 404] == []
    assert [n for n in POST if client.post(url(n, room.session.pk)).status_code != 404] == []
    assert client.post(url("by_hand", room.session.pk, "card"), {"typed": "1"}).status_code == 404
    assert client.get(url("attendance", room.held.pk)).status_code == 404
    assert client.get(url("make_up", room.held.pk)).status_code == 404
    assert room.held.name not in client.get(url("today")).content.decode()
    assert not SignIn.objects.exists()


def test_others_are_sent_away(client: Client, room: Classroom, tez: Cast | None = None):
    for who in ("intake", "worker", "enterprise_clerk"):
        client.force_login(room.tez.user(who))
        assert client.get(url("classroom", room.session.pk)).status_code == 403
        assert client.post(url("sign_open", room.session.pk)).status_code == 403


def test_csrf_less_posts_are_refused(room: Classroom):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(room.tez.user("provider_clerk"))
    for name in POST:
        assert strict.post(url(name, room.session.pk)).status_code == 403
    assert Session.objects.get(pk=room.session.pk).closed_at is None


def test_queries_do_not_grow_with_the_class(clerk: Client, room: Classroom, django_assert_num_queries: Any):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def asked(session_id: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            clerk.get(url("classroom", session_id))
        return len(seen)

    big = classroom(room.tez, n=2, members=12)
    asked(room.session.pk)
    assert asked(big.session.pk) == asked(room.session.pk)
