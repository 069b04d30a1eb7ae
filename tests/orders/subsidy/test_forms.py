"""The form: every fault in words, the same verdict as the engine, one fingerprint for one application."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cast import AT, claim_form
from wudan.occupations.certificates import parse_number
from wudan.orders.subsidy.forms import ClaimForm
from wudan.policy.engine.decide import decide
from wudan.policy.engine.rulebook import load_rulebook

TEZ = load_rulebook("taierzhuang")


def columns(form):
    return {fault.column for fault in form.faults(TEZ)}


def test_a_good_form_has_no_faults_and_no_warnings():
    assert claim_form().faults(TEZ) == []
    assert claim_form().warnings(TEZ) == []


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"scheme": "nothing"}, "scheme"),
        ({"level": 6}, "level"),
        ({"started_on": None}, "started_on"),
        ({"ended_on": None}, "ended_on"),
        ({"ended_on": date(2020, 8, 31)}, "ended_on"),
        ({"certificate_issued_on": None}, "certificate_issued_on"),
        ({"certificate_type": "diploma"}, "certificate_type"),
        ({"fee_fen": -1}, "fee_fen"),
        ({"attended_days": 2_000_000_000}, "attended_days"),
        ({"class_name": "一班\x00"}, "class_name"),
        ({"occupation_name": "很" * 201}, "occupation_name"),
        ({"groups": "a\nb"}, "groups"),
        ({"certificate_number": "S12"}, "certificate_number"),
        ({"certificate_number": "S000037040520203000001"}, "level"),
        ({"certificate_number": "S000037040520214000001"}, "certificate_issued_on"),
        ({"scheme": "project", "project_id": "X", "project_stage": "balance", "contract_fen": 1, "employed_count": 2}, "employed_count"),
    ],
)  # fmt: skip
def test_a_fault_names_its_column_and_the_way_out(changes, column):
    faults = {fault.column: fault for fault in claim_form(**changes).faults(TEZ)}
    assert column in faults
    assert faults[column].sentence and faults[column].remedy


def test_what_only_a_reviewer_can_know_is_a_warning():
    elsewhere = claim_form(certificate_number="S000032040520204000001")
    assert elsewhere.faults(TEZ) == []
    assert [w.column for w in elsewhere.warnings(TEZ)] == ["certificate_number"]
    assert claim_form(certificate_number="").warnings(TEZ)


def test_numbers_of_both_kinds_are_read():
    parts = parse_number("qualification", "2037011001400001")
    assert parts is not None and (parts.year, parts.province, parts.level) == (2020, "37", 4)
    assert parse_number("completion", "anything") is None
    assert parse_number("skill_level", "SY" + "1" * 20) is None  # 特级技师


def test_the_fingerprint_is_of_the_application_not_of_its_details():
    form = claim_form()
    same = form.fingerprint(person_id=1)
    assert replace(form, fee_fen=5, groups=("poor",), class_name="别名").fingerprint(person_id=1) == same
    assert form.fingerprint(person_id=1, organisation_id=7) == same  # whoever hands it in
    assert form.fingerprint(person_id=2) != same
    assert replace(form, level=3).fingerprint(person_id=1) != same
    assert replace(form, started_on=date(2020, 9, 2)).fingerprint(person_id=1) != same


words = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cf")), max_size=4)
days = st.none() | st.dates(date(2018, 1, 1), date(2022, 1, 1))
forms = st.builds(
    ClaimForm,
    scheme=st.sampled_from([*TEZ.schemes, "", "else"]),
    occupation_code=words,
    level=st.integers(-1, 6),
    prior_level=st.integers(-1, 6),
    certificate_type=st.sampled_from([*TEZ.certificate_types, "", "else"]),
    certificate_issued_on=days,
    class_id=words,
    started_on=days,
    ended_on=days,
    attended_days=st.integers(-1, 30),
    insured_months=st.integers(-1, 30),
    draws_pension=st.booleans(),
    groups=st.lists(st.sampled_from(["poor", "employee", "x"])).map(tuple),
    fee_fen=st.none() | st.integers(-1, 10**13),
    project_id=words,
    project_stage=st.sampled_from(["", "advance", "balance", "other"]),
    contract_fen=st.none() | st.integers(-1, 10**6),
    completed_count=st.integers(-1, 5),
    employed_count=st.integers(-1, 5),
)


@given(forms)
def test_the_form_and_the_engine_find_the_same_columns_bad(form):
    person = "" if form.scheme == "project" else "#1"
    (decision,) = decide(TEZ, [form.facts("c1", person, AT)])
    bad = {r.removeprefix("bad-input:") for r in decision.reasons if r.startswith("bad-input:")}
    ours = columns(form) - {"certificate_number"}
    assert ours == bad
