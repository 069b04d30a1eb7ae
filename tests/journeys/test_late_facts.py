"""A paid class's certificate is revoked, the money comes back; another is issued in its place, and the money goes out again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast
from tests.journeys.walking import Walk
from wudan.funds.queries import balances_now, ledger_check
from wudan.orders.delivery.actions.certifying import CertificateRow, record_certificates, revoke_certificate
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.payment.actions.differing import confirm, propose, state_case
from wudan.orders.payment.actions.recovering import record_recovery
from wudan.orders.payment.models import Difference, Recovery, Supplement
from wudan.orders.payment.settled import settled
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.orders.subsidy.models import Claim
from wudan.oversight.models import Finding
from wudan.people.queries import archive_of

pytestmark = pytest.mark.django_db


def test_revoked_asked_back_issued_again_and_paid_again() -> None:
    walk = Walk(cast())
    tez = walk.tez
    walk.publish()
    walk.tag(tez.person, "veteran")
    offer = walk.offer("veteran_before", first=walk.day + timedelta(days=30))
    pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=walk.at)
    held = walk.opened(offer)
    walk.taught(held)
    [certificate] = walk.finished(held)
    claim = confirm_due(due_id=walk.dues(person=tez.person)[0].pk, actor=tez.worker, at=walk.at)
    walk.reviewed([claim.pk])
    walk.paid([claim.pk])
    was = Claim.objects.filter(pk=claim.pk).values().get()

    walk.go(30)
    revoke_certificate(
        certificate_id=certificate.pk, reason="评价中心函告成绩作废", actor=tez.reviewer, at=walk.at
    )
    walk.work()
    line = Difference.objects.get(claim=claim)
    assert (line.direction, line.paid_fen, line.right_fen) == ("recover", 150_000, 0)
    assert Finding.objects.filter(kind="certificate-revoked").exists()  # the supervisor is told as before
    assert Claim.objects.filter(pk=claim.pk).values().get() == was
    state_case(difference_id=line.pk, content="本人参加了考试", actor=tez.worker, at=walk.at)
    _carried_out(walk, line, "recover")
    walk.go(5)
    record_recovery(
        recovery_id=Recovery.objects.get().pk, received_on=walk.day, amount_fen=150_000, voucher="进账单1",
        actor=tez.finance, at=walk.at,
    )  # fmt: skip
    assert Claim.objects.get(pk=claim.pk).state == "recovered"

    walk.go(20)
    again = CertificateRow(
        certificate.member_id or 0, f"{certificate.number[:-6]}999999", certificate.issued_on, "市评价中心"
    )
    record_certificates(class_id=held.pk, rows=[again], actor=tez.provider_clerk, at=walk.at)
    walk.work()
    line = Difference.objects.get(claim=claim, state="open")
    assert (line.direction, line.paid_fen, line.right_fen) == ("pay", 0, 150_000)
    assert line.late_fact.kind == "certificate-again"
    _carried_out(walk, line, "pay")
    walk.paid([claim.pk])
    assert (Supplement.objects.get().state, settled([claim.pk])[claim.pk].net) == ("paid", 150_000)
    pool = Supplement.objects.get().pool_id
    sums = balances_now([pool])[pool]
    assert (sums.earmarked, sums.in_transit, sums.paid, sums.recovered) == (0, 0, 150_000, 150_000)
    assert ledger_check(tez.code) == []
    titles = archive_of(tez.person.pk).filter(kind="claim").values_list("title", flat=True)
    assert sum("补发" in title for title in titles) == 1


def _carried_out(walk: Walk, line: Difference, proposal: str) -> None:
    propose(
        difference_id=line.pk, proposal=proposal, reason="已向评价中心核实", document="台人社函〔2020〕9号",
        actor=walk.tez.intake, at=walk.at,
    )  # fmt: skip
    confirm(difference_id=line.pk, actor=walk.tez.reviewer2, at=walk.at)
