"""Seconds to check and to save a roster of ROWS rows (20,000 by default), collected only when named:

.venv/bin/pytest tests/orders/subsidy/roster/timing.py -q -s -p no:xdist
"""

from __future__ import annotations

import os
import resource
import sys
import time

import pytest

from tests.cast import AT, cast
from tests.orders.subsidy.roster.files import HEADER, rows, xlsx
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.roster import saving
from wudan.orders.subsidy.roster.actions import check_roster, confirm_roster, save_roster, upload_roster
from wudan.orders.subsidy.roster.marked import marked_file

ROWS = int(os.environ.get("ROWS", "20000"))


def say(*words):
    sys.stdout.write(" ".join(map(str, words)) + "\n")


def timed(name, work):
    started, used = time.perf_counter(), time.process_time()
    result = work()
    say(
        f"{name}: {time.perf_counter() - started:.1f} s, {time.process_time() - used:.1f} s of them ours, not the database's"
    )
    return result


@pytest.mark.django_db(transaction=True)
def test_roster(monkeypatch):
    tez = cast("370405", pools=False)
    content = timed("make the file", lambda: xlsx([["名册"], HEADER, *rows(ROWS, 1001)]))
    roster = timed(
        "upload",
        lambda: upload_roster(
            organisation_id=tez.provider.pk, file_name="a.xlsx", content=content, authority="代领-1",
            actor=tez.provider_clerk, at=AT,
        ),
    )  # fmt: skip
    checked = timed("check", lambda: check_roster(roster_id=roster.pk, at=AT))
    say(checked.preview["outcomes"], checked.faults[:3])
    confirm_roster(roster_id=roster.pk, actor=tez.provider_clerk, at=AT)
    for name in ("examine", "register_people", "record_accounts", "submit_many"):
        original = getattr(saving, name)
        monkeypatch.setattr(
            saving, name, lambda *a, _f=original, _n=name, **k: timed(f"  {_n}", lambda: _f(*a, **k))
        )
    timed("save", lambda: save_roster(roster_id=roster.pk, at=AT))
    timed("marked file", lambda: marked_file(roster.pk))
    assert Claim.objects.count() == ROWS
    say(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")
