"""Keeping the queue and the log-in tables in order."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore
from procrastinate.contrib.django import app

from wudan.jobs.worker import STALLED_SECONDS

KEEP_HOURS = 14 * 24


@app.task(queueing_lock="take_up_stalled", pass_context=False)
async def take_up_stalled(timestamp: int) -> None:  # noqa: ARG001 - the queue passes the planned second
    """Give back to the queue what a killed worker was doing. Jobs are loops over rows, so doing one again is safe."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await app.job_manager.retry_job(job)


@app.task(queueing_lock="sweep", pass_context=False)
async def sweep(timestamp: int) -> None:  # noqa: ARG001
    """Forget finished jobs after two weeks, failed ones excepted, and sessions that ended."""
    await app.job_manager.delete_old_jobs(nb_hours=KEEP_HOURS)
    await SessionStore.aclear_expired()
