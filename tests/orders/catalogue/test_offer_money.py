"""Money of offers: reserved at listing, drawn at approval, given back; the ledger and the offers always say the same."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection
from django.db.models import F, Sum

from tests.cast import AT, BASIS, Cast, cast, make_pool, outsider
from tests.catalogue_cast import a_contracted_project, a_drafted_offer, an_entry, an_open_offer
from wudan.funds.models import Account
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.orders.catalogue.actions.funding import (
    change_places,
    draw_reserve,
    reserve_offer,
    settle_offer,
    unreserve_offer,
)
from wudan.orders.catalogue.actions.opening import cancel_offer, end_offer, open_offer, run_offer
from wudan.orders.catalogue.models import Offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def _balance(pool: Any, kind: str = "reserved") -> int:
    return Account.objects.get(pool=pool, kind=kind).balance_fen


def _same(tez: Cast) -> None:
    """The reserved account of every pool is what its offers still hold."""
    for pool in tez.pools.values():
        held = Offer.objects.filter(pool=pool).aggregate(fen=Sum(F("reserved_fen") - F("drawn_fen")))["fen"]
        assert _balance(pool) == (held or 0)


def test_price_times_places_from_the_fund_of_the_line(tez: Cast) -> None:
    offer = an_open_offer(tez)
    assert offer.reserved_fen == 20 * 150_000
    assert offer.pool == tez.pools["employment_subsidy"]
    assert "七（二）" in offer.pool_basis
    staff = an_open_offer(tez, an_entry(tez, level=5), line="unemployed")
    assert staff.pool == tez.pools["unemployment_insurance"]
    _same(tez)


def test_a_line_without_subsidy_sets_nothing_aside(tez: Cast) -> None:
    offer = an_open_offer(tez, line="modern_apprentice")
    assert (offer.reserved_fen, offer.state) == (0, "open")
    _same(tez)


def test_another_pool_needs_a_reason_and_must_pay(tez: Cast) -> None:
    offer = a_drafted_offer(tez)
    special, staff = tez.pools["training_special"], tez.pools["staff_education"]
    zc = make_pool(cast("370306", pools=False).code, "employment_subsidy")
    for pool, code in ((special, "no-reason"), (staff, "pool-not-payable"), (zc, "pool-of-another")):
        with pytest.raises(Refused) as no:
            reserve_offer(offer_id=offer.pk, pool_id=pool.pk, actor=tez.reviewer, at=AT)
        assert no.value.refusal.code == code
    done = reserve_offer(
        offer_id=offer.pk, pool_id=special.pk, reason="财政局批复", actor=tez.reviewer, at=AT
    )
    assert done.pool == special
    assert "财政局批复" in done.pool_basis


def test_only_a_reviewer_of_the_district_sets_money_aside(tez: Cast) -> None:
    offer = a_drafted_offer(tez)
    for actor in (tez.intake, tez.finance, outsider(tez, "reviewer")):
        with pytest.raises(Refused) as no:
            reserve_offer(offer_id=offer.pk, actor=actor, at=AT)
        assert no.value.refusal.code == "forbidden"


def test_too_little_money_is_said_and_nothing_is_kept(tez: Cast) -> None:
    pool = tez.pools["employment_subsidy"]
    offer = a_drafted_offer(tez, places=40)
    most = _balance(pool, "available") // 150_000
    an_open = an_open_offer(tez, an_entry(tez, level=5, price_fen=100_000), places=50)
    with (
        acting(actor=SYSTEM, at=AT, basis=BASIS),
        connection.cursor() as cursor,
    ):  # a place that costs all there is
        cursor.execute("UPDATE catalogue_offer SET price_fen = %s WHERE id = %s", [most * 150_000, offer.pk])
    with pytest.raises(Refused) as no:
        reserve_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT)
    assert no.value.refusal.code == "overdrawn"
    assert Offer.objects.get(pk=offer.pk).state == "drafted"
    assert _balance(pool) == an_open.reserved_fen


def test_places_raise_and_lower_the_reserve(tez: Cast) -> None:
    offer = an_open_offer(tez)
    for places in (30, 30, 5):
        changed = change_places(offer_id=offer.pk, places=places, actor=tez.reviewer, at=AT)
        assert changed.reserved_fen == places * 150_000
        _same(tez)


def test_drawn_settled_and_nothing_left(tez: Cast) -> None:
    offer = an_open_offer(tez, places=5)
    run_offer(offer_id=offer.pk, actor=tez.intake, at=AT)
    draw = {"offer_id": offer.pk, "actor": tez.reviewer, "at": AT}
    assert draw_reserve(fen=150_000, **draw) == 150_000
    with pytest.raises(Refused) as no:
        settle_offer(offer_id=offer.pk, actor=SYSTEM, at=AT)
    assert no.value.refusal.code == "wrong-state"
    end_offer(offer_id=offer.pk, actor=SYSTEM, at=AT)
    assert draw_reserve(fen=10_000_000, **draw) == 4 * 150_000  # never more than is left
    assert draw_reserve(fen=1, **draw) == 0
    _same(tez)
    settled = settle_offer(offer_id=offer.pk, actor=SYSTEM, at=AT)
    assert settled.reserved_fen == settled.drawn_fen == 5 * 150_000
    assert settle_offer(offer_id=offer.pk, actor=tez.intake, at=AT).reserved_fen == 5 * 150_000
    _same(tez)
    with pytest.raises(Refused) as no:
        draw_reserve(offer_id=offer.pk, fen=1, actor=outsider(tez, "reviewer"), at=AT)
    assert no.value.refusal.code == "forbidden"


def test_cancelled_half_way_gives_back_the_rest(tez: Cast) -> None:
    offer = an_open_offer(tez)
    run_offer(offer_id=offer.pk, actor=tez.intake, at=AT)
    draw_reserve(offer_id=offer.pk, fen=150_000, actor=tez.reviewer, at=AT)
    cancel_offer(offer_id=offer.pk, reason="停水停电", actor=SYSTEM, at=AT)
    assert _balance(offer.pool) == 0
    assert _balance(offer.pool, "available") == 100_000_000
    _same(tez)


def test_back_to_the_draft_gives_everything_back(tez: Cast) -> None:
    offer = a_drafted_offer(tez)
    reserve_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT)
    back = unreserve_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT)
    assert (back.state, back.reserved_fen, back.pool) == ("drafted", None, None)
    assert reserve_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT).reserved_fen == 3_000_000
    _same(tez)


def test_the_offers_of_a_project_share_its_contract_to_the_last_fen(tez: Cast) -> None:
    entry = an_entry(tez)
    project = a_contracted_project(tez, heads=7)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        project.contract_fen = 1_000_000  # not divisible by seven
        project.save()
    a, b, c = (
        an_open_offer(tez, entry, line="project", project_id=project.pk, places=n, min_heads=1)
        for n in (3, 2, 2)
    )
    assert [a.reserved_fen, b.reserved_fen, c.reserved_fen] == [428_571, 285_714, 285_715]
    assert {a.pool, b.pool, c.pool} == {tez.pools["training_special"]}
    cancel_offer(offer_id=b.pk, reason="合并", actor=tez.intake, at=AT)
    with pytest.raises(Refused) as no:
        change_places(offer_id=a.pk, places=6, actor=tez.reviewer, at=AT)
    assert no.value.refusal.code == "project-heads"
    assert change_places(offer_id=a.pk, places=5, actor=tez.reviewer, at=AT).reserved_fen == 714_285
    _same(tez)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_ledger_and_offers_agree(tez: Cast, seed: int) -> None:
    dice = random.Random(seed)
    entries = [an_entry(tez, level=level) for level in (5, 4, 3)]
    offers = [
        a_drafted_offer(tez, entries[n % 3], line=line)
        for n, line in enumerate(("general", "unemployed", "modern_apprentice", "poor"))
    ]
    by, start = {"actor": tez.reviewer, "at": AT}, 100_000_000
    verbs = {
        "reserve": lambda o: reserve_offer(offer_id=o, **by),
        "unreserve": lambda o: unreserve_offer(offer_id=o, **by),
        "places": lambda o: change_places(offer_id=o, places=dice.randint(5, 50), **by),
        "open": lambda o: open_offer(offer_id=o, **by),
        "run": lambda o: run_offer(offer_id=o, **by),
        "draw": lambda o: draw_reserve(offer_id=o, fen=dice.choice((1, 150_000, 900_000)), **by),
        "end": lambda o: end_offer(offer_id=o, **by),
        "settle": lambda o: settle_offer(offer_id=o, **by),
        "cancel": lambda o: cancel_offer(offer_id=o, reason="测试", **by),
    }
    weights = [4, 1, 4, 4, 2, 5, 1, 1, 0.4]
    done = 0
    for _ in range(40):
        verb = dice.choices(list(verbs), weights)[0]
        try:
            verbs[verb](dice.choice(offers).pk)
            done += 1
        except Refused:
            pass
        _same(tez)
    assert done > 8
    for source in ("employment_subsidy", "unemployment_insurance"):
        pool = tez.pools[source]
        assert _balance(pool) + _balance(pool, "available") == start
