"""The commands of the contract as other programs call them: an exit status and two streams."""

from __future__ import annotations

import contextlib
import csv
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CALL = "import sys; from wudan.policy.engine.cli import main; sys.exit(main(sys.argv[1:]))"
COLUMNS = ["claim_id", "outcome", "amount_fen", "reasons", "rulebook"]


@dataclass(frozen=True)
class Result:
    status: int
    out: str
    err: str

    @property
    def refused(self) -> bool:
        """Exit status 2 and one clear line on standard error"""
        return self.status == 2 and self.out == "" and len(self.err.strip().splitlines()) == 1


def wudan(*args: str | Path) -> Result:
    """A process of its own"""
    done = subprocess.run(
        [sys.executable, "-c", CALL, *map(str, args)],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": str(ROOT)},
    )
    return Result(done.returncode, done.stdout, done.stderr)


def wudan_here(*args: str | Path) -> Result:
    """The same in this process, for the many small files"""
    from wudan.policy.engine.cli import main

    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code: Any = main([str(a) for a in args])
        except SystemExit as stop:
            code = stop.code
    texts = []
    for stream in (out, err):
        stream.flush()
        texts.append(stream.buffer.getvalue().decode("utf-8"))
    return Result(code if isinstance(code, int) else int(code is not None), texts[0], texts[1])


def read_rows(path: Path) -> list[list[Any]]:
    """Header and rows of a file we wrote, by its ending"""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        for field in table.schema:
            is_amount = field.name.startswith("amount_fen")
            assert str(field.type) in (("int64",) if is_amount else ("string", "large_string")), field
            assert is_amount or table[field.name].null_count == 0
        return [table.column_names, *(list(row.values()) for row in table.to_pylist())]
    if path.suffix == ".csv":
        data = path.read_bytes()
        assert not data.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    import python_calamine

    return (
        python_calamine.CalamineWorkbook.from_path(str(path))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )


def read_decisions(path: Path) -> list[tuple[str, str, int | None, str, str]]:
    """The five columns of DECISIONS, exactly these"""
    names, *rows = read_rows(path)
    assert list(names) == COLUMNS
    return [(r[0], r[1], amount(r[2]), r[3], r[4]) for r in rows]


def amount(cell: Any) -> int | None:
    if cell is None or cell == "":
        return None
    assert int(cell) == float(cell)
    return int(cell)
