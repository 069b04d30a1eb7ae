"""The supervisor's days are those of the cast."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.cast import AT, Cast, cast


@pytest.fixture
def tez(db: Any) -> Cast:
    return cast()


@pytest.fixture(autouse=True)
def _the_cast_s_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wudan.web.shared.books.common.now", lambda: AT)
    monkeypatch.setattr("wudan.web.shared.exporting.now", lambda: AT)


def signed_in(cast_: Cast, who: str = "supervisor") -> Client:
    client = Client()
    client.force_login(cast_.user(who))
    return client
