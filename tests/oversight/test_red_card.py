"""A red day opens one finding for the class; a teacher's witness in time takes the reason away; another red day opens another."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast
from tests.orders.delivery.classroom import NINE, classroom, scan
from wudan.orders.delivery.actions.attendance import close_sign_in
from wudan.orders.delivery.actions.handwork import witness
from wudan.oversight.actions import close, finding_from_card
from wudan.oversight.models import Finding

pytestmark = pytest.mark.django_db


def test_a_red_day_is_a_finding():
    room = classroom(cast())
    tez, first = room.tez, room.session.during.lower
    assert finding_from_card(room.held.pk, NINE) is None  # nothing held yet
    scan(room.learners[0], room.code())
    close_sign_in(session_id=room.session.pk, actor=tez.provider_clerk, at=first + timedelta(hours=1))
    found = finding_from_card(room.held.pk, NINE)
    assert found is not None and "2020年12月1日出勤率33.3%，低于红牌线" in found.sentence
    assert finding_from_card(room.held.pk, NINE) is None  # delivered twice
    close(finding_id=found.pk, conclusion="已约谈培训机构", actor=tez.supervisor, at=NINE)
    assert finding_from_card(room.held.pk, NINE) is None  # the same day again
    second = room.open(1)
    at = second.during.lower + timedelta(hours=1)
    close_sign_in(session_id=second.pk, actor=tez.provider_clerk, at=at)
    again = finding_from_card(room.held.pk, at)
    assert again is not None and again.pk != found.pk
    assert Finding.objects.filter(kind="red-card").count() == 2


def test_witnessed_in_time_there_is_none():
    room = classroom(cast())
    close_sign_in(session_id=room.session.pk, actor=room.tez.provider_clerk, at=NINE + timedelta(hours=1))
    witness(
        session_id=room.session.pk, member_ids=[w.member.pk for w in room.learners], photo=b"\xff\xd8\xff" + b"0" * 9,
        reason="教室断网", actor=room.tez.provider_clerk, at=NINE + timedelta(hours=2),
    )  # fmt: skip
    assert finding_from_card(room.held.pk, NINE + timedelta(hours=3)) is None
