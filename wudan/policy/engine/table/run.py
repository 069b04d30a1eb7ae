"""Deciding a table: form check and own rules chunk by chunk, rules across claims person by person, results in the claims' order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, NoReturn, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import BAD_INPUT, Rulebook
from wudan.policy.engine.single import history_fault
from wudan.policy.engine.table.cells import Ints
from wudan.policy.engine.table.entries import entries_of
from wudan.policy.engine.table.fast import kernels_for
from wudan.policy.engine.table.folding import measure
from wudan.policy.engine.table.form import Faults, check
from wudan.policy.engine.table.frame import Frame, frame_of
from wudan.policy.engine.table.kernels import REJECTED, REVIEWED
from wudan.policy.engine.table.layout import Entries
from wudan.policy.engine.table.repeats import repeated
from wudan.policy.engine.table.source import NOTHING, Group, Table
from wudan.policy.engine.table.spill import Spill
from wudan.policy.engine.table.store import Partition, Piece, partition, piece_of
from wudan.policy.engine.table.texts import Hashing

OUTCOMES = ("approved", "rejected", "review", "invalid")
APPROVED, REFUSED, REVIEW, INVALID = range(4)
CHUNK = 1 << 17
"""Rows worked on at a time: their columns fit into a core's own cache."""
A_PARTITION = 1 << 17
_MOST_PARTITIONS = 1 << 12
SPILL_FROM = 24_000_000
"""From so many rows what is kept of them goes to a file, in larger chunks; memory then does not grow with them."""
_A_TABLE = 1 << 20
_SUMMED = 2**62 // CHUNK
Given = TypeVar("Given")
Made = TypeVar("Made")


@dataclass
class Block:
    """Decisions of some rows, in order: numbers, outcome by place in `OUTCOMES`, amounts (`NONE` for no sum), reasons by code."""

    ids: pa.Array
    outcomes: npt.NDArray[np.int8]
    amounts: Ints
    reasons: npt.NDArray[np.int32]


@dataclass
class Reasons:
    """The texts of the reasons met so far; a code is a place in `texts`."""

    bits: dict[str, int]
    faults: dict[str, int]
    texts: list[str] = field(default_factory=list)
    _codes: dict[tuple[bool, int], int] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def code(self, mask: int, *, invalid: bool) -> int:
        """The code of a set of reasons, or of bad columns; several threads may ask at once."""
        key = (invalid, mask)
        with self._lock:
            if key not in self._codes:
                names, prefix = (self.faults, BAD_INPUT) if invalid else (self.bits, "")
                self._codes[key] = len(self.texts)
                self.texts.append(";".join(f"{prefix}{name}" for name, bit in names.items() if mask & bit))
            return self._codes[key]


class Run(Protocol):
    """What is written down of a run, wherever it is worked out."""

    rulebook: Rulebook
    reasons: Reasons

    @property
    def claims(self) -> Table:
        """What is decided."""
        ...

    def blocks(self) -> Iterator[Block]:
        """The decisions, block by block in the claims' order."""
        ...


class Deciding:
    """One run over a table of claims and the history."""

    def __init__(
        self, rulebook: Rulebook, claims: Table, history: Table = NOTHING, *, workers: int = 1
    ) -> None:
        self.rulebook, self.claims, self.history, self.workers = rulebook, claims, history, workers
        self.frame: Frame = frame_of(rulebook)
        rows = claims.rows + history.rows
        self.hashing = Hashing(kernels_for(rows))
        self.spill = Spill() if rows >= SPILL_FROM else None
        larger = (
            1 if self.spill is None else 4
        )  # a partition's part of a chunk is then some pages of the file
        self.chunk = larger * CHUNK
        self.partitions = max(1, min(_MOST_PARTITIONS, -(-rows // (larger * A_PARTITION))))
        self.reasons = Reasons(self.frame.bits, dict(rulebook.forms.fault_bits))
        self.pieces: list[Piece] = []

    def blocks(self) -> Iterator[Block]:
        """The decisions, block by block in the claims' order. `InputError` where the history cannot be used."""
        with ThreadPoolExecutor(self.workers) as pool:
            self.read(pool)
            pa.default_memory_pool().release_unused()  # else what reading took stays taken till the end
            self.mark_repeats(pool)
            self.refuse_bad_history()
            if self.spill is not None:
                self.spill.close()
            for piece in self.pieces:
                piece.scatter()
            for _ in _in_order(pool, self.measure, range(self.partitions), self.workers):
                pass
            yield from _in_order(pool, self.block, [p for p in self.pieces if not p.paid], self.workers)

    def read(self, pool: ThreadPoolExecutor) -> None:
        """Read and check everything, and ask the own rules."""
        for table, paid in ((self.history, True), (self.claims, False)):

            def task(group: Group, paid: bool = paid) -> Piece:  # noqa: FBT001
                return self.piece(group, paid=paid)

            chunks = (chunk for group in table.groups() for chunk in group.chunks(self.chunk))
            self.pieces.extend(_in_order(pool, task, chunks, self.workers))

    def piece(self, group: Group, *, paid: bool) -> Piece:
        """A chunk read, checked, and its own rules asked."""
        checked = check(group.columns, group.rows, self.rulebook.forms, self.hashing, paid=paid)
        made, valid = entries_of(self.frame, checked)
        hashes = self.hashing.both(checked.ids)[0]
        piece = piece_of(checked, made, valid, group.first, self.partitions, hashes)
        if self.spill is not None:
            piece.settle(self.spill)
        return piece

    def mark_repeats(self, pool: ThreadPoolExecutor) -> None:
        """Take the rows whose number occurred before out of the entries, and into the faults."""
        given = self.claims.repeated
        if given is None:
            marked = repeated(self.pieces, pool.map)
        else:
            claims = ((n, p) for n, p in enumerate(self.pieces) if not p.paid)
            marked = {n: np.flatnonzero(given[p.first : p.first + p.rows]) for n, p in claims}
        for number, rows in marked.items():
            piece = self.pieces[number]
            piece.leave_out(rows, np.uint64(self.rulebook.forms.fault_bits["claim_id"]))
            if self.spill is not None:
                piece.settle(self.spill)  # once more: what was left over is a copy in memory
        if self.spill is None:
            for piece in self.pieces:
                piece.hashes = np.zeros(0, np.int64)

    def refuse_bad_history(self) -> None:
        """`InputError` naming the first rows of the history that cannot be used: leaving one out could pay twice."""
        for piece in self.pieces:
            if piece.paid and len(piece.bad):
                total = sum(len(p.bad) for p in self.pieces if p.paid)
                first = piece.ids.take(pa.array(piece.bad[:3])).to_pylist()
                refuse(self.rulebook, piece.bad + piece.first, piece.faults, first, total)

    def measure(self, number: int) -> None:
        """Fold a partition's persons."""
        part = partition(self.pieces, number)
        self.rest(number)
        measure(self.frame, part, self.hashing.kernels, self.names)

    def rest(self, number: int) -> None:
        """Now and then give back the memory of what lives in a file."""
        if self.spill is not None and number % 16 == 0:
            for piece in self.pieces:
                piece.rest()

    def names(self, part: Partition, rows: Ints) -> pa.Array:
        """The numbers of some of a partition's claims."""
        ends = np.cumsum([cut.stop - cut.start for _, cut in part.cuts])
        owners = np.searchsorted(ends, rows, side="right")
        texts = pa.nulls(len(rows), pa.large_string())
        found: list[tuple[Ints, pa.Array]] = []
        for owner in np.unique(owners).tolist():
            piece, cut = part.cuts[owner]
            mine = np.flatnonzero(owners == owner)
            places = piece.places[rows[mine] - (ends[owner] - (cut.stop - cut.start)) + cut.start]
            found.append((mine, piece.ids.take(pa.array(places)).cast(pa.large_string())))
        if found:
            back = np.argsort(np.concatenate([mine for mine, _ in found]))
            texts = pa.concat_arrays([text for _, text in found]).take(pa.array(back))
        return texts

    def block(self, piece: Piece) -> Block:
        """The decisions of a piece's rows."""
        piece.gather()
        masks = np.zeros(piece.rows, np.int64)
        outcomes = np.full(piece.rows, INVALID, np.int8)
        amounts = np.zeros(piece.rows, np.int64)
        masks[piece.places] = piece.entries.bits
        outcomes[piece.places], amounts[piece.places] = settled(piece.entries)
        codes = self.codes(masks, invalid=False)
        if len(piece.bad):
            codes[piece.bad] = self.codes(piece.faults.astype(np.int64), invalid=True)
        ids = piece.ids
        if self.spill is not None:
            ids = pa.concat_arrays([ids, ids.slice(0, 0)])  # a copy, so that the piece can rest
            piece.rest()
        return Block(ids, outcomes, amounts, codes)

    def codes(self, masks: Ints, *, invalid: bool) -> npt.NDArray[np.int32]:
        """Codes of reasons for a column of masks."""
        found = pa.array(masks).dictionary_encode()
        known = [self.reasons.code(mask, invalid=invalid) for mask in found.dictionary.to_pylist()]
        spread: npt.NDArray[np.int32] = np.array(known or [0], np.int32)[found.indices.to_numpy()]
        return spread


def settled(entries: Entries) -> tuple[npt.NDArray[np.int8], Ints]:
    """Outcome and amount of measured entries."""
    refused = entries.flags & REJECTED != 0
    reviewed = entries.flags & REVIEWED != 0
    outcomes = np.where(refused, REFUSED, np.where(reviewed, REVIEW, APPROVED)).astype(np.int8)
    return outcomes, np.where(refused, 0, entries.price)


def refuse(rulebook: Rulebook, rows: Ints, faults: Faults, ids: Sequence[str | None], total: int) -> NoReturn:
    """`InputError` naming the first of the history's bad rows (`rows`, `faults` and `ids` of the same few, and how many in all)."""
    said = []
    for row, found, claim_id in zip(rows.tolist(), faults.tolist(), ids, strict=False):
        names = [name for name, bit in rulebook.forms.fault_bits.items() if found & bit]
        said.append(
            f"第{row + 1}条“{claim_id or ''}”（{'、'.join(rulebook.column_label(name) for name in names)}）"
        )
    raise InputError(history_fault(said if total <= 3 else [*said[:3], ""], total))


def _in_order(
    pool: ThreadPoolExecutor, work: Callable[[Given], Made], given: Iterable[Given], ahead: int
) -> Iterator[Made]:
    """`work` on each, several at once, results in order; never more than a few waiting."""
    waiting: deque[Future[Made]] = deque()
    for one in given:
        waiting.append(pool.submit(work, one))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


@dataclass
class Tally:
    """Claims and fen by outcome (in the order of `OUTCOMES`), and claims by code of their reasons."""

    counts: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    sums: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    reasons: Counter[int] = field(default_factory=Counter)

    def add(self, block: Block) -> None:
        """Count a block."""
        known = np.where(block.amounts == NONE, 0, block.amounts)
        for place in range(len(OUTCOMES)):
            picked = block.outcomes == place
            self.counts[place] += int(picked.sum())
            self.sums[place] += (
                sum(known[picked].tolist()) if known.max(initial=0) > _SUMMED else int(known[picked].sum())
            )
        for code, count in enumerate(np.bincount(block.reasons).tolist()):
            self.reasons[code] += count


def decide_source(
    rulebook: Rulebook, claims: Table, history: Table = NOTHING, *, workers: int = 1
) -> pa.Table:
    """The decisions of all claims, in their order, as a table with the contract's five columns."""
    deciding = Deciding(rulebook, claims, history, workers=workers)
    table = table_of(deciding, list(deciding.blocks()))
    return table.cast(
        pa.schema(
            [(name, pa.int64() if name == "amount_fen" else pa.string()) for name in table.column_names]
        )
    )


def tables_of(deciding: Run, tally: Tally) -> Iterator[pa.Table]:
    """The decisions in tables of a million rows or so, at least one; texts that repeat are dictionaries."""
    waiting: list[Block] = []
    for block in deciding.blocks():
        tally.add(block)
        waiting.append(block)
        if sum(len(b.amounts) for b in waiting) >= _A_TABLE:
            yield table_of(deciding, waiting)
            waiting = []
    if waiting or not deciding.claims.rows:
        yield table_of(deciding, waiting)


def table_of(deciding: Run, blocks: Sequence[Block]) -> pa.Table:
    """Blocks as one table."""

    def joined(name: str, kind: Any) -> Any:
        return np.concatenate([getattr(block, name) for block in blocks]) if blocks else np.zeros(0, kind)

    def words(codes: Any, texts: Sequence[str]) -> pa.Array:
        return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts, pa.string()))

    amounts = joined("amounts", np.int64)
    ids = pa.chunked_array([block.ids.cast(pa.large_string()) for block in blocks], pa.large_string())
    return pa.table(
        {
            "claim_id": pa.compute.fill_null(ids, "") if ids.null_count else ids,
            "outcome": words(joined("outcomes", np.int8), OUTCOMES),
            "amount_fen": pa.array(amounts, pa.int64(), mask=amounts == NONE),
            "reasons": words(joined("reasons", np.int32), list(deciding.reasons.texts)),
            "rulebook": words(np.zeros(len(amounts), np.int8), [deciding.rulebook.id]),
        }
    )
