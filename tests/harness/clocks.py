"""A clock that stands still: what a code of ten seconds allows is then no matter of how busy the machine is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """As `settings.WUDAN_CLOCK_SHIFT`: whatever the machine's time, the pages' now is `at`."""

    at: datetime

    def __radd__(self, _machines: datetime) -> datetime:
        return self.at
