"""What a decision leaves behind: every rule with whether it was asked, whether it holds and what it saw. Data, no words."""

from __future__ import annotations

from typing import Any, NamedTuple

from wudan.policy.engine.compiled.schemes import Facts, Scheme, Seen
from wudan.policy.engine.model import CapRule, Condition, CountRule, OverlapRule

UNPRICED = "unpriced"
Earlier = list[tuple[str, int | None, int | None]]
"""The claims of one bucket so far: claim, anchor day, rank. It only grows, so a trace keeps it with its length of then."""
Span = tuple[int, int, Any, str, "Working | None"]
"""A training period: first and last day, class, claim, and its working (none for a row of the history)."""


class Counted(NamedTuple):
    """A counting rule as it was asked: `before` of the claims in `earlier` were there; there must be fewer than `maximum`."""

    rule: CountRule
    seen: Seen
    earlier: Earlier
    before: int
    maximum: int

    @property
    def holds(self) -> bool:
        return self.before < self.maximum

    @property
    def others(self) -> list[str]:
        """The claims counted."""
        return [claim_id for claim_id, _, _ in self.earlier[: self.before]]


class Capped(NamedTuple):
    """A cap as it was asked: fen used before, fen left."""

    rule: CapRule
    maximum: int
    used: int
    left: int


class Overlapped(NamedTuple):
    """An overlap found: the claim's period among all of its person's."""

    rule: OverlapRule
    span: Span
    spans: list[Span]

    @property
    def others(self) -> list[str]:
        """The claims whose periods this one meets."""
        return [other[3] for other in self.spans if meet(self.span, other)]


def meet(one: Span, other: Span) -> bool:
    """Whether two periods share a day and are not of the same class."""
    same = one[2] is not None and one[2] == other[2]
    return other[0] <= one[1] and other[1] >= one[0] and not same and other is not one


class Working:
    """One claim's decision with its working. Amounts are whole fen, `None` where there is no sum."""

    __slots__ = (
        "amount", "capped", "counted", "facts", "failed", "held", "marks", "measured", "overlapped",
        "periods", "price", "priced", "reasons", "rejected", "reviewed", "scheme", "seen", "steps",
    )  # fmt: skip

    def __init__(self, scheme: Scheme, facts: Facts) -> None:
        """Ask the claim's own rules; what `decide` answers stands in `schemes.Decided`."""
        self.scheme, self.facts = scheme, facts
        decided = scheme.decide(facts)
        self.held, self.seen, self.steps, self.priced = decided[:4]
        self.measured, self.periods, self.marks = decided[4:]
        self.counted: list[Counted] = []
        self.capped: list[Capped] = []
        self.overlapped: list[Overlapped] = []
        self.reasons: list[str] = []
        self.rejected = self.reviewed = False
        self.failed: list[Condition] = []
        price = self.steps[-1] if self.steps else None
        if price is None:
            self.note(UNPRICED, review=True)
        elif price < 0:
            price = 0
        if False in self.held:
            self._fail()
            price = None if any(condition.without_sum for condition in self.failed) else price
        self.price = self.amount = price

    def _fail(self) -> None:
        held = zip(self.scheme.plan.conditions, self.held, strict=True)
        self.failed = [condition for condition, holds in held if holds is False]
        for condition in self.failed:
            self.note(condition.reason, review=condition.review)

    def note(self, reason: str, *, review: bool) -> None:
        """A reason that holds against the claim."""
        self.reasons.append(reason)
        if review:
            self.reviewed = True
        else:
            self.rejected = True

    @property
    def outcome(self) -> str:
        """approved, rejected or review."""
        return "rejected" if self.rejected else "review" if self.reviewed else "approved"

    @property
    def amount_fen(self) -> int | None:
        """Fen payable, 0 for a refusal."""
        return 0 if self.rejected else self.amount
