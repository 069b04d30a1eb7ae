"""What is due (可享补贴) is asked again every night, until somebody says yes."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.subsidy.actions.entitling import refresh_waiting


@app.task(queueing_lock="refresh_dues", pass_context=False)
def refresh_dues(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Run twice it changes nothing more."""
    refresh_waiting(at=clock.now())
