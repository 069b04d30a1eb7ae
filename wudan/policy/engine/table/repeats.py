"""Numbers of claims that occurred before: in an earlier row of the claims, or in the history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyarrow as pa

from wudan.policy.engine.table.cells import Bools, Ints
from wudan.policy.engine.table.store import Piece

_AT_ONCE = 1 << 23
"""So many hashes, or fewer, are sorted at a time."""
Map = Callable[[Callable[[int], Ints], Iterable[int]], Iterable[Ints]]


def repeated(pieces: Sequence[Piece], each: Map = map) -> dict[int, Ints]:
    """By piece, the rows whose number occurred in an earlier piece or row; pieces come in order, the history's first.

    Two numbers are the same only letter by letter; hashes merely say where to look. `each` may do several parts at once.
    """
    suspects = _twice(pieces, each)
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


def _twice(pieces: Sequence[Piece], each: Map) -> Ints:
    """Hashes that occur more than once."""
    rows = sum(piece.rows for piece in pieces)
    parts = 1 << max(0, -(-rows // _AT_ONCE) - 1).bit_length()

    def part(number: int) -> Ints:
        picked = []
        for piece in pieces:
            picked.append(piece.hashes[piece.hashes & (parts - 1) == number] if parts > 1 else piece.hashes)
            piece.rest()
        whole = np.concatenate(picked) if picked else np.zeros(0, np.int64)
        whole.sort()
        twice: Ints = np.unique(whole[1:][whole[1:] == whole[:-1]])
        return twice

    return np.concatenate(list(each(part, range(parts))))
