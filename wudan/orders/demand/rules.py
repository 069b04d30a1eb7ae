"""The numbers of policy this room goes by (经办参数), as the district's rulebook has them on a day."""

from __future__ import annotations

from datetime import date, timedelta

from wudan.orders.demand.grouping import Limits
from wudan.policy.engine.lines import Line
from wudan.policy.queries import parameter, rulebook_for

BASIS = "提单列单（台政办发〔2020〕4号 三；周政办发〔2020〕2号 二（一））"


def _days(district_id: str, code: str, on: date) -> int:
    return int(parameter(district_id, code, on).value)


def valid_days(district_id: str, on: date) -> int:
    """Days an order waits before it expires (提单有效期)."""
    return _days(district_id, "order_valid_days", on)


def shared_days(district_id: str, on: date) -> int:
    """The fewest days on which all orders of a class can be taught; a wish shorter than that fits no class."""
    return _days(district_id, "group_shared_days_min", on)


def limits(district_id: str, on: date) -> Limits:
    """How large a class is, and how many days its orders share."""
    return Limits(
        least=_days(district_id, "group_heads_min", on),
        most=_days(district_id, "class_size_max", on),
        days=shared_days(district_id, on),
    )


def line(district_id: str, code: str) -> Line | None:
    """The training line (培训类别) of this code."""
    return rulebook_for(district_id).lines.get(code)


def lines(district_id: str) -> list[Line]:
    """Every training line of the district, in the rulebook's order."""
    return list(rulebook_for(district_id).lines.values())


def must_lines(district_id: str) -> list[Line]:
    """The lines whose groups must all be trained (应培尽培)."""
    return [one for one in lines(district_id) if one.must]


def roll_due_on(district_id: str, category: str, since: date) -> date:
    """The last day by which somebody put on the roll on `since` should be trained."""
    found = line(district_id, category)
    gated = found is not None and found.no_pass_no_work
    code = "roll_due_days_no_work" if gated else "roll_due_days"
    return since + timedelta(days=_days(district_id, code, since))
