"""Reading .csv (and text saved as .xls): which characters, which separator, whose quotes."""

from __future__ import annotations

import codecs
import csv
import io

from wudan.kernel.tables.grid import Grid, Unreadable
from wudan.kernel.tables.workbook import MAX_COLUMNS, MAX_ROWS, SAVE_AGAIN

SEPARATORS = (",", "\t", ";", "，", "|")
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def read_text(content: bytes) -> list[Grid]:
    """The one table of a text file, read under each separator it might have; `headers.choose` takes the one with a header."""
    text = decode(content)
    if text.lstrip()[:1] == "<":
        raise Unreadable(f"这个文件其实是网页格式，只是改了扩展名。{SAVE_AGAIN}")
    head = text[:20_000]
    if sum(c < " " and c not in "\t\r\n\f\v\x1a" for c in head) * 50 > len(head):
        raise Unreadable(f"文件已损坏，或者不是表格文件，无法读取。{SAVE_AGAIN}")
    present = [s for s in SEPARATORS if s in head] or [","]
    grids = [grid for s in present if (grid := _split(text, s, quiet=len(present) > 1)) is not None]
    if not grids:
        _split(text, present[0], quiet=False)
    return grids


def decode(content: bytes) -> str:
    """UTF-8, UTF-16 with or without mark, else GB18030. Raises Unreadable."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    head = content[:4000]
    if b"\x00" in head:  # UTF-16 without its mark: the zero halves of digits and commas say which way round
        return _decoded(content, "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "gb18030")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(f"文件的文字编码无法识别。{SAVE_AGAIN}") from None


def _split(text: str, separator: str, *, quiet: bool) -> Grid | None:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[object]] = []
    try:
        for row in reader:
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS:
                raise Unreadable(f"文件过大，一份名册最多{MAX_ROWS}行、{MAX_COLUMNS}列。请分成几个文件上传。")
            rows.append(list(row))
    except csv.Error:
        if quiet:
            return None
        raise Unreadable(f"第{reader.line_num}行附近的引号没有成对，无法分列。{SAVE_AGAIN}") from None
    return Grid("CSV", rows)
