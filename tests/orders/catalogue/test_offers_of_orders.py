"""From orders to an offer and back: a proposal is adopted with its offer, its orders are listed, and wait again when it falls through."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import AT, Cast, cast, outsider
from tests.catalogue_cast import (
    TODAY,
    a_contracted_project,
    a_drafted_offer,
    a_registration,
    an_entry,
    an_open_offer,
    offer_given,
)
from tests.chain_cast import make_occupation, make_staff_order
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.orders.catalogue.actions.editions import derive_entries, draft_edition
from wudan.orders.catalogue.actions.funding import change_places, reserve_offer
from wudan.orders.catalogue.actions.offering import draft_offer, revise_offer
from wudan.orders.catalogue.actions.opening import cancel_offer, run_offer
from wudan.orders.catalogue.queries.editions import entries_of
from wudan.orders.catalogue.queries.offers import offers_of_proposal
from wudan.orders.demand.actions.grouping import propose

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def _proposed(tez: Cast) -> tuple[Any, Any]:
    order = make_staff_order(tez, 20)
    (proposal,) = propose(district_id=tez.code, actor=tez.intake, at=AT)
    return order, proposal


def test_a_proposal_becomes_an_offer_and_its_orders_wait_again_when_it_is_cancelled(tez: Cast) -> None:
    order, proposal = _proposed(tez)
    entry = an_entry(tez, make_occupation(), level=5, price_fen=100_000)
    offer = a_drafted_offer(tez, entry, proposal_id=proposal.pk)
    order.refresh_from_db()
    proposal.refresh_from_db()
    assert (order.state, proposal.state) == ("listed", "adopted")
    assert list(offers_of_proposal(proposal.pk)) == [offer]
    cancel_offer(offer_id=offer.pk, reason="机构停办", actor=tez.intake, at=AT)
    order.refresh_from_db()
    assert order.state == "matched"


def test_a_proposal_is_offered_as_what_it_asks_for_and_once(tez: Cast) -> None:
    order, proposal = _proposed(tez)
    other = an_entry(tez)
    a_registration(tez)
    a_registration(tez, occupation=make_occupation(), level=5)
    fit = an_entry(tez, make_occupation(), level=5)
    given = {"provider_id": tez.provider.pk, "proposal_id": proposal.pk}
    with pytest.raises(Refused) as no:
        draft_offer(**offer_given(other, **given), actor=tez.intake, at=AT)
    assert no.value.refusal.code == "proposal-of-another"
    with pytest.raises(Refused) as no:  # refused for its places: the proposal stays as it was
        draft_offer(**offer_given(fit, **given, places=999), actor=tez.intake, at=AT)
    order.refresh_from_db()
    assert (no.value.refusal.code, order.state) == ("over-capacity", "grouped")
    draft_offer(**offer_given(fit, **given), actor=tez.intake, at=AT)
    with pytest.raises(Refused) as no:
        draft_offer(**offer_given(fit, **given), actor=tez.intake, at=AT)
    assert no.value.refusal.code == "wrong-state"


def test_the_catalogue_of_demand_is_made_of_waiting_orders(tez: Cast) -> None:
    make_staff_order(tez, 20)
    draft = draft_edition(district_id=tez.code, catalogue="demand", actor=tez.intake, at=AT)
    assert derive_entries(edition_id=draft.pk, actor=tez.intake, at=AT) == 1
    entry = entries_of(draft.pk).get()
    assert (entry.occupation.name, entry.level, entry.heads, entry.price_fen) == ("焊工", 5, 20, None)


def test_more_places_are_told_to_those_who_wait(tez: Cast) -> None:
    offer = an_open_offer(tez)
    change_places(offer_id=offer.pk, places=25, actor=tez.reviewer, at=AT)
    assert OutboxEvent.objects.filter(topic="offer:places", payload={"offer": offer.pk}).count() == 1


# --- 调整时间 ----------------------------------------------------------------------------------------------------
def _revise(offer: Any, actor: Any, **changes: Any) -> Any:
    given = {"choose_until": date(2020, 11, 30), "actor": actor, "at": AT} | changes
    return revise_offer(offer_id=offer.pk, **given)


def test_days_move_freely_before_anybody_can_choose(tez: Cast) -> None:
    offer = a_drafted_offer(tez)
    later = (date(2021, 1, 4), date(2021, 1, 20))
    moved = _revise(offer, tez.intake, period=later, choose_until=later[0], schedule_note=" 周末 ")
    assert (moved.period.lower, moved.period.upper, moved.choose_until, moved.schedule_note) == (
        *later,
        later[0],
        "周末",
    )
    with pytest.raises(Refused) as no:
        _revise(offer, tez.intake, choose_until=later[0] + timedelta(days=1))
    assert no.value.refusal.code == "choose-after-start"
    reserve_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT)
    assert _revise(offer, tez.intake, period=(date(2021, 1, 5), date(2021, 1, 20))).period.lower == date(
        2021, 1, 5
    )


def test_once_open_only_the_last_day_of_choosing_moves(tez: Cast) -> None:
    offer = an_open_offer(tez)
    assert _revise(offer, tez.intake).choose_until == date(2020, 11, 30)
    same = (offer.period.lower, offer.period.upper)
    assert _revise(offer, tez.intake, period=same).pk
    with pytest.raises(Refused) as no:
        _revise(offer, tez.intake, period=(same[0], same[1] + timedelta(days=1)))
    assert no.value.refusal.code == "period-fixed"
    for actor in (tez.provider_clerk, outsider(tez, "intake")):
        with pytest.raises(Refused) as no:
            _revise(offer, actor)
        assert no.value.refusal.code == "forbidden"
    run_offer(offer_id=offer.pk, actor=tez.intake, at=AT)
    with pytest.raises(Refused) as no:
        _revise(offer, tez.intake)
    assert no.value.refusal.code == "wrong-state"


def test_a_projects_offer_stays_within_its_contract(tez: Cast) -> None:
    entry = an_entry(tez)
    a_registration(tez)
    project = a_contracted_project(tez)
    offer = a_drafted_offer(tez, entry, line="project", project_id=project.pk)
    last = TODAY + timedelta(days=180)
    assert _revise(offer, tez.intake, period=(date(2020, 12, 1), last)).period.upper == last
    with pytest.raises(Refused) as no:
        _revise(offer, tez.intake, period=(date(2020, 12, 1), last + timedelta(days=1)))
    assert no.value.refusal.code == "project-days"
