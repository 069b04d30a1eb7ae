"""Writing DECISIONS and DIFF: whole or not at all, by the file's ending."""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from wudan.policy.engine.files import known_ending
from wudan.policy.engine.problems import InputError, first_line

_MOST_SHEET_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_BATCH = 50_000
_GROUP = 1 << 20
_TIMELESS = datetime(2020, 1, 1)  # noqa: DTZ001 - a workbook's time; left out, every file holds another second


def write_file(tables: Iterable[pa.Table], path: str) -> None:
    """Write the tables' rows beside their place and put them there in one move; a failure leaves what was there untouched."""
    ending = known_ending(path)
    check_target(path)
    write = {".parquet": _parquet, ".csv": _csv, ".xlsx": _xlsx}[ending]
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:100]}.", suffix=ending)
        os.close(handle)
    except OSError as error:
        raise InputError(f"无法写入 {path}：{first_line(error)}") from None
    try:
        write(tables, name)
        Path(name).chmod(_mode())
        Path(name).replace(target)
    except (OSError, pa.ArrowException, xlsxwriter.exceptions.XlsxWriterException) as error:
        raise InputError(f"无法写入 {path}：{first_line(error)}") from None
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()


def check_target(path: str) -> None:
    """Refuse early what could not be written at the end."""
    known_ending(path)
    target = Path(path)
    if target.is_dir():
        raise InputError(f"无法写入 {path}：这是一个文件夹")
    if not target.parent.is_dir():
        raise InputError(f"无法写入 {path}：文件夹 {target.parent} 不存在")


def _mode() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def write_csv(tables: Iterable[pa.Table], file: TextIO) -> None:
    """The tables' rows as CSV (RFC 4180), under one header."""
    writer = csv.writer(file)
    for place, table in enumerate(tables):
        if place == 0:
            writer.writerow(table.column_names)
        for rows in _rows(table):
            writer.writerows([["" if v is None else v for v in row] for row in rows])


def _rows(table: pa.Table) -> Iterator[Iterable[tuple[Any, ...]]]:
    for batch in table.to_batches(max_chunksize=_BATCH):
        yield zip(*(column.to_pylist() for column in batch.columns), strict=True)


def _parquet(tables: Iterable[pa.Table], name: str) -> None:
    """Texts that repeat are written by dictionary, others as they are; every reader sees plain text. A table is written while
    the next one is made."""
    writer: pq.ParquetWriter | None = None
    with ThreadPoolExecutor(1) as hand:
        try:
            written: Future[None] | None = None
            for table in tables:
                if writer is None:
                    repeating = [field.name for field in table.schema if pa.types.is_dictionary(field.type)]
                    writer = pq.ParquetWriter(
                        name, table.schema, use_dictionary=repeating, write_statistics=False, store_schema=False
                    )
                if written is not None:
                    written.result()
                written = hand.submit(writer.write_table, table, row_group_size=_GROUP)
            if written is not None:
                written.result()
        finally:
            hand.shutdown()
            if writer is not None:
                writer.close()


def _csv(tables: Iterable[pa.Table], name: str) -> None:
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        write_csv(tables, file)


def _xlsx(tables: Iterable[pa.Table], name: str) -> None:
    book = xlsxwriter.Workbook(name, {"constant_memory": True})
    book.set_properties({"created": _TIMELESS})
    sheet = book.add_worksheet()
    row = 0
    for table in tables:
        if row == 0:
            for place, column in enumerate(table.column_names):
                sheet.write_string(0, place, column)
        if row + table.num_rows > _MOST_SHEET_ROWS:
            raise InputError(f"结果超过{_MOST_SHEET_ROWS}行，.xlsx 一张表放不下；请改用 .parquet 或 .csv")
        for rows in _rows(table):
            for values in rows:
                row += 1
                for place, value in enumerate(values):
                    _cell(
                        sheet.write_number if isinstance(value, int) else sheet.write_string,
                        row,
                        place,
                        value,
                    )
    book.close()


def _cell(write: Callable[..., Any], row: int, place: int, value: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str) and len(value) > _LONGEST_CELL:
        raise InputError(f"第{row}行有超过{_LONGEST_CELL}字的内容，.xlsx 放不下；请改用 .parquet 或 .csv")
    write(row, place, value)
