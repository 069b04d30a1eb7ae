"""Reading CLAIMS and PAID from Parquet, CSV and XLSX, by the file's ending, into columns."""

from __future__ import annotations

import codecs
import csv
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from wudan.policy.engine.columns import AMOUNT, CLAIM_COLUMNS, REQUIRED_COLUMNS, Column, Kind
from wudan.policy.engine.problems import InputError, first_line
from wudan.policy.engine.sheets import read_sheet
from wudan.policy.engine.table.cells import CODED_KINDS
from wudan.policy.engine.table.source import ParquetSource, Source

ENDINGS = (".parquet", ".csv", ".xlsx")
_CHUNK = 20_000
_BLOCK = 1 << 20


def read_file(path: str, *, paid: bool = False, columns: Sequence[Column] = CLAIM_COLUMNS) -> Source:
    """The columns of a rulebook's form in a file, others left out; `InputError` says in one line what is wrong with it."""
    table = open_file(path, paid=paid, columns=columns)
    return table if isinstance(table, Source) else table.whole()


def open_file(
    path: str, *, paid: bool = False, columns: Sequence[Column] = CLAIM_COLUMNS
) -> Source | ParquetSource:
    """The same, a Parquet file not read yet: `groups()` hands it out piece by piece."""
    ending = known_ending(path)
    wanted = [c.name for c in ((*columns, AMOUNT) if paid else columns)]
    required = [*REQUIRED_COLUMNS, "amount_fen"] if paid else list(REQUIRED_COLUMNS)
    try:
        if ending == ".parquet":
            return _parquet(path, wanted, required, {column.name: column.kind for column in columns})
        return {".csv": _csv, ".xlsx": _xlsx}[ending](path, wanted, required)
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"找不到文件 {path}") from None
    except (OSError, pa.ArrowException, csv.Error, UnicodeError, ValueError) as error:
        raise InputError(f"无法读取 {path}：{first_line(error)}") from None


def known_ending(path: str) -> str:
    """The file's ending, if it is one of those the contract names."""
    for ending in ENDINGS:
        if path.endswith(ending):
            return ending
    raise InputError(f"不认识的文件类型：{path}；应以 .parquet、.csv 或 .xlsx 结尾（小写）")


def find_columns(
    path: str, header: Sequence[str], wanted: Sequence[str], required: Sequence[str]
) -> dict[str, int]:
    """Where each wanted column stands in the header; missing and repeated ones make the file unusable."""
    names = [name.strip() for name in header]
    counts = Counter(names)
    twice = [name for name in wanted if counts[name] > 1]
    if twice:
        raise InputError(f"{path} 中有重复的列：{'、'.join(twice)}")
    missing = [name for name in required if name not in counts]
    if missing:
        raise InputError(f"{path} 缺少必需的列：{'、'.join(missing)}")
    return {name: names.index(name) for name in wanted if name in counts}


def _parquet(
    path: str, wanted: Sequence[str], required: Sequence[str], kinds: Mapping[str, Kind]
) -> ParquetSource:
    if not Path(path).is_file():
        raise InputError(f"找不到文件 {path}")
    with pq.ParquetFile(path) as file:
        header = file.schema_arrow.names
        places = find_columns(path, header, wanted, required)
        raw = {name: header[place] for name, place in places.items()}
        return ParquetSource(path, file, raw, [raw[n] for n in raw if kinds.get(n) in CODED_KINDS])


def _csv(path: str, wanted: Sequence[str], required: Sequence[str]) -> Source:
    encoding = _encoding(path)
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    with Path(path).open(encoding=encoding, newline="") as file:
        rows = _csv_rows(path, file)
        header = next(rows, None)
        if header is None:
            raise InputError(f"{path} 是空文件，没有表头")
        places = find_columns(path, header[1], wanted, required)
        chunks: dict[str, list[pa.Array]] = {name: [] for name in places}
        total = 0
        for block in _blocks(path, rows, len(header[1])):
            total += len(block)
            columns = list(zip(*block, strict=True))
            for name, place in places.items():
                chunks[name].append(pa.array(columns[place], pa.large_string()))
    return Source({name: pa.chunked_array(parts, pa.large_string()) for name, parts in chunks.items()}, total)


def _encoding(path: str) -> str:
    """UTF-8 (with or without a byte order mark) if the whole file is, else GB18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            with Path(path).open("rb") as file:
                while block := file.read(_BLOCK):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return encoding
    raise InputError(f"无法读取 {path}：既不是 UTF-8 也不是 GB18030 编码")


def _csv_rows(path: str, file: Any) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row; lines of white space alone are skipped."""
    last = ""

    def lines() -> Iterator[str]:
        nonlocal last
        for line in file:
            last = line
            yield line

    reader = csv.reader(lines(), strict=True)
    try:
        for row in reader:
            if len(row) < 2 and not last.strip():
                continue
            yield reader.line_num, row
    except csv.Error as error:
        raise InputError(
            f"无法读取 {path}：第{reader.line_num}行附近的引号不成对或格式有误（{error}）"
        ) from None


def _blocks(path: str, rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[list[list[str]]]:
    block: list[list[str]] = []
    for line, row in rows:
        if len(row) != width:
            if len(row) > width:
                raise InputError(f"{path} 第{line}行有{len(row)}格，比表头的{width}格多")
            row = [*row, *[""] * (width - len(row))]
        block.append(row)
        if len(block) == _CHUNK:
            yield block
            block = []
    if block:
        yield block


def _xlsx(path: str, wanted: Sequence[str], required: Sequence[str]) -> Source:
    rows = read_sheet(path)
    header = next(rows, None)
    if header is None:
        raise InputError(f"{path} 的第一张表是空的，没有表头")
    places = find_columns(path, [str(cell) for cell in header], wanted, required)
    columns: dict[str, list[Any]] = {name: [] for name in places}
    width = len(header)
    total = 0
    for row in rows:
        if not any(_filled(cell) for cell in row[:width]):
            continue
        total += 1
        for name, place in places.items():
            columns[name].append(row[place])
    return Source(columns, total)


def _filled(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None
