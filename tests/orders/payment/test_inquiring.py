"""没有收到: the question goes to finance with a day, is answered with the bank's number, and what came back is paid again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AT, Cast, cast, make_person, outsider
from tests.orders.payment.making import answer, approved_claims, forge, gathered, lines_of, sent
from wudan.funds import queries as funds
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day, working_days_left
from wudan.kernel.roles import Role
from wudan.orders.payment import queries
from wudan.orders.payment.actions.inquiring import answer_inquiry, say_received
from wudan.orders.payment.actions.recovering import open_recovery
from wudan.orders.payment.actions.repaying import repay
from wudan.orders.payment.actions.returning import record_return, settle
from wudan.orders.payment.models import Inquiry
from wudan.orders.subsidy.models import Claim
from wudan.organisations.queries import calendar_overrides

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture
def claim(tez: Cast) -> Claim:
    return paid_claim(tez)


def paid_claim(tez: Cast) -> Claim:
    [claim, _] = approved_claims(tez, [150_000, 1_000])
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    settle(batch_id=batch.pk, actor=tez.finance, at=AT)
    return Claim.objects.get(pk=claim.pk)


def worker(claim: Claim) -> Actor:
    return Actor(999, Role.WORKER, "本人", person_id=claim.person_id)


def asked(claim: Claim) -> Inquiry:
    found = say_received(claim_id=claim.pk, received=False, actor=worker(claim), at=AT)
    assert found is not None
    return found


def answered(tez: Cast, found: Inquiry, **more: Any) -> Inquiry:
    given = {
        "arrived": True,
        "voucher": "LS20201116",
        "finding": "已于当日入账",
        "actor": tez.finance,
        "at": AT,
    }
    return answer_inquiry(inquiry_id=found.pk, **(given | more))


def refusal_of(call: Any, *args: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **given)
    return caught.value.refusal.code


def test_finance_has_it_to_do_with_a_day_of_the_rulebook(tez: Cast, claim: Claim) -> None:
    found = asked(claim)
    assert found.due_on is not None
    assert working_days_left(legal_day(AT), found.due_on, calendar_overrides(tez.code)) == 5
    assert list(queries.visible_inquiries(tez.finance)) == [found]
    assert list(queries.visible_inquiries(outsider(tez, "finance"))) == []
    assert asked(claim) == found, "asked twice is one question"
    assert Inquiry.objects.count() == 1


def test_arrived_leaves_the_payment_as_it_is_and_may_be_asked_again(tez: Cast, claim: Claim) -> None:
    done = answered(tez, asked(claim))
    assert (done.state, done.voucher, done.answered_by) == ("arrived", "LS20201116", tez.finance.user_id)
    assert Claim.objects.get(pk=claim.pk).state == "paid"
    assert refusal_of(answered, tez, done) == "wrong-state"
    again = asked(claim)
    assert again.pk != done.pk
    assert queries.inquiries_of([claim.pk]) == {claim.pk: again}


def test_received_after_all_ends_the_question(tez: Cast, claim: Claim) -> None:
    found = asked(claim)
    say_received(claim_id=claim.pk, received=True, actor=worker(claim), at=AT)
    found.refresh_from_db()
    assert found.state == "received"
    assert refusal_of(answered, tez, found) == "wrong-state"


def test_what_came_back_is_a_bounce_and_is_paid_again(tez: Cast, claim: Claim) -> None:
    found = asked(claim)
    answered(tez, found, arrived=False, finding="账户已销户，款项退回")
    claim.refresh_from_db()
    assert (claim.state, claim.receipt_answer) == ("bounced", "")
    assert claim.due_on is not None
    [line] = queries.bounced_lines(tez.finance)
    assert (line.pk, line.bank_reason, line.received_fen) == (found.line_id, "账户已销户，款项退回", None)
    pool = line.batch.pool_id
    b = funds.balances_now([pool])[pool]
    assert (b.earmarked, b.in_transit, b.paid) == (150_000, 0, 1_000)
    assert queries.compare(line.batch_id) == []
    repay(claim_id=claim.pk, actor=tez.finance, at=AT, comment="银行原因")
    assert [x.claim_id for x in lines_of(gathered(tez))] == [claim.pk]


def test_refused_without_the_bank_s_number_or_words(tez: Cast, claim: Claim) -> None:
    found = asked(claim)
    assert refusal_of(answered, tez, found, voucher=" ") == "no-voucher"
    assert refusal_of(answered, tez, found, finding="") == "no-finding"
    sql = "UPDATE payment_inquiry SET state = 'arrived' WHERE id = %s"
    assert refusal_of(forge, sql, found.pk) == "inquiry_answered_with_proof"


def test_refused_to_others(tez: Cast, claim: Claim) -> None:
    stranger = Actor(998, Role.WORKER, "别人", person_id=make_person(77).pk)
    assert refusal_of(say_received, claim_id=claim.pk, received=False, actor=stranger, at=AT) == "forbidden"
    found = asked(claim)
    for other in (outsider(tez, "finance"), tez.reviewer, tez.supervisor, worker(claim)):
        assert refusal_of(answered, tez, found, actor=other) == "forbidden"


def test_not_sent_back_while_it_is_being_recovered(tez: Cast, claim: Claim) -> None:
    found = asked(claim)
    open_recovery(
        claim_id=claim.pk, amount_fen=50_000, reason="查实", basis="决定书", actor=tez.reviewer, at=AT
    )
    assert refusal_of(answered, tez, found, arrived=False) == "recovery-open"
    assert answered(tez, found).state == "arrived"
