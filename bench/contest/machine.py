"""What the figures were taken on."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.contest.contestants import PEERS_PYTHON, ROOT

ASKED = ("duckdb", "polars", "pandas", "pyspark", "openfisca-core", "zen-engine", "pyarrow")


def described() -> dict[str, str]:
    """Cores, memory, system, versions and the commit; a sentence each."""
    return {
        "cores": f"{os.cpu_count()} cores ({_field('/proc/cpuinfo', 'model name')})",
        "memory": f"{int(_field('/proc/meminfo', 'MemTotal').split()[0]) / 2**20:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "ours": f"wudan {_commit()}, numba {version('numba')}, numpy {version('numpy')}, pyarrow {version('pyarrow')}",
        "peers": ", ".join(_peers()),
    }


def _field(path: str, name: str) -> str:
    lines = Path(path).read_text().splitlines()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), "unknown 0")


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() or "without git"


def _peers() -> list[str]:
    code = "import sys; from importlib.metadata import version\nfor n in sys.argv[1:]: print(n, version(n))"
    asked = [str(PEERS_PYTHON), "-c", code, *ASKED]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.splitlines()
