"""One person's claims, or all projects (项目制), in the contract's order: history first, each claim against the earlier
ones that are approved or in review. `table/kernels` does the same for millions; here the working is kept."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from wudan.policy.engine.compiled.expressions import months_after
from wudan.policy.engine.compiled.schemes import Book, Bucket, Facts, Kept, Spans
from wudan.policy.engine.compiled.working import Capped, Counted, Earlier, Overlapped, Span, Working, meet
from wudan.policy.engine.model import OverlapRule

FEW = 64
"""Up to so many periods each is held against each; beyond, they are sorted and counted."""


def decide_unit(book: Book, paid: Iterable[Facts], claims: Sequence[Facts]) -> list[Working]:
    """Decide the claims of one unit after what was paid, in the claims' order. Facts are of rows that passed the form
    check."""
    unit = _Unit()
    for facts in paid:
        kept, caps, spans = book[facts["scheme"]].recall(facts)
        unit.keep(kept, facts["claim_id"])
        for cap, _ in caps:
            unit.sums[cap.code] += facts["amount_fen"]
        if spans:
            unit.note_spans(spans, facts, None)
    workings = [Working(book[facts["scheme"]], facts) for facts in claims]
    for working in workings if len(workings) == 1 else sorted(workings, key=_order):
        kept, caps, spans = working.marks
        unit.count(working)
        if caps:
            unit.cap(working)
        if not working.rejected:
            unit.keep(kept, working.facts["claim_id"])
            for cap, _ in caps:
                unit.sums[cap.code] += working.amount or 0
        if spans:
            unit.note_spans(spans, working.facts, working)
    for rule, periods in unit.spans.items():
        if len(periods) > 1:
            _overlap(rule, periods)
    return workings


def _order(working: Working) -> tuple[int, str]:
    return working.facts["applied_at"], working.facts["claim_id"]


class _Unit:
    """What the claims so far have taken up."""

    __slots__ = ("counts", "spans", "sums")

    def __init__(self) -> None:
        self.counts: dict[Bucket, Earlier] = defaultdict(list)
        self.sums: dict[str, int] = defaultdict(int)
        self.spans: dict[OverlapRule, list[Span]] = {}

    def keep(self, kept: Kept, claim_id: str) -> None:
        """A claim that holds its place is counted."""
        for place in kept:
            if place is not None:
                bucket, day, rank = place
                self.counts[bucket].append((claim_id, day, rank))

    def note_spans(self, spans: Spans, facts: Facts, working: Working | None) -> None:
        """A claim's training period, whatever becomes of the claim."""
        for rule, start, end in spans:
            if start is not None and end is not None:
                span = (start, end, facts[rule.same], facts["claim_id"], working)
                if rule in self.spans:
                    self.spans[rule].append(span)
                else:
                    self.spans[rule] = [span]

    def count(self, working: Working) -> None:
        """A claim against the counting rules."""
        for measured in working.measured:
            if measured is None:
                continue
            rule, seen, maximum, bucket, day, rank = measured
            earlier = self.counts[bucket]
            if rule.period == "rolling_months":
                earlier = [other for other in earlier if _near(other[1], day, rule.months)]
            if rank is not None:
                earlier = [other for other in earlier if (other[2] or 0) >= rank]
            count = len(earlier)
            working.counted.append(Counted(rule, seen, earlier, count, maximum))
            if count >= maximum:
                working.note(rule.reason, review=rule.review)

    def cap(self, working: Working) -> None:
        """A claim against the caps."""
        for rule, maximum in working.marks[1]:
            used = self.sums[rule.code]
            left = max(0, maximum - used)
            working.capped.append(Capped(rule, maximum, used, left))
            if not working.amount or working.amount <= left:
                continue
            working.amount = left
            if left and not rule.review:
                working.reasons.append(rule.reason)  # cut, and that is all
            else:
                working.note(rule.reason, review=rule.review)


def _near(one: int | None, other: int | None, months: int) -> bool:
    """Whether two days lie less than so many months apart."""
    if one is None or other is None:
        return False
    first, second = min(one, other), max(one, other)
    return bool(second < months_after(first, months))


def _overlap(rule: OverlapRule, spans: list[Span]) -> None:
    """Flag the claims whose period shares a day with another of the person that is not the same class."""
    meeting = _sorted(spans) if len(spans) > FEW else None
    for i, span in enumerate(spans):
        working = span[4]
        if working is None:
            continue
        if meeting[i] if meeting else any(meet(span, other) for other in spans):
            working.overlapped.append(Overlapped(rule, span, spans))
            working.note(rule.reason, review=rule.review)


def _sorted(spans: list[Span]) -> list[bool]:
    """For each period whether it meets another, by counting: more share a day with it than those of its own class do."""
    every = _Periods(spans)
    classes: dict[Any, list[Span]] = defaultdict(list)
    for span in spans:
        classes[span[2]].append(span)
    own = {same: _Periods(members) for same, members in classes.items() if same is not None}
    return [every.sharing(s) > (1 if s[2] is None else own[s[2]].sharing(s)) for s in spans]


class _Periods:
    """Counts the periods that share a day with a given one, itself included."""

    def __init__(self, spans: list[Span]) -> None:
        self.starts = sorted(span[0] for span in spans)
        self.ends = sorted(span[1] for span in spans)

    def sharing(self, span: Span) -> int:
        return bisect_right(self.starts, span[1]) - bisect_left(self.ends, span[0])
