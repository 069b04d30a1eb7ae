"""Cutting the files into splits that tasks read by themselves; what is no Parquet file is staged as one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wudan.policy.engine import shanghai
from wudan.policy.engine.columns import BY_NAME, Column, Kind
from wudan.policy.engine.files import open_file
from wudan.policy.engine.problems import InputError, first_line
from wudan.policy.engine.table.cells import TEXT_KINDS
from wudan.policy.engine.table.source import NOTHING, Group, ParquetSource, Source
from wudan.policy.engine.values import BAD, clean_text, from_day, parse

_ROWS_A_GROUP = 1 << 19
_ROWS_A_CHUNK = 1 << 18
_BAD = "?"
"""A text that no column but text can be read from."""


@dataclass(frozen=True)
class Split:
    """Some row groups of a file of claims, or of the history when `paid`."""

    path: str
    paid: bool
    groups: tuple[int, ...]

    def read(self, columns: tuple[Column, ...], *, only: str | None = None) -> Iterator[Group]:
        """The rows, some at a time; `only` one column of them."""
        try:
            file = open_file(self.path, paid=self.paid, columns=columns)
        except InputError as error:
            raise InputError(f"{error}（工作节点；各节点应能以同一路径读到这个文件）") from None
        if not isinstance(file, ParquetSource):
            raise InputError(f"无法读取 {self.path}：不是 Parquet 文件")
        for group in (file.some([only]) if only else file).groups(self.groups):
            yield from group.chunks(_ROWS_A_CHUNK)


def splits_of(source: ParquetSource, rows: int, *, paid: bool) -> list[Split]:
    """Runs of row groups with about so many rows each."""
    found: list[Split] = []
    waiting: list[int] = []
    held = 0
    for number, size in enumerate(source.sizes):
        waiting.append(number)
        held += size
        if held >= rows:
            found.append(Split(source.path, paid, tuple(waiting)))
            waiting, held = [], 0
    if waiting:
        found.append(Split(source.path, paid, tuple(waiting)))
    return found


@contextmanager
def on_disk(
    tables: Mapping[bool, Source | ParquetSource], columns: tuple[Column, ...], beside: str
) -> Iterator[dict[bool, ParquetSource]]:
    """The tables (claims under `False`, history under `True`) as Parquet files all workers can read.

    Others are staged in a folder beside the decisions, which is gone afterwards.
    """
    others = {
        paid: table for paid, table in tables.items() if isinstance(table, Source) and table is not NOTHING
    }
    found = {paid: table for paid, table in tables.items() if isinstance(table, ParquetSource)}
    if not others:
        yield found
        return
    place = Path(beside).absolute().parent
    try:
        folder = tempfile.TemporaryDirectory(dir=place, prefix=".wudan-spark-")
    except OSError as error:
        raise InputError(f"无法在 {place} 建立临时文件夹：{first_line(error)}") from None
    with folder as name:
        for paid, table in others.items():
            found[paid] = _staged(table, columns, str(Path(name) / f"{int(paid)}.parquet"), paid=paid)
        yield found


def _staged(table: Source, columns: tuple[Column, ...], path: str, *, paid: bool) -> ParquetSource:
    known = BY_NAME | {column.name: column for column in columns}
    texts = {name: _texts(known[name], data) for name, data in table.columns.items()}
    try:
        pq.write_table(pa.table(texts), path, row_group_size=_ROWS_A_GROUP, compression="zstd")
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"无法写入临时文件 {path}：{first_line(error)}") from None
    staged = open_file(path, paid=paid, columns=columns)
    assert isinstance(staged, ParquetSource)  # noqa: S101 - the ending says so
    return staged


def _texts(column: Column, data: Any) -> Any:
    """A column as it is, or native values of a workbook as texts that mean the same."""
    if not isinstance(data, list):
        return data
    if column.kind in TEXT_KINDS:
        return pa.array([clean_text(value) for value in data], pa.large_string())
    return pa.array([_written(column.kind, parse(column, value)) for value in data], pa.large_string())


def _written(kind: Kind, value: Any) -> str | None:
    if value is None:
        return None
    if value is BAD:
        return _BAD
    if kind is Kind.DATE:
        return from_day(value).isoformat()
    if kind is Kind.STAMP:
        return shanghai.datetime_from_wall(value).isoformat(sep=" ")
    return str(int(value))
