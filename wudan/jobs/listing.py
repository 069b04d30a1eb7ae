"""Offers close after their last day of choosing, and editions end, by themselves (选单截止、目录更替)."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.catalogue.actions.editions import supersede_due_editions
from wudan.orders.catalogue.actions.opening import close_due_offers


@app.task(queueing_lock="turn_the_day", pass_context=False)
def turn_the_day(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Shortly after midnight in Shanghai; run twice it does nothing more."""
    close_due_offers(at=clock.now())
    supersede_due_editions(at=clock.now())
