"""History in words (变更记录): what changed in one row, field by field, old → new, as an auditor reads it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models

from wudan.kernel.models import History
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import SHANGHAI

OPERATIONS = {"INSERT": "新建", "UPDATE": "变更", "DELETE": "删除"}
EMPTY = "（空）"
_SECRET = ("_sealed", "_index", "fingerprint", "_hash", "password")


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row: when, who, on what basis, and label → (before, after)."""

    at: datetime
    who: str
    basis: str
    operation: str
    fields: tuple[tuple[str, str, str], ...]
    moved: tuple[str, str] | None  # the state before and after, as codes


def changes_of(
    model: type[models.Model],
    pk: object,
    *,
    names: Mapping[int, str] | None = None,
    skip: Collection[str] = (),
) -> list[Change]:
    """Oldest first. Sealed columns are left out; `names` says who a user's number is (see `users_in`)."""
    rows = rows_of(model, pk)
    fields = {f.attname: f for f in model._meta.concrete_fields}
    return [
        Change(
            row.acted_at,
            str(row.actor.get("label", "")),
            row.basis,
            OPERATIONS.get(row.operation, row.operation),
            tuple(_fields(row, fields, names or {}, skip)),
            tuple(row.changes["state"]) if row.operation == "UPDATE" and "state" in row.changes else None,
        )
        for row in rows
    ]


def rows_of(model: type[models.Model], pk: object) -> list[History]:
    return list(History.objects.filter(table_name=model._meta.db_table, row_id=str(pk)).order_by("id"))


def users_in(model: type[models.Model], pk: object) -> set[int]:
    """The users' numbers that occur in the history of a row, to be looked up by the room that knows their names."""
    found = set()
    for row in rows_of(model, pk):
        for name, pair in row.changes.items():
            if name.endswith("_by"):
                found |= {v for v in (pair if isinstance(pair, list) else [pair]) if isinstance(v, int)}
    return found


def _fields(
    row: History, fields: Mapping[str, Any], names: Mapping[int, str], skip: Collection[str]
) -> list[tuple[str, str, str]]:
    if row.operation != "UPDATE":
        return []
    found = []
    for name, (old, new) in sorted(row.changes.items(), key=lambda pair: pair[0] != "state"):
        field = fields.get(name)
        if field is None or name in skip or any(part in name for part in _SECRET):
            continue
        say: Callable[[Any], str] = lambda value, f=field: _word(f, value, names)  # type: ignore[misc]  # noqa: E731
        found.append((str(field.verbose_name).removesuffix("（分）"), say(old), say(new)))
    return found


def _word(field: Any, value: Any, names: Mapping[int, str]) -> str:
    if value in (None, "", [], {}):
        return EMPTY
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if field.attname.endswith("_fen"):
        return in_sentence(int(value))
    if field.attname.endswith("_by") and isinstance(value, int):
        return names.get(value, f"账号{value}")
    if isinstance(field, models.DateTimeField):
        return f"{datetime.fromisoformat(str(value)).astimezone(SHANGHAI):%Y年%-m月%-d日 %H:%M}"
    if isinstance(field, models.DateField):
        return f"{date.fromisoformat(str(value)):%Y年%-m月%-d日}"
    if isinstance(field, models.JSONField):
        return f"共{len(value)}项" if isinstance(value, list | dict) else str(value)
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
