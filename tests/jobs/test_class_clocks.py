"""接单 and 开班 by the clock: one round of the timetable does what nobody did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.cast import AT, cast
from tests.chain_cast import (
    OPENS,
    applied_class,
    approved_class,
    make_entry,
    make_occupation,
    make_offer,
    make_registration,
)
from wudan.jobs.classes import run_clocks
from wudan.orders.delivery.actions.answering import ask_provider

pytestmark = pytest.mark.django_db


def test_one_round(settings):
    tez = cast()
    make_registration(tez.provider, make_occupation())
    offer = make_offer(tez, 9, provider_id=None, entry=make_entry(tez, make_occupation()))
    asked = ask_provider(offer_id=offer.pk, provider_id=tez.provider.pk, actor=tez.intake, at=AT)
    waiting, ready = applied_class(tez, n=1, first=date(2020, 12, 20)), approved_class(tez, n=2)
    settings.WUDAN_CLOCK_SHIFT = OPENS - datetime.now(UTC)
    for _ in range(2):  # done again it changes nothing more
        run_clocks(timestamp=0)
    for row in (asked, waiting, ready):
        row.refresh_from_db()
    assert (asked.state, waiting.state, ready.state) == ("lapsed", "approved", "running")
    settings.WUDAN_CLOCK_SHIFT = OPENS + timedelta(days=2) - datetime.now(UTC)
    run_clocks(timestamp=0)
    ready.refresh_from_db()
    assert ready.state == "taught"
