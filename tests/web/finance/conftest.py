"""台儿庄区 with its people, and claims approved, gathered or sent as `tests.orders.payment.making` makes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, cast


@pytest.fixture
def tez(db: Any) -> Cast:
    return cast()


@pytest.fixture(autouse=True)
def _the_cast_s_day(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The pages' clock stands at the cast's moment."""
    monkeypatch.setattr("wudan.web.shared.books.common.now", lambda: AT)
    return AT


def signed_in(cast_: Cast, who: str = "finance") -> Client:
    client = Client()
    client.force_login(cast_.user(who))
    return client
