"""Money (金额) is whole fen (分) in an int; rates are Decimal; float never touches it."""

from __future__ import annotations

import re
from decimal import ROUND_FLOOR, Decimal

_AMOUNT = re.compile(r"[+-]?\d{1,15}(\.\d{0,15})?")


def share_floor(fen: int, rate: Decimal) -> int:
    """`rate` of `fen`, rounded down to the fen."""
    return int((Decimal(fen) * rate).to_integral_value(ROUND_FLOOR))


def in_table(fen: int) -> str:
    """¥1,500.00, as tables print it."""
    sign, whole, cents = ("-" if fen < 0 else ""), *divmod(abs(fen), 100)
    return f"{sign}¥{whole:,}.{cents:02d}"


def in_sentence(fen: int) -> str:
    """1,500元 or 1,500.50元, as sentences print it."""
    sign, whole, cents = ("-" if fen < 0 else ""), *divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}元" if cents else f"{sign}{whole:,}元"


def plain(fen: int) -> str:
    """1500.00, as bank files carry it."""
    sign, whole, cents = ("-" if fen < 0 else ""), *divmod(abs(fen), 100)
    return f"{sign}{whole}.{cents:02d}"


def parse_yuan(text: str) -> int:
    """Fen from yuan text such as "1,500.5" or "¥1500元". Raises ValueError where it is no amount in whole fen."""
    bare = (
        text.strip()
        .removeprefix("¥")
        .removeprefix("￥")
        .removesuffix("元")
        .replace(",", "")
        .replace("，", "")
    )
    # No exponents: "1e999999" is a number to Decimal, and no amount to anybody.
    if not _AMOUNT.fullmatch(bare.strip()):
        raise ValueError(f"“{text}”不是金额")
    fen = Decimal(bare.strip()) * 100
    if fen != fen.to_integral_value():
        raise ValueError(f"“{text}”不是精确到分的金额")
    return int(fen)
