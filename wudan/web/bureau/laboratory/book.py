"""A run as a workbook: the figures a sheet each, and every claim decided otherwise, names masked."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from django.http import FileResponse

from wudan.kernel.clock import now
from wudan.kernel.identifiers import mask_name
from wudan.kernel.sheets import new_book
from wudan.laboratory.figures import DIMENSIONS
from wudan.orders.subsidy.states import OUTCOMES
from wudan.web.bureau.laboratory.figures import month_words
from wudan.web.shared import exports
from wudan.web.shared.words import cn_time

_PAIR = ("现行人次", "现行金额（元）", "草案人次", "草案金额（元）", "差额（元）")
_POOL = ("资金", "可用余额（元）", "现行月均（元）", "现行不够支付起", "草案月均（元）", "草案不够支付起")
_CHANGE = (
    "申请编号",
    "申请人",
    "现行结论",
    "现行金额（元）",
    "草案结论",
    "草案金额（元）",
    "差额（元）",
    "草案的理由",
)
_POOL_HEAD = (
    "资金",
    "可用余额（元）",
    "现行月均（元）",
    "现行不够支付起",
    "草案月均（元）",
    "草案不够支付起",
)
_CHANGE_HEAD = (
    "申请编号",
    "申请人",
    "现行结论",
    "现行金额（元）",
    "草案结论",
    "草案金额（元）",
    "差额（元）",
    "草案的理由",
)


class _Book:
    def __init__(self, file: Any, title: str, meta: str) -> None:
        self.title, self.meta = title, meta
        self.book = new_book(file, created=now(), title=title, in_memory=False)
        make = self.book.add_format
        self.head = make(
            {"bold": True, "border": 1, "bg_color": "#eef2f6", "align": "center", "text_wrap": True}
        )
        self.big, self.small = make({"bold": True, "font_size": 16}), make({"font_color": "#47515c"})
        self.text, self.count = (
            make({"border": 1, "num_format": "@"}),
            make({"border": 1, "num_format": "#,##0"}),
        )
        self.money = make({"border": 1, "num_format": "#,##0.00"})

    def sheet(self, name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], note: str = "") -> int:
        """A sheet of rows; a Decimal is money in yuan, an int a number, anything else text."""
        page = self.book.add_worksheet(name)
        page.set_column(0, 0, 28)
        page.set_column(1, len(header), 16)
        page.write_string(0, 0, f"{self.title}：{name}", self.big)
        page.write_string(1, 0, f"{self.meta}　{note}".strip(), self.small)
        for place, label in enumerate(header):
            page.write_string(2, place, label, self.head)
        at = 3
        for row in rows:
            for place, value in enumerate(row):
                if isinstance(value, Decimal):
                    page.write_number(at, place, value, self.money)
                elif isinstance(value, int):
                    page.write_number(at, place, value, self.count)
                else:
                    page.write_string(at, place, str(value), self.text)
            at += 1
        page.freeze_panes(3, 1)
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        return at - 3


def run_book(run: Any, changes: Any, district: str) -> tuple[FileResponse, int]:
    """The answer, and how many claims it lists."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    years = "、".join(f"{year}年" for year in run.years)
    today, draft = run.figures["rulebooks"]
    book = _Book(
        file,
        f"政策试算 {run.draft.title}",
        f"{district}　{years}申请　现行{today}，草案{draft}　试算时间：{cn_time(run.made_at)}",
    )
    tables = run.figures["tables"]
    for name, label in DIMENSIONS.items():
        book.sheet(f"按{label}", (label, *_PAIR), map(_pair, tables[name]))
    book.sheet("按结论", ("结论", *_PAIR), map(_pair, tables["outcome"]))
    outlook = run.figures["outlook"]
    book.sheet("资金够用多久", _POOL_HEAD, map(_pool, outlook["pools"]), outlook["formula"])
    labels = run.figures["reasons"]
    count = book.sheet(
        "受影响的申请", _CHANGE_HEAD, (_change(one, labels) for one in changes.iterator(chunk_size=2000))
    )
    book.book.close()
    file.seek(0)
    answer = FileResponse(file, content_type=exports.XLSX)
    name = quote(f"政策试算-{run.draft.title}-{years}.xlsx")
    answer["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
    answer["Cache-Control"] = "no-store"
    return answer, count


def _yuan(fen: int) -> Decimal:
    return Decimal(fen) / 100


def _pair(row: Any) -> tuple[Any, ...]:
    before, after = row["before"], row["after"]
    return (row["label"], before[0], _yuan(before[1]), after[0], _yuan(after[1]), _yuan(after[1] - before[1]))


def _pool(row: Any) -> tuple[Any, ...]:
    sides = [(_yuan(row[side]["monthly_fen"]), _month(row[side])) for side in ("before", "after")]
    return (row["label"], _yuan(row["left_fen"]), *sides[0], *sides[1])


def _month(side: Any) -> str:
    if side["lasts"] is None:
        return "没有支出"
    return month_words(side["month"]) if side["month"] else "十年以内够用"


def _change(one: Any, labels: dict[str, str]) -> tuple[Any, ...]:
    claim = one.claim
    who = (
        mask_name(claim.person.name)
        if claim.person
        else claim.organisation.name
        if claim.organisation
        else ""
    )
    reasons = "；".join(labels.get(code, code) for code in one.after_reasons)
    before, after = (OUTCOMES.get(code, code) for code in (one.before_outcome, one.after_outcome))
    sums = (_yuan(one.before_fen), _yuan(one.after_fen), _yuan(one.delta_fen))
    return (claim.number, who, before, sums[0], after, sums[1], sums[2], reasons)
