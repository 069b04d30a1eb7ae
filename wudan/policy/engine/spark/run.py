"""A run on a cluster, put together: numbers that occurred before, then persons, then decisions in the claims' order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
import pyarrow as pa

from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.spark import tasks
from wudan.policy.engine.spark.carried import Decided, Faulty, Parcel, unpack
from wudan.policy.engine.spark.job import Job, book_of, fingerprint
from wudan.policy.engine.spark.splits import splits_of
from wudan.policy.engine.table.cells import Ints, read_text
from wudan.policy.engine.table.fast import kernels_for
from wudan.policy.engine.table.frame import frame_of
from wudan.policy.engine.table.run import Block, Reasons, refuse
from wudan.policy.engine.table.source import ParquetSource
from wudan.policy.engine.table.texts import new_seed

SPAN = 1 << 20
"""Rows of decisions a task brings into order, and the driver writes, at a time."""
_FEWEST_ROWS, _MOST_ROWS = 1 << 17, 1 << 20
_MOST_PLACES = 4096

Start = Callable[[int], Iterator[Parcel]]
Step = Callable[[Iterable[bytes]], Iterator[Parcel]]


class Exchange(Protocol):
    """Runs tasks and carries parcels between them. `exchange.Cluster` does it by Spark."""

    parallelism: int

    def run(self, start: Start, tasks: int, steps: list[tuple[int, Step]]) -> Iterator[Parcel]:
        """`start` for every number below `tasks`; each step once for each of its places with all that was sent there.

        What the last step yields comes out by place.
        """
        ...


class Spread:
    """One run over files of claims and history, decided by tasks of an exchange."""

    def __init__(
        self,
        rulebook: Rulebook,
        claims: ParquetSource,
        history: ParquetSource | None,
        exchange: Exchange,
        *,
        span: int = SPAN,
    ) -> None:
        self.rulebook, self.claims, self.exchange = rulebook, claims, exchange
        self.reasons = Reasons(frame_of(rulebook).bits, dict(rulebook.forms.fault_bits))
        tables = {False: claims} if history is None else {True: history, False: claims}
        self.job = job_of(rulebook, tables, exchange.parallelism, span)

    def blocks(self) -> Iterator[Block]:
        """The decisions, block by block in the claims' order. `InputError` where the history cannot be used."""
        job = self.job = replace(self.job, repeated=self.repeated())
        steps: list[tuple[int, Step]] = [
            (job.places, partial(tasks.fold, job)),
            (job.spans, partial(tasks.settle, job)),
        ]
        if not job.splits:
            return
        ids, spans = self.ids(), iter(range(job.spans))
        for place, parcel in self.exchange.run(partial(tasks.read, job), len(job.splits), steps):
            part = unpack(parcel)
            if not isinstance(part, Decided):
                self.refuse(part)
            elif place != next(spans):
                raise RuntimeError(f"span {place} out of turn")
            else:
                yield self.block(next(ids), part)

    def repeated(self) -> dict[bool, Ints]:
        """The rows whose number occurred before, of the claims and of the history."""
        found: dict[bool, list[Ints]] = {False: [], True: []}
        steps: list[tuple[int, Step]] = [(self.job.places, partial(tasks.repeats, self.job))]
        if self.job.splits:
            for _, parcel in self.exchange.run(partial(tasks.numbers, self.job), len(self.job.splits), steps):
                paid, rows = unpack(parcel)
                found[paid].append(rows)
        return {paid: np.sort(np.concatenate(rows)) for paid, rows in found.items() if rows}

    def block(self, ids: pa.Array, part: Decided) -> Block:
        """A span's decisions with their numbers; reasons by the driver's codes."""
        known = np.array([self.reasons.code(mask, invalid=invalid) for invalid, mask in part.masks], np.int32)
        return Block(ids, part.outcomes, part.amounts, known[part.codes])

    def ids(self) -> Iterator[pa.Array]:
        """The claims' numbers, a span at a time: read once more rather than carried through the cluster."""
        column, kernels = self.rulebook.forms.by_name["claim_id"], kernels_for(self.claims.rows)
        waiting: list[pa.Array] = []
        for group in self.claims.some([column.name]).groups():
            for chunk in group.chunks(self.job.span):
                text = read_text(column, chunk.columns[column.name], chunk.rows, kernels)
                waiting.append(text.cast(pa.large_string()))
            while sum(map(len, waiting)) >= self.job.span:
                whole = pa.concat_arrays(waiting)
                yield whole[: self.job.span]
                waiting = [whole[self.job.span :]]
        yield pa.concat_arrays(waiting)

    def refuse(self, parts: list[Faulty]) -> None:
        """`InputError` naming the first rows of the history that cannot be used."""
        first = parts[: tasks.NAMED]
        rows, faults = (
            np.concatenate([getattr(p, name)[: tasks.NAMED] for p in first]) for name in ("rows", "faults")
        )
        ids = [name for part in first for name in part.ids]
        refuse(self.rulebook, rows, faults, ids, sum(len(part.rows) for part in parts))


def job_of(rulebook: Rulebook, tables: Mapping[bool, ParquetSource], parallelism: int, span: int) -> Job:
    """How a run is cut: two tasks a core if there are rows enough, none with more than a million or so."""
    rows = sum(table.rows for table in tables.values())
    each = min(_MOST_ROWS, max(_FEWEST_ROWS, -(-rows // (2 * parallelism))))
    splits = [split for paid, table in tables.items() for split in splits_of(table, each, paid=paid)]
    places = min(_MOST_PLACES, max(1, -(-rows // each)))
    return Job(
        book=book_of(rulebook),
        seed=new_seed(),
        engine=fingerprint(),
        splits=tuple(splits),
        places=places,
        span=span,
        claims=tables[False].rows,
        rows=rows,
        repeated={},
    )
