"""The results file read: runs by series, size and engine, verdicts, limits, failures."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Line = dict[str, Any]


@dataclass
class Results:
    """What the file says, sorted."""

    runs: dict[tuple[str, int, str], list[Line]] = field(default_factory=lambda: defaultdict(list))
    """By series, claims and engine."""
    verdicts: dict[str, Line] = field(default_factory=dict)
    series: dict[str, Line] = field(default_factory=dict)
    limits: dict[tuple[str, int], Line] = field(default_factory=dict)
    absent: dict[str, Line] = field(default_factory=dict)
    made: dict[int, Line] = field(default_factory=dict)
    failed: dict[tuple[str, int], Line] = field(default_factory=dict)

    def last(self, engine: str, size: int) -> str | None:
        """The last series that timed it at this size."""
        return max((s for s, n, e in self.runs if (e, n) == (engine, size)), default=None)

    def median(self, engine: str, size: int, what: str, series: str | None = None) -> float | None:
        """The middle of its runs in one series, its last if none is named."""
        runs = self.runs.get((series or self.last(engine, size) or "", size, engine))
        return statistics.median(run[what] for run in runs) if runs else None

    @property
    def sizes(self) -> list[int]:
        """Of the runs, smallest first."""
        return sorted({size for _, size, _ in self.runs})


def read(path: Path) -> Results:
    """All lines of the file; later ones replace earlier ones of their kind."""
    found = Results()
    for text in path.read_text().splitlines():
        line = json.loads(text)
        engine, size = line.get("engine", ""), line.get("claims", 0)
        match line["kind"]:
            case "run":
                found.runs[line["series"], size, engine].append(line)
                found.failed.pop((engine, size), None)
            case "series":
                found.series[line["series"]] = line
            case "checked":
                found.verdicts[f"{engine} {size}"] = line
            case "limit":
                found.limits[engine, size] = line
            case "absent":
                found.absent[engine] = line
            case "made":
                found.made[size] = line
            case "failed":
                found.failed[engine, size] = line
    return found
