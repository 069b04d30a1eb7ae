"""The bar of a claim's steps: the same on every desk, and what is counted by step is what the bar shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import AT, Cast, cast
from tests.orders.subsidy.chain import accepted, submitted
from tests.web.shared.test_trail_pages import sitting
from wudan.kernel.periods import legal_day
from wudan.orders.subsidy.actions.reviewing import send_back
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.oversight import overdue_by_step
from wudan.orders.subsidy.states import CLAIM, FINAL, STEPS
from wudan.web.shared.orders import claim_steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.mark.parametrize("state", [s for s in CLAIM.states if s not in FINAL])
def test_a_state_is_counted_at_the_step_its_bar_is_at(state: str) -> None:
    shapes = claim_steps(Claim(state=state), "#done", "#ahead")
    (here,) = [step.label for step in shapes if step.state in ("now", "stopped")]
    assert here == next(label for label, states in STEPS if state in states)


def test_a_claim_that_waits_for_intake_is_late_at_intake(tez: Cast) -> None:
    submitted(tez)
    late = overdue_by_step(tez.supervisor, legal_day(AT + timedelta(days=300)))
    assert [(count, label) for _, count, label in late] == [(1, "受理")]


def test_a_returned_claim_is_with_the_applicant_on_every_desk(tez: Cast) -> None:
    claim = accepted(tez)
    send_back(claim_id=claim.pk, comment="请补交证书照片", actor=tez.intake, at=AT)
    seen: list[Any] = []
    for who, page, name in (
        ("intake", "bureau:claim", "steps_of_claim"),
        ("provider_clerk", "provider:claim", "steps"),
        ("supervisor", "supervisor:claim", "steps"),
    ):
        steps = sitting(tez, who).get(reverse(page, args=[claim.pk])).context[name]
        seen.append([(step.label, step.state) for step in steps])
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][:2] == [("申请", "now"), ("受理", "todo")]
