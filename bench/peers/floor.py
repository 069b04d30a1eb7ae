"""The floor: what no engine of this kind gets under, whatever it decides. Every column read once, the claims grouped by person, five
columns of results written; nothing decided. `floor.py duckdb|pyarrow --claims X --out Y`.
"""

from __future__ import annotations

import sys

from terms import Phases, start

RESULT = """
SELECT claim_id, CASE WHEN level > 3 THEN 'approved' ELSE 'rejected' END AS outcome, 50000 * CAST(level AS BIGINT) AS amount_fen,
  CASE WHEN level > 3 THEN '' ELSE 'overlap' END AS reasons, 'taierzhuang@floor' AS rulebook FROM kept"""


def with_duckdb(claims: str, out: str, phase: Phases) -> None:
    """Three statements on all cores; what is written comes from memory."""
    import duckdb

    con = duckdb.connect()
    con.sql("SET preserve_insertion_order = false")
    table = f"read_parquet('{claims}')"
    with phase("scan"):
        columns = con.sql(f"SELECT * FROM {table} LIMIT 0").columns
        con.sql(f"SELECT {', '.join(f'max({column})' for column in columns)} FROM {table}").fetchall()
    with phase("group by person"):
        con.sql(
            f"SELECT count(*) FROM (SELECT person_id, count(*) FROM {table} GROUP BY person_id)"
        ).fetchall()
    con.sql(f"CREATE TEMP TABLE kept AS SELECT claim_id, level FROM {table}")
    with phase("write"):
        con.sql(f"COPY ({RESULT}) TO '{out}' (FORMAT parquet)")


def with_pyarrow(claims: str, out: str, phase: Phases) -> None:
    """Row groups read as they come, persons grouped by hash, one table written."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    kept = []
    with phase("scan"):
        file = pq.ParquetFile(claims)
        for group in range(file.num_row_groups):
            read = file.read_row_group(group)
            kept.append(read.select(["claim_id", "person_id", "level"]))
    table = pa.concat_tables(kept)
    with phase("group by person"):
        table.group_by("person_id").aggregate([("level", "max")])
    high = pc.greater(table["level"], 3)
    result = pa.table({
        "claim_id": table["claim_id"],
        "outcome": pc.if_else(high, "approved", "rejected"),
        "amount_fen": pc.multiply(table["level"].cast("int64"), 50_000),
        "reasons": pc.if_else(high, "", "overlap"),
        "rulebook": pa.repeat("taierzhuang@floor", len(table)),
    })  # fmt: skip
    with phase("write"):
        pq.write_table(result, out)


if __name__ == "__main__":
    start({"duckdb": with_duckdb, "pyarrow": with_pyarrow}[sys.argv.pop(1)])
