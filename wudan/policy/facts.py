"""Facts as they are stored with an evaluation: contract columns, JSON values, and a pseudonym for the person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from wudan.policy.engine.columns import Column

Facts = Mapping[str, object]
Columns = Mapping[str, Column]
HISTORY = "history"  # marks, among the stored others, a claim that was already paid when this one was decided


def stored_row(facts: Facts, columns: Columns) -> dict[str, Any]:
    """One row as JSON, of the columns its rulebook reads, empty ones left out. ValueError where the person is no pseudonym."""
    person = str(facts.get("person_id") or "")
    if person and not person.startswith("#"):
        raise ValueError("an evaluation stores the person as '#<id>', never an identity number")
    return {k: _plain(v) for k, v in facts.items() if k in columns and v not in (None, "")}


def circle(claims: Iterable[Facts], history: Iterable[Facts]) -> dict[object, list[tuple[str, Facts]]]:
    """Everything that can bear on one another: the claims and paid claims of each person, and of all projects."""
    found: dict[object, list[tuple[str, Facts]]] = {}
    for kind, rows in (("", claims), (HISTORY, history)):
        for row in rows:
            found.setdefault(unit(row), []).append((kind, row))
    return found


def unit(facts: Facts) -> object:
    return None if facts.get("scheme") == "project" else facts.get("person_id")


def stored_others(
    beside: Iterable[tuple[str, Facts]], claim_id: str, columns: Columns
) -> list[dict[str, Any]]:
    """The rest of a claim's circle, each row with what it was counted as."""
    return [
        {"counted_as": kind, **stored_row(row, columns)}
        for kind, row in beside
        if kind == HISTORY or str(row.get("claim_id")) != claim_id
    ]


def split_others(others: Iterable[Mapping[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Stored others as (claims, history) for the engine."""
    claims: list[dict[str, Any]] = []
    history: list[dict[str, Any]] = []
    for row in others:
        bare = {k: v for k, v in row.items() if k != "counted_as"}
        (history if row["counted_as"] == HISTORY else claims).append(bare)
    return claims, history


def _plain(value: object) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return ";".join(sorted(map(str, value)))
    return value if isinstance(value, bool | int) else str(value)


def plain_json(value: object) -> Any:
    """Any value of a step as JSON."""
    if isinstance(value, Mapping):
        return {str(k): plain_json(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_json(v) for v in value]
    if value is None or isinstance(value, bool | int):
        return value
    return value.isoformat() if isinstance(value, datetime | date) else str(value)
