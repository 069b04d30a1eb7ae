"""From a file's bytes to the rows that are people: titles, totals, signatures and repeated headers are left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wudan.kernel.tables.anyfile import read_grids
from wudan.kernel.tables.grid import Grid, Unreadable
from wudan.orders.subsidy.roster import headers
from wudan.orders.subsidy.roster.headers import Header
from wudan.people.cells import plain

_FOOT = re.compile(
    r"(合计|总计|小计|本页|共计|经办|审核|复核|填表|制表|填报|负责人|联系人|单位|盖章|备注|注[:：]|说明|领导|法定|附[:：件]|日期|年月日|以上)"
)
_SIGNED = re.compile(
    r"(合计|总计|小计|经办人|审核人|复核人|填表人|制表人|填报人|负责人|单位\(盖章\)|备注|注|说明)\s*[:：]"
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A roster as read: the grid, its header, and the rows (0-based) that hold a person or project."""

    grid: Grid
    header: Header
    rows: tuple[int, ...]
    skipped: tuple[int, ...]

    def cell(self, row: int, field: str) -> object:
        column = self.header.columns.get(field)
        return "" if column is None else self.grid.cell(row, column)


def read(content: bytes) -> Sheet:
    """The roster in a file, by its content, not by its ending. Raises Unreadable with the sentence for its sender."""
    grids = read_grids(content)
    grid, header = headers.choose(grids)
    sheet = Sheet(grid, header, (), ())
    rows, skipped = [], []
    for row in range(header.row + header.depth, len(grid.rows)):
        kind = _kind(sheet, row)
        if kind == "claim":
            rows.append(row)
        elif kind == "other":
            skipped.append(row)
    if not rows:
        raise Unreadable("名册里只有表头，没有人员。请填写后再上传。")
    return Sheet(grid, header, tuple(rows), tuple(skipped))


def _kind(sheet: Sheet, row: int) -> str:
    """`claim`, `blank`, or `other` (totals, signatures, a header again)."""
    cells = sheet.grid.rows[row]
    columns = sheet.header.columns
    if not any(_filled(cells, c) for c in columns.values()):
        rest = [w for c in cells if (w := plain(c))]
        return "blank" if not rest or (len(rest) == 1 and rest[0].isdigit()) else "other"
    if _filled(cells, columns.get("number", -1)) and re.search(r"\d{6}", plain(sheet.cell(row, "number"))):
        return "claim"
    again = sum(1 for c in columns.values() if c < len(cells) and headers.field_of(cells[c]) is not None)
    if again >= 3 and again * 2 > len(columns):
        return "other"
    written = [w for c in cells if (w := plain(c).replace(" ", ""))]
    few = len(set(written)) <= max(4, len(columns) // 3)
    if (few and _FOOT.match(written[0])) or any(_SIGNED.match(w) for w in written[:3]):
        return "other"
    if "合计" in written and not _filled(cells, columns.get("name", -1)):
        return "other"
    return "claim"


def _filled(cells: list[object], column: int) -> bool:
    return 0 <= column < len(cells) and cells[column] != "" and plain(cells[column]) != ""
