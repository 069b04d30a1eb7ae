"""Sign-in ends with the session (签到), also where nobody pressed the button."""

from __future__ import annotations

from procrastinate.contrib.django import app

from wudan.kernel import clock
from wudan.orders.delivery.actions.attendance import close_due_sign_ins


@app.task(queueing_lock="close_sign_ins", pass_context=False)
def close_sign_ins(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Each session in its own transaction; run twice it does nothing more."""
    close_due_sign_ins(at=clock.now())
