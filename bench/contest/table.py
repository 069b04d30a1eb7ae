"""Markdown of the results file. For each size and engine its last series; ratios only within one series."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

from bench.contest.contestants import CHECKED, CONTESTANTS
from bench.contest.results import Results

BEGIN, END = "<!-- made by make bench: begin -->", "<!-- made by make bench: end -->"


def markdown(results: Results) -> str:
    """The tables, one a size, then growth, correctness and the machine."""
    parts = [_of_size(results, size) for size in results.sizes]
    return "\n\n".join([*parts, _growth(results), _correct(results), _machines(results)])


def put_into(document: str, made: str) -> str:
    """The document with what stands between the two marks replaced."""
    before, _, rest = document.partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise SystemExit(f"the marks {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def _of_size(results: Results, size: int) -> str:
    names = [name for name in CONTESTANTS if results.last(name, size)]
    names.sort(key=lambda name: results.median(name, size, "wall_s") or 0)
    lines = [
        f"### {size:,} claims",
        "",
        "| engine | wall s, each run | median | wall: wudan = 1 | DuckDB = 1 | CPU s | CPU: wudan = 1 | peak MB | neighbours |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
        *(_row(results, size, name) for name in names),
    ]
    absent = {name: _absent(results, name, size) for name in CONTESTANTS if name not in names}
    lines += [f"| {CONTESTANTS[name].title} | {why} |{' |' * 7}" for name, why in absent.items() if why]
    runs = [run for (_, n, _), all_runs in results.runs.items() if n == size for run in all_runs]
    loads = [run["load_before"] for run in runs]
    load = f"Load average before the runs {min(loads):.1f} to {max(loads):.1f}."
    lines += ["", " ".join([_better(results, size), load, _floors(results, size)]).strip()]
    return "\n".join(lines)


def _better(results: Results, size: int) -> str:
    """Where a peer wins, said and not left to be found."""
    said = []
    for what, word in (
        ("wall_s", "Faster than wudan"),
        ("cpu_s", "with less CPU"),
        ("peak_mb", "in less memory"),
    ):
        peers = [c for c in CONTESTANTS.values() if not c.floor and not c.name.startswith("wudan")]
        names = [peer.title for peer in peers if _less(results, size, peer.name, what)]
        said.append(f"{word}: {', '.join(names) or 'none'}")
    return f"**{'; '.join(said)}.**"


def _less(results: Results, size: int, name: str, what: str) -> bool:
    series = results.last(name, size)
    theirs, ours = (
        results.median(engine, size, what, series) if series else None for engine in (name, "wudan")
    )
    return theirs is not None and ours is not None and theirs < ours


def _absent(results: Results, name: str, size: int) -> str:
    """Why it has no figures at this size; empty where nobody asked."""
    for at in (size, CHECKED):
        if (name, at) in results.failed:
            return f"failed: {' '.join(results.failed[name, at]['why'].splitlines()[-1:])[:120]}"
    if results.verdicts.get(f"{name} {CHECKED}", {}).get("unexplained"):
        return "not timed: wrong answers"
    if (name, size) in results.limits:
        limit = results.limits[name, size]
        return f"not run over {limit['most']:,} ({limit['why']})"
    return str(results.absent.get(name, {}).get("why", ""))


def _row(results: Results, size: int, name: str) -> str:
    series = results.last(name, size)
    runs = results.runs[series or "", size, name]
    wall, cpu, peak, others = (
        statistics.median(r[k] for r in runs) for k in ("wall_s", "cpu_s", "peak_mb", "neighbours")
    )
    ours, theirs, our_cpu = (
        results.median(engine, size, what, series)
        for engine, what in (("wudan", "wall_s"), ("duckdb", "wall_s"), ("wudan", "cpu_s"))
    )
    cells = [
        CONTESTANTS[name].title,
        ", ".join(_seconds(run["wall_s"]) for run in runs),
        _seconds(wall),
        _times(wall, ours),
        _times(wall, theirs),
        f"{cpu:.1f}",
        _times(cpu, our_cpu),
        f"{peak:,.0f}",
        f"{others:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds < 10 else f"{seconds:.1f}"


def _times(one: float, other: float | None) -> str:
    return f"{one / other:.2f}" if other else "–"


def _floors(results: Results, size: int) -> str:
    said = []
    for name in ("floor-duckdb", "floor-pyarrow"):
        runs = results.runs.get((results.last(name, size) or "", size, name))
        if runs:
            phases = {k: statistics.median(run["phases"][k] for run in runs) for k in runs[0]["phases"]}
            parts = ", ".join(f"{name} {seconds:.2f}" for name, seconds in phases.items())
            said.append(f"{CONTESTANTS[name].title.strip('*')}: {parts}: {sum(phases.values()):.2f} s inside")
    text = "; ".join(said)
    return f"{text[0].upper()}{text[1:]}." if said else ""


def _growth(results: Results) -> str:
    sizes = results.sizes
    steps = list(pairwise(sizes))
    head = ["engine", *(f"µs a claim, {n:,}" for n in sizes), *(f"exponent {a:,} → {b:,}" for a, b in steps)]
    lines = ["### Growth", "", f"| {' | '.join(head)} |", "|---" + "|--:" * (len(head) - 1) + "|"]
    for name, contestant in CONTESTANTS.items():
        wall = [results.median(name, n, "wall_s") for n in sizes]
        if contestant.cold or not any(wall):
            continue
        each = [f"{w / n * 1e6:.2f}" if w else "–" for w, n in zip(wall, sizes, strict=True)]
        lines.append(
            f"| {' | '.join([contestant.title, *each, *(_exponent(results, name, a, b) for a, b in steps)])} |"
        )
    note = "Wall, and in brackets CPU. Whole processes: well below 1 a start-up cost still shows; 1 is a straight line."
    return "\n".join([*lines, "", note])


def _exponent(results: Results, name: str, less: int, more: int) -> str:
    said = []
    for what in ("wall_s", "cpu_s"):
        a, b = (results.median(name, size, what) for size in (less, more))
        if not a or not b:
            return "–"
        said.append(f"{math.log(b / a) / math.log(more / less):.2f}")
    return "{} ({})".format(*said)


def _correct(results: Results) -> str:
    lines = [
        "### Checked",
        "",
        "| engine | unlike wudan by the reading of the rules, of how many claims | unexplained |",
        "|---|--:|--:|",
    ]
    for name, contestant in CONTESTANTS.items():
        found = sorted(
            (v for v in results.verdicts.values() if v["engine"] == name), key=lambda v: v["claims"]
        )
        if found:
            said = "; ".join(f"{v['by_reading']:,} of {v['claims']:,}" for v in found)
            lines.append(f"| {contestant.title} | {said} | {sum(v['unexplained'] for v in found):,} |")
    return "\n".join(lines)


def _machines(results: Results) -> str:
    used = sorted(
        {results.last(name, size) for _, size, name in results.runs if results.last(name, size)} - {None}
    )
    lines = ["### Machine and date", ""]
    for series in used:
        s = results.series[series]
        lines.append(
            f"- {s['when']}: {s['cores']}, {s['memory']}, {s['system']}; {s['ours']}; peers: {s['peers']}."
        )
    making = ", ".join(
        f"{size:,} in {_seconds(line['wall_s'])} s" for size, line in sorted(results.made.items())
    )
    return "\n".join([*lines, *([f"- The claims were generated: {making}."] if making else [])])
