"""A laid-off worker (失业人员) from the wish to learn to the money, with the trail back from the payment to the wish."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import cast
from tests.journeys.walking import Walk
from wudan.funds.queries import balances_now, ledger_check
from wudan.orders.catalogue.models import Offer
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.models import Enrolment, YearSlot
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.people.queries import archive_of

pytestmark = pytest.mark.django_db


def test_from_the_wish_to_the_money(client: Client) -> None:
    walk = Walk(cast())
    tez = walk.tez
    walk.publish()
    walk.tag(tez.person, "unemployed")
    others = [walk.person(2000 + n, "unemployed") for n in range(19)]
    window = (walk.day + timedelta(days=20), walk.day + timedelta(days=80))
    walk.wishes(
        [(tez.person, tez.worker, ""), *((p, tez.town, "本人到窗口当面同意") for p in others)],
        "unemployed",
        window,
    )

    walk.go(2)
    proposal = walk.proposal()
    assert proposal.heads == 20
    offer = walk.offer("unemployed", first=walk.day + timedelta(days=30), proposal_id=proposal.pk)
    pool = offer.pool_id
    assert pool is not None and offer.reserved_fen == 20 * 150_000
    assert set(Order.objects.values_list("state", flat=True)) == {"listed"}

    mine = pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=walk.at)
    mine.refresh_from_db()
    assert (mine.outcome, mine.expected_fen) == ("approved", 150_000)
    for person in others[:2]:
        pick(
            offer_id=offer.pk,
            person_id=person.pk,
            chosen_by="town",
            consent="本人当面同意",
            actor=tez.town,
            at=walk.at,
        )
    assert Order.objects.filter(state="served").count() == 3
    assert Order.objects.filter(state="listed").count() == 17  # may still choose

    held = walk.opened(offer)
    assert Order.objects.filter(state="matched").count() == 17  # the class has begun: they wait for another
    walk.taught(held)
    walk.finished(held)
    assert Enrolment.objects.get(pk=mine.pk).state == "completed"

    my_course, my_order = (
        reverse("learner:enrolment", args=[mine.pk]),
        reverse("learner:order", args=[mine.order_id]),
    )
    client.force_login(tez.user("worker"))
    assert "考核合格、拿到证书后，系统自动算好补贴。" in client.get(my_course).content.decode()
    [due] = walk.dues(person=tez.person)
    assert (due.state, due.amount_fen, due.outcome) == ("ready", 150_000, "approved")
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=walk.at)
    claim_id = walk.dues(pk=due.pk)[0].claim_id
    assert claim_id is not None and claim is not None

    before = balances_now([pool])[pool]
    walk.reviewed([claim_id])
    now = balances_now([pool])[pool]
    assert (before.reserved - now.reserved, now.earmarked - before.earmarked) == (150_000, 150_000)
    assert Offer.objects.get(pk=offer.pk).drawn_fen == 150_000
    walk.paid([claim_id])
    assert ledger_check(tez.code) == []
    assert YearSlot.objects.get(person=tez.person).state == "consumed"
    kinds = list(archive_of(tez.person.pk).values_list("kind", flat=True))
    assert {"order", "enrolment", "class", "certificate", "claim"} <= set(kinds)

    course = client.get(my_course).content.decode()
    assert "补贴申请：已拨付。" in course
    assert reverse("learner:claim", args=[claim_id]) in course
    assert "系统自动算好补贴" not in course
    for page in (my_order, reverse("learner:claim", args=[claim_id])):
        assert (
            '<b>买单</b><span class="visually-hidden">（已完成）</span>' in client.get(page).content.decode()
        ), page


def test_the_day_is_one_the_documents_cover() -> None:
    """The walk begins in the period of the programme: what follows would say nothing otherwise."""
    assert date(2019, 1, 1) <= Walk.day <= date(2021, 12, 31)
