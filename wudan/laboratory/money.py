"""When the funds run dry (资金够用多久): what a pool still has, divided by what its claims cost a month under each rulebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from wudan.funds.models import Pool
from wudan.funds.queries import Balances, balances_now

FAR = 120
"""Months beyond which nobody plans."""
FORMULA = "可用余额 ÷ 月均支出；月均支出 = 所选年份按规则应付的金额 ÷ 月数"


def outlook(district_id: str, rows: Sequence[Mapping[str, Any]], months: int, today: date) -> dict[str, Any]:
    """Each pool of the latest budget year, with its balance and the first month it cannot pay; `rows` are sums by fund."""
    pools = list(
        Pool.objects.filter(district_id=district_id, payable=True, year__lte=today.year).order_by(
            "-year", "pk"
        )
    )
    pools = [pool for pool in pools if pool.year == pools[0].year]
    balances = balances_now(pool.pk for pool in pools)
    sums = {row["key"]: row for row in rows}
    lines = [
        _line(
            pool.source, pool.label, balances.get(pool.pk, Balances()), sums.get(pool.source), months, today
        )
        for pool in pools
    ]
    known = {pool.source for pool in pools}
    without = [
        {"label": row["label"], "sums": [row["before"][1], row["after"][1]]}
        for row in rows
        if row["key"] not in known
    ]
    return {
        "year": pools[0].year if pools else None,
        "months": months,
        "since": f"{today:%Y-%m}",
        "formula": FORMULA,
        "pools": lines,
        "without": without,
    }


def _line(
    source: str, label: str, has: Balances, row: Mapping[str, Any] | None, months: int, today: date
) -> dict[str, Any]:
    left = has.available + has.reserved
    sides = [_side(left, row[side][1] if row else 0, months, today) for side in ("before", "after")]
    return {
        "source": source, "label": label, "granted_fen": has.granted, "left_fen": left,
        "committed_fen": has.earmarked + has.in_transit, "paid_fen": has.paid, "before": sides[0], "after": sides[1],
    }  # fmt: skip


def _side(left: int, spent: int, months: int, today: date) -> dict[str, Any]:
    """`lasts`: whole months that can be paid; `month`: the first that cannot; both None where nothing is spent."""
    if spent <= 0 or months <= 0:
        return {"spent_fen": spent, "monthly_fen": 0, "tenths": None, "lasts": None, "month": None}
    exact = Fraction(left * months, spent)
    lasts = int(exact)
    month = None if lasts > FAR else month_after(today, lasts)
    tenths = int(exact * 10)
    return {
        "spent_fen": spent,
        "monthly_fen": spent // months,
        "tenths": tenths,
        "lasts": lasts,
        "month": month,
    }


def month_after(today: date, months: int) -> str:
    """The month so many months after today's, as 2021-03."""
    whole = today.year * 12 + today.month - 1 + months
    return f"{whole // 12}-{whole % 12 + 1:02d}"
