"""就业率: exactly 85 % is right, small classes are right, and everything that counts is a parameter of the district."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cast import Cast, cast, outsider
from tests.orders.delivery.finishing import after, attended, concluded, members_of
from wudan.kernel.errors import Refused
from wudan.orders.delivery.actions.employing import EmploymentRow, record_employment
from wudan.orders.delivery.actions.rating import rate
from wudan.orders.delivery.models import Employment, Rating
from wudan.orders.delivery.queries.employment import _months_after, class_rate, needed_of
from wudan.orders.delivery.queries.quality import Share, held, quality_of
from wudan.policy.engine.rulebook import load_rulebook

TEZ = load_rulebook("taierzhuang")
pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast()


def works(member_id: int, since: date, **changes: Any) -> EmploymentRow:
    values = {
        "employed": True,
        "employer_name": "纺织公司",
        "kind": "contract",
        "proof": "contract",
        "reference": "合同1",
        **changes,
    }
    return EmploymentRow(member_id, since=since, **values)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400))
def test_the_heads_needed_are_those_of_the_law(total: int) -> None:
    """85 % of so many heads, in exact fractions, rounded up to whole people."""
    assert needed_of(TEZ, total, date(2020, 12, 1)) == ceil(Fraction(85, 100) * total)


@pytest.mark.parametrize(("total", "needed"), [(1, 1), (2, 2), (6, 6), (7, 6), (20, 17), (100, 85)])
def test_small_classes_and_exactly_85(total: int, needed: int) -> None:
    assert needed_of(TEZ, total, date(2020, 12, 1)) == needed


def test_where_no_line_is_set_nobody_is_told_a_number() -> None:
    assert needed_of(load_rulebook("zhoucun"), 20, date(2020, 12, 1)) is None
    assert needed_of(TEZ, 0, date(2020, 12, 1)) is None


def test_who_is_marginal(tez: Cast) -> None:
    """Of seven, six are needed: with five, each of the two others would tip it; with six, each of the six."""
    done = concluded(tez, members=7)
    found, since = members_of(done), done.ended_on + timedelta(days=30)
    record_employment(
        class_id=done.pk, rows=[works(m.pk, since) for m in found[:5]], actor=tez.intake, at=after(done, 60)
    )
    rate5 = class_rate(done)
    assert (rate5.employed, rate5.total, rate5.needed, rate5.met, rate5.short) == (5, 7, 6, False, 1)
    assert [p.member.pk for p in rate5.marginal] == [m.pk for m in found[5:]]
    record_employment(
        class_id=done.pk, rows=[works(found[5].pk, since)], actor=tez.intake, at=after(done, 61)
    )
    rate6 = class_rate(done)
    assert rate6.met and len(rate6.marginal) == 6
    record_employment(
        class_id=done.pk, rows=[works(found[6].pk, since)], actor=tez.intake, at=after(done, 62)
    )
    assert class_rate(done).met and class_rate(done).marginal == ()


def test_a_later_row_replaces_an_earlier_one(tez: Cast) -> None:
    done = concluded(tez, members=1)
    [member] = members_of(done)
    record_employment(
        class_id=done.pk, rows=[works(member.pk, done.ended_on)], actor=tez.intake, at=after(done, 20)
    )
    assert class_rate(done).employed == 1
    record_employment(
        class_id=done.pk,
        rows=[EmploymentRow(member.pk, employed=False)],
        actor=tez.intake,
        at=after(done, 30),
    )
    assert (class_rate(done).employed, Employment.objects.count()) == (0, 2)
    assert class_rate(done).people[0].why == "未就业"


@pytest.mark.parametrize(("days", "counts"), [(-1, True), (0, True), (1, False)])
def test_the_period_ends_on_a_day(tez: Cast, days: int, counts: bool) -> None:
    done = concluded(tez, members=1)
    day = _months_after(done.ended_on, 6) + timedelta(days=days)
    record_employment(
        class_id=done.pk, rows=[works(members_of(done)[0].pk, day)], actor=tez.intake, at=after(done, 300)
    )
    assert class_rate(done).employed == int(counts)


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"proof": "insurance", "insured_months": 1}, True),
        ({"proof": "insurance", "insured_months": 0}, False),
        ({"proof": "statement", "kind": "flexible"}, False),
        ({"proof": "licence", "kind": "self"}, True),
    ],
)
def test_which_proofs_count(tez: Cast, changes: dict[str, Any], counts: bool) -> None:
    done = concluded(tez, members=1)
    row = works(members_of(done)[0].pk, done.ended_on, **changes)
    record_employment(class_id=done.pk, rows=[row], actor=tez.intake, at=after(done, 60))
    assert class_rate(done).employed == int(counts)


@pytest.mark.parametrize(
    "changes",
    [{"proof": "none"}, {"employer_name": ""}, {"kind": ""}, {"since": None}, {"since": date(2030, 1, 1)}],
)
def test_half_an_answer_is_none(tez: Cast, changes: dict[str, Any]) -> None:
    done = concluded(tez, members=2)
    first, second = members_of(done)
    row = replace(works(second.pk, done.ended_on), **changes)
    with pytest.raises(Refused) as refused:
        record_employment(
            class_id=done.pk, rows=[works(first.pk, done.ended_on), row], actor=tez.intake, at=after(done, 60)
        )
    assert refused.value.refusal.sentence.startswith("第2行")
    assert not Employment.objects.exists()


def test_a_provider_reports_papers_not_the_register(tez: Cast) -> None:
    done = concluded(tez, members=1)
    member = members_of(done)[0].pk
    at = after(done, 60)
    record_employment(class_id=done.pk, rows=[works(member, done.ended_on)], actor=tez.provider_clerk, at=at)
    with pytest.raises(Refused):
        row = works(member, done.ended_on, proof="insurance", insured_months=3)
        record_employment(class_id=done.pk, rows=[row], actor=tez.provider_clerk, at=at)
    for actor in (outsider(tez, "provider"), outsider(tez, "intake"), tez.worker):
        with pytest.raises(Refused):
            record_employment(class_id=done.pk, rows=[works(member, done.ended_on)], actor=actor, at=at)


@pytest.mark.parametrize(
    ("day", "months", "end"),
    [
        (date(2020, 8, 31), 6, date(2021, 2, 28)),
        (date(2019, 8, 31), 6, date(2020, 2, 29)),
        (date(2020, 12, 15), 12, date(2021, 12, 15)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
    ],
)
def test_months_end_with_the_month(day: date, months: int, end: date) -> None:
    assert _months_after(day, months) == end


def test_a_learner_rates_once_and_not_before_the_last_day(tez: Cast) -> None:
    done = attended(tez, members=1, persons=[tez.person])
    marks: dict[str, Any] = {"overall": 5, "teaching": 4, "practice": 3, "honest": False}
    [member] = members_of(done)
    with pytest.raises(Refused) as refused:
        rate(member_id=member.pk, actor=tez.worker, at=after(done, -1), **marks)
    assert refused.value.refusal.code == "too-early"
    with pytest.raises(Refused) as refused:
        rate(member_id=member.pk, actor=outsider(tez, "worker"), at=after(done), **marks)
    assert refused.value.refusal.code == "forbidden"
    with pytest.raises(Refused) as refused:
        rate(member_id=member.pk, actor=tez.worker, at=after(done), **{**marks, "overall": 6})
    assert refused.value.refusal.code == "bad-rating"
    rate(member_id=member.pk, actor=tez.worker, at=after(done), **marks)
    with pytest.raises(Refused) as refused:
        rate(member_id=member.pk, actor=tez.worker, at=after(done), **marks)
    assert (refused.value.refusal.code, Rating.objects.count()) == ("rated", 1)


@pytest.mark.parametrize(
    ("count", "total", "line", "below"),
    [(60, 100, 60, False), (59, 100, 60, True), (0, 0, 60, False), (2, 3, 67, True)],
)
def test_exactly_on_the_line_is_not_below(count: int, total: int, line: int, below: bool) -> None:
    assert Share(count, total).below(line) is below


def test_results_are_shown_over_enough_people_only(tez: Cast) -> None:
    few = concluded(tez, members=9, marks=[(40, 40)] * 9)
    day = few.ended_on + timedelta(days=10)
    assert (quality_of(tez.provider.pk, day).completed, held(tez.provider.pk, day)) == (None, None)
    many = concluded(tez, n=2, members=3, marks=[(40, 40)] * 3)
    found = quality_of(tez.provider.pk, day)
    assert many.state == "closed" and found.completed == Share(0, 12)
    stop = held(tez.provider.pk, day)
    assert stop is not None and "结业率0%（0/12人），低于60%" in stop.reasons


def test_a_class_nobody_asked_about_yet_says_nothing_of_employment(tez: Cast) -> None:
    done = concluded(tez, members=10)
    day = done.ended_on + timedelta(days=10)
    assert quality_of(tez.provider.pk, day).employed is None
    over = class_rate(done).until + timedelta(days=1)
    assert quality_of(tez.provider.pk, over).employed == Share(0, 10)  # silence does not hide a bad result
    first = EmploymentRow(members_of(done)[0].pk, employed=False)
    record_employment(class_id=done.pk, rows=[first], actor=tez.intake, at=after(done, 9))
    assert quality_of(tez.provider.pk, day).employed == Share(0, 10)
