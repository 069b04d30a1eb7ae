"""One cell at a time: every habit of real files, and any text at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import valid_account, valid_identity
from wudan.kernel.tables.grid import FormulaError
from wudan.orders.subsidy.roster import vocabulary
from wudan.people import cells
from wudan.people.cells import CellFault
from wudan.policy.engine.rulebook import load_rulebook

DAY = date(2020, 3, 23)
WORDS = vocabulary.vocabulary(load_rulebook("taierzhuang"))
NUMBER = valid_identity(7)


@pytest.mark.parametrize(
    "written",
    [
        "2020-3-23", "2020/3/23", "2020.3.23", "2020年3月23日",
        "20200323", "2020-03-23 00:00:00", "２０２０－３－２３", " 2020 年 3 月 23 日 ",
        43913, 43913.0, "43913", 20200323.0, DAY, datetime(2020, 3, 23, 8, 30, tzinfo=UTC), "'2020-3-23",
    ],
)  # fmt: skip
def test_dates_in_every_style(written):
    assert cells.day(written) == DAY


@pytest.mark.parametrize(
    "written", ["2020-2-30", "2020年3月", "202003", "三月", "20-3-23", 5.0, "2020-13-01", True, "1949-10-01"]
)
def test_no_date_says_how_to_write_one(written):
    with pytest.raises(CellFault) as caught:
        cells.day(written)
    assert "2020-03-23" in caught.value.remedy


def test_empty_dates():
    assert [cells.day(v) for v in ("", None, " ", "无", "/")] == [None] * 5


@pytest.mark.parametrize(
    "written",
    [
        "2020.3.2-2020.3.20",
        "2020年3月2日至2020年3月20日",
        "2020年3月2日—3月20日",
        "2020-3-2~2020-3-20",
        "2020/3/2 - 2020/3/20",
        "20200302-20200320",
    ],
)
def test_periods_in_one_cell(written):
    assert cells.period(written) == (date(2020, 3, 2), date(2020, 3, 20))


def fullwidth(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) for c in text)


X_NUMBER = next(n for i in range(200) if (n := valid_identity(i)).endswith("X"))


@pytest.mark.parametrize(
    "written",
    [
        X_NUMBER, X_NUMBER.lower(), fullwidth(X_NUMBER), f" {X_NUMBER}\u3000", f"'{X_NUMBER}", f'="{X_NUMBER}"', f"\ufeff{X_NUMBER}\t",
        f"{X_NUMBER[:6]} {X_NUMBER[6:14]} {X_NUMBER[14:]}", f"\u200b{X_NUMBER}\u202c",
    ],
)  # fmt: skip
def test_identity_numbers_as_written(written):
    assert cells.document(written).number == X_NUMBER


@pytest.mark.parametrize(
    "lost", [3.70405199001011e17, 370405199001011000, "3.70405E+17", "3.70405199001011e17", "３.70405E+17"]
)
def test_numbers_excel_has_rounded_ask_for_a_text_column(lost):
    for read in (cells.document, cells.account, cells.certificate_number):
        with pytest.raises(CellFault) as caught:
            read(lost)
        assert "丢失" in caught.value.problem
        assert "文本" in caught.value.remedy


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1"),
        NUMBER[:15],
        "370405199013011234",
        "abc",
        FormulaError(),
    ],
)
def test_wrong_numbers(wrong):
    with pytest.raises(CellFault):
        cells.document(wrong)


def test_names():
    assert cells.name("张　三") == "张三"
    assert cells.name(" 买买提•艾力 ") == "买买提·艾力"
    for wrong in ("", "张三1", "张(三)", FormulaError(), "#N/A", 3.0):
        with pytest.raises(CellFault):
            cells.name(wrong)


def test_accounts_and_phones():
    account = valid_account(3)
    assert cells.account(f"{account[:4]} {account[4:8]} {account[8:]}") == account
    assert cells.account(370401234567890.0) == "370401234567890"
    assert cells.account("") == ""
    assert cells.phone(13800000001.0) == "13800000001"
    assert cells.phone("138-0000-0001") == "13800000001"
    for wrong in ("0632-6611000", "1380000"):
        with pytest.raises(CellFault):
            cells.phone(wrong)


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1,500.50元", 150050),
        ("￥1500", 150000),
        ("１５００", 150000),
        (1500.0, 150000),
        (1199.9999999999998, 120000),
        ("1500圆整", 150000),
        ("", None),
        (1500, 150000),
    ],
)
def test_amounts_in_yuan_become_fen(written, fen):
    assert cells.yuan(written) == fen


@pytest.mark.parametrize("written", ["-5", "壹仟", 15.005, "1e400", float("inf"), DAY, "1500元/人"])
def test_wrong_amounts(written):
    with pytest.raises(CellFault):
        cells.yuan(written)


def test_counts():
    assert [cells.count(v) for v in ("12个月", 12.0, "12", "１２", "", None, "12天", "1,200")] == [
        12,
        12,
        12,
        12,
        0,
        0,
        12,
        1200,
    ]
    for wrong in (10.5, "十二", "-1", DAY, "9" * 12):
        with pytest.raises(CellFault):
            cells.count(wrong)


@pytest.mark.parametrize(
    ("written", "level"),
    [
        ("初级", 5), ("初级工", 5), ("五级", 5), ("5", 5), (5.0, 5),
        ("五级/初级工", 5), ("初级（五级）", 5), ("５级", 5), ("中级工（四级）", 4), ("高级工", 3),
        ("高级", 3), ("技师", 2), ("二级/技师", 2), ("高级技师", 1), ("一级", 1),
        ("高级技师（一级）", 1), ("", 0), ("无", 0), (0.0, 0), ("无等级", 0),
    ],
)  # fmt: skip
def test_levels(written, level):
    assert vocabulary.level(written) == level


@pytest.mark.parametrize("written", ["中级五级", "六级", "6", "优秀", "初级/中级"])
def test_wrong_levels(written):
    with pytest.raises(CellFault):
        vocabulary.level(written)


def test_lists_by_label_code_and_other_words():
    assert (
        WORDS.scheme("职业培训补贴") == WORDS.scheme("training") == WORDS.scheme(" 职业培训 ") == "training"
    )
    assert WORDS.scheme("岗前培训") == "pre_job"
    assert WORDS.group("农民工；退役军人") == ("rural", "veteran")
    assert WORDS.group("农村劳动力（含农民工）") == ("rural",)
    assert WORDS.group("") == ()
    assert WORDS.certificate_type("专项职业能力证书") == "special_ability"
    assert WORDS.certificate_type("技能等级") == "skill_level"
    assert WORDS.certificate_type("") == ""
    for read, wrong in (
        (WORDS.scheme, "旅游补贴"),
        (WORDS.scheme, ""),
        (WORDS.group, "农民工;外星人"),
        (WORDS.certificate_type, "驾驶证"),
    ):
        with pytest.raises(CellFault):
            read(wrong)


def test_yes_and_no():
    assert [cells.yes_or_no(v) for v in ("是", "否", "", True, False, 1.0, "√", "N")] == [
        True,
        False,
        False,
        True,
        False,
        True,
        True,
        False,
    ]
    with pytest.raises(CellFault):
        cells.yes_or_no("也许")


READERS: list[Callable[[object], object]] = [
    cells.text, cells.name, cells.document, cells.account, cells.phone, cells.day, cells.period, cells.count, cells.yuan, cells.yes_or_no,
    cells.code, cells.certificate_number, vocabulary.level, vocabulary.stage, vocabulary.document_kind, WORDS.scheme, WORDS.group,
    WORDS.certificate_type, cells.plain, cells.shown,
]  # fmt: skip
ANY_CELL = st.one_of(
    st.text(), st.floats(), st.integers(), st.booleans(), st.dates(), st.datetimes(), st.times(), st.timedeltas(),
    st.just(FormulaError()), st.none(),
    st.from_regex(r"[0-9０-９.年月日/eE+-]{1,24}", fullmatch=True),
)  # fmt: skip


@given(ANY_CELL)
def test_no_cell_breaks_a_reader(raw):
    for read in READERS:
        try:
            read(raw)
        except CellFault as fault:
            assert fault.problem
            assert fault.remedy
