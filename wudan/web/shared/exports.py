"""Lists as files: the same rows, columns and masks as on the screen, as XLSX (a form to file) or CSV.

The file is written to disk row by row before anything is sent: a failure gives an error page, never half a file.
"""

from __future__ import annotations

import csv as csv_module
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import FileResponse

from wudan.kernel import clock, money
from wudan.kernel.sheets import new_book
from wudan.web.shared import words

if TYPE_CHECKING:
    from wudan.web.shared.lists import Column

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 2000
# A spreadsheet runs a cell that begins with one of these; full-width twins are turned into them by some programs.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass
class Sheet:
    """What goes into a file."""

    title: str
    columns: Sequence[Column[Any]]
    rows: Iterable[Any]
    district: str = ""
    period: str = ""
    narrowed: str = ""
    filename: str = ""
    signatures: Sequence[str] = field(default=())
    written: int = 0  # how many rows went into the file


def guard(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def cell(column: Column[Any], row: Any) -> str:
    """What the screen says in this cell, as text (money without sign and thousands, so programs can add it)."""
    value = column.value(row)
    if value is None or value == "":
        return ""
    if column.kind == "money":
        return money.plain(value)
    if column.kind == "clock":
        return words.clock_words(value)
    if isinstance(value, datetime):
        return words.cn_time(value)
    if isinstance(value, date):
        return words.cn_date(value)
    return str(value)


def _each(rows: Iterable[Any]) -> Iterator[Any]:
    if isinstance(rows, QuerySet) and not rows._result_cache:
        return iter(rows.iterator(chunk_size=CHUNK))
    return iter(rows)


def csv(sheet: Sheet) -> FileResponse:
    """CSV that Excel opens with the right characters (UTF-8 with BOM)."""
    return _answer(sheet, write_csv, "csv", "text/csv; charset=utf-8")


def xlsx(sheet: Sheet) -> FileResponse:
    """XLSX laid out as the form a department files: title, district and period, columns, total, signatures."""
    return _answer(sheet, write_xlsx, "xlsx", XLSX)


def write_csv(sheet: Sheet, file: IO[bytes]) -> None:
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    try:
        writer = csv_module.writer(text, lineterminator="\r\n")
        writer.writerow([guard(c.label) for c in sheet.columns])
        for row in _each(sheet.rows):
            writer.writerow([cell(c, row) if c.is_number else guard(cell(c, row)) for c in sheet.columns])
            sheet.written += 1
    finally:
        text.detach()


def write_xlsx(sheet: Sheet, file: IO[bytes]) -> None:
    now = clock.now()
    book = new_book(file, created=now, title=sheet.title, in_memory=False, constant_memory=True)
    page = book.add_worksheet("数据")
    styles = {
        "title": book.add_format({"bold": True, "font_size": 16, "align": "center", "valign": "vcenter"}),
        "meta": book.add_format({"font_color": "#47515c"}),
        "head": book.add_format(
            {
                "bold": True,
                "border": 1,
                "bg_color": "#eef2f6",
                "align": "center",
                "valign": "vcenter",
                "text_wrap": True,
            }
        ),
        "text": book.add_format({"border": 1, "valign": "vcenter", "num_format": "@"}),
        "number": book.add_format({"border": 1, "num_format": "#,##0"}),
        "money": book.add_format({"border": 1, "num_format": "#,##0.00"}),
    }
    last = len(sheet.columns) - 1
    for i, column in enumerate(sheet.columns):
        page.set_column(i, i, column.width)
    page.set_row(0, 30)
    page.write_string(0, 0, sheet.title, styles["title"])
    for i in range(1, last + 1):
        page.write_blank(0, i, None, styles["title"])
    page.write_string(1, 0, _meta(sheet, now), styles["meta"])
    for i, column in enumerate(sheet.columns):
        page.write_string(2, i, column.label, styles["head"])
    totals = [0] * len(sheet.columns)
    at = 3
    for row in _each(sheet.rows):
        for i, column in enumerate(sheet.columns):
            _write(page, at, i, column, row, styles, totals)
        at += 1
        sheet.written += 1
    at = _write_totals(page, at, sheet, totals, styles)
    page.write_string(at + 1, 0, "　　　　".join(f"{name}：" for name in sheet.signatures), styles["meta"])
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_footer("&C第 &P 页，共 &N 页")
    book.close()


def _meta(sheet: Sheet, now: datetime) -> str:
    parts = [
        f"填报地区：{sheet.district}" if sheet.district else "",
        f"期间：{sheet.period}" if sheet.period else "",
        f"范围：{sheet.narrowed}" if sheet.narrowed else "",
        f"导出时间：{words.cn_time(now)}",
    ]
    return "　　".join(p for p in parts if p)


def _write(
    page: Any, at: int, i: int, column: Column[Any], row: Any, styles: dict[str, Any], totals: list[int]
) -> None:
    value = column.value(row)
    if column.is_number and isinstance(value, int):
        totals[i] += value
        page.write_number(at, i, _number(column, value), styles[column.kind])
    else:
        page.write_string(at, i, cell(column, row), styles["text"])


def _number(column: Column[Any], value: int) -> Decimal | int:
    return Decimal(value) / 100 if column.kind == "money" else value


def _write_totals(page: Any, at: int, sheet: Sheet, totals: list[int], styles: dict[str, Any]) -> int:
    if not any(c.total for c in sheet.columns):
        return at
    for i, column in enumerate(sheet.columns):
        if column.total:
            page.write_number(at, i, _number(column, totals[i]), styles[column.kind])
        else:
            page.write_string(at, i, "合计" if i == 0 else "", styles["text"])
    return at + 1


def _answer(
    sheet: Sheet, write: Callable[[Sheet, IO[bytes]], None], ending: str, content_type: str
) -> FileResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write(sheet, file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    response = FileResponse(file, content_type=content_type)
    name = quote(f"{sheet.filename or sheet.title}.{ending}")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    response["Cache-Control"] = "no-store"
    return response
