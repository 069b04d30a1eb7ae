"""Providers below the district's quality lines get nothing new to offer until an official restores them (暂停新列单)."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.delivery.actions.holding import suspend_below_lines


@app.task(queueing_lock="suspend_below_lines", pass_context=False)
def hold(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Run twice it does nothing more."""
    suspend_below_lines(at=clock.now())
