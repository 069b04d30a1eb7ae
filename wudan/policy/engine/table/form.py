"""The form check of whole columns: the same as `engine.form` for one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from wudan.policy.engine.columns import Kind
from wudan.policy.engine.form import ZERO_WHEN_EMPTY, SchemeForms
from wudan.policy.engine.lang.nodes import TextColumn
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.table.cells import (
    CODED_KINDS,
    TEXT_KINDS,
    Bools,
    Cells,
    Data,
    Ints,
    read_coded,
    read_numbers,
    read_text,
)
from wudan.policy.engine.table.texts import PROJECTS, Hashing

Faults = npt.NDArray[np.uint64]
"""The bad columns of each row, by `SchemeForms.fault_bits`."""


@dataclass
class Checked:
    """Columns of claims, or of the history when `paid`, after the form check.

    `persons` is one key per unit (a person, or all projects together), with `more` bits where there are pseudonyms.
    """

    paid: bool
    ids: pa.Array
    persons: Ints
    more: Ints | None
    schemes: TextColumn
    numbers: dict[str, Ints]
    texts: dict[str, TextColumn]
    faults: Faults
    booleans: frozenset[str]
    hashing: Hashing
    memo: dict[int, Any] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.faults)


def check(
    columns: Mapping[str, Data], rows: int, forms: SchemeForms, hashing: Hashing, *, paid: bool = False
) -> Checked:
    """Read and check columns. Whether a number of a claim occurred before is not asked here (`repeats.py`)."""
    return _Check(columns, rows, forms, hashing, paid).run()


class _Check:
    def __init__(
        self,
        columns: Mapping[str, Data],
        rows: int,
        forms: SchemeForms,
        hashing: Hashing,
        paid: bool,  # noqa: FBT001
    ) -> None:
        self.columns, self.rows, self.forms, self.hashing, self.paid = columns, rows, forms, hashing, paid
        self.faults: Faults = np.zeros(rows, np.uint64)

    def run(self) -> Checked:
        kernels = self.hashing.kernels
        ids, persons = (
            read_text(self.forms.by_name[name], self.columns.get(name), self.rows, kernels)
            for name in ("claim_id", "person_id")
        )
        texts = {
            c.name: self.coded(c.name)
            for c in self.forms.columns
            if c.kind in CODED_KINDS and c.name != "claim_id"
        }
        cells = {c.name: self.number(c.name) for c in self.forms.by_name.values() if c.kind not in TEXT_KINDS}
        schemes = texts["scheme"]
        provider = schemes.ask(lambda s: s in self.forms.by_provider, np.bool_)
        units, more, bad = self.hashing.persons(persons)
        if provider.any():
            units = np.where(provider, PROJECTS, units)
            more = None if more is None else np.where(provider, 0, more)
            bad &= ~provider
        self.mark("person_id", bad | (units == -1))
        self.mark("claim_id", _nulls(ids))
        self.mark("scheme", ~schemes.ask(lambda s: s in self.forms.known, np.bool_))
        self.mark("applied_at", cells["applied_at"].empty())
        if self.paid:
            self.mark("amount_fen", cells["amount_fen"].empty())
        self.pairs(texts["certificate_type"], cells)
        if provider.any():
            self.projects(provider, texts, cells)
        numbers = {name: c.values for name, c in cells.items()}
        for name in ZERO_WHEN_EMPTY:
            values = numbers[name]
            if len(values) and values.min() == NONE:
                numbers[name] = np.where(values == NONE, 0, values)
        booleans = frozenset(c.name for c in self.forms.columns if c.kind is Kind.BOOLEAN)
        return Checked(
            self.paid, ids, units, more, schemes, numbers, texts, self.faults, booleans, self.hashing
        )

    def mark(self, name: str, bad: Any) -> None:
        if bad is not None and bad.any():
            self.faults[bad] |= np.uint64(self.forms.fault_bits[name])

    def number(self, name: str) -> Cells:
        data = self.columns.get(name) if self.paid or name != "amount_fen" else None
        cells = read_numbers(self.forms.by_name[name], data, self.rows)
        self.mark(name, cells.bad)
        return cells

    def coded(self, name: str) -> TextColumn:
        column = self.forms.by_name[name]
        result = read_coded(column, self.columns.get(name), self.rows, self.hashing.kernels)
        if column.options:
            self.mark(name, result.ask(lambda text: text not in column.options, np.bool_))
        return result

    def pairs(self, certificate: TextColumn, cells: Mapping[str, Cells]) -> None:
        started, ended = cells["started_on"], cells["ended_on"]
        unstarted, unended = started.empty(), ended.empty()
        self.mark("started_on", unstarted & ~unended)
        self.mark("ended_on", unended & ~unstarted)
        both = (started.values != NONE) & (ended.values != NONE)
        self.mark("ended_on", both & (ended.values < started.values))
        self.mark("certificate_issued_on", (certificate.codes >= 0) & cells["certificate_issued_on"].empty())

    def projects(self, provider: Bools, texts: Mapping[str, TextColumn], cells: Mapping[str, Cells]) -> None:
        self.mark("project_id", provider & (texts["project_id"].codes < 0))
        self.mark("project_stage", provider & (texts["project_stage"].codes < 0))
        contract = cells["contract_fen"]
        self.mark("contract_fen", provider & (contract.empty() | (contract.values == 0)))
        completed, employed = cells["completed_count"], cells["employed_count"]
        readable = provider.copy()
        for count in (completed, employed):
            if count.bad is not None:
                readable &= ~count.bad
        finished = np.where(completed.values == NONE, 0, completed.values)
        working = np.where(employed.values == NONE, 0, employed.values)
        self.mark("employed_count", readable & (working > finished))


def _nulls(array: pa.Array) -> Any:
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False), np.bool_) if array.null_count else None
