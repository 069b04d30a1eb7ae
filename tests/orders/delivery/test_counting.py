"""Counting: 80 % is exact, the order of rows does not matter, and how a day is cut into sessions does not change it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wudan.orders.delivery.counting import CLASS_VOID, DAY_VOID, Lines, Row, card, count, meets, percent

DAY = date(2020, 12, 1)
STATES = st.sampled_from(["present", "absent", "made_up", "expected", "excused"])


@st.composite
def classes(draw: st.DrawFn) -> list[Row]:
    """Up to five learners, five days, three sessions a day; everybody of a session has a row."""
    members, days = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    rows = []
    for day in range(days):
        for part in range(draw(st.integers(1, 3))):
            hours = draw(st.integers(1, 8))
            rows += [
                Row(m, day * 10 + part, DAY + timedelta(day), hours, draw(STATES))
                for m in range(1, members + 1)
            ]
    return rows


@pytest.mark.parametrize(
    ("part", "whole", "ok"),
    [(80, 100, True), (4, 5, True), (799, 1000, False), (801, 1000, True), (7999, 10000, False), (0, 0, False), (1, 1, True)],
)  # fmt: skip
def test_exactly_eighty_percent_is_enough(part: int, whole: int, ok: bool):
    assert meets(part, whole, 80) is ok


@given(whole=st.integers(1, 500), part=st.integers(0, 500))
def test_the_shown_rate_never_flatters(whole: int, part: int):
    part = min(part, whole)
    assert (percent(part, whole) >= 80) == meets(part, whole, 80)


@pytest.mark.parametrize(
    ("present", "shown"), [(50, ""), (45, ""), (44, "yellow"), (40, "yellow"), (39, "red"), (0, "red")]
)
def test_cards_of_a_class_of_fifty(present: int, shown: str):
    assert card(present, 50, Lines()) == shown


@given(classes(), st.randoms())
def test_the_order_of_rows_does_not_matter(rows: list[Row], random: object):
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert count(rows, Lines()) == count(mixed, Lines())


@given(classes())
def test_a_session_cut_into_hours_counts_the_same(rows: list[Row]):
    """Merging: eight rows of one hour are one row of eight."""
    cut = [Row(r.member_id, r.session_id * 100 + h, r.day, 1, r.state) for r in rows for h in range(r.hours)]
    whole, parts = count(rows, Lines()), count(cut, Lines())
    assert whole.members == parts.members
    assert [(d.day, d.attended, d.held, d.card) for d in whole.days] == [
        (d.day, d.attended, d.held, d.card) for d in parts.days
    ]


@given(classes())
def test_bounds(rows: list[Row]):
    found = count(rows, Lines())
    held = {r.day for r in rows if r.state in ("present", "absent", "made_up")}
    assert {d.day for d in found.days} == held
    for one in found.members.values():
        assert 0 <= one.attended <= one.held
        assert one.days <= len(held)
        assert one.ok == (one.held > 0 and one.attended * 100 >= 80 * one.held)


@given(classes())
def test_to_come_and_not_counted_change_nothing(rows: list[Row]):
    counted = [r for r in rows if r.state not in ("expected", "excused")]
    assert count(rows, Lines()) == count(counted, Lines())


@given(classes())
def test_making_up_helps_the_person_and_not_the_day(rows: list[Row]):
    missed = [
        Row(r.member_id, r.session_id, r.day, r.hours, "absent" if r.state == "made_up" else r.state)
        for r in rows
    ]
    before, after = count(missed, Lines()), count(rows, Lines())
    assert [d.card for d in before.days] == [d.card for d in after.days]
    assert all(after.members[m].attended >= before.members[m].attended for m in after.members)


def test_a_day_counts_when_all_of_it_was_attended():
    rows = [
        Row(1, 1, DAY, 4, "present"),
        Row(1, 2, DAY, 4, "absent"),
        Row(1, 3, DAY + timedelta(1), 8, "present"),
    ]
    assert count(rows, Lines()).members[1].days == 1
    assert count(rows, Lines(day=50)).members[1].days == 2


def test_a_red_card_voids_the_day_or_the_class_where_the_district_says_so():
    def day(n: int, present: int) -> list[Row]:
        return [
            Row(m, n, DAY + timedelta(n), 8, "present" if m <= present else "absent") for m in range(1, 11)
        ]

    rows = [*day(0, 10), *day(1, 7)]
    reminded, void_day = count(rows, Lines()), count(rows, Lines(effect=DAY_VOID))
    assert [d.card for d in reminded.days] == ["", "red"]
    assert (reminded.members[1].days, void_day.members[1].days) == (2, 1)
    assert void_day.members[10].percent == Decimal(100)  # the void day neither helps nor harms
    assert void_day.valid and reminded.valid
    assert not count(rows, Lines(effect=CLASS_VOID)).valid
    assert count([*day(0, 10), *day(1, 8)], Lines(effect=CLASS_VOID)).valid  # exactly 80 %


def test_the_lowest_session_of_a_day_is_shown():
    rows = [
        Row(1, 1, DAY, 4, "present"),
        Row(2, 1, DAY, 4, "present"),
        Row(1, 2, DAY, 4, "present"),
        Row(2, 2, DAY, 4, "absent"),
    ]
    (day,) = count(rows, Lines()).days
    assert (day.percent, day.lowest) == (Decimal(75), Decimal(50))
