"""Where claims and history come from: tables in memory, or Parquet files read group by group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wudan.policy.engine.problems import InputError, first_line
from wudan.policy.engine.table.cells import Bools, Data, coded, part_of

_MOST_ROWS = 1 << 21
_BYTES_A_CODE = 5


@dataclass(frozen=True)
class Group:
    """Some rows of a table, `first` counted from its beginning."""

    first: int
    rows: int
    columns: Mapping[str, Data]

    def chunks(self, size: int) -> Iterator[Group]:
        """The rows in pieces of `size`."""
        for first in range(0, self.rows, size):
            rows = min(size, self.rows - first)
            parts = {name: part_of(data, first, rows) for name, data in self.columns.items()}
            yield Group(self.first + first, rows, parts)


class Table(Protocol):
    """A table of claims or history."""

    @property
    def rows(self) -> int: ...

    @property
    def repeated(self) -> Bools | None:
        """Which rows' numbers occurred before, where somebody has found out already."""
        ...

    def groups(self) -> Iterator[Group]:
        """The rows in order, some at a time."""
        ...


@dataclass(frozen=True)
class Source:
    """A table in memory by columns: Arrow arrays or lists of native values; `rows` long."""

    columns: Mapping[str, Data]
    rows: int
    repeated: Bools | None = None

    def groups(self) -> Iterator[Group]:
        """All rows at once, each column in one piece."""
        yield Group(0, self.rows, {name: _whole(data) for name, data in self.columns.items()})


NOTHING = Source({}, 0)


def _whole(data: Data) -> Data:
    """A column that can be cut into parts without looking for its pieces each time."""
    if not isinstance(data, pa.ChunkedArray):
        return data
    if data.num_chunks > 1 and (data.type == pa.string() or data.type == pa.binary()):
        data = data.cast(pa.large_string() if data.type == pa.string() else pa.large_binary())
    return data.chunk(0) if data.num_chunks == 1 else data.combine_chunks()


class ParquetSource:
    """A Parquet file. Texts written by dictionary stay codes."""

    repeated: Bools | None = None

    def __init__(
        self, path: str, file: pq.ParquetFile, places: Mapping[str, str], texts: Sequence[str]
    ) -> None:
        """`places` are the file's names by the contract's, `texts` those of the columns that may stay codes."""
        self.path, self.places = path, dict(places)
        self.metadata, self.schema = file.metadata, file.schema_arrow
        self.rows: int = self.metadata.num_rows
        self._coded = [raw for raw in texts if self._is_coded(raw)]
        sizes = [self.metadata.row_group(place).num_rows for place in range(self.metadata.num_row_groups)]
        self._firsts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)

    def whole(self) -> Source:
        """Everything, in memory."""
        with pq.ParquetFile(self.path, metadata=self.metadata) as file:
            table = file.read(columns=list(self.places.values()))
        return Source({name: table.column(raw) for name, raw in self.places.items()}, self.rows)

    def _is_coded(self, raw: str) -> bool:
        """Whether the file holds this text column by dictionary throughout, as far as its size tells."""
        kind = self.schema.field(raw).type
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            return False
        place = self.schema.get_field_index(raw)
        for number in range(self.metadata.num_row_groups):
            group = self.metadata.row_group(number)
            if group.num_columns != len(self.schema.names):  # nested columns: positions would be off
                return False
            column = group.column(place)
            if not column.has_dictionary_page or column.total_uncompressed_size > _BYTES_A_CODE * max(
                group.num_rows, 1
            ):
                return False
        return True

    def some(self, names: Iterable[str]) -> ParquetSource:
        """The same rows with fewer columns."""
        less = copy(self)
        less.places = {name: self.places[name] for name in names}
        less._coded = [raw for raw in self._coded if raw in less.places.values()]
        return less

    @property
    def sizes(self) -> list[int]:
        """Rows by row group."""
        return [int(size) for size in np.diff(self._firsts)]

    def groups(self, numbers: Sequence[int] | None = None) -> Iterator[Group]:
        """The file's row groups, all or these, large ones in parts. `InputError` where the file cannot be read after all."""
        try:
            yield from self._groups(range(self.metadata.num_row_groups) if numbers is None else numbers)
        except (OSError, pa.ArrowException) as error:
            raise InputError(f"无法读取 {self.path}：{first_line(error)}") from None

    def _groups(self, numbers: Sequence[int]) -> Iterator[Group]:
        names = list(self.places.values())
        with pq.ParquetFile(self.path, metadata=self.metadata, read_dictionary=self._coded) as file:
            for number in numbers:
                first, rows = int(self._firsts[number]), int(self._firsts[number + 1] - self._firsts[number])
                if rows <= _MOST_ROWS:
                    yield self._group(first, file.read_row_group(number, columns=names))
                    continue
                for batch in file.iter_batches(_MOST_ROWS // 2, row_groups=[number], columns=names):
                    yield self._group(first, pa.Table.from_batches([batch]))
                    first += batch.num_rows

    def _group(self, first: int, table: pa.Table) -> Group:
        columns = {name: _ready(table.column(raw)) for name, raw in self.places.items()}
        return Group(first, table.num_rows, columns)


def _ready(column: Any) -> Data:
    whole = _whole(column)
    if pa.types.is_dictionary(whole.type) and _is_text(whole.type.value_type):
        return coded(whole)
    return whole


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
