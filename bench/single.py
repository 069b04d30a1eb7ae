"""One decision with its full working, against zen-engine and OpenFisca: `python -m bench.single`.

The engine decides one new claim of a person with two paid ones, by every rule of taierzhuang: own rules, amount, yearly limit,
duplicate, overlap. The working is data: every rule with whether it was asked, whether it holds, what it saw, its clause at hand; each
step of the amount; the earlier claims counted. Measured are: facts already typed; the row's cells as text (form check, identity number and
all three rows read); then with every sentence in Chinese; and a refused claim with what would make it pass. `--scheme` for another scheme.

The peers do less (`bench/peers/one_decision.py` says what) and live in an environment of their own:
`bench/env.sh` makes var/bench-env; one that is not there is left out.
All take turns in one run, so that other work on the machine falls on all alike.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wudan.policy.engine.compiled.person import decide_unit
from wudan.policy.engine.compiled.schemes import compiled
from wudan.policy.engine.explain import explain
from wudan.policy.engine.form import check_row
from wudan.policy.engine.rulebook import load_rulebook
from wudan.policy.engine.single import decide_rows

PEERS = Path(__file__).parent / "peers" / "one_decision.py"
Turn = Callable[[int], list[float]]
"""So many decisions; the microseconds of each."""


def main() -> None:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rounds", type=int, default=40)
    asked.add_argument("--scheme", default="training")
    asked.add_argument("--python", default="var/bench-env/bin/python", help="the environment that has the peers")
    given = asked.parse_args()
    contestants = {name: (turn, 50) for name, turn in engine(given.scheme).items()}
    contestants |= {name: (turn, 50 if "zen" in name else 5) for name, turn in peers(given.python).items()}
    load = os.getloadavg()[0]
    times: dict[str, list[float]] = {name: [] for name in contestants}
    for turn, size in contestants.values():
        turn(size * 4)  # warm
    for _ in range(given.rounds):
        for name, (turn, size) in contestants.items():
            times[name] += turn(size)
    print(table(times))
    print(f"\n{time.strftime('%Y-%m-%d %H:%M %Z')}, load {load:.1f} before, {os.getloadavg()[0]:.1f} after.")


def engine(scheme: str) -> dict[str, Turn]:
    """The engine's own ways, on the same person."""
    rulebook = load_rulebook("taierzhuang")
    rows = [row(scheme, f"A{i}", f"2020-0{i}") for i in (1, 2, 4)]
    history, new = [{**paid, "amount_fen": "100000"} for paid in rows[:2]], rows[2]
    refused = {**new, "certificate_type": "", "draws_pension": "是"}
    book = compiled(rulebook)
    typed = [check_row(paid, rulebook.forms, paid=True).facts for paid in history]
    claim = [check_row(new, rulebook.forms).facts]

    def decided() -> Any:
        (working,) = decide_unit(book, typed, claim)
        return working.outcome, working.amount_fen, working.reasons

    def worded(raw: dict[str, str]) -> Any:
        found = explain(rulebook, [raw], "A4", history)
        return found.steps, found.amount_steps

    print(
        f"{rulebook.schemes[scheme].label}: {decided()}, refused otherwise: {explain(rulebook, [refused], 'A4').decision.reasons}\n"
    )
    return {
        "wudan, typed facts": timed(decided),
        "wudan, cells as text": timed(lambda: decide_rows(rulebook, [new], history)),
        "wudan, cells as text, all sentences": timed(lambda: worded(new)),
        "wudan, refused, and what would pass": timed(lambda: explain(rulebook, [refused], "A4", history).would_pass_if),
    }  # fmt: skip


def row(scheme: str, claim_id: str, month: str) -> dict[str, str]:
    """A claim in the contract's columns, as a file has it."""
    return {
        "claim_id": claim_id, "person_id": "11010519491231002X", "scheme": scheme, "occupation_code": f"6-18-02-{claim_id}", "level": "5",
        "certificate_type": "skill_level", "certificate_issued_on": f"{month}-25", "class_id": f"K{claim_id}", "started_on": f"{month}-01",
        "ended_on": f"{month}-20", "attended_days": "12", "insured_months": "24", "draws_pension": "否", "groups": "poor;employee",
        "fee_fen": "900000", "project_id": "P1", "project_stage": "advance", "contract_fen": "1000000", "completed_count": "20",
        "employed_count": "18", "applied_at": f"{month}-28 09:00:00",
    }  # fmt: skip


def timed(decide: Callable[[], Any]) -> Turn:
    def turn(calls: int) -> list[float]:
        times = []
        for _ in range(calls):
            started = time.perf_counter_ns()
            decide()
            times.append((time.perf_counter_ns() - started) / 1000)
        return times

    return turn


def peers(python: str) -> dict[str, Turn]:
    """Each peer in a process of its own that waits for its turn; without those whose environment is missing."""
    labels = {
        "zen": "zen-engine, own rules only",
        "zen-trace": "zen-engine with trace, own rules only",
        "openfisca": "OpenFisca",
        "openfisca-trace": "OpenFisca with tracer",
    }
    return {label: turn for kind, label in labels.items() if (turn := peer(python, kind)) is not None}


def peer(python: str, kind: str) -> Turn | None:
    if not Path(python).exists():
        return None
    process = subprocess.Popen(
        [python, PEERS, kind],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    send, answers = process.stdin, process.stdout
    assert send is not None
    assert answers is not None
    if not answers.readline():
        return None

    def turn(calls: int) -> list[float]:
        send.write(f"{calls}\n")
        send.flush()
        found: list[float] = json.loads(answers.readline())
        return found

    return turn


def table(times: dict[str, list[float]]) -> str:
    """Markdown: a line a contestant, and how many times the first one's median."""
    first = statistics.median(next(iter(times.values())))
    lines = ["| one decision | p50 µs | p99 µs | times the first | decisions |", "|---|--:|--:|--:|--:|"]
    for name, found in times.items():
        middle, late = statistics.median(found), sorted(found)[int(len(found) * 0.99)]
        lines.append(f"| {name} | {middle:,.1f} | {late:,.1f} | {middle / first:.1f} | {len(found):,} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
