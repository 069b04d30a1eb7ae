"""What is kept of every claim between reading it and deciding it: entries by partition of the persons, in memory or on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.table.cells import Bools, Ints
from wudan.policy.engine.table.form import Checked, Faults
from wudan.policy.engine.table.layout import Entries
from wudan.policy.engine.table.spill import Region, Spill, parts_of, texts_of

_SPREAD = np.uint64(0x9E3779B97F4A7C15)


@dataclass
class Piece:
    """A chunk after reading: its good rows' entries sorted by partition, its other rows' faults.

    `first` is the chunk's first row among claims or history, `places` each entry's row counted from it; the entries of
    partition `p` are `bounds[p]` to `bounds[p + 1]`.
    """

    paid: bool
    first: int
    rows: int
    ids: pa.Array
    entries: Entries
    persons: Ints
    more: Ints
    places: npt.NDArray[np.int32]
    bounds: Ints
    bad: Ints
    faults: Faults
    hashes: Ints
    region: Region | None = None

    def settle(self, spill: Spill) -> None:
        """Move what is large into a file."""
        count = len(self.entries)
        arrays = [*self.entries, self.persons, self.more, self.places, self.hashes, *parts_of(self.ids)]
        self.region, kept = spill.keep(arrays)
        self.entries = Entries(*kept[:count])
        self.persons, self.more, self.places, self.hashes = kept[count : count + 4]
        self.ids = texts_of(*kept[count + 4 :])

    def rest(self) -> None:
        """Not needed for a while: give the memory back, where the piece lives in a file."""
        if self.region is not None:
            self.region.let_go()

    def scatter(self) -> None:
        """From now on it is read partition by partition."""
        if self.region is not None:
            self.region.scattered()

    def gather(self) -> None:
        """From now on it is read as a whole again."""
        if self.region is not None:
            self.region.whole()

    def want(self, cut: slice) -> None:
        """These entries are read next."""
        if self.region is not None:
            for array in (*self.entries, self.persons, self.more):
                self.region.want(array, cut)

    def leave_out(self, rows: Ints, fault: np.uint64) -> None:
        """Take rows out of the entries and note a fault of theirs."""
        out = np.isin(self.places, rows)
        kept = np.flatnonzero(~out)
        parts = np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))[kept]
        self.bounds = np.searchsorted(parts, np.arange(len(self.bounds)))
        self.entries, self.places, self.persons = (
            self.entries.take(kept),
            self.places[kept],
            self.persons[kept],
        )
        self.more = self.more[kept] if len(self.more) else self.more
        both = np.union1d(self.bad, rows)
        faults = np.zeros(len(both), np.uint64)
        faults[np.searchsorted(both, self.bad)] = self.faults
        faults[np.searchsorted(both, rows)] |= fault
        self.bad, self.faults = both, faults


def piece_of(
    checked: Checked, entries: Entries, valid: Bools, first: int, partitions: int, hashes: Ints
) -> Piece:
    """Sort a chunk's entries by partition."""
    good = np.flatnonzero(valid)
    persons = checked.persons[good]
    part = ((persons.view(np.uint64) * _SPREAD) >> np.uint64(48)).astype(np.uint16) % np.uint16(partitions)
    order = np.argsort(part, kind="stable")
    bounds = np.concatenate([[0], np.cumsum(np.bincount(part, minlength=partitions))]).astype(np.int64)
    good = good[order]
    bad = np.flatnonzero(~valid)
    more = np.zeros(0, np.int64) if checked.more is None else checked.more[good]
    return Piece(
        checked.paid, first, checked.rows, checked.ids, entries.take(good), persons[order], more,
        good.astype(np.int32), bounds, bad, checked.faults[bad], hashes,
    )  # fmt: skip


@dataclass
class Partition:
    """All entries of some persons, joined; `cuts` says which part of which piece each came from."""

    persons: Ints
    more: Ints
    entries: Any
    cuts: Sequence[tuple[Piece, slice]]
    order: Any = ()

    def sort(self, order: Ints) -> None:
        """Bring the entries into another order; `order` remembers it for `write_back`."""
        self.order, self.entries = order, self.entries.take(order)

    def write_back(self) -> None:
        """Put what the fold found into the pieces."""
        for name in ("price", "flags", "bits"):
            found = getattr(self.entries, name)
            back = np.empty_like(found)
            back[self.order] = found
            first = 0
            for piece, cut in self.cuts:
                last = first + cut.stop - cut.start
                getattr(piece.entries, name)[cut] = back[first:last]
                first = last


def partition(pieces: Sequence[Piece], number: int) -> Partition:
    """Join a partition's entries out of all pieces."""
    cuts = [(p, slice(int(p.bounds[number]), int(p.bounds[number + 1]))) for p in pieces]
    cuts = [(piece, cut) for piece, cut in cuts if cut.stop > cut.start]
    for piece, cut in cuts:
        piece.want(cut)
    longer = any(len(piece.more) for piece, _ in cuts)
    mores = [
        piece.more[cut] if len(piece.more) else np.zeros(cut.stop - cut.start, np.int64)
        for piece, cut in cuts
    ]
    return Partition(
        _joined([piece.persons[cut] for piece, cut in cuts], np.int64),
        _joined(mores, np.int64) if longer else np.zeros(0, np.int64),
        _joined_entries(cuts) if cuts else None,
        cuts,
    )


def _joined_entries(cuts: Sequence[tuple[Piece, slice]]) -> Entries:
    """The entries of all cuts, column by column."""
    columns = zip(*(piece.entries for piece, _ in cuts), strict=True)
    parts = (
        [a[..., cut] if a.shape[-1] else a for a, (_, cut) in zip(c, cuts, strict=True)] for c in columns
    )
    return Entries(*(np.concatenate(part, axis=-1) for part in parts))


def _joined(arrays: Sequence[Any], kind: Any) -> Any:
    return np.concatenate(arrays) if arrays else np.zeros(0, kind)
