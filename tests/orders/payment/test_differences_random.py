"""Whatever becomes known in whatever order: when its lines are carried out, everybody holds what a fresh decision gives them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import AT, Cast, cast
from tests.orders.payment.late import certified, deliver, paid, pay_out, proved
from tests.orders.payment.test_late_facts import ALLOWANCE
from tests.orders.subsidy.chain import submitted
from wudan.funds.queries import ledger_check
from wudan.kernel.errors import Refused
from wudan.orders.delivery.actions.certifying import revoke_certificate
from wudan.orders.delivery.models import Certificate
from wudan.orders.payment import queries
from wudan.orders.payment.actions.differing import confirm, propose
from wudan.orders.payment.actions.recovering import record_recovery
from wudan.orders.payment.models import Batch, Difference, Recovery
from wudan.orders.payment.settled import settled
from wudan.orders.subsidy.actions.rectifying import correct_fact
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.now import facts_now
from wudan.people.actions import end_group
from wudan.people.models import GroupTag
from wudan.policy.engine.decide import decide
from wudan.policy.queries import rulebook_for

PROPOSE = {"recover": "recover", "pay": "pay", "none": "tell"}


class Story:
    """One person with a training paid on a certificate and three allowances within the cap; things become known."""

    def __init__(self, tez: Cast, claims: list[Claim]) -> None:
        self.tez, self.claims, self.vouchers = tez, claims, 0

    def revoke(self, _: int) -> None:
        for one in Certificate.objects.filter(state="issued").order_by("pk"):
            revoke_certificate(certificate_id=one.pk, reason="替考", actor=self.tez.reviewer, at=AT)

    def withdraw(self, n: int) -> None:
        tag = GroupTag.objects.filter(valid__isempty=False).order_by("pk").first()
        if tag is not None:
            on = tag.valid.lower + timedelta(
                days=n % 2 * 260
            )  # from the beginning, or from after the first training day
            end_group(tag_id=tag.pk, on=on, reason="核查", actor=self.tez.intake, at=AT)

    def prove(self, _: int) -> None:
        proved(self.tez, self.tez.person)

    def correct(self, n: int) -> None:
        claim = self.claims[1 + n % 3]
        correct_fact(
            claim_id=claim.pk, column="attended_days", value=n % 12, source="签到表", actor=self.tez.intake, at=AT
        )  # fmt: skip

    def apply(self, _: int) -> None:
        for line in Difference.objects.filter(state="open").order_by("pk"):
            propose(
                difference_id=line.pk, proposal=PROPOSE[line.direction], reason="查实", document="文1",
                actor=self.tez.intake, at=AT,
            )  # fmt: skip
            confirm(difference_id=line.pk, actor=self.tez.reviewer2, at=AT)

    def receive(self, n: int) -> None:
        found = Recovery.objects.filter(state="open").order_by("pk").first()
        if found is not None:
            self.vouchers += 1
            record_recovery(
                recovery_id=found.pk, received_on=date(2020, 11, 16), amount_fen=(n + 1) * 1000,
                voucher=str(self.vouchers), actor=self.tez.finance, at=AT,
            )  # fmt: skip

    def pay(self, n: int) -> None:
        pay_out(self.tez, self.claims[n % 2].fund)

    def ends_right(self) -> None:
        deliver()
        self.apply(0)
        claims = list(Claim.objects.order_by("pk"))
        held = {pk: money.fen for pk, money in settled([c.pk for c in claims]).items()}
        assert held == fresh(self.tez, claims)
        assert ledger_check(self.tez.code) == []
        assert all(queries.compare(batch.pk) == [] for batch in Batch.objects.order_by("pk"))


def fresh(tez: Cast, claims: list[Claim]) -> dict[int, int]:
    """Those that stand, in their order; then those given back whole, behind them."""
    book, rows = rulebook_for(tez.code), facts_now(claims)
    standing = [c for c in claims if c.state != "recovered"]
    given_back = [c for c in claims if c.state == "recovered"]
    found: dict[int, int] = {}
    history: list[dict[str, Any]] = []
    for some in (standing, given_back):
        for claim, decision in zip(
            some, decide(book, [rows[c.pk] for c in some], list(history)), strict=True
        ):
            found[claim.pk] = decision.amount_fen or 0
            if some is standing and decision.outcome == "approved":
                history.append({**rows[claim.pk], "amount_fen": found[claim.pk]})
    return found


# The usual way into trouble, so that chance starts from money asked back: withdrawn, carried out, perhaps given again.
USUAL = [("withdraw", 0), ("apply", 0), ("prove", 0)]
VERBS = ["revoke", "withdraw", "prove", "correct", "correct", "apply", "apply", "receive", "pay"]


@pytest.mark.django_db
@pytest.mark.slow
def test_carried_out_everybody_holds_what_a_fresh_decision_gives() -> None:
    tez = cast("370405")
    proved(tez, tez.person)
    training, _ = certified(tez)
    allowances = [
        submitted(
            tez, at=AT + timedelta(minutes=n), **{**ALLOWANCE, "project_id": f"XM{n}", "attended_days": 4}
        )
        for n in range(3)
    ]
    claims = [*paid(tez, training), *paid(tez, *allowances)]

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 3), st.lists(st.tuples(st.sampled_from(VERBS), st.integers(0, 30)), max_size=8))
    def anything(usual: int, happens: list[tuple[str, int]]) -> None:
        with transaction.atomic():
            story = Story(tez, claims)
            for verb, n in [*USUAL[:usual], *happens]:
                try:
                    getattr(story, verb)(n)
                    deliver()
                except Refused as refused:
                    assert refused.refusal.sentence
            story.ends_right()
            transaction.set_rollback(True)

    anything()
