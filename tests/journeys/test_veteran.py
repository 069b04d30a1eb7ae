"""A veteran (退役军人) on a department's roll: must be trained, chooses, is trained, and is missing no more."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast, make_organisation
from tests.journeys.walking import Walk
from wudan.orders.demand.actions.roll import RollRow, load_roll
from wudan.orders.demand.models import RollEntry
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.people.rows import PersonRow

pytestmark = pytest.mark.django_db


def test_a_veteran_on_the_roll() -> None:
    walk = Walk(cast())
    tez = walk.tez
    walk.publish()
    walk.tag(tez.person, "veteran")
    office = make_organisation(tez.code, "department", 7, name="区退役军人局")
    number = tez.person.number()
    load_roll(
        district_id=tez.code, category="veteran_before", source_id=office.pk, actor=tez.intake, at=walk.at,
        rows=[RollRow(PersonRow("identity", number, tez.person.name))],
    )  # fmt: skip
    entry = RollEntry.objects.get()
    assert (entry.state, entry.person_id) == ("due", tez.person.pk)

    offer = walk.offer("veteran_before", first=walk.day + timedelta(days=30))
    pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=walk.at)
    entry.refresh_from_db()
    assert entry.state == "enrolled"
    held = walk.opened(offer)
    walk.taught(held)
    walk.finished(held)
    entry.refresh_from_db()
    assert (entry.state, entry.trained_on) == ("trained", held.ended_on)

    [due] = walk.dues(person=tez.person)
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=walk.at)
    walk.reviewed([claim.pk])
    walk.paid([claim.pk])
