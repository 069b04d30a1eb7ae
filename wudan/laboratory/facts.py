"""The claims of some years as the engine reads them, by columns; the persons only as pseudonyms.

A year is the year of application. What counts:
- every claim of those years, also a refused one: the draft may pay it; not what was withdrawn or recovered, and not what
  people refused although the rules would have paid;
- a claim somebody decided by hand (人工认定) stays as it was decided, under both rulebooks, and counts against limits;
- what was decided in other years before is history, as it was paid.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear

from wudan.kernel.periods import SHANGHAI, legal_day
from wudan.orders.subsidy.forms import COLUMNS
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import DECIDED

_NOT_READ = ("occupation_name", "class_name", "certificate_number", "groups", "own")
_OWN = tuple(name for name in COLUMNS if name not in _NOT_READ)
_MORE = (
    "pk",
    "number",
    "person_id",
    "groups",
    "applied_at",
    "amount_fen",
    "override_outcome",
    "override_fen",
    "own",
    "person__town",
)
GONE = ("withdrawn", "recovering", "recovered")
CHUNK = 5_000

Columns = dict[str, list[Any]]


@dataclass
class Claims:
    """Claims by columns: `facts` for the engine, the rest for counting, all of one length. `own` are the columns only these
    rulebooks have."""

    facts: Columns = field(
        default_factory=lambda: {
            name: [] for name in ("claim_id", "person_id", *_OWN, "groups", "applied_at")
        }
    )
    keys: list[int] = field(default_factory=list)
    towns: list[str] = field(default_factory=list)
    months: list[str] = field(default_factory=list)
    fens: list[int] = field(default_factory=list)
    own: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.facts = {**{name: [] for name in self.own}, **self.facts}

    def __len__(self) -> int:
        return len(self.keys)

    def add(self, row: tuple[Any, ...], fen: int) -> None:
        pk, number, person, groups, applied_at, *_, own, town = row[: len(_MORE)]
        for name, value in zip(_OWN, row[len(_MORE) :], strict=True):
            self.facts[name].append(value)
        for name in self.own:
            self.facts[name].append(own.get(name))
        self.facts["claim_id"].append(number)
        self.facts["person_id"].append("" if person is None else f"#{person}")
        self.facts["groups"].append(";".join(groups))
        self.facts["applied_at"].append(applied_at)
        self.keys.append(pk)
        self.towns.append(town or "")
        self.months.append(f"{legal_day(applied_at):%Y-%m}")
        self.fens.append(fen)

    def row(self, place: int) -> dict[str, Any]:
        return {name: values[place] for name, values in self.facts.items()}


@dataclass
class Read:
    """What a run decides (`open`), what stands as people decided it (`fixed`), and what was paid before (`history`)."""

    open: Claims
    fixed: Claims
    history: Claims
    left_out: int


def year_bounds(year: int) -> tuple[datetime, datetime]:
    """[first instant, first instant of the next year) of a year in Shanghai."""
    return datetime(year, 1, 1, tzinfo=SHANGHAI), datetime(year + 1, 1, 1, tzinfo=SHANGHAI)


def years_of(district_id: str) -> list[tuple[int, int]]:
    """The years in which claims were made, the latest first, with their number; one pass over the district's claims."""
    claims = Claim.objects.filter(district=district_id).order_by()
    counted = claims.values_list(ExtractYear("applied_at", tzinfo=SHANGHAI)).annotate(Count("pk"))
    return sorted(((int(year), int(count)) for year, count in counted), reverse=True)


def considered(district_id: str, years: Collection[int]) -> QuerySet[Claim]:
    """The claims of those years that a run looks at."""
    by_hand = Q(state="rejected", outcome__in=["approved", "review"])
    return _within(district_id, years).exclude(state__in=GONE).exclude(by_hand)


def _within(district_id: str, years: Collection[int]) -> QuerySet[Claim]:
    found = Q(pk__in=[])
    for year in years:
        since, until = year_bounds(year)
        found |= Q(applied_at__gte=since, applied_at__lt=until)
    return Claim.objects.filter(found, district=district_id)


def read(
    district_id: str, years: Collection[int], progress: Callable[[int], None], own: tuple[str, ...] = ()
) -> Read:
    """Read them all, in the order of their numbers; `progress` hears how many are read. `own`: columns of the rulebooks' own."""
    found = Read(Claims(own=own), Claims(own=own), Claims(own=own), 0)
    wanted = considered(district_id, years)
    found.left_out = _within(district_id, years).count() - wanted.count()
    for place, row in enumerate(_rows(wanted), 1):
        overridden, fen = row[6], row[7]
        if overridden:
            found.fixed.add(row, fen or 0)
        else:
            found.open.add(row, 0)
        if place % CHUNK == 0:
            progress(place)
    _, until = year_bounds(max(years))
    before = Claim.objects.filter(district=district_id, state__in=DECIDED, applied_at__lt=until)
    for row in _rows(before.exclude(pk__in=_within(district_id, years).values("pk"))):
        found.history.add(row, (row[7] if row[6] else row[5]) or 0)
    return found


def _rows(claims: QuerySet[Claim]) -> Iterable[tuple[Any, ...]]:
    return claims.order_by("number").values_list(*_MORE, *_OWN).iterator(chunk_size=CHUNK)


def months_between(years: Collection[int], today: date) -> int:
    """How many months of the years have begun by today: what a year's money is divided by."""
    return sum(12 if year < today.year else today.month for year in years if year <= today.year)
