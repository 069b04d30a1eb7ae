# ruff: noqa: E501 rows of examples on purpose
"""Training lines (培训类别) as data: what the documents name, whom a line fits, and what a faulty file is told."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from wudan.policy.engine.lines import fits, line_for, lines_for, min_hours
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.problems import RulebookError
from wudan.policy.engine.rulebook import Rulebook, load_rulebook

T, Z = load_rulebook("taierzhuang"), load_rulebook("zhoucun")
BOTH = pytest.mark.parametrize("book", [T, Z], ids=lambda b: b.name)
FIRST, BEFORE = dt.date(2019, 1, 1), dt.date(2018, 12, 31)
NAMED = {
    "pre_job", "transfer", "poor", "unemployed", "veteran_before", "veteran_adaptive", "safety", "project", "student_skill",
    "student_startup", "student_practice", "farmer", "rural", "dream", "returnee_startup", "labour_reserve", "business_head",
    "golden_blue_collar", "new_apprentice", "modern_apprentice", "on_job", "mass_layoff", "special_ability", "startup", "shortage",
    "general",
}  # fmt: skip


def test_the_lines_the_documents_name() -> None:
    assert set(T.lines) == NAMED
    assert set(Z.lines) == NAMED | {"off_job", "competition", "special_operation", "project_custodial"}


@BOTH
def test_every_line_can_be_used(book: Rulebook) -> None:
    for line in book.lines.values():
        assert line.label
        assert line.clause.startswith(book.document)
        assert line.groups <= set(book.groups)
        assert set(line.certificates) <= set(book.certificate_types)
        assert not line.scheme or line.certificates
        assert min_hours(book, line, FIRST) >= 0
    public = {c.label for c in book.clauses() if c.topic == "培训类别"}
    assert public == {line.label for line in book.lines.values() if not line.restricted}


def test_what_some_lines_say() -> None:
    assert (T.lines["pre_job"].scheme, T.lines["pre_job"].applied_by, T.lines["pre_job"].must) == (
        "pre_job",
        "enterprise",
        True,
    )
    assert [T.lines[c].once for c in ("student_skill", "student_startup", "student_practice")] == [
        "lifetime"
    ] * 3
    assert T.lines["new_apprentice"].sites == T.lines["modern_apprentice"].sites == 2
    assert T.lines["safety"].no_pass_no_work
    assert not T.lines["general"].no_pass_no_work
    assert (Z.lines["unemployed"].free, T.lines["unemployed"].free) == (True, False)
    assert (Z.lines["labour_reserve"].allowance, T.lines["labour_reserve"].allowance) == (
        "labour_reserve_living",
        "",
    )
    assert (T.lines["project"].allowance, T.lines["project"].applied_by) == ("living_allowance", "provider")
    assert (
        min_hours(T, T.lines["pre_job"], FIRST),
        min_hours(T, T.lines["project"], FIRST),
        min_hours(T, T.lines["safety"], FIRST),
    ) == (60, 40, 0)


def test_whom_a_line_fits() -> None:
    poor = T.lines["poor"]
    assert fits(poor, {"poor"}, on=FIRST)
    assert not fits(poor, {"poor"}, on=BEFORE)
    assert fits(poor, ["rural", "poor"])
    assert not fits(poor, {"rural"})
    assert not fits(poor, ())
    assert fits(T.lines["general"], ())


def test_a_restricted_line_is_for_its_roster_only() -> None:
    custodial = Z.lines["project_custodial"]
    everything = set(Z.groups)
    assert not fits(custodial, everything)
    assert fits(custodial, (), on_roster=True)
    assert not fits(custodial, (), on=BEFORE, on_roster=True)
    assert custodial not in lines_for(Z, everything, on=FIRST, filed_by="department")
    assert not any("戒毒" in c.label + c.value for c in Z.clauses() if c.topic == "培训类别")


def test_the_line_proposed_first() -> None:
    def proposed(groups: set[str], **more: str) -> str:
        line = line_for(T, groups, on=FIRST, **more)
        return line.code if line else ""

    assert proposed(set()) == "general"
    assert proposed(set(), filed_by="enterprise") == "general"
    assert proposed({"unemployed"}) == "unemployed"
    assert proposed({"veteran", "rural"}) == "veteran_before"
    assert proposed({"employee"}, filed_by="enterprise") == "transfer"
    assert line_for(T, {"poor"}, on=BEFORE) is None
    last = [line.groups for line in lines_for(T, {"rural"}, on=FIRST)]
    assert last == sorted(last, key=lambda g: not g)


def test_a_rulebook_without_lines(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    (folder / "lines.yaml").unlink()
    book = load_rulebook(folder)
    assert book.lines == {}
    assert book.content_hash != T.content_hash


GOOD = "  x:\n    label: 某类\n    duty: wish\n    filed_by: [person]\n    scheme: training\n    certificates: [completion]\n    clause: 一\n    valid_from: 2019-01-01\n"
FAULTS = [
    ("    label: 某类\n", "", 2, "缺少“label”"),
    ("    clause: 一\n", "", 2, "缺少出处"),
    ("    valid_from: 2019-01-01\n", "", 2, "缺少“valid_from”"),
    ("duty: wish", "duty: may", 4, "“duty”不能是“may”；可用：must、wish、need"),
    ("filed_by: [person]", "filed_by: [persons]", 5, "谁可以提单中没有“persons”；可用：person"),
    ("filed_by: [person]", "filed_by: []", 5, "“filed_by”不能是空的"),
    ("filed_by: [person]", "filed_by: {person: 是}", 5, "应是列表，如 [person]"),
    ("    filed_by: [person]\n", "", 2, "缺少“filed_by”"),
    ("scheme: training", "scheme: course", 6, "没有叫“course”的补贴项目；可用：training"),
    ("scheme: training", "scheme: project", 2, "由培训机构申请；请写 applied_by: provider"),
    ("scheme: training", "applied_by: enterprise", 2, "不写“applied_by”"),
    ("certificates: [completion]", "certificates: [diploma]", 7, "证书类型中没有“diploma”"),
    ("    certificates: [completion]\n", "", 2, "缺少“certificates”"),
    ("duty: wish", "duty: wish\n    groups: [poor, old]", 5, "人员类别中没有“old”；可用：poor"),
    ("duty: wish", "duty: wish\n    min_hours: hours", 5, "没有叫“hours”的经办参数"),
    ("duty: wish", "duty: wish\n    min_hours: attendance_late", 5, "自 2020-01-01 起才有值"),
    ("duty: wish", "duty: wish\n    min_hours: class_opening_tacit", 5, "应是大于0的整数"),
    ("duty: wish", "duty: wish\n    sites: 3", 5, "“sites”不能是“3”；可用：1、2"),
    ("duty: wish", "duty: wish\n    once_key: line", 2, "没有写“once”"),
    ("duty: wish", "duty: wish\n    gate: no_work", 5, "“gate”不能是“no_work”"),
    ("duty: wish", "duty: wish\n    restricted: 是", 2, "只能由部门提名单"),
    ("duty: wish", "duty: wish\n    allowance: project", 5, "“project”不是付给个人的补贴项目"),
    ("duty: wish", "duty: wish\n    fee: 是", 5, "是否想写“free”"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "line", "message"), FAULTS)
def test_a_faulty_line_is_named(tmp_path: Path, old: str, new: str, line: int, message: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    late = "procedure:\n  attendance_late: {label: 晚, value: 3, clause: 一, valid_from: 2020-01-01}\n"
    (folder / "more.yaml").write_text(late, encoding="utf-8")
    assert GOOD.count(old) == 1
    (folder / "lines.yaml").write_text("lines:\n" + GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    found = [(p.file, p.line, p.message) for p in caught.value.problems]
    assert any(f == "lines.yaml" and at == line and message in m for f, at, m in found), found


def test_the_same_line_without_the_fault(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    (folder / "lines.yaml").write_text("lines:\n" + GOOD, encoding="utf-8")
    line = load_rulebook(folder).lines["x"]
    assert (line.applied_by, line.sites, line.once, line.free, line.gate) == (
        "person",
        1,
        "never",
        False,
        "none",
    )


def test_lines_that_are_no_mapping(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    (folder / "lines.yaml").write_text("lines: [general]\n", encoding="utf-8")
    with pytest.raises(RulebookError, match="应由“名称: 内容”的条目组成"):
        load_rulebook(folder)
