"""What others ask of a rulebook."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from typing import Any

import pytest

from tests.policy.engine.helpers import claim
from wudan.policy.engine.rulebook import available_rulebooks, load_rulebook

T, Z = load_rulebook("taierzhuang"), load_rulebook("zhoucun")
BOTH = pytest.mark.parametrize("book", [T, Z], ids=lambda b: b.name)


def test_names() -> None:
    assert available_rulebooks() == ["national-2023", "qingdao", "taierzhuang", "tianjin", "zhoucun"]
    assert [name for name in available_rulebooks() if not load_rulebook(name).example] == [
        "taierzhuang",
        "zhoucun",
    ]
    assert (T.id, T.document, T.district_code) == ("taierzhuang@2020.1", "台政办发〔2020〕4号", "370405")
    assert (Z.id, Z.document, Z.district_code) == ("zhoucun@2020.1", "周政办发〔2020〕2号", "370306")
    assert load_rulebook("taierzhuang") is load_rulebook("taierzhuang")
    assert len(T.content_hash) == 64
    assert T.content_hash != Z.content_hash


@BOTH
def test_everything_stated_has_a_clause_and_a_day(book: Any) -> None:
    assert len(book.clauses()) > 60
    assert all(c.clause and c.valid_from and c.label and c.topic for c in book.clauses())
    assert {p.code for p in book.parameters} >= {
        "notice_working_days", "accept_working_days", "first_review_working_days", "second_review_working_days",
        "payment_working_days", "correction_working_days", "objection_working_days",
    }  # fmt: skip
    notice = book.parameter("notice_working_days", dt.date(2020, 6, 1))
    assert (notice.value, notice.unit) == (5, "个工作日")
    assert "文件未规定" in notice.clause
    with pytest.raises(LookupError):
        book.parameter("notice_working_days", dt.date(2018, 12, 31))


@BOTH
def test_every_reason_has_words(book: Any) -> None:
    for plan in book.plans.values():
        for rule in (*plan.conditions, *plan.across):
            text = book.reason(rule.reason, {"scheme": plan.scheme.code}, plan.scheme.code)
            assert text.label
            assert text.sentence
            assert text.remedy
            assert text.clause
            assert "{" not in text.sentence
            assert "!" not in text.sentence + text.remedy
    for column in ("person_id", "ended_on", "fee_fen"):
        assert "填写有误" in book.reason(f"bad-input:{column}").label


def test_sentences_name_the_fact() -> None:
    text = T.reason("insured-months", claim(scheme="skill_upgrade", insured_months=3))
    assert text.sentence == "失业保险累计缴费3个月，不足12个月"
    assert text.clause == "台政办发〔2020〕4号 六（二）第二段"
    assert T.reason("yearly-limit").sentence == "本年度次数已满"
    facts = claim(year=2020, count=3)
    assert T.reason("yearly-limit", facts).sentence == "在2020年已享受3次补贴，每年不超过3次"


@pytest.mark.parametrize(
    ("facts", "pool"),
    [
        ({"scheme": "living_allowance", "groups": "poor;rural"}, "employment_subsidy"),
        ({"scheme": "startup_training"}, "startup_support"),
        ({"scheme": "training", "groups": "student;rural"}, "employment_subsidy"),
        ({"scheme": "training", "groups": "rural"}, "unemployment_insurance"),
        ({"scheme": "skill_upgrade"}, "unemployment_insurance"),
        ({"scheme": "training", "groups": "veteran"}, "employment_subsidy"),
        ({"scheme": "project"}, "training_special"),
    ],
)  # fmt: skip
def test_fund(facts: dict[str, object], pool: str) -> None:
    choice = T.fund_for(claim(**facts))
    assert choice.pool == pool
    assert choice.clause
    assert T.pools[pool].payable
    assert not T.pools["staff_education"].payable


@pytest.mark.parametrize(
    ("scheme", "applied_by", "payee"),
    [
        ("training", "person", "person"), ("training", "enterprise", "enterprise"), ("training", "provider", "provider"),
        ("project", "provider", "provider"), ("living_allowance", "provider", "person"), ("apprenticeship", "enterprise", "enterprise"),
        ("skill_upgrade", "enterprise", "person"),
    ],
)  # fmt: skip
def test_payee(scheme: str, applied_by: str, payee: str) -> None:
    assert T.payee_for(claim(scheme=scheme), applied_by).kind == payee


def test_unique_keys() -> None:
    assert T.unique_keys(claim()) == ("occupation-level:6-18-02-04:5",)
    assert T.unique_keys(claim(scheme="pre_job", level=None, certificate_type="special_ability")) == (
        "occupation-level:6-18-02-04:5",
    )
    assert T.unique_keys(claim(occupation_code="")) == ()
    assert T.unique_keys(claim(scheme="startup_training")) == ("startup-training",)
    assert T.unique_keys(claim(scheme="project", project_id="P:1", project_stage="advance")) == (
        "project-stage:P%3A1:advance",
    )
    assert T.unique_keys(claim(scheme="living_allowance")) == ()


def test_targets_and_reserve() -> None:
    assert [(t.code, str(t.value)) for t in T.targets] == [
        ("training_total", "10000"), ("training_2019", "3250"), ("skilled_share", "0.25"), ("highly_skilled_share", "0.3"),
    ]  # fmt: skip
    assert T.reserve is not None
    assert (T.reserve.months, T.reserve.clause) == (24, "台政办发〔2020〕4号 七（二）")


def test_scheme_columns_are_those_its_rules_use() -> None:
    assert "insured_months" in T.schemes["skill_upgrade"].columns
    assert "insured_months" not in T.schemes["training"].columns
    assert "person_id" not in T.schemes["project"].columns


def test_groups_name_the_department_that_proves_them() -> None:
    assert (T.groups["poor"].label, T.groups["poor"].department) == ("建档立卡贫困劳动力", "区扶贫办")


def test_the_engine_needs_neither_django_nor_another_room() -> None:
    code = (
        "import sys, wudan.policy.engine.cli as c, wudan.policy.engine.explain;"
        "c.load_rulebook('zhoucun');"
        "bad=[m for m in sys.modules if m.split('.')[0]=='django' or m.startswith('wudan.') and not m.startswith('wudan.policy')];"
        "print(bad, 'wudan.policy.models' in sys.modules)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[] False"
