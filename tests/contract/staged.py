"""The staged reading once more, plain and slow, for the persons whose decisions differ: the difference must be exactly the reading's.

Own rules come from tests/contract/oracle.py (which knows the sequential reading too and shares no line with wudan). Where the staged
reading is not the contract's: a claim refused by the yearly limit still blocks its later duplicates, and two claims of one class count
as overlapping.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.contract import oracle

LIVING_MOST = 50_000
BOOK = "taierzhuang"


def sequential(rows: list[oracle.Row]) -> dict[str, tuple[str, int | None]]:
    """Outcome and sum by claim in the contract's own reading."""
    return {d.claim_id: (d.outcome, d.amount_fen) for d in oracle.decide(BOOK, rows)}


def staged(rows: list[oracle.Row]) -> dict[str, tuple[str, int | None]]:
    """Outcome and sum by claim, each rule over what the rule before left."""
    claims = sorted(oracle.read_claims(rows, BOOK, history=False), key=lambda c: (c.applied_at, c.claim_id))
    for claim in claims:
        oracle.own_taierzhuang(claim)
    _overlaps(claims)
    for stage in (_duplicates, _yearly, _capped):
        stage([claim for claim in claims if not claim.rejecting])
    return {c.claim_id: _outcome(c) for c in claims}


def twice_in_a_class(rows: list[oracle.Row]) -> int:
    """Persons who stand twice in one class."""
    classes = Counter((row["person_id"], row["class_id"]) for row in rows if row["class_id"])
    return len({person for (person, _), times in classes.items() if times > 1})


def _outcome(claim: oracle.Claim) -> tuple[str, int | None]:
    if claim.rejecting:
        return "rejected", 0
    return ("review" if claim.review else "approved"), claim.sum_fen


def _overlaps(claims: list[oracle.Claim]) -> None:
    by_person = defaultdict(list)
    for claim in claims:
        if claim.has_class:
            by_person[claim.person_id].append(claim)
    for several in by_person.values():
        for place, a in enumerate(several):
            for b in several[place + 1 :]:
                if a.started_on <= b.ended_on and b.started_on <= a.ended_on:
                    a.review.add("overlap")
                    b.review.add("overlap")


def _duplicates(claims: list[oracle.Claim]) -> None:
    first: dict[str, list[oracle.Claim]] = defaultdict(list)
    for claim in claims:
        if any(oracle.same_payment(earlier, claim, BOOK) for earlier in first[claim.person_id]):
            claim.rejecting.add("duplicate")
        else:
            first[claim.person_id].append(claim)


def _yearly(claims: list[oracle.Claim]) -> None:
    taken: Counter[tuple[str, int]] = Counter()
    for claim in claims:
        if claim.scheme in oracle.YEARLY[BOOK]:
            year = (claim.person_id, claim.begins.year)
            taken[year] += 1
            if taken[year] > 3:
                claim.rejecting.add("yearly-limit")


def _capped(claims: list[oracle.Claim]) -> None:
    asked: Counter[str] = Counter()
    for claim in claims:
        if claim.scheme == "living_allowance":
            wanted, left = claim.sum_fen or 0, max(0, LIVING_MOST - asked[claim.person_id])
            asked[claim.person_id] += wanted
            claim.sum_fen = min(wanted, left)
            if not left:
                claim.rejecting.add("person-cap")
