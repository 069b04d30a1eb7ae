"""What a test committed, taken out again; what migrations wrote, and the schema, looked at rather than touched."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

Connection = psycopg.Connection[tuple[object, ...]]

# A row of the catalogue that anybody changes is a new row with a new xmin.
SCHEMA = """
    SELECT count(*), sum(hashtextextended(part, 0)) FROM (
        SELECT concat_ws(' ', 'relation', oid, relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', 'column', attrelid, attname, xmin) FROM pg_attribute WHERE attrelid >= 16384
        UNION ALL SELECT concat_ws(' ', 'trigger', oid, xmin) FROM pg_trigger
        UNION ALL SELECT concat_ws(' ', 'constraint', oid, xmin) FROM pg_constraint
        UNION ALL SELECT concat_ws(' ', 'function', oid, xmin) FROM pg_proc WHERE oid >= 16384
    ) AS parts(part)
"""
TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0 ORDER BY 1
"""
SEQUENCES = "SELECT sequencename, start_value, last_value FROM pg_sequences WHERE schemaname = 'public'"
OTHERS = """
    SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A database as its template is. A table without a page has never had a row."""

    schema: object
    written: dict[str, object]
    sequences: frozenset[tuple[object, ...]]

    def restore(self, admin: Connection) -> bool:
        """Take out every row that was not there; False where that is not enough, or not allowed."""
        admin.execute(OTHERS)  # a thread the test left behind may hold rows
        if _schema(admin) != self.schema:
            return False
        touched = [name for name in _tables(admin) if name not in self.written]
        moved = set(admin.execute(SEQUENCES).fetchall()) - self.sequences
        try:
            # One string is one transaction.
            admin.execute(
                sql.SQL("; ").join(
                    [
                        sql.SQL("SET LOCAL session_replication_role = replica"),
                        *(sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in touched),
                        *(_rewound(str(name), start) for name, start, _ in moved if name not in self._kept()),
                    ]
                )
            )
        except psycopg.errors.InsufficientPrivilege:
            return False
        return all(_contents(admin, name) == was for name, was in self.written.items())

    def _kept(self) -> set[object]:
        """Sequences migrations used; where they stand is no test's business."""
        return {name for name, _, last in self.sequences if last is not None}


def remembered(admin: Connection) -> Remembered:
    return Remembered(
        schema=_schema(admin),
        written={name: _contents(admin, name) for name in _tables(admin)},
        sequences=frozenset(admin.execute(SEQUENCES).fetchall()),
    )


def _schema(admin: Connection) -> object:
    return admin.execute(SCHEMA).fetchone()


def _tables(admin: Connection) -> list[str]:
    return [str(name) for (name,) in admin.execute(TABLES).fetchall()]


def _contents(admin: Connection, table: str) -> object:
    one = sql.SQL("SELECT count(*), sum(hashtextextended(one::text, 0)) FROM {} AS one")
    return admin.execute(one.format(sql.Identifier(table))).fetchone()


def _rewound(sequence: str, start: object) -> sql.Composable:
    return sql.SQL("SELECT setval({}, {}, false)").format(
        sql.Literal(f'public."{sequence}"'), sql.Literal(start)
    )
