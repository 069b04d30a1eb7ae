"""A card reader's log: all rows or none, each matched to its session and learner, at most so old, once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.cast import SHANGHAI, Cast, cast, outsider, valid_identity
from tests.chain_cast import running_class
from wudan.kernel.errors import Refused
from wudan.orders.delivery.actions.cardlog import load_card_log
from wudan.orders.delivery.models import Attendance, Session, SignIn
from wudan.people.lists import FaultyFile

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast()


def log(held: Any, *, minutes: int = -5, who: list[str] | None = None) -> tuple[bytes, datetime]:
    """A log of the first session: everybody's card, so many minutes from its beginning; and the session's end."""
    session = Session.objects.filter(training_class=held).order_by("during").first()
    assert session is not None
    when = session.during.lower + timedelta(minutes=minutes)
    numbers = who or [m.person.number() for m in held.members.select_related("person").order_by("pk")]
    rows = "".join(f"{n},{when.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}\n" for n in numbers)
    return f"身份证号码,刷卡时间\n{rows}".encode(), session.during.upper


def test_everybody_of_the_log_is_in(tez: Cast) -> None:
    held = running_class(tez, members=3)
    content, end = log(held)
    assert load_card_log(class_id=held.pk, content=content, actor=tez.provider_clerk, at=end) == 3
    found = Attendance.objects.filter(state="present")
    assert {(a.method, a.day) for a in found} == {("card", held.started_on)} and found.count() == 3
    assert load_card_log(class_id=held.pk, content=content, actor=tez.provider_clerk, at=end) == 0
    assert SignIn.objects.count() == 3


@pytest.mark.parametrize(("minutes", "good"), [(-30, True), (-31, False), (359, True), (360, False)])
def test_the_read_falls_into_a_session(tez: Cast, minutes: int, good: bool) -> None:
    held = running_class(tez, members=1)
    content, end = log(held, minutes=minutes)
    at = end + timedelta(hours=1)
    if good:
        assert load_card_log(class_id=held.pk, content=content, actor=tez.provider_clerk, at=at) == 1
        return
    with pytest.raises(FaultyFile) as faulty:
        load_card_log(class_id=held.pk, content=content, actor=tez.provider_clerk, at=at)
    assert "没有课" in faulty.value.faults[0].problem


def test_one_bad_row_keeps_all_out(tez: Cast) -> None:
    held = running_class(tez, members=2)
    known = held.members.first().person.number()
    content, end = log(held, who=[known, valid_identity(77), "370405"])
    with pytest.raises(FaultyFile) as faulty:
        load_card_log(class_id=held.pk, content=content, actor=tez.provider_clerk, at=end)
    assert [f.row for f in faulty.value.faults] == [3, 4]
    assert known not in str([f.shown for f in faulty.value.faults])
    assert not Attendance.objects.filter(state="present").exists() and not SignIn.objects.exists()


@pytest.mark.parametrize(("hours", "good"), [(24, True), (25, False)])
def test_a_log_may_be_so_old(tez: Cast, hours: int, good: bool) -> None:
    held = running_class(tez, members=1)
    content, _ = log(held, minutes=0)
    at = Session.objects.filter(training_class=held).order_by("during")[0].during.lower + timedelta(
        hours=hours
    )
    try:
        load_card_log(class_id=held.pk, content=content, actor=tez.provider_clerk, at=at)
    except FaultyFile:
        assert not good
    else:
        assert good


def test_only_its_own_provider(tez: Cast) -> None:
    held = running_class(tez, members=1)
    content, end = log(held)
    for actor in (outsider(tez, "provider"), tez.worker, tez.intake):
        with pytest.raises(Refused):
            load_card_log(class_id=held.pk, content=content, actor=actor, at=end)
    assert not SignIn.objects.exists()
