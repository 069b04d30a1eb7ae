"""Who takes part, how each is started, and up to how many claims."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench/peers"
PEERS_PYTHON = ROOT / "var/bench-env/bin/python"
WUDAN = ROOT / ".venv/bin/wudan"
PYSPARK = ROOT / "var/bench-pyspark"
"""PySpark alone, linked out of the peers' environment, for wudan's own `--engine spark`."""
CHECKED = 60_000
"""Claims the answers are checked on before anything is timed; enough for the compiled kernels, so it also warms them up."""
Command = Callable[[Path, Path], list[str | Path]]


@dataclass(frozen=True)
class Contestant:
    """One row of the table."""

    name: str
    title: str
    command: Command
    most: int = 100_000_000
    why: str = ""
    """Why not more than `most` claims."""
    needs: str = ""
    """A program it cannot do without."""
    folder: bool = False
    """It writes a folder of files."""
    paths: tuple[Path, ...] = ()
    """Where its Python looks for more packages."""
    cold: bool = False
    """Starts without the compiled code that earlier runs left on disk."""
    floor: bool = False
    """Decides nothing: what reading, grouping and writing alone cost."""

    def answer(self, folder: Path) -> Path:
        """Where it writes."""
        return folder / f"{self.name}{'' if self.folder else '.parquet'}"

    def files(self, folder: Path) -> Path:
        """What it wrote, as DuckDB reads it."""
        return self.answer(folder) / "*.parquet" if self.folder else self.answer(folder)

    def environment(self) -> dict[str, str]:
        """What its process finds besides ours."""
        return {"PYTHONPATH": os.pathsep.join(map(str, self.paths))} if self.paths else {}

    def missing(self) -> str:
        """Why it cannot take part here; empty when it can."""
        return (
            f"not run: no {self.needs} on this machine" if self.needs and not shutil.which(self.needs) else ""
        )


def _wudan(*more: str) -> Command:
    return lambda claims, out: [WUDAN, "adjudicate", claims, "--rulebook", "taierzhuang", "--out", out, *more]


def _peer(script: str, *more: str) -> Command:
    return lambda claims, out: [PEERS_PYTHON, PEERS / script, *more, "--claims", claims, "--out", out]


CONTESTANTS = {
    contestant.name: contestant
    for contestant in (
        Contestant("wudan", "**wudan**", _wudan()),
        Contestant("wudan-1", "**wudan**, one worker", _wudan("--workers", "1")),
        Contestant(
            "wudan-cold",
            "**wudan**, the very first run",
            _wudan(),
            most=100_000,
            why="the compiling does not grow",
            cold=True,
        ),
        Contestant("duckdb", "DuckDB SQL", _peer("duckdb_contract.py")),
        Contestant("polars", "Polars", _peer("polars_contract.py")),
        Contestant("pandas", "pandas", _peer("pandas_contract.py")),
        Contestant("spark", "PySpark SQL, `local[*]`", _peer("spark_contract.py"), needs="java", folder=True),
        Contestant(
            "wudan-spark",
            "**wudan**, `--engine spark`",
            _wudan("--engine", "spark"),
            needs="java",
            paths=(PYSPARK,),
        ),
        Contestant(
            "openfisca",
            "OpenFisca",
            _peer("openfisca_contract.py"),
            most=1_000_000,
            why="memory: all claims in one simulation",
        ),
        Contestant(
            "zen",
            "zen-engine, rules across claims in Python",
            _peer("zen_contract.py"),
            most=1_000_000,
            why="one claim at a time",
        ),
        Contestant("floor-duckdb", "*floor, DuckDB*", _peer("floor.py", "duckdb"), floor=True),
        Contestant("floor-pyarrow", "*floor, pyarrow*", _peer("floor.py", "pyarrow"), floor=True),
    )
}
