# ruff: noqa: E501 rows of examples on purpose
"""Columns a rulebook declares for itself (自有的列): read, checked, explained and tabled like the contract's."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.policy.engine.helpers import Row, claim
from wudan.policy.engine.checking import check_cases
from wudan.policy.engine.cli import main
from wudan.policy.engine.decide import decide, decide_table, source_of
from wudan.policy.engine.explain import explain
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.problems import InputError, RulebookError
from wudan.policy.engine.rulebook import Rulebook, load_rulebook

COLUMNS = """
own_columns:
  roster_on: {label: 名册导入日期, kind: date, clause: 九, valid_from: 2019-01-01}
  planned_hours: {label: 计划课时, kind: integer, unit: 课时, clause: 九, valid_from: 2019-01-01}
  fiscal_payroll: {label: 财政供养人员, kind: boolean, clause: 九, valid_from: 2019-01-01}
  tags: {label: 标签, kind: set, clause: 九, valid_from: 2019-01-01}
  delivery:
    label: 培训方式
    kind: text
    options: {offline: 线下, blended: 线上线下结合}
    source: 经办惯例
    valid_from: 2019-01-01
conditions:
  fiscal-payroll:
    {label: 不是财政供养人员, schemes: [training], require: not fiscal_payroll, clause: 九, valid_from: 2019-01-01}
  few-hours:
    {label: 课时足够, schemes: [training], require: planned_hours >= 40, when: 'delivery == "offline" or has(tags, "x")', clause: 九, valid_from: 2019-01-01}
  roster:
    {label: 名册不晚于发证, schemes: [training], require: roster_on <= certificate_issued_on, when: given(roster_on), clause: 九, valid_from: 2019-01-01}
reasons:
  fiscal-payroll: {label: 财政供养人员, sentence: 申请人是财政供养人员, remedy: 请核对}
  few-hours: {label: 课时不足, sentence: "{delivery}培训计划{planned_hours}，不足40课时", remedy: 请核对}
  roster: {label: 名册过晚, sentence: "名册于{roster_on}导入", remedy: 请核对}
"""
CASES = """案例,补贴项目,职业（工种）编码,等级,证书类型,发证日期,培训方式,计划课时,财政供养人员,名册导入日期,预期结论,预期金额（元）,预期原因
课时够,职业培训补贴,A,初级工,培训合格证书,2020-05-01,线下,40,否,2020-05-01,通过,1000,
课时差一,职业培训补贴,A,初级工,培训合格证书,2020-05-01,线下,39,是,2020-05-02,不予通过,0,课时不足;财政供养人员;名册过晚
方式有误,职业培训补贴,A,初级工,培训合格证书,2020-05-01,空中,39,是,,填写有误,0,培训方式填写有误
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "taierzhuang", tmp_path / "own")
    (tmp_path / "own/own.yaml").write_text(COLUMNS, encoding="utf-8")
    (tmp_path / "own/cases/own.csv").write_text(CASES, encoding="utf-8")
    return tmp_path / "own"


@pytest.fixture
def book(folder: Path) -> Rulebook:
    return load_rulebook(folder)


def rows() -> list[Row]:
    values: list[dict[str, Any]] = [
        {}, {"planned_hours": "40", "delivery": "offline"}, {"planned_hours": 39.0, "delivery": "offline"}, {"delivery": "offline"},
        {"delivery": "online"}, {"planned_hours": "-1"}, {"roster_on": "2020/5/2"}, {"roster_on": "2020-05-01"}, {"roster_on": "never"},
        {"fiscal_payroll": "是"}, {"fiscal_payroll": "否"}, {"fiscal_payroll": "maybe", "planned_hours": "x"}, {"tags": " x ; y"}, {"tags": ";"},
    ]  # fmt: skip
    return [claim(claim_id=f"C{i}", person_id=f"#{i}", **facts) for i, facts in enumerate(values)]


def test_the_rows_are_decided_alike(book: Rulebook) -> None:
    found = decide(book, rows())
    assert [";".join(d.reasons) for d in found] == [
        "", "", "few-hours", "few-hours", "bad-input:delivery", "bad-input:planned_hours", "roster", "", "bad-input:roster_on",
        "fiscal-payroll", "", "bad-input:fiscal_payroll;bad-input:planned_hours", "few-hours", "",
    ]  # fmt: skip
    many = decide_table(book, source_of(rows(), book.forms.by_name)).to_pylist()
    texts = pa.table(
        {name: [None if r.get(name) is None else str(r[name]) for r in rows()] for name in book.forms.by_name}
    )
    for table in (many, decide_table(book, texts).to_pylist()):
        assert [(r["outcome"], r["amount_fen"], r["reasons"]) for r in table] == [
            (d.outcome, d.amount_fen, ";".join(d.reasons)) for d in found
        ]
    plain = decide(load_rulebook("taierzhuang"), rows())
    assert {d.outcome for d in plain} == {"approved"}, "other rulebooks ignore the columns"


def test_files_and_history(book: Rulebook, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "claim_id,person_id,scheme,level,occupation_code,certificate_type,certificate_issued_on,applied_at,delivery,planned_hours,roster_on\n"
        "A,#甲,training,5,A,completion,2020-05-01,2020-06-01,offline,39,2020-05-02\n"
    )
    (tmp_path / "c.csv").write_text(text, encoding="utf-8")
    common = [str(tmp_path / "c.csv"), "--rulebook", str(book.folder)]
    assert main(["adjudicate", *common, "--out", str(tmp_path / "d.csv")]) == 0
    assert "A,rejected,0,few-hours;roster,own@2020.1" in (tmp_path / "d.csv").read_text()
    assert main(["explain", *common, "--claim", "A"]) == 0
    shown = capsys.readouterr().out
    assert "线下培训计划39课时，不足40课时" in shown
    assert "名册于2020年5月2日导入" in shown
    (tmp_path / "twice.csv").write_text(text.replace("roster_on", "delivery"), encoding="utf-8")
    assert (
        main(["adjudicate", str(tmp_path / "twice.csv"), *common[1:], "--out", str(tmp_path / "e.csv")]) == 2
    )
    with pytest.raises(InputError, match="计划课时"):
        decide(book, rows(), [claim(claim_id="H", amount_fen=1, planned_hours="x")])


def test_what_would_have_to_differ(book: Rulebook) -> None:
    row = claim(delivery="offline", fiscal_payroll=True, roster_on="2020-06-01")
    changes = explain(book, [row], "A1").would_pass_if
    assert changes
    assert decide(book, [{**row, **changes[0]}])[0].outcome == "approved"


def test_cases_and_words(book: Rulebook) -> None:
    assert check_cases(book) == []
    assert book.reason("bad-input:delivery").sentence == "“培训方式”应为线下、线上线下结合之一"
    assert "planned_hours" in book.schemes["training"].columns
    assert "planned_hours" not in book.schemes["project"].columns
    assert ("自有的列", "培训方式") in [(c.topic, c.label) for c in book.clauses()]


FAULTS = [
    ("roster_on: {label", "level: {label", "各区共用的"),
    ("roster_on: {label", "Roster: {label", "应由小写字母"),
    ("label: 名册导入日期", "label: 等级", "已是别的列的名称"),
    ("kind: integer", "kind: number", "“kind”不能是“number”"),
    ("kind: text", "kind: date", "只有文字列"),
    ("{offline: 线下, blended: 线上线下结合}", "{}", "options 中没有内容"),
    ("{offline: 线下, blended: 线上线下结合}", "[线下]", "“名称: 内容”"),
    ("offline: 线下", "person: 线下", "已有中文名称“个人”"),
    ("source: 经办惯例", "note: 经办惯例", "缺少出处"),
    ('delivery == "offline"', 'delivery == "online"', "没有取值“online”"),
    ("planned_hours >= 40", "planned_hour >= 40", "是否想写“planned_hours”"),
]


@pytest.mark.parametrize(("old", "new", "message"), FAULTS)
def test_fault(folder: Path, old: str, new: str, message: str) -> None:
    assert COLUMNS.count(old) == 1
    (folder / "own.yaml").write_text(COLUMNS.replace(old, new), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    line = COLUMNS[: COLUMNS.index(old)].count("\n") + 1
    assert any(
        message in p.message and p.file == "own.yaml" and line - 5 <= p.line <= line + 2
        for p in caught.value.problems
    ), [str(p) for p in caught.value.problems]
