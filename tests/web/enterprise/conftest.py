from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.cast import AT, Cast, cast


@pytest.fixture(autouse=True)
def _on_the_day(settings: Any) -> None:
    """The pages' clock stands at the cast's day."""
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()


@pytest.fixture
def tez(db: None) -> Cast:
    return cast("370405")


@pytest.fixture
def clerk(client: Client, tez: Cast) -> Client:
    """The enterprise's clerk at the browser."""
    client.force_login(tez.user("enterprise_clerk"))
    return client
