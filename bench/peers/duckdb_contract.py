"""DuckDB: the staged SQL, file to file, on all cores."""

from __future__ import annotations

from pathlib import Path

import duckdb
from terms import Phases, rulebook, start

DIALECT = {"div": "//", "contains": "list_contains", "split": "string_split", "rulebook": rulebook("duckdb")}


def decide(claims: str, out: str, phase: Phases) -> None:
    """Rows in any order: keeping theirs would cost DuckDB memory, and the contract's order is not asked of a peer."""
    sql = (
        (Path(__file__).parent / "staged.sql")
        .read_text()
        .format(claims=f"read_parquet('{claims}')", **DIALECT)
    )
    with phase("all"):
        connection = duckdb.connect()
        connection.sql("SET preserve_insertion_order = false")
        connection.sql(f"COPY ({sql}) TO '{out}' (FORMAT parquet)")


if __name__ == "__main__":
    start(decide)
