"""The rulebook's own columns in a roster: in the template, read by their labels, refused in its words, kept and decided on."""

from __future__ import annotations

import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.cast import AT, Cast, cast
from tests.orders.subsidy.roster.files import HEADER, row, xlsx
from tests.orders.subsidy.roster.test_files_out import FILLED, checked
from tests.own_columns import with_own_columns
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.roster import headers
from wudan.orders.subsidy.roster.actions import confirm_roster, save_roster
from wudan.orders.subsidy.roster.template import template_file

pytestmark = pytest.mark.django_db
OWN = ["劳动合同期限（个月）", "劳动合同签订日期", "财政供养人员", "工具费（元）", "上课方式记录", "培训方式"]


@pytest.fixture
def tez() -> Cast:
    made = cast("370405", pools=False)
    with_own_columns(made)
    return made


def file(*answers: list[Any]) -> bytes:
    return xlsx([[*HEADER, *OWN], *([*row(n), *said] for n, said in enumerate(answers, 1))])


def saved(roster: Any, tez: Cast) -> list[Claim]:
    confirm_roster(roster_id=roster.pk, actor=tez.provider_clerk, at=AT)
    save_roster(roster_id=roster.pk, at=AT)
    return list(Claim.objects.order_by("roster_row"))


def test_they_are_read_kept_and_decided_on(tez: Cast) -> None:
    roster = checked(
        tez,
        file(
            [24, "2020年8月1日", "否", "120.50", "线下、线上", "线上线下结合"],
            ["11", "", "是", "", "", "线下集中"],
            ["", "", "", "", "", ""],
        ),
    )
    assert (roster.faults, roster.rows_good, roster.preview["unused_columns"]) == ([], 3, ["序号"])
    one, two, three = saved(roster, tez)
    assert one.own == {
        "contract_months": 24, "contract_signed_on": "2020-08-01", "fiscal_payroll": False, "tool_fee_fen": 12_050,
        "lessons": "线上;线下", "delivery": "blended",
    }  # fmt: skip
    assert (one.outcome, one.evaluation.facts["contract_months"]) == ("approved", 24)
    assert (two.own, sorted(two.reasons)) == (
        {"contract_months": 11, "fiscal_payroll": True, "delivery": "offline"},
        ["fiscal-payroll", "short-contract"],
    )
    assert (three.own, three.outcome) == ({}, "approved")


def test_what_is_written_wrongly_is_a_fault_of_its_cell(tez: Cast) -> None:
    roster = checked(tez, file(["一年", "八月", "也许", "很多", "", "空中"]))
    assert roster.rows_good == 0
    told = {fault["column"]: (fault["value"], fault["problem"], fault["remedy"]) for fault in roster.faults}
    assert told["劳动合同期限（个月）"] == (
        "一年",
        "“劳动合同期限”应为不小于0的整数",
        "没有签订劳动合同的不填",
    )
    assert told["劳动合同签订日期"][1] == "“劳动合同签订日期”应为1900至2100年间的日期"
    assert told["财政供养人员"][1] == "“财政供养人员”应为“是”或“否”"
    assert told["工具费（元）"][0] == "很多"
    assert told["培训方式"][1] == "“培训方式”应为线下集中、线上线下结合之一"


def test_the_template_has_them_and_comes_back(tez: Cast) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(template_file(tez.code)))
    lines = book.get_sheet_by_name("名册").to_python()
    assert lines[1][-6:] == [
        "劳动合同期限",
        "劳动合同签订日期",
        "财政供养人员",
        "工具费（元）",
        "上课方式记录",
        "培训方式",
    ]
    notes = {line[0]: line[2] for line in book.get_sheet_by_name("填写说明").to_python()}
    assert notes["劳动合同期限"] == "应为不小于0的整数。没有签订劳动合同的不填。"
    shared = [FILLED[str(headers.field_of(name))] for name in lines[1][:-6]]
    roster = checked(tez, xlsx([*lines, [*shared, 24, "2020-08-01", "否", 120.5, "线下", "线上线下结合"]]))
    assert (roster.state, roster.rows_good, roster.faults) == ("checked", 1, [])
    [claim] = saved(roster, tez)
    assert claim.own["tool_fee_fen"] == 12_050
