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


class Region:
    """A part of the file as memory. How it will be used is told to the system, which else reads and keeps too much around each touch."""

    def __init__(self, file: int, size: int, first: int) -> None:
        self.memory = mmap.mmap(file, size, offset=first)
        self._base = np.frombuffer(self.memory, np.uint8).ctypes.data

    def let_go(self) -> None:
        """Give the memory back; the file keeps everything, changes too."""
        self._say("MADV_DONTNEED")

    def scattered(self) -> None:
        """From now on some places here and there; only those are read."""
        self._say("MADV_RANDOM")

    def whole(self) -> None:
        """All of it, soon."""
        self._say("MADV_NORMAL")
        self._say("MADV_WILLNEED")

    def want(self, array: Any, cut: slice) -> None:
        """These places of an array's last axis, soon."""
        address, step = array.__array_interface__["data"][0] - self._base, array.shape[-1] * array.itemsize
        for row in range(array.size // array.shape[-1] if array.shape[-1] else 0):
            first = address + row * step + cut.start * array.itemsize
            first -= first % mmap.PAGESIZE
            self._say("MADV_WILLNEED", first, address + row * step + cut.stop * array.itemsize - first)

    def _say(self, name: str, first: int = 0, size: int | None = None) -> None:
        if hasattr(mmap, name):
            self.memory.madvise(getattr(mmap, name), first, len(self.memory) if size is None else size)


class Spill:
    """An unnamed file in the system's folder for temporary files (`TMPDIR`), gone with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - kept open for as long as arrays live in it
        self._lock = Lock()

    def keep(self, arrays: Sequence[Any]) -> tuple[Region, list[Any]]:
        """The same arrays, in the file; and the region they lie in. `InputError` where the disk is full."""
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
        region = Region(self._file.fileno(), max(end, 1), first)
        kept = [
            np.frombuffer(region.memory, array.dtype, array.size, place).reshape(array.shape)
            for place, array in zip(places, arrays, strict=True)
        ]
        return region, kept

    def close(self) -> None:
        """No more arrays; those kept live as long as somebody holds them."""
        self._file.close()


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
