"""The runs: make the claims, check each answer, then time in turns; every run becomes a line of the results file as it ends."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.contest.contestants import CHECKED, PEERS, PEERS_PYTHON, ROOT, Contestant
from bench.contest.machine import described
from bench.contest.measure import Failed, timed


@dataclass
class Series:
    """One call of the bench: ratios are taken within it."""

    folder: Path
    results: Path
    name: str

    def note(self, kind: str, **facts: object) -> None:
        """A line more in the results file."""
        with self.results.open("a") as lines:
            lines.write(json.dumps({"series": self.name, "kind": kind, **facts}, ensure_ascii=False) + "\n")

    def run(self, contestants: Sequence[Contestant], sizes: Sequence[int], rounds: int) -> bool:
        """Everything; false if an answer was wrong or a run failed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.results.parent.mkdir(parents=True, exist_ok=True)
        self.note("series", when=time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), **described())
        able = []
        for contestant in contestants:
            if lacks := contestant.missing():
                self.note("absent", engine=contestant.name, why=lacks)
                _say(f"{contestant.name}: {lacks}")
            else:
                able.append(contestant)
        right = self._checked(able, CHECKED)
        fine = len(right) == len(able)
        for size in sizes:
            fine &= self._sized(right, size, rounds)
        return fine

    def _sized(self, contestants: Sequence[Contestant], size: int, rounds: int) -> bool:
        claims = self.claims(size)
        taking_part = [c for c in contestants if size <= c.most]
        for c in contestants:
            if size > c.most:
                self.note("limit", engine=c.name, claims=size, most=c.most, why=c.why)
        failed: set[str] = set()
        for turn in range(rounds):
            start = turn % max(1, len(taking_part))
            for contestant in [*taking_part[start:], *taking_part[:start]]:
                if contestant.name not in failed and not self._once(contestant, claims, size, turn):
                    failed.add(contestant.name)
        answered = [c for c in taking_part if c.name not in failed]
        return not failed and self._judged(answered, claims, size) == answered

    def _once(self, contestant: Contestant, claims: Path, size: int, turn: int) -> bool:
        found = self._attempt(contestant, claims, size, turn + 1)
        if found is None:
            return False
        at = time.strftime("%H:%M:%S", time.gmtime())
        self.note("run", engine=contestant.name, claims=size, run=turn + 1, at=at, **found)
        _say(f"{contestant.name}, {size:,}, run {turn + 1}: {found}")
        return True

    def _attempt(self, contestant: Contestant, claims: Path, size: int, run: int) -> dict[str, float] | None:
        """What was measured; None where it failed, which is noted."""
        self._cleared(contestant)
        command = contestant.command(claims, contestant.answer(self.folder))
        cold = tempfile.mkdtemp(prefix="wudan-bench-cold-") if contestant.cold else ""
        try:
            return timed(command, contestant.environment() | ({"NUMBA_CACHE_DIR": cold} if cold else {}))
        except Failed as error:
            self.note("failed", engine=contestant.name, claims=size, run=run, why=str(error))
            _say(f"{contestant.name}, {size:,}: failed: {error}")
            return None
        finally:
            if cold:
                shutil.rmtree(cold, ignore_errors=True)

    def _checked(self, contestants: Sequence[Contestant], size: int) -> list[Contestant]:
        """Those whose answers on a smaller file are right; the others are not timed."""
        claims = self.claims(size)
        answered = [c for c in contestants if self._attempt(c, claims, size, 0) is not None]
        return self._judged(answered, claims, size)

    def _judged(self, contestants: Sequence[Contestant], claims: Path, size: int) -> list[Contestant]:
        """Those whose last answers are right. wudan's own are held against the plain reading on the smaller file only: that one is slow."""
        if not any(contestant.name == "wudan" for contestant in contestants):
            return []
        right = []
        for contestant in contestants:
            alone = contestant.name == "wudan"
            if (
                contestant.floor
                or (alone and size != CHECKED)
                or self._is_right(contestant, claims, alone=alone)
            ):
                right.append(contestant)
        return right

    def _is_right(self, contestant: Contestant, claims: Path, *, alone: bool) -> bool:
        answers = [self.folder / "wudan.parquet", *([] if alone else [contestant.files(self.folder)])]
        asked = [PEERS_PYTHON, "-m", "bench.contest.check", claims, *answers]
        found = subprocess.run(
            [str(part) for part in asked], cwd=ROOT, capture_output=True, text=True, check=False
        )
        if found.returncode:
            raise SystemExit(f"{contestant.name} could not be checked: {found.stderr.strip()[-600:]}")
        verdict = json.loads(found.stdout)
        if contestant.name.startswith("wudan"):  # not a peer: nothing may differ
            verdict["unexplained"] += verdict["by_reading"]
        self.note("checked", engine=contestant.name, **verdict)
        _say(f"{contestant.name}, checked: {verdict}")
        return not verdict["unexplained"]

    def _cleared(self, contestant: Contestant) -> None:
        answer = contestant.answer(self.folder)
        if answer.is_dir():
            shutil.rmtree(answer)
        else:
            answer.unlink(missing_ok=True)

    def claims(self, size: int) -> Path:
        """The file of so many claims, made once."""
        path = self.folder / f"claims-{size}.parquet"
        if not path.exists():
            making = path.with_suffix(".making")
            found = timed([PEERS_PYTHON, PEERS / "contract_claims.py", str(size), making])
            making.rename(path)
            self.note("made", claims=size, **found)
            _say(f"{size:,} claims made: {found}")
        return path


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
