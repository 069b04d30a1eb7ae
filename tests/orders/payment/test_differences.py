"""办理差额: two officers, then money asked back or paid on top, once, through the flows that exist; the ledger agrees throughout."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import AT, BASIS, Cast, cast, outsider
from tests.harness.races import both
from tests.orders.payment.late import approved, certified, deliver, live_line, paid, pay_out, proved, tag
from tests.orders.payment.making import CHAIN, answer, lines_of
from tests.orders.payment.test_late_facts import ALLOWANCE, revoke
from tests.orders.subsidy.chain import refusal, submitted
from wudan.funds.queries import balances_now
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.delivery.actions.certifying import revoke_certificate
from wudan.orders.payment import queries
from wudan.orders.payment.actions.differing import confirm, propose, send_back
from wudan.orders.payment.actions.gathering import gather, remove_line
from wudan.orders.payment.actions.recovering import record_recovery
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.actions.supplementing import repay_supplement
from wudan.orders.payment.models import Batch, Difference, Recovery, Supplement
from wudan.orders.payment.settled import settled
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.models import Claim, Notice, NoticeLine, PaidKey
from wudan.people.actions import end_group

pytestmark = pytest.mark.django_db
WHY = {"reason": "鉴定中心函告替考", "document": "台人社监〔2020〕1号"}


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def decide(tez: Cast, line: Difference, proposal: str, **more: Any) -> Difference:
    propose(difference_id=line.pk, proposal=proposal, actor=tez.intake, at=AT, **(WHY | more))
    return confirm(difference_id=line.pk, actor=tez.reviewer2, at=AT)


def receive(tez: Cast, found: Recovery, fen: int, voucher: str = "1") -> None:
    record_recovery(
        recovery_id=found.pk, received_on=date(2020, 11, 16), amount_fen=fen, voucher=voucher, actor=tez.finance, at=AT
    )  # fmt: skip


def withdraw(tez: Cast) -> None:
    end_group(
        tag_id=tag(tez.person).pk, on=date(2020, 1, 1), reason="核查不符合条件", actor=tez.intake, at=AT
    )
    deliver()


def holds(claim: Claim) -> int:
    return settled([claim.pk])[claim.pk].net


def test_a_revoked_certificate_is_confirmed_and_comes_back_through_the_recovery(tez: Cast) -> None:
    claim, certificate = certified(tez)
    [claim] = paid(tez, claim)
    revoke(tez, certificate)
    decide(tez, live_line(claim), "recover")
    found = Recovery.objects.get()
    assert (found.amount_fen, found.basis, found.difference) == (
        150_000,
        WHY["document"],
        Difference.objects.get(),
    )
    claim.refresh_from_db()
    assert claim.state == "recovering"
    receive(tez, found, 150_000)
    claim.refresh_from_db()
    assert claim.state == "recovered" and holds(claim) == 0 and not PaidKey.objects.exists()
    assert queries.compare(Batch.objects.get().pk) == []


def test_proved_again_what_came_back_is_paid_out_once_through_a_batch(tez: Cast) -> None:
    proved(tez, tez.person)
    [claim] = paid(tez, submitted(tez, **ALLOWANCE))
    withdraw(tez)
    decide(tez, live_line(claim), "recover")
    receive(tez, Recovery.objects.get(), 30_000)
    proved(tez, tez.person)
    deliver()
    line = live_line(claim)
    assert (line.direction, line.paid_fen, line.right_fen) == ("pay", 0, 30_000)
    decide(tez, line, "pay")
    owed = Supplement.objects.get()
    claim.refresh_from_db()
    assert (owed.amount_fen, owed.state, claim.state) == (30_000, "approved", "paid")
    assert balances_now([owed.pool_id])[owed.pool_id].earmarked == 30_000
    batch = pay_out(tez, claim.fund, bounced=[0])
    owed.refresh_from_db()
    assert owed.state == "bounced" and holds(claim) == 0
    repay_supplement(
        supplement_id=owed.pk, holder="", bank="", number="", reason="银行系统故障", actor=tez.finance, at=AT
    )
    batch = pay_out(tez, claim.fund)
    owed.refresh_from_db()
    assert owed.state == "paid" and holds(claim) == 30_000 and queries.compare(batch.pk) == []
    assert refusal(pay_out, tez=tez, fund=claim.fund).code == "nothing-to-pay"
    sums = balances_now([owed.pool_id])[owed.pool_id]
    assert (sums.earmarked, sums.in_transit, sums.recovered) == (0, 0, 30_000)


def test_proved_again_before_anything_came_back_the_recovery_is_lifted(tez: Cast) -> None:
    proved(tez, tez.person)
    [claim] = paid(tez, submitted(tez, **ALLOWANCE))
    withdraw(tez)
    decide(tez, live_line(claim), "recover")
    receive(tez, Recovery.objects.get(), 10_000)
    proved(tez, tez.person)
    deliver()
    line = live_line(claim)
    assert (line.direction, line.paid_fen, line.right_fen) == ("pay", 0, 30_000)
    decide(tez, line, "pay")
    assert Recovery.objects.get().state == "lifted" and Supplement.objects.get().amount_fen == 10_000
    claim.refresh_from_db()
    assert claim.state == "paid" and settled([claim.pk])[claim.pk].fen == 30_000


def test_not_paid_yet_it_is_not_paid_and_goes_back_to_review(tez: Cast) -> None:
    claim, certificate = certified(tez)
    [claim] = approved(tez, [claim])
    pool = tez.pools[claim.fund].pk
    revoke(tez, certificate)
    line = live_line(claim)
    assert (line.direction, line.paid_fen, line.right_fen) == ("hold", 0, 0)
    assert refusal(pay_out, tez=tez, fund=claim.fund).code == "nothing-to-pay"
    decide(tez, line, "reopen", document="")
    claim.refresh_from_db()
    assert (claim.state, claim.first_by, claim.approved_by) == ("accepted", None, None)
    assert balances_now([pool])[pool].earmarked == 0 and not PaidKey.objects.exists()


def test_found_between_batch_and_bank_the_batch_stops(tez: Cast) -> None:
    claim, certificate = certified(tez)
    [claim] = approved(tez, [claim])
    batch = gather(
        district_id=tez.code, pool_id=tez.pools[claim.fund].pk, month=AT.date(), actor=tez.finance, at=AT
    )
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    revoke(tez, certificate)
    stopped = send(batch_id=batch.pk, actor=tez.finance, at=AT)
    assert (stopped.state, [gap["code"] for gap in stopped.gaps]) == ("halted", ["late-fact"])
    line = live_line(claim)
    propose(difference_id=line.pk, proposal="reopen", reason="证书撤销", actor=tez.intake, at=AT)
    assert refusal(confirm, difference_id=line.pk, actor=tez.reviewer2, at=AT).code == "in-transit"
    remove_line(line_id=lines_of(batch)[0].pk, reason="差额待核", actor=tez.finance, at=AT)
    confirm(difference_id=line.pk, actor=tez.reviewer2, at=AT)
    claim.refresh_from_db()
    pool = tez.pools[claim.fund].pk
    assert (claim.state, balances_now([pool])[pool].earmarked) == ("accepted", 0)


def test_found_before_approval_it_is_not_approved(tez: Cast) -> None:
    claim, certificate = certified(tez)
    mine = Claim.objects.filter(pk=claim.pk)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        mine.update(
            accepted_by=tez.intake.user_id, first_by=tez.intake.user_id, second_by=tez.reviewer.user_id
        )
        for state in CHAIN[:-1]:
            mine.update(state=state, state_since=AT)
        notice = Notice.objects.create(
            district=tez.district,
            title="公示",
            opened_on=AT.date(),
            closes_on=AT.date(),
            expires_on=AT.date(),
        )
        NoticeLine.objects.create(
            notice=notice, claim=claim, position=1, name_masked="学*", number_masked="", standard="", amount_fen=150_000
        )  # fmt: skip
    revoke(tez, certificate)
    [answer] = approve(claim_ids=[claim.pk], actor=tez.reviewer2, at=AT)
    assert answer.refusal is not None and answer.refusal.code == "facts-changed"


def test_what_another_claim_stood_in_the_way_of_may_be_applied_for_again(tez: Cast) -> None:
    """The same occupation and level twice: the second was refused, rightly then; no money moves, its applicant is told."""
    first, certificate = certified(tez)
    [first] = paid(tez, first)
    second, _ = certified(tez, n=2, class_id="K2", started_on=date(2020, 10, 1), ended_on=date(2020, 10, 20))
    assert (second.outcome, second.reasons) == ("rejected", ["duplicate"])
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        Claim.objects.filter(pk=second.pk).update(state="rejected")
    revoke(tez, certificate)
    found = {d.claim_id: (d.direction, d.right_fen) for d in Difference.objects.order_by("pk")}
    assert found == {first.pk: ("recover", 0), second.pk: ("none", 150_000)}
    line = live_line(second)
    good = {"difference_id": line.pk, "actor": tez.intake, "at": AT, **WHY}
    assert refusal(propose, proposal="pay", **good).code == "unknown-proposal"
    decide(tez, line, "tell", document="")
    line.refresh_from_db()
    assert line.state == "told" and not Supplement.objects.exists()


def test_paid_meanwhile_the_line_moves_money(tez: Cast) -> None:
    claim, certificate = certified(tez)
    [claim] = approved(tez, [claim])
    batch = gather(
        district_id=tez.code, pool_id=tez.pools[claim.fund].pk, month=AT.date(), actor=tez.finance, at=AT
    )
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    send(batch_id=batch.pk, actor=tez.finance, at=AT)
    revoke(tez, certificate)  # the file is at the bank already
    line = live_line(claim)
    assert line.direction == "hold"
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    claim.refresh_from_db()
    assert claim.state == "paid"
    decide(tez, line, "recover")
    assert Recovery.objects.get().amount_fen == 150_000


def test_refused(tez: Cast) -> None:
    claim, certificate = certified(tez)
    [claim] = paid(tez, claim)
    revoke(tez, certificate)
    line = live_line(claim)

    def no(call: Any, actor: Any, **more: Any) -> str:
        return str(refusal(call, difference_id=line.pk, actor=actor, at=AT, **more).code)

    good = {"proposal": "recover", **WHY}
    for actor in (tez.finance, tez.worker, outsider(tez, "intake"), outsider(tez, "reviewer")):
        assert no(propose, actor, **good) == "forbidden"
    for change, code in (
        ({"proposal": "pay"}, "unknown-proposal"),
        ({"reason": " "}, "no-reason"),
        ({"document": " "}, "no-document"),
        ({"agreed_fen": 150_000}, "amount"),
        ({"agreed_fen": -1}, "amount"),
    ):
        assert no(propose, tez.intake, **(good | change)) == code
    assert no(confirm, tez.reviewer2) == "wrong-state"
    propose(difference_id=line.pk, actor=tez.reviewer, at=AT, **good)
    assert no(propose, tez.intake, **good) == "wrong-state"
    assert no(confirm, tez.reviewer) == "forbidden"  # one's own proposal
    assert no(confirm, tez.intake) == no(confirm, outsider(tez, "reviewer")) == "forbidden"
    assert no(send_back, tez.reviewer2, comment=" ") == "needs-comment"
    send_back(difference_id=line.pk, comment="请附函件", actor=tez.reviewer2, at=AT)
    decide(tez, line, "dismiss", document="")
    deliver()  # told again, the dismissed line stays the only one
    assert Difference.objects.get().state == "dismissed" and not Recovery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_late_facts_at_once_and_two_confirmations_at_once() -> None:
    tez = cast("370405")
    proved(tez, tez.person)
    claim, certificate = certified(tez)
    allowance = submitted(tez, **ALLOWANCE)
    paid(tez, claim)
    paid(tez, allowance)
    revoke_certificate(certificate_id=certificate.pk, reason="替考", actor=tez.reviewer, at=AT)
    end_group(tag_id=tag(tez.person).pk, on=date(2020, 1, 1), reason="不符合", actor=tez.intake, at=AT)
    told = [
        ("certificate:revoked", {"certificate": certificate.pk}),
        ("group:withdrawn", {"tag": tag(tez.person).pk}),
        ("certificate:revoked", {"certificate": certificate.pk}),
    ]
    assert both(*(lambda t=t, said=said: HANDLERS[t](said, AT) for t, said in told)) == ["done"] * 3  # type: ignore[misc]
    assert sorted(Difference.objects.values_list("claim", "state").order_by()) == [
        (claim.pk, "open"),
        (allowance.pk, "open"),
    ]
    line = live_line(claim)
    propose(difference_id=line.pk, proposal="recover", actor=tez.intake, at=AT, **WHY)
    outcome = both(
        lambda: confirm(difference_id=line.pk, actor=tez.reviewer, at=AT),
        lambda: confirm(difference_id=line.pk, actor=tez.reviewer2, at=AT),
    )
    assert outcome == ["done", "wrong-state"] and Recovery.objects.count() == 1
