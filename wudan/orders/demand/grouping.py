"""Grouping (编班): from waiting orders to classes that could run. Pure: the same orders give the same classes.

A class takes orders of one occupation and level whose modes agree and whose windows share enough days. Orders of one town come
first; what a town cannot fill by itself is tried for the whole district (online teaching always is). An order is never split:
one that alone exceeds the largest class stands by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

MODES = ("offline", "blended", "online")
ANY = "any"


@dataclass(frozen=True, slots=True)
class Wish:
    """What grouping looks at in an order; `town` "" is anywhere in the district, the window half-open."""

    order: int
    occupation: int
    level: int
    town: str
    since: date
    until: date
    mode: str
    heads: int


@dataclass(frozen=True, slots=True)
class Group:
    """A class that could run: its window is what all its orders share; `town` "" is the whole district."""

    occupation: int
    level: int
    town: str
    since: date
    until: date
    mode: str
    orders: tuple[int, ...]
    heads: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How many heads a class needs and holds, and how many days its orders' windows must share."""

    least: int
    most: int
    days: int


def group(wishes: Sequence[Wish], limits: Limits, *, on: date) -> list[Group]:
    """Classes in the order of occupation, level, town. Orders are served first come first (by their number)."""
    keyed: dict[tuple[int, int], list[Wish]] = {}
    for wish in sorted(wishes, key=lambda w: w.order):
        shortened = _from(wish, on)
        if (shortened.until - shortened.since).days >= limits.days:
            keyed.setdefault((wish.occupation, wish.level), []).append(shortened)
    found: list[Group] = []
    for key in sorted(keyed):
        found += _of_one_occupation(keyed[key], limits)
    return sorted(found, key=lambda g: (g.occupation, g.level, g.town, g.since, g.orders))


def shared_days(wish: Wish, since: date, until: date) -> int:
    """How many days a wish has in common with a window."""
    return max((min(wish.until, until) - max(wish.since, since)).days, 0)


def agree(mode: str, other: str) -> bool:
    """Whether two modes of teaching may sit in one class."""
    return ANY in (mode, other) or mode == other


def _from(wish: Wish, on: date) -> Wish:
    if wish.since >= on:
        return wish
    return Wish(wish.order, wish.occupation, wish.level, wish.town, on, wish.until, wish.mode, wish.heads)


def _of_one_occupation(wishes: list[Wish], limits: Limits) -> list[Group]:
    found = [_made([w], w.town, _plain(w.mode)) for w in wishes if w.heads > limits.most]
    rest = [w for w in wishes if w.heads <= limits.most]
    towns = sorted({w.town for w in rest if w.town})
    for areas in (towns, [""]):
        while best := _best(rest, areas, limits):
            found.append(best)
            rest = [w for w in rest if w.order not in set(best.orders)]
    return found


def _best(wishes: list[Wish], areas: list[str], limits: Limits) -> Group | None:
    """The viable class with the most heads; of equals the earlier one, then by town and mode."""
    best: tuple[tuple[int, date, str, int], list[Wish], str, str] | None = None
    for town, mode, start, fitting in _candidates(wishes, areas, limits):
        if sum(w.heads for w in fitting) < limits.least:
            continue
        chosen = _filled(fitting, limits)
        if chosen is None:
            continue
        rank = (-sum(w.heads for w in fitting), start, town, MODES.index(mode))
        if best is None or rank < best[0]:
            best = (rank, chosen, town, mode)
    return _made(best[1], best[2], best[3]) if best else None


def _candidates(
    wishes: list[Wish], areas: list[str], limits: Limits
) -> Iterator[tuple[str, str, date, list[Wish]]]:
    span = timedelta(days=limits.days)
    for town in areas:
        here = [w for w in wishes if not town or w.town in (town, "")]
        for mode in MODES if not town else MODES[:2]:
            willing = [w for w in here if agree(w.mode, mode)]
            for start in sorted({w.since for w in willing}):
                yield town, mode, start, [w for w in willing if w.since <= start and w.until >= start + span]


def _filled(fitting: list[Wish], limits: Limits) -> list[Wish] | None:
    """First come first served, evenly over the classes they will fill; None where no class reaches the least."""
    total = sum(w.heads for w in fitting)
    classes = -(-total // limits.most)
    for most in dict.fromkeys((-(-total // classes), limits.most)):
        chosen, heads = [], 0
        for wish in fitting:
            if heads + wish.heads <= most:
                chosen.append(wish)
                heads += wish.heads
        if heads >= limits.least:
            return chosen
    return None


def _made(chosen: list[Wish], town: str, mode: str) -> Group:
    return Group(
        occupation=chosen[0].occupation,
        level=chosen[0].level,
        town=town,
        since=max(w.since for w in chosen),
        until=min(w.until for w in chosen),
        mode=mode,
        orders=tuple(w.order for w in chosen),
        heads=sum(w.heads for w in chosen),
    )


def _plain(mode: str) -> str:
    return MODES[0] if mode == ANY else mode
