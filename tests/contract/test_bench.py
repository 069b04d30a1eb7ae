"""`make bench` judges peers by the staged reading and takes ratios within one series: both are held here, without running any engine."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.contract import staged

ROOT = Path(__file__).resolve().parents[2]
PERSON = "#1"


def training(number: int, day: dt.date, **facts: Any) -> dict[str, Any]:
    """A training with its certificate, each in an occupation and a class of its own."""
    return {
        "claim_id": f"C{number}",
        "person_id": PERSON,
        "scheme": "training",
        "occupation_code": f"6-0{number}-01-01",
        "level": 5,
        "certificate_type": "skill_level",
        "certificate_issued_on": day + dt.timedelta(5),
        "class_id": f"K{number}",
        "started_on": day,
        "ended_on": day + dt.timedelta(5),
        "applied_at": dt.datetime.combine(day, dt.time(9)) + dt.timedelta(10),
    } | facts


def test_readings_part_where_a_refused_claim_is_repeated_later() -> None:
    four = [training(n, dt.date(2020, n, 1)) for n in (1, 2, 3, 4)]
    again = training(5, dt.date(2021, 1, 4), occupation_code=four[3]["occupation_code"])
    sequential, in_stages = staged.sequential([*four, again]), staged.staged([*four, again])
    assert sequential["C4"] == in_stages["C4"] == ("rejected", 0)
    assert sequential["C5"] == ("approved", 100_000)
    assert in_stages["C5"] == ("rejected", 0)
    assert {c: sequential[c] for c in ("C1", "C2", "C3")} == {c: in_stages[c] for c in ("C1", "C2", "C3")}


def test_readings_part_where_a_person_stands_twice_in_one_class() -> None:
    rows = [training(n, dt.date(2020, 3, 1), class_id="K") for n in (1, 2)]
    assert {outcome for outcome, _ in staged.sequential(rows).values()} == {"approved"}
    assert {outcome for outcome, _ in staged.staged(rows).values()} == {"review"}
    assert staged.twice_in_a_class(rows) == 1


def test_ratios_are_taken_within_a_series(tmp_path: Path) -> None:
    results = tmp_path / "contest.jsonl"
    about = dict.fromkeys(("when", "cores", "memory", "system", "ours", "peers"), "-")
    common = {"claims": 1000, "cpu_s": 1.0, "peak_mb": 10, "neighbours": 0.5, "load_before": 1.0}
    lines: list[dict[str, Any]] = [{"series": s, "kind": "series", **about} for s in ("1", "2")]
    for series, engine, walls in (
        ("1", "wudan", (1.0, 9.0, 2.0)),
        ("1", "duckdb", (6.0, 6.0, 7.0)),
        ("2", "wudan", (5.0,)),
        ("2", "zen", (50.0,)),
    ):
        lines += [{"series": series, "kind": "run", "engine": engine, "wall_s": w, **common} for w in walls]
    lines.append(
        {"series": "2", "kind": "limit", "engine": "pandas", "claims": 1000, "most": 10, "why": "so"}
    )
    results.write_text("\n".join(map(json.dumps, lines)))
    asked = [sys.executable, "-m", "bench.contest", "--table", "--results", str(results)]
    made = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert results.with_suffix(".md").read_text() == made
    rows = [row.strip("| ").split(" | ") for row in made.splitlines() if row.startswith("| ")]
    cells = {name: more for name, *more in rows if more[0].count(",") or len(more) == 8}
    assert cells["DuckDB SQL"][:4] == ["6.00, 6.00, 7.00", "6.00", "3.00", "1.00"]
    assert cells["zen-engine, rules across claims in Python"][1:4] == ["50.0", "10.00", "–"]
    assert "| pandas | not run over 10 (so) |" in made
