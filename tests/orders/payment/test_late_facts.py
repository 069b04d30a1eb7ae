"""事后更正: exactly the persons a late fact touches are decided again; lines come of it, history stays as it was."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, Cast, cast, make_person
from tests.orders.payment.late import (
    TRAINED,
    certificate_of,
    certified,
    deliver,
    live_line,
    paid,
    proved,
    tag,
)
from tests.orders.subsidy.chain import submitted
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.orders.delivery.actions.certifying import revoke_certificate
from wudan.orders.payment.models import Difference, LateFact
from wudan.orders.subsidy.actions.rectifying import correct_fact
from wudan.orders.subsidy.actions.reviewing import accept
from wudan.orders.subsidy.models import Claim
from wudan.people.actions import end_group
from wudan.policy.models import Evaluation
from wudan.policy.queries import rulebook_for

pytestmark = pytest.mark.django_db
ALLOWANCE: dict[str, Any] = {
    "scheme": "living_allowance", "groups": "poor", "project_id": "XM1", "certificate_type": "", "certificate_issued_on": None,
    "level": 0, "attended_days": 6,
}  # fmt: skip


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def revoke(tez: Cast, certificate: Any) -> None:
    revoke_certificate(certificate_id=certificate.pk, reason="替考，鉴定中心撤销", actor=tez.reviewer, at=AT)
    deliver()


def test_a_revoked_certificate_of_a_paid_claim_makes_one_line_and_changes_nothing_else(tez: Cast) -> None:
    claim, certificate = certified(tez)
    [claim] = paid(tez, claim)
    was = Claim.objects.filter(pk=claim.pk).values().get()
    revoke(tez, certificate)
    line = live_line(claim)
    assert (line.direction, line.paid_fen, line.right_fen) == ("recover", 150_000, 0)
    assert line.before == claim.evaluation and line.after.stage == "late"
    assert line.after.reasons == ["no-certificate"] and line.due_on is not None
    fact = line.late_fact
    assert (fact.kind, fact.recorded_by, fact.proof) == (
        "certificate",
        tez.reviewer.user_id,
        "替考，鉴定中心撤销",
    )
    assert (fact.persons, fact.claims, fact.lines) == (1, 1, 1)
    assert Claim.objects.filter(pk=claim.pk).values().get() == was


def test_withdrawn_from_the_first_training_day_or_the_day_after(tez: Cast) -> None:
    """The group must hold on the first day: a proof that ends with that day still proves it."""
    for n, (on, lines) in enumerate(((TRAINED + timedelta(days=1), 0), (TRAINED, 1))):
        person = make_person(700 + n, name="李四")
        proved(tez, person)
        [claim] = paid(tez, submitted(tez, person, **ALLOWANCE))
        assert claim.amount_fen == 30_000
        end_group(tag_id=tag(person).pk, on=on, reason="核查不符合条件", actor=tez.intake, at=AT)
        deliver()
        assert Difference.objects.filter(claim=claim).count() == lines
    line = Difference.objects.get()
    assert line.after.reasons == ["group"] and line.late_fact.kind == "group"


def test_a_proof_given_again_closes_the_line_that_came_of_its_withdrawal(tez: Cast) -> None:
    proved(tez, tez.person)
    [claim] = paid(tez, submitted(tez, **ALLOWANCE))
    end_group(tag_id=tag(tez.person).pk, on=date(2020, 1, 1), reason="录错了人", actor=tez.intake, at=AT)
    deliver()
    line = live_line(claim)
    proved(tez, tez.person)
    deliver()
    line.refresh_from_db()
    assert (line.state, line.decided_by) == ("closed", None)
    assert [f.kind for f in LateFact.objects.order_by("pk")] == ["group", "group-again"]
    assert Evaluation.objects.filter(stage="late").count() == 2


def test_one_claim_falls_and_another_comes_up_within_the_cap(tez: Cast) -> None:
    """500 yuan a person over all: where the first claim's facts fall, the second had too little."""
    proved(tez, tez.person)
    first, second = (
        submitted(
            tez, at=AT + timedelta(minutes=n), **{**ALLOWANCE, "project_id": f"XM{n}", "attended_days": 8}
        )
        for n in range(2)
    )
    paid(tez, first, second)
    assert [c.amount_fen for c in Claim.objects.order_by("pk")] == [40_000, 10_000]
    correct_fact(
        claim_id=first.pk, column="attended_days", value=2, source="签到表复核", actor=tez.intake, at=AT
    )
    deliver()
    found = {
        line.claim_id: (line.direction, line.paid_fen, line.right_fen)
        for line in Difference.objects.order_by("pk")
    }
    assert found == {first.pk: ("recover", 40_000, 10_000), second.pk: ("pay", 10_000, 40_000)}


def test_a_claim_under_review_has_no_line_and_is_decided_anew_at_its_next_review(tez: Cast) -> None:
    claim, certificate = certified(tez)
    revoke(tez, certificate)
    assert not Difference.objects.exists()
    with pytest.raises(Refused, match="由“符合条件”变为“不符合条件”"):
        accept(claim_id=claim.pk, actor=tez.intake, at=AT)


def test_untouched_persons_are_not_read(tez: Cast) -> None:
    """The number of statements, and the claims they read, stay the same with ten times as many other people's claims."""
    claim, certificate = certified(tez)
    paid(tez, claim)
    others = [submitted(tez, make_person(800 + n, name="王五")) for n in range(2)]
    counts = []
    for n in range(2):
        revoke_certificate(certificate_id=certificate.pk, reason="撤销", actor=tez.reviewer, at=AT)
        event = OutboxEvent.objects.filter(topic="certificate:revoked").latest("pk")
        rulebook_for(tez.code)
        with CaptureQueriesContext(connection) as seen:
            HANDLERS["certificate:revoked"](event.payload, AT)
        counts.append(len(seen))
        assert LateFact.objects.latest("pk").claims == 1
        if n == 0:
            others += [submitted(tez, make_person(830 + k, name="王五")) for k in range(20)]
            person = make_person(899, name="赵六")
            claim, certificate = certified(tez, person, n=2)
            paid(tez, claim)
    assert (
        counts[0] == counts[1]
        and not Evaluation.objects.filter(
            stage="late", subject__in=[f"claim:{c.pk}" for c in others]
        ).exists()
    )


def test_a_certificate_issued_in_its_place_keeps_the_right(tez: Cast) -> None:
    claim, certificate = certified(tez)
    paid(tez, claim)
    revoke(tez, certificate)
    assert live_line(claim)
    certificate_of(tez, claim, number="HG1")  # of no class in common: stands for nothing
    deliver()
    assert live_line(claim)
