"""How dates, clocks and counts are said in Chinese. Pure functions; no clock is read here."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.periods import SHANGHAI, in_words

EMPTY = "—"


def cn_date(value: date | datetime | None) -> str:
    """2020年3月23日"""
    if value is None or value == "":
        return EMPTY
    day = value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value
    return in_words(day)


def day_words(text: str) -> str:
    """A day as it is stored (2020-03-23), said as the house says days; any other text as it is."""
    try:
        return cn_date(date.fromisoformat(text)) if len(text) == len("2020-03-23") else text
    except ValueError:
        return text


def cn_time(value: datetime | None) -> str:
    """2020年3月23日 14:05"""
    if value is None or value == "":
        return EMPTY
    local = value.astimezone(SHANGHAI) if value.tzinfo else value
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


def cn_month(value: date) -> str:
    """2020年3月"""
    return f"{value.year}年{value.month}月"


def clock_words(days_left: int | None) -> str:
    """Working days left as words: 还剩2个工作日, 今天到期, 已超期3个工作日."""
    if days_left is None:
        return "不限时"
    if days_left == 0:
        return "今天到期"
    if days_left < 0:
        return f"已超期{-days_left}个工作日"
    return f"还剩{days_left}个工作日"


def clock_tone(days_left: int | None) -> str:
    """The tone of a clock: overdue is wrong, today and tomorrow wait on you, the rest is plain."""
    if days_left is None:
        return "plain"
    if days_left < 0:
        return "wrong"
    return "wait" if days_left <= 1 else "plain"


def size_words(size: int) -> str:
    """A file's size, e.g. 12.0千字节 or 1.2兆字节."""
    if size < 1_000_000:
        return f"{max(size / 1000, 0.1):.1f}千字节"
    return f"{size / 1_000_000:.1f}兆字节"
