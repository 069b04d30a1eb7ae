"""Pools by year with their balances on any day, and the statement (对账单) of one pool."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from wudan.funds import queries as funds
from wudan.kernel.money import in_table
from wudan.kernel.periods import ONE_DAY, legal_day
from wudan.web.shared import exports
from wudan.web.shared.books.common import Desk
from wudan.web.shared.exporting import taken_away
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Paper, Stat
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

NAMES = {
    "granted": "预算下达",
    "available": "可用额度",
    "reserved": "列单预留",
    "earmarked": "已核定未送银行",
    "in_transit": "银行在途",
    "paid": "已拨付",
    "recovered": "追回收入",
}
KINDS = tuple(NAMES)


@dataclass(frozen=True, slots=True)
class PoolRow:
    pool: Any
    sums: funds.Balances


def pools(request: HttpRequest, desk: Desk, template: str, context: dict[str, Any]) -> HttpResponseBase:
    """The table. Three queries, whatever the number of pools."""
    known = list(funds.visible_pools(desk.actor))
    years = sorted({p.year for p in known}, reverse=True)
    spec = _pools_page(desk, [(str(y), f"{y}年") for y in years])
    asked = spec.read(request)
    on = asked.day("on") or desk.today
    wanted = [p for p in known if not asked.get("year") or str(p.year) == asked.get("year")]
    sums = funds.balances_of([p.pk for p in wanted], on)
    rows = [PoolRow(p, sums.get(p.pk, funds.Balances())) for p in wanted]

    def fetch(query: Query) -> list[PoolRow]:
        return sorted(rows, key=lambda r: _key(r, query.sort), reverse=query.descending)

    stats = [Stat(NAMES[k], in_table(sum(r.sums[k] for r in rows))) for k in KINDS]
    more = {
        "stats": stats,
        "on": on,
        "known": bool(known),
        "subtitle": f"余额截至{cn_date(on)}日终，单位为元",
    }
    return spec.respond(
        request, fetch, template, {**more, **context}, district=desk.name, period=f"余额截至{cn_date(on)}"
    )


def _key(row: PoolRow, sort: str) -> tuple[Any, ...]:
    first: Any = row.pool.year if sort == "year" else row.sums[sort]
    return first, -row.pool.pk


def _pools_page(desk: Desk, years: Sequence[tuple[str, str]]) -> ListPage[PoolRow]:
    def money(kind: str) -> Column[PoolRow]:
        return Column(NAMES[kind], lambda r: r.sums[kind], "money", kind, total=True)

    return ListPage(
        title="资金池",
        sort="-year",
        unit="个",
        empty_title="还没有资金池",
        empty_text="先建立年度资金池，再录入预算下达，之后才能核定和拨付补贴。",
        filters=[Filter("year", "预算年度", years), Filter("on", "余额截至", kind="date")],
        columns=[
            Column(
                "资金来源",
                lambda r: r.pool.label,
                "strong",
                href=lambda r: desk.url("pool", r.pool.pk),
                note=lambda r: "" if r.pool.payable else "只作登记，不用于拨付",
                width=26,
            ),
            Column("年度", lambda r: f"{r.pool.year}年", sort="year", width=8),
            *(money(kind) for kind in KINDS),
        ],
    )


# --- the statement of one pool ------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Row:
    """One line of the statement: an entry, or (without one) what stood before the first and after the last."""

    on: date
    memo: str
    basis: str
    who: str
    way: str
    amount_fen: int | None
    after: funds.Balances
    href: str = ""
    reverse_href: str = ""

    def after_of(self, kind: str) -> int:
        return self.after[kind]


@dataclass(frozen=True, slots=True)
class Shown:
    pool: Any
    since: date
    last: date
    rows: Sequence[Row]
    opening: Row
    closing: Row
    wrong: str

    @property
    def period(self) -> str:
        return f"{cn_date(self.since)}至{cn_date(self.last)}"

    @property
    def all_rows(self) -> list[Row]:
        return [self.opening, *self.rows, self.closing]

    @property
    def moved_fen(self) -> int:
        return sum(r.amount_fen or 0 for r in self.rows)


def read_statement(request: HttpRequest, desk: Desk, pool_id: int) -> Shown:
    """Between the days of the address, else the pool's own year up to today. Four queries."""
    pool = funds.visible_pools(desk.actor).filter(pk=pool_id).first()
    if pool is None:
        raise Http404
    since = _day(request, "since") or date(pool.year, 1, 1)
    last = _day(request, "until") or max(desk.today, since)
    wrong = ""
    if last < since:
        since, last, wrong = last, since, "起止日期前后颠倒，已为您调换。"
    found = funds.statement(pool.pk, since, last + ONE_DAY)
    may = funds.is_reversible(r.entry.pk for r in found.rows) if desk.url("reverse", 0) else {}
    rows = [
        Row(
            r.entry.on,
            r.entry.memo,
            r.entry.basis,
            r.entry.actor_label,
            f"{NAMES[r.source]} → {NAMES[r.target]}",
            r.amount_fen,
            r.after,
            _business(r.entry.subject, desk),
            desk.url("reverse", r.entry.pk) if may.get(r.entry.pk) else "",
        )
        for r in found.rows
    ]
    return Shown(
        pool,
        since,
        last,
        rows,
        Row(since, "期初余额", "", "", "", None, found.opening),
        Row(last, "期末余额", "", "", "", None, found.closing),
        wrong,
    )


def _day(request: HttpRequest, key: str) -> date | None:
    try:
        return date.fromisoformat(request.GET.get(key, ""))
    except ValueError:
        return None


def _business(subject: str, desk: Desk) -> str:
    kind, _, pk = subject.partition(":")
    names = {"batch": "batch", "recovery": "recovery"}
    return desk.url(names[kind], pk) if kind in names and pk.isdecimal() else ""


COLUMNS: list[Column[Row]] = [
    Column("记账日期", lambda r: r.on, "date", width=14),
    Column("摘要", lambda r: r.memo, width=40),
    Column("依据", lambda r: r.basis, width=34),
    Column("经办人", lambda r: r.who, width=24),
    Column("结转", lambda r: r.way, width=24),
    Column("金额（元）", lambda r: r.amount_fen, "money"),
    *(
        Column(f"{NAMES[kind]}余额（元）", lambda r, k=kind: r.after_of(k), "money")  # type: ignore[misc]
        for kind in KINDS
    ),
]


def statement(
    request: HttpRequest, desk: Desk, pool_id: int, template: str, context: dict[str, Any]
) -> HttpResponseBase:
    """The page, or its file."""
    shown = read_statement(request, desk, pool_id)
    title = f"{shown.pool.year}年{shown.pool.label}"
    wanted = request.GET.get("export", "")
    if wanted in ("csv", "xlsx"):
        sheet = exports.Sheet(
            f"{title}对账单", COLUMNS, shown.all_rows, desk.name, shown.period,
            signatures=("经办人", "复核人", "负责人"),
        )  # fmt: skip
        file = exports.csv(sheet) if wanted == "csv" else exports.xlsx(sheet)
        taken_away(file, sheet.title, wanted, sheet.written, [shown.period])
        return file
    days = f"since={shown.since.isoformat()}&until={shown.last.isoformat()}"
    base = desk.url("pool", pool_id)
    own = {
        "title": title,
        "subtitle": f"对账单 · {shown.period} · 依据 {shown.pool.clause}",
        "crumbs": [Crumb("资金池", desk.url("pools")), Crumb(title)],
        "shown": shown,
        "kinds": [NAMES[k] for k in KINDS],
        "stats": [Stat(NAMES[k], in_table(shown.closing.after[k])) for k in KINDS],
        "path": base,
        "xlsx_url": f"{base}?export=xlsx&{days}",
        "csv_url": f"{base}?export=csv&{days}",
        "print_url": f"{desk.url('pool_print', pool_id)}?{days}",
        "kind_codes": KINDS,
    }
    return page(request, template, {**own, **context})


def statement_print(request: HttpRequest, desk: Desk, pool_id: int) -> HttpResponseBase:
    """The form a department files, with its signature lines."""
    shown = read_statement(request, desk, pool_id)
    paper = Paper(
        f"{shown.pool.year}年{shown.pool.label}对账单",
        desk.name,
        shown.period,
        signatures=("经办人", "复核人", "负责人"),
    )
    context = {
        "paper": paper,
        "shown": shown,
        "back_url": desk.url("pool", pool_id),
        "printed": legal_day(desk.at),
    }
    return page(request, "shared/books/statement_print.html", context)
