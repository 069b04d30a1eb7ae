"""Lists somebody sends: what cannot be read is told apart from what has no header."""

from __future__ import annotations

import pytest

from wudan.kernel.errors import Refused
from wudan.people.lists import ListColumn, read_list

COLUMNS = [ListColumn("name", ("姓名",), str, required=True), ListColumn("town", ("镇街",), str)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("这是一封信\n不是表格\n", "读不出表格"),
        ("甲,乙\n王小明,邳庄镇\n", "没有找到表头"),
        ("镇街,备注\n邳庄镇,无\n", "缺少必填的列：“姓名”"),
    ],
)
def test_what_is_wrong_with_the_whole_file(content: str, words: str) -> None:
    with pytest.raises(Refused, match=words):
        read_list(content.encode(), COLUMNS, what="名单", max_rows=10)
