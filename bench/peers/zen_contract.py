"""zen-engine: a claim's own rules as a decision graph (bench/peers/zen_rules.py), compiled once and asked claim by claim.

One evaluation sees one context, so the rules across a person's claims are Python afterwards, in stages. The graph comes by the static
loader: `create_decision` would cost 16 times as much a call.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import zen
from terms import LIVING_MOST, ONCE_PER_SKILL, REJECTING, YEARLY, YEARLY_MOST, Phases, rulebook, start
from zen_rules import graph

Claim = dict[str, Any]
ASKED = (
    "scheme",
    "level",
    "prior_level",
    "certificate_type",
    "attended_days",
    "insured_months",
    "draws_pension",
    "fee_fen",
    "project_id",
)


def context(claim: Claim) -> Claim:
    """What the graph is told of a claim."""
    told = {name: claim[name] for name in ASKED}
    for count in ("attended_days", "insured_months", "prior_level"):
        told[count] = told[count] or 0
    told["draws_pension"] = bool(told["draws_pension"])
    told["groups"] = (claim["groups"] or "").split(";")
    told["begins"] = ymd(claim["started_on"] or claim["certificate_issued_on"])
    told["started"], told["ended"] = ymd(claim["started_on"]), ymd(claim["ended_on"])
    return told


def ymd(day: dt.date | None) -> int | None:
    """20200229 for 29 February 2020."""
    return day.year * 10000 + day.month * 100 + day.day if day else None


def own_rules(claims: list[Claim]) -> None:
    """Each claim gets its price, effective level and reasons."""
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {"claim": graph()}}})
    for claim in claims:
        found = engine.evaluate("claim", context(claim))["result"]
        claim["why"] = set(found["reasons"])
        claim["price"] = int(found["price"]) if found["price"] >= 0 else None
        claim["effective"] = found["effective"]


def across(claims: list[Claim]) -> None:
    """The staged rules in one pass in the order of application: a later stage asks only what the earlier left."""
    seen: set[tuple[Any, ...]] = set()
    taken: Counter[tuple[str, int]] = Counter()
    asked: Counter[str] = Counter()
    spans = defaultdict(list)
    for claim in sorted(claims, key=lambda c: (c["applied_at"], c["claim_id"])):
        if claim["started_on"]:
            spans[claim["person_id"]].append(claim)
        claim["left"] = None
        if claim["why"].isdisjoint(REJECTING):
            measure(claim, seen, taken, asked)
    for several in spans.values():
        if len(several) > 1:
            overlaps(several)


def measure(
    claim: Claim, seen: set[tuple[Any, ...]], taken: Counter[tuple[str, int]], asked: Counter[str]
) -> None:
    """One claim that stands by its own rules, against the person's earlier ones."""
    person, scheme = claim["person_id"], claim["scheme"]
    once: tuple[Any, ...] | None = (person,) if scheme == "startup_training" else None
    if scheme in ONCE_PER_SKILL and claim["occupation_code"] and claim["effective"]:
        once = (person, claim["occupation_code"], claim["effective"])
    if once in seen:
        claim["why"].add("duplicate")
        return
    if once:
        seen.add(once)
    if scheme in YEARLY:
        year = (person, (claim["started_on"] or claim["certificate_issued_on"]).year)
        taken[year] += 1
        if taken[year] > YEARLY_MOST:
            claim["why"].add("yearly-limit")
    elif scheme == "living_allowance":
        claim["left"] = max(0, LIVING_MOST - asked[person])
        asked[person] += claim["price"]
        if claim["left"] < claim["price"]:
            claim["why"].add("person-cap")


def overlaps(several: list[Claim]) -> None:
    """Mark the classes of one person that share a day with another."""
    several.sort(key=lambda c: (c["started_on"], c["ended_on"]))
    latest = several[0]
    for claim in several[1:]:
        if claim["started_on"] <= latest["ended_on"]:
            claim["why"].add("overlap")
            latest["why"].add("overlap")
        if claim["ended_on"] > latest["ended_on"]:
            latest = claim


def outcome(claim: Claim) -> tuple[str, int | None]:
    """Of a claim measured."""
    if not claim["why"].isdisjoint(REJECTING) or claim["left"] == 0:
        return "rejected", 0
    amount = claim["price"] if claim["left"] is None else min(claim["price"], claim["left"])
    return ("review" if claim["why"] - {"person-cap"} else "approved"), amount


def decide(claims: str, out: str, phase: Phases) -> None:
    """All claims as Python's dictionaries."""
    with phase("read"):
        rows = pq.read_table(claims).to_pylist()
    with phase("zen"):
        own_rules(rows)
    with phase("across, in Python"):
        across(rows)
    with phase("write"):
        outcomes, amounts = zip(*map(outcome, rows), strict=True)
        answer = {
            "claim_id": [c["claim_id"] for c in rows],
            "outcome": outcomes,
            "amount_fen": pa.array(amounts, pa.int64()),
            "reasons": [";".join(sorted(c["why"])) for c in rows],
            "rulebook": [rulebook("zen")] * len(rows),
        }
        pq.write_table(pa.table(answer), out)


if __name__ == "__main__":
    start(decide)
