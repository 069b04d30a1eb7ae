"""Roster files as offices send them, made for the tests."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import xlsxwriter

from tests.cast import valid_account, valid_identity, valid_phone

HEADER = [
    "序号", "姓名", "身份证号", "手机号", "人员类别", "补贴项目", "职业（工种）", "职业编码", "等级", "证书类型", "证书编号", "发证日期",
    "班级编号", "班级名称", "开班日期", "结业日期", "出勤天数", "是否领取养老金", "开户银行", "银行账号",
]  # fmt: skip
SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英"


def person_name(n: int) -> str:
    return SURNAMES[n % 20] + GIVEN[n // 20 % 24] + GIVEN[n // 480 % 24]


def row(n: int, **changes: Any) -> list[Any]:
    """A good row: 台儿庄区 approves it (training, 中级工, 1,500 yuan). Columns are changed by their Chinese name."""
    values: dict[str, Any] = {
        "序号": n,
        "姓名": person_name(n),
        "身份证号": valid_identity(n),
        "手机号": valid_phone(n),
        "人员类别": "农村劳动力",
        "补贴项目": "职业培训补贴",
        "职业（工种）": "车工",
        "职业编码": "6-18-01-01",
        "等级": "中级工",
        "证书类型": "职业技能等级证书",
        "证书编号": f"S000037040520204{n % 1_000_000:06d}",
        "发证日期": "2020-10-30",
        "班级编号": f"K{n // 50 + 1}",
        "班级名称": "车工一班",
        "开班日期": "2020-09-01",
        "结业日期": "2020-09-20",
        "出勤天数": 18,
        "是否领取养老金": "否",
        "开户银行": "中国农业银行",
        "银行账号": valid_account(n),
    }
    values.update(changes)
    return [values[name] for name in HEADER]


def rows(count: int, start: int = 1) -> list[list[Any]]:
    return [row(n) for n in range(start, start + count)]


def xlsx(
    data: Sequence[Sequence[Any]], *, sheet: str = "名册", more: Callable[[Any, Any], None] | None = None
) -> bytes:
    """A workbook of these rows; numbers, dates and text as Excel would keep them. `more(book, sheet)` adds the rest."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet(sheet)
    fill(book, page, data)
    if more:
        more(book, page)
    book.close()
    return out.getvalue()


def fill(book: Any, page: Any, data: Sequence[Sequence[Any]]) -> None:
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for r, cells in enumerate(data):
        for c, value in enumerate(cells):
            if value is None or value == "":
                continue
            if isinstance(value, date):
                page.write_datetime(r, c, value, day)
            elif isinstance(value, bool):
                page.write_boolean(r, c, value)
            elif isinstance(value, int | float):
                page.write_number(r, c, value)
            else:
                page.write_string(r, c, str(value))


def csv(data: Sequence[Sequence[Any]], encoding: str = "utf-8", separator: str = ",") -> bytes:
    lines = [separator.join("" if v is None else str(v) for v in cells) for cells in data]
    return "\r\n".join(lines).encode(encoding)
