"""Many at once: none oversold, none lost, everybody answered, the waiting list without gaps. `bench/picks.py` does it with 1,000."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import pytest

from tests.cast import AT, Cast, cast, make_person
from tests.catalogue_cast import an_entry, an_occupation, an_open_offer
from tests.harness.races import at_once
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.models import Enrolment, Places, YearSlot
from wudan.orders.enrolment.queries.places import waiting, waiting_places

pytestmark = pytest.mark.django_db(transaction=True)

PERSONS, PLACES, THREADS = 200, 30, 20


def all_at_once(calls: Sequence[Callable[[], Any]], threads: int) -> list[str]:
    """Every call on one of so many connections, which begin together; the state or the refusal's code of each."""

    def run(share: Sequence[Callable[[], Any]]) -> list[str]:
        said = []
        for call in share:
            try:
                said.append(str(call().state))
            except Refused as refused:
                said.append(refused.refusal.code)
        return said

    shares = [calls[n::threads] for n in range(threads)]
    return [one for share in at_once(*(partial(run, share) for share in shares)) for one in share]


def worker(n: int) -> tuple[int, Actor]:
    person = make_person(n, account=False)
    return person.pk, Actor(user_id=None, role=Role.WORKER, label="劳动者", person_id=person.pk)


def picking(offer_id: int, person_id: int, actor: Actor) -> Callable[[], Enrolment]:
    return lambda: pick(offer_id=offer_id, person_id=person_id, chosen_by="person", actor=actor, at=AT)


def test_two_hundred_pick_thirty_places() -> None:
    tez = cast("370405")
    offer = an_open_offer(tez, places=PLACES)
    people = [worker(1000 + n) for n in range(PERSONS)]
    said = Counter(all_at_once([picking(offer.pk, *one) for one in people], THREADS))
    assert said == {"enrolled": PLACES, "waiting": PLACES, "waiting-list-full": PERSONS - 2 * PLACES}
    held = Places.objects.get(pk=offer.pk)
    kept = Enrolment.objects.filter(offer=offer)
    assert (held.taken, held.places) == (PLACES, PLACES)
    assert Counter(kept.values_list("state", flat=True)) == {"enrolled": PLACES, "waiting": PLACES}
    assert sorted(e.turn or 0 for e in kept) == list(range(1, 2 * PLACES + 1))
    assert {e.turn for e in kept if e.state == "enrolled"} == set(range(1, PLACES + 1))
    queue = list(waiting(offer.pk))
    assert [waiting_places(queue)[e.pk] for e in queue] == list(range(1, PLACES + 1))
    assert YearSlot.objects.filter(state="reserved").count() == PLACES


def test_leaving_and_choosing_at_once_loses_no_place() -> None:
    tez = cast("370405")
    offer = an_open_offer(tez, places=10)
    first = [worker(2000 + n) for n in range(20)]
    made = [picking(offer.pk, *one)() for one in first]
    seated = [(e, actor) for e, (_, actor) in zip(made, first, strict=True) if e.state == "enrolled"]
    leaving = [
        lambda e=e, actor=actor: withdraw_enrolment(enrolment_id=e.pk, actor=actor, at=AT) for e, actor in seated
    ]  # fmt: skip
    coming = [picking(offer.pk, *worker(2100 + n)) for n in range(10)]
    mixed = [call for pair in zip(leaving, coming, strict=True) for call in pair]
    said = Counter(all_at_once(mixed, 10))
    assert said["withdrawn"] == 10
    assert sum(said.values()) == 20
    kept = Enrolment.objects.filter(offer=offer)
    assert kept.filter(state="enrolled").count() == Places.objects.get(pk=offer.pk).taken == 10
    last = max(e.turn or 0 for e in kept.filter(state="enrolled"))
    assert not kept.filter(state="waiting", turn__lt=last).exists()  # nobody was passed over


def test_one_person_many_clicks_many_classes() -> None:
    """Eight overlapping offers by one person at once: one class. Six clicks on one offer: one enrolment."""
    tez: Cast = cast("370405")
    entry = an_entry(tez)
    person, actor = worker(3000)
    same_time = [an_open_offer(tez, entry) for _ in range(8)]
    said = Counter(all_at_once([picking(o.pk, person, actor) for o in same_time], 8))
    assert said == {"enrolled": 1, "enrolment_not_double_booked": 7}
    other, again = worker(3010)
    clicks = Counter(all_at_once([picking(same_time[0].pk, other, again) for _ in range(6)], 6))
    assert clicks == {"enrolled": 1, "enrolment_once": 5}


def test_five_classes_of_one_year_at_once_take_three_slots() -> None:
    tez: Cast = cast("370405")
    person, actor = worker(3100)
    offers = []
    for month in range(1, 6):
        entry = an_entry(tez, an_occupation(f"工种{month}", f"6-01-01-0{month}"))
        offers.append(an_open_offer(tez, entry, period=(date(2021, month, 1), date(2021, month, 20))))
    said = Counter(all_at_once([picking(o.pk, person, actor) for o in offers], 5))
    assert said == {"enrolled": 5}
    outcomes = Counter(Enrolment.objects.filter(person=person).values_list("outcome", flat=True))
    assert outcomes == {"approved": 3, "rejected": 2}
    slots = YearSlot.objects.filter(person=person, period="2021").values_list("ordinal", flat=True)
    assert sorted(slots) == [1, 2, 3]
