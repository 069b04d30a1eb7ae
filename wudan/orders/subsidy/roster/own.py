"""The rulebook's own columns (自有的列) in a roster: known by their labels, read by their kind, refused in the rulebook's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wudan.orders.subsidy.roster import headers
from wudan.orders.subsidy.roster.reading import Sheet
from wudan.people import cells
from wudan.people.cells import CellFault, plain
from wudan.policy.engine.columns import Column, Kind
from wudan.policy.engine.rulebook import Rulebook

FEN = "分"


def heading(rulebook: Rulebook, name: str) -> str:
    """What stands over the column: its label; money is written in yuan."""
    words = rulebook.columns[name]
    return f"{words.label}（元）" if words.unit == FEN else words.label


def with_own(sheet: Sheet, rulebook: Rulebook) -> Sheet:
    """The sheet with these columns known too. What the rulebook calls its own is its own, whatever else the name may mean."""
    wanted = {headers.squeeze(rulebook.columns[name].label): name for name in rulebook.own}
    header, found = sheet.header, dict[str, int]()
    for place, written in header.names.items():
        name = wanted.get(headers.squeeze(written)) or wanted.get(
            headers.without_brackets(headers.squeeze(written))
        )
        if name is not None:
            found.setdefault(name, place)
    if not found:
        return sheet
    taken = set(found.values())
    columns = {field: place for field, place in header.columns.items() if place not in taken} | found
    unused = tuple(n for n in header.unused if n not in {header.names[place] for place in taken})
    return replace(sheet, header=replace(header, columns=columns, unused=unused))


def read_own(
    sheet: Sheet, index: int, rulebook: Rulebook, fault: Callable[[str, str, str], None]
) -> dict[str, Any]:
    """The row's answers by column, empty ones left out; `fault` hears of field, problem and remedy."""
    found: dict[str, Any] = {}
    for name, column in rulebook.own.items():
        raw = sheet.cell(index, name)
        if name not in sheet.header.columns or not plain(raw):
            continue
        words = rulebook.columns[name]
        try:
            found[name] = _read(column, words.unit, raw, rulebook)
        except CellFault:
            fault(name, f"“{words.label}”{words.must}", words.remedy)
    return found


def _read(column: Column, unit: str, raw: object, rulebook: Rulebook) -> Any:
    if column.kind is Kind.INTEGER:
        return cells.yuan(raw) if unit == FEN else cells.count(raw)
    if column.kind is Kind.DATE:
        return cells.day(raw)
    if column.kind is Kind.BOOLEAN:
        return cells.yes_or_no(raw)
    text = cells.text(raw)
    if column.kind is Kind.SET:
        return re.split(r"[;、,]", text)
    return {rulebook.word(code): code for code in column.options}.get(text, text)
