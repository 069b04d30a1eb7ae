"""Whatever is chosen, left, failed, approved and recovered in whatever order: never more slots than the year has."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import AT, cast
from tests.catalogue_cast import an_entry, an_occupation, an_open_offer
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.actions.slots import consume_slot, release_slot
from wudan.orders.enrolment.models import Enrolment, YearSlot

# Both sides of the turn of the year; none overlaps another.
PERIODS = [
    (date(2020, 12, 1), date(2020, 12, 5)), (date(2020, 12, 6), date(2020, 12, 10)), (date(2020, 12, 11), date(2020, 12, 15)),
    (date(2020, 12, 16), date(2020, 12, 20)), (date(2020, 12, 31), date(2021, 1, 1)), (date(2021, 1, 1), date(2021, 1, 5)),
    (date(2021, 1, 6), date(2021, 1, 10)), (date(2021, 1, 11), date(2021, 1, 15)), (date(2021, 12, 31), date(2022, 1, 5)),
]  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from(["pick", "pick", "withdraw", "consume", "release"]), st.integers(0, len(PERIODS) - 1)
    ),
    max_size=16,
)


@pytest.mark.django_db
def test_any_sequence(db: Any) -> None:
    tez = cast("370405")
    offers = [
        an_open_offer(tez, an_entry(tez, an_occupation(f"工种{n}", f"6-01-01-0{n}")), period=period)
        for n, period in enumerate(PERIODS)
    ]

    def act(verb: str, which: int) -> None:
        offer = offers[which]
        if verb == "pick":
            pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=AT)
            return
        one = Enrolment.objects.filter(offer=offer).order_by("-id").first()
        if one is None:
            return
        if verb == "withdraw":
            withdraw_enrolment(enrolment_id=one.pk, actor=tez.worker, at=AT)
        else:
            {"consume": consume_slot, "release": release_slot}[verb](enrolment_id=one.pk, actor=SYSTEM, at=AT)

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(steps)
    def sequences(sequence: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            for verb, which in sequence:
                try:
                    with transaction.atomic():
                        act(verb, which)
                except Refused:
                    pass
                _holds()
            transaction.set_rollback(True)

    def _holds() -> None:
        live: dict[str, list[int]] = {}
        for slot in YearSlot.objects.exclude(state="released").select_related("enrolment"):
            live.setdefault(slot.period, []).append(slot.ordinal)
            assert slot.period == str(slot.enrolment.period.lower.year)
            assert slot.enrolment.state == "enrolled"
        for ordinals in live.values():
            assert len(set(ordinals)) == len(ordinals) <= 3
            assert set(ordinals) <= {1, 2, 3}
        promised = Enrolment.objects.filter(state="enrolled", outcome="approved")
        without = promised.exclude(pk__in=YearSlot.objects.values("enrolment"))
        assert not without.exists(), "a promise without a slot behind it"

    sequences()
