"""What runs inside a task. Each function is called with what was sent to its place and yields what goes on; none knows Spark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.spark.carried import Decided, Faulty, Found, Numbers, Parcel, Share, pack, unpack
from wudan.policy.engine.spark.job import Job
from wudan.policy.engine.table.cells import Ints, read_text
from wudan.policy.engine.table.entries import entries_of
from wudan.policy.engine.table.folding import measure
from wudan.policy.engine.table.form import check
from wudan.policy.engine.table.repeats import occurred
from wudan.policy.engine.table.run import INVALID, settled
from wudan.policy.engine.table.store import Piece, partition, piece_of

NAMED = 3
"""So many bad rows of the history are named."""
_NO_FAULTS = np.zeros(0, np.uint64)
_NOWHERE = np.zeros(0, np.int64)


def numbers(job: Job, number: int) -> Iterator[Parcel]:
    """A split's numbers of claims, each to the place of its hash: the same number always meets itself."""
    split, forms = job.splits[number], job.rulebook.forms
    column = forms.by_name["claim_id"]
    for chunk in split.read(forms.columns, only="claim_id"):
        ids = read_text(column, chunk.columns["claim_id"], chunk.rows, job.hashing.kernels)
        places = job.hashing.both(ids)[0].view(np.uint64) % np.uint64(job.places)
        if ids.null_count:  # empty numbers are no repeats
            places[np.asarray(ids.is_null())] = job.places
        for place, rows in _by_place(places.astype(np.int64), job.places):
            yield place, pack(Numbers(split.paid, chunk.first + rows, ids.take(pa.array(rows))))


def repeats(job: Job, parcels: Iterable[bytes]) -> Iterator[Parcel]:
    """The rows whose number occurred before; the history comes before the claims. Two are the same only letter by letter."""
    parts: list[Numbers] = [unpack(parcel) for parcel in parcels]
    parts.sort(key=lambda part: (not part.paid, int(part.rows[0])))
    hashes = [job.hashing.both(part.ids)[0] for part in parts]
    whole = np.sort(np.concatenate(hashes)) if hashes else _NOWHERE
    twice = np.unique(whole[1:][whole[1:] == whole[:-1]])
    if not len(twice):
        return
    suspects = [np.flatnonzero(np.isin(found, twice)) for found in hashes]
    again = occurred([part.ids.take(pa.array(rows)) for part, rows in zip(parts, suspects, strict=True)])
    ends = np.cumsum([len(rows) for rows in suspects])
    for part, rows, marked in zip(parts, suspects, np.split(again, ends[:-1]), strict=True):
        if marked.any():
            yield 0, pack((part.paid, part.rows[rows[marked]]))


def read(job: Job, number: int) -> Iterator[Parcel]:
    """A split read and checked, each scheme's own rules asked; every person's rows to the person's place."""
    split, forms = job.splits[number], job.rulebook.forms
    fault = np.uint64(forms.fault_bits["claim_id"])
    for chunk in split.read(forms.columns):
        checked = check(chunk.columns, chunk.rows, forms, job.hashing, paid=split.paid)
        made, valid = entries_of(job.frame, checked)
        piece = piece_of(checked, made, valid, chunk.first, job.places, _NOWHERE)
        again = job.repeated_in(chunk.first, chunk.rows, paid=split.paid)
        if len(again):
            piece.leave_out(again, fault)
        for place in np.flatnonzero(np.diff(piece.bounds)).tolist():
            yield place, pack(_share(piece, checked.ids, place))
        if len(piece.bad):
            ids = checked.ids.take(pa.array(piece.bad[:NAMED])).to_pylist() if split.paid else ()
            bad = Faulty(split.paid, chunk.first + piece.bad, piece.faults, tuple(ids))
            yield number % job.places, pack(bad)


def fold(job: Job, parcels: Iterable[bytes]) -> Iterator[Parcel]:
    """All rows of some persons measured; decisions to the span of their rows."""
    shares: list[Share] = []
    found: list[Found] = []
    for parcel in parcels:
        part = unpack(parcel)
        if isinstance(part, Share):
            shares.append(part)
        elif part.paid:
            yield 0, pack(part)
        else:
            found.append(_invalid(part))
    pieces = [_piece(share) for share in shares]
    if pieces:
        ids = pa.chunked_array([share.ids.cast(pa.large_string()) for share in shares]).combine_chunks()
        part = partition(pieces, 0)
        measure(job.frame, part, job.hashing.kernels, lambda _, rows: ids.take(pa.array(rows)))
    for share, piece in zip(shares, pieces, strict=True):
        if not share.paid:
            found.append(Found(share.rows, *settled(piece.entries), piece.entries.bits))
    yield from _by_span(job, found)


def settle(job: Job, parcels: Iterable[bytes]) -> Iterator[Parcel]:
    """A span's decisions in the claims' order; before them, from the first span, what is wrong with the history."""
    parts = [unpack(parcel) for parcel in parcels]
    faulty = [part for part in parts if isinstance(part, Faulty)]
    if faulty:
        yield 0, pack(sorted(faulty, key=lambda part: int(part.rows[0])))
    found = [part for part in parts if isinstance(part, Found)]
    if not found:
        return
    span = int(found[0].rows[0]) // job.span
    first = span * job.span
    size = min(job.span, job.claims - first)
    outcomes, amounts = np.full(size, -1, np.int8), np.zeros(size, np.int64)
    masks, rows = np.zeros(size, np.int64), 0
    for part in found:
        at = part.rows - first
        outcomes[at], amounts[at], masks[at] = part.outcomes, part.amounts, part.masks
        rows += len(at)
    if rows != size or outcomes.min() < 0:
        raise RuntimeError(f"span {span}: {rows} decisions for {size} claims")
    codes = pa.array(masks << 1 | (outcomes == INVALID)).dictionary_encode()
    said = tuple((bool(mask & 1), mask >> 1) for mask in codes.dictionary.to_pylist())
    yield span, pack(Decided(outcomes, amounts, codes.indices.to_numpy(), said))


def _by_place(places: Ints, count: int) -> Iterator[tuple[int, Ints]]:
    """The rows that go to each place below `count`, in order."""
    order = np.argsort(places.astype(np.uint16) if count < 1 << 16 else places, kind="stable")
    bounds = np.searchsorted(places[order], np.arange(count + 1))
    for place in np.flatnonzero(np.diff(bounds)).tolist():
        yield place, order[bounds[place] : bounds[place + 1]]


def _share(piece: Piece, ids: pa.Array, place: int) -> Share:
    cut = slice(int(piece.bounds[place]), int(piece.bounds[place + 1]))
    entries = type(piece.entries)(*(a[..., cut] if a.shape[-1] else a for a in piece.entries))
    rows, more = piece.places[cut], piece.more[cut] if len(piece.more) else piece.more
    return Share(
        piece.paid, piece.first + rows.astype(np.int64), piece.persons[cut], more, entries, ids.take(pa.array(rows))
    )  # fmt: skip


def _piece(share: Share) -> Piece:
    """What came, as the fold takes it: one partition, nothing bad in it."""
    rows = len(share.rows)
    nowhere: npt.NDArray[np.int32] = np.arange(rows, dtype=np.int32)
    return Piece(
        paid=share.paid, first=0, rows=rows, ids=share.ids, entries=share.entries, persons=share.persons, more=share.more,
        places=nowhere, bounds=np.array([0, rows], np.int64), bad=_NOWHERE, faults=_NO_FAULTS, hashes=_NOWHERE,
    )  # fmt: skip


def _invalid(part: Faulty) -> Found:
    rows = len(part.rows)
    return Found(
        part.rows, np.full(rows, INVALID, np.int8), np.zeros(rows, np.int64), part.faults.view(np.int64)
    )


def _by_span(job: Job, found: list[Found]) -> Iterator[Parcel]:
    if not found:
        return
    rows = np.concatenate([part.rows for part in found])
    spans = rows // job.span
    outcomes = np.concatenate([part.outcomes for part in found])
    amounts, masks = (
        np.concatenate([getattr(part, name) for part in found]) for name in ("amounts", "masks")
    )
    for span, at in _by_place(spans, job.spans):
        yield span, pack(Found(rows[at], outcomes[at], amounts[at], masks[at]))
