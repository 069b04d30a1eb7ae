"""The rules for OpenFisca, a variable for each; bench/peers/openfisca_contract.py makes the groups and asks.

Claims are its persons; humans and what is counted per human are group entities. Variables are yearly: formulas on ETERNITY fail in 46.0.1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from openfisca_core import entities
from openfisca_core.periods import DateUnit
from openfisca_core.variables import Variable
from terms import (
    APPRENTICE_FLOOR,
    APPRENTICE_MOST,
    APPRENTICE_PERCENT,
    BIT,
    BY_LEVEL,
    FIRST_DAY,
    INSURED_MONTHS,
    LAST_DAY,
    LEVELLED,
    LIVING_DAY,
    LIVING_MOST,
    NO_CERTIFICATE_NEEDED,
    PRE_JOB,
    REASONS,
    REJECTING,
    SKILLED,
    STARTUP,
    TECHNICIAN,
    YEARLY,
    YEARLY_MOST,
)

NEVER = 1 << 30
"""A day or a rank beyond all others."""
SCHEMES = (
    "training",
    "pre_job",
    "skill_upgrade",
    "technician",
    "startup_training",
    "apprenticeship",
    "living_allowance",
)
CERTIFICATES = ("qualification", "skill_level", "special_ability", "special_operation", "completion")
ROLE = [{"key": "member", "plural": "members", "label": "member"}]
CLAIM = entities.build_entity("claim", "claims", "a claim", is_person=True)
GROUPS = [
    entities.build_entity(name, f"{name}s", name, roles=ROLE)
    for name in ("human", "human_year", "once_only", "living")
]
Formula = Callable[[Any, Any], Any]
VARIABLES: list[type[Variable]] = []


def variable(kind: type, name: str = "") -> Callable[[Formula | None], None]:
    """Declare a variable of the claim; the function is its formula and, unless given, its name."""

    def declare(formula: Formula | None) -> None:
        named = name or formula.__name__.replace("_", "-") if formula else name
        about = {"value_type": kind, "entity": CLAIM, "definition_period": DateUnit.YEAR, "label": named}
        VARIABLES.append(type(named, (Variable,), about | ({"formula": formula} if formula else {})))

    return declare


NUMBERS = (
    "scheme", "certificate", "level", "effective", "prior_level", "begins", "started", "ended", "started_ymd", "ended_ymd",
    "attended_days", "insured_months", "fee_fen", "order",
)  # fmt: skip
FLAGS = ("pension", "employee", "poor", "project", "in_class", "comparable")
for _number in NUMBERS:
    variable(int, _number)(None)
for _flag in FLAGS:
    variable(bool, _flag)(None)


def of_scheme(claim: Any, period: Any, *schemes: str) -> np.ndarray:
    """Is the claim's scheme one of these?"""
    return np.isin(claim("scheme", period), [SCHEMES.index(scheme) for scheme in schemes])


def certified(claim: Any, period: Any, *kinds: str) -> np.ndarray:
    """Is its certificate of one of these kinds?"""
    return np.isin(claim("certificate", period), [CERTIFICATES.index(kind) for kind in kinds])


def looked_up(keys: np.ndarray, prices: dict[int, int]) -> np.ndarray:
    """The price of each key; -1 where there is none."""
    return np.select([keys == key for key in prices], list(prices.values()), -1)


@variable(int)
def share(claim: Any, period: Any) -> np.ndarray:
    return APPRENTICE_PERCENT * claim("fee_fen", period).astype(np.int64) // 100


@variable(int)
def price(claim: Any, period: Any) -> np.ndarray:
    cases = {
        "technician": looked_up(claim("level", period), TECHNICIAN),
        "startup_training": STARTUP,
        "apprenticeship": np.minimum(claim("share", period), APPRENTICE_MOST),
        "living_allowance": LIVING_DAY * claim("attended_days", period),
    }
    by_level = np.where(
        of_scheme(claim, period, *LEVELLED), looked_up(claim("effective", period), BY_LEVEL), -1
    )
    return np.select([of_scheme(claim, period, scheme) for scheme in cases], list(cases.values()), by_level)


@variable(bool)
def outside_period(claim: Any, period: Any) -> np.ndarray:
    first, last = (np.datetime64(day).astype(int) for day in (FIRST_DAY, LAST_DAY))
    return (claim("begins", period) < first) | (claim("begins", period) > last)


@variable(bool)
def no_certificate(claim: Any, period: Any) -> np.ndarray:
    return (claim("certificate", period) < 0) & ~of_scheme(claim, period, *NO_CERTIFICATE_NEEDED)


@variable(bool)
def certificate_kind(claim: Any, period: Any) -> np.ndarray:
    pre_job = of_scheme(claim, period, "pre_job") & ~certified(claim, period, *PRE_JOB)
    skilled = of_scheme(claim, period, "skill_upgrade", "technician") & ~certified(claim, period, *SKILLED)
    return (claim("certificate", period) >= 0) & (pre_job | skilled)


@variable(bool)
def draws_pension(claim: Any, period: Any) -> np.ndarray:
    return claim("pension", period)


@variable(bool)
def insured_months_short(claim: Any, period: Any) -> np.ndarray:
    return of_scheme(claim, period, "skill_upgrade") & (claim("insured_months", period) < INSURED_MONTHS)


@variable(bool)
def group(claim: Any, period: Any) -> np.ndarray:
    upgrade = of_scheme(claim, period, "skill_upgrade") & ~claim("employee", period)
    return upgrade | (of_scheme(claim, period, "living_allowance") & ~claim("poor", period))


@variable(bool)
def no_fee(claim: Any, period: Any) -> np.ndarray:
    return of_scheme(claim, period, "apprenticeship") & (claim("fee_fen", period) == 0)


@variable(bool)
def no_project(claim: Any, period: Any) -> np.ndarray:
    return of_scheme(claim, period, "living_allowance") & ~claim("project", period)


@variable(bool)
def no_attendance(claim: Any, period: Any) -> np.ndarray:
    return of_scheme(claim, period, "living_allowance") & (claim("attended_days", period) == 0)


@variable(bool)
def below_floor(claim: Any, period: Any) -> np.ndarray:
    low = (claim("share", period) < APPRENTICE_FLOOR) & (claim("fee_fen", period) > 0)
    return of_scheme(claim, period, "apprenticeship") & low


@variable(bool)
def duration(claim: Any, period: Any) -> np.ndarray:
    long = claim("ended_ymd", period) - claim("started_ymd", period) > 20000
    return of_scheme(claim, period, "apprenticeship") & claim("in_class", period) & long


@variable(bool)
def prior_level_wrong(claim: Any, period: Any) -> np.ndarray:
    level, held = claim("level", period), claim("prior_level", period)
    return of_scheme(claim, period, "technician") & (
        ((level == 2) & (held != 3)) | ((level == 1) & (held != 2))
    )


@variable(bool)
def unpriced(claim: Any, period: Any) -> np.ndarray:
    return claim("price", period) < 0


@variable(bool)
def stands(claim: Any, period: Any) -> np.ndarray:
    """By its own rules."""
    own = [called(reason) for reason in REJECTING if reason not in ("duplicate", "yearly-limit")]
    return ~np.logical_or.reduce([claim(name, period) for name in own])


@variable(bool)
def duplicate(claim: Any, period: Any) -> np.ndarray:
    asked = claim("stands", period) & claim("comparable", period)
    return claim.get_rank(claim.once_only, claim("order", period), condition=asked) > 0


@variable(bool)
def yearly_limit(claim: Any, period: Any) -> np.ndarray:
    counted = claim("stands", period) & ~claim("duplicate", period) & of_scheme(claim, period, *YEARLY)
    return claim.get_rank(claim.human_year, claim("order", period), condition=counted) >= YEARLY_MOST


@variable(int)
def left(claim: Any, period: Any) -> np.ndarray:
    """Of the cap, for living allowances that stand; -1 for the others. There is no running sum: each member is asked in turn."""
    asked = claim("stands", period) & of_scheme(claim, period, "living_allowance")
    order, prices, before = claim("order", period), np.where(asked, claim("price", period), 0), 0
    population = claim.living.reference_entity
    for place in range(int(population.members_position.max()) + 1):
        theirs = population.value_nth_person(place, order, default=NEVER)[population.members_entity_id]
        paid = population.value_nth_person(place, prices, default=0)[population.members_entity_id]
        before = before + np.where(theirs < order, paid, 0)
    return np.where(asked, np.maximum(0, LIVING_MOST - before), -1)


@variable(bool)
def overlap(claim: Any, period: Any) -> np.ndarray:
    """There is no running maximum either: each member of the human in turn."""
    started, ended = claim("started", period), claim("ended", period)
    population = claim.human.reference_entity
    found = np.zeros(len(started), bool)
    for place in range(int(population.members_position.max()) + 1):
        begun = population.value_nth_person(place, started, default=NEVER)[population.members_entity_id]
        over = population.value_nth_person(place, ended, default=-1)[population.members_entity_id]
        found |= (population.members_position != place) & (begun <= ended) & (started <= over)
    return found & claim("in_class", period)


@variable(bool)
def person_cap(claim: Any, period: Any) -> np.ndarray:
    return (claim("left", period) >= 0) & (claim("left", period) < claim("price", period))


@variable(int)
def reasons(claim: Any, period: Any) -> np.ndarray:
    return sum(BIT[reason] * claim(called(reason), period) for reason in REASONS)


@variable(bool)
def refused(claim: Any, period: Any) -> np.ndarray:
    listed = np.logical_or.reduce([claim(called(reason), period) for reason in REJECTING])
    return listed | (claim("left", period) == 0)


@variable(int)
def amount(claim: Any, period: Any) -> np.ndarray:
    left_over, full = claim("left", period), claim("price", period)
    return np.where(claim("refused", period), 0, np.where(left_over >= 0, np.minimum(left_over, full), full))


def called(reason: str) -> str:
    """The variable of a reason; two would have the name of an input."""
    return {"insured-months": "insured-months-short", "prior-level": "prior-level-wrong"}.get(reason, reason)
