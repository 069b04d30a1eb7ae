"""Numbers of claims that occurred before: in an earlier row of the claims, or in the history."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from wudan.policy.engine.table.cells import Bools, Ints
from wudan.policy.engine.table.store import Piece

_AT_ONCE = 1 << 24
"""So many hashes are sorted at a time."""


def repeated(pieces: Sequence[Piece]) -> dict[int, Ints]:
    """By piece, the rows whose number occurred in an earlier piece or row; pieces come in order, the history's first.

    Two numbers are the same only letter by letter; hashes merely say where to look.
    """
    suspects = _twice(pieces)
    if not len(suspects):
        return {}
    found: list[tuple[int, Ints, pa.Array]] = []
    for number, piece in enumerate(pieces):
        rows = np.flatnonzero(np.isin(piece.hashes, suspects))
        if len(rows):
            texts = piece.ids.take(pa.array(rows)).cast(pa.large_string())
            kept = np.asarray(texts.is_valid())
            found.append((number, rows[kept], texts.filter(pa.array(kept))))
        piece.rest()
    again = occurred([texts for _, _, texts in found])
    result: dict[int, Ints] = {}
    first = 0
    for number, rows, _ in found:
        marked = again[first : first + len(rows)]
        first += len(rows)
        if marked.any():
            result[number] = rows[marked]
    return result


def occurred(texts: Sequence[pa.Array]) -> Bools:
    """Which of the texts, one array after the other, occurred before; a null never did."""
    whole = pa.concat_arrays([part.cast(pa.large_string()) for part in texts]).dictionary_encode()
    codes = pa.compute.fill_null(whole.indices, -1).to_numpy(zero_copy_only=False)
    if not len(codes):
        return np.zeros(0, np.bool_)
    before = np.concatenate([[-1], np.maximum.accumulate(codes)[:-1]])
    return np.asarray((codes >= 0) & (codes <= before), np.bool_)


def _twice(pieces: Sequence[Piece]) -> Ints:
    """Hashes that occur more than once."""
    parts = -(-sum(piece.rows for piece in pieces) // _AT_ONCE)
    twice: list[Ints] = []
    for part in range(parts):
        picked = []
        for piece in pieces:
            mine = piece.hashes if parts == 1 else piece.hashes[piece.hashes % parts == part]
            picked.append(mine)
            piece.rest()
        whole = np.concatenate(picked)
        whole.sort()
        twice.append(np.unique(whole[1:][whole[1:] == whole[:-1]]))
    return np.concatenate(twice) if twice else np.zeros(0, np.int64)
