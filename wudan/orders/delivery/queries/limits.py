"""The numbers of the district's procedure (经办参数) that classes are held to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wudan.organisations.queries import deadline
from wudan.policy.engine.lines import Line
from wudan.policy.queries import parameter, rulebook_for


def limit(district_id: str, code: str, on: date) -> int:
    """A parameter in whole days, people, hours or per cent."""
    return int(parameter(district_id, code, on).value)


def clause(district_id: str, code: str, on: date) -> str:
    return parameter(district_id, code, on).clause


def tacit(district_id: str, on: date) -> bool:
    """Whether silence is consent to an opening and its changes (逾期未答复视为同意)."""
    return bool(parameter(district_id, "class_opening_tacit", on).value)


def due(district_id: str, code: str, on: date) -> date:
    """The last day of a time limit which begins on the day after `on`."""
    return deadline(district_id, on, limit(district_id, code, on))


@dataclass(frozen=True, slots=True)
class PlanLimits:
    """What one sitting and one day of a class may hold."""

    minutes: int
    hours_per_day: int


def plan_limits(district_id: str, on: date) -> PlanLimits:
    return PlanLimits(
        limit(district_id, "class_hour_minutes", on), limit(district_id, "class_hours_per_day_max", on)
    )


def line_of(district_id: str, code: str) -> Line | None:
    """The training line a class is taught under, None where the rulebook does not know it."""
    return rulebook_for(district_id).lines.get(code)
