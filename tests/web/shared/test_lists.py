"""Lists: what is asked for is checked, and a file holds exactly what the screen shows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import python_calamine
from django.http.response import FileResponse
from django.test import RequestFactory

from wudan.web.shared import exports
from wudan.web.shared.lists import Batch, Column, Filter, ListPage, Query, Shown


@dataclass(frozen=True)
class Row:
    number: int
    name: str
    fen: int
    day: date


ROWS = [Row(i, f"王{i}", i * 100 + 5, date(2020, 1, 1 + i % 28)) for i in range(120)]
SPEC: ListPage[Row] = ListPage(
    title="名单",
    search="姓名",
    sort="number",
    filters=[
        Filter("kind", "类别", [("odd", "单"), ("even", "双")]),
        Filter("since", "不早于", kind="date"),
        Filter("a", "甲", [("1", "一")]),
        Filter("b", "乙", [("1", "一")]),
    ],
    columns=[
        Column("序号", lambda r: r.number, "number", "number"),
        Column("姓名", lambda r: r.name, href=lambda r: f"/p/{r.number}/"),
        Column("日期", lambda r: r.day, "date", "day"),
        Column("金额", lambda r: r.fen, "money", "fen", total=True),
    ],
)


def fetch(query: Query) -> list[Row]:
    rows = [r for r in ROWS if query.search in r.name]
    if query.get("kind"):
        rows = [r for r in rows if (r.number % 2 == 1) == (query.get("kind") == "odd")]
    since = query.day("since")
    rows = [r for r in rows if since is None or r.day >= since]
    key: Callable[[Row], Any] = lambda r: getattr(r, query.sort)  # noqa: E731
    return sorted(rows, key=key, reverse=query.descending)


def shown(address: str = "") -> Shown[Row]:
    return SPEC.show(RequestFactory().get(f"/list/{address}"), fetch)


def content(address: str) -> bytes:
    return whole(
        SPEC.respond(RequestFactory().get(f"/list/{address}"), fetch, district="台儿庄区", period="2020年3月")
    )


def whole(response: Any) -> bytes:
    assert isinstance(response, FileResponse)
    data = b"".join(response)
    response.close()
    return data


@pytest.mark.parametrize(
    ("page", "number"),
    [("", 1), ("2", 2), ("3", 3), ("99", 3), ("0", 3), ("-1", 3), ("x", 1), ("９", 3), ("1e9", 1)],
)
def test_a_bad_page_number_still_shows_a_page(page: str, number: int) -> None:
    assert shown(f"?page={page}").page.number == number


@pytest.mark.parametrize(
    "address", ["?sort=password", "?sort=--fen__x", "?sort=", "?kind=;drop", "?since=2020-13-01", "?q=%00"]
)
def test_what_the_list_does_not_know_it_leaves_aside(address: str) -> None:
    assert shown(address).query == Query("", {"kind": "", "since": "", "a": "", "b": ""}, "number", False)


def test_search_filters_and_sorting_meet() -> None:
    page = shown("?q=王1&kind=odd&since=2020-01-05&sort=-fen")
    assert [r.number for r in page.page.object_list][:3] == [119, 117, 111]
    assert [(c["label"], c["word"]) for c in page.applied] == [
        ("搜索", "王1"),
        ("类别", "单"),
        ("不早于", "2020-01-05"),
    ]
    assert page.applied[1]["clear"] == "/list/?q=%E7%8E%8B1&since=2020-01-05&sort=-fen"
    assert page.query.order_by == "-fen"
    assert len(page.open_filters) == 3
    assert len(page.folded_filters) == 1


def test_headers_turn_the_sort_around() -> None:
    by_label = {h["label"]: h for h in shown("?sort=fen").heads}
    assert by_label["金额"]["aria"] == "ascending"
    assert by_label["金额"]["href"] == "/list/?sort=-fen"
    assert by_label["日期"]["href"] == "/list/?sort=-day"
    assert by_label["姓名"]["href"] == ""


def test_csv_holds_exactly_what_the_pages_show() -> None:
    rows = list(csv.reader(io.StringIO(content("?kind=odd&sort=-fen&export=csv&page=2").decode("utf-8-sig"))))
    pages = [shown(f"?kind=odd&sort=-fen&page={n}") for n in (1, 2)]
    on_screen = [[exports.cell(c, r) for c in SPEC.columns] for page in pages for r in page.page.object_list]
    assert rows[0] == ["序号", "姓名", "日期", "金额"]
    assert rows[1:] == on_screen
    assert len(rows) == 61


def test_csv_opens_in_excel_with_the_right_characters() -> None:
    assert content("?export=csv").startswith(b"\xef\xbb\xbf")


def test_xlsx_holds_the_same_rows_as_a_form_to_file() -> None:
    book = python_calamine.load_workbook(io.BytesIO(content("?kind=odd&sort=-fen&export=xlsx")))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][0] == "名单"
    assert "填报地区：台儿庄区" in str(rows[1][0])
    assert "期间：2020年3月" in str(rows[1][0])
    assert "范围：类别：单" in str(rows[1][0])
    assert rows[2] == ["序号", "姓名", "日期", "金额"]
    assert rows[3] == [119, "王119", "2020年1月8日", 119.05]
    assert len(rows[3:63]) == 60
    assert rows[63][0] == "合计"
    assert rows[63][3] == pytest.approx(sum(r.fen for r in ROWS if r.number % 2) / 100)
    assert "经办人" in str(rows[-1][0])


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＠x"])
def test_no_spreadsheet_takes_a_name_for_a_formula(evil: str) -> None:
    assert exports.guard(evil) == f"'{evil}"
    sheet = exports.Sheet("表", SPEC.columns, [Row(1, evil, -100, date(2020, 1, 1))])
    text = whole(exports.csv(sheet)).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(text)))[1]
    assert row[1] == f"'{evil}"
    assert row[3] == "-1.00"  # our own amounts stay numbers
    file = io.BytesIO()
    exports.write_xlsx(sheet, file)
    file.seek(0)
    cells = python_calamine.load_workbook(file).get_sheet_by_index(0).to_python()[3]
    assert str(cells[1]).replace("_x000D_", "\r") == evil


def test_plain_names_are_left_alone() -> None:
    assert exports.guard("王1-2=3") == "王1-2=3"


def test_a_failure_while_writing_gives_no_half_file() -> None:
    def failing(_query: Query) -> Iterator[Row]:
        yield ROWS[0]
        raise RuntimeError

    with pytest.raises(RuntimeError):
        SPEC.respond(RequestFactory().get("/list/?export=csv"), failing)


def test_htmx_gets_the_list_alone_and_a_clean_address() -> None:
    request = RequestFactory().get(
        "/list/?q=&kind=odd&since=&page=2", headers={"HX-Request": "true", "HX-Target": "list"}
    )
    response: Any = SPEC.respond(
        request, fetch, batch=Batch("/do/", [("pass", "通过")], lambda r: str(r.number))
    )
    text = response.content.decode()
    assert text.lstrip().startswith('<div id="list"')
    assert response["HX-Push-Url"] == "/list/?kind=odd&page=2"
    assert 'name="selected" value="101"' in text


@pytest.mark.parametrize(("address", "words"), [("?q=没有的人", "清除全部条件"), ("?page=2", "第51至100条")])
def test_the_whole_page_says_what_it_shows(address: str, words: str) -> None:
    response: Any = SPEC.respond(RequestFactory().get(f"/list/{address}"), fetch)
    assert words in response.content.decode()
