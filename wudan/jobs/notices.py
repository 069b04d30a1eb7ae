"""Public notices end by themselves (公示期满)."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.subsidy.actions.noticing import close_due_notices


@app.task(queueing_lock="close_notices", pass_context=False)
def close_notices(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Close every notice whose last day has passed; run twice it does nothing more."""
    close_due_notices(at=clock.now())
