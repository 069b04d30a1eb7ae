"""Orders that waited too long expire by themselves (提单过期)."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.demand.actions.keeping import expire_orders


@app.task(queueing_lock="expire_orders", pass_context=False)
def expire(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Expire every waiting order whose last day has passed; run twice it does nothing more."""
    expire_orders(at=clock.now())
