"""编班: no order lost or doubled, no incompatible ones in one class, the same orders the same classes."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wudan.orders.demand.grouping import Limits, Wish, agree, group, shared_days

ON = date(2020, 11, 17)
LIMITS = Limits(least=20, most=50, days=10)


def wish(
    n: int, *, town: str = "t1", start: int = 0, days: int = 60, mode: str = "any", heads: int = 1, **more
):
    since = ON + timedelta(days=start)
    return Wish(
        n,
        more.get("occupation", 1),
        more.get("level", 5),
        town,
        since,
        since + timedelta(days=days),
        mode,
        heads,
    )


def many(count: int, first: int = 1, **same):
    return [wish(first + n, **same) for n in range(count)]


WISHES = st.lists(
    st.builds(
        wish,
        st.just(0),
        town=st.sampled_from(["", "t1", "t2", "t3"]),
        start=st.integers(-40, 80),
        days=st.integers(1, 120),
        mode=st.sampled_from(["any", "offline", "online", "blended"]),
        heads=st.sampled_from([1, 1, 1, 2, 5, 12, 30, 70]),
        occupation=st.sampled_from([1, 2]),
        level=st.sampled_from([5, 4]),
    ),
    max_size=40,
).map(
    lambda found: [
        Wish(n, w.occupation, w.level, w.town, w.since, w.until, w.mode, w.heads)
        for n, w in enumerate(found, 1)
    ]
)
SIZES = st.builds(
    lambda least, more, days: Limits(least, least + more, days), st.integers(2, 12), st.integers(0, 30), st.integers(1, 30)
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(WISHES, SIZES)
def test_every_class_is_sound_and_no_order_is_lost_or_doubled(wishes, limits):
    groups = group(wishes, limits, on=ON)
    known = {w.order: w for w in wishes}
    placed = [order for one in groups for order in one.orders]
    assert len(placed) == len(set(placed)) and set(placed) <= set(known)
    for one in groups:
        members = [known[order] for order in one.orders]
        assert one.heads == sum(w.heads for w in members)
        assert one.heads >= limits.least
        assert one.heads <= limits.most or len(members) == 1
        assert (one.until - one.since).days >= limits.days and one.since >= ON
        for member in members:
            assert (member.occupation, member.level) == (one.occupation, one.level)
            assert member.since <= one.since and one.until <= member.until
            assert shared_days(member, one.since, one.until) == (one.until - one.since).days
            assert agree(member.mode, one.mode) and one.mode != "any"
            assert not one.town or member.town in ("", one.town)


@settings(max_examples=60, deadline=None)
@given(WISHES, SIZES, st.randoms())
def test_the_same_orders_in_any_sequence_give_the_same_classes(wishes, limits, rng: random.Random):
    mixed = list(wishes)
    rng.shuffle(mixed)
    assert group(mixed, limits, on=ON) == group(wishes, limits, on=ON)


@settings(max_examples=60, deadline=None)
@given(WISHES, SIZES)
def test_whoever_is_left_could_not_have_had_a_class_of_single_persons(wishes, limits):
    singles = [w for w in wishes if w.heads == 1]
    placed = {order for one in group(singles, limits, on=ON) for order in one.orders}
    left = [w for w in singles if w.order not in placed]
    assert group(left, limits, on=ON) == []


@pytest.mark.parametrize(
    ("count", "classes"), [(19, []), (20, [20]), (50, [50]), (51, [26, 25]), (101, [34, 34, 33])]
)
def test_least_and_most_and_even_classes(count, classes):
    assert sorted((g.heads for g in group(many(count), LIMITS, on=ON)), reverse=True) == classes


def test_when_even_classes_would_be_too_small_the_first_is_filled():
    groups = group(many(35), Limits(20, 30, 10), on=ON)
    assert [g.orders for g in groups] == [tuple(range(1, 31))]


@pytest.mark.parametrize(("apart", "count"), [(50, 1), (51, 0)])
def test_windows_must_share_ten_days(apart, count):
    wishes = many(10) + many(10, first=100, start=apart)
    assert len(group(wishes, LIMITS, on=ON)) == count


@pytest.mark.parametrize(("days", "count"), [(10, 1), (9, 0)])
def test_what_is_past_of_a_window_does_not_count(days, count):
    assert len(group(many(20, start=-30, days=30 + days), LIMITS, on=ON)) == count


def test_a_town_comes_first_and_what_it_cannot_fill_is_tried_for_the_district():
    wishes = many(20) + many(12, first=100, town="t2") + many(8, first=200, town="t3")
    groups = group(wishes, LIMITS, on=ON)
    assert [(g.town, g.heads) for g in groups] == [("", 20), ("t1", 20)]


def test_anywhere_fills_up_a_town():
    assert [(g.town, g.heads) for g in group(many(15) + many(5, first=50, town=""), LIMITS, on=ON)] == [
        ("t1", 20)
    ]


def test_online_is_for_the_whole_district_and_never_sits_with_offline():
    wishes = (
        many(12, mode="online")
        + many(12, first=50, town="t2", mode="online")
        + many(12, first=90, mode="offline")
    )
    assert [(g.town, g.mode, g.heads) for g in group(wishes, LIMITS, on=ON)] == [("", "online", 24)]


def test_an_order_larger_than_a_class_stands_by_itself():
    groups = group([*many(20), wish(99, heads=120)], LIMITS, on=ON)
    assert sorted(g.heads for g in groups) == [20, 120]
