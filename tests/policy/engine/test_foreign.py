# ruff: noqa: E501 rows of examples on purpose
"""Foreign policies as rulebooks of no district: the officials' cases are in their folders; here, that every path agrees."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.policy.engine.helpers import Row
from wudan.policy.engine.cli import main
from wudan.policy.engine.decide import FEW, decide, decide_table, source_of
from wudan.policy.engine.explain import explain
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.problems import RulebookError
from wudan.policy.engine.rulebook import Rulebook, load_rulebook

NAMES = ["national-2023", "qingdao", "tianjin"]
BOOKS = [load_rulebook(name) for name in NAMES]
EACH = pytest.mark.parametrize("book", BOOKS, ids=NAMES)


def rows(book: Rulebook, seed: int) -> list[Row]:
    """A case's row with some cells taken from other rows: everything stands near a boundary, some of it is faulty."""
    rng = random.Random(seed)
    cases = [row.facts for case in book.cases for row in case.rows if not row.paid]
    names = [name for name in book.forms.by_name if name not in ("claim_id", "amount_fen", "person_id")]
    pools = {name: [row.get(name) for row in cases] for name in names}
    made = []
    for i in range(FEW - 6):
        row: dict[str, Any] = dict(rng.choice(cases))
        for name in rng.sample(names, rng.choice([0, 0, 0, 1, 2])):
            row[name] = rng.choice(["x", -1, ""]) if rng.random() < 0.02 else rng.choice(pools[name])
        made.append({**row, "claim_id": f"C{i:03}", "person_id": f"#{rng.randrange(30)}"})
    return made


@EACH
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_single_and_table_agree(book: Rulebook, seed: int) -> None:
    claims = rows(book, seed)
    paid = [
        {**row.facts, "claim_id": f"H{i}", "person_id": f"#{i % 30}"}
        for i, row in enumerate(row for case in book.cases for row in case.rows if row.paid)
    ]
    columns = book.forms.by_name
    single = [(d.outcome, d.amount_fen, ";".join(d.reasons)) for d in decide(book, claims, paid)]
    table = decide_table(book, source_of(claims, columns), source_of(paid, columns)).to_pylist()
    assert single == [(r["outcome"], r["amount_fen"], r["reasons"]) for r in table]
    assert len({reasons for _, _, reasons in single}) > 20


@EACH
def test_every_case_can_be_explained(book: Rulebook) -> None:
    """With its sentences whole: no place in braces, and for a refusal a way out that the engine confirms."""
    ways = 0
    for case in book.cases[:: 1 + len(book.cases) // 16]:
        claims = [row.facts for row in case.rows if not row.paid]
        paid = [row.facts for row in case.rows if row.paid]
        last = str(claims[-1]["claim_id"])
        found = explain(book, claims, last, paid)
        assert found.decision == decide(book, claims, paid)[-1]
        assert all(step.clause and "{" not in step.sentence for step in found.steps)
        for change in found.would_pass_if[:1]:
            ways += 1
            after = decide(book, [*claims[:-1], {**claims[-1], **change}], paid)[-1]
            assert after.outcome in ("approved", "review")
    assert ways


@EACH
def test_every_reason_has_words(book: Rulebook) -> None:
    for plan in book.plans.values():
        for rule in (*plan.conditions, *plan.across):
            text = book.reason(rule.reason, {"scheme": plan.scheme.code}, plan.scheme.code)
            assert text.label
            assert text.remedy
            assert text.clause
            assert "{" not in text.sentence


@EACH
def test_it_belongs_to_no_district(book: Rulebook, capsys: pytest.CaptureFixture[str]) -> None:
    assert book.example
    assert not book.district_code
    assert "参考配置" in book.title
    assert main(["rulebook", "list"]) == 0
    assert f"{book.id}\t{book.title}" in capsys.readouterr().out


def test_every_tianjin_figure_names_its_source() -> None:
    book = BOOKS[2]
    origins = [part.origin for plan in book.plans.values() if plan.amount for part in plan.amount.parts]
    origins += [rule.origin for plan in book.plans.values() for rule in (*plan.conditions, *plan.across)]
    figures = [c for c in book.clauses() if c.topic in ("标准与限额", "自有的列", "办理时限")]
    assert all("参考配置" in text for text in [o.clause for o in origins] + [c.clause for c in figures])
    table = next(c for c in figures if c.label == "评价补贴标准")
    assert "A类职业（初级工 300元，中级工 350元" in table.value or "A类职业（5 300元" in table.value


FAULTS = [
    ("values.yaml", "key: [assessment_class, level]", "key: [assessment_clas, level]", "没有叫“assessment_clas”的列"),
    ("values.yaml", "key: [assessment_class, level]", "key: [assessment_class, level, scheme]", "最多按2项查找"),
    ("values.yaml", "key: [assessment_class, level]", "key: assessment_class", "也不能是列表或下级条目"),
    ("values.yaml", "class_b: {5: 250元, 4", "class_b: {五: 250元, 4", "应是整数"),
    ("schemes.yaml", "evaluation_standard[assessment_class, effective_level]", "evaluation_standard[effective_level]", "查找项数与表不符"),
    ("rulebook.yaml", "scarcity_share[scarcity]", "scarcity_share[scarcity, level]", "查找项数与表不符"),
    ("rulebook.yaml", 'delivery == "offline"', 'delivery == "online"', "没有取值“online”"),
    ("rulebook.yaml", "example: 是", "example: 也许", "“example”不能是“也许”"),
    ("rulebook.yaml", "example: 是", "example: 是\n  district_code: \"120100\"", "不属于哪个区"),
    ("rulebook.yaml", "  example: 是\n", "", "缺少“district_code”"),
    ("across.yaml", "schemes: [training]\n    max", "schemes: [training]\n    against: [trainings]\n    max", "没有叫“trainings”的补贴项目"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "message"), FAULTS)
def test_fault(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "tianjin", folder, ignore=shutil.ignore_patterns("*.csv"))
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    assert any(message in p.message and p.file == file for p in caught.value.problems), [
        str(p) for p in caught.value.problems
    ]
