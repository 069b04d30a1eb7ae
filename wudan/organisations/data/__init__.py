"""What comes with the system: administrative divisions (GB/T 2260, Shandong) and the departments the two documents name."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class DivisionRow:
    code: str
    name: str
    level: str
    parent_code: str | None


@dataclass(frozen=True, slots=True)
class DepartmentRow:
    """A department and its duties, one line each with the place in the document."""

    district_code: str
    name: str
    duties: str


def read_divisions(path: Path = _HERE / "divisions.csv") -> list[DivisionRow]:
    """Divisions, parents before children. Columns: code, name, level, parent_code."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [
            DivisionRow(
                r["code"].strip(), r["name"].strip(), r["level"].strip(), r["parent_code"].strip() or None
            )
            for r in csv.DictReader(file)
        ]
    return sorted(rows, key=lambda row: (len(row.code), row.code))


def read_departments(district_code: str, path: Path = _HERE / "departments.csv") -> list[DepartmentRow]:
    """Departments of a district in the document's order. Columns: district_code, name, duty, clause; a line per duty."""
    duties: dict[str, list[str]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if row["district_code"] == district_code:
                duties.setdefault(row["name"], []).append(f"{row['duty']}（{row['clause']}）")
    return [DepartmentRow(district_code, name, "\n".join(lines)) for name, lines in duties.items()]
