"""接单: asked within a clock, or offering oneself with a plan; one provider an offer."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from tests.cast import AT, SHANGHAI, cast, make_actor, make_organisation, outsider
from tests.chain_cast import make_entry, make_occupation, make_offer, make_registration, planned_class
from tests.orders.subsidy.chain import both, refusal
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.answering import (
    accept_order,
    ask_provider,
    bid,
    choose_bid,
    lapse_answers,
    refuse_order,
    release_order,
    withdraw_bid,
)
from wudan.orders.delivery.actions.planning import open_class
from wudan.orders.delivery.actions.running import cancel_class
from wudan.orders.delivery.models import Answer

pytestmark = pytest.mark.django_db
PLAN = "周师傅主讲，一号实训室，每天8课时，结业考核两次。"


@pytest.fixture
def tez():
    return cast()


def free_offer(tez, n=1):
    """An offer nobody has taken, which the cast's provider may."""
    make_registration(tez.provider, make_occupation())
    return make_offer(tez, n, provider_id=None, entry=make_entry(tez, make_occupation()))


def rival(tez, n=2):
    """Another registered provider of the district with its clerk."""
    other = make_organisation(tez.code, "provider", n)
    make_registration(other, make_occupation())
    return other, make_actor(Role.PROVIDER, organisation=other)


def on(day):
    return datetime.combine(day, time(10), tzinfo=SHANGHAI)


def asked(tez, offer, provider=None):
    return ask_provider(offer_id=offer.pk, provider_id=(provider or tez.provider).pk, actor=tez.intake, at=AT)


def test_asked_and_accepted(tez):
    offer = free_offer(tez)
    answer = asked(tez, offer)
    assert answer.due_on == date(2020, 11, 19)  # three working days
    accept_order(answer_id=answer.pk, actor=tez.provider_clerk, at=on(answer.due_on))
    offer.refresh_from_db()
    assert offer.provider == tez.provider
    assert open_class(offer_id=offer.pk, actor=tez.provider_clerk, at=AT).state == "planning"


def test_the_day_after_is_too_late(tez):
    answer = asked(tez, free_offer(tez))
    late = on(date(2020, 11, 20))
    assert refusal(accept_order, answer_id=answer.pk, actor=tez.provider_clerk, at=late).code == "answer-late"
    assert lapse_answers(at=on(answer.due_on)) == 0
    assert lapse_answers(at=late) == 1
    assert lapse_answers(at=late) == 0
    answer.refresh_from_db()
    assert answer.state == "lapsed"


def test_refused_with_a_reason(tez):
    answer = asked(tez, free_offer(tez))
    assert (
        refusal(refuse_order, answer_id=answer.pk, reason="", actor=tez.provider_clerk, at=AT).code
        == "needs-reason"
    )
    answer = refuse_order(answer_id=answer.pk, reason="实训室在维修", actor=tez.provider_clerk, at=AT)
    assert (answer.state, answer.reason) == ("refused", "实训室在维修")


def test_who_may_ask_and_who_may_answer(tez):
    offer = free_offer(tez)
    ask = {"offer_id": offer.pk, "provider_id": tez.provider.pk, "at": AT}
    for stranger in (outsider(tez, "intake"), tez.provider_clerk, tez.town):
        assert refusal(ask_provider, actor=stranger, **ask).code == "forbidden"
    answer = asked(tez, offer)
    for stranger in (outsider(tez, "provider"), rival(tez)[1], tez.intake):
        assert refusal(accept_order, answer_id=answer.pk, actor=stranger, at=AT).code == "forbidden"
        assert (
            refusal(refuse_order, answer_id=answer.pk, reason="不行", actor=stranger, at=AT).code
            == "forbidden"
        )


def test_only_a_registered_provider_is_asked_or_offers_itself(tez):
    offer = make_offer(tez, provider_id=None)
    assert (
        refusal(ask_provider, offer_id=offer.pk, provider_id=tez.provider.pk, actor=tez.intake, at=AT).code
        == "not-registered"
    )
    assert (
        refusal(bid, offer_id=offer.pk, plan=PLAN, actor=tez.provider_clerk, at=AT).code == "not-registered"
    )
    make_registration(tez.provider, make_occupation(), capacity=19)
    no = refusal(ask_provider, offer_id=offer.pk, provider_id=tez.provider.pk, actor=tez.intake, at=AT)
    assert no.code == "over-capacity"  # twenty places


def test_one_question_at_a_time_and_none_once_taken(tez):
    offer = free_offer(tez)
    asked(tez, offer)
    again = refusal(ask_provider, offer_id=offer.pk, provider_id=tez.provider.pk, actor=tez.intake, at=AT)
    assert again.code == "answer_once"
    other, clerk = rival(tez)
    first = Answer.objects.get()
    second = asked(tez, offer, other)
    accept_order(answer_id=first.pk, actor=tez.provider_clerk, at=AT)
    second.refresh_from_db()
    assert (second.state, second.reason) == ("lapsed", "已由其他机构接单")
    assert refusal(bid, offer_id=offer.pk, plan=PLAN, actor=clerk, at=AT).code == "has-provider"


def test_plans_are_offered_and_one_is_chosen(tez):
    offer = free_offer(tez)
    _, clerk = rival(tez)
    assert refusal(bid, offer_id=offer.pk, plan="便宜", actor=tez.provider_clerk, at=AT).code == "no-plan"
    mine = bid(offer_id=offer.pk, plan=PLAN, actor=tez.provider_clerk, at=AT)
    theirs = bid(offer_id=offer.pk, plan=PLAN, actor=clerk, at=AT)
    for stranger in (tez.intake, outsider(tez, "reviewer"), tez.provider_clerk):
        no = refusal(choose_bid, answer_id=mine.pk, reason="条件最好", actor=stranger, at=AT)
        assert no.code == "forbidden"
    choose_bid(answer_id=mine.pk, reason="实训工位最多", actor=tez.reviewer, at=AT)
    theirs.refresh_from_db()
    offer.refresh_from_db()
    assert (theirs.state, offer.provider) == ("not_chosen", tez.provider)


def test_a_plan_taken_back_cannot_be_chosen(tez):
    mine = bid(offer_id=free_offer(tez).pk, plan=PLAN, actor=tez.provider_clerk, at=AT)
    withdraw_bid(answer_id=mine.pk, actor=tez.provider_clerk, at=AT)
    no = refusal(choose_bid, answer_id=mine.pk, reason="条件最好", actor=tez.reviewer, at=AT)
    assert no.code == "wrong-state"


def test_given_back_it_waits_again_unless_a_class_stands(tez):
    offer = free_offer(tez)
    answer = accept_order(answer_id=asked(tez, offer).pk, actor=tez.provider_clerk, at=AT)
    held = open_class(offer_id=offer.pk, actor=tez.provider_clerk, at=AT)
    ask = {"answer_id": answer.pk, "reason": "教师离职", "actor": tez.provider_clerk, "at": AT}
    assert refusal(release_order, **ask).code == "class-made"
    cancel_class(class_id=held.pk, reason="教师离职", actor=tez.provider_clerk, at=AT)
    assert refusal(release_order, **{**ask, "actor": outsider(tez, "provider")}).code == "forbidden"
    release_order(**ask)
    offer.refresh_from_db()
    assert offer.provider is None
    assert asked(tez, offer).state == "asked"


@pytest.mark.django_db(transaction=True)
def test_two_providers_accept_at_once():
    tez = cast()
    offer = free_offer(tez)
    other, clerk = rival(tez)
    answers = [(asked(tez, offer).pk, tez.provider_clerk), (asked(tez, offer, other).pk, clerk)]
    calls = [lambda pk=pk, who=who: accept_order(answer_id=pk, actor=who, at=AT) for pk, who in answers]
    found = both(*calls)
    found.remove("done")
    assert found[0] in ("wrong-state", "has-provider")
    assert Answer.objects.filter(state="accepted").count() == 1


def test_a_project_or_a_planned_class_is_not_up_for_bids(tez):
    held = planned_class(tez)
    _, clerk = rival(tez)
    assert refusal(bid, offer_id=held.offer_id, plan=PLAN, actor=clerk, at=AT).code == "has-provider"
