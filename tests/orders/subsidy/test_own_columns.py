"""Columns a district's rulebook has of its own: kept with the application, checked by its words, decided on, known to history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import AT, Cast, cast, claim_form, outsider
from tests.orders.subsidy.certified import chain
from tests.orders.subsidy.chain import refusal
from tests.own_columns import with_own_columns
from wudan.kernel.models import History
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.confirming import confirm_due, state_own
from wudan.orders.subsidy.actions.correcting import correct
from wudan.orders.subsidy.actions.entitling import prepare_due, refresh_dues
from wudan.orders.subsidy.actions.evidencing import add_evidence
from wudan.orders.subsidy.actions.rectifying import correct_fact
from wudan.orders.subsidy.actions.reviewing import accept, send_back
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim, Due
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.policy.queries import working

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    made = cast("370405")
    with_own_columns(made)
    return made


def applied(tez: Cast, **own: Any) -> Claim:
    return submit(
        district_id=tez.code, applied_by="person", form=claim_form(own=own), person_id=tez.person.pk, actor=tez.worker, at=AT
    )  # fmt: skip


def test_they_are_kept_with_the_application_and_its_decision(tez: Cast) -> None:
    claim = applied(
        tez, contract_months=24, contract_signed_on=date(2020, 8, 1), lessons=["线下 ", "线上"], delivery=""
    )
    claim.refresh_from_db()
    kept = {"contract_months": 24, "contract_signed_on": "2020-08-01", "lessons": "线上;线下"}
    assert claim.own == kept
    assert (claim.outcome, claim.amount_fen) == ("approved", 150_000)
    assert kept.items() <= claim.evaluation.facts.items()
    assert {"short-contract", "signed-late"} <= {step["rule"] for step in working(claim.evaluation).steps}
    assert ClaimForm.of(claim) == claim_form(own=kept)


@pytest.mark.parametrize(
    ("own", "reasons", "sentence"),
    [
        ({}, [], ""),
        ({"contract_months": 12, "tool_fee_fen": 50_000}, [], ""),
        ({"contract_months": 11}, ["short-contract"], "劳动合同11个月，不足12个月"),
        ({"fiscal_payroll": True}, ["fiscal-payroll"], "申请人是财政供养人员"),
        (
            {"contract_signed_on": date(2020, 10, 31)},
            ["signed-late"],
            "劳动合同于2020年10月31日签订，晚于发证",
        ),
        ({"tool_fee_fen": 50_001}, ["dear-tools"], "工具费500.01元，超过500元"),
        ({"delivery": "blended", "lessons": "线上"}, ["blended-only"], "线上线下结合的培训没有线下课"),
        ({"delivery": "blended", "lessons": "线上;线下"}, [], ""),
    ],
)
def test_the_decision_depends_on_them(
    tez: Cast, own: dict[str, Any], reasons: list[str], sentence: str
) -> None:
    claim = applied(tez, **own)
    assert claim.reasons == reasons
    assert claim.outcome == ("rejected" if reasons else "approved")
    if reasons:
        assert claim_page(claim.pk, tez.worker).reasons[0].sentence == sentence


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ({"contract_months": "一年"}, "“劳动合同期限”应为不小于0的整数。没有签订劳动合同的不填"),
        ({"contract_months": -1}, "“劳动合同期限”应为不小于0的整数"),
        ({"contract_signed_on": "8月"}, "“劳动合同签订日期”应为1900至2100年间的日期"),
        ({"fiscal_payroll": "也许"}, "“财政供养人员”应为“是”或“否”"),
        ({"delivery": "空中"}, "“培训方式”应为线下集中、线上线下结合之一"),
        ({"lessons": "x" * 201}, "文字过长"),
        ({"lessons": "线上\x07"}, "不能显示的字符"),
    ],
)
def test_what_is_written_wrongly_is_refused_in_the_rulebooks_words(
    tez: Cast, own: dict[str, Any], sentence: str
) -> None:
    refused = refusal(applied, tez=tez, **own)
    (name,) = own
    assert (refused.code, refused.field) == (f"bad-input:{name}", name)
    assert sentence in str(refused)
    assert not Claim.objects.exists()


def test_a_district_without_such_columns_reads_none(db: None) -> None:
    zhc = cast("370306")
    claim = submit(
        district_id=zhc.code, applied_by="person", form=claim_form(own={"contract_months": 1}), person_id=zhc.person.pk,
        actor=zhc.worker, at=AT,
    )  # fmt: skip
    assert "contract_months" not in claim.evaluation.facts
    assert "contract_months" not in [fact.column for fact in claim_page(claim.pk, zhc.intake).facts]


def test_mended_they_are_decided_on_anew_and_history_keeps_both(tez: Cast) -> None:
    claim = applied(tez, contract_months=11)
    send_back(claim_id=claim.pk, actor=tez.intake, at=AT, comment="请核对合同期限")
    correct(claim_id=claim.pk, form=claim_form(own={"contract_months": 24, "delivery": "offline"}), actor=tez.worker, at=AT)  # fmt: skip
    claim.refresh_from_db()
    assert (claim.own, claim.outcome) == ({"contract_months": 24, "delivery": "offline"}, "approved")
    changed = (
        History.objects.filter(table_name=Claim._meta.db_table, row_id=str(claim.pk)).latest("id").changes
    )
    assert changed["own"] == [{"contract_months": 11}, {"contract_months": 24, "delivery": "offline"}]
    told = [field for change in claim_page(claim.pk, tez.intake).history for field in change.fields]
    assert ("劳动合同期限", "11个月", "24个月") in told
    assert ("培训方式", "（空）", "线下集中") in told


def test_the_case_shows_them_also_where_nobody_filled_them_in(tez: Cast) -> None:
    claim = applied(tez, contract_months=24, fiscal_payroll=False, tool_fee_fen=12_050, lessons="线下;线上")
    shown = {fact.label: fact.text for fact in claim_page(claim.pk, tez.intake).facts}
    assert shown["劳动合同期限"] == "24个月"
    assert shown["财政供养人员"] == "否"
    assert shown["工具费"] == "120.50元"
    assert shown["上课方式记录"] == "线上、线下"
    assert (shown["劳动合同签订日期"], shown["培训方式"]) == ("—", "—")


def test_where_one_was_seen_is_kept(tez: Cast) -> None:
    claim = applied(tez, contract_months=24)
    add_evidence(
        claim_id=claim.pk,
        fact="contract_months",
        value="24个月",
        source="劳动合同原件",
        actor=tez.intake,
        at=AT,
    )
    (seen,) = next(f for f in claim_page(claim.pk, tez.intake).facts if f.column == "contract_months").seen
    assert seen.evidence.source == "劳动合同原件"
    wrong = refusal(
        add_evidence, claim_id=claim.pk, fact="wages", value="1", source="x", actor=tez.intake, at=AT
    )
    assert wrong.code == "unknown-fact"


def test_found_otherwise_the_next_decision_reads_what_is_known_now(tez: Cast) -> None:
    claim = applied(tez, contract_months=24)
    given: dict[str, Any] = {
        "claim_id": claim.pk,
        "column": "contract_months",
        "source": "人社局劳动合同备案",
        "at": AT,
    }
    assert refusal(correct_fact, value=24, actor=tez.intake, **given).code == "unchanged"
    bad = refusal(correct_fact, value="很久", actor=tez.intake, **given)
    assert (bad.code, "应为不小于0的整数" in str(bad)) == ("bad-input", True)
    assert refusal(correct_fact, value=6, actor=outsider(tez, "intake"), **given).code in (
        "forbidden",
        "not-found",
    )
    made = correct_fact(value=6, actor=tez.intake, **given)
    assert (made.was, made.value) == (24, 6)
    day = correct_fact(value=date(2020, 11, 1), actor=tez.intake, **given | {"column": "contract_signed_on"})
    assert (day.was, day.value) == (None, "2020-11-01")
    changed = refusal(accept, claim_id=claim.pk, actor=tez.intake, at=AT)
    assert changed.code == "decision-changed"
    assert "合同太短" in str(changed)
    assert "合同晚于发证" in str(changed)
    claim.refresh_from_db()
    assert claim.own == {"contract_months": 24}  # what was applied for stays


# --- what the chain prepares --------------------------------------------------------------------------------------
def prepared(tez: Cast) -> Due:
    (due,) = prepare_due(certificate_id=chain(tez).certificate.pk, at=AT)
    return due


def test_a_line_the_chain_prepared_takes_the_answers_along(tez: Cast) -> None:
    due = prepared(tez)
    assert (due.state, due.form["own"]) == ("ready", {})
    (due,) = state_own(
        due_ids=[due.pk], own={"contract_months": 6, "delivery": "offline"}, actor=tez.worker, at=AT
    )
    assert (due.state, due.reasons) == ("not_due", ["short-contract"])
    (due,) = refresh_dues(due_ids=[due.pk], at=AT)  # the daily round forgets nothing
    assert due.form["own"] == {"contract_months": 6, "delivery": "offline"}
    (due,) = state_own(
        due_ids=[due.pk], own={"contract_months": 24, "delivery": None}, actor=tez.worker, at=AT
    )
    assert (due.state, due.form["own"]) == ("ready", {"contract_months": 24})
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    assert (claim.own, claim.outcome) == ({"contract_months": 24}, "approved")
    assert claim.evaluation.facts["contract_months"] == 24
    assert (
        refusal(state_own, due_ids=[due.pk], own={"contract_months": 1}, actor=tez.worker, at=AT).code
        == "wrong-state"
    )


def test_nobody_else_answers_for_it_and_a_wrong_answer_changes_nothing(tez: Cast) -> None:
    due = prepared(tez)
    for somebody in (outsider(tez, "worker"), tez.provider_clerk, tez.intake):
        assert (
            refusal(state_own, due_ids=[due.pk], own={"contract_months": 6}, actor=somebody, at=AT).code
            == "forbidden"
        )
    wrong = refusal(state_own, due_ids=[due.pk], own={"contract_months": "一年"}, actor=tez.worker, at=AT)
    assert (wrong.code, wrong.field) == ("bad-input:contract_months", "contract_months")
    due.refresh_from_db()
    assert (due.form["own"], due.outcome) == ({}, "approved")
