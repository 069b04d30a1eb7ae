# ruff: noqa: E501 rows of examples on purpose
"""The rulebook examines itself: planted faults are found, each with a person in whom it shows; shipped rulebooks pass."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.policy.engine.test_districts import RULEBOOK
from wudan.policy.engine.checking import check_cases
from wudan.policy.engine.cli import main
from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.examine.findings import Finding
from wudan.policy.engine.examine.kinds import HINT, KINDS
from wudan.policy.engine.examine.run import examine
from wudan.policy.engine.examine.showing import case_text
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.rulebook import Rulebook, available_rulebooks, load_rulebook

PLANTED = [
    # file, text, what it becomes; then the finding's code, scheme and rule
    ("values.yaml", "3: 2000元}", "6: 2000元}", "no-price", "training", "by_level"),
    ("values.yaml", "3: 2000元}", "6: 2000元}", "entry-idle", "training", "by_level"),
    ("across.yaml", "schemes: [training, pre_job, skill_upgrade, technician]\n    when", "schemes: [training, pre_job, technician]\n    when", "two-schemes", "skill_upgrade", ""),
    ("across.yaml", "  duplicate/project:\n", "  twice-a-year:\n    {kind: limit, label: 每年不超过4次, schemes: [training, startup_training, pre_job], max: 4次, period: calendar_year, clause: 一, valid_from: 2019-01-01}\n  duplicate/project:\n", "limit-idle", "training", "twice-a-year"),
    ("across.yaml", "  overlap:\n", "  total:\n    {kind: cap, label: 合计上限, schemes: [training, pre_job], max: 13500.01元, clause: 一, valid_from: 2019-01-01}\n  overlap:\n", "cap-idle", "training", "total"),
    ("across.yaml", "key: [project_id, project_stage]\n", "key: [project_id, project_stage]\n    when: completed_count > 5 and completed_count < 5\n", "unique-idle", "project", "duplicate/project"),
    ("across.yaml", "key: [project_id, project_stage]\n", "key: [project_id, project_stage]\n    when: completed_count > 5 and completed_count < 5\n", "one-twice", "project", "duplicate/project"),
    ("values.yaml", "value: 12个月", "value: 0个月", "condition-idle", "skill_upgrade", "insured-months"),
    ("schemes.yaml", "require: floor(fee_fen * apprenticeship_share) >= apprenticeship_floor", "require: floor(fee_fen * apprenticeship_share) >= apprenticeship_floor and fee_fen < 100元", "review-always", "apprenticeship", "below-floor"),
    ("schemes.yaml", "when: level in [1, 2]", "when: level in [1, 2] and scheme == \"project\"", "when-never", "technician", "prior-level"),
    ("schemes.yaml", "  no-project:\n", "  nobody: {label: 原有等级高于证书等级, schemes: [startup_training], require: prior_level > level and level >= 5, clause: 一, valid_from: 2019-01-01}\n  no-project:\n", "scheme-closed", "startup_training", "nobody"),
    ("schemes.yaml", "  no-project:\n", "  few-days: {label: 出勤不到十天, schemes: [living_allowance], require: attended_days < 10, clause: 一, valid_from: 2019-01-01}\n  few: {label: 出勤不到二十天, schemes: [living_allowance], require: attended_days < 20, clause: 一, valid_from: 2019-01-01}\n  no-project:\n", "condition-shadowed", "living_allowance", "few"),
    ("schemes.yaml", "  no-project:\n", "  winter: {label: 二月三月不开班, schemes: [pre_job], require: 'not between(begins, 2020-02-01, 2020-03-31)', clause: 一, valid_from: 2019-01-01}\n  no-project:\n", "day-gap", "pre_job", ""),
    ("schemes.yaml", "require: has(groups, \"employee\")", "require: has(groups, \"employee\") or insured_months < 0", "part-idle", "skill_upgrade", "group/employee"),
    ("schemes.yaml", "value: \"min(share, apprenticeship_cap)\"", "value: \"min(share, apprenticeship_cap, fee_fen)\"", "bound-idle", "apprenticeship", "apprenticeship"),
    ("rulebook.yaml", "certificate_type == \"special_ability\", 5, level", "certificate_type == \"completion\", 5, level", "branch-idle", "pre_job", "by_level"),
    ("schemes.yaml", "contract_fen - advance)", "contract_fen - advance - 1000元)", "amount-negative", "project", "project"),
    ("values.yaml", "{2: 2000元, 1: 5000元}", "{2: 5000元, 1: 2000元}", "level-order", "technician", "technician"),
    ("schemes.yaml", "      daily: {label", "      extra: {label: 交通费, value: 10元}\n      daily: {label", "step-idle", "living_allowance", "living"),
    ("values.yaml", "value: 50元, unit: 元, clause: 六（一）第二段, valid_from: 2019-01-01", "value: 50元, unit: 元, clause: 六（一）第二段, valid_from: 2019-07-01", "version-missing", "living_allowance", "living_daily"),
    ("values.yaml", "{label: 项目制先行拨付比例, value: 60%, unit: \"%\", clause: 六（一）第二段, valid_from: 2019-01-01}", "{label: 项目制先行拨付比例, unit: \"%\", versions: [{value: 60%, clause: 一, valid_from: 2019-01-01}, {value: 70%, clause: 二, valid_from: 2022-01-01}]}", "version-unused", "project", "project_advance"),
    ("values.yaml", "  yearly_max: {", "  spare: {label: 没人用的数, value: 7次, clause: 一, valid_from: 2019-01-01}\n  yearly_max: {", "value-idle", "", "spare"),
    ("procedure.yaml", "first_review_working_days: {label: 初审时限, value: 5, unit: 个工作日, source: 经办惯例（参考配置），文件未规定, valid_from: 2019-01-01", "first_review_working_days: {label: 初审时限, value: 5, unit: 个工作日, source: 经办惯例（参考配置），文件未规定, valid_from: 2019-03-01", "parameter-missing", "", "first_review_working_days"),
    ("texts.yaml", "sentence: 出勤天数为{attended_days}", "sentence: 此前共计{used}", "reason-silent", "living_allowance", "no-attendance"),
    ("texts.yaml", "  no-project:\n", "  too-old: {label: 年龄过大, sentence: 年龄过大, remedy: 请核对}\n  no-project:\n", "reason-idle", "", "too-old"),
]  # fmt: skip
WORDS = "".join(
    f"  {code}: {{label: {code}, sentence: {code}, remedy: 请核对}}\n"
    for code in ("twice-a-year", "total", "nobody", "few-days", "few", "winter")
)


def edited(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    if not new or new not in text:
        assert text.count(old) == 1, old
        path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rulebook, list[Finding]]:
    """A copy of taierzhuang with all the faults at once, examined."""
    folder = tmp_path_factory.mktemp("planted") / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    shutil.rmtree(folder / "cases")
    for file, old, new, *_ in PLANTED:
        edited(folder, file, old, new)
    edited(folder, "texts.yaml", "  no-fee:\n", f"{WORDS}  no-fee:\n")
    book = load_rulebook(folder)
    return book, examine(book)


def found(findings: list[Finding], code: str, scheme: str, rule: str) -> Finding:
    """The one unlisted finding of this code, scheme and rule."""
    same = [f for f in findings if (f.code, f.rule) == (code, rule) and f.known is None]
    fitting = [f for f in same if not scheme or scheme in f.schemes]
    assert fitting, (code, scheme, rule, [(f.code, f.schemes, f.rule) for f in findings if f.known is None])
    return fitting[0]


@pytest.mark.parametrize(("code", "scheme", "rule"), [row[3:] for row in PLANTED])
def test_a_planted_fault_is_found_with_a_person(
    planted: tuple[Rulebook, list[Finding]], code: str, scheme: str, rule: str
) -> None:
    book, findings = planted
    finding = found(findings, code, scheme, rule)
    assert finding.stands
    assert finding.clause
    assert finding.message
    if code in ("value-idle", "reason-idle"):
        return  # nobody is concerned by what nothing uses
    again = decide(book, finding.claims)
    assert again == list(finding.decisions)
    SHOWS[code](book, finding, again)


def approved(_book: Rulebook, _finding: Finding, decided: list[Decision]) -> None:
    assert decided
    assert all(d.outcome in ("approved", "review") for d in decided)


def somebody(_book: Rulebook, _finding: Finding, decided: list[Decision]) -> None:
    assert len(decided) == 1


def untouched(book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    """The rule says nothing, however much is claimed."""
    reason = finding.rule.partition("/")[0]
    assert not any(reason == r for d in decided for r in d.reasons)
    approved(book, finding, decided[:1])


def no_price(_book: Rulebook, _finding: Finding, decided: list[Decision]) -> None:
    assert [(d.outcome, d.amount_fen, d.reasons) for d in decided] == [("review", None, ("unpriced",))]


def paid_twice(_book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    first, second = finding.claims
    assert first.get("certificate_issued_on") == second.get("certificate_issued_on")
    assert first.get("occupation_code") == second.get("occupation_code")
    assert [d.outcome for d in decided] == ["approved", "approved"]
    assert all(d.amount_fen for d in decided)


def below_the_cap(book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    untouched(book, finding, decided)
    assert sum(d.amount_fen or 0 for d in decided) == 1_350_000


def refused(_book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    assert decided[0].outcome == "rejected"
    if finding.rule:
        assert finding.rule in decided[0].reasons


def reviewed(_book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    assert finding.rule in decided[0].reasons
    assert decided[0].outcome == "review"


def shadowed(_book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    assert finding.rule in decided[0].reasons
    assert len(decided[0].reasons) > 1


def nothing_left(_book: Rulebook, _finding: Finding, decided: list[Decision]) -> None:
    assert [(d.outcome, d.amount_fen) for d in decided] == [("approved", 0)]


def less_for_more(book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    lower = {**finding.claims[0], "level": 2}
    assert finding.claims[0]["level"] == 1
    assert (decide(book, [lower])[0].amount_fen or 0) > (decided[0].amount_fen or 0) > 0


def before_its_day(_book: Rulebook, finding: Finding, decided: list[Decision]) -> None:
    day = {"living_daily": "2019-06-30", "first_review_working_days": "2019-02-28"}[finding.rule]
    begun = finding.claims[0].get("started_on") or finding.claims[0]["certificate_issued_on"]
    assert str(begun) == day or finding.rule != "living_daily"
    assert str(begun) <= day
    assert decided[0].outcome in ("approved", "review")


SHOWS: dict[str, Callable[[Rulebook, Finding, list[Decision]], None]] = {
    "no-price": no_price,
    "two-schemes": paid_twice,
    "one-twice": paid_twice,
    "entry-idle": approved,
    "limit-idle": untouched,
    "cap-idle": below_the_cap,
    "unique-idle": untouched,
    "condition-idle": untouched,
    "review-always": reviewed,
    "when-never": untouched,
    "scheme-closed": refused,
    "condition-shadowed": shadowed,
    "day-gap": refused,
    "part-idle": somebody,
    "bound-idle": approved,
    "branch-idle": approved,
    "amount-negative": nothing_left,
    "level-order": less_for_more,
    "step-idle": approved,
    "version-missing": before_its_day,
    "version-unused": approved,
    "parameter-missing": before_its_day,
    "reason-silent": refused,
}


def test_a_person_can_be_pasted_as_a_case(planted: tuple[Rulebook, list[Finding]]) -> None:
    book, findings = planted
    cases = book.folder / "cases"
    cases.mkdir()
    for number, finding in enumerate(findings):
        if finding.claims:
            (cases / f"{number}.csv").write_text(case_text(book, finding, f"例{number}"), encoding="utf-8")
    again = load_rulebook(book.folder)
    shutil.rmtree(cases)
    assert len(again.cases) == sum(1 for finding in findings if finding.claims) > 40
    assert check_cases(again) == []


@pytest.mark.parametrize("name", available_rulebooks())
def test_shipped_rulebooks_pass_with_their_open_points(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", name, "--format", "json"]) == 0
    said = capsys.readouterr()
    content = json.loads(said.out)
    assert content["findings"]
    for row in content["findings"]:
        assert not row["stands"]
        assert row["gravity"] == HINT or (row["known"]["clause"] and row["claims"] and row["case"])
    assert "没有问题" in said.err
    book = load_rulebook(name)
    assert {row["known"]["code"] for row in content["findings"] if row["known"]} <= {
        p.code for p in book.open_points
    }


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "zhoucun", folder)
    return folder


def test_an_unlisted_finding_fails_and_a_settled_point_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(tmp_path)
    edited(folder, "open_points.yaml", "    schemes: all\n", "    schemes: [training, startup_training]\n")
    edited(
        folder,
        "across.yaml",
        "schemes: [startup_training]",
        "schemes: [startup_training, apprenticeship, labour_reserve_living]",
    )
    assert main(["rulebook", "check", str(folder)]) == 2
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert "1. 没有金额（no-price） 技师培训补贴：没有写金额（amounts 中没有这个项目）" in lines
    assert "   依据：规则 unpriced，周政办发〔2020〕2号 二（四）" in lines
    assert any(
        line.startswith("     自查1：没有金额,技师培训补贴,") and line.endswith(",人工复核,,没有补贴标准")
        for line in lines
    )
    assert any("（open-point-stale） 待定事项“again”" in line for line in lines)
    assert any(
        line.startswith("- 已知 unpriced（周政办发〔2020〕2号 二（一）1、5、8；二（四））") for line in lines
    )
    assert said.err.splitlines()[-1].startswith("wudan: 规则集 copy@2020.1 有问题：自查有")


def test_a_point_covers_only_the_persons_it_describes(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    edited(
        folder,
        "open_points.yaml",
        "    when: not given(occupation_code)\n",
        '    when: not given(occupation_code) and certificate_type == "completion"\n',
    )
    left = [f for f in examine(load_rulebook(folder)) if f.stands]
    assert {f.code for f in left} == {"two-schemes", "one-twice"}
    assert all(claim["certificate_type"] != "completion" for f in left for claim in f.claims)


def test_an_open_point_needs_a_known_code_a_reason_and_a_clause(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(tmp_path)
    edited(folder, "open_points.yaml", "findings: [no-price]", "findings: [no-prize]")
    edited(folder, "open_points.yaml", "    clause: 二（一）1、5、8；二（四）\n", "")
    assert main(["rulebook", "check", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "没有叫“no-prize”的自查发现；可用：no-price" in said
    assert "open_points.yaml" in said
    assert "缺少出处" in said


def test_every_planted_kind_is_documented() -> None:
    text = (ROOT.parents[1] / "docs" / "rulebook.md").read_text(encoding="utf-8")
    assert [code for code in KINDS if f"`{code}`" not in text] == []


SMALL = [
    # an edit of the small third rulebook; what is found then, by code and rule
    ("by_trade: {label: 职业标准, key: occupation_code, unit: 元, clause: 五, valid_from: 2019-01-01, entries: {A: 1200元", "by_trade: {label: 职业标准, key: occupation_code, unit: 元, clause: 五, valid_from: 2019-01-01, entries: {A: 0元", "amount-zero", "bonus"),
    ("conditions:\n", "conditions:\n  other-trade: {label: 不是紧缺职业, schemes: [course], require: not occupation_code in trades, clause: 五, valid_from: 2019-01-01}\n", "exclusion-idle", "not-both"),
    ("conditions:\n", "conditions:\n  no-class: {label: 没有办班, schemes: [course, bonus], require: not given(started_on), clause: 五, valid_from: 2019-01-01}\n", "overlap-idle", "overlap"),
    ("findings: [before-valid]", "findings: [day-gap]", "before-valid", ""),
    ("max: window_max", "max: 0次", "scheme-closed", "window"),
    ("max: life_cap", "max: 0元", "scheme-closed", "life"),
    ("{value: 33.3%, clause: 补充一, valid_from: 2021-07-01", "{value: 0%, clause: 补充一, valid_from: 2021-07-01", "amount-zero", "course"),
    ("months_after(begins, 12)", "months_after(begins, 12) and applied_on < begins and applied_on > begins", "scheme-closed", "applied-late"),
    ("require: occupation_code in trades", "require: 'occupation_code in [\"C\"]'", "no-price", "bonus"),
]  # fmt: skip
OVERLAP = "across:\n  overlap: {kind: overlap, label: 时间不重叠, effect: review, schemes: [course, bonus], from: started_on, to: ended_on, same: class_id, clause: 五, valid_from: 2019-01-01}\n"
ONCE_AND_TEN = "across:\n  once: {kind: limit, label: 每年一次, schemes: [bonus], max: 1次, period: calendar_year, clause: 五, valid_from: 2019-01-01}\n  ten: {kind: limit, label: 一生十次, schemes: [bonus], max: 10次, clause: 五, valid_from: 2019-01-01}\n"
QUIET = [
    # what is tight, but can be reached: a cap and a limit only over many years, a condition only with three facts at once
    [("value: 3000元", "value: 20000元")],
    [("across:\n", ONCE_AND_TEN), ("value: 3000元", "value: 30000元")],
    [("require: \"applied_on <= months_after(begins, 12)\"", "require: \"days(begins, applied_on) <= 366\"")],
    [("require: not draws_pension", "require: 'not draws_pension or has(groups, \"poor\") and insured_months >= 7 and fee_fen < 33元'")],
]  # fmt: skip


def small(tmp_path: Path, *edits: tuple[str, str]) -> Rulebook:
    folder = tmp_path / "small"
    folder.mkdir()
    text = RULEBOOK.replace("across:\n", OVERLAP)
    words = ("overlap", "other-trade", "no-class", "once", "ten")
    said = "".join(f"  {code}: {{label: {code}, sentence: 见说明, remedy: 请核对}}\n" for code in words)
    text = text.replace("reasons:\n", f"reasons:\n{said}")
    for old, new in edits:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "rulebook.yaml").write_text(text, encoding="utf-8")
    return load_rulebook(folder)


@pytest.mark.parametrize(("old", "new", "code", "rule"), SMALL, ids=[f"{row[2]}-{row[3]}" for row in SMALL])
def test_a_small_rulebook_with_one_fault(tmp_path: Path, old: str, new: str, code: str, rule: str) -> None:
    book = small(tmp_path, (old, new))
    finding = found(examine(book), code, "", rule)
    assert finding.stands
    assert decide(book, finding.claims) == list(finding.decisions) != []


@pytest.mark.parametrize("edits", QUIET)
def test_what_can_be_reached_is_not_told(tmp_path: Path, edits: list[tuple[str, str]]) -> None:
    findings = examine(small(tmp_path, *edits))
    assert [(f.code, f.rule, f.message) for f in findings if f.stands and f.code != "reason-idle"] == []


def test_a_limit_a_cap_keeps_out_of_reach(tmp_path: Path) -> None:
    """At most 3,000 yuan in a life leave no tenth bonus of 1,200."""
    finding = found(examine(small(tmp_path, ("across:\n", ONCE_AND_TEN))), "limit-idle", "bonus", "ten")
    assert sum(d.amount_fen or 0 for d in finding.decisions) == 300_000
    assert finding.decisions[-1].reasons == ("life",)


@pytest.mark.parametrize(("cap", "codes"), [("54800元", ["cap-idle"]), ("54799元", [])])
def test_nobody_attends_more_days_than_there_are(tmp_path: Path, cap: str, codes: list[str]) -> None:
    """50 yuan a day, 1,096 days from 2019 to 2021: a cap of 54,800 yuan never cuts anything, one yuan less does."""
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    edited(folder, "values.yaml", "value: 500元", f"value: {cap}")
    shutil.rmtree(folder / "cases")
    book = load_rulebook(folder)
    alone = replace(book, plans={"living_allowance": book.plans["living_allowance"]}, open_points=())
    findings = [f for f in examine(alone) if f.rule == "person-cap" and f.code != "case-missing"]
    assert [f.code for f in findings] == codes
    assert all(sum(d.amount_fen or 0 for d in f.decisions) == 5_480_000 for f in findings)


def test_a_scheme_the_rule_names_and_never_compares(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "taierzhuang", folder)
    old = "when: given(occupation_code) and effective_level > 0"
    edited(folder, "across.yaml", old, f'{old} and scheme != "technician"')
    shutil.rmtree(folder / "cases")
    book = load_rulebook(folder)
    plans = {code: book.plans[code] for code in ("training", "technician")}
    finding = found(examine(replace(book, plans=plans)), "when-never", "technician", "duplicate")
    assert finding.decisions[0].outcome == "approved"
