"""Many rows at once (批量写入): COPY for new rows, one UPDATE for changed ones.

Django writes thousands of wide rows as one statement text with every value in it, which costs more time than the database
needs to store them. Triggers, constraints and history hold here as anywhere; an error comes out as Django's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from django.db import connection, models, transaction
from psycopg.abc import Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer

M = TypeVar("M", bound=models.Model)


def insert(model: type[M], rows: Iterable[M]) -> list[M]:
    """Insert new rows by COPY, whole or not at all; they come back with their keys. As with `bulk_create`, no signals."""
    new = list(rows)
    if not new:
        return new
    nameless = [row for row in new if row.pk is None]
    for row, key in zip(nameless, take_keys(model, len(nameless)), strict=True):
        row.pk = key
    for row in new:  # a related row must have been saved before, and its key is taken over
        row._prepare_related_fields_for_save(operation_name="bulk_create")  # type: ignore[attr-defined]
    fields = model._meta.concrete_fields
    names = ", ".join(_quoted(f.column) for f in fields)
    sql = f"COPY {_quoted(model._meta.db_table)} ({names}) FROM STDIN"
    with (
        transaction.atomic(savepoint=False),
        connection.wrap_database_errors,
        connection.cursor() as cursor,
        cursor.copy(sql) as copy,
    ):
        for row in new:
            copy.write_row([_value(f, row, add=True) for f in fields])
    for row in new:
        row._state.adding, row._state.db = False, connection.alias
    return new


def update(model: type[M], rows: Iterable[M], fields: Sequence[str]) -> int:
    """Write these fields of rows that exist, by primary key, in one statement; how many there were.

    Every value travels as text and is cast to its column's type, so that any type goes through one `unnest`; what is the
    same for all rows, as with like cases, travels once.
    """
    changed = list(rows)
    if not changed or not fields:
        return 0
    pk = model._meta.pk
    dump = NewTransformer(connection.connection)
    assignments: list[str] = []
    own: list[str] = [_quoted(pk.column)]
    same: list[str | None] = []
    lists: list[list[str | None]] = [_texts(pk, changed, dump)]
    named: list[Any] = [model._meta.get_field(name) for name in fields]
    for field in named:
        column, kind, texts = _quoted(field.column), field.db_type(connection), _texts(field, changed, dump)
        if len(set(texts)) == 1:
            assignments.append(f"{column} = %s::text::{kind}")
            same.append(texts[0])
        else:
            assignments.append(f"{column} = fresh.{column}::{kind}")
            own.append(column)
            lists.append(texts)
    table, key = _quoted(model._meta.db_table), _quoted(pk.column)
    arrays = ", ".join(["%s::text[]"] * len(lists))
    sql = (
        f"UPDATE {table} SET {', '.join(assignments)} FROM unnest({arrays}) AS fresh ({', '.join(own)}) "  # noqa: S608
        f"WHERE {table}.{key} = fresh.{key}::{pk.rel_db_type(connection)}"
    )
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(sql, [*same, *lists])
        return int(cursor.rowcount)


def take_keys(model: type[models.Model], count: int) -> list[int]:
    """The next keys of a table's own sequence, ascending; never given to anybody else."""
    if not count:
        return []
    table, column = _quoted(model._meta.db_table), model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, column, count],
        )
        return sorted(row[0] for row in cursor.fetchall())


def _texts(field: Any, rows: Sequence[models.Model], dump: Transformer) -> list[str | None]:
    return [_text(_value(field, row, add=False), dump) for row in rows]


def _text(value: Any, dump: Transformer) -> str | None:
    if value is None or isinstance(value, str):
        return value
    dumped = dump.get_dumper(value, PyFormat.TEXT).dump(value)
    return None if dumped is None else bytes(dumped).decode()


def _value(field: Any, row: models.Model, *, add: bool) -> Any:
    value = field.get_db_prep_save(field.pre_save(row, add), connection)
    if hasattr(value, "as_sql"):  # COPY takes values, not expressions; neither does any big table of ours
        raise TypeError(f"{field}: an expression cannot be written in bulk")
    return value


def _quoted(name: str | None) -> str:
    return str(connection.ops.quote_name(name or ""))
