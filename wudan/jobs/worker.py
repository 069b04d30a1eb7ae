"""The worker process."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from wudan.jobs.outbox import rounds

CONCURRENCY = 2
SHUTDOWN_SECONDS = 10.0  # a job cut off after this is taken up again by `housekeeping.take_up_stalled`
HEARTBEAT_SECONDS = 10.0
STALLED_SECONDS = 30.0


def run() -> None:
    """Work until SIGTERM or SIGINT; the jobs at hand are finished, within limits."""
    connector = app.connector
    if not isinstance(connector, DjangoConnector):  # somebody set it up otherwise: a fault of ours
        raise TypeError(connector)
    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(_run())


async def _run() -> None:
    async with app.open_async():
        mail = asyncio.create_task(rounds())
        try:
            await app.run_worker_async(
                name="wudan",
                concurrency=CONCURRENCY,
                shutdown_graceful_timeout=SHUTDOWN_SECONDS,
                update_heartbeat_interval=HEARTBEAT_SECONDS,
                stalled_worker_timeout=STALLED_SECONDS,
            )
        finally:
            mail.cancel()
            with suppress(asyncio.CancelledError):
                await mail
