"""A partition's persons measured, one after the other, by the rules across claims."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pyarrow as pa

from wudan.policy.engine.table.cells import Ints
from wudan.policy.engine.table.frame import Frame
from wudan.policy.engine.table.kernels import FEW, REVIEWED
from wudan.policy.engine.table.layout import Entries
from wudan.policy.engine.table.store import Partition

Names = Callable[[Partition, Ints], pa.Array]
"""Numbers of claims for some of a partition's entries."""
_SPAN, _MIDDLE = np.int64(1 << 20), np.int64(1 << 19)
"""Days of one group, moved apart from those of the next."""


def measure(frame: Frame, part: Partition, kernels: ModuleType, names: Names) -> None:
    """Fold every unit of a partition, in the contract's order."""
    if not len(part.persons):
        return
    order = _by_person(part)
    starts = _starts(part, order)
    part.sort(order)  # the fold then reads every array from front to back
    rows = np.arange(len(order))
    large = np.flatnonzero(np.diff(starts) > FEW)
    for unit in large:
        mine = rows[starts[unit] : starts[unit + 1]]
        mine[:] = mine[np.argsort(part.entries.applied[mine], kind="stable")]
    units = np.flatnonzero(_fold(frame, part, kernels, rows, starts, sort=True))
    if len(units):
        _settle_ties(frame, part, kernels, names, [rows[starts[u] : starts[u + 1]] for u in units])
    if len(large):
        overlaps(frame, part.entries, [rows[starts[unit] : starts[unit + 1]] for unit in large])
    part.write_back()


def _settle_ties(frame: Frame, part: Partition, kernels: ModuleType, names: Names, units: list[Ints]) -> None:
    """Fold the units in which claims of one moment matter, those in the order of their numbers."""
    rows = np.concatenate(units)
    sizes = np.array([len(unit) for unit in units])
    unit = np.repeat(np.arange(len(units)), sizes)
    texts = names(part, part.order[rows]).cast(pa.large_string())
    rank = np.empty(len(rows), np.int64)
    # `sort_indices` compares bytes, and UTF-8 sorts as code points do
    rank[pa.compute.sort_indices(texts).to_numpy()] = np.arange(len(rows))
    rows = rows[np.lexsort((rank, part.entries.applied[rows], unit))]
    _fold(frame, part, kernels, rows, np.concatenate([[0], np.cumsum(sizes)]), sort=False)


def _by_person(part: Partition) -> Ints:
    if len(part.more):
        return np.lexsort((part.more, part.persons))
    return np.argsort(part.persons)


def _starts(part: Partition, order: Ints) -> Ints:
    persons = part.persons[order]
    differs = persons[1:] != persons[:-1]
    if len(part.more):
        more = part.more[order]
        differs |= more[1:] != more[:-1]
    return np.concatenate([[0], np.flatnonzero(differs) + 1, [len(order)]]).astype(np.int64)


def _fold(
    frame: Frame, part: Partition, kernels: ModuleType, order: Ints, starts: Ints, *, sort: bool
) -> Any:
    pending = np.zeros(len(starts) - 1, np.bool_)
    kernels.fold(order, starts, sort, part.entries, frame.rules, pending)
    return pending


def overlaps(frame: Frame, entries: Entries, units: list[Ints]) -> None:
    """Ask the overlap rules of large units: how many periods each row meets, and how many of them are its own class."""
    rows = np.concatenate(units)
    unit = np.repeat(np.arange(len(units)), [len(one) for one in units])
    for rule, bit in enumerate(frame.rules.span_bits):
        start, end = entries.spans[rule].astype(np.int64)
        given = start[rows] <= end[rows]
        picked, groups = rows[given], unit[given]
        first, last, same = start[picked], end[picked], entries.sames[rule][picked]
        met, mates, known = _meetings(groups, first, last), np.ones(len(picked), np.int64), same != 0
        if known.any():
            classes = np.unique(np.stack([groups[known], same[known]]), axis=1, return_inverse=True)[1]
            mates[known] = _meetings(classes.reshape(-1), first[known], last[known])
        flagged = picked[met > mates]
        entries.bits[flagged] |= bit
        entries.flags[flagged] |= REVIEWED


def _meetings(groups: Ints, start: Ints, end: Ints) -> Ints:
    """How many periods of the same group share a day with each, itself included."""
    base = groups * _SPAN
    first, last = base + (start + _MIDDLE), base + (end + _MIDDLE)
    starts, ends = np.sort(first), np.sort(last)
    begun = np.searchsorted(starts, last, "right") - np.searchsorted(starts, base, "left")
    over = np.searchsorted(ends, first, "left") - np.searchsorted(ends, base, "left")
    met: Ints = begun - over
    return met
