"""The working of a decision."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.policy.engine.helpers import Row, claim, paid_rows, rows
from wudan.policy.engine.decide import decide
from wudan.policy.engine.explain import Explanation, explain
from wudan.policy.engine.rulebook import load_rulebook

T = load_rulebook("taierzhuang")


def changed(claims: list[Row], claim_id: str, change: Any) -> tuple[str, list[Row]]:
    place = next(i for i, row in enumerate(claims) if (row["claim_id"] or "").strip() == claim_id)
    after = {**claims[place], **change}
    return str(after["claim_id"]), [*claims[:place], after, *claims[place + 1 :]]


def verify(book: str, claims: list[Row], paid: list[Row], found: Explanation) -> None:
    for change in found.would_pass_if:
        place = next(
            i for i, row in enumerate(claims) if (row["claim_id"] or "").strip() == found.decision.claim_id
        )
        _, after = changed(claims, found.decision.claim_id, change)
        assert decide(load_rulebook(book), after, paid)[place].outcome in ("approved", "review"), change


@pytest.mark.parametrize("book", ["taierzhuang", "zhoucun"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_every_claim_can_be_explained(book: str, data: st.DataObject) -> None:
    claims, paid = data.draw(rows(book, most=6)), data.draw(paid_rows(book))
    rulebook = load_rulebook(book)
    seen: set[str] = set()
    for row, decision in zip(claims, decide(rulebook, claims, paid), strict=True):
        claim_id = (row["claim_id"] or "").strip()
        if not claim_id or claim_id in seen:
            continue
        seen.add(claim_id)
        found = explain(rulebook, claims, claim_id, paid)
        assert found.decision == decision
        assert {s.rule for s in found.steps if not s.holds} == set(decision.reasons)
        assert all(s.clause and s.sentence for s in found.steps)
        assert bool(found.would_pass_if) is False or decision.outcome in ("rejected", "invalid")
        if decision.outcome in ("approved", "review"):
            assert (found.amount_steps[-1].value_fen if found.amount_steps else None) == decision.amount_fen
        verify(book, claims, paid, found)


REFUSED = [
    (claim(certificate_issued_on="2018-12-31"), {"certificate_issued_on"}),
    (claim(certificate_type=None), {"certificate_type"}),
    (claim(draws_pension=True), {"draws_pension"}),
    (claim(scheme="skill_upgrade", insured_months=11, groups="employee"), {"insured_months"}),
    (claim(scheme="skill_upgrade", insured_months=3, groups=""), {"insured_months", "groups"}),
    (claim(scheme="pre_job", certificate_type="completion"), {"certificate_type"}),
    (claim(scheme="apprenticeship", fee_fen=None), {"fee_fen"}),
    (claim(scheme="living_allowance", groups="poor", attended_days=0, project_id=None), {"attended_days", "project_id"}),
    (claim(scheme="project", project_id="P", project_stage="balance", contract_fen=5, completed_count=0), {"completed_count"}),
    (claim(level="nine"), {"level"}),
    (claim(started_on="2020-01-01"), {"ended_on"}),
]  # fmt: skip


@pytest.mark.parametrize(("row", "columns"), REFUSED)
def test_what_would_have_to_differ(row: Row, columns: set[str]) -> None:
    found = explain(T, [row], "A1")
    assert found.would_pass_if
    assert any(set(change) >= columns for change in found.would_pass_if)
    verify("taierzhuang", [row], [], found)


def test_the_threshold_is_the_rules_own() -> None:
    found = explain(T, [claim(scheme="skill_upgrade", insured_months=3, groups="employee")], "A1")
    assert found.would_pass_if == ({"insured_months": 12},)


def test_yearly_limit_names_year_and_earlier_claims() -> None:
    claims = [
        claim(claim_id=f"C{i}", occupation_code=str(i), applied_at=f"2020-06-0{i}") for i in range(1, 5)
    ]
    found = explain(T, claims, "C4")
    step = next(s for s in found.steps if s.rule == "yearly-limit")
    assert step.sentence == "在2020年已享受3次补贴，每年不超过3次"
    assert step.facts["others"] == ["C1", "C2", "C3"]
    assert {"certificate_issued_on"} in [set(change) for change in found.would_pass_if]


def test_amount_step_by_step() -> None:
    found = explain(
        T,
        [claim(scheme="apprenticeship", fee_fen=1_200_000, started_on="2020-01-01", ended_on="2020-12-31")],
        "A1",
    )
    assert [(s.label, s.value_fen) for s in found.amount_steps] == [
        ("培训费的60%", 720_000),
        ("不超过上限", 600_000),
    ]
    assert all("六（二）第四段" in s.clause for s in found.amount_steps)


def test_unknown_claims_have_no_explanation() -> None:
    with pytest.raises(LookupError):
        explain(T, [claim()], "B9")


def test_of_a_repeated_claim_the_first_is_explained() -> None:
    claims = [claim(), claim(draws_pension=True)]
    assert explain(T, claims, "A1").decision.outcome == "approved"
