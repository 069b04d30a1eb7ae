"""From a large file, the rows that can bear on one claim, as mappings for `explain`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.lang.types import NONE
from wudan.policy.engine.natives import native
from wudan.policy.engine.problems import InputError
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.engine.table.cells import TEXT_KINDS, Ints, read_numbers, read_text
from wudan.policy.engine.table.fast import kernels_for
from wudan.policy.engine.table.form import Checked, check
from wudan.policy.engine.table.repeats import occurred
from wudan.policy.engine.table.run import refuse
from wudan.policy.engine.table.source import Source
from wudan.policy.engine.table.texts import Hashing

Row = dict[str, object]


def near_rows(
    rulebook: Rulebook, claims: Source, claim_id: str, history: Source
) -> tuple[list[Row], list[Row]]:
    """The claim (its first row) with its unit's valid claims, and the history's rows that concern it."""
    hashing = Hashing(kernels_for(claims.rows + history.rows))
    paid, made = (
        check(_columns(table), table.rows, rulebook.forms, hashing, paid=table is history)
        for table in (history, claims)
    )
    again = occurred([paid.ids, made.ids])
    _refuse_bad_history(rulebook, paid, again[: paid.rows])
    own, before = (
        np.flatnonzero(np.asarray(pc.fill_null(pc.equal(c.ids, claim_id.strip()), fill_value=False)))
        for c in (made, paid)
    )
    if not claim_id.strip() or not len(own):
        raise InputError(f"没有编号为“{claim_id}”的申请")
    mates = np.flatnonzero(_same_unit(made, made, own[0]) & (made.faults == 0) & ~again[paid.rows :])
    columns = rulebook.forms.by_name
    return (
        take_rows(claims, np.union1d(mates, own[:1]), columns),
        take_rows(history, np.union1d(np.flatnonzero(_same_unit(paid, made, own[0])), before), columns),
    )


def _columns(table: Source) -> Mapping[str, Any]:
    return next(table.groups()).columns


def _same_unit(rows: Checked, of: Checked, place: int) -> Any:
    """Which rows belong to the person (or the projects) of one row."""
    unit = of.persons[place]
    same = (rows.persons == unit) & (unit != -1)
    if of.more is not None and of.more[place]:
        same &= (rows.more == of.more[place]) if rows.more is not None else False
    return same


def _refuse_bad_history(rulebook: Rulebook, paid: Checked, again: Any) -> None:
    paid.faults[again] |= np.uint64(rulebook.forms.fault_bits["claim_id"])
    bad = np.flatnonzero(paid.faults)
    if len(bad):
        refuse(rulebook, bad, paid.faults[bad], paid.ids.take(pa.array(bad[:3])).to_pylist(), len(bad))


def take_rows(source: Source, places: Ints, columns: Mapping[str, Column]) -> list[Row]:
    """Some rows as mappings, of the columns named; what cannot be read stays as text."""
    taken = {
        name: _values(columns, name, data, places) for name, data in source.columns.items() if name in columns
    }
    return [{name: values[i] for name, values in taken.items()} for i in range(len(places))]


def _values(columns: Mapping[str, Column], name: str, data: Any, places: Ints) -> list[object]:
    column = columns[name]
    part = [data[i] for i in places] if isinstance(data, list) else data.take(pa.array(places))
    texts: list[object] = read_text(column, part, len(places)).to_pylist()
    if column.kind in TEXT_KINDS:
        return texts
    cells = read_numbers(column, part, len(places))
    for i, value in enumerate(cells.values.tolist()):
        if value != NONE:
            texts[i] = bool(value) if column.kind is Kind.BOOLEAN else native(name, value, columns)
        elif cells.bad is None or not cells.bad[i]:
            texts[i] = None
    return texts
