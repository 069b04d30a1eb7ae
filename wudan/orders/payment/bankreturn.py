"""Reading the bank's answer file (银行回单): CSV or XLSX, title rows and full-width digits tolerated, nothing guessed.

Every fault is told with row and column. What is well formed but does not fit the batch is not a fault of form: `matching` says that.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import python_calamine

from wudan.kernel.errors import INVALID, Refusal, Refused, refuse
from wudan.kernel.money import parse_yuan
from wudan.orders.payment.bankfile import TOTAL

LARGEST_FILE, LARGEST_UNPACKED, MOST_ROWS, MOST_FAULTS = 20_000_000, 200_000_000, 200_000, 50
_HEADINGS = {
    "reference": ("明细号", "明细编号", "流水号"),
    "amount": ("金额", "金额(元)", "交易金额", "实付金额"),
    "status": ("状态", "处理状态", "结果", "处理结果"),
    "reason": ("失败原因", "原因", "退票原因", "银行说明"),
    "number": ("收款账号", "账号"),
}
_NEEDED = {"reference": "明细号", "amount": "金额", "status": "状态"}
_STATUS = {"成功": True, "已付": True, "交易成功": True, "失败": False, "退票": False, "交易失败": False}
HELP = "请使用带“明细号、金额、状态、失败原因”四列的回单文件（.csv或.xlsx）。"
_UNREADABLE = Refusal("unreadable", "这个文件不是能读取的回单。", "", HELP, "file", INVALID)


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """One line of the answer. `number` is empty where the file has no account column."""

    row: int
    reference: str
    amount_fen: int
    paid: bool
    reason: str
    number: str


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """The lines, and the total line where the file has one."""

    rows: tuple[ReturnRow, ...]
    total_fen: int | None


def read(file_name: str, content: bytes) -> ReturnFile:
    """Refuses: unreadable, too-large, no-columns, no-rows, and bad-row with every bad cell named (the first 50)."""
    if len(content) > LARGEST_FILE:
        refuse(
            "too-large", "回单文件超过20MB。", remedy="请按批次分别导出回单。", field="file", status=INVALID
        )
    table = _sheet(content) if content[:2] == b"PK" else _csv(content)
    start, columns = _heading(table)
    rows: list[ReturnRow] = []
    faults: list[Refusal] = []
    total: int | None = None
    for number, cells in enumerate(table[start + 1 :], start + 2):
        got = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        if not any(cells):
            continue
        if got["reference"] in (TOTAL, "总计"):
            total = _total(got["amount"])
            continue
        made = _row(number, got)
        if isinstance(made, ReturnRow):
            rows.append(made)
        else:
            faults += made
    if faults:
        raise Refused(*faults[:MOST_FAULTS])
    if not rows:
        refuse("no-rows", f"文件“{file_name}”里没有回单明细。", remedy=HELP, field="file", status=INVALID)
    return ReturnFile(tuple(rows), total)


def _row(number: int, got: dict[str, str]) -> ReturnRow | list[Refusal]:
    faults: list[Refusal] = []

    def fault(column: str, problem: str, remedy: str) -> None:
        faults.append(
            Refusal(
                "bad-row", f"第{number}行“{column}”{problem}。", "", remedy, f"{number}:{column}", INVALID
            )
        )

    if not got["reference"]:
        fault("明细号", "是空的", "请填写送银行文件中的明细号。")
    try:
        fen = parse_yuan(got["amount"])
    except ValueError:
        fen = 0
        fault("金额", f"填的是“{got['amount'][:20]}”，不是精确到分的金额", "请填写如1500.00的金额。")
    status = _STATUS.get(got["status"])
    if status is None:
        fault("状态", f"填的是“{got['status'][:20]}”", "请填写“成功”或“失败”。")
    if faults:
        return faults
    return ReturnRow(
        number,
        got["reference"],
        fen,
        bool(status),
        got.get("reason", "")[:200],
        got.get("number", "").replace(" ", ""),
    )


def _total(text: str) -> int | None:
    try:
        return parse_yuan(text)
    except ValueError:
        return None


def _heading(table: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """The heading row among the first 20, and where each column is."""
    for number, cells in enumerate(table[:20]):
        named = [cell.replace("（", "(").replace("）", ")").replace(" ", "") for cell in cells]
        columns = {
            name: named.index(word)
            for name, words in _HEADINGS.items()
            for word in reversed(words)
            if word in named
        }
        if _NEEDED.keys() <= columns.keys():
            return number, columns
    raise Refused(Refusal("no-columns", "没有找到“明细号、金额、状态”这三列。", "", HELP, "file", INVALID))


def _csv(content: bytes) -> list[list[str]]:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        try:
            rows = list(
                csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in text[:200] else ",")
            )
        except csv.Error:
            break
        return _within([[_tidy(cell) for cell in row] for row in rows])
    raise Refused(_UNREADABLE)


def _sheet(content: bytes) -> list[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST_UNPACKED:
                refuse(
                    "too-large",
                    "回单文件解压后过大。",
                    remedy="请按批次分别导出回单。",
                    field="file",
                    status=INVALID,
                )
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, python_calamine.CalamineError, OSError, ValueError, IndexError):
        raise Refused(_UNREADABLE) from None
    return _within([[_tidy(_cell(cell)) for cell in row] for row in rows])


def _within(rows: list[list[str]]) -> list[list[str]]:
    if len(rows) > MOST_ROWS:
        refuse(
            "too-large",
            f"回单超过{MOST_ROWS}行。",
            remedy="请按批次分别导出回单。",
            field="file",
            status=INVALID,
        )
    return rows


def _cell(value: object) -> str:
    """A spreadsheet keeps 1500 as a float; its shortest text is the amount as typed."""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _tidy(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().strip("'").strip()
