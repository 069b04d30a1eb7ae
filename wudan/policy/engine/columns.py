"""The contract's columns: their names, kinds and ranges. Labels and units are data, in `rulebook/common`.

A rulebook may declare columns of its own (本规则集自有的列); `form.SchemeForms.columns` holds all it reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

MAX_INTEGER = 10**12
"""Largest integer a cell may hold."""


class Kind(Enum):
    """How the text of a cell is read."""

    TEXT = "text"
    PERSON = "person"
    SET = "set"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    STAMP = "timestamp"


@dataclass(frozen=True)
class Column:
    """One column of the contract; `options` limits a text, `low` and `high` an integer (both included)."""

    name: str
    kind: Kind
    low: int = 0
    high: int = MAX_INTEGER
    options: tuple[str, ...] = ()


CERTIFICATE_TYPES = ("qualification", "skill_level", "special_ability", "special_operation", "completion")

CLAIM_COLUMNS: tuple[Column, ...] = (
    Column("claim_id", Kind.TEXT),
    Column("person_id", Kind.PERSON),
    Column("scheme", Kind.TEXT),
    Column("occupation_code", Kind.TEXT),
    Column("level", Kind.INTEGER, high=5),
    Column("prior_level", Kind.INTEGER, high=5),
    Column("certificate_type", Kind.TEXT, options=CERTIFICATE_TYPES),
    Column("certificate_issued_on", Kind.DATE),
    Column("class_id", Kind.TEXT),
    Column("started_on", Kind.DATE),
    Column("ended_on", Kind.DATE),
    Column("attended_days", Kind.INTEGER),
    Column("insured_months", Kind.INTEGER),
    Column("draws_pension", Kind.BOOLEAN),
    Column("groups", Kind.SET),
    Column("fee_fen", Kind.INTEGER),
    Column("project_id", Kind.TEXT),
    Column("project_stage", Kind.TEXT, options=("advance", "balance")),
    Column("contract_fen", Kind.INTEGER),
    Column("completed_count", Kind.INTEGER),
    Column("employed_count", Kind.INTEGER),
    Column("applied_at", Kind.STAMP),
)

AMOUNT = Column("amount_fen", Kind.INTEGER)
"""The sum paid; a column of the history (PAID) only."""

HISTORY_COLUMNS = (*CLAIM_COLUMNS, AMOUNT)
BY_NAME = {column.name: column for column in HISTORY_COLUMNS}
REQUIRED_COLUMNS = ("claim_id", "person_id", "scheme", "applied_at")
FACT_COLUMNS = tuple(c.name for c in CLAIM_COLUMNS)
"""Columns an expression may read, in the contract's order."""
