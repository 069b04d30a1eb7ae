"""成绩登记表 as a file: marks by learner, read whole or not at all. Pure, but for the reading of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wudan.people.cells import CellFault, plain
from wudan.people.lists import FaultyFile, ListColumn, ListRow, RowFault, read_list

MISSED = "缺考"
_REMEDY = "请填写0到100的数字，最多一位小数；没有参加的填“缺考”。"


def mark(raw: object) -> str:
    """A mark as text, "" where none is written, or 缺考."""
    text = plain(raw).replace("分", "").strip()
    if text in ("", MISSED, "缺", "未参加"):
        return MISSED if text else ""
    if not is_mark(text):
        raise CellFault(f"“{text}”不是成绩", _REMEDY)
    return text


def is_mark(text: str) -> bool:
    """0 to 100 with at most one decimal that is not nought."""
    whole, _, tenth = text.partition(".")
    tenth = tenth.rstrip("0")
    if not (whole.isascii() and whole.isdigit() and len(whole) <= 3 and len(tenth) <= 1):
        return False
    if tenth and not (tenth.isascii() and tenth.isdigit()):
        return False
    return int(whole) < 100 or (int(whole) == 100 and not tenth)


COLUMNS = (
    ListColumn("member", ("学员编号", "编号"), plain),
    ListColumn("name", ("姓名", "学员姓名"), plain, required=True),
    ListColumn(
        "number", ("证件号码", "身份证号码", "身份证号"), plain, mask=lambda text: f"末四位{text[-4:]}"
    ),
    ListColumn("theory", ("理论成绩", "理论"), mark),
    ListColumn("practice", ("实操成绩", "实操", "技能成绩"), mark),
    ListColumn("absent", ("是否缺考", "缺考", "备注"), lambda raw: MISSED in plain(raw)),
)


@dataclass(frozen=True, slots=True)
class Learner:
    """Who may stand in the file. `number` and `masked` are the two ways an identity number may be written there."""

    member_id: int
    name: str
    number: str
    masked: str


@dataclass(frozen=True, slots=True)
class Written:
    """What the file says of one learner, as typed."""

    theory: str
    practice: str
    absent: bool


def read_marks(content: bytes, learners: Sequence[Learner]) -> dict[int, Written]:
    """Member → what is written. Refuses bad-file, and faulty-file with every row and column that is wrong."""
    rows, faults = read_list(content, COLUMNS, what="成绩登记表", max_rows=500)
    by_id = {str(one.member_id): one for one in learners}
    found: dict[int, Written] = {}
    for row in rows:
        if any(f.row == row.row for f in faults):
            continue
        who, fault = _who(row, by_id, learners)
        if who is not None and who.member_id in found:
            fault = RowFault(row.row, "姓名", who.name, "这名学员在表中出现了两次", "请只保留一行。")
        if fault is not None or who is None:
            faults.extend([fault] if fault else [])
            continue
        found[who.member_id] = _written(row)
    if faults:
        raise FaultyFile(sorted(faults, key=lambda f: f.row))
    return found


def _written(row: ListRow) -> Written:
    marks = [row.get("theory"), row.get("practice")]
    missed = bool(row.get("absent", default=False)) or (MISSED in marks and set(marks) <= {MISSED, ""})
    theory, practice = ("" if m == MISSED else m for m in marks)
    return Written(theory, practice, missed)


def _who(
    row: ListRow, by_id: Mapping[str, Learner], learners: Sequence[Learner]
) -> tuple[Learner | None, RowFault | None]:
    name, number, key = row.get("name"), row.get("number").upper(), row.get("member")
    fits: list[Any] = [one for one in learners if one.name == name]
    if key:
        fits = [by_id[key]] if key in by_id and by_id[key].name == name else []
    elif number:
        fits = [one for one in fits if number in (one.number, one.masked)]
    if len(fits) == 1:
        return fits[0], None
    if fits:
        return None, RowFault(row.row, "姓名", name, "班里有同名学员", "请填写学员编号或证件号码。")
    remedy = "请核对名单；编号、证件号码须与姓名一致。"
    return None, RowFault(row.row, "姓名", name, "不在本次考核名单中", remedy)
