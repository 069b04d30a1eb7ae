"""A rulebook's rules across claims as arrays the kernels read: the batch form of the same typed rules.

Rules that never meet on one scheme share a slot (`slots`), so that a row carries as few buckets as it can. What of a rule
is the same for every claim stands in a table here; what differs from claim to claim is worked out column by column (`entries.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from wudan.policy.engine.lang.nodes import Node
from wudan.policy.engine.model import CapRule, CountRule, OverlapRule
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.single import UNPRICED
from wudan.policy.engine.table.layout import Rules

PER_ROW = -1
"""Stands in `rule_max` and `cap_max` where the maximum differs from claim to claim."""


@dataclass(frozen=True, eq=False)
class Frame:
    """Plans (schemes) and rules by number; `slots[s]` are the counting rules that share slot `s`."""

    rulebook: Rulebook
    plans: tuple[str, ...]
    bits: dict[str, int]
    counts: tuple[CountRule, ...]
    slots: tuple[tuple[CountRule, ...], ...]
    caps: tuple[CapRule, ...]
    overlaps: tuple[OverlapRule, ...]
    rules: Rules

    @property
    def rolls(self) -> bool:
        """Whether any rule counts within so many months."""
        return any(rule.period == "rolling_months" for rule in self.counts)

    @property
    def ranks(self) -> bool:
        """Whether any rule compares a rank."""
        return bool(self.rules.rule_ranks.any())

    @property
    def maxima_differ(self) -> bool:
        """Whether any limit depends on the claim's own facts."""
        return bool((self.rules.rule_max == PER_ROW).any())

    @property
    def caps_differ(self) -> bool:
        """Whether any cap depends on the claim's own facts."""
        return bool((self.rules.cap_max == PER_ROW).any())


@lru_cache(maxsize=16)
def frame_of(rulebook: Rulebook) -> Frame:
    """The rulebook's frame, made once."""
    plans = tuple(rulebook.plans)
    rules = list({rule.code: rule for plan in rulebook.plans.values() for rule in plan.across}.values())
    counts = tuple(rule for rule in rules if isinstance(rule, CountRule))
    caps = tuple(rule for rule in rules if isinstance(rule, CapRule))
    overlaps = tuple(rule for rule in rules if isinstance(rule, OverlapRule))
    slots = _slots(counts)
    bits = reason_bits(rulebook)
    tables = _count_tables(plans, counts, slots, bits) | _cap_tables(plans, caps, bits)
    spans = np.array([bits[rule.reason] for rule in overlaps], np.int64)
    return Frame(rulebook, plans, bits, counts, slots, caps, overlaps, Rules(**tables, span_bits=spans))


def reason_bits(rulebook: Rulebook) -> dict[str, int]:
    """A bit per reason, in the order the reasons are listed."""
    codes = {UNPRICED} | {r.reason for p in rulebook.plans.values() for r in (*p.conditions, *p.across)}
    return {code: 1 << place for place, code in enumerate(sorted(codes))}


def _slots(rules: Iterable[CountRule]) -> tuple[tuple[CountRule, ...], ...]:
    slots: list[list[CountRule]] = []
    for rule in rules:
        of = rule.schemes | rule.against
        free = (s for s in slots if all(of.isdisjoint(other.schemes | other.against) for other in s))
        slot = next(free, None)
        if slot is None:
            slots.append(slot := [])
        slot.append(rule)
    return tuple(map(tuple, slots))


def _count_tables(
    plans: tuple[str, ...],
    rules: tuple[CountRule, ...],
    slots: tuple[tuple[CountRule, ...], ...],
    bits: dict[str, int],
) -> dict[str, Any]:
    slot_rule = np.zeros((len(plans), len(slots)), np.int64)
    measured, counted = (np.zeros((len(plans), len(slots)), np.bool_) for _ in range(2))
    for place, slot in enumerate(slots):
        for rule in slot:
            for number, scheme in enumerate(plans):
                if scheme in rule.schemes | rule.against:
                    slot_rule[number, place] = rules.index(rule)
                    measured[number, place] = scheme in rule.schemes
                    counted[number, place] = scheme in rule.against
    return {
        "slot_rule": slot_rule,
        "measured": measured,
        "counted": counted,
        "rule_max": np.array([_fixed(rule.maximum) for rule in rules], np.int64),
        "rule_bit": np.array([bits[rule.reason] for rule in rules], np.int64),
        "rule_review": np.array([rule.review for rule in rules], np.bool_),
        "rule_rolls": np.array([rule.period == "rolling_months" for rule in rules], np.bool_),
        "rule_ranks": np.array([rule.at_least is not None for rule in rules], np.bool_),
    }


def _cap_tables(plans: tuple[str, ...], rules: tuple[CapRule, ...], bits: dict[str, int]) -> dict[str, Any]:
    caps = np.zeros((len(plans), len(rules)), np.bool_)
    for place, rule in enumerate(rules):
        for number, scheme in enumerate(plans):
            caps[number, place] = scheme in rule.schemes
    return {
        "caps": caps,
        "cap_max": np.array([_fixed(rule.maximum) for rule in rules], np.int64),
        "cap_bit": np.array([bits[rule.reason] for rule in rules], np.int64),
        "cap_review": np.array([rule.review for rule in rules], np.bool_),
    }


def _fixed(maximum: Node) -> int:
    """The maximum, if it is the same for every claim."""
    return PER_ROW if maximum.columns() else int(maximum.one({}))
