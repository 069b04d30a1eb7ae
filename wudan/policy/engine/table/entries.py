"""A chunk of rows as the fold reads them: own rules asked, and each row's part in the rules across claims worked out."""

from __future__ import annotations

from typing import Any

import numpy as np

from wudan.policy.engine.lang.arithmetic import add_months_many
from wudan.policy.engine.lang.nodes import Node, TextColumn
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.model import CountRule, OverlapRule, Plan
from wudan.policy.engine.table.cells import Bools, Ints
from wudan.policy.engine.table.form import Checked
from wudan.policy.engine.table.frame import PER_ROW, Frame
from wudan.policy.engine.table.kernels import PAID
from wudan.policy.engine.table.layout import Entries
from wudan.policy.engine.table.rows import Rows, own_rules
from wudan.policy.engine.table.texts import mix

NOWHERE = np.int32(2**31 - 1)
"""The start of a period that is none: no day reaches it."""
_FAR = np.int64(2**30)


def entries_of(frame: Frame, checked: Checked) -> tuple[Entries, Bools]:
    """Every row's entries, and which rows have any: those without a fault of form."""
    rows, slots = checked.rows, len(frame.slots)
    wide = rows if rows else 1
    made = Entries(
        plans=_plans(frame, checked),
        flags=np.full(rows, PAID if checked.paid else 0, np.uint8),
        bits=np.zeros(rows, np.int64),
        price=checked.numbers["amount_fen"].copy() if checked.paid else np.full(rows, NONE),
        applied=np.full(rows, NONE) if checked.paid else checked.numbers["applied_at"],
        buckets=np.zeros((slots, rows), np.int64),
        maxima=np.zeros((slots, wide if frame.maxima_differ else 0), np.int64),
        anchors=np.zeros((slots, 2, wide if frame.rolls else 0), np.int32),
        ranks=np.zeros((slots, wide if frame.ranks else 0), np.int64),
        cap_maxima=np.zeros((len(frame.caps), wide if frame.caps_differ else 0), np.int64),
        spans=np.zeros((len(frame.overlaps), 2, rows), np.int32),
        sames=np.zeros((len(frame.overlaps), rows), np.int64),
    )
    made.spans[:, 0] = NOWHERE
    valid = (checked.faults == 0) & (made.plans >= 0)
    for number, scheme in enumerate(frame.plans):
        places = np.flatnonzero(valid & (made.plans == number))
        if len(places):
            _fill(frame, frame.rulebook.plans[scheme], Rows(checked, places), made)
    return made, valid


def _plans(frame: Frame, checked: Checked) -> Any:
    numbers = {scheme: number for number, scheme in enumerate(frame.plans)}
    return checked.schemes.ask(lambda scheme: numbers.get(scheme, -1), np.int16, empty=-1)


def _fill(frame: Frame, plan: Plan, rows: Rows, made: Entries) -> None:
    places = rows.places
    if not rows.checked.paid:
        own = own_rules(plan, rows, frame.bits)
        made.bits[places], made.flags[places], made.price[places] = own.bits, own.flags, own.price
    for slot, rules in enumerate(frame.slots):
        for rule in rules:
            if plan.scheme.code in rule.schemes | rule.against:
                _count(frame, slot, rule, rows, made)
    if frame.caps_differ:
        for place, cap in enumerate(frame.caps):
            if plan.scheme.code in cap.schemes:
                made.cap_maxima[place][places] = rows.ask(cap.maximum)
    for place, overlap in enumerate(frame.overlaps):
        if plan.scheme.code in overlap.schemes:
            _span(place, overlap, rows, made)


def _count(frame: Frame, slot: int, rule: CountRule, rows: Rows, made: Entries) -> None:
    """A row's bucket: one number for rule, key and year, within the person."""
    places = rows.places
    takes_part = np.array(rows.ask(rule.when))
    number = np.full(len(places), frame.counts.index(rule) + 1, np.int64)
    state = mix(
        np.zeros(len(places), np.uint64), number
    )  # spread first: small numbers of rule and year would meet
    for node in rule.key:
        key = _key(node, rows)
        takes_part &= key != NONE
        state = mix(state, key)
    if rule.at_least is not None:
        rank = np.asarray(rows.ask(rule.at_least))
        takes_part &= rank != NONE
        made.ranks[slot][places] = rank
    if rule.period != "lifetime":
        anchor = np.asarray(rows.ask(rule.anchor))
        takes_part &= anchor != NONE
        if rule.period == "calendar_year":
            state = mix(state, _year(anchor))
        else:
            made.anchors[slot, 0][places] = anchor.clip(-_FAR, _FAR)
            made.anchors[slot, 1][places] = add_months_many(np.where(anchor == NONE, 0, anchor), rule.months)
    bucket = mix(state, np.full(len(places), 1, np.int64)).view(np.int64)
    bucket[bucket == 0] = 1
    made.buckets[slot][places] = np.where(takes_part, bucket, 0)
    if frame.maxima_differ:
        fixed = frame.rules.rule_max[frame.counts.index(rule)]
        made.maxima[slot][places] = rows.ask(rule.maximum) if fixed == PER_ROW else fixed


def _key(node: Node, rows: Rows) -> Ints:
    values: Any = rows.ask(node)
    if isinstance(values, TextColumn):
        hashed = rows.checked.hashing.column(values)
        return np.where(values.codes < 0, NONE, hashed)
    return np.array(values, np.int64)


def _year(anchor: Ints) -> Ints:
    days = np.where(anchor == NONE, 0, anchor).astype("datetime64[D]")
    return days.astype("datetime64[Y]").astype(np.int64)


def _span(place: int, rule: OverlapRule, rows: Rows, made: Entries) -> None:
    start, end = np.asarray(rows.ask(rule.start)), np.asarray(rows.ask(rule.end))
    given = (start != NONE) & (end != NONE)
    made.spans[place, 0][rows.places] = np.where(given, start, NOWHERE)
    made.spans[place, 1][rows.places] = np.where(given, end, 0)
    texts = rows.column(rule.same)
    made.sames[place][rows.places] = rows.checked.hashing.column(texts)
