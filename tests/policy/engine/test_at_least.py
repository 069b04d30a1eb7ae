# ruff: noqa: E501 rows of examples on purpose
"""Counting with a rank (`at_least`): only earlier claims as high or higher count; single, table and a plain model agree."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.policy.engine.helpers import Row, claim
from wudan.policy.engine.decide import decide, decide_table, source_of
from wudan.policy.engine.explain import explain
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.problems import RulebookError
from wudan.policy.engine.rulebook import Rulebook, load_rulebook

RULES = """
across:
  higher-held:
    kind: unique
    label: 同一职业没有领过同等或更高等级
    schemes: [training, skill_upgrade]
    when: given(occupation_code) and level > 0
    key: [occupation_code]
    at_least: 6 - level
    clause: 九
    valid_from: 2019-01-01
  two-higher:
    kind: limit
    label: 一年内同等或更高的不超过两次
    schemes: [pre_job]
    max: 2
    period: rolling_months
    months: 12个月
    at_least: 6 - level
    clause: 九
    valid_from: 2019-01-01
reasons:
  higher-held: {label: 已领更高等级, sentence: "已领过{count}次", remedy: 请核对}
  two-higher: {label: 一年两次, sentence: "已领过{count}次", remedy: 请核对}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "taierzhuang", tmp_path / "ranked")
    (tmp_path / "ranked/ranked.yaml").write_text(RULES, encoding="utf-8")
    across = tmp_path / "ranked/across.yaml"
    text = across.read_text(encoding="utf-8")
    across.write_text(text.replace("max: yearly_max", "max: 1000000"), encoding="utf-8")
    return tmp_path / "ranked"


@pytest.fixture
def book(folder: Path) -> Rulebook:
    return load_rulebook(folder)


def test_lower_after_higher_is_refused_and_higher_after_lower_is_not(book: Rulebook) -> None:
    levels = [4, 5, 4, 3, 5, 0, 4]
    rows = [
        claim(claim_id=f"C{i}", level=level, certificate_type="completion", applied_at=f"2020-06-0{i + 1}")
        for i, level in enumerate(levels)
    ]
    rows[6]["occupation_code"] = "other"
    found = decide(book, rows)
    assert ["higher-held" in d.reasons for d in found] == [False, True, True, False, True, False, False]
    assert found[3].outcome == "approved", "中级之后的高级"
    step = next(s for s in explain(book, rows, "C1").steps if s.rule == "higher-held")
    assert (step.holds, step.facts["count"], step.facts["level"]) == (False, 1, 5)
    assert {"level": 3} in [dict(change) for change in explain(book, rows[:2], "C1").would_pass_if]
    assert "higher-held:6-18-02-04:2" in book.unique_keys(rows[0])


def test_a_refused_higher_claim_blocks_nothing(book: Rulebook) -> None:
    high = claim(claim_id="A", level=3, draws_pension=True)
    low = claim(claim_id="B", level=5, applied_at="2020-06-02")
    assert decide(book, [high, low])[1].outcome == "approved"
    paid = [claim(claim_id="H", level=3, amount_fen=1)]
    assert decide(book, [low], paid)[0].reasons == ("higher-held",)


def test_single_table_and_a_plain_model_agree(book: Rulebook) -> None:
    rng = random.Random(5)
    rows = [
        claim(
            claim_id=f"C{i:03}", person_id=f"#{rng.randrange(25)}", scheme=rng.choice(["training", "skill_upgrade", "pre_job"]),
            level=rng.choice([5, 4, 3]), occupation_code=rng.choice(["A", "B"]), groups="employee", insured_months=12,
            certificate_issued_on=f"{rng.choice([2019, 2020, 2021])}-{rng.randrange(1, 13):02}-01", applied_at=f"2021-06-{rng.randrange(1, 29):02}",
        )
        for i in range(300)
    ]  # fmt: skip
    found = decide(book, rows[:250]) + decide(book, rows[250:])
    rows = [{**row, "person_id": row["person_id"] + ("x" if i >= 250 else "")} for i, row in enumerate(rows)]
    table = decide_table(book, source_of(rows)).to_pylist()
    assert [(r["outcome"], r["reasons"]) for r in table] == [(d.outcome, ";".join(d.reasons)) for d in found]
    alive: dict[str, list[Row]] = {}
    outcomes = {row["claim_id"]: d for row, d in zip(rows, found, strict=True)}
    for row in sorted(rows, key=lambda r: (r["applied_at"], r["claim_id"])):
        earlier = alive.setdefault(row["person_id"], [])
        decision = outcomes[row["claim_id"]]
        held = [e for e in earlier if e["scheme"] != "pre_job" and row["scheme"] != "pre_job" and e["occupation_code"] == row["occupation_code"]]  # fmt: skip
        assert ("higher-held" in decision.reasons) == any(e["level"] <= row["level"] for e in held)
        if decision.outcome != "rejected":
            earlier.append(row)
    assert any("two-higher" in d.reasons for d in found)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("at_least: 6 - level\n    clause", "at_least: occupation_code\n    clause", "这里应是“数”"),
        ("at_least: 6 - level\n    clause", "at_least: 3\n    clause", "由申请事项得出的整数"),
        ("at_least: 6 - level\n    clause", "at_least: 50% * level\n    clause", "由申请事项得出的整数"),
        ("at_least: 6 - level\n    clause", "at_leest: 6 - level\n    clause", "是否想写“at_least”"),
    ],
)
def test_fault(folder: Path, old: str, new: str, message: str) -> None:
    at = RULES.index(old)
    (folder / "ranked.yaml").write_text(RULES.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(folder)
    assert [(p.file, p.line) for p in caught.value.problems if message in p.message] == [
        ("ranked.yaml", RULES[:at].count("\n") + 1)
    ], [str(p) for p in caught.value.problems]
