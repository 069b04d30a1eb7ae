"""The form check (形式审查) of one row: which columns are bad, and the facts of a good row.

`wudan/policy/engine/table/form.py` asks the same of whole columns; a test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from wudan.policy.engine.columns import AMOUNT, CLAIM_COLUMNS, Column, Kind
from wudan.policy.engine.shanghai import DAY_MICROS
from wudan.policy.engine.values import BAD, Reader, clean_text, parse, reader

ZERO_WHEN_EMPTY = (
    "level",
    "prior_level",
    "attended_days",
    "insured_months",
    "fee_fen",
    "contract_fen",
    "completed_count",
    "employed_count",
)


@dataclass(frozen=True)
class SchemeForms:
    """What the form check must know of a rulebook: its schemes, those claimed by a provider (项目制), and its columns.

    `columns` are the contract's, followed by those the rulebook declares for itself.
    """

    known: frozenset[str]
    by_provider: frozenset[str]
    columns: tuple[Column, ...] = CLAIM_COLUMNS

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """Every column a row of this rulebook may have, the history's `amount_fen` too."""
        return {column.name: column for column in (*self.columns, AMOUNT)}

    @cached_property
    def readers(self) -> tuple[tuple[str, Column, Reader], ...]:
        """Every column of a claim with what reads it."""
        return tuple((column.name, column, reader(column.kind)) for column in self.columns)

    @cached_property
    def paid_readers(self) -> tuple[tuple[str, Column, Reader], ...]:
        """The same of the history."""
        return (*self.readers, (AMOUNT.name, AMOUNT, reader(AMOUNT.kind)))

    @cached_property
    def fault_bits(self) -> Mapping[str, int]:
        """A bit for each column among a row's faults, in the order of the reasons' text."""
        return {name: 1 << place for place, name in enumerate(sorted(self.by_name))}

    @cached_property
    def blanks(self) -> tuple[tuple[str, object], ...]:
        """What an empty cell counts as: 0 in the contract's numbers, no for a boolean, nothing for a set.

        An empty number of the rulebook's own stays empty: what nobody wrote down is not known to be nought.
        """
        blank: Mapping[Kind, object] = {Kind.BOOLEAN: False, Kind.SET: frozenset()}
        others = ((c.name, blank[c.kind]) for c in self.columns if c.kind in blank)
        return (*((name, 0) for name in ZERO_WHEN_EMPTY), *others)


@dataclass(frozen=True)
class Row:
    """One row after the form check; `bad` holds the names of bad columns, sorted."""

    claim_id: str
    facts: dict[str, Any]
    bad: tuple[str, ...]


def check_row(
    raw: Mapping[str, object], forms: SchemeForms, *, paid: bool = False, repeated: bool = False
) -> Row:
    """Read and check one row of claims (or of the history when `paid`); `repeated` says its id occurred before."""
    facts: dict[str, Any] = {}
    for name, column, read in forms.paid_readers if paid else forms.readers:
        cell = raw.get(name)
        facts[name] = None if cell is None else read(column, cell)
    scheme = facts["scheme"]
    provider = scheme in forms.by_provider
    if provider:
        facts["person_id"] = None
    bad = {name for name, value in facts.items() if value is BAD}
    required = ["claim_id", "scheme", "applied_at"]
    required += ["project_id", "project_stage", "contract_fen"] if provider else ["person_id"]
    required += ["amount_fen"] if paid else []
    bad.update(name for name in required if facts[name] is None)
    if scheme is not None and scheme not in forms.known:
        bad.add("scheme")
    if repeated:
        bad.add("claim_id")
    bad.update(_bad_pairs(facts))
    if provider:
        bad.update(_bad_counts(facts))
    _fill_empty(facts, forms)
    return Row(clean_text(raw.get("claim_id")) or "", facts, tuple(sorted(bad)))


def _bad_pairs(facts: Mapping[str, Any]) -> set[str]:
    """Bad columns among those that belong together: the training period, and a certificate with its day."""
    started, ended = facts["started_on"], facts["ended_on"]
    bad: set[str] = set()
    if started is None and ended is not None:
        bad.add("started_on")
    if ended is None and started is not None:
        bad.add("ended_on")
    if isinstance(started, int) and isinstance(ended, int) and ended < started:
        bad.add("ended_on")
    if facts["certificate_type"] is not None and facts["certificate_issued_on"] is None:
        bad.add("certificate_issued_on")
    return bad


def _bad_counts(facts: Mapping[str, Any]) -> set[str]:
    """Bad columns of a project: no contract sum, or more people employed than completed."""
    bad: set[str] = set()
    if facts["contract_fen"] == 0:
        bad.add("contract_fen")
    completed, employed = facts["completed_count"], facts["employed_count"]
    if completed is not BAD and employed is not BAD and (employed or 0) > (completed or 0):
        bad.add("employed_count")
    return bad


def _fill_empty(facts: dict[str, Any], forms: SchemeForms) -> None:
    for name, blank in forms.blanks:
        if facts[name] is None:
            facts[name] = blank
    stamp = facts["applied_at"]
    facts["applied_on"] = stamp // DAY_MICROS if isinstance(stamp, int) else None


CONTRACT_FORM = SchemeForms(frozenset(), frozenset())
"""The contract's columns alone, for whom the scheme does not matter."""


def facts_of(raw: Mapping[str, object], forms: SchemeForms = CONTRACT_FORM) -> dict[str, Any]:
    """Facts of a row taken as it is: what cannot be read counts as empty. For fund, payee and sentences."""
    facts = {c.name: parse(c, raw.get(c.name)) for c in forms.columns}
    facts = {name: None if value is BAD else value for name, value in facts.items()}
    _fill_empty(facts, forms)
    return facts
