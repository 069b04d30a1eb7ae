"""The clocks of 接单 and 开班: silence of a provider, silence of the bureau, the first and the last day of a class."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.delivery.actions.amending import approve_amendments_tacitly
from wudan.orders.delivery.actions.answering import lapse_answers
from wudan.orders.delivery.actions.opening import approve_tacitly
from wudan.orders.delivery.actions.running import finish_due_classes, start_due_classes


@app.task(queueing_lock="class_clocks", pass_context=False)
def run_clocks(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """What nobody answered and what is due today, each in its own transaction; run twice it does nothing more."""
    at = clock.now()
    lapse_answers(at=at)
    approve_tacitly(at=at)
    approve_amendments_tacitly(at=at)
    start_due_classes(at=at)
    finish_due_classes(at=at)
