"""A file that takes what memory should not hold: arrays are written once, mapped, and let go of after each use."""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa

from wudan.policy.engine.problems import InputError, first_line

_ALIGNED = 64


class Spill:
    """An unnamed file in the system's folder for temporary files (`TMPDIR`), gone with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - kept open for as long as arrays live in it
        self._lock = Lock()

    def keep(self, arrays: Sequence[Any]) -> tuple[mmap.mmap, list[Any]]:
        """The same arrays, in the file; and their mapping, for `let_go`. `InputError` where the disk is full."""
        places, end = [], 0
        for array in arrays:
            places.append(end)
            end += -(-array.nbytes // _ALIGNED) * _ALIGNED
        with self._lock:
            first = self._file.seek(0, 2)
            first += -first % mmap.ALLOCATIONGRANULARITY
            try:
                self._file.truncate(first + max(end, 1))
                for place, array in zip(places, arrays, strict=True):
                    self._file.seek(first + place)
                    self._file.write(np.ascontiguousarray(array).data)
                self._file.flush()
            except OSError as error:
                raise InputError(
                    f"临时文件写不下（{first_line(error)}）；请清理磁盘，或用环境变量 TMPDIR 指定空间较大的文件夹"
                ) from None
        mapping = mmap.mmap(self._file.fileno(), max(end, 1), offset=first)
        kept = [
            np.frombuffer(mapping, array.dtype, array.size, place).reshape(array.shape)
            for place, array in zip(places, arrays, strict=True)
        ]
        return mapping, kept

    def close(self) -> None:
        """No more arrays; those kept live as long as somebody holds them."""
        self._file.close()


def let_go(mapping: mmap.mmap) -> None:
    """Give the memory back; the file keeps everything, changes too."""
    if hasattr(mmap, "MADV_DONTNEED"):
        mapping.madvise(mmap.MADV_DONTNEED)


def parts_of(texts: pa.Array) -> list[Any]:
    """A text array as arrays of numbers: offsets, bytes, and which are given (empty where all are)."""
    texts = texts.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1] or bytes(8), np.int64)[
        texts.offset : texts.offset + len(texts) + 1
    ]
    content = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
    given = np.asarray(texts.is_valid()) if texts.null_count else np.zeros(0, np.bool_)
    return [offsets - offsets[0], content, given]


def texts_of(offsets: Any, content: Any, given: Any) -> pa.Array:
    """The text array again."""
    bitmap = pa.py_buffer(np.packbits(given, bitorder="little")) if len(given) else None
    return pa.LargeStringArray.from_buffers(
        len(offsets) - 1,
        pa.py_buffer(offsets),
        pa.py_buffer(content) if content.size else pa.py_buffer(b""),
        bitmap,
    )
