"""A list in a file (名单): the header found by its names, every row read cell by cell, every fault with its row and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from wudan.kernel.errors import INVALID, Refusal, Refused
from wudan.kernel.tables.anyfile import read_grids
from wudan.kernel.tables.grid import Grid, Unreadable
from wudan.kernel.tables.workbook import SAVE_AGAIN
from wudan.people.cells import CellFault, plain, shown

MAX_BYTES = 20 * 1024 * 1024
MAX_FAULTS = 2000
_SEARCH_ROWS = 30
_FOOT = re.compile(
    r"(合计|总计|小计|共计|经办|审核|复核|填表|制表|填报|负责人|联系人|盖章|备注|注[:：]|说明)"
)


@dataclass(frozen=True, slots=True)
class ListColumn:
    """A column: the names it goes by (the first is the template's), how a cell is read, how it is shown again in a fault."""

    field: str
    names: tuple[str, ...]
    read: Callable[[object], Any]
    required: bool = False
    mask: Callable[[str], str] = str


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with one cell: the row as the file counts, the column, what stands there, what is wrong, what to do."""

    row: int
    column: str
    shown: str
    problem: str
    remedy: str


@dataclass(slots=True)
class ListRow:
    """One row as read; a field whose column the file lacks is missing."""

    row: int
    values: dict[str, Any]

    def get(self, name: str, default: Any = "") -> Any:
        found = self.values.get(name)
        return default if found is None or found == "" else found


class FaultyFile(Refused):
    """The file cannot be taken as it is, nothing was saved; `faults` say where, for the page's table of faults."""

    def __init__(self, faults: Sequence[RowFault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(
            Refusal(
                "faulty-file",
                f"文件中有{len(self.faults)}处问题，没有保存任何内容。第{first.row}行“{first.column}”：{first.problem}。",
                remedy="请按下表逐处改正后重新上传。",
                field="file",
                status=INVALID,
            )
        )


def read_list(
    content: bytes, columns: Sequence[ListColumn], *, what: str = "名单", max_rows: int = 5000
) -> tuple[list[ListRow], list[RowFault]]:
    """Rows and faults. Refuses (bad-file) what is no table, has no such header, no rows or too many of them."""
    try:
        grid, places, numbers = _found(content, columns, what, max_rows)
    except Unreadable as no:
        raise Refused(Refusal("bad-file", str(no), field="file", status=INVALID)) from None
    rows, faults = [], []
    for n in numbers:
        row = ListRow(n + 1, {})
        for column in columns:
            faults += _read(grid, row, column, places.get(column.field))
        rows.append(row)
    return rows, faults[:MAX_FAULTS]


def _found(
    content: bytes, columns: Sequence[ListColumn], what: str, max_rows: int
) -> tuple[Grid, dict[str, int], list[int]]:
    """The sheet, field → column, and the rows (0-based) that hold something. Raises Unreadable."""
    if len(content) > MAX_BYTES:
        raise Unreadable(f"文件超过{MAX_BYTES // 1024 // 1024}兆，请分成几个文件上传。")
    grid, top, places = _header(read_grids(content), columns, what)
    numbers = [n for n in range(top + 1, len(grid.rows)) if _holds(grid, n, places, columns)]
    if not numbers:
        raise Unreadable(f"{what}里只有表头，没有内容。请填写后再上传。")
    if len(numbers) > max_rows:
        raise Unreadable(f"{what}有{len(numbers)}行，一次最多{max_rows}行。请分成几个文件上传。")
    return grid, places, numbers


def _read(grid: Grid, row: ListRow, column: ListColumn, place: int | None) -> list[RowFault]:
    raw = "" if place is None else grid.cell(row.row - 1, place)
    seen = plain(raw)
    if not seen and column.required:
        return [RowFault(row.row, column.names[0], "", "没有填写", "请补填。")]
    if place is None:
        return []
    try:
        row.values[column.field] = column.read(raw)
    except CellFault as wrong:
        return [RowFault(row.row, column.names[0], column.mask(shown(raw)[:60]), wrong.problem, wrong.remedy)]
    return []


def _squeeze(name: object) -> str:
    text = re.sub(r"[\s*:_、,，.。“”\"]|必填|选填", "", plain(name)).lower()
    return re.sub(r"[(（\[【][^)）\]】]*[)）\]】]", "", text) or text


def _header(
    grids: Sequence[Grid], columns: Sequence[ListColumn], what: str
) -> tuple[Grid, int, dict[str, int]]:
    """The sheet, its header's row and field → column: where most of the names are known."""
    known = {_squeeze(name): c.field for c in columns for name in c.names}
    required = [c for c in columns if c.required]
    best: tuple[int, Grid, int, dict[str, int]] | None = None
    for grid in grids:
        for n, cells in enumerate(grid.rows[:_SEARCH_ROWS]):
            places: dict[str, int] = {}
            for i, cell in enumerate(cells):
                if isinstance(cell, str) and (name := known.get(_squeeze(cell))):
                    places.setdefault(name, i)
            if places and (best is None or len(places) > best[0]):
                best = (len(places), grid, n, places)
    names = "、".join(f"“{c.names[0]}”" for c in required)
    if best is None and all(len(cells) < 2 for grid in grids for cells in grid.rows):
        raise Unreadable(f"这个文件里读不出表格：可能已经损坏，或者不是表格文件。{SAVE_AGAIN}")
    if best is None:
        raise Unreadable(f"没有找到表头。{what}应有一行列名，至少包括{names}；您可以下载模板填写。")
    missing = [c for c in required if c.field not in best[3]]
    if missing:
        lacking = "、".join(f"“{c.names[0]}”" for c in missing)
        raise Unreadable(f"{what}缺少必填的列：{lacking}。请补上后再上传，也可以下载模板填写。")
    return best[1], best[2], best[3]


def _holds(grid: Grid, n: int, places: dict[str, int], columns: Sequence[ListColumn]) -> bool:
    """Whether the row is one of the list: not blank, not a sum or a signature, not the header again."""
    cells = {name: plain(grid.cell(n, place)) for name, place in places.items()}
    if not any(cells.values()):
        return False
    needed = [cells.get(c.field, "") for c in columns if c.required]
    written = [plain(cell) for cell in grid.rows[n] if plain(cell)]
    if not all(needed) and _FOOT.match(written[0].replace(" ", "")):
        return False
    again = sum(1 for c in columns if cells.get(c.field) in c.names)
    return again * 2 <= max(len(places), 1)
