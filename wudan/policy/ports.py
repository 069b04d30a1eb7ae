"""What this room asks of the edge (端口): which legal day it is. A release in force is a question of today, asked without an `at`
by every page and action that decides; `config.wiring` joins the clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

Today = Callable[[], date]


def no_day() -> date:
    raise RuntimeError("wudan.config.wiring has not joined the clock")


_joined: list[Today] = [no_day]


def join_today(source: Today) -> None:
    """The edge says once, at start, how to ask for the day."""
    _joined[0] = source


def today() -> date:
    return _joined[0]()
