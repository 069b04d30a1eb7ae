"""A sheet as rows of cells, whatever kind of file it came from."""

from __future__ import annotations

from dataclasses import dataclass, field


class Unreadable(Exception):
    """The file cannot be taken as a roster at all; the message is the sentence its sender reads."""


@dataclass(frozen=True, slots=True)
class FormulaError:
    """A cell which shows #N/A, #REF! and the like."""

    text: str = "#N/A"

    def __str__(self) -> str:
        return self.text


@dataclass(slots=True)
class Grid:
    """One sheet. `rows[0]` is row 1 of the file; empty cells are "". A merged cell's value stands in all its cells."""

    name: str
    rows: list[list[object]]
    visible: bool = True
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)

    def spread_merged(self) -> None:
        """Excel keeps a merged cell's value in its first cell only; a class merged over 30 learners is meant for all."""
        for (top, left), (bottom, right) in self.merged:
            value = self.cell(top, left)
            if value == "":
                continue
            for r in range(top, min(bottom, len(self.rows) - 1) + 1):
                row = self.rows[r]
                row.extend([""] * (right + 1 - len(row)))
                row[left : right + 1] = [value] * (right + 1 - left)

    def cell(self, row: int, column: int) -> object:
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column]
