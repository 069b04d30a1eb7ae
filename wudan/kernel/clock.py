"""The clock (时钟). Read at the edges only (pages, jobs, commands): everything below takes `at`. A test holds this.

A demonstration runs on sample data of 2021; `WUDAN_CLOCK_SHIFT` moves its clock so that its time limits are alive.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    return timezone.now() + settings.WUDAN_CLOCK_SHIFT
