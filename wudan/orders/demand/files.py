"""What stands in the files of this room: an enterprise's orders (企业提单表) and a list of who must be trained (应培人员名单)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from wudan.kernel.identifiers import mask_identity, mask_name, mask_phone
from wudan.kernel.sheets import new_book
from wudan.occupations.models import LEVELS
from wudan.people import cells
from wudan.people.cells import CellFault, plain
from wudan.people.lists import ListColumn

MODES = {
    "线下": "offline",
    "线上": "online",
    "线上线下结合": "blended",
    "结合": "blended",
    "都可以": "any",
    "": "any",
}
_LEVEL_WORDS = {
    "五级": 5, "初级": 5, "初级工": 5, "四级": 4, "中级": 4, "中级工": 4, "三级": 3, "高级": 3, "高级工": 3, "二级": 2, "技师": 2,
    "一级": 1, "高级技师": 1, "不分等级": 0, "无": 0, "": 0, "5": 5, "4": 4, "3": 3, "2": 2, "1": 1, "0": 0,
}  # fmt: skip
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?")


def level(raw: object) -> int:
    """五级（初级工）, 初级, 5: the level's number; 0 where none is said."""
    text = re.sub(r"\s", "", plain(raw)).removesuffix(".0")
    bare = re.sub(r"[(（].*?[)）]", "", text)
    inner = re.findall(r"[(（](.*?)[)）]", text)
    for word in (text, bare, *inner):
        if word in _LEVEL_WORDS:
            return _LEVEL_WORDS[word]
    raise CellFault(
        "看不懂这个等级", f"请填写{'、'.join(LEVELS[n] for n in (5, 4, 3, 2, 1))}，不清楚的留空。"
    )


def mode(raw: object) -> str:
    text = plain(raw)
    if text in MODES:
        return MODES[text]
    raise CellFault("看不懂这种培训方式", "请填写“线下”“线上”“线上线下结合”或“都可以”。")


def first_day(raw: object) -> date | None:
    """A day, or the first day of a month (2020年5月)."""
    if match := _MONTH.fullmatch(plain(raw)):
        return _month(int(match[1]), int(match[2]))
    return cells.day(raw)


def last_day(raw: object) -> date | None:
    """A day, or the last day of a month."""
    if match := _MONTH.fullmatch(plain(raw)):
        year, month = int(match[1]), int(match[2])
        _month(year, month)
        after = date(year + month // 12, month % 12 + 1, 1)
        return date.fromordinal(after.toordinal() - 1)
    return cells.day(raw)


def _month(year: int, month: int) -> date:
    try:
        return date(year, month, 1)
    except ValueError:
        raise CellFault("不是有效的月份", "请填写年月，例如 2020年5月。") from None


def heads(raw: object) -> int:
    number = cells.count(raw)
    if number < 1:
        raise CellFault("人数至少为1", "请填写需要培训的人数。")
    return number


def one_of(words: dict[str, Any], what: str) -> Callable[[object], Any]:
    """A cell that must be one of these words; empty is None."""

    def read(raw: object) -> Any:
        text = plain(raw)
        if not text:
            return None
        if text in words:
            return words[text]
        near = [word for word in words if text in word or word in text]
        if len(near) == 1:
            return words[near[0]]
        raise CellFault(f"没有这个{what}", f"请从{'、'.join(list(words)[:8])}中选填，或者留空。")

    return read


def order_columns(towns: dict[str, str], lines: dict[str, str]) -> list[ListColumn]:
    """The columns of an enterprise's file; `towns` and `lines` are name → code."""
    return [
        ListColumn("wish", ("职业（工种）", "职业工种", "职业", "工种", "想学什么", "培训内容", "岗位"), cells.text, required=True),
        ListColumn("level", ("等级", "技能等级", "培训等级", "级别"), level),
        ListColumn("heads", ("人数", "培训人数", "需求人数", "计划人数"), heads, required=True),
        ListColumn("town", ("上课镇街", "镇街", "上课地点", "所在镇街"), one_of(towns, "镇街")),
        ListColumn("since", ("希望开始", "开始日期", "希望开始日期", "计划开始", "开始时间"), first_day),
        ListColumn("until", ("希望结束", "结束日期", "希望结束日期", "计划结束", "结束时间"), last_day),
        ListColumn("mode", ("培训方式", "方式", "上课方式"), mode),
        ListColumn("line", ("培训类别", "培训类型"), one_of(lines, "培训类别")),
    ]  # fmt: skip


def roll_columns(towns: dict[str, str]) -> list[ListColumn]:
    """The columns of a list of people who must be trained."""
    return [
        ListColumn("name", ("姓名", "人员姓名", "职工姓名"), cells.name, required=True, mask=mask_name),
        ListColumn(
            "number", ("身份证号", "身份证号码", "公民身份号码", "证件号码", "证件号", "身份证"), _number, required=True,
            mask=mask_identity,
        ),
        ListColumn("phone", ("联系电话", "手机号", "手机号码", "手机", "电话"), cells.phone, mask=mask_phone),
        ListColumn("town", ("镇街", "所在镇街", "户籍镇街", "乡镇（街道）", "乡镇"), one_of(towns, "镇街")),
        ListColumn("occupation", ("岗位职业", "岗位", "职业（工种）", "工种", "职业"), cells.text),
        ListColumn("due_on", ("应完成日期", "完成期限", "完成日期"), cells.day),
    ]  # fmt: skip


def _number(raw: object) -> str:
    return cells.document(raw).number


def template(title: str, columns: Sequence[ListColumn], sample: Sequence[str]) -> bytes:
    """An empty file with these columns (必填 marked), every cell text, and one line that shows how it is filled in."""
    file = io.BytesIO()
    book = new_book(file, title=title)
    sheet = book.add_worksheet(title[:31])
    text = book.add_format({"num_format": "@"})
    head = book.add_format(
        {"bold": True, "bg_color": "#e8f0fa", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    grey = book.add_format({"font_color": "#5f6b7a"})
    sheet.set_column(0, len(columns) - 1, 18, text)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, f"{column.names[0]}{'（必填）' if column.required else ''}", head)
    sheet.write_string(0, len(columns) + 1, "填写示例（不会被读取）：" + "，".join(sample), grey)
    sheet.freeze_panes(1, 0)
    book.close()
    return file.getvalue()
