"""The district in the middle of its work, on a day of 2020."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, cast
from wudan.accounts.models import User
from wudan.kernel.actor import Actor


@pytest.fixture
def tez(db: None) -> Cast:
    return cast("370405")


@pytest.fixture(autouse=True)
def _in_2020(settings: Any) -> None:
    """The clock of the edges stands where the cast lives."""
    settings.WUDAN_CLOCK_SHIFT = AT - datetime.now(UTC)


@pytest.fixture
def as_(client: Client) -> Callable[[Actor], Client]:
    """The client, logged in as this actor."""

    def log_in(actor: Actor) -> Client:
        client.force_login(
            User.objects.get(pk=actor.user_id), backend="allauth.account.auth_backends.AuthenticationBackend"
        )
        return client

    return log_in
