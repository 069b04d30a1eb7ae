"""退选, 候补转正, and what a class does to its enrolments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from tests.cast import AT, Cast, cast, make_actor, make_person, outsider
from tests.catalogue_cast import an_entry, an_occupation, an_open_offer
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.funding import change_places
from wudan.orders.catalogue.actions.opening import cancel_offer, run_offer
from wudan.orders.catalogue.models import Offer
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.actions.leaving import promote_next, withdraw_enrolment
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.actions.slots import consume_slot, release_slot
from wudan.orders.enrolment.actions.teaching import (
    cancel_enrolments,
    drop_enrolment,
    finish_enrolment,
    start_enrolments,
    transfer_enrolment,
)
from wudan.orders.enrolment.models import Enrolment, Places, YearSlot
from wudan.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def worker(n: int) -> tuple[Person, Actor]:
    person = make_person(n)
    return person, make_actor(Role.WORKER, person=person)


def choose(offer: Offer, who: tuple[Person, Actor]) -> Enrolment:
    return pick(offer_id=offer.pk, person_id=who[0].pk, chosen_by="person", actor=who[1], at=AT)


def states(*enrolments: Enrolment) -> list[str]:
    found = dict(Enrolment.objects.filter(pk__in=[e.pk for e in enrolments]).values_list("pk", "state"))
    return [found[e.pk] for e in enrolments]


def slot_states(one: Enrolment) -> list[str]:
    return sorted(YearSlot.objects.filter(enrolment=one).values_list("state", flat=True))


def refused(call: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**given)
    return str(caught.value.refusal.code)


def test_who_leaves_makes_room_for_the_first_in_line(tez: Cast) -> None:
    offer = an_open_offer(tez, places=1, min_heads=1)
    order = file_order(
        district_id=tez.code, filed_by="person", person_id=tez.person.pk, wish="车工",
        occupation_id=offer.entry.occupation_id, level=4, wanted=(date(2020, 11, 16), date(2021, 3, 1)), mode="any",
        actor=tez.worker, at=AT,
    )  # fmt: skip
    sat = choose(offer, (tez.person, tez.worker))
    second = choose(offer, worker(20))
    offer = change_places(offer_id=offer.pk, places=2, actor=tez.reviewer, at=AT)
    assert [e.pk for e in promote_next(offer_id=offer.pk, at=AT)] == [second.pk]
    third = choose(offer, worker(21))
    assert states(sat, second, third) == ["enrolled", "enrolled", "waiting"]
    withdraw_enrolment(enrolment_id=sat.pk, reason="找到工作了", actor=tez.worker, at=AT)
    assert states(sat, second, third) == ["withdrawn", "enrolled", "enrolled"]
    assert Places.objects.get(pk=offer.pk).taken == 2
    assert slot_states(sat) == ["released"]
    assert slot_states(third) == ["reserved"]
    assert Order.objects.get(pk=order.pk).state == "matched"
    assert OutboxEvent.objects.filter(topic="enrolment:promoted", payload={"enrolment": third.pk}).exists()
    assert refused(withdraw_enrolment, enrolment_id=sat.pk, actor=tez.worker, at=AT) == "wrong-state"


def test_who_waits_leaves_without_moving_anybody(tez: Cast) -> None:
    offer = an_open_offer(tez, places=1, min_heads=1)
    sat, who = choose(offer, (tez.person, tez.worker)), worker(30)
    queued = choose(offer, who)
    withdraw_enrolment(enrolment_id=queued.pk, actor=who[1], at=AT)
    assert states(sat, queued) == ["enrolled", "withdrawn"]
    assert Places.objects.get(pk=offer.pk).taken == 1
    assert choose(offer, who).turn == 3  # chosen again, last in line


def test_whoever_has_another_class_by_then_gives_way(tez: Cast) -> None:
    entry = an_entry(tez)
    wanted, other = an_open_offer(tez, entry, places=2, min_heads=1), an_open_offer(tez, entry)
    sat = choose(wanted, (tez.person, tez.worker))
    choose(wanted, worker(39))
    busy, free = worker(40), worker(41)
    first, second = choose(wanted, busy), choose(wanted, free)
    choose(other, busy)
    withdraw_enrolment(enrolment_id=sat.pk, actor=tez.worker, at=AT)
    assert states(first, second) == ["lapsed", "enrolled"]
    assert "时间重叠" in Enrolment.objects.get(pk=first.pk).reason


def test_only_those_concerned_withdraw(tez: Cast) -> None:
    one = choose(an_open_offer(tez), (tez.person, tez.worker))
    for actor in (
        outsider(tez, "worker"),
        outsider(tez, "town"),
        tez.enterprise_clerk,
        tez.provider_clerk,
        tez.intake,
    ):
        assert refused(withdraw_enrolment, enrolment_id=one.pk, actor=actor, at=AT) == "forbidden", (
            actor.label
        )
    assert withdraw_enrolment(enrolment_id=one.pk, actor=tez.town, at=AT).state == "withdrawn"


def test_the_class_begins_and_ends(tez: Cast) -> None:
    offer = an_open_offer(tez, places=2, min_heads=1)
    one, two, queued = (choose(offer, worker(50 + n)) for n in range(3))
    run_offer(offer_id=offer.pk, actor=tez.provider_clerk, at=AT)
    assert start_enrolments(offer_id=offer.pk, actor=tez.provider_clerk, at=AT) == 2
    assert states(one, two, queued) == ["in_class", "in_class", "lapsed"]
    assert refused(withdraw_enrolment, enrolment_id=one.pk, actor=tez.town, at=AT) == "wrong-state"
    assert finish_enrolment(enrolment_id=one.pk, completed=True, actor=SYSTEM, at=AT).state == "completed"
    assert finish_enrolment(enrolment_id=two.pk, completed=False, actor=SYSTEM, at=AT).state == "failed"
    assert (slot_states(one), slot_states(two)) == (["reserved"], ["released"])
    assert consume_slot(enrolment_id=one.pk, actor=tez.reviewer, at=AT) == 1
    assert consume_slot(enrolment_id=one.pk, actor=tez.reviewer, at=AT) == 0
    assert slot_states(one) == ["consumed"]
    assert release_slot(enrolment_id=one.pk, actor=tez.reviewer, at=AT) == 1
    assert refused(consume_slot, enrolment_id=one.pk, actor=tez.worker, at=AT) == "forbidden"
    assert refused(start_enrolments, offer_id=offer.pk, actor=tez.worker, at=AT) == "forbidden"


def test_a_cancelled_offer_lets_everybody_go(tez: Cast) -> None:
    offer = an_open_offer(tez, places=1, min_heads=1)
    sat, queued = choose(offer, (tez.person, tez.worker)), choose(offer, worker(60))
    cancel_offer(offer_id=offer.pk, reason="报名人数不足", actor=tez.reviewer, at=AT)
    told = OutboxEvent.objects.get(topic="offer:cancelled")
    for _ in range(2):  # delivered twice it does no more
        HANDLERS[told.topic](told.payload, AT)
    assert states(sat, queued) == ["cancelled", "cancelled"]
    assert Enrolment.objects.get(pk=sat.pk).reason == "报名人数不足"
    assert (slot_states(sat), Places.objects.get(pk=offer.pk).taken) == (["released"], 0)
    same = an_open_offer(tez, offer.entry)
    assert choose(same, (tez.person, tez.worker)).state == "enrolled"


def test_a_class_cancelled_half_way(tez: Cast) -> None:
    offer = an_open_offer(tez)
    one = choose(offer, (tez.person, tez.worker))
    start_enrolments(offer_id=offer.pk, actor=tez.provider_clerk, at=AT)
    assert cancel_enrolments(offer_id=offer.pk, reason="机构停办", actor=tez.intake, at=AT) == 1
    assert (states(one), slot_states(one)) == (["cancelled"], ["released"])


def test_a_class_made_void_gives_back_what_nothing_was_paid_from(tez: Cast) -> None:
    offer = an_open_offer(tez)
    one, two = choose(offer, (tez.person, tez.worker)), choose(offer, worker(65))
    start_enrolments(offer_id=offer.pk, actor=tez.provider_clerk, at=AT)
    for e in (one, two):
        finish_enrolment(enrolment_id=e.pk, completed=True, actor=SYSTEM, at=AT)
    consume_slot(enrolment_id=two.pk, actor=tez.reviewer, at=AT)
    cancel_enrolments(offer_id=offer.pk, reason="作废", actor=tez.reviewer, at=AT)
    assert states(one, two) == ["completed", "completed"]
    assert (slot_states(one), slot_states(two)) == (["released"], ["consumed"])


def test_who_drops_out_frees_place_and_slot(tez: Cast) -> None:
    offer = an_open_offer(tez)
    one = choose(offer, (tez.person, tez.worker))
    start_enrolments(offer_id=offer.pk, actor=tez.provider_clerk, at=AT)
    drop_enrolment(enrolment_id=one.pk, reason="身体原因", actor=tez.provider_clerk, at=AT)
    assert (states(one), slot_states(one)) == (["dropped"], ["released"])
    assert Places.objects.get(pk=offer.pk).taken == 0


def test_a_transfer_takes_place_and_slot_along(tez: Cast) -> None:
    entry = an_entry(tez)
    old, new = an_open_offer(tez, entry), an_open_offer(tez, entry, places=1, min_heads=1)
    one = choose(old, (tez.person, tez.worker))
    given = {"enrolment_id": one.pk, "to_offer_id": new.pk, "reason": "上课地点更近"}
    assert refused(transfer_enrolment, **given, actor=tez.worker, at=AT) == "forbidden"
    moved = transfer_enrolment(**given, actor=tez.intake, at=AT)
    one.refresh_from_db()
    assert (one.state, one.transferred_to_id, moved.state, moved.outcome) == (
        "transferred", moved.pk, "enrolled", "approved",
    )  # fmt: skip
    assert (slot_states(one), slot_states(moved)) == (["released"], ["reserved"])
    taken = dict(Places.objects.values_list("offer_id", "taken"))
    assert taken == {old.pk: 0, new.pk: 1}
    another = choose(old, worker(70))
    given = {"enrolment_id": another.pk, "to_offer_id": new.pk, "reason": "同上"}
    assert refused(transfer_enrolment, **given, actor=tez.intake, at=AT) == "places_not_oversold"
    assert states(another) == ["enrolled"]


def test_the_lowest_free_slot_is_taken_again(tez: Cast) -> None:
    who = worker(80)
    made = []
    for n in range(3):
        entry = an_entry(tez, an_occupation(f"工种{n}", f"6-01-01-0{n}"))
        made.append(
            choose(an_open_offer(tez, entry, period=(date(2021, n + 1, 1), date(2021, n + 1, 9))), who)
        )
    withdraw_enrolment(enrolment_id=made[1].pk, actor=who[1], at=AT)
    entry = an_entry(tez, an_occupation("工种9", "6-01-01-09"))
    last = choose(an_open_offer(tez, entry, period=(date(2021, 5, 1), date(2021, 5, 9))), who)
    assert YearSlot.objects.get(enrolment=last).ordinal == 2


def test_who_moves_up_late_stands_behind_what_was_chosen_meanwhile(tez: Cast) -> None:
    """Three classes of the year were chosen while waiting: the fourth seat comes without a promise, and without a slot."""
    later = AT + timedelta(hours=1)
    full = an_open_offer(
        tez, an_entry(tez), places=1, min_heads=1, period=(date(2021, 9, 1), date(2021, 9, 9))
    )
    first, who = worker(90), worker(91)
    sat, queued = choose(full, first), choose(full, who)
    assert queued.outcome == "approved"
    for n in range(3):
        offer = an_open_offer(
            tez, an_entry(tez, an_occupation(f"工种{n}", f"6-01-01-0{n}")), period=(date(2021, n + 1, 1), date(2021, n + 1, 9))
        )  # fmt: skip
        pick(offer_id=offer.pk, person_id=who[0].pk, chosen_by="person", actor=who[1], at=later)
    withdraw_enrolment(enrolment_id=sat.pk, actor=first[1], at=later + timedelta(hours=1))
    queued.refresh_from_db()
    assert (queued.state, queued.outcome, queued.reasons) == ("enrolled", "rejected", ["yearly-limit"])
    assert slot_states(queued) == []


def test_choices_of_one_moment_count_in_their_order(tez: Cast) -> None:
    """Also where the keys gain a digit: 9, 10."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('enrolment_enrolment', 'id'), 7)")
    who, outcomes = worker(95), []
    for n in range(4):
        entry = an_entry(tez, an_occupation(f"工种{n}", f"6-01-01-0{n}"))
        offer = an_open_offer(tez, entry, period=(date(2021, n + 1, 1), date(2021, n + 1, 9)))
        outcomes.append((choose(offer, who).pk, Enrolment.objects.get(offer=offer).outcome))
    assert outcomes == [(8, "approved"), (9, "approved"), (10, "approved"), (11, "rejected")]
