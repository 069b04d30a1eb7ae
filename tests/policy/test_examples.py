"""Example rulebooks (参考规则集): no district runs on one; what they alone ask is stored with an evaluation all the same."""

from __future__ import annotations

import pytest

from tests.cast import AT
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.organisations.models import District
from wudan.policy.actions import evaluate, evaluate_many
from wudan.policy.engine.rulebook import load_rulebook
from wudan.policy.queries import rulebook_for, working

pytestmark = pytest.mark.django_db

TIANJIN = load_rulebook("tianjin")


def test_no_district_runs_on_an_example() -> None:
    with acting(actor=SYSTEM, at=AT, basis="系统安装"):
        District.objects.create(
            code="120104", name="南开区", rulebook="tianjin", lead_body="工作专班", opened_at=AT
        )
    with pytest.raises(LookupError, match="no district runs on it"):
        rulebook_for("120104", AT.date())


def test_columns_of_its_own_are_stored() -> None:
    case = next(c for c in TIANJIN.cases if c.name == "出勤差1课时")
    facts = {**case.rows[0].facts, "person_id": "#1", "claim_id": "c1"}
    one = evaluate(rulebook=TIANJIN, claims=[facts], claim_id="c1", subject="s", stage="submit", at=AT)
    one.refresh_from_db()
    assert (one.outcome, one.reasons) == ("rejected", ["low-attendance"])
    assert (one.facts["attended_hours"], one.facts["roster_on"]) == ("63", "2023-03-25")
    many = evaluate_many(rulebook=TIANJIN, claims=[facts], subjects={"c1": "s"}, stage="submit", at=AT)["c1"]
    assert working(many).steps == working(one).steps, "worked out again from what was stored"
