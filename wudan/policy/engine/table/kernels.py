"""The loops that touch every row: plain Python over arrays, compiled for large tables (`fast.py`), run as it is for small ones.

Only what numba compiles without objects may stand here: numbers, arrays, loops. A missing number is `NONE`; dates are days,
times microseconds, money whole fen. Nothing here knows a rulebook: what a rule asks comes as arrays (`frame.Frame`).
"""

from __future__ import annotations

from typing import Any

import numpy as np

NONE = -(2**63)
PAID, REJECTED, REVIEWED = 1, 2, 4
FEW = 32
"""Up to so many rows of one unit are compared pair by pair; larger units are the caller's (`folding.overlaps`)."""


def edges(offsets: Any, data: Any) -> Any:
    """Whether any text is empty or begins or ends with what may be white space (also a byte of a longer character)."""
    for row in range(len(offsets) - 1):
        first, end = offsets[row], offsets[row + 1]
        if (
            first == end
            or data[first] <= 32
            or data[first] >= 128
            or data[end - 1] <= 32
            or data[end - 1] >= 128
        ):
            return True
    return False


def identities(
    offsets: Any, data: Any, valid: Any, weights: Any, months: Any, keys: Any, bad: Any, other: Any
) -> Any:
    """Read identity numbers (GB 11643): the key is the 17 digits as a number, -1 where empty or bad.

    `other` marks pseudonyms (`#…`), whose keys are the caller's.
    """
    for row in range(len(offsets) - 1):
        first, size = offsets[row], offsets[row + 1] - offsets[row]
        keys[row] = -1
        if len(valid) and not valid[row]:
            continue
        if size > 1 and data[first] == 35:  # '#'
            other[row] = True
            continue
        bad[row] = True
        if size != 18:
            continue
        number, total, wrong = np.int64(0), np.int64(0), np.int64(0)
        for place in range(17):
            digit = np.int64(data[first + place]) - 48
            wrong += digit < 0 or digit > 9
            number = number * 10 + digit
            total += digit * weights[place]
        last = np.int64(data[first + 17])
        check = (12 - total % 11) % 11
        right = last == 88 or last == 120 if check == 10 else last == 48 + check
        if wrong or not right:
            continue
        year, month, day = number // 10000000 % 10000, number // 100000 % 100, number // 1000 % 100
        leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        if 1 <= month <= 12 and 1 <= day <= months[month] + leap:
            keys[row] = number
            bad[row] = False


def hashes(offsets: Any, data: Any, seed: Any, wide: Any, narrow: Any) -> Any:
    """Two keyed hashes of each text: 64 bits, and another 32. Compiled only: it counts on 64-bit numbers running over."""
    one, two = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
    for row in range(len(offsets) - 1):
        first, second = np.uint64(seed), np.uint64(seed) ^ two
        for place in range(offsets[row], offsets[row + 1]):
            byte = np.uint64(data[place]) + np.uint64(1)
            first = (first ^ byte) * one
            first ^= first >> np.uint64(29)
            second = (second + byte) * two
            second ^= second >> np.uint64(31)
        first ^= first >> np.uint64(32)
        first *= two
        first ^= first >> np.uint64(29)
        wide[row] = np.int64(first)
        narrow[row] = np.int64(second >> np.uint64(33))


def in_order(rows: Any, applied: Any) -> Any:
    """Sort one unit's rows by the time of application, history (whose time is `NONE`) first. True where two claims tie.

    By insertion: units are small, and the caller sorts large ones beforehand.
    """
    tied = False
    for place in range(1, len(rows)):
        row, back = rows[place], place - 1
        while back >= 0 and applied[rows[back]] > applied[row]:
            rows[back + 1] = rows[back]
            back -= 1
        rows[back + 1] = row
        tied = tied or (back >= 0 and applied[row] != NONE and applied[rows[back]] == applied[row])
    return tied


def find(table: Any, bucket: Any, mask: Any) -> Any:
    """The place of a bucket in an open-addressed table, or the free place (0) where it belongs."""
    place = (bucket ^ (bucket >> 32)) & mask
    while table[place] != 0 and table[place] != bucket:
        place = (place + 1) & mask
    return place


def overlap_pairs(rows: Any, start: Any, end: Any, same: Any, bit: Any, bits: Any, flags: Any) -> Any:
    """Compare a few rows pair by pair; the history's rows are told too, which nobody reads."""
    for one in range(len(rows)):
        first = rows[one]
        if start[first] > end[first]:
            continue
        for two in range(one + 1, len(rows)):
            second = rows[two]
            if start[first] > end[second] or start[second] > end[first] or start[second] > end[second]:
                continue
            if same[first] == 0 or same[first] != same[second]:
                bits[first] |= bit
                bits[second] |= bit
                flags[first] |= REVIEWED
                flags[second] |= REVIEWED


def could_bind(rows: Any, entries: Any, rules: Any, table: Any, totals: Any, mask: Any) -> Any:
    """Whether any limit or cap could bind in some order of the rows: more rows in a bucket, or more money, than allowed."""
    for rule in range(len(rules.cap_max)):
        total, least = 0, NONE
        for row in rows:
            if rules.caps[entries.plans[row], rule] and entries.price[row] != NONE:
                total += entries.price[row]
                most = entries.cap_maxima[rule, row] if entries.cap_maxima.shape[1] else rules.cap_max[rule]
                if least == NONE or most < least:
                    least = most
        if least != NONE and total > least:
            return True
    for row in rows:
        for slot in range(len(entries.buckets)):
            bucket = entries.buckets[slot, row]
            if bucket == 0:
                continue
            most = rules.rule_max[rules.slot_rule[entries.plans[row], slot]]
            most = entries.maxima[slot, row] if entries.maxima.shape[1] else most
            if totals[find(table, bucket, mask)] > most:
                return True
    return False


def held(rows: Any, slot: Any, row: Any, rule: Any, entries: Any, rules: Any, last: Any, before: Any) -> Any:
    """How many of a bucket's living rows (a chain from `last` back by `before`) count against one: near it, and of its rank."""
    count = 0
    while last:
        earlier = rows[last - 1]
        near = True
        if rules.rule_rolls[rule]:
            one, two = entries.anchors[slot, 0, row], entries.anchors[slot, 0, earlier]
            near = (
                two < entries.anchors[slot, 1, row] if one <= two else one < entries.anchors[slot, 1, earlier]
            )
        if near and (not rules.rule_ranks[rule] or entries.ranks[slot, earlier] >= entries.ranks[slot, row]):
            count += 1
        last = before[slot, last - 1]
    return count


def fold(order: Any, starts: Any, sort: Any, entries: Any, rules: Any, pending: Any) -> Any:
    """Measure every unit's rows in the contract's order by the rules across claims; a refused claim holds no place.

    Unit `u` is rows `order[starts[u]:starts[u + 1]]`; overlaps are asked of small units only (`FEW`). Written in place: `price`
    (the sum after caps), `flags`, `bits`. With `sort` a unit in which two claims of one moment could change the result is left
    alone and marked in `pending`: their order is that of their numbers, which are texts. Without `sort` the rows come in
    their final order.
    """
    largest = 1
    for unit in range(len(starts) - 1):
        largest = max(largest, starts[unit + 1] - starts[unit])
    plans, buckets, maxima, cap_maxima = entries.plans, entries.buckets, entries.maxima, entries.cap_maxima
    price, flags, bits, spans, sames = (
        entries.price,
        entries.flags,
        entries.bits,
        entries.spans,
        entries.sames,
    )
    slot_rule, rule_max, cap_max = rules.slot_rule, rules.rule_max, rules.cap_max
    slots, caps, overlaps = len(buckets), len(cap_max), len(rules.span_bits)
    room = 4
    while room < 2 * largest * slots:
        room *= 2
    # An open-addressed table of the unit's buckets: living rows that count, all rows, and the last living one.
    table, tally = np.zeros(room, np.int64), np.zeros(room, np.int64)
    totals, chain = np.zeros(room, np.int64), np.zeros(room, np.int64)
    before, sums = np.zeros((slots, largest), np.int64), np.zeros(caps, np.int64)
    new_price, new_flags, new_bits = (
        np.zeros(largest, np.int64),
        np.zeros(largest, np.uint8),
        np.zeros(largest, np.int64),
    )
    for unit in range(len(starts) - 1):
        rows = order[starts[unit] : starts[unit + 1]]
        size = len(rows)
        tied = sort and size > 1 and in_order(rows, entries.applied)
        room = 4
        while room < 2 * size * slots:
            room *= 2
        mask = room - 1
        for place in range(room):
            table[place] = tally[place] = totals[place] = chain[place] = 0
        for rule in range(caps):
            sums[rule] = 0
        for member in range(size):
            row = rows[member]
            plan, amount, flag, bit = plans[row], price[row], flags[row], bits[row]
            paid = flag & PAID != 0
            for slot in range(slots):
                bucket = buckets[slot, row]
                if paid or bucket == 0 or not rules.measured[plan, slot]:
                    continue
                rule, place = slot_rule[plan, slot], find(table, bucket, mask)
                count = tally[place]
                if rules.rule_rolls[rule] or rules.rule_ranks[rule]:
                    count = held(rows, slot, row, rule, entries, rules, chain[place], before)
                if count >= (maxima[slot, row] if maxima.shape[1] else rule_max[rule]):
                    bit |= rules.rule_bit[rule]
                    flag |= REVIEWED if rules.rule_review[rule] else REJECTED
            for rule in range(caps):
                if paid or not rules.caps[plan, rule]:
                    continue
                left = max(0, (cap_maxima[rule, row] if cap_maxima.shape[1] else cap_max[rule]) - sums[rule])
                if amount == NONE or amount <= left or amount == 0:
                    continue
                amount = left
                bit |= rules.cap_bit[rule]
                if rules.cap_review[rule]:
                    flag |= REVIEWED
                elif left == 0:
                    flag |= REJECTED
            alive = paid or flag & REJECTED == 0
            for slot in range(slots):
                bucket = buckets[slot, row]
                if bucket == 0:
                    continue
                place = find(table, bucket, mask)
                table[place] = bucket
                totals[place] += 1
                if alive and rules.counted[plan, slot]:
                    tally[place] += 1
                    before[slot, member] = chain[place]
                    chain[place] = member + 1
            for rule in range(caps):
                if alive and rules.caps[plan, rule] and amount != NONE:
                    sums[rule] += amount
            new_price[member], new_flags[member], new_bits[member] = amount, flag, bit
        if tied and could_bind(rows, entries, rules, table, totals, mask):
            pending[unit] = True
            continue
        for member in range(size):
            row = rows[member]
            price[row], flags[row], bits[row] = new_price[member], new_flags[member], new_bits[member]
        if 1 < size <= FEW:
            for rule in range(overlaps):
                overlap_pairs(
                    rows, spans[rule, 0], spans[rule, 1], sames[rule], rules.span_bits[rule], bits, flags
                )
