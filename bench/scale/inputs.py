"""The claims: clean ones for the clock, and the same as text with hostile rows among them for the comparison."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tests.contract import generate

PEERS = Path(__file__).resolve().parents[1] / "peers"
HOSTILE = 25
"""One row in so many is hostile: malformed cells, repeated numbers, pseudonyms, ties of one moment, projects, odd spaces."""


def clean(folder: Path, claims: int) -> Path:
    """Claims in the contract's own types, by row groups of half a million."""
    path = folder / f"clean-{claims}.parquet"
    if not path.exists():
        subprocess.run([sys.executable, PEERS / "contract_claims.py", str(claims), path], check=True)
    return path


def dirty(folder: Path, clean: Path) -> tuple[Path, Path]:
    """The clean claims as texts, hostile rows among them in no order, and a history of the hostile rows' persons."""
    claims = pq.read_metadata(clean).num_rows
    path, paid = folder / f"dirty-{claims}.parquet", folder / f"paid-{claims}.parquet"
    if path.exists() and paid.exists():
        return path, paid
    rng = random.Random(claims)
    size = max(400, claims // HOSTILE)
    pool = generate.pools(rng, size)
    hostile = generate.nasty(rng, size, "taierzhuang", dirty=True, pool=pool)
    history = generate.paid(rng, size // 10, "taierzhuang", pool, hostile)
    rows = pq.read_table(clean)
    texts = pa.table({name: rows[name].cast(pa.string()) for name in rows.column_names})
    both = pa.concat_tables([texts, _table(generate.texts(rng, hostile))], promote_options="default")
    order = np.random.default_rng(claims).permutation(both.num_rows)
    pq.write_table(both.take(pa.array(order)), path, row_group_size=max(1000, claims // 8))
    pq.write_table(_table(generate.texts(rng, history)), paid)
    return path, paid


def _table(rows: list[dict[str, str]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in rows[0]})
