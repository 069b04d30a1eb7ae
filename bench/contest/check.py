"""Is an answer right? `python -m bench.contest.check CLAIMS WUDAN PEER` in the peers' environment (it needs DuckDB); a line of JSON.

`CLAIMS WUDAN` alone: every decision of wudan's against the plain reading of tests/contract/oracle.py, which shares no line with it.
With a peer: every claim answered once; outcome and sum as wudan's, and of what is not rejected the reasons too. The claims of persons whose
decisions differ are decided again twice, plainly: in sequence (that must be wudan's answer) and in stages (that must be the peer's). What
neither explains is an error.
"""

from __future__ import annotations

import json
import sys

import duckdb

from tests.contract import oracle
from tests.contract.staged import BOOK, sequential, staged, twice_in_a_class

COUNTS = """
SELECT count(DISTINCT c.claim_id) AS claims, count(*) - count(DISTINCT c.claim_id) AS surplus,
  count(*) FILTER (WHERE w.claim_id IS NULL OR p.claim_id IS NULL OR c.claim_id IS NULL) AS missing,
  count(*) FILTER (WHERE w.outcome IS DISTINCT FROM p.outcome OR w.amount_fen IS DISTINCT FROM p.amount_fen) AS differing,
  count(*) FILTER (WHERE w.outcome = p.outcome AND w.outcome <> 'rejected' AND w.reasons IS DISTINCT FROM p.reasons) AS reasons
FROM claims c FULL JOIN wudan w USING (claim_id) FULL JOIN peer p USING (claim_id)"""
PERSONS = """
SELECT DISTINCT c.person_id FROM claims c JOIN wudan w USING (claim_id) JOIN peer p USING (claim_id)
WHERE w.outcome IS DISTINCT FROM p.outcome OR w.amount_fen IS DISTINCT FROM p.amount_fen
  OR (w.outcome <> 'rejected' AND w.reasons IS DISTINCT FROM p.reasons)"""


def judged_alone(claims: str, wudan: str) -> dict[str, int]:
    """Every outcome, sum and reason against the plain reading."""
    asked = duckdb.sql(
        f"SELECT claim_id, outcome, amount_fen, reasons FROM read_parquet('{wudan}')"
    ).fetchall()
    right = oracle.adjudicate(BOOK, claims)
    wrong = sum(
        a != (d.claim_id, d.outcome, d.amount_fen, d.reasons) for a, d in zip(asked, right, strict=True)
    )
    return {
        "claims": len(right),
        "by_reading": 0,
        "reasons_by_reading": 0,
        "persons": 0,
        "twice_in_a_class": 0,
        "unexplained": wrong,
    }


def judged(claims: str, wudan: str, peer: str) -> dict[str, int]:
    """How many differ by the reading, of how many persons (some twice in a class), and how many are `unexplained`: that must be 0."""
    con = duckdb.connect()
    for name, path in (("claims", claims), ("wudan", wudan), ("peer", peer)):
        con.sql(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{path}')")
    [(count, surplus, missing, differing, reasons)] = con.sql(COUNTS).fetchall()
    con.sql(f"CREATE TABLE persons AS {PERSONS}")
    exact, theirs = (
        {claim: (outcome, amount) for claim, outcome, amount in con.sql(
            f"SELECT d.claim_id, d.outcome, d.amount_fen FROM {name} d JOIN claims USING (claim_id) SEMI JOIN persons USING (person_id)"
        ).fetchall()}
        for name in ("wudan", "peer")
    )  # fmt: skip
    found = con.sql("SELECT * FROM claims SEMI JOIN persons USING (person_id)")
    rows = [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]
    wrong = _unlike(exact, sequential(rows)) | _unlike(theirs, staged(rows))
    return {
        "claims": count,
        "by_reading": differing,
        "reasons_by_reading": reasons,
        "persons": len({row["person_id"] for row in rows}),
        "twice_in_a_class": twice_in_a_class(rows),
        "unexplained": surplus + missing + len(wrong),
    }


def _unlike(given: dict[str, tuple[str, int]], right: dict[str, tuple[str, int | None]]) -> set[str]:
    return {claim for claim in right if given.get(claim) != right[claim]}


if __name__ == "__main__":
    _, *paths = sys.argv
    print(json.dumps(judged(*paths) if len(paths) == 3 else judged_alone(*paths)))
