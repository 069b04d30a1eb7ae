"""退票 corrected and paid again, never twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import AT, Cast, cast, make_person, outsider, valid_account
from tests.orders.payment.making import FUND, answer, approved_claims, gathered, lines_of, sent
from wudan.funds import queries as funds
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day, working_days_left
from wudan.kernel.roles import Role
from wudan.orders.payment import queries
from wudan.orders.payment.actions.repaying import repay
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import PaymentLine
from wudan.orders.subsidy.models import Claim
from wudan.organisations.queries import calendar_overrides
from wudan.people.models import PersonAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def bounced_claim(tez: Cast, **fields: Any) -> Claim:
    [claim] = approved_claims(tez, [150_000], **fields)
    batch = sent(tez)
    content = answer(lines_of(batch), bounced=[0])
    record_return(batch_id=batch.pk, file_name="a.csv", content=content, actor=tez.finance, at=AT)
    return claim


def new_account(claim: Claim, n: int = 777) -> None:
    from tests.orders.payment.making import forge

    forge("UPDATE people_personaccount SET current = false WHERE person_id = %s", claim.person_id)
    card = PersonAccount(person_id=claim.person_id or 0, holder="学员一号", bank="农行", recorded_at=AT)
    card.set_number(valid_account(n))
    from wudan.kernel.actor import SYSTEM
    from wudan.kernel.history import acting

    with acting(actor=SYSTEM, at=AT, basis="测试"):
        card.save()


def refusal_of(call: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**given)
    return caught.value.refusal.code


def worker(claim: Claim) -> Actor:
    return Actor(999, Role.WORKER, "本人", person_id=claim.person_id)


def test_corrected_and_paid_in_the_next_batch(tez: Cast) -> None:
    claim = bounced_claim(tez)
    new_account(claim)
    assert repay(claim_id=claim.pk, actor=worker(claim), at=AT).state == "approved"
    assert refusal_of(repay, claim_id=claim.pk, actor=worker(claim), at=AT) == "wrong-state"
    batch = gathered(tez)
    [line] = lines_of(batch)
    assert line.number() == valid_account(777)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    send(batch_id=batch.pk, actor=tez.finance, at=AT)
    record_return(batch_id=batch.pk, file_name="b.csv", content=answer([line]), actor=tez.finance, at=AT)
    assert [x.state for x in queries.lines_of_claim(claim.pk)] == ["paid", "bounced"]
    b = funds.balances_now([batch.pool_id])[batch.pool_id]
    assert (b.earmarked, b.in_transit, b.paid) == (0, 0, 150_000)
    for old in {x.batch_id for x in PaymentLine.objects.order_by("pk")}:
        assert queries.compare(old) == []


def test_the_same_account_only_with_a_word_of_finance(tez: Cast) -> None:
    claim = bounced_claim(tez)
    assert (
        refusal_of(repay, claim_id=claim.pk, actor=worker(claim), at=AT, comment="再试")
        == "account-unchanged"
    )
    assert refusal_of(repay, claim_id=claim.pk, actor=tez.finance, at=AT) == "account-unchanged"
    assert repay(claim_id=claim.pk, actor=tez.finance, at=AT, comment="银行系统故障").state == "approved"


def test_refused(tez: Cast) -> None:
    claim = bounced_claim(tez)
    stranger = make_person(9999)
    for actor in (
        tez.reviewer, outsider(tez, "finance"), tez.provider_clerk, tez.worker,
        Actor(5, Role.WORKER, "外人", person_id=stranger.pk), Actor(5, Role.PROVIDER, "无单位"),
    ):  # fmt: skip
        assert refusal_of(repay, claim_id=claim.pk, actor=actor, at=AT) == "forbidden"
    assert refusal_of(repay, claim_id=10**9, actor=tez.finance, at=AT) == "not-found"
    from tests.orders.payment.making import forge

    forge("UPDATE people_personaccount SET current = false WHERE person_id = %s", claim.person_id)
    assert refusal_of(repay, claim_id=claim.pk, actor=tez.finance, at=AT) == "no-account"
    claim.refresh_from_db()
    assert claim.state == "bounced"


def test_the_organisation_that_applied(tez: Cast) -> None:
    claim = bounced_claim(tez, payee="provider")
    assert [x.claim_id for x in queries.bounced_lines(tez.provider_clerk)] == [claim.pk]
    assert not queries.bounced_lines(outsider(tez, "provider")).exists()
    assert refusal_of(repay, claim_id=claim.pk, actor=outsider(tez, "provider"), at=AT) == "forbidden"
    assert refusal_of(repay, claim_id=claim.pk, actor=tez.provider_clerk, at=AT) == "account-unchanged"
    assert funds.pool_for(tez.code, FUND, 2020).payable


def test_what_came_back_and_what_is_paid_again_have_a_clock_of_their_own(tez: Cast) -> None:
    def left(claim: Claim, at: Any) -> int:
        claim.refresh_from_db()
        assert claim.due_on is not None and claim.due_on >= legal_day(at)
        return working_days_left(legal_day(at), claim.due_on, calendar_overrides(tez.code))

    claim = bounced_claim(tez, due_on=AT.date() - timedelta(days=90))
    assert left(claim, AT) == 10
    later = AT + timedelta(days=60)
    new_account(claim)
    repay(claim_id=claim.pk, actor=tez.finance, at=later)
    assert left(claim, later) == 10
    gathered(tez)
    assert left(claim, later) == 10  # being listed and signed takes none of it
