"""Registrations of providers whose year is over end by themselves (备案期满)."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.catalogue.actions.registering import end_expired_registrations


@app.task(queueing_lock="end_expired_registrations", pass_context=False)
def expire(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Run twice it does nothing more."""
    end_expired_registrations(clock.now())
