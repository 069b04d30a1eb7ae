"""The facts an expression may name, with their types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from wudan.policy.engine.columns import CLAIM_COLUMNS, Column, Kind
from wudan.policy.engine.lang.types import BOOL, DATE, SET, TEXT, Type, number

_HIDDEN = frozenset({"claim_id", "person_id", "applied_at"})
APPLIED_ON = "applied_on"
"""The day of `applied_at`, on Shanghai's clock."""


def _type(column: Column) -> Type:
    if column.kind is Kind.INTEGER:
        return number(column.low, column.high)
    return {Kind.TEXT: TEXT, Kind.SET: SET, Kind.BOOLEAN: BOOL, Kind.DATE: DATE}[column.kind]


FACT_TYPES: dict[str, Type] = {c.name: _type(c) for c in CLAIM_COLUMNS if c.name not in _HIDDEN} | {
    APPLIED_ON: DATE
}
FACT_OPTIONS: dict[str, tuple[str, ...]] = {c.name: c.options for c in CLAIM_COLUMNS if c.options}


def own_types(own: Iterable[Column]) -> Mapping[str, Type]:
    """The types of columns a rulebook declares for itself; an empty number is no number."""
    types = {column.name: _type(column) for column in own}
    return {name: replace(kind, maybe=True) if kind.kind == "num" else kind for name, kind in types.items()}
