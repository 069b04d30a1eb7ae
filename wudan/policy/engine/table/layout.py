"""What the kernels read, by name. Tuples, since numba takes them apart without knowing what they mean."""

from __future__ import annotations

from typing import Any, NamedTuple


class Entries(NamedTuple):
    """Arrays by row. `buckets` and what goes with them are (slot, row); a bucket 0 takes no part.

    `flags` are `kernels.PAID`, …; `anchors` holds the anchor day and the first day too far from it; `spans` first and last day by
    overlap rule, `sames` the class. Arrays a rulebook does not need have no columns.
    """

    plans: Any
    flags: Any
    bits: Any
    price: Any
    applied: Any
    buckets: Any
    maxima: Any
    anchors: Any
    ranks: Any
    cap_maxima: Any
    spans: Any
    sames: Any

    def take(self, order: Any) -> Entries:
        """The rows in another order."""
        return Entries(*(array.take(order, axis=-1) if array.shape[-1] else array for array in self))


class Rules(NamedTuple):
    """A rulebook's rules across claims: by plan and slot, by counting rule, by cap, by overlap rule."""

    slot_rule: Any
    measured: Any
    counted: Any
    rule_max: Any
    rule_bit: Any
    rule_review: Any
    rule_rolls: Any
    rule_ranks: Any
    caps: Any
    cap_max: Any
    cap_bit: Any
    cap_review: Any
    span_bits: Any
