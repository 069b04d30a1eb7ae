"""Two at once on one offer, or on one pool through two offers: the money is set aside once, and nobody waits for ever."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AT, cast, make_pool
from tests.catalogue_cast import a_contracted_project, a_drafted_offer, an_entry
from tests.harness.races import both
from wudan.funds.models import Account
from wudan.orders.catalogue.actions.funding import change_places, draw_reserve, reserve_offer
from wudan.orders.catalogue.actions.opening import cancel_offer, open_offer, run_offer
from wudan.orders.catalogue.models import Offer

pytestmark = pytest.mark.django_db(transaction=True)


def _reserved(pool: Any) -> int:
    return Account.objects.get(pool=pool, kind="reserved").balance_fen


def test_one_offer_is_funded_opened_drawn_and_cancelled_once() -> None:
    tez = cast("370405")
    offer = a_drafted_offer(tez)
    given = {"offer_id": offer.pk, "at": AT}
    reviewers = (tez.reviewer, tez.reviewer2)
    assert both(*[lambda who=who: reserve_offer(**given, actor=who) for who in reviewers]) == [
        "done",
        "wrong-state",
    ]
    pool = tez.pools["employment_subsidy"]
    assert _reserved(pool) == 3_000_000
    assert both(*[lambda who=who: open_offer(**given, actor=who) for who in reviewers]) == [
        "done",
        "wrong-state",
    ]
    run_offer(**given, actor=tez.intake)
    draws = [lambda who=who: draw_reserve(**given, fen=2_000_000, actor=who) for who in reviewers]
    assert both(*draws) == ["done", "done"]
    assert Offer.objects.get(pk=offer.pk).drawn_fen == 3_000_000  # 2,000,000 and what was left
    assert _reserved(pool) == 0
    cancels = [lambda who=who: cancel_offer(**given, reason="停办", actor=who) for who in reviewers]
    assert both(*cancels) == ["done", "wrong-state"]


def test_two_offers_want_the_last_of_a_pool_and_of_a_contract() -> None:
    tez = cast("370405", pools=False)
    pool = make_pool(tez.code, "employment_subsidy", fen=3_000_000)
    make_pool(tez.code, "training_special")
    entry = an_entry(tez)
    one, two = a_drafted_offer(tez, entry), a_drafted_offer(tez, entry)
    calls = [
        lambda o=o, who=who: reserve_offer(offer_id=o.pk, actor=who, at=AT)
        for o, who in ((one, tez.reviewer), (two, tez.reviewer2))
    ]
    assert both(*calls) == ["done", "overdrawn"]
    assert _reserved(pool) == 3_000_000
    project = a_contracted_project(tez, heads=30)
    a, b = (
        a_drafted_offer(tez, entry, line="project", project_id=project.pk, places=10, provider_id=None)
        for _ in "ab"
    )
    for o in (a, b):
        reserve_offer(offer_id=o.pk, actor=tez.reviewer, at=AT)
    calls = [
        lambda o=o, who=who: change_places(offer_id=o.pk, places=20, actor=who, at=AT)
        for o, who in ((a, tez.reviewer), (b, tez.reviewer2))
    ]
    assert both(*calls) == ["done", "project-heads"]
    assert sum(o.places for o in project.offers.all()) == 30
    assert sum(o.reserved_fen or 0 for o in project.offers.all()) == 4_500_000
