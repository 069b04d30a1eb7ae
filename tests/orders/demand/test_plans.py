"""An enterprise's yearly plan and its orders by a file."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, outsider
from tests.chain_cast import make_occupation
from tests.orders.demand.test_roll import book
from tests.orders.subsidy.chain import refusal
from wudan.orders.demand.actions.plans import file_plan, load_orders
from wudan.orders.demand.models import Order, YearPlan
from wudan.orders.demand.queries.orders import plans_of
from wudan.people.lists import FaultyFile

pytestmark = pytest.mark.django_db
TODAY = date(2020, 11, 16)
HEAD = ["职业（工种）", "技能等级", "人数", "上课镇街", "希望开始", "希望结束", "培训方式", "培训类别"]


def loading(tez, *rows, **given):
    return {
        "organisation_id": tez.enterprise.pk,
        "content": book(*rows, head=HEAD),
        "actor": tez.enterprise_clerk,
        "at": AT,
    } | given


def test_a_file_of_orders_with_a_plan():
    tez = cast()
    weld = make_occupation()
    plan = file_plan(
        organisation_id=tez.enterprise.pk,
        year=2021,
        staff_count=300,
        budget_fen=10**7,
        actor=tez.enterprise_clerk,
        at=AT,
    )
    orders = load_orders(**loading(
        tez, ["焊工", "中级工", 30, "运河街道", "2021年1月", "2021年3月", "线下", "企业新录用职工岗前培训"],
        ["数控编程", "", "12人", "", "", "", "", ""], plan_id=plan.pk,
    ))  # fmt: skip
    first, second = orders
    assert (first.occupation_id, first.level, first.heads, first.town_id, first.mode, first.line, first.state) == (
        weld.pk, 4, 30, "370405001", "offline", "pre_job", "matched",
    )  # fmt: skip
    assert (first.wanted.lower, first.wanted.upper) == (date(2021, 1, 1), date(2021, 4, 1))
    assert (second.state, second.heads, second.mode, second.wanted.upper) == (
        "filed",
        12,
        "any",
        TODAY + timedelta(days=180),
    )
    assert list(plans_of(tez.enterprise_clerk).values_list("heads", "kinds")) == [(42, 2)]
    assert (
        not plans_of(outsider(tez, "enterprise")).exists() and not plans_of(outsider(tez, "intake")).exists()
    )


def test_faults_by_row_and_nothing_saved():
    tez = cast()
    make_occupation()
    with pytest.raises(FaultyFile) as told:
        load_orders(**loading(
            tez, ["焊工", "九级", 0, "某镇", "去年", "", "空中", ""], ["焊工", "高级技师", 5, "", "", "", "", ""],
            ["焊工", "", 5, "", "2020-01-01", "2020-11-20", "", ""], ["焊工", "", 5, "", "", "", "", ""],
        ))  # fmt: skip
    found = {(f.row, f.column) for f in told.value.faults}
    assert found >= {
        (2, "等级"),
        (2, "人数"),
        (2, "上课镇街"),
        (2, "希望开始"),
        (2, "培训方式"),
        (3, "等级"),
        (4, "希望结束"),
    }
    assert not any(row == 5 for row, _ in found) and not Order.objects.exists()


def test_a_plan_is_amended_not_doubled():
    tez = cast()
    given = {"organisation_id": tez.enterprise.pk, "year": 2020, "actor": tez.enterprise_clerk, "at": AT}
    file_plan(**given, staff_count=300)
    assert file_plan(**given, staff_count=310, summary="新增一条生产线").staff_count == 310
    assert YearPlan.objects.count() == 1


@pytest.mark.parametrize(("year", "code"), [(2018, "bad-year"), (2019, ""), (2021, ""), (2022, "bad-year")])
def test_years_one_may_plan_for(year, code):
    tez = cast()
    given = {
        "organisation_id": tez.enterprise.pk,
        "year": year,
        "staff_count": 1,
        "actor": tez.enterprise_clerk,
        "at": AT,
    }
    assert (refusal(file_plan, **given).code if code else file_plan(**given).year) == (code or year)


def test_nobody_plans_for_another_enterprise():
    tez = cast()
    given = {"organisation_id": tez.enterprise.pk, "year": 2020, "staff_count": 1, "at": AT}
    for actor in (outsider(tez, "enterprise"), tez.intake, tez.provider_clerk):
        assert refusal(file_plan, **given, actor=actor).code == "forbidden"
    assert refusal(file_plan, **(given | {"staff_count": 0}), actor=tez.enterprise_clerk).code == "bad-number"
    plan = file_plan(**given, actor=tez.enterprise_clerk)
    clerk = outsider(tez, "enterprise")
    theirs = {"organisation_id": clerk.organisation_id, "actor": clerk, "plan_id": plan.pk}
    no = refusal(load_orders, **loading(tez, ["焊工", "", 5, "", "", "", "", ""], **theirs))
    assert no.code == "forbidden"
