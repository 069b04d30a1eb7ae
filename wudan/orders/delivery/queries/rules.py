"""The district's numbers for signing in and for counting attendance (经办参数), read together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from wudan.orders.delivery.counting import Lines
from wudan.policy.queries import rulebook_for


@dataclass(frozen=True, slots=True)
class SignRules:
    """`seconds` each code is shown, `steps` how many of them are taken, the rest in units of their names."""

    seconds: int
    steps: int
    early: timedelta
    offline: timedelta
    skew: timedelta
    tries: int
    wait: timedelta
    witness: timedelta


def sign_rules(district_id: str, on: date) -> SignRules:
    book = rulebook_for(district_id)

    def number(code: str) -> int:
        return int(book.parameter(f"attendance_{code}", on).value)

    return SignRules(
        seconds=number("code_seconds"),
        steps=number("code_steps"),
        early=timedelta(minutes=number("early_minutes")),
        offline=timedelta(hours=number("offline_hours")),
        skew=timedelta(seconds=number("clock_skew_seconds")),
        tries=number("pin_tries"),
        wait=timedelta(minutes=number("pin_minutes")),
        witness=timedelta(hours=number("witness_hours")),
    )


def lines(district_id: str, on: date) -> Lines:
    """The lines of the day the class began: a later change does not move them under a class that has begun."""
    book = rulebook_for(district_id)

    def number(code: str) -> int:
        return int(book.parameter(code, on).value)

    return Lines(
        person=number("attendance_percent"),
        yellow=number("attendance_yellow_percent"),
        red=number("attendance_red_percent"),
        day=number("attendance_day_percent"),
        effect=str(book.parameter("attendance_red_effect", on).value),
    )
