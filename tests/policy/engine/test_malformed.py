# ruff: noqa: E501 rows of examples on purpose
"""A faulty rulebook does not load; every fault names file, line, what is wrong and what would be right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wudan.policy.engine.cli import main
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.problems import Problem, RulebookError
from wudan.policy.engine.rulebook import load_rulebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of taierzhuang."""
    shutil.copytree(ROOT / "taierzhuang", tmp_path / "copy")
    return tmp_path / "copy"


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    return caught.value.problems


def change(folder: Path, file: str, old: str, new: str) -> int:
    """Replace text, and say on which line it stood."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    path.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


FAULTS = [
    ("values.yaml", "value: 3次, unit: 次, clause: 六（一）第一段, ", "value: 3次, unit: 次, ", "缺少出处"),
    ("values.yaml", "value: 60%, unit: \"%\", clause: 六（二）第四段, valid_from: 2019-01-01", "value: 60%, unit: \"%\", clause: 六（二）第四段", "缺少“valid_from”"),
    ("values.yaml", "value: 1600元", "value: 一千六", "“一千六”不是数"),
    ("values.yaml", "value: 2019-01-01, clause: 标题", "value: 2019-02-30, clause: 标题", "“2019-02-30”不是日期"),
    ("values.yaml", "label: 每人每年补贴次数上限, value: 3次", "label: 每人每年补贴次数上限, valeu: 3次", "是否想写“value”"),
    ("values.yaml", "entries: {2: 2000元, 1: 5000元}", "entries: {两: 2000元}", "应是整数"),
    ("values.yaml", "entries: {2: 2000元, 1: 5000元}", "entries: {}", "表中没有内容"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: insured_month >= insured_months_min", "是否想写“insured_months”"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: insured_months >= ", "缺少一个值"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: insured_months >= class_id", "不能用“>=”比较"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: insured_months", "这里应是“是否”"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: __import__('os')", "没有函数“__import__”"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: (insured_months >= 1", "缺少“)”"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: insured_months >= 1 1", "多出内容"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: fee_fen * fee_fen * fee_fen > 1", "过大的数"),
    ("schemes.yaml", "require: insured_months >= insured_months_min", "require: certificate_type == \"diploma\"", "没有取值“diploma”"),
    ("schemes.yaml", "value: floor(fee_fen * apprenticeship_share)", "value: fee_fen * apprenticeship_share", "请用 floor( )"),
    ("schemes.yaml", "schemes: [startup_training]\n    clause", "schemes: [startup]\n    clause", "没有叫“startup”的补贴项目"),
    ("schemes.yaml", "schemes: [startup_training]\n    clause", "schemes: [startup_training, training]\n    clause", "有2条金额规则"),
    ("across.yaml", "kind: cap", "kind: quota", "“kind”不能是“quota”"),
    ("across.yaml", "period: calendar_year", "period: fortnight", "“period”不能是“fortnight”"),
    ("across.yaml", "    max: living_cap\n", "", "缺少“max”"),
    ("across.yaml", "effect: review", "effect: reject", "effect: review"),
    ("texts.yaml", "sentence: 申请中没有证书", "sentence: 申请中没有{certificat}", "{certificat}"),
    ("texts.yaml", "  no-fee:\n", "  no-fees:\n", "原因“no-fee”缺少中文说明"),
    ("texts.yaml", "completion: {label", "diploma: {label", "没有证书类型“diploma”"),
    ("funds.yaml", "- {pool: employment_subsidy, clause", "- {when: draws_pension, pool: employment_subsidy, clause", "最后一条应不写条件"),
    ("funds.yaml", "pool: startup_support, clause", "pool: staff_education, clause", "“pool”不能是“staff_education”"),
    ("rulebook.yaml", "release: \"2020.1\"", "release: \"2020 1\"", "只能用字母"),
    ("rulebook.yaml", "district_code: \"370405\"", "district_code: \"3704\"", "应是6位数字"),
    ("rulebook.yaml", "  begins:", "  begin:", "缺少推算的事项“begins”"),
    ("procedure.yaml", "procedure:", "procedur:", "是否想写“procedure”"),
    ("procedure.yaml", "procedure:", "procedure: [", "YAML 格式有误"),
    ("procedure.yaml", "label: 公示期", "label: !!python/object/apply:os.system [x]", "不支持标签"),
    ("cases/实施期.csv", "首日,实施期首日", ",实施期首日", "“案例”不能空缺"),
    ("cases/实施期.csv", "结业日期,预期结论", "结业日,预期结论", "不认识的列“结业日”"),
    ("cases/实施期.csv", "2018-12-31,,,不予通过,0,不在", "2018-12-31,,,不通过,0,不在", "“预期结论”不能是“不通过”"),
    ("cases/实施期.csv", "通过,0,不在实施期内\n首日", "通过,零,不在实施期内\n首日", "不是金额"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_fault(folder: Path, file: str, old: str, new: str, message: str) -> None:
    change(folder, file, old, new)
    found = problems(folder)
    assert any(message in p.message for p in found), [str(p) for p in found]
    assert all(p.line >= 1 and p.file.endswith((".yaml", ".csv")) for p in found)


def test_the_line_is_the_faults_own(folder: Path) -> None:
    line = change(folder, "schemes.yaml", "require: attended_days > 0", "require: attended_day > 0")
    assert [(p.file, p.line) for p in problems(folder)] == [("schemes.yaml", line)]


def test_several_faults_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = change(folder, "values.yaml", "value: 1600元", "value: 多少")
    two = change(folder, "schemes.yaml", "require: attended_days > 0", "require: attended_day > 0")
    three = change(folder, "across.yaml", "kind: cap", "kind: top")
    places = {(p.file, p.line) for p in problems(folder)}
    assert {("values.yaml", one), ("schemes.yaml", two), ("across.yaml", three)} <= places
    assert main(["rulebook", "check", str(folder)]) == 2
    shown = capsys.readouterr().err
    assert f"schemes.yaml 第{two}行" in shown


def test_an_entry_twice(folder: Path) -> None:
    (folder / "more.yaml").write_text(
        "values:\n  yearly_max: {label: 又一次, value: 4, clause: 七, valid_from: 2019-01-01}\n",
        encoding="utf-8",
    )
    assert any(
        "只留一处" in p.message and "more.yaml" in p.message and p.file == "values.yaml"
        for p in problems(folder)
    )


def test_aliases_are_refused(folder: Path) -> None:
    (folder / "more.yaml").write_text("values: &a {x: *a}\n", encoding="utf-8")
    assert any("别名" in p.message for p in problems(folder))


def test_a_case_that_disagrees_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = change(folder, "values.yaml", "value: 1600元", "value: 1700元")
    assert line
    assert main(["rulebook", "check", str(folder)]) == 2
    assert "培训补贴.csv" in (shown := capsys.readouterr().err)
    assert "预期金额 1600元，规则得出 1700元" in shown


def test_deep_nesting_is_refused(folder: Path) -> None:
    change(
        folder,
        "schemes.yaml",
        "require: attended_days > 0",
        f"require: {'(' * 3000}attended_days > 0{')' * 3000}",
    )
    assert any("层" in p.message or "嵌套" in p.message for p in problems(folder))


def test_no_such_rulebook() -> None:
    with pytest.raises(RulebookError, match="taierzhuang"):
        load_rulebook("nowhere")
