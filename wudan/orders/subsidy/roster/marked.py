"""The file back with its faults marked (标注名册): the cells as they were, faulty ones coloured and commented, remedies at the end.

It can be corrected and uploaded again as it is. Whatever a cell held, no spreadsheet runs it: text is written as text.
"""

from __future__ import annotations

import io
import math
from collections import defaultdict
from datetime import date, datetime
from typing import Any

from wudan.kernel.sheets import new_book
from wudan.orders.subsidy.models import Roster
from wudan.orders.subsidy.roster.checking import read_file
from wudan.orders.subsidy.roster.headers import squeeze
from wudan.orders.subsidy.roster.reading import Sheet
from wudan.people.cells import shown

COLUMN = "问题与改法"
_MOST_COMMENTS = 4000  # beyond, comments make the file slow to open; the last column says the same
_LONGEST = 32_000
_RUNNABLE = tuple("=+-@\t\r\n＝＋－＠")

Styles = dict[tuple[bool, str], Any]


def marked_file(roster_id: int) -> bytes:
    """XLSX of the roster's sheet with the faults of its last check. Whoever calls it has seen that the user may have it."""
    roster = Roster.objects.get(pk=roster_id)
    sheet = read_file(roster)
    faults: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for fault in roster.faults:
        faults[fault["row"]].append(fault)
    out = io.BytesIO()
    book = new_book(out)
    page = book.add_worksheet("名册")
    _write_all(page, _styles(book), sheet, faults)
    book.close()
    return out.getvalue()


def _styles(book: Any) -> Styles:
    """Faulty or not, by kind. `quoted` keeps text that looks like a formula as text even when somebody edits the cell."""
    kinds: dict[str, dict[str, Any]] = {
        "text": {"num_format": "@"},
        "quoted": {"num_format": "@", "quote_prefix": True},
        "number": {},
        "date": {"num_format": "yyyy-mm-dd"},
        "head": {"bold": True, "bg_color": "#EEF2F6", "text_wrap": True, "num_format": "@"},
        "remedy": {"font_color": "#8A1C1C", "text_wrap": False, "num_format": "@"},
    }
    red: dict[str, Any] = {"bg_color": "#FFD9D6", "border": 1, "border_color": "#C0392B"}
    return {
        (bad, k): book.add_format({**f, **(red if bad else {})})
        for k, f in kinds.items()
        for bad in (False, True)
    }


def _write_all(page: Any, styles: Styles, sheet: Sheet, faults: dict[int, list[dict[str, Any]]]) -> None:
    header, grid = sheet.header, sheet.grid
    last = _remedy_column(sheet)
    comments = 0
    for index, cells in enumerate(grid.rows):
        wrong = faults.get(index + 1, [])
        at = {f["at"]: f for f in wrong if f["at"] is not None}
        heading = header.row <= index < header.row + header.depth
        for column, raw in enumerate(cells[:last]):
            if raw != "" or column in at:
                _write(page, styles, index, column, raw, bad=column in at, heading=heading)
        for column, fault in at.items():
            if comments < _MOST_COMMENTS:
                page.write_comment(
                    index, column, f"{fault['problem']}。{fault['remedy']}", {"author": "五单"}
                )
                comments += 1
        if wrong:
            words = "；".join(f"{f['column']}：{f['problem']}。{f['remedy']}" for f in wrong)
            page.write_string(index, last, words[:_LONGEST], styles[True, "remedy"])
    page.write_string(header.row, last, COLUMN, styles[False, "head"])
    page.set_column(0, max(last - 1, 0), 14)
    page.set_column(last, last, 60)
    page.freeze_panes(header.row + header.depth, 0)


def _remedy_column(sheet: Sheet) -> int:
    """After the last column in use; in a file marked before, the column marked then."""
    for column, name in sheet.header.names.items():
        if squeeze(name) == COLUMN:
            return column
    return max((i + 1 for cells in sheet.grid.rows for i, c in enumerate(cells) if c != ""), default=1)


def _write(
    page: Any, styles: Styles, row: int, column: int, raw: object, *, bad: bool, heading: bool
) -> None:
    if isinstance(raw, bool):
        page.write_boolean(row, column, raw, styles[bad, "number"])
    elif isinstance(raw, int | float) and math.isfinite(raw):
        page.write_number(row, column, raw, styles[bad, "number"])
    elif isinstance(raw, date) and raw.year > 1900:
        page.write_datetime(
            row, column, raw.replace(tzinfo=None) if isinstance(raw, datetime) else raw, styles[bad, "date"]
        )
    else:
        text = shown(raw)[:_LONGEST]
        kind = "head" if heading else "quoted" if text.startswith(_RUNNABLE) else "text"
        page.write_string(row, column, text, styles[bad, kind])
