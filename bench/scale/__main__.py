"""`python -m bench.scale [--claims 1000000] [--runs 3]`: needs var/bench-pyspark (bench/env.sh) and Java. Exit 1 where decisions differ."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.contest.measure import timed
from bench.scale import inputs
from bench.scale.standalone import cluster

ROOT = Path(__file__).resolve().parents[2]
PYSPARK = ROOT / "var/bench-pyspark"
PYTHON, WUDAN = ROOT / ".venv/bin/python", ROOT / ".venv/bin/wudan"
ENVIRONMENT = {
    "PYTHONPATH": f"{PYSPARK}{os.pathsep}{ROOT}",
    "PYSPARK_PYTHON": str(PYTHON),
    "SPARK_LOCAL_IP": "127.0.0.1",
}
Run = dict[str, Any]


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--claims", type=int, default=1_000_000)
    asked.add_argument(
        "--dirty", type=int, default=1_000_000, help="claims of the comparison byte for byte; 0: none"
    )
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--folder", type=Path, default=Path("/tmp/wudan-scale"))
    asked.add_argument("--out", type=Path)
    given = asked.parse_args()
    given.folder.mkdir(exist_ok=True, parents=True)
    clean = inputs.clean(given.folder, given.claims)
    dirty = inputs.dirty(given.folder, inputs.clean(given.folder, given.dirty)) if given.dirty else None
    runs: dict[str, list[Run]] = {}
    equal: dict[str, str] = {}
    reference(clean, dirty, given.folder)
    places = {"local[*]": {}}
    with cluster(PYSPARK, ENVIRONMENT) as address:
        places["spark://, two workers"] = {"WUDAN_SPARK_MASTER": address}
        for where, master in places.items():
            if dirty is not None:
                equal[f"dirty, {where}"] = same_bytes(dirty, given.folder, master)
            for _ in range(given.runs):
                contest(clean, given.folder, master, where, runs)
            equal[f"clean, {where}"] = same_cells(
                given.folder / "local.parquet", given.folder / "spark.parquet"
            )
    result = {
        "claims": given.claims,
        "dirty": given.dirty,
        "when": time.strftime("%Y-%m-%d %H:%M %Z"),
        "runs": runs,
        "equal": equal,
    }
    if given.out:
        given.out.write_text(json.dumps(result, indent=1))
    print(table(result))
    return 0 if all(text.startswith("equal") for text in equal.values()) else 1


def adjudicate(claims: Path, out: Path, *more: str | Path) -> list[str | Path]:
    return [WUDAN, "adjudicate", claims, "--rulebook", "taierzhuang", "--out", out, *more]


def reference(clean: Path, dirty: tuple[Path, Path] | None, folder: Path) -> None:
    """What one machine decides."""
    timed(adjudicate(clean, folder / "local.parquet"))
    if dirty is not None:
        timed(adjudicate(dirty[0], folder / "local.csv", "--history", dirty[1]))


def contest(
    clean: Path, folder: Path, master: dict[str, str], where: str, runs: dict[str, list[Run]]
) -> None:
    """Each once, one after the other: wudan in Spark, Spark SQL, wudan without Spark."""
    contestants = {
        f"wudan --engine spark, {where}": adjudicate(clean, folder / "spark.parquet", "--engine", "spark"),
        f"Spark SQL, {where}": [
            PYTHON,
            ROOT / "bench/scale/staged_sql.py",
            "--claims",
            clean,
            "--out",
            folder / "sql",
        ],
        "wudan --engine local": adjudicate(clean, folder / "again.parquet"),
    }
    for name, command in contestants.items():
        run = timed(command, ENVIRONMENT | master)
        runs.setdefault(name, []).append(run)
        print(name, run, file=sys.stderr, flush=True)


def same_bytes(dirty: tuple[Path, Path], folder: Path, master: dict[str, str]) -> str:
    """Decisions as CSV, the whole file."""
    out = folder / "spark.csv"
    timed(adjudicate(dirty[0], out, "--history", dirty[1], "--engine", "spark"), ENVIRONMENT | master)
    one, two = (folder / "local.csv").read_bytes(), out.read_bytes()
    return f"equal ({len(one)} bytes)" if one == two else "DIFFERENT"


def same_cells(one: Path, two: Path) -> str:
    """Decisions as Parquet, every cell in order."""
    first, second = (plain(pq.read_table(path)) for path in (one, two))
    return f"equal ({len(first)} claims)" if first.equals(second) else "DIFFERENT"


def plain(rows: pa.Table) -> pa.Table:
    return rows.cast(
        pa.schema([(n, pa.int64() if n == "amount_fen" else pa.large_string()) for n in rows.column_names])
    )


def table(result: dict[str, Any]) -> str:
    """The medians, and each engine's ratio to Spark SQL in the same place."""
    middle = {
        name: {key: statistics.median(run[key] for run in runs) for key in ("wall_s", "cpu_s", "peak_mb")}
        for name, runs in result["runs"].items()
    }
    lines = [
        f"{result['claims']} claims, {result['when']}",
        "",
        "| | wall s | CPU s | peak MB | wall, of Spark SQL's |",
        "|---|---|---|---|---|",
    ]
    for name, of in middle.items():
        sql = middle.get(f"Spark SQL, {name.partition(', ')[2]}")
        ratio = f"{of['wall_s'] / sql['wall_s']:.2f}" if sql else ""
        lines.append(f"| {name} | {of['wall_s']:.1f} | {of['cpu_s']:.1f} | {of['peak_mb']:.0f} | {ratio} |")
    lines += ["", "CPU and memory of the two workers are not in the figures for the cluster."]
    lines += [f"{what}: {said}" for what, said in result["equal"].items()]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
