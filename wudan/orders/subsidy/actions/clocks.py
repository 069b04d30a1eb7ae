"""The clock on a claim (办理时限): working days of the district, from the rulebook's parameters."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.periods import legal_day
from wudan.organisations.queries import deadline
from wudan.policy.queries import rulebook_for

# What is waited for in a state, as the rulebook names it. The other states wait for nobody, or have their own day.
PARAMETERS = {
    "submitted": "accept_working_days",
    "accepted": "first_review_working_days",
    "first_passed": "second_review_working_days",
    "returned": "correction_working_days",
    "frozen": "objection_working_days",
    "approved": "payment_working_days",
    "difference": "difference_working_days",  # not a claim's own state: a line of the payment room
    "inquiry": "receipt_inquiry_working_days",  # nor this: the same room asks the bank where the money is
}
HOUSE_BASIS = "补贴申请办理规程"


def due_on(district_id: str, state: str, at: datetime) -> date | None:
    """The last day for what a claim in this state waits for; None where the district sets no limit."""
    days = working_days(district_id, PARAMETERS.get(state, ""), legal_day(at))
    return None if days is None else deadline(district_id, legal_day(at), days)


def working_days(district_id: str, code: str, on: date) -> int | None:
    """A parameter in whole days, None where the rulebook has none on that day."""
    try:
        return int(rulebook_for(district_id).parameter(code, on).value)
    except LookupError:
        return None


def basis_of(district_id: str | None, state: str, at: datetime) -> str:
    """The clause on which a claim is moved into this state: that of its time limit, else the district's document."""
    if district_id is None:
        return HOUSE_BASIS
    rulebook = rulebook_for(district_id)
    try:
        return rulebook.parameter(PARAMETERS.get(state, ""), legal_day(at)).clause
    except LookupError:
        return rulebook.document
