"""From the engine's values back to what a person, a JSON file or a CSV cell holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from wudan.policy.engine.columns import BY_NAME, Column, Kind
from wudan.policy.engine.shanghai import datetime_from_wall
from wudan.policy.engine.values import from_day


def native(name: str, value: Any, columns: Mapping[str, Column] = BY_NAME) -> Any:
    """A fact as a native value: dates as `date`, timestamps as `datetime` on Shanghai's clock, groups as text."""
    if value is None:
        return None
    column = columns.get(name)
    if isinstance(value, frozenset):
        return ";".join(sorted(value))
    if isinstance(value, int) and not isinstance(value, bool):
        if column is not None and column.kind is Kind.STAMP:
            return datetime_from_wall(value)
        if name == "applied_on" or (column is not None and column.kind is Kind.DATE):
            return from_day(value)
    return value


def jsonable(value: Any) -> Any:
    """A native value for JSON: dates `YYYY-MM-DD`, date-times with a space."""
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [jsonable(part) for part in value]
    return value
