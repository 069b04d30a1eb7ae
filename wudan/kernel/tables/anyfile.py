"""A file by its content, not by its ending."""

from __future__ import annotations

from wudan.kernel.tables.grid import Grid, Unreadable
from wudan.kernel.tables.textfile import read_text
from wudan.kernel.tables.workbook import SAVE_AGAIN, read_workbook


def is_workbook(content: bytes) -> bool:
    """By its first bytes: an archive (.xlsx) or a compound file (.xls)."""
    return content[:2] == b"PK" or content[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_grids(content: bytes) -> list[Grid]:
    """The sheets of a workbook, or a text file under each separator it might have. Raises Unreadable with a sentence."""
    if not content.strip():
        raise Unreadable("文件是空的。")
    if is_workbook(content):
        return read_workbook(content)
    if content[:4] == b"%PDF" or content[:3] == b"\xff\xd8\xff" or content[:4] == b"\x89PNG":
        raise Unreadable(f"这是PDF或图片，不是表格。{SAVE_AGAIN}")
    return read_text(content)
