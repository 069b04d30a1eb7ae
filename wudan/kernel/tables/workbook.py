"""Reading .xlsx and .xls (calamine), after a look at the raw sheet for what would hurt or be lost.

calamine turns #N/A into an empty cell, and makes room for every cell up to the last one, so a hostile file with one cell in the
last corner would take all memory: both are found in the XML beforehand.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

from wudan.kernel.tables.grid import FormulaError, Grid, Unreadable

MAX_UNPACKED = 400 * 1024 * 1024
MAX_ROWS, MAX_COLUMNS, MAX_SHEETS = 60_000, 400, 30
SAVE_AGAIN = "请用 Excel 或 WPS 打开，另存为“.xlsx”后再上传。"

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(/?)>|<(?:\w+:)?row\b([^>]*?)(/?)>")
_ATTRIBUTE = re.compile(rb'\b([rt])\s*=\s*["\']([^"\']*)["\']')
_REFERENCE = re.compile(rb"([A-Z]{1,3})([0-9]{1,7})")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(slots=True)
class _Seen:
    """What the XML of a sheet shows: its furthest cell and the cells that hold an error."""

    last_row: int = 0
    last_column: int = 0
    errors: list[tuple[int, int]] = field(default_factory=list)


def read_workbook(content: bytes) -> list[Grid]:
    """Every worksheet of an .xlsx or .xls file. Raises Unreadable."""
    seen = _look(content) if content[:2] == b"PK" else {}
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [m for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet][:MAX_SHEETS]
        return [
            _grid(book, m.name, visible=m.visible == SheetVisibleEnum.Visible, seen=seen.get(m.name))
            for m in sheets
        ]
    except PasswordError:
        raise Unreadable("文件设了打开密码，无法读取。请取消密码后再上传。") from None
    except (KeyboardInterrupt, SystemExit, Unreadable):
        raise
    except CalamineError:
        raise Unreadable(f"文件已损坏或不是表格文件，无法读取。{SAVE_AGAIN}") from None
    except BaseException as error:  # a panic of the reader is no Exception
        if type(error).__name__ not in {"PanicException", "ValueError", "OSError", "UnicodeDecodeError"}:
            raise
        raise Unreadable(f"文件已损坏，无法读取。{SAVE_AGAIN}") from None


def _grid(book: CalamineWorkbook, name: str, *, visible: bool, seen: _Seen | None) -> Grid:
    sheet = book.get_sheet_by_name(name)
    rows: list[list[object]] = [list(row) for row in sheet.to_python(skip_empty_area=False)]
    _limits(name, len(rows), max(map(len, rows), default=0))
    grid = Grid(name, rows, visible, list(sheet.merged_cell_ranges or ()))
    for row, column in seen.errors if seen else ():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend([""] * (column + 1 - len(rows[row])))
        rows[row][column] = FormulaError()
    grid.spread_merged()
    return grid


def _limits(name: str, rows: int, columns: int) -> None:
    if rows > MAX_ROWS:
        raise Unreadable(f"工作表“{name}”有{rows}行，一份名册最多{MAX_ROWS}行。请分成几个文件上传。")
    if columns > MAX_COLUMNS:
        raise Unreadable(
            f"工作表“{name}”有{columns}列，一份名册最多{MAX_COLUMNS}列。请删除右侧多余的列后再上传。"
        )


def _look(content: bytes) -> dict[str, _Seen]:
    """Sheet name → what its XML shows. Refuses a file that unpacks to too much or reaches too far."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(i.file_size for i in archive.infolist()) > MAX_UNPACKED:
                raise Unreadable("文件展开后过大，无法读取。请只保留名册所在的工作表后再上传。")
            names = {i.filename.lower(): i.filename for i in archive.infolist()}
            if "xl/workbook.xml" not in names:
                raise Unreadable(f"这不是 Excel 表格文件。{SAVE_AGAIN}")
            found = {}
            for name, part in _parts(archive, names)[:MAX_SHEETS]:
                seen = _scan(archive.read(part))
                _limits(name, seen.last_row, seen.last_column)
                found[name] = seen
            return found
    except (
        zipfile.BadZipFile,
        ElementTree.ParseError,
        KeyError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OSError,
    ):
        raise Unreadable(f"文件已损坏或设了打开密码，无法读取。{SAVE_AGAIN}") from None


def _parts(archive: zipfile.ZipFile, names: dict[str, str]) -> list[tuple[str, str]]:
    """(sheet name, path in the archive) in the workbook's order."""
    book = _xml(archive.read(names["xl/workbook.xml"]))
    links = _xml(archive.read(names["xl/_rels/workbook.xml.rels"]))
    targets = {e.get("Id"): (e.get("Target") or "") for e in links}
    parts = []
    for sheet in (e for e in book.iter() if e.tag.endswith("}sheet")):
        target = targets.get(sheet.get(_RELATION), "")
        path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if path.lower() in names:
            parts.append((sheet.get("name") or "", names[path.lower()]))
    return parts


def _xml(text: bytes) -> ElementTree.Element:
    if (
        b"<!DOCTYPE" in text or b"<!ENTITY" in text
    ):  # no honest workbook has one; entities could unpack without end
        raise Unreadable(f"文件内容不合规范，无法读取。{SAVE_AGAIN}")
    return ElementTree.fromstring(text)  # noqa: S314 - no document type, so no entities


def _scan(xml: bytes) -> _Seen:
    seen, row, column = _Seen(), 0, 0
    for match in _CELL.finditer(xml):
        cell, empty, line, _ = match.groups()
        if cell is None:
            number = dict(_ATTRIBUTE.findall(line)).get(b"r", b"")
            row, column = int(number) if number.isdigit() else row + 1, 0
            continue
        attributes = dict(_ATTRIBUTE.findall(cell))
        column += 1
        if reference := _REFERENCE.fullmatch(attributes.get(b"r", b"")):
            column, row = _column_number(reference[1]), int(reference[2])
        if empty:
            continue
        seen.last_row, seen.last_column = max(seen.last_row, row), max(seen.last_column, column)
        if attributes.get(b"t") == b"e":
            seen.errors.append((row - 1, column - 1))
    return seen


def _column_number(letters: bytes) -> int:
    """A → 1, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
