"""kill -9 in the middle of saving loses nothing and leaves no half."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.cast import AT, cast
from tests.orders.subsidy.roster.files import HEADER, rows, xlsx
from wudan.kernel.models import History, OutboxEvent
from wudan.orders.subsidy.models import Claim, Roster
from wudan.orders.subsidy.roster.actions import check_roster, confirm_roster, save_roster, upload_roster
from wudan.people.models import Person, PersonAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROJECT = Path(__file__).resolve().parents[4]
FEW, MANY = 60, 300
"""Rows. Who is killed at a step is killed there however few they are; who is killed from outside must take a while."""


def worker(roster: Roster, place: str) -> subprocess.Popen[bytes]:
    names = ("NAME", "HOST", "PORT", "USER", "PASSWORD")
    database = json.dumps({name: connection.settings_dict[name] for name in names})
    command = [sys.executable, "-m", "tests.orders.subsidy.roster.killed", database, str(roster.pk), place]
    return subprocess.Popen(command, cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)})


def confirmed(count: int) -> Roster:
    tez = cast("370405", pools=False)
    roster = upload_roster(
        organisation_id=tez.provider.pk, file_name="名册.xlsx", content=xlsx([HEADER, *rows(count)]), authority="代领-1",
        actor=tez.provider_clerk, at=AT,
    )  # fmt: skip
    check_roster(roster_id=roster.pk, at=AT)
    return confirm_roster(roster_id=roster.pk, actor=tez.provider_clerk, at=AT)


def written() -> tuple[int, ...]:
    tables = ["people_person", "people_personaccount", "subsidy_claim"]
    history = [History.objects.filter(table_name=t, operation="INSERT").count() for t in tables]
    return (Person.objects.count(), PersonAccount.objects.count(), Claim.objects.count(), *history)


def until_the_server_has_noticed() -> None:
    """A statement under way when its sender died, such as a commit, is still carried out."""
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    until = time.monotonic() + 120
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(others)
            if cursor.fetchone() == (1,):
                return
        time.sleep(0.02)
    raise AssertionError("the dead worker's connections are still there")


def assert_saved_once(roster: Roster, before: tuple[int, ...], count: int) -> None:
    assert save_roster(roster_id=roster.pk, at=AT).state == "confirmed"
    assert [b - a for a, b in zip(before, written(), strict=True)] == [count] * 6
    assert list(Claim.objects.order_by("roster_row").values_list("roster_row", flat=True)) == list(
        range(2, count + 2)
    )
    assert OutboxEvent.objects.filter(topic="roster:saved").count() == 1
    assert save_roster(roster_id=roster.pk, at=AT).state == "confirmed"
    assert Claim.objects.count() == count


@pytest.mark.parametrize(
    "place", ["examine", "register_people", "record_accounts", "submit_many", "_submit", "_write"]
)
def test_killed_at_each_step(place):
    roster = confirmed(FEW)
    before = written()
    process = worker(roster, place)
    assert process.wait(timeout=120) == -signal.SIGKILL
    until_the_server_has_noticed()
    roster.refresh_from_db()
    assert (roster.state, written()) == ("confirming", before)
    assert_saved_once(roster, before, FEW)


def test_killed_from_outside_once_it_is_under_way():
    roster = confirmed(MANY)
    before = written()
    process = worker(roster, "")
    until = time.monotonic() + 120
    while (
        time.monotonic() < until
        and not Roster.objects.filter(pk=roster.pk, rows_done__gte=MANY * 2 // 5).exists()
    ):
        time.sleep(0.005)
    process.kill()
    process.wait(timeout=120)
    until_the_server_has_noticed()
    roster.refresh_from_db()
    if roster.state == "confirming":  # else it was quicker than us: then everything is there
        assert written() == before
    assert_saved_once(roster, before, MANY)
