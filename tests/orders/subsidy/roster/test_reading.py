"""Whole files: each habit of real offices, one test."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import valid_identity
from tests.orders.subsidy.roster.files import HEADER, csv, fill, row, rows, xlsx
from wudan.kernel.tables.grid import FormulaError, Unreadable
from wudan.orders.subsidy.roster import headers
from wudan.orders.subsidy.roster.reading import read
from wudan.orders.subsidy.roster.rows import RowReader
from wudan.policy.engine.rulebook import load_rulebook

RULEBOOK = load_rulebook("taierzhuang")
TODAY = date(2020, 11, 16)


def people(content: bytes):
    sheet = read(content)
    reader = RowReader(sheet, RULEBOOK, applied_by="provider", today=TODAY)
    return [reader.read(i) for i in sheet.rows]


def faults(content: bytes):
    return [f for r in people(content) for f in r.faults]


def names_of(header: list[str], **renamed: str) -> list[str]:
    return [renamed.get(h, h) for h in header]


def test_title_rows_above_the_header():
    content = xlsx(
        [
            ["台儿庄区职业培训补贴申请名册"],
            [],
            ["填报单位：第1职业培训学校", "", "2020年11月"],
            HEADER,
            *rows(3),
        ]
    )
    sheet = read(content)
    assert (sheet.header.row, [r + 1 for r in sheet.rows]) == (3, [5, 6, 7])
    assert not faults(content)


def test_merged_title_and_class_merged_over_learners():
    def merge(book, page):
        page.merge_range("A1:T1", "名册")
        page.merge_range("M3:M5", "K77")

    content = xlsx([[], HEADER, *(row(n, 班级编号="") for n in (1, 2, 3))], more=merge)
    assert [p.form.class_id for p in people(content)] == ["K77"] * 3


def test_header_in_two_rows():
    upper = [{"开班日期": "培训时间", "结业日期": ""}.get(h, h) for h in HEADER]
    lower = [{"开班日期": "开始", "结业日期": "结束"}.get(h, "") for h in HEADER]

    def merge(book, page):
        page.merge_range(0, HEADER.index("开班日期"), 0, HEADER.index("结业日期"), "培训时间")
        page.merge_range(0, 1, 1, 1, "姓名")
        page.merge_range(0, 2, 1, 2, "身份证号")

    content = xlsx([upper, lower, *rows(2)], more=merge)
    assert [p.form.started_on for p in people(content)] == [date(2020, 9, 1)] * 2
    assert not faults(content)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("身份证号", "公民身份号码"), ("身份证号", "证件号码"), ("身份证号",
        "社会保障号"), ("身份证号", "aac002"), ("身份证号", "*身份证\n号 码（18位）"),
        ("姓名", "AAC003"), ("姓名", "学员姓名（必填）"), ("手机号", "联系电话"),
        ("职业（工种）", "工种"), ("职业（工种）", "职业(工种)名称"), ("等级", "级别"),
        ("证书类型", "证书类别"), ("证书编号", "证书号"), ("班级编号", "班期"),
        ("开班日期", "培训开始"), ("结业日期", "培训结束"), ("银行账号", "社保卡银行账号"),
        ("开户银行", "开户行"), ("出勤天数", "实际出勤天数（天）"), ("人员类别", "培训对象"), ("补贴项目", "补贴类别"),
    ],
)  # fmt: skip
def test_header_names_in_use(ours, theirs):
    content = xlsx([names_of(HEADER, **{ours: theirs}), *rows(2)])
    assert len(people(content)) == 2
    assert not faults(content)
    assert read(content).header.columns.keys() == read(xlsx([HEADER, *rows(2)])).header.columns.keys()


def test_no_name_stands_for_two_fields():
    claimed: dict[str, str] = {}
    for field, names in headers.FIELDS.items():
        for name in names:
            assert claimed.setdefault(headers.squeeze(name), field) == field, name


def test_identity_numbers_turned_into_floats():
    found = faults(xlsx([HEADER, row(1, 身份证号=3.70405199001011e17), row(2)]))
    assert [(f.row, f.field) for f in found] == [(2, "number")]
    assert "文本" in found[0].remedy


def test_full_width_digits_lower_case_x_and_spaces():
    number = next(n for i in range(300) if (n := valid_identity(i)).endswith("X"))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number.lower())
    (person,) = people(xlsx([HEADER, row(1, 身份证号=f" {wide}\u3000", 姓名="张　三 ")]))
    assert (person.number, person.name, person.faults) == (number, "张三", [])


def test_dates_as_text_serials_and_dates():
    styles = ["2020-9-1", "2020/9/1", "2020.9.1", "2020年9月1日", "20200901", 44075, date(2020, 9, 1)]
    content = xlsx([HEADER, *(row(n, 开班日期=s) for n, s in enumerate(styles, 1))])
    assert {p.form.started_on for p in people(content)} == {date(2020, 9, 1)}


def test_period_in_one_column():
    header = [h for h in names_of(HEADER, 开班日期="培训起止时间") if h != "结业日期"]
    line = row(1, 开班日期="2020.9.1-2020.9.20")
    del line[HEADER.index("结业日期")]
    (person,) = people(xlsx([header, line]))
    assert (person.form.started_on, person.form.ended_on) == (date(2020, 9, 1), date(2020, 9, 20))
    line[HEADER.index("开班日期")] = "九月"
    assert [f.field for f in faults(xlsx([header, line]))] == ["period"]


def test_amounts():
    header = [*HEADER, "培训费（元）"]
    content = xlsx([header, [*row(1), "1,200.50元"], [*row(2), 1200], [*row(3), "一千"]])
    assert [p.form.fee_fen for p in people(content)] == [120050, 120000, None]
    assert [(f.row, f.field) for f in faults(content)] == [(4, "fee")]


def test_blank_rows_totals_signatures_and_repeated_headers():
    tail: list[list[object]] = [
        ["合计", "", "", "", "", "", "", "", "", "", "", "", "", "", "", "", 54],
        ["", "合计：3人"],
        [],
        ["经办人：李敏", "", "", "审核人：王强", "", "", "", "", "", "2020年11月16日"],
        ["注：本表一式三份"],
    ]
    content = xlsx([HEADER, row(1), [], row(2), HEADER, ["", " "], [3], row(3), *tail])
    assert [p.row for p in people(content)] == [2, 4, 8]
    assert not faults(content)


def test_a_row_without_number_is_a_fault_not_a_total():
    assert [(f.row, f.field) for f in faults(xlsx([HEADER, row(1, 身份证号=""), row(2)]))] == [(2, "number")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_csv_encodings_and_separators(encoding, separator):
    content = csv([["名册"], HEADER, *rows(3)], encoding, separator)
    assert len(people(content)) == 3
    assert not faults(content)


def test_csv_with_open_quote():
    with pytest.raises(Unreadable, match="引号"):
        read(csv([HEADER, row(1, 姓名='"张三')]))


def test_scientific_text_in_csv():
    found = faults(csv([HEADER, row(1, 身份证号="3.70405E+17", 银行账号="6.22848E+18")]))
    assert [f.field for f in found] == ["number", "account"]


def test_the_sheet_with_the_header_is_taken():
    def more(book, page):
        page.write_string(0, 0, "填写说明")
        fill(book, book.add_worksheet("学员"), [HEADER, *rows(2)])
        fill(book, book.add_worksheet("空表"), [HEADER])
        hidden = book.add_worksheet("旧名册")
        fill(book, hidden, [HEADER, *rows(5)])
        hidden.hide()

    sheet = read(xlsx([[]], sheet="说明", more=more))
    assert (sheet.grid.name, len(sheet.rows)) == ("学员", 2)


def test_two_sheets_with_learners_are_refused():
    content = xlsx(
        [HEADER, *rows(2)],
        sheet="一班",
        more=lambda b, _: fill(b, b.add_worksheet("二班"), [HEADER, *rows(2, 5)]),
    )
    with pytest.raises(Unreadable, match="“一班”、“二班”"):
        read(content)


def test_hidden_columns_are_read():
    content = xlsx(
        [HEADER, *rows(2)], more=lambda _, page: page.set_column(2, 2, None, None, {"hidden": True})
    )
    assert not faults(content)


def test_formula_errors_are_not_empty_cells():
    header = [*HEADER, "培训费"]

    def broken(book, page):
        page.write_formula(1, len(HEADER), "=1/0", None, "#DIV/0!")
        page.write_formula(2, 2, "=VLOOKUP(1,A1:B2,3)", None, "#REF!")

    content = xlsx([header, *rows(2)], more=broken)
    assert isinstance(read(content).cell(1, "fee"), FormulaError)
    assert [(f.row, f.field, f.problem) for f in faults(content)] == [
        (2, "fee", "单元格是公式错误值"),
        (3, "number", "单元格是公式错误值"),
    ]
    assert [f.field for f in faults(csv([header, [*row(1), "#N/A"]]))] == ["fee"]


def test_formula_results_are_read():
    content = xlsx(
        [HEADER, row(1)], more=lambda _, page: page.write_formula(1, 1, '="张"&"三"', None, "张三")
    )
    assert people(content)[0].name == "张三"


def test_missing_and_double_columns():
    with pytest.raises(Unreadable, match="“补贴项目”"):
        read(xlsx([names_of(HEADER, 补贴项目="其他"), *rows(2)]))
    with pytest.raises(Unreadable, match="同一项内容"):
        read(xlsx([names_of(HEADER, 序号="公民身份号码"), *rows(2)]))
    with pytest.raises(Unreadable, match="没有找到表头"):
        read(xlsx([["甲", "乙"], ["1", "2"]]))
    with pytest.raises(Unreadable, match="没有人员"):
        read(xlsx([HEADER]))


def test_files_that_are_no_tables():
    encrypted = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
    html = "<html><table><tr><td>姓名</td></tr></table></html>".encode()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as z:
        z.writestr("a.txt", "x")
    broken = xlsx([HEADER, *rows(2)])[:-200]
    for content in (
        b"",
        b" \n",
        b"%PDF-1.4",
        b"\x89PNG....",
        encrypted,
        html,
        archive.getvalue(),
        broken,
        b"PK",
        b"\xff\xfe\x00\xd8",
        b"\x81\xff",
    ):
        with pytest.raises(Unreadable) as caught:
            read(content)
        assert str(caught.value).endswith(("。", "载模板填写。"))


def test_a_cell_in_the_last_corner_does_not_take_all_memory():
    content = xlsx([HEADER, *rows(2)], more=lambda _, page: page.write_string(1_048_575, 16_383, "x"))
    with pytest.raises(Unreadable, match="最多"):
        read(content)


def test_formatting_down_to_the_last_row_is_no_content():
    def more(book, page):
        page.write_blank(1_048_575, 0, None, book.add_format({"border": 1}))

    assert len(people(xlsx([HEADER, *rows(2)], more=more))) == 2


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=6), max_size=5),
    st.sampled_from(["csv", "xlsx"]),
)
def test_any_table_is_read_or_refused(cells, kind):
    data = [HEADER, *([*row(1)[:2], *c] for c in cells)]
    try:
        content = csv(data) if kind == "csv" else xlsx(data)
    except UnicodeEncodeError:
        return
    try:
        assert all(p.row > 1 for p in people(content))
    except Unreadable as error:
        assert str(error)


@settings(max_examples=100, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xef\xbb\xbf", b"\xff\xfe"]),
)
def test_any_bytes_are_read_or_refused(tail, head):
    try:
        read(head + tail)
    except Unreadable as error:
        assert str(error)
