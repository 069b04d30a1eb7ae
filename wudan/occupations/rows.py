"""A file of occupations (职业目录文件, csv or xlsx) → rows, and what is wrong with each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn

from wudan.kernel.errors import INVALID, Refusal, Refused, refuse
from wudan.kernel.tables.anyfile import read_grids
from wudan.kernel.tables.grid import Unreadable
from wudan.occupations.models import EDITIONS, KINDS
from wudan.occupations.names import parts, plain

_CODE = re.compile(r"\d-\d{2}-\d{2}-\d{2}")
_HEADERS = {
    "版本": "edition", "职业编码": "code", "编码": "code", "职业名称": "name", "名称": "name", "类别": "kind",
    "所属职业": "parent", "技能等级": "levels", "等级": "levels", "俗称": "aliases", "出处": "source", "来源": "source",
    "说明": "note", "备注": "note",
}  # fmt: skip
_NEEDED = {"edition": "版本", "name": "职业名称", "source": "出处"}
_WORDS = {
    "初级": 5,
    "五": 5,
    "中级": 4,
    "四": 4,
    "高级技师": 1,
    "一": 1,
    "技师": 2,
    "二": 2,
    "高级": 3,
    "三": 3,
}
_EDITIONS = {**{label: code for code, label in EDITIONS}, **{code: code for code, _ in EDITIONS}}
_KINDS = {**{label: code for code, label in KINDS}, **{code: code for code, _ in KINDS}, "": "occupation"}


@dataclass(frozen=True, slots=True)
class OccupationRow:
    """One row, read and found sound. `place` is its number in the file; `parent` a name of the same edition."""

    place: int
    edition: str
    code: str
    name: str
    kind: str
    parent: str
    levels: tuple[int, ...]
    aliases: tuple[str, ...]
    source: str
    note: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.edition, self.code, self.name


def table(content: bytes, file_name: str) -> list[tuple[int, dict[str, str]]]:
    """(row number, column → text) below the header. Refuses: bad-file where it is no table or lacks a column."""
    try:
        sheets = [[[_text(cell) for cell in row] for row in grid.rows] for grid in read_grids(content)]
    except Unreadable as unreadable:
        _unreadable(f"文件“{file_name}”读不了：{unreadable}")
    headers = [[_HEADERS.get(cell, cell) for cell in rows[0]] if rows else [] for rows in sheets]
    missing = [[label for code, label in _NEEDED.items() if code not in header] for header in headers]
    best = min(range(len(sheets)), key=lambda n: len(missing[n]))
    if missing[best]:
        _unreadable(f"文件“{file_name}”第一行缺少这些列：{'、'.join(missing[best])}。")
    return [
        (place, dict(zip(headers[best], [*cells, *[""] * len(headers[best])], strict=False)))
        for place, cells in enumerate(sheets[best][1:], 2)
        if any(cells)
    ]


def check_rows(raw: Sequence[tuple[int, Mapping[str, str]]]) -> list[OccupationRow]:
    """All rows, or every fault of every row: row, field, what is wrong, what to do."""
    good: list[OccupationRow] = []
    faults: list[Refusal] = []
    seen: dict[tuple[str, str, str], int] = {}
    for place, cells in raw:
        row, wrong = _row(place, cells)
        if not wrong and (first := seen.setdefault(row.key, place)) != place:
            wrong = [fault(place, "name", f"与第{first}行重复", "请删除其中一行")]
        faults += wrong
        good.append(row)
    if faults:
        raise Refused(*faults)
    return good


def fault(place: int, field: str, problem: str, remedy: str) -> Refusal:
    return Refusal("bad-row", f"第{place}行：{problem}。", "", f"{remedy}。", f"{place}:{field}", INVALID)


def _row(place: int, cells: Mapping[str, str]) -> tuple[OccupationRow, list[Refusal]]:
    wrong: list[Refusal] = []
    edition = _EDITIONS.get(cells.get("edition", ""), "")
    if not edition:
        wrong.append(fault(place, "edition", "版本不认识", "请填写1999、2015、2022或local（本地目录）"))
    kind = _KINDS.get(cells.get("kind", ""), "")
    if not kind:
        wrong.append(fault(place, "kind", "类别不认识", "请填写职业、工种或专项职业能力"))
    name, code = plain(cells.get("name", "")), cells.get("code", "").replace("－", "-").replace("—", "-")
    if not name:
        wrong.append(fault(place, "name", "没有填写职业名称", "请填写"))
    if code and edition != "local" and not _CODE.fullmatch(code):
        wrong.append(
            fault(place, "code", f"职业编码“{code}”不是“6-18-02-04”的样式", "请核对；不能确认的留空")
        )
    if not cells.get("source", ""):
        wrong.append(fault(place, "source", "没有写明出处", "请填写这一行从哪里来"))
    if kind == "trade" and not cells.get("parent", ""):
        wrong.append(fault(place, "parent", "工种没有写明所属职业", "请填写所属职业的名称"))
    levels = _levels(cells.get("levels", ""))
    if levels is None:
        wrong.append(
            fault(place, "levels", "技能等级不认识", "请填写5至1的数字，如“5、4、3”，或“初级、中级”")
        )
    row = OccupationRow(
        place, edition, code, name, kind, plain(cells.get("parent", "")), levels or (),
        tuple(parts(cells.get("aliases", ""))), cells.get("source", ""), cells.get("note", ""),
    )  # fmt: skip
    return row, wrong


def _levels(text: str) -> tuple[int, ...] | None:
    """Numeric ranks, the lowest level (5) first; None where a word is unknown."""
    found = set()
    for word in parts(text):
        bare = word.removesuffix("工")
        bare = bare if bare in _WORDS else bare.removesuffix("级")
        if bare in _WORDS:
            found.add(_WORDS[bare])
        elif bare in {"0", "1", "2", "3", "4", "5"}:
            found.add(int(bare))
        else:
            return None
    return tuple(sorted(found, reverse=True))


def _text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _unreadable(sentence: str) -> NoReturn:
    refuse("bad-file", sentence, remedy="请按模板另存为xlsx或csv后再上传。", field="file", status=INVALID)
