"""出勤 at the bureau: the sheet, the day's form, one mark put right with a reason; another district sees none of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import cast, outsider
from tests.orders.delivery.classroom import NINE, Classroom, classroom, scan
from wudan.accounts.models import User
from wudan.orders.delivery.actions.handwork import witness
from wudan.orders.delivery.models import Device, SignIn

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8\xff\xe0" + b"0" * 50


@pytest.fixture
def room(settings: Any) -> Classroom:
    settings.WUDAN_CLOCK_SHIFT = NINE - timezone.now()
    room = classroom(cast())
    scan(room.learners[0], room.code())
    scan(room.learners[1], room.code(), device_key=room.learners[0].phone)
    return room


def url(name: str, *args: object) -> str:
    return reverse(f"bureau:{name}", args=args)


def test_one_mark_with_every_attempt_and_what_may_be_done(client: Client, room: Classroom):
    client.force_login(room.tez.user("intake"))
    sheet = client.get(url("attendance", room.held.pk)).content.decode()
    assert "每天的出勤率" in sheet and "扫码 9:00" in sheet
    assert "培训过程检查表" in client.get(url("attendance_day", room.held.pk, "2020-12-01")).content.decode()
    refused = room.learners[1].mark(room.session)
    page = client.get(url("mark", refused.pk)).content.decode()
    assert "已绑定另一名学员" in page and "更正为出勤" in page and "认定签到无效" not in page
    short = client.post(url("mark_change", refused.pk, "override"), {"reason": "在"})
    assert short.status_code == 422 and "请至少写4个字" in short.content.decode()
    client.post(url("mark_change", refused.pk, "override"), {"reason": "看过教室监控，本人在场"})
    assert room.learners[1].mark(room.session).method == "override"
    client.post(url("mark_change", refused.pk, "strike"), {"reason": "监控看错，不是本人"})
    assert "签到无效" in client.get(url("mark", refused.pk)).content.decode()
    first = room.learners[0].mark(room.session)
    client.post(url("mark_change", first.pk, "release"), {"reason": "手机丢失，本人持身份证来办"})
    assert not Device.objects.filter(released_at=None).exists()
    assert client.post(url("mark_change", first.pk, "delete"), {"reason": "没有这一项"}).status_code == 404


def test_the_reviewer_strikes_but_does_not_override(client: Client, room: Classroom):
    client.force_login(room.tez.user("reviewer"))
    absent, present = (room.learners[n].mark(room.session) for n in (1, 0))
    assert (
        client.post(url("mark_change", absent.pk, "override"), {"reason": "看过教室监控"}).status_code == 403
    )
    client.post(url("mark_change", present.pk, "strike"), {"reason": "巡查点名时不在场"})
    assert room.learners[0].mark(room.session).state == "absent"


def test_the_photo_of_the_sheet(client: Client, room: Classroom):
    witness(
        session_id=room.session.pk, member_ids=[room.learners[2].member.pk], photo=JPEG, reason="没有手机",
        actor=room.tez.provider_clerk, at=NINE,
    )  # fmt: skip
    kept = SignIn.objects.get(method="witness")
    client.force_login(room.tez.user("reviewer"))
    answer = client.post(url("sign_in_photo", kept.pk))
    assert (answer.content, answer["Content-Type"]) == (JPEG, "image/jpeg") and "no-store" in answer[
        "Cache-Control"
    ]
    assert client.get(url("sign_in_photo", kept.pk)).status_code == 405
    client.force_login(room.tez.user("provider_clerk"))
    assert client.post(url("sign_in_photo", kept.pk)).status_code == 403


def test_another_district_finds_nothing(client: Client, room: Classroom):
    stranger = outsider(room.tez, "intake")
    client.force_login(User.objects.get(pk=stranger.user_id))
    mark = room.learners[0].mark(room.session).pk
    for address in (
        url("attendance", room.held.pk),
        url("attendance_day", room.held.pk, "2020-12-01"),
        url("mark", mark),
    ):
        assert client.get(address).status_code == 404
    assert client.post(url("mark_change", mark, "strike"), {"reason": "不在本区的人"}).status_code == 404
    assert room.learners[0].mark(room.session).state == "present"
