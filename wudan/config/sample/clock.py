"""The demonstration's clock: when the sample is told it is nine in the morning of the story's last day, a lesson under way,
whatever the hour outside. From then on time goes on as everywhere, also while the demonstration is off."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from wudan.config.sample.story import TODAY
from wudan.kernel.models import History
from wudan.kernel.periods import SHANGHAI

NINE = datetime.combine(TODAY, time(9), SHANGHAI)


def hours_from(told: datetime) -> int:
    """The whole hours (mostly minus some) that make the hour of telling the story's nine o'clock; minutes stay real."""
    hour = told.astimezone(SHANGHAI).replace(minute=0, second=0, microsecond=0)
    return (NINE - hour) // timedelta(hours=1)


def demo_hours() -> int:
    told = History.objects.order_by("id").values_list("written_at", flat=True).first()
    return hours_from(told or datetime.now(SHANGHAI))
