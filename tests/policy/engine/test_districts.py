# ruff: noqa: E501 rows of examples on purpose
"""A third district is a new folder and nothing else; an amount with its own document makes a scheme priced."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from tests.policy.engine.helpers import Row, claim
from wudan.policy.engine.cli import main
from wudan.policy.engine.decide import decide, decide_table, source_of
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.rulebook import load_rulebook

RULEBOOK = """\
rulebook: {title: 试点区规则, district_code: "370999", document: 试政发〔2021〕1号, release: v2, valid_from: 2019-01-01, clause: 一}
facts:
  begins: {label: 开始日, value: "first(started_on, certificate_issued_on)", clause: 一, valid_from: 2019-01-01}
values:
  window_max: {label: 两年次数, value: 2次, clause: 二, valid_from: 2019-01-01}
  rate:
    label: 比例
    versions:
      - {value: 50%, clause: 三, valid_from: 2019-01-01}
      - {value: 33.3%, clause: 补充一, valid_from: 2021-07-01, reading: 自下半年起}
  life_cap: {label: 终身上限, value: 3000元, clause: 四, valid_from: 2019-01-01}
  trades: {label: 紧缺职业, value: [A, B], clause: 五, valid_from: 2019-01-01}
tables:
  by_trade: {label: 职业标准, key: occupation_code, unit: 元, clause: 五, valid_from: 2019-01-01, entries: {A: 1200元, B: 800.5元}}
schemes:
  course: {label: 课程补贴, clause: 三, valid_from: 2019-01-01}
  bonus: {label: 紧缺职业奖补, clause: 五, valid_from: 2019-01-01}
conditions:
  trade: {label: 紧缺职业, schemes: [bonus], require: occupation_code in trades, clause: 五, valid_from: 2019-01-01}
  late-pension: {label: 不领养老金, schemes: [course], require: not draws_pension, clause: 补充二, valid_from: 2021-07-01}
  applied-late:
    label: 一年内申请
    schemes: [course]
    require: "applied_on <= months_after(begins, 12)"
    clause: 六
    valid_from: 2019-01-01
amounts:
  course:
    schemes: [course]
    clause: 三
    valid_from: 2019-01-01
    steps:
      share: {label: 按比例, value: floor(fee_fen * rate)}
  bonus:
    schemes: [bonus]
    clause: 五
    valid_from: 2019-01-01
    steps:
      standard: {label: 职业标准, value: "by_trade[occupation_code]"}
across:
  window: {kind: limit, label: 二十四个月内限次, schemes: [course], max: window_max, period: rolling_months, months: 24, clause: 二, valid_from: 2019-01-01}
  not-both: {kind: exclusion, label: 不得兼得, schemes: [bonus], against: [course], key: [occupation_code], period: calendar_year, clause: 五, valid_from: 2019-01-01}
  life: {kind: cap, label: 终身上限, schemes: [course, bonus], max: life_cap, clause: 四, valid_from: 2019-01-01}
reasons:
  trade: {label: 非紧缺职业, sentence: "职业编码{occupation_code}不在名单内", remedy: 请核对}
  late-pension: {label: 领养老金, sentence: 已领养老金, remedy: 请核对}
  applied-late: {label: 申请过晚, sentence: "{applied_on}申请，超过一年", remedy: 请核对}
  window: {label: 次数已满, sentence: "已有{count}次", remedy: 请等待}
  not-both: {label: 不得兼得, sentence: 同年已享受课程补贴, remedy: 请核对}
  life: {label: 终身上限, sentence: "剩余{left}", remedy: 请核对}
  unpriced: {label: 无标准, sentence: 无标准, remedy: 请核对}
certificate_types: {}
levels: {}
groups: {}
funds: {own: {label: 本区资金, clause: 七, valid_from: 2019-01-01}}
fund_rules: [{pool: own, clause: 七, valid_from: 2019-01-01}]
payee_rules: [{payee: enterprise, clause: 七, valid_from: 2019-01-01}]
open_points:
  no-period: {findings: [before-valid], why: 文件没有写实施期, clause: 一, valid_from: 2019-01-01}
  again: {findings: [one-twice], why: 文件没有写同一证书能领几次, clause: 三, valid_from: 2019-01-01}
"""


@pytest.fixture
def third(tmp_path: Path) -> Path:
    folder = tmp_path / "shidian"
    folder.mkdir()
    (folder / "rulebook.yaml").write_text(RULEBOOK, encoding="utf-8")
    return folder


def course(**facts: object) -> Row:
    return claim(
        **{
            "scheme": "course",
            "certificate_type": None,
            "fee_fen": 100_001,
            "started_on": "2021-01-01",
            "ended_on": "2021-01-02",
            **facts,
        }
    )


def outcomes(third: Path, rows: list[Row]) -> list[tuple[str, int | None, str]]:
    """Decided singly and as a table."""
    book = load_rulebook(third)
    found = [(d.outcome, d.amount_fen, ";".join(d.reasons)) for d in decide(book, rows)]
    table = decide_table(book, source_of(rows)).to_pylist()
    assert [(r["outcome"], r["amount_fen"], r["reasons"]) for r in table] == found
    return found


def test_through_the_commands(third: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = course()
    with (tmp_path / "c.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        writer.writeheader()
        writer.writerow(row)
    assert main(["rulebook", "check", str(third)]) == 0
    out = tmp_path / "d.csv"
    assert main(["adjudicate", str(tmp_path / "c.csv"), "--rulebook", str(third), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").splitlines()[1] == "A1,approved,50000,,shidian@v2"
    capsys.readouterr()
    assert (
        main(
            [
                "explain",
                str(tmp_path / "c.csv"),
                "--rulebook",
                f"{third}/",
                "--claim",
                "A1",
                "--format",
                "json",
            ]
        )
        == 0
    )
    assert json.loads(capsys.readouterr().out)["amount_fen"] == 50_000


def test_a_value_changes_on_its_day(third: Path) -> None:
    before = course(
        claim_id="A", started_on="2021-06-30", ended_on="2021-07-05", applied_at="2021-08-01", person_id="#a"
    )
    after = course(
        claim_id="B", started_on="2021-07-01", ended_on="2021-07-05", applied_at="2021-08-01", person_id="#b"
    )
    assert outcomes(third, [before, after]) == [("approved", 50_000, ""), ("approved", 33_300, "")]


def test_a_later_rule_is_asked_from_its_day(third: Path) -> None:
    old = course(claim_id="A", draws_pension=True, person_id="#a")
    new = course(
        claim_id="B", draws_pension=True, person_id="#b", started_on="2021-07-01", ended_on="2021-07-02"
    )
    assert [o[0] for o in outcomes(third, [old, new])] == ["approved", "rejected"]


def test_rolling_limit_exclusion_table_by_trade_and_cap(third: Path) -> None:
    rows = [
        course(claim_id="A", applied_at="2021-02-01"),
        course(claim_id="B", applied_at="2021-02-02", started_on="2021-03-01", ended_on="2021-03-02"),
        course(claim_id="C", applied_at="2021-02-03", started_on="2022-12-31", ended_on="2022-12-31"),
        course(claim_id="D", applied_at="2021-02-04", started_on="2023-03-01", ended_on="2023-03-01"),
        course(claim_id="E", applied_at="2022-01-02", person_id="#x"),
        claim(claim_id="F", scheme="bonus", occupation_code="A", person_id="#y", applied_at="2021-02-04"),
        claim(claim_id="G", scheme="bonus", occupation_code="Z", person_id="#y", applied_at="2021-02-05"),
        course(claim_id="H", occupation_code="B", person_id="#z", fee_fen=560_000, applied_at="2021-02-05"),
        claim(
            claim_id="I",
            scheme="bonus",
            occupation_code="B",
            person_id="#z",
            applied_at="2021-02-06",
            certificate_issued_on="2021-12-31",
        ),
        claim(
            claim_id="J",
            scheme="bonus",
            occupation_code="B",
            person_id="#z",
            applied_at="2021-02-07",
            certificate_issued_on="2022-01-01",
        ),
    ]
    assert outcomes(third, rows) == [
        ("approved", 50_000, ""),
        ("approved", 50_000, ""),
        ("rejected", 0, "window"),
        ("approved", 33_300, ""),
        ("rejected", 0, "applied-late"),
        ("approved", 120_000, ""),
        ("rejected", 0, "trade;unpriced"),
        ("approved", 280_000, ""),
        ("rejected", 0, "life;not-both"),
        ("approved", 20_000, "life"),
    ]  # fmt: skip


def test_zhoucun_is_priced_once_an_amount_with_its_document_is_added(tmp_path: Path) -> None:
    folder = tmp_path / "zhoucun"
    shutil.copytree(ROOT / "zhoucun", folder, ignore=shutil.ignore_patterns("cases"))
    amounts = (
        "document: 周人社发〔2021〕3号\n"
        "tables:\n"
        "  standard: {label: 培训补贴标准, unit: 元, clause: 第二条, valid_from: 2019-01-01, entries: {5: 900元}}\n"
        "amounts:\n"
        "  training:\n"
        "    schemes: [training]\n"
        "    clause: 第二条\n"
        "    valid_from: 2019-01-01\n"
        "    steps: {standard_sum: {label: 标准, value: 'standard[level]'}}\n"
    )
    (folder / "amounts.yaml").write_text(amounts, encoding="utf-8")
    rows = [claim(), claim(claim_id="A2", level=4), claim(claim_id="A3", scheme="transfer", level=3)]
    priced = decide(load_rulebook(folder), rows)
    assert [(d.outcome, d.amount_fen) for d in priced] == [
        ("approved", 90_000),
        ("review", None),
        ("review", None),
    ]
    assert {d.outcome for d in decide(load_rulebook("zhoucun"), rows)} == {"review"}
    assert any(c.clause == "周人社发〔2021〕3号 第二条" for c in load_rulebook(folder).clauses())
    without = amounts.replace("    clause: 第二条\n", "")
    (folder / "amounts.yaml").write_text(without, encoding="utf-8")
    with pytest.raises(Exception, match="缺少出处"):
        load_rulebook(folder)
