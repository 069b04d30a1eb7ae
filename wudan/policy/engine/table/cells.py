"""Reading a whole column: to integers (`NONE` where there is none), or to stripped text.

Columns come as Arrow arrays (Parquet, CSV), as `Coded` texts, or as lists of native values (XLSX, mappings). What has no quick
way is read value by distinct value through `values.parse`, so that both ways mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from wudan.policy.engine import shanghai
from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.lang.nodes import TextColumn
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.table import kernels as plain
from wudan.policy.engine.values import (
    BAD,
    FIRST_DAY,
    FIRST_STAMP,
    LAST_DAY,
    LAST_STAMP,
    as_text,
    clean_text,
    parse,
    split_set,
)

TEXT_KINDS = (Kind.TEXT, Kind.PERSON, Kind.SET)
CODED_KINDS = (Kind.TEXT, Kind.SET)
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Data = Any
"""A column as it comes: an Arrow array, `Coded`, a list of native values, or `None` when the column is missing."""


@dataclass
class Cells:
    """A column of numbers, booleans, dates or timestamps: values (`NONE` where there is none), and which are malformed."""

    values: Ints
    bad: Bools | None = None

    def empty(self) -> Any:
        """Which cells are empty: a malformed one is not."""
        none = self.values == NONE
        return none if self.bad is None else none & ~self.bad


@dataclass(frozen=True)
class Coded:
    """A text column as codes (-1 for null) into distinct texts, as Parquet's dictionaries hold them; not stripped yet.

    `shared` keeps what was worked out for the texts, for all parts of the column.
    """

    codes: npt.NDArray[np.int32]
    texts: pa.Array
    shared: dict[str, Any] = field(default_factory=dict)

    def part(self, first: int, rows: int) -> Coded:
        """Some rows; the texts are shared."""
        return Coded(self.codes[first : first + rows], self.texts, self.shared)

    def plain(self) -> pa.Array:
        """The texts row by row."""
        return self.texts.take(pa.array(self.codes, mask=self.codes < 0))


def part_of(data: Data, first: int, rows: int) -> Data:
    """Some rows of a column."""
    if isinstance(data, list):
        return data[first : first + rows]
    if isinstance(data, Coded):
        return data.part(first, rows)
    return None if data is None else data.slice(first, rows)


def read_numbers(column: Column, data: Data, rows: int) -> Cells:
    """A column of any kind but text."""
    if data is None:
        return Cells(np.broadcast_to(NONE, rows))
    if isinstance(data, list):
        return _from_values(column, data)
    array = _plain(data)
    if pa.types.is_null(array.type):
        return Cells(np.broadcast_to(NONE, rows))
    quick = _quick(column, array)
    return quick if quick is not None else _by_distinct(column, array)


def read_text(column: Column, data: Data, rows: int, kernels: ModuleType = plain) -> pa.Array:
    """A text column, stripped, null where empty."""
    if data is None:
        return pa.nulls(rows, pa.large_string())
    if isinstance(data, list):
        return pa.array([clean_text(value) for value in data], pa.large_string())
    array = _plain(data)
    kind = array.type
    if pa.types.is_null(kind):
        return pa.nulls(rows, pa.large_string())
    if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        codes, values = _distinct(array, column)
        texts = pa.array([clean_text(value) for value in values], pa.large_string())
        return texts.take(pa.array(codes, mask=codes < 0))
    return tidy(column.name, array, kernels)


def tidy(name: str, array: pa.Array, kernels: ModuleType = plain) -> pa.Array:
    """Texts stripped, null where empty; `InputError` where they are not UTF-8. What is tidy already is not copied."""
    offsets, data = buffers(array)
    if (data[offsets[0] : offsets[-1]] >= 128).any():
        try:
            array.validate(full=True)
        except pa.ArrowInvalid:
            raise InputError(f"列 {name} 中有不是 UTF-8 的文字，无法读取") from None
    if kernels is not plain and not array.null_count and not kernels.edges(offsets, data):
        return array
    trimmed = pc.utf8_trim_whitespace(array)
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, array.type), trimmed)


def buffers(array: pa.Array) -> tuple[Any, npt.NDArray[np.uint8]]:
    """Offsets and bytes of a text array, as they stand in memory."""
    wide = pa.types.is_large_string(array.type)
    _, places, content = array.buffers()
    if not len(array) or places is None:
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    offsets = np.frombuffer(places, np.int64 if wide else np.int32)[
        array.offset : array.offset + len(array) + 1
    ]
    return offsets, np.frombuffer(content, np.uint8) if content else np.zeros(0, np.uint8)


def _plain(data: Any) -> pa.Array:
    """One contiguous array, dictionaries, views and extension types decoded."""
    if isinstance(data, Coded):
        return data.plain()
    array = data.combine_chunks() if isinstance(data, pa.ChunkedArray) else data
    if isinstance(array, pa.ChunkedArray):  # too large for one array of small offsets
        array = pa.concat_arrays([chunk.cast(pa.large_string()) for chunk in array.chunks])
    kind = array.type
    if isinstance(kind, pa.BaseExtensionType):
        array = array.storage
        kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_fixed_size_binary(kind):
        array = array.cast(pa.binary())
    if kind == pa.string_view() or _is_binary(array.type):
        try:
            array = array.cast(pa.large_string())
        except pa.ArrowInvalid:
            raise InputError("有一列的内容不是 UTF-8 文字，无法读取") from None
    return array


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or kind == pa.binary_view())


def _quick(column: Column, array: pa.Array) -> Cells | None:
    """The ways without a detour over text, for the types files usually have."""
    kind, want = array.type, column.kind
    if pa.types.is_boolean(kind) and want is Kind.BOOLEAN:
        return Cells(_integers(array.cast(pa.int8())))
    if pa.types.is_integer(kind) and want in (Kind.INTEGER, Kind.BOOLEAN):
        low, high = (0, 1) if want is Kind.BOOLEAN else (column.low, column.high)
        if pa.types.is_uint64(kind):
            array = pc.min_element_wise(array, pa.scalar(2**62, pa.uint64()), skip_nulls=False)
        return _ranged(_integers(array), low, high, empty=_absent(array))
    if pa.types.is_floating(kind) and want is Kind.INTEGER:
        return _floats(column, array)
    if want not in (Kind.DATE, Kind.STAMP):
        return None
    if pa.types.is_timestamp(kind):
        micros = _wall_micros(array)
        if want is Kind.STAMP:
            return _ranged(micros, FIRST_STAMP, LAST_STAMP, empty=_absent(array))
        return _ranged(
            np.floor_divide(micros, shanghai.DAY_MICROS), FIRST_DAY, LAST_DAY, empty=_absent(array)
        )
    if pa.types.is_date(kind):
        days = _ranged(_days(array), FIRST_DAY, LAST_DAY, empty=_absent(array))
        if want is Kind.STAMP:
            days.values = np.where(days.values == NONE, NONE, days.values * shanghai.DAY_MICROS)
        return days
    return None


def _absent(array: pa.Array) -> Bools | None:
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False), np.bool_) if array.null_count else None


def _integers(array: pa.Array) -> Ints:
    """64-bit values; where null `NONE`."""
    if not array.null_count:
        return np.asarray(array.to_numpy(zero_copy_only=False), np.int64)
    kind = array.type.to_pandas_dtype()
    stored = np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]
    values = stored.astype(np.int64)
    values[_absent(array)] = NONE
    return values


def _ranged(values: Ints, low: int, high: int, *, empty: Bools | None = None) -> Cells:
    """Values in their range; the others, unless empty, are malformed."""
    if not len(values) or (empty is None and low <= values.min() and values.max() <= high):
        return Cells(values)
    bad = (values < low) | (values > high)
    if empty is not None:
        bad &= ~empty
    hidden = bad if empty is None else bad | empty
    return Cells(np.where(hidden, NONE, values), bad if bad.any() else None)


def _floats(column: Column, array: pa.Array) -> Cells:
    numbers = np.asarray(
        pc.fill_null(pc.cast(array, pa.float64()), np.nan).to_numpy(zero_copy_only=False), np.float64
    )
    empty = np.isnan(numbers)
    whole = ~empty & (np.abs(numbers) <= 2.0**53) & (np.floor(numbers) == numbers)
    values = np.where(whole, numbers, -1).astype(np.int64)
    return _ranged(np.where(whole, values, np.int64(2**62)), column.low, column.high, empty=empty)


def _days(array: pa.Array) -> Ints:
    if pa.types.is_date32(array.type):
        return _integers(array.cast(pa.int32()))
    days: Ints = np.floor_divide(_integers(array.cast(pa.int64())), 86_400_000)
    return days


def _wall_micros(array: pa.Array) -> Ints:
    """Microseconds on Shanghai's clock of a native date-time column; what makes no sense is far out of range."""
    ticks = _integers(array.cast(pa.int64()))
    unit = array.type.unit
    per = {"s": shanghai.MICROS, "ms": 1000, "us": 1, "ns": 1}[unit]
    if unit == "ns":
        micros: Ints = np.floor_divide(ticks, 1000)
    else:
        bound = 2**61 // per
        micros = np.where((ticks > -bound) & (ticks < bound), ticks, bound) * per
    return micros if array.type.tz is None else _from_utc(micros)


def _from_utc(micros: Ints) -> Ints:
    late = micros >= shanghai.LAST_CHANGE * shanghai.MICROS
    result = micros + shanghai.STANDARD_OFFSET * shanghai.MICROS
    for place in np.flatnonzero(~late & (micros > FIRST_STAMP - shanghai.DAY_MICROS)):
        result[place] = shanghai.wall_from_utc(int(micros[place]))
    return result


def _distinct(array: pa.Array, column: Column) -> tuple[Ints, list[Any]]:
    """Codes (-1 for null) and the distinct values, native."""
    if pa.types.is_timestamp(array.type):
        absent = _absent(array)
        micros = _wall_micros(array)
        values, inverse = np.unique(micros, return_inverse=True)
        natives = [_datetime_text(int(v)) for v in values]
        return np.where(False if absent is None else absent, -1, inverse).astype(np.int64), natives
    try:
        encoded = array.dictionary_encode()
        codes = np.asarray(
            pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False), np.int64
        )
        return codes, encoded.dictionary.to_pylist()
    except (pa.ArrowNotImplementedError, ValueError, OverflowError):
        raise InputError(
            f"列 {column.name} 的类型 {array.type} 无法读取；请改为文字、数、日期或是否"
        ) from None


def _datetime_text(micros: int) -> str | None:
    try:
        return as_text(shanghai.datetime_from_wall(micros))
    except OverflowError:
        return "超出范围的时间"


def _by_distinct(column: Column, array: pa.Array) -> Cells:
    codes, values = _distinct(array, column)
    parsed = _from_values(column, values)
    bad = None if parsed.bad is None else np.append(parsed.bad, False)[codes]
    return Cells(np.append(parsed.values, NONE)[codes], bad)


def _from_values(column: Column, values: list[Any]) -> Cells:
    numbers, bad = np.full(len(values), NONE), np.zeros(len(values), np.bool_)
    for place, raw in enumerate(values):
        value = parse(column, raw)
        if value is BAD:
            bad[place] = True
        elif value is not None:
            numbers[place] = int(value)
    return Cells(numbers, bad if bad.any() else None)


class Vocabulary:
    """The distinct texts of a column, stripped. They become Python's own only when a question is asked of each."""

    def __init__(self, texts: pa.Array, read: Callable[[str], Any] | None = None) -> None:
        self.texts, self._read = texts, read
        self.hashes: tuple[int, Ints] | None = None
        self._values: tuple[Any, ...] | None = None

    def __iter__(self) -> Iterator[Any]:
        if self._values is None:
            words = self.texts.to_pylist()
            self._values = tuple(words if self._read is None else [self._read(word or "") for word in words])
        return iter(self._values)

    def __len__(self) -> int:
        return len(self.texts)

    def __contains__(self, word: object) -> bool:
        return word in tuple(self)


def read_coded(column: Column, data: Data, rows: int, kernels: ModuleType = plain) -> TextColumn:
    """A text column as codes into its distinct values, -1 where empty; a set (多选) without members is empty too."""
    if data is None:
        return TextColumn(np.broadcast_to(np.int32(-1), rows), Vocabulary(pa.array([], pa.large_string())))
    if not isinstance(data, Coded):
        encoded = read_text(column, data, rows, kernels).dictionary_encode()
        data = Coded(_codes(encoded), encoded.dictionary)
    if "vocabulary" not in data.shared:
        texts = tidy(column.name, data.texts)
        vocabulary = Vocabulary(texts, split_set if column.kind is Kind.SET else None)
        empty = np.asarray(texts.is_null().to_numpy(zero_copy_only=False), np.bool_)
        if column.kind is Kind.SET:
            empty = empty | np.array([not members for members in vocabulary], np.bool_)
        data.shared["empty"] = np.append(empty, True) if empty.any() else None
        data.shared["vocabulary"] = vocabulary
    empty = data.shared["empty"]
    codes = data.codes if empty is None else np.where(empty[data.codes], np.int32(-1), data.codes)
    return TextColumn(codes, data.shared["vocabulary"])


def _codes(encoded: pa.DictionaryArray) -> npt.NDArray[np.int32]:
    indices = encoded.indices.cast(pa.int32())
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), np.int32)


def coded(array: pa.DictionaryArray) -> Coded:
    """A dictionary of texts as Parquet gives it."""
    return Coded(_codes(array), array.dictionary)
