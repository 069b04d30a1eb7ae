"""`make bench`: wudan and the peers on the same claims, each checked first, then timed in turns; the table in Markdown.

`python -m bench.contest --sizes 100000,1000000 --engines wudan,duckdb --runs 3` for a part; `--docs` also puts the table into
docs/performance.md. Results are appended to var/bench/contest.jsonl; `--table` makes the table of it without running anything: for each
size and engine its last series.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from bench.contest import table
from bench.contest.contestants import CONTESTANTS, ROOT
from bench.contest.results import read
from bench.contest.run import Series

DOCS = ROOT / "docs/performance.md"


def main() -> int:
    """0, or 1 when an answer was wrong or a run failed."""
    given = _asked()
    fine = True
    if not given.table:
        series = Series(given.folder, given.results, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()))
        fine = series.run([CONTESTANTS[name] for name in given.engines], given.sizes, given.runs)
    made = table.markdown(read(given.results))
    print(made)
    given.results.with_suffix(".md").write_text(made + "\n")
    if given.docs:
        DOCS.write_text(table.put_into(DOCS.read_text(), made))
    return 0 if fine else 1


def _asked() -> argparse.Namespace:
    asked = argparse.ArgumentParser(
        prog="bench.contest", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("--sizes", type=_sizes, default=[100_000, 1_000_000, 10_000_000], metavar="N,N")
    asked.add_argument(
        "--engines",
        type=_engines,
        default=list(CONTESTANTS),
        metavar="NAME,NAME",
        help=", ".join(CONTESTANTS),
    )
    asked.add_argument("--runs", type=int, default=3, help="of each, in turns")
    asked.add_argument("--folder", type=Path, default=ROOT / "var/bench", help="for claims and answers")
    asked.add_argument("--results", type=Path, default=ROOT / "var/bench/contest.jsonl")
    asked.add_argument("--table", action="store_true", help="run nothing")
    asked.add_argument("--docs", action="store_true", help="put the table into docs/performance.md")
    return asked.parse_args()


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.replace("_", "").split(",")]


def _engines(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in CONTESTANTS]:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown)}; known: {', '.join(CONTESTANTS)}")
    return names if "wudan" in names else ["wudan", *names]


if __name__ == "__main__":
    sys.exit(main())
