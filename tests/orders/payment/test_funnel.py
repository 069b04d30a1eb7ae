"""五单总览: every number is the count of rows that can be opened; narrowed by day, town and line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, BASIS, Cast, cast, outsider
from tests.orders.payment.test_trail import paid_chain
from tests.orders.subsidy.certified import END, ISSUED, START, chain, learners
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.payment.funnel import STAGES, Narrow, by_line, funnel, rows_of, step_of
from wudan.people.models import Division

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def counts(tez: Cast, **by: Any) -> dict[str, int]:
    return {s.code: s.count for s in funnel(tez.intake, Narrow(**by)) if s.count}


def test_every_number_is_the_count_of_its_rows(tez: Cast) -> None:
    paid_chain(tez)
    chain(tez, *learners(2, 300), line="pre_job", state="running", issued=False, member_state="in_class")
    found = funnel(tez.reviewer, Narrow())
    assert [s.code for s in found] == list(STAGES)
    numbers = {s.code: (s.count, s.heads, s.fen) for s in found}
    assert numbers == {
        "order": (2, 2, 0), "offer": (2, 100, 0), "enrolment": (5, 5, 0), "answer": (0, 0, 0), "class": (2, 5, 0),
        "member": (3, 3, 0), "certificate": (3, 3, 0), "line": (1, 1, 150_000),
    }  # fmt: skip
    for stage in found:
        rows = list(rows_of(tez.reviewer, stage.code, Narrow()))
        assert len(rows) == stage.count
        assert all(step_of(stage.code, row).label for row in rows)


def test_narrowed_by_line_and_by_the_table(tez: Cast) -> None:
    paid_chain(tez)
    chain(tez, *learners(2, 300), line="pre_job", state="running", issued=False, member_state="in_class")
    assert counts(tez, line="pre_job") == {"order": 1, "offer": 1, "enrolment": 2, "class": 1}
    table = by_line(tez.intake, Narrow())
    assert table["pre_job"] == counts(tez, line="pre_job")
    assert table["general"] == counts(tez, line="general")
    assert table["general"]["line"] == 1


def test_narrowed_by_day_on_both_sides(tez: Cast) -> None:
    chain(tez)
    for code, day in (("class", START), ("member", END), ("certificate", ISSUED), ("order", AT.date())):
        assert counts(tez, since=day, until=day).get(code) == 1, code
        assert code not in counts(tez, until=day - timedelta(days=1)), code
        assert code not in counts(tez, since=day + timedelta(days=1)), code
    assert counts(tez, since=date(2030, 1, 1)) == {}


def test_narrowed_by_town(tez: Cast) -> None:
    made = chain(tez)
    town, other = Division.objects.filter(parent_id=tez.code).order_by("code")[:2]
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        made.offer.town = town
        made.offer.save(update_fields=["town"])
    assert counts(tez, town=town.code) == {
        "offer": 1,
        "enrolment": 1,
        "class": 1,
        "member": 1,
        "certificate": 1,
    }
    assert counts(tez, town=other.code) == {}


def test_who_may_see_it(tez: Cast) -> None:
    paid_chain(tez)
    for actor in (tez.worker, tez.provider_clerk, tez.enterprise_clerk, tez.system):
        assert funnel(actor, Narrow()) == []
        assert by_line(actor, Narrow()) == {}
        assert not rows_of(actor, "line", Narrow()).exists()
    assert not any(s.count for s in funnel(outsider(tez, "supervisor"), Narrow()))


def test_the_number_of_queries_is_fixed(tez: Cast) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as seen:
            funnel(tez.intake, Narrow())
            by_line(tez.intake, Narrow())
        return len(seen)

    chain(tez, days=0)
    few = cost()
    chain(tez, *learners(4, 300), days=0, line="pre_job")
    assert cost() == few <= 18
