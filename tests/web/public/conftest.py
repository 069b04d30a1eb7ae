"""The public pages, on the days of the cast."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import AT, Cast, cast


@pytest.fixture
def tez(db: None, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    return cast("370405")


@pytest.fixture
def zc(tez: Cast) -> Cast:
    return cast("370306")
