"""One run of one command, from its start to its end: wall, CPU, peak memory of it and everything it started, and what the neighbours
did meanwhile.
"""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
AT_LEAST = 0.02
"""Seconds between two looks at the memory; longer when a look takes long, so that looking costs a twentieth of one core at most."""


class Failed(Exception):
    """The command ended with an error; its last words."""


@dataclass
class Watch:
    """What has been seen of a process and its descendants."""

    pid: int
    peak_kib: int = 0
    ticks: dict[int, int] = field(default_factory=dict)
    ended: threading.Event = field(default_factory=threading.Event)

    def keep_looking(self) -> None:
        """Look until told to end."""
        pause = AT_LEAST
        while not self.ended.wait(pause):
            before = time.thread_time()
            self._look()
            pause = max(AT_LEAST, 20 * (time.thread_time() - before))

    def _look(self) -> None:
        total = 0
        for pid in _tree(self.pid):
            try:
                total += _pss_kib(pid)
                self.ticks[pid] = _ticks(pid)
            except (OSError, IndexError, ValueError):  # it has just ended
                continue
        self.peak_kib = max(self.peak_kib, total)

    @property
    def cpu_s(self) -> float:
        """Seconds of CPU as last seen of each process: for those nobody waited for, such as Spark's JVM."""
        return sum(self.ticks.values()) / TICK


def timed(
    command: Sequence[str | Path], more_environment: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Run it; `Failed` when it fails. Memory counts a page shared by two processes once (PSS)."""
    load, busy, started = os.getloadavg()[0], _busy_ticks(), time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(more_environment or {})},
    )
    watch = Watch(process.pid)
    watcher = threading.Thread(target=watch.keep_looking, daemon=True)
    before = os.times()
    watcher.start()
    out, errors = process.communicate()
    wall, after = time.perf_counter() - started, os.times()
    busy = _busy_ticks() - busy
    watch.ended.set()
    watcher.join()
    if process.returncode:
        said = errors.decode(errors="replace").strip()[-600:]
        raise Failed(said or f"ended with status {process.returncode}, without a word")
    waited = after.children_user + after.children_system - before.children_user - before.children_system
    cpu = max(waited, watch.cpu_s)
    return {
        "wall_s": round(wall, 3),
        "cpu_s": round(cpu, 2),
        "peak_mb": round(watch.peak_kib / 1024),
        "neighbours": round(max(0.0, busy / TICK - cpu) / wall, 2),
        "load_before": load,
        "load_after": os.getloadavg()[0],
        **_said(out),
    }


def _said(out: bytes) -> dict[str, float]:
    """A peer may end its output with a line of JSON about itself."""
    lines = out.decode(errors="replace").strip().splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _tree(pid: int) -> list[int]:
    """The process and everything below it."""
    found = [pid]
    try:
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += _tree(int(child))
    except OSError:
        pass
    return found


def _pss_kib(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _busy_ticks() -> int:
    """Of all cores: user, nice, system, interrupts, and what the host took away."""
    user, nice, system, _idle, _waiting, *others = map(
        int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]
    )
    return user + nice + system + sum(others)
