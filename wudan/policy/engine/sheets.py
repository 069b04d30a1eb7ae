"""The first sheet of an XLSX workbook, row by row, as native values."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import python_calamine

from wudan.policy.engine.problems import InputError
from wudan.policy.engine.values import as_text

_ERROR_CELL = re.compile(rb'<c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>(.*?)</c>', re.S)
_ERROR_TEXT = re.compile(rb"<v>([^<]*)</v>")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def read_sheet(path: str) -> Iterator[list[Any]]:
    """The rows that hold anything, the first of them the header (as text, cut after its last filled cell)."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_path(path)
        sheet = workbook.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=True)
        start = sheet.start or (0, 0)
        errors = _error_cells(path)
    except FileNotFoundError:
        raise
    except (
        OSError,
        ValueError,
        KeyError,
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        ElementTree.ParseError,
    ):
        raise InputError(f"无法读取 {path}：不是完好的 .xlsx 文件") from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader's own failure on a damaged file
            raise InputError(f"无法读取 {path}：不是完好的 .xlsx 文件") from None
        raise
    for (row, column), text in errors.items():
        if 0 <= row - start[0] < len(rows) and 0 <= column - start[1] < len(rows[row - start[0]]):
            rows[row - start[0]][column - start[1]] = text
    yield from _filled_rows(rows)


def _filled_rows(rows: list[list[Any]]) -> Iterator[list[Any]]:
    header_seen = False
    for row in rows:
        texts = row if header_seen else [(as_text(cell) or "").strip() for cell in row]
        if not any(cell.strip() if isinstance(cell, str) else cell is not None for cell in texts):
            continue
        if not header_seen:
            header_seen = True
            while texts and not texts[-1]:
                texts = texts[:-1]
        yield texts


def _error_cells(path: str) -> dict[tuple[int, int], str]:
    """Cells holding an error value such as #N/A, which the reader would give as empty; they are text of their own."""
    with zipfile.ZipFile(path) as book:
        sheet = _first_sheet(book)
        content = book.read(sheet) if sheet else b""
    found: dict[tuple[int, int], str] = {}
    if b't="e"' not in content:
        return found
    for letters, digits, body in _ERROR_CELL.findall(content):
        text = _ERROR_TEXT.search(body)
        column = 0
        for letter in letters.decode():
            column = column * 26 + ord(letter) - 64
        found[int(digits) - 1, column - 1] = text[1].decode("utf-8", "replace") if text else "#ERROR"
    return found


def _first_sheet(book: zipfile.ZipFile) -> str | None:
    """The part that holds the first sheet."""
    try:
        workbook = ElementTree.fromstring(book.read("xl/workbook.xml"))  # noqa: S314 only names are read
        relations = ElementTree.fromstring(book.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    except KeyError:
        return None
    first = next((node for node in workbook.iter() if node.tag.endswith("}sheet")), None)
    if first is None:
        return None
    wanted = first.get(_RELATION)
    for relation in relations:
        if relation.get("Id") == wanted:
            target = relation.get("Target") or ""
            name = (
                target.lstrip("/")
                if target.startswith("/")
                else posixpath.normpath(posixpath.join("xl", target))
            )
            return name if name in book.namelist() else None
    return None
