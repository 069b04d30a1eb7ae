"""Texts compared by number: persons, job numbers of claims, keys of rules.

An identity number is its own key. Other texts are compared by keyed hashes, so that no table has to hold them: persons by 94
bits, keys within one person by 64, numbers of claims by 64 and, where two are alike, letter by letter (`repeats.py`). The key is
drawn anew for every run, so that nobody can prepare two texts that look alike.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.lang.nodes import TextColumn
from wudan.policy.engine.table import kernels as plain
from wudan.policy.engine.table.cells import Bools, Ints, Vocabulary, buffers

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2], np.int64)
_MONTHS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int64)
_PSEUDONYM = np.int64(1 << 62)
PROJECTS = np.int64(-2)
"""The unit all claims by providers share: 项目制 is measured over all projects, whoever claims."""


def new_seed() -> int:
    """A key for one run that nobody can guess."""
    return int.from_bytes(os.urandom(7), "little")


class Hashing:
    """Keyed hashes of texts, the same throughout one run: on several machines by sharing kernels and seed."""

    def __init__(self, kernels: ModuleType, seed: int | None = None) -> None:
        self.kernels = kernels
        self.seed = new_seed() if seed is None else seed
        self._key = self.seed.to_bytes(8, "little")

    def both(self, array: pa.Array) -> tuple[Ints, Ints]:
        """64 and 32 bits for each text (0 for a null)."""
        wide, narrow = np.zeros(len(array), np.int64), np.zeros(len(array), np.int64)
        if self.kernels is not plain:
            self.kernels.hashes(*buffers(array), self.seed, wide, narrow)
        else:
            for place, text in enumerate(array.to_pylist()):
                found = blake2b((text or "").encode(), digest_size=12, key=self._key).digest()
                wide[place] = int.from_bytes(found[:8], "little", signed=True)
                narrow[place] = int.from_bytes(found[8:], "little")
        return wide, narrow

    def column(self, values: TextColumn) -> Ints:
        """A hash per row of a coded column, 0 where empty."""
        vocabulary = values.vocabulary
        if not isinstance(vocabulary, Vocabulary):
            raise TypeError("a column read by `cells.read_coded` is wanted")
        known: Any = vocabulary.hashes
        if known is None or known[0] != self.seed:
            hashed = self.both(vocabulary.texts)[0]
            hashed[hashed == 0] = 1
            known = vocabulary.hashes = (self.seed, np.append(hashed, np.int64(0)))
        spread: Ints = known[1][values.codes]
        return spread

    def persons(self, array: pa.Array) -> tuple[Ints, Ints | None, Bools]:
        """A key per row (-1 where empty or bad), further bits where there are pseudonyms, and which rows are bad."""
        rows = len(array)
        keys, bad, other = np.empty(rows, np.int64), np.zeros(rows, np.bool_), np.zeros(rows, np.bool_)
        valid = (
            np.asarray(array.is_valid().to_numpy(zero_copy_only=False))
            if array.null_count
            else np.zeros(0, np.bool_)
        )
        self.kernels.identities(*buffers(array), valid, _WEIGHTS, _MONTHS, keys, bad, other)
        if not other.any():
            return keys, None, bad
        wide, narrow = self.both(array.filter(pa.array(other)))
        keys[other] = (wide & (_PSEUDONYM - 1)) | _PSEUDONYM
        more = np.zeros(rows, np.int64)
        more[other] = narrow
        return keys, more, bad


def mix(state: npt.NDArray[np.uint64], part: Ints) -> npt.NDArray[np.uint64]:
    """A hash carried on by one more whole number."""
    state = (state ^ part.view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    state ^= state >> np.uint64(29)
    state *= np.uint64(0xBF58476D1CE4E5B9)
    state ^= state >> np.uint64(32)
    return state
