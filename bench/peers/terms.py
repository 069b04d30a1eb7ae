"""What every peer shares: taierzhuang's numbers and lists, the reasons, and how a peer is started, timed and answers.

The peers decide clean claims (bench/peers/contract_claims.py) in the *staged* reading: own rules, then duplicates, then the yearly
limit, each over what the stage before left. They check no row's form and no identity number. wudan does both, and reads the rules in
sequence.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

FIRST_DAY, LAST_DAY = "2019-01-01", "2021-12-31"
BY_LEVEL = {5: 100_000, 4: 150_000, 3: 200_000}
TECHNICIAN = {2: 200_000, 1: 500_000}
HELD_BEFORE = {2: 3, 1: 2}
STARTUP = 160_000
APPRENTICE_PERCENT, APPRENTICE_FLOOR, APPRENTICE_MOST = 60, 400_000, 600_000
LIVING_DAY, LIVING_MOST = 5_000, 50_000
INSURED_MONTHS = 12
YEARLY_MOST = 3

LEVELLED = ("training", "pre_job", "skill_upgrade")
NO_CERTIFICATE_NEEDED = ("apprenticeship", "living_allowance")
YEARLY = ("training", "startup_training", "pre_job")
ONCE_PER_SKILL = ("training", "pre_job", "skill_upgrade", "technician")
SKILLED = ("qualification", "skill_level")
PRE_JOB = (*SKILLED, "special_ability")

REJECTING = (
    "certificate-kind",
    "draws-pension",
    "duplicate",
    "group",
    "insured-months",
    "no-attendance",
    "no-certificate",
    "no-fee",
    "no-project",
    "outside-period",
    "yearly-limit",
)
REVIEWING = ("below-floor", "duration", "overlap", "prior-level", "unpriced")
REASONS = tuple(sorted((*REJECTING, *REVIEWING, "person-cap")))
BIT = {reason: 1 << place for place, reason in enumerate(REASONS)}
"""Reasons as a number, for the engines that count in numbers."""
REJECTING_BITS = sum(BIT[reason] for reason in REJECTING)
REVIEWING_BITS = sum(BIT[reason] for reason in REVIEWING)


def rulebook(engine: str) -> str:
    """The column `rulebook` of a peer's decisions."""
    return f"taierzhuang@{engine}"


def reason_text(mask: int) -> str:
    """The reasons of a number, as the contract writes them."""
    return ";".join(reason for reason in REASONS if mask & BIT[reason])


class Phases:
    """Seconds by phase, for the answer."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)


def start(decide: Callable[[str, str, Phases], None]) -> None:
    """`--claims X --out Y`; ends with one line of JSON: seconds inside and by phase."""
    asked = argparse.ArgumentParser()
    asked.add_argument("--claims", required=True)
    asked.add_argument("--out", required=True)
    given = asked.parse_args()
    phases, started = Phases(), time.perf_counter()
    decide(given.claims, given.out, phases)
    print(json.dumps({"inside_s": round(time.perf_counter() - started, 3), "phases": phases.seconds}))
