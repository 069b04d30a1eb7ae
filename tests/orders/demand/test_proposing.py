"""拟开班: proposed, kept when adjusted, moved about, listed, given up; and what later orders report back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, make_person, outsider
from tests.chain_cast import FIRST_DAY, make_occupation, make_order, make_staff_order
from tests.orders.subsidy.chain import both, refusal
from wudan.kernel.models import History
from wudan.orders.demand.actions.adjusting import (
    adjust_proposal,
    adopt_proposal,
    drop_proposal,
    merge_proposals,
    split_proposal,
    unlist,
)
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.demand.actions.keeping import expire_orders, refuse_order, withdraw_order
from wudan.orders.demand.actions.serving import mark_trained, serve_orders, unserve
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.demand.queries.proposals import beside, orders_in, proposals

pytestmark = pytest.mark.django_db
TODAY = date(2020, 11, 16)
WHY = "镇里要求提前开班"


def grouped(tez, heads=(20,), **given):
    """One class of the enterprise's orders of these heads."""
    orders = [make_staff_order(tez, n, **given) for n in heads]
    found = propose(district_id=tez.code, actor=tez.intake, at=AT)
    return found, orders


def states(*orders):
    return [Order.objects.get(pk=o.pk).state for o in orders]


def test_waiting_orders_become_a_class():
    tez = cast()
    mine = make_order(tez, town_code="370405001")
    (one,), (staff,) = grouped(tez, (19,), town_code="370405001")
    assert (one.heads, one.town_id, one.mode, one.state) == (20, "370405001", "offline", "drafted")
    assert (one.window.lower, one.window.upper) == (FIRST_DAY, FIRST_DAY + timedelta(days=90))
    assert states(mine, staff) == ["grouped", "grouped"]
    assert [o.pk for o in orders_in(one.pk)] == [mine.pk, staff.pk]


def test_below_the_least_nothing_is_proposed():
    tez = cast()
    found, (order,) = grouped(tez, (19,))
    assert found == [] and states(order) == ["matched"]


def test_only_the_districts_own_bureau_groups():
    tez = cast()
    for actor in (outsider(tez, "intake"), tez.town, tez.enterprise_clerk):
        assert refusal(propose, district_id=tez.code, actor=actor, at=AT).code == "forbidden"


def test_grouping_again_without_news_writes_nothing():
    tez = cast()
    grouped(tez, (20, 25))
    before = History.objects.count()
    (one,) = propose(district_id=tez.code, actor=tez.reviewer, at=AT + timedelta(days=1))
    assert one.heads == 45 and History.objects.count() == before


def test_grouping_again_takes_in_what_is_new_and_leaves_what_was_adjusted():
    tez = cast()
    (one,), (first, second) = grouped(tez, (20, 25))
    adjust_proposal(proposal_id=one.pk, remove=[second.pk], reason=WHY, actor=tez.intake, at=AT)
    third = make_staff_order(tez, 5)
    found = propose(district_id=tez.code, actor=tez.intake, at=AT)
    assert [(p.pk == one.pk, p.heads) for p in found] == [(False, 30), (True, 20)]
    assert states(first, second, third) == ["grouped"] * 3


def test_a_class_that_is_no_longer_viable_is_given_up_and_its_orders_wait():
    tez = cast()
    (one,), (first, second) = grouped(tez, (12, 13))
    withdraw_order(order_id=first.pk, actor=tez.enterprise_clerk, at=AT)
    one.refresh_from_db()
    assert one.heads == 13
    assert propose(district_id=tez.code, actor=tez.intake, at=AT) == []
    one.refresh_from_db()
    assert (one.state, states(second)) == ("dropped", ["matched"])


def test_expired_and_refused_orders_are_in_no_class():
    tez = cast()
    (one,), (first, second) = grouped(tez, (20, 25))
    assert (
        refusal(refuse_order, order_id=first.pk, reason="不再需要培训", actor=tez.intake, at=AT).code
        == "wrong-state"
    )
    expire_orders(at=AT + timedelta(days=200))
    one.refresh_from_db()
    assert (one.state, states(first, second)) == ("dropped", ["expired", "expired"])


def test_an_official_moves_orders_in_and_out():
    tez = cast()
    (one,), (first, second) = grouped(tez, (20, 25))
    late = make_staff_order(tez, 3)
    given = {"proposal_id": one.pk, "reason": WHY, "actor": tez.intake, "at": AT}
    assert refusal(adjust_proposal, **(given | {"reason": "改"})).code == "no-reason"
    assert refusal(adjust_proposal, **(given | {"actor": outsider(tez, "intake")})).code == "forbidden"
    assert refusal(adjust_proposal, **(given | {"remove": [first.pk, second.pk]})).code == "leaves-nobody"
    done = adjust_proposal(**given, add=[late.pk], remove=[first.pk], town_code="370405001", mode="blended")
    assert (done.heads, done.town_id, done.mode, done.reason) == (28, "370405001", "blended", WHY)
    assert states(first, second, late) == ["matched", "grouped", "grouped"]
    assert [b.order.pk for b in beside(done, on=TODAY) if not b.obstacle] == [first.pk]


def test_what_does_not_fit_is_refused_by_its_number():
    tez = cast()
    (one,), _ = grouped(tez, (20,))
    cook = make_occupation("中式烹调师", "4-03-02-01")
    wrong = [
        make_staff_order(tez, 1, occupation_id=cook.pk),
        make_staff_order(tez, 1, level=4),
        make_staff_order(tez, 1, mode="online"),
        make_staff_order(tez, 1, wanted=(FIRST_DAY + timedelta(days=81), FIRST_DAY + timedelta(days=120))),
    ]
    for order in wrong:
        no = refusal(adjust_proposal, proposal_id=one.pk, add=[order.pk], reason=WHY, actor=tez.intake, at=AT)
        assert (no.code, order.number in no.sentence) == ("does-not-fit", True)
    fits = make_staff_order(tez, 1, wanted=(FIRST_DAY + timedelta(days=80), FIRST_DAY + timedelta(days=120)))
    done = adjust_proposal(proposal_id=one.pk, add=[fits.pk], reason=WHY, actor=tez.intake, at=AT)
    assert (done.window.upper - done.window.lower).days == 10 and done.heads == 21
    moved = (FIRST_DAY + timedelta(days=200), FIRST_DAY + timedelta(days=240))
    assert (
        refusal(adjust_proposal, proposal_id=one.pk, window=moved, reason=WHY, actor=tez.intake, at=AT).code
        == "does-not-fit"
    )


def test_split_and_merged_again():
    tez = cast()
    (one,), (first, second) = grouped(tez, (20, 25))
    given = {"reason": WHY, "actor": tez.intake, "at": AT}
    assert refusal(split_proposal, proposal_id=one.pk, order_ids=[], **given).code == "nothing-chosen"
    assert (
        refusal(split_proposal, proposal_id=one.pk, order_ids=[first.pk, second.pk], **given).code
        == "nothing-chosen"
    )
    new = split_proposal(proposal_id=one.pk, order_ids=[second.pk], **given)
    one.refresh_from_db()
    assert (one.heads, new.heads) == (20, 25) and propose(district_id=tez.code, actor=tez.intake, at=AT) == [
        new,
        one,
    ]
    assert refusal(merge_proposals, proposal_ids=[one.pk], **given).code == "nothing-chosen"
    assert (
        refusal(
            merge_proposals, proposal_ids=[one.pk, new.pk], **(given | {"actor": outsider(tez, "reviewer")})
        ).code
        == "forbidden"
    )
    whole = merge_proposals(proposal_ids=[one.pk, new.pk], **given)
    new.refresh_from_db()
    assert (whole.pk, whole.heads, new.state) == (one.pk, 45, "dropped")


def test_listed_with_its_orders_and_taken_back_when_the_class_is_cancelled():
    tez = cast()
    (one,), (order,) = grouped(tez, (20,))
    assert (
        refusal(adopt_proposal, proposal_id=one.pk, actor=outsider(tez, "intake"), at=AT).code == "forbidden"
    )
    done = adopt_proposal(proposal_id=one.pk, actor=tez.reviewer, at=AT)
    assert (done.state, done.decided_by, states(order)) == ("adopted", tez.reviewer.user_id, ["listed"])
    assert refusal(adopt_proposal, proposal_id=one.pk, actor=tez.reviewer, at=AT).code == "wrong-state"
    assert (
        refusal(adjust_proposal, proposal_id=one.pk, reason=WHY, actor=tez.intake, at=AT).code
        == "wrong-state"
    )
    assert (
        refusal(unlist, proposal_id=one.pk, reason="班次取消", actor=outsider(tez, "reviewer"), at=AT).code
        == "forbidden"
    )
    assert unlist(proposal_id=one.pk, reason="班次取消", actor=tez.reviewer, at=AT) == 1
    order.refresh_from_db()
    assert (order.state, order.proposal, order.reason) == ("matched", None, "班次取消")


def test_given_up_with_a_reason():
    tez = cast()
    (one,), (order,) = grouped(tez, (20,))
    assert refusal(drop_proposal, proposal_id=one.pk, reason="", actor=tez.intake, at=AT).code == "no-reason"
    assert refusal(drop_proposal, proposal_id=one.pk, reason=WHY, actor=tez.town, at=AT).code == "forbidden"
    done = drop_proposal(proposal_id=one.pk, reason=WHY, actor=tez.intake, at=AT)
    assert (done.state, states(order)) == ("dropped", ["matched"])
    assert not proposals(tez.intake).exists() and not proposals(outsider(tez, "intake"), "").exists()


def test_choosing_a_class_serves_the_order_and_leaving_it_lets_the_order_wait_again():
    tez = cast()
    mine = make_order(tez)
    (one,), _ = grouped(tez, (25,))
    weld = mine.occupation_id
    nobody = make_person(81, name="李四")
    assert serve_orders(person_id=nobody.pk, occupation_id=weld, level=5, actor=tez.worker, at=AT) is None
    assert serve_orders(person_id=tez.person.pk, occupation_id=weld, level=4, actor=tez.worker, at=AT) is None
    served = serve_orders(person_id=tez.person.pk, occupation_id=weld, level=5, actor=tez.worker, at=AT)
    one.refresh_from_db()
    assert (served.pk, served.state, served.proposal, one.heads) == (mine.pk, "served", None, 25)
    back = unserve(order_id=mine.pk, reason="班次取消", actor=tez.reviewer, at=AT)
    assert (back.state, back.reason) == ("matched", "班次取消")
    assert refusal(unserve, order_id=mine.pk, actor=tez.reviewer, at=AT).code == "wrong-state"


def test_a_class_without_levels_serves_an_order_of_any():
    tez = cast()
    mine = make_order(tez)
    served = serve_orders(
        person_id=tez.person.pk, occupation_id=mine.occupation_id, level=0, actor=tez.worker, at=AT
    )
    assert served.pk == mine.pk


def test_a_listed_order_keeps_its_class_when_served():
    tez = cast()
    mine = make_order(tez)
    (one,), _ = grouped(tez, (25,))
    adopt_proposal(proposal_id=one.pk, actor=tez.reviewer, at=AT)
    served = serve_orders(
        person_id=tez.person.pk, occupation_id=mine.occupation_id, level=5, actor=tez.worker, at=AT
    )
    assert (served.state, served.proposal_id) == ("served", one.pk)
    done = mark_trained(
        person_id=tez.person.pk, on=TODAY, lines=["general"], order_id=mine.pk, actor=tez.system, at=AT
    )
    assert (done.state, done.proposal_id) == ("trained", one.pk)


@pytest.mark.parametrize("how_far", ["matched", "grouped", "listed"])
def test_an_order_filed_meanwhile_gives_its_place_to_the_older_one(how_far):
    tez = cast()
    mine = make_order(tez)
    serve_orders(person_id=tez.person.pk, occupation_id=mine.occupation_id, level=5, actor=tez.worker, at=AT)
    newer = make_order(tez)
    assert newer.pk != mine.pk
    one = None
    if how_far != "matched":
        (one,), _ = grouped(tez, (25,))
    if how_far == "listed":
        adopt_proposal(proposal_id=one.pk, actor=tez.reviewer, at=AT)
    unserve(order_id=mine.pk, actor=tez.system, at=AT)
    back = Order.objects.get(pk=mine.pk)
    assert (back.state, back.proposal_id, states(newer)) == (how_far, one.pk if one else None, ["merged"])


def test_whoever_lost_a_class_late_waits_a_full_validity():
    tez = cast()
    mine = make_order(tez)
    serve_orders(person_id=tez.person.pk, occupation_id=mine.occupation_id, level=5, actor=tez.worker, at=AT)
    late = AT + timedelta(days=150)
    back = unserve(order_id=mine.pk, actor=tez.system, at=late)
    assert back.expires_on == TODAY + timedelta(days=150 + 180) and back.wanted.upper > back.wanted.lower
    assert expire_orders(at=late + timedelta(days=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_groupings_at_once_make_one_class():
    tez = cast(pools=False)
    make_staff_order(tez, 30)
    run = lambda who: lambda: propose(district_id=tez.code, actor=who, at=AT)  # noqa: E731
    assert both(run(tez.intake), run(tez.reviewer)) == ["done", "done"]
    assert [p.heads for p in Proposal.objects.all()] == [30]


@pytest.mark.django_db(transaction=True)
def test_withdrawn_while_it_is_listed():
    tez = cast(pools=False)
    (one,), (first, second) = grouped(tez, (20, 25))
    both(
        lambda: withdraw_order(order_id=first.pk, actor=tez.enterprise_clerk, at=AT),
        lambda: adopt_proposal(proposal_id=one.pk, actor=tez.reviewer, at=AT),
    )
    assert states(first, second) == ["withdrawn", "listed"]
