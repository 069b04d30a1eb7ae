"""One million dirty claims decided five ways, all the same: `python -m bench.equal [--claims 1000000] [--spark COMMAND]`.

The plain reading is the oracle of `tests/contract`, which shares no code with the engine and goes claim by claim. Against it stand
`wudan adjudicate` with one worker and with two (as Parquet and as CSV), and, where it is asked for, `--engine spark`. Rows are those of
the contract's tests: a tenth with malformed cells, repeated numbers, pseudonyms, ties of one moment, odd spaces. Compared are all
five columns of every row, in order.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.contract import generate, oracle

HERE = Path(__file__).resolve().parent
WUDAN = HERE.parent / ".venv/bin/wudan"
A_BLOCK = 2_000
WITH_PROJECTS = 60
"""Blocks that hold projects: those are one unit, and the oracle looks at every two of them."""


def rows_of(claims: int, book: str) -> list[generate.Row]:
    """The claims, in blocks that each have persons and projects of their own; some pseudonyms and numbers meet across blocks."""
    rng = random.Random(f"{book} {claims}")
    rows: list[generate.Row] = []
    for block in range(-(-claims // A_BLOCK)):
        made = generate.nasty(rng, A_BLOCK, book, dirty=True, pool=generate.pools(rng, A_BLOCK))
        for row in made:
            if row["claim_id"] and rng.random() < 0.999:
                row["claim_id"] = f"{row['claim_id']}-{block}"
            if str(row["person_id"] or "").startswith("#"):
                row["person_id"] = f"{row['person_id']}{block % 50}"
            if row["project_id"]:
                row["project_id"] = f"{row['project_id']}-{block}"
            if row["scheme"] == "project" and block >= WITH_PROJECTS:
                row["scheme"] = "training"
        rows += made
    return rows[:claims]


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--claims", type=int, default=1_000_000)
    asked.add_argument("--rulebook", choices=list(oracle.SCHEMES), default="taierzhuang")
    asked.add_argument("--folder", type=Path, default=Path("/tmp/wudan-equal"))
    asked.add_argument("--spark", action="store_true", help="also --engine spark (needs pyspark and Java)")
    asked.add_argument("--wudan", default=str(WUDAN), help="the command; another environment's for Spark")
    given = asked.parse_args()
    given.folder.mkdir(exist_ok=True)
    rng = random.Random(7)
    rows = rows_of(given.claims, given.rulebook)
    texts = generate.texts(rng, rows)
    names = generate.columns_of(texts, rng)
    table = pa.table({name: pa.array([row[name] or None for row in texts], pa.string()) for name in names})
    parquet, csv = given.folder / "claims.parquet", given.folder / "claims.csv"
    pq.write_table(table, parquet, row_group_size=150_000)
    generate.write_csv(csv, texts, rng)
    started = time.perf_counter()
    expected = [
        (d.claim_id, d.outcome, d.amount_fen, d.reasons) for d in oracle.decide(given.rulebook, texts)
    ]
    print(f"plain reading: {len(expected):,} claims in {time.perf_counter() - started:.0f} s", flush=True)
    ways = {
        "one worker": [parquet, "--workers", "1"],
        "two workers": [parquet, "--workers", "2"],
        "CSV": [csv],
    }
    if given.spark:
        ways["Spark"] = [parquet, "--engine", "spark"]
    differ = 0
    for name, options in ways.items():
        out = given.folder / "decisions.parquet"
        command = [given.wudan, "adjudicate", *options, "--rulebook", given.rulebook, "--out", out]
        started = time.perf_counter()
        subprocess.run([str(part) for part in command], check=True, capture_output=True)
        took = time.perf_counter() - started
        found = pq.read_table(out).to_pydict()
        columns = [found[name] for name in ("claim_id", "outcome", "amount_fen", "reasons")]
        wrong = [
            place
            for place, (a, b) in enumerate(zip(expected, zip(*columns, strict=True), strict=True))
            if a != b
        ]
        differ += len(wrong)
        print(f"{name}: {took:.0f} s, {len(wrong)} of {len(expected):,} rows differ", flush=True)
        for place in wrong[:3]:
            print(f"  {expected[place]}\n  {[column[place] for column in columns]}\n  {texts[place]}")
    outcomes = {
        word: sum(row[1] == word for row in expected)
        for word in ("approved", "rejected", "review", "invalid")
    }
    print(", ".join(f"{count:,} {word}" for word, count in outcomes.items()))
    raise SystemExit(differ > 0)


if __name__ == "__main__":
    main()
