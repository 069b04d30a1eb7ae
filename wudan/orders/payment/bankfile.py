"""The bank's file (银行代发文件): one adapter per format, found by name. A new bank is a new class and one line in FORMATS.

The file holds full account numbers: `actions.sending.bank_file` is the only way to it, and journals who took it and why.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wudan.kernel.money import plain
from wudan.kernel.sheets import new_book

COLUMNS = ("明细号", "收款人户名", "收款账号", "开户银行", "金额(元)", "用途")
TOTAL = "合计"
# A cell that begins so is a formula to a spreadsheet; an apostrophe before it makes it text.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class PayRow:
    """One payment as the bank reads it."""

    reference: str
    holder: str
    number: str
    bank: str
    amount_fen: int
    purpose: str

    def cells(self) -> list[str]:
        return [
            self.reference, safe(self.holder), self.number, safe(self.bank), plain(self.amount_fen), safe(self.purpose),
        ]  # fmt: skip


class BankFormat(Protocol):
    """An adapter: `write` gives the same bytes for the same rows and time."""

    label: str
    extension: str
    content_type: str

    def write(self, rows: Sequence[PayRow], *, title: str, at: datetime) -> bytes: ...


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, on one line."""
    text = " ".join(text.split()) if any(c in text for c in "\t\r\n") else text
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def checksum(rows: Sequence[PayRow]) -> str:
    """16 characters over references, accounts and amounts, to tell a changed file from the one that was signed."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(f"{row.reference}|{row.number}|{row.amount_fen}\n".encode())
    return digest.hexdigest()[:16]


def total_cells(rows: Sequence[PayRow]) -> list[str]:
    """The last line: how many, how much, and the checksum."""
    return [TOTAL, f"{len(rows)}笔", "", "", plain(sum(r.amount_fen for r in rows)), f"校验 {checksum(rows)}"]


class CsvFile:
    """CSV with CRLF; the encoding is the bank's."""

    extension = "csv"
    content_type = "text/csv"

    def __init__(self, label: str, encoding: str) -> None:
        self.label, self.encoding = label, encoding

    def write(self, rows: Sequence[PayRow], *, title: str, at: datetime) -> bytes:  # noqa: ARG002 - the port
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(row.cells() for row in rows)
        writer.writerow(total_cells(rows))
        return out.getvalue().encode(self.encoding)


class XlsxFile:
    """A workbook of text cells: nothing in it is a formula or a number a spreadsheet could round."""

    label = "Excel 工作簿"
    extension = "xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, rows: Sequence[PayRow], *, title: str, at: datetime) -> bytes:
        out = io.BytesIO()
        with new_book(out, created=at, title=title) as book:
            text = book.add_format({"num_format": "@"})
            sheet = book.add_worksheet("代发明细")
            sheet.set_column(0, len(COLUMNS) - 1, 22, text)
            for number, cells in enumerate(
                [list(COLUMNS), *(row.cells() for row in rows), total_cells(rows)]
            ):
                for column, cell in enumerate(cells):
                    sheet.write_string(number, column, cell, text)
        return out.getvalue()


FORMATS: dict[str, BankFormat] = {
    "csv": CsvFile("CSV（UTF-8）", "utf-8-sig"),
    "csv-gb18030": CsvFile("CSV（GB18030，网银常用）", "gb18030"),
    "xlsx": XlsxFile(),
}
