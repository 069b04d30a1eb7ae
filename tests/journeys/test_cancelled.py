"""A class called off half-way: nobody is paid, nobody loses a slot, orders wait again, the money is free, everybody is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast
from tests.journeys.walking import Walk
from wudan.funds.queries import balances_now, ledger_check
from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.actions.running import cancel_class
from wudan.orders.delivery.models import Attendance
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.models import Enrolment, Places, YearSlot
from wudan.orders.subsidy.models import Claim, Due

pytestmark = pytest.mark.django_db


def test_called_off_half_way() -> None:
    walk = Walk(cast())
    tez = walk.tez
    walk.publish()
    walk.tag(tez.person, "unemployed")
    other = walk.person(2001, "unemployed")
    window = (walk.day + timedelta(days=20), walk.day + timedelta(days=80))
    walk.wishes([(tez.person, tez.worker, ""), (other, tez.town, "本人当面同意")], "unemployed", window)
    untouched = {s: balances_now([p.pk])[p.pk].available for s, p in tez.pools.items()}
    offer = walk.offer("unemployed", first=walk.day + timedelta(days=30))
    for person, actor, by, consent in (
        (tez.person, tez.worker, "person", ""),
        (other, tez.town, "town", "本人当面同意"),
    ):
        pick(offer_id=offer.pk, person_id=person.pk, chosen_by=by, consent=consent, actor=actor, at=walk.at)
    assert YearSlot.objects.filter(state="reserved").count() == 2

    held = walk.opened(offer)
    walk.taught(held, until=4)
    walk.go(1)
    cancel_class(class_id=held.pk, reason="承训机构场地停用", actor=tez.intake, at=walk.at)
    walk.work()

    assert set(Enrolment.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(YearSlot.objects.values_list("state", flat=True)) == {"released"}
    assert set(Order.objects.values_list("state", flat=True)) == {"matched"}  # they wait for another class
    assert Places.objects.get(offer=offer).taken == 0
    states = set(
        Attendance.objects.filter(session__during__startswith__gt=walk.at).values_list("state", flat=True)
    )
    assert states == {"excused"}
    assert Attendance.objects.filter(state="present").count() == 8  # what was attended stays on record
    assert Offer.objects.get(pk=offer.pk).state == "cancelled"
    assert {s: balances_now([p.pk])[p.pk].available for s, p in tez.pools.items()} == untouched
    assert ledger_check(tez.code) == []
    assert not Claim.objects.exists() and not Due.objects.filter(state__in=["ready", "claimed"]).exists()

    again = walk.offer("unemployed", first=walk.day + timedelta(days=30))
    picked = pick(
        offer_id=again.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=walk.at
    )
    assert picked.state == "enrolled" and picked.expected_fen == 150_000
