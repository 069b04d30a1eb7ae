"""Drafts: copied, changed by form and text, proposed and approved by a second person; what became law is what decides."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.cast import AT, Cast, cast, claim_facts, make_actor, outsider
from tests.orders.subsidy.chain import both, forge, refusal
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.kernel.roles import Role
from wudan.policy.actions import evaluate
from wudan.policy.drafts import actions, releasing
from wudan.policy.drafts.cases import red_rows
from wudan.policy.drafts.comparing import differences, file_differences
from wudan.policy.drafts.entries import Wanted, entry_of
from wudan.policy.drafts.queries import base_files, check_draft, draft_of, files_of, visible_drafts
from wudan.policy.drafts.templates import filled
from wudan.policy.engine.explain import explain
from wudan.policy.models import Draft, Enactment
from wudan.policy.queries import forget_seen, rulebook_for, working

TODAY = AT.date()
NOTICE = "台人社发〔2020〕12号"


@pytest.fixture
def tez(db: None) -> Cast:
    return cast("370405", pools=False)


@pytest.fixture
def second(tez: Cast) -> Actor:
    return make_actor(Role.POLICY, district_id=tez.code, username="policy-second")


def copied(tez: Cast, **more: Any) -> Draft:
    return actions.copy_rulebook(
        **{"district_id": tez.code, "title": "提高初级工标准", "actor": tez.policy, "at": AT, **more}
    )


def table(draft: Draft, code: str = "level_standard", **rows: str) -> Wanted:
    """The table as it stands, some rows changed."""
    version = entry_of(files_of(draft.pk), "tables", code).versions[0]  # type: ignore[union-attr]
    entries = {**dict(version.entries), **{name.removeprefix("l"): value for name, value in rows.items()}}
    origin = {key: getattr(version, key) for key in ("clause", "source", "document", "valid_from", "reading")}
    return Wanted(rows=tuple(entries.items()), **origin)


def by_form(draft: Draft, wanted: Wanted, version: str = "only", **more: Any) -> Any:
    draft.refresh_from_db()
    given = {"section": "tables", "code": "level_standard", "version": version, "wanted": wanted, **more}
    return {"draft_id": draft.pk, "revision": draft.revision, "at": AT, **given}


def raised(tez: Cast) -> Draft:
    """A draft with 1,200 yuan for level 5 from 2021 on."""
    draft = copied(tez)
    wanted = Wanted(
        rows=(("5", "1200元"), ("4", "1500元"), ("3", "2000元")),
        clause="一",
        document=NOTICE,
        valid_from="2021-01-01",
    )
    found = actions.save_entry(**by_form(draft, wanted, "new"), actor=tez.policy)
    assert found.rulebook is not None
    keys = {red.key for red in red_rows(found.rulebook)}  # cases of 2021
    actions.accept_cases(draft_id=draft.pk, revision=1, keys=keys, actor=tez.policy, at=AT)
    draft.refresh_from_db()
    return draft


def proposed(tez: Cast, *, valid_from: date = TODAY, number: str = "2020.2") -> Draft:
    draft = raised(tez)
    return releasing.propose(
        draft_id=draft.pk, revision=draft.revision, number=number, document=NOTICE, valid_from=valid_from, actor=tez.policy, at=AT
    )  # fmt: skip


def approved(tez: Cast, second: Actor, **more: Any) -> Enactment:
    draft = proposed(tez, **more)
    made = releasing.approve(draft_id=draft.pk, revision=draft.revision, actor=second, at=AT)
    forget_seen()
    return made


# --- copying and changing -----------------------------------------------------------------------------------------
def test_a_copy_is_the_rulebook_in_force_to_the_letter(tez: Cast) -> None:
    draft = copied(tez)
    assert (draft.state, draft.problems, draft.red_cases) == ("drafting", [], 0)
    assert draft.content_hash == draft.base.content_hash == rulebook_for(tez.code).content_hash
    assert files_of(draft.pk) == base_files(draft)


def test_only_the_districts_policy_officers_draft(tez: Cast) -> None:
    for somebody in (tez.reviewer, tez.provider_clerk, outsider(tez, "policy")):
        assert refusal(copied, tez=tez, actor=somebody).code == "forbidden"
    draft = copied(tez)
    stranger = outsider(tez, "policy")
    assert not visible_drafts(stranger).exists() and draft_of(stranger, draft.pk) is None
    assert draft_of(tez.reviewer, draft.pk) is None
    assert (
        refusal(actions.save_entry, **by_form(draft, table(draft, l5="1200元")), actor=stranger).code
        == "forbidden"
    )


def test_a_form_changes_one_value_and_keeps_every_other_character(tez: Cast) -> None:
    draft = copied(tez)
    before = files_of(draft.pk)["values.yaml"]
    found = actions.save_entry(**by_form(draft, table(draft, l5="1200元")), actor=tez.policy)
    after = files_of(draft.pk)["values.yaml"]
    assert after == before.replace(
        "entries: {5: 1000元, 4: 1500元, 3: 2000元}", "entries: {5: 1200元, 4: 1500元, 3: 2000元}"
    )
    assert found.rulebook is not None and found.red  # cases still expect 1,000 yuan
    draft.refresh_from_db()
    assert draft.red_cases == len(found.red) and draft.revision == 1


def test_a_new_version_has_its_own_clause_document_and_day(tez: Cast) -> None:
    draft = raised(tez)
    rulebook = check_draft(draft).rulebook
    assert rulebook is not None and not draft.red_cases
    said = [c for c in rulebook.clauses() if c.label == "按等级的补贴标准"]
    assert [(c.valid_from, c.clause) for c in said] == [
        (date(2019, 1, 1), "台政办发〔2020〕4号 六（一）第一段；六（二）第一、二段"),
        (date(2021, 1, 1), f"{NOTICE} 一"),
    ]
    differs = differences(rulebook_for(tez.code), rulebook)
    assert [(d.kind, d.topic) for d in differs][:1] == [("new", "标准与限额")]
    file = file_differences(base_files(draft), files_of(draft.pk))[-1]
    assert (file.name, file.kind) == ("values.yaml", "changed") and file.added >= 2
    entry = entry_of(files_of(draft.pk), "tables", "level_standard")
    assert entry is not None and len(entry.versions) == 2
    which = {"section": "tables", "code": "level_standard", "version": "1"}
    actions.remove_version(draft_id=draft.pk, revision=draft.revision, **which, actor=tez.policy, at=AT)
    draft.refresh_from_db()
    assert len(entry_of(files_of(draft.pk), "tables", "level_standard").versions) == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"rows": (("5", "一千"), ("4", "1500元"), ("3", "2000元"))}, "不是数"),
        ({"clause": "", "source": ""}, "缺少出处"),
        ({"valid_from": "2020年1月"}, "不是日期"),
    ],
)
def test_a_form_that_would_not_load_is_refused_in_the_engines_words(
    tez: Cast, wanted: dict[str, Any], words: str
) -> None:
    draft = copied(tez)
    start = table(draft)
    bad = Wanted(**{name: wanted.get(name, getattr(start, name)) for name in start.__dataclass_fields__})
    answer = refusal(actions.save_entry, **by_form(draft, bad), actor=tez.policy)
    assert answer.code == "bad-entry" and words in answer.sentence
    assert files_of(draft.pk) == base_files(draft)


def test_two_officers_do_not_overwrite_one_another(tez: Cast, second: Actor) -> None:
    draft = copied(tez)
    seen = by_form(draft, table(draft, l5="1200元"))
    actions.save_entry(**seen, actor=tez.policy)
    assert refusal(actions.save_entry, **seen, actor=second).code == "draft-changed"


def test_a_text_that_does_not_load_is_kept_but_goes_no_further(tez: Cast) -> None:
    draft = copied(tez)
    text = files_of(draft.pk)["schemes.yaml"].replace(
        "require: given(certificate_type)", "require: given(certificat_type)"
    )
    typed = {"name": "schemes.yaml", "text": text.replace("\n", "\r\n")}
    found = actions.save_file(draft_id=draft.pk, revision=0, **typed, actor=tez.policy, at=AT)
    (problem,) = found.problems
    assert problem.file == "schemes.yaml" and text.splitlines()[problem.line - 1].strip().startswith(
        "require: given(certificat_type"
    )
    draft.refresh_from_db()
    assert files_of(draft.pk)["schemes.yaml"] == text and not draft.content_hash
    given = {"number": "2020.2", "document": NOTICE, "valid_from": TODAY, "actor": tez.policy, "at": AT}
    assert refusal(releasing.propose, draft_id=draft.pk, revision=1, **given).code == "does-not-load"
    with pytest.raises(Refused, match="才能提请批准"):
        forge("UPDATE policy_draft SET state = 'proposed' WHERE id = %s", draft.pk)


def test_files_come_and_go_but_not_the_common_ones(tez: Cast) -> None:
    draft = copied(tez)
    given = {"draft_id": draft.pk, "actor": tez.policy, "at": AT}
    assert (
        refusal(actions.save_file, **given, revision=0, name="common/columns.yaml", text="").code
        == "common-file"
    )
    assert refusal(actions.add_file, **given, revision=0, name="../x.yaml", text="").code == "bad-name"
    assert (
        refusal(actions.add_file, **given, revision=0, name="values.yaml", text="").code == "draft_file_once"
    )
    actions.add_file(**given, revision=0, name="补充.yaml", text="document: 台人社发〔2020〕12号\n")
    assert refusal(actions.remove_file, **given, revision=1, name="rulebook.yaml").code == "head-file"
    actions.remove_file(**given, revision=1, name="补充.yaml")
    draft.refresh_from_db()
    assert draft.content_hash == draft.base.content_hash


def test_cases_looked_at_expect_what_the_draft_decides(tez: Cast) -> None:
    draft = copied(tez)
    found = actions.save_entry(**by_form(draft, table(draft, l5="1200元")), actor=tez.policy)
    assert found.rulebook is not None
    reds = red_rows(found.rulebook)
    assert len(reds) == len(found.red) > 1
    left = actions.accept_cases(draft_id=draft.pk, revision=1, keys={reds[0].key}, actor=tez.policy, at=AT)
    assert len(left.red) == len(reds) - 1
    done = actions.accept_cases(
        draft_id=draft.pk, revision=2, keys={r.key for r in reds}, actor=tez.policy, at=AT
    )
    assert done.rulebook is not None and not done.red
    changed = [
        f for f in file_differences(base_files(draft), files_of(draft.pk)) if f.name.startswith("cases/")
    ]
    assert sum(f.added for f in changed) == len(reds)


# --- release ------------------------------------------------------------------------------------------------------
def test_a_release_needs_everything(tez: Cast) -> None:
    draft = raised(tez)
    whole: dict[str, Any] = {
        "draft_id": draft.pk, "revision": draft.revision, "number": "2020.2", "document": NOTICE, "valid_from": TODAY,
        "actor": tez.policy, "at": AT,
    }  # fmt: skip
    for change, code in (
        ({"document": " "}, "needs-document"),
        ({"number": "二〇二一"}, "bad-number"),
        ({"number": "2020.1"}, "number-taken"),
        ({"revision": 0}, "draft-changed"),
        ({"actor": outsider(tez, "policy")}, "forbidden"),
    ):
        assert refusal(releasing.propose, **{**whole, **change}).code == code
    actions.save_entry(**by_form(draft, table(draft, l5="1200元"), "0"), actor=tez.policy)
    assert refusal(releasing.propose, **{**whole, "revision": draft.revision + 1}).code == "cases-red"
    fresh = copied(tez)
    text = filled("limit", schemes=["training"], document=NOTICE, valid_from="2021-01-01").replace(
        "max: 3", "max: 9"
    )
    actions.add_file(draft_id=fresh.pk, revision=0, name="补充.yaml", text=text, actor=tez.policy, at=AT)
    unwritten = {**whole, "draft_id": fresh.pk, "revision": 1}
    assert refusal(releasing.propose, **unwritten).code == "template-left"
    fresh = copied(tez)
    assert (
        refusal(releasing.propose, **{**whole, "draft_id": fresh.pk, "revision": 0}).code == "nothing-changed"
    )


def test_what_is_proposed_stands_still(tez: Cast, second: Actor) -> None:
    draft = proposed(tez)
    assert "release: 2020.2" in files_of(draft.pk)["rulebook.yaml"]
    typed = {"name": "values.yaml", "text": "", "revision": draft.revision}
    assert (
        refusal(actions.save_file, draft_id=draft.pk, **typed, actor=tez.policy, at=AT).code == "wrong-state"
    )
    with pytest.raises(Refused, match="内容不能再改"):
        forge("UPDATE policy_draftfile SET text = '' WHERE draft_id = %s", draft.pk)
    assert refusal(releasing.take_back, draft_id=draft.pk, actor=second, at=AT).code == "forbidden"
    assert (
        refusal(releasing.send_back, draft_id=draft.pk, reason=" ", actor=second, at=AT).code
        == "needs-comment"
    )
    assert (
        refusal(releasing.send_back, draft_id=draft.pk, reason="自己退回", actor=tez.policy, at=AT).code
        == "forbidden"
    )
    assert releasing.send_back(draft_id=draft.pk, reason="条款写错", actor=second, at=AT).state == "drafting"


def test_the_drafter_cannot_approve(tez: Cast, second: Actor) -> None:
    draft = proposed(tez)
    given = {"draft_id": draft.pk, "revision": draft.revision, "at": AT}
    for somebody in (tez.policy, tez.reviewer, outsider(tez, "policy")):
        assert refusal(releasing.approve, **given, actor=somebody).code == "forbidden"
    assert refusal(releasing.approve, **{**given, "revision": 0}, actor=second).code == "draft-changed"
    with pytest.raises(Refused, match="没有参与起草的另一个人"):
        forge("UPDATE policy_draft SET approved_by = %s WHERE id = %s", tez.policy.user_id, draft.pk)
    assert not Enactment.objects.exists()


def test_decisions_are_made_under_the_release_from_its_day_on(tez: Cast, second: Actor) -> None:
    old = evaluate(
        rulebook=rulebook_for(tez.code), claims=[claim_facts(level=5, started_on="2021-02-01", ended_on="2021-03-01")],
        claim_id="c1", subject="claim:1", stage="submit", at=AT,
    )  # fmt: skip
    day = TODAY + timedelta(days=3)
    made = approved(tez, second, valid_from=day)
    told = OutboxEvent.objects.get(topic="policy:released").payload
    by = second.user_id
    assert told == {"district": tez.code, "release": made.release_id, "valid_from": day.isoformat(), "by": by}
    assert rulebook_for(tez.code, day - timedelta(days=1)).id == "taierzhuang@2020.1"
    law = rulebook_for(tez.code, day)
    assert law.id == "taierzhuang@2020.2" and law.content_hash == made.release.content_hash
    facts = claim_facts("c2", "#8", level=5, started_on="2021-02-01", ended_on="2021-03-01")
    new = evaluate(rulebook=law, claims=[facts], claim_id="c2", subject="claim:2", stage="submit", at=AT)
    assert (old.amount_fen, new.amount_fen) == (100_000, 120_000)
    assert (old.release.release, new.release) == ("2020.1", made.release)
    assert (
        working(old).rulebook.id == "taierzhuang@2020.1" and working(new).rulebook.id == "taierzhuang@2020.2"
    )
    assert rulebook_for("370405", day).folder != rulebook_for("370405", day - timedelta(days=1)).folder


def test_today_sees_a_release_at_the_next_look(
    tez: Cast,
    second: Actor,
    django_assert_num_queries: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forget_seen()
    assert rulebook_for(tez.code).release == "2020.1"
    draft = proposed(tez)
    releasing.approve(draft_id=draft.pk, revision=draft.revision, actor=second, at=AT)
    with django_assert_num_queries(0):  # batch review asks per claim
        assert {rulebook_for(tez.code).release for _ in range(100)} == {"2020.1"}
    monkeypatch.setattr("wudan.policy.queries.SECONDS_BETWEEN_LOOKS", 0.0)
    assert rulebook_for(tez.code).release == "2020.2"
    forget_seen()


def test_a_draft_copied_before_the_last_release_is_out_of_date(tez: Cast, second: Actor) -> None:
    stale = raised(tez)
    approved(tez, second, valid_from=TODAY + timedelta(days=400))
    given = {"number": "2020.3", "document": NOTICE, "valid_from": TODAY, "actor": tez.policy, "at": AT}
    assert (
        refusal(releasing.propose, draft_id=stale.pk, revision=stale.revision, **given).code
        == "base-outdated"
    )
    again = copied(tez)
    assert again.base.release == "2020.2"  # also what is not yet in force, so that nothing is lost
    assert stale.base.release == "2020.1"


def test_nothing_becomes_law_past_the_approval(tez: Cast, second: Actor) -> None:
    draft = proposed(tez)
    with pytest.raises(DatabaseError, match="只有经另一个人批准的草案"), transaction.atomic():
        Enactment.objects.create(
            district_id=tez.code, release=draft.base, draft=draft, rulebook="taierzhuang", number=draft.number, document=NOTICE,
            valid_from=TODAY, approved_at=AT, approved_by=second.user_id or 0, approved_label="冒充",
        )  # fmt: skip


def test_what_became_law_cannot_be_changed(tez: Cast, second: Actor) -> None:
    made = approved(tez, second)
    for attempt in (lambda: Enactment.objects.update(valid_from=TODAY), lambda: made.delete()):
        with pytest.raises(DatabaseError, match="只能新增"), transaction.atomic():
            attempt()
    assert refusal(actions.drop, draft_id=made.draft_id, actor=tez.policy, at=AT).code == "wrong-state"


@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_make_one_release() -> None:
    tez = cast("370405", pools=False)
    second = make_actor(Role.POLICY, district_id=tez.code, username="policy-second")
    one, two = proposed(tez), proposed(tez, number="2020.3")
    answers = both(
        *(
            lambda d=d: releasing.approve(draft_id=d.pk, revision=d.revision, actor=second, at=AT)
            for d in (one, two)
        )  # type: ignore[misc]
    )
    assert answers == ["base-outdated", "done"]
    assert Enactment.objects.count() == 1


# --- a changed value is explained by its own basis ----------------------------------------------------------------
OLD_CLAUSE = "台政办发〔2020〕4号 六（一）第一段；六（二）第一、二段"


def cited(rulebook: Any, began: date) -> str:
    claim = claim_facts(started_on=began, ended_on=began, certificate_issued_on=began, level=5, prior_level=0)
    return explain(rulebook, [claim], claim["claim_id"]).amount_steps[-1].clause


@pytest.mark.parametrize(
    ("basis", "said"),
    [
        ({"clause": "一", "document": NOTICE}, f"{NOTICE} 一"),
        ({"source": "区人社局2021年7月通知", "document": NOTICE}, f"{NOTICE} 区人社局2021年7月通知"),
        ({"source": "区人社局2021年7月通知"}, "区人社局2021年7月通知"),
    ],
)
def test_a_sum_cites_the_basis_of_the_value_in_force_on_its_day(tez: Cast, basis: Any, said: str) -> None:
    draft = copied(tez)
    rows = (("5", "1200元"), ("4", "1500元"), ("3", "2000元"))
    wanted = Wanted(rows=rows, valid_from="2021-01-01", **basis)
    found = actions.save_entry(**by_form(draft, wanted, "new"), actor=tez.policy).rulebook
    assert found is not None
    assert cited(found, date(2021, 1, 1)) == f"{OLD_CLAUSE}；{said}"
    assert cited(found, date(2020, 12, 31)) == OLD_CLAUSE
    shown = {c.clause: c.understood for c in found.clauses() if c.label == "按等级的补贴标准"}
    assert shown[said] == ("文件写明" if "clause" in basis else "文件以外的依据")


def test_a_refusal_cites_the_basis_of_the_limit_it_rests_on(tez: Cast) -> None:
    draft = copied(tez)
    wanted = Wanted(value="36个月", source="区人社局2021年7月通知", valid_from="2021-01-01")
    entry = {"section": "values", "code": "insured_months_min"}
    found = actions.save_entry(**by_form(draft, wanted, "new", **entry), actor=tez.policy).rulebook
    assert found is not None
    for began, basis in ((date(2021, 1, 1), "；区人社局2021年7月通知"), (date(2020, 12, 31), "")):
        claim = claim_facts(
            scheme="skill_upgrade", groups="employee", insured_months=0, started_on=None, ended_on=None,
            certificate_issued_on=began,
        )  # fmt: skip
        made = explain(found, [claim], "c1")
        (reason,) = made.decision.reasons
        (step,) = [step for step in made.steps if step.rule == reason]
        assert (
            step.clause == found.reason(reason, claim).clause == f"台政办发〔2020〕4号 六（二）第二段{basis}"
        )


@pytest.mark.parametrize(
    ("section", "code", "wanted", "label"),
    [
        ("tables", "level_standard", {"rows": (("5", "1200元"), ("4", "1500元"), ("3", "2000元"))}, "按等级的补贴标准"),
        ("values", "insured_months_min", {"value": "36个月"}, "失业保险累计缴费月数下限"),
        ("values", "yearly_max", {"value": "2次"}, "每人每年补贴次数上限"),
    ],
)  # fmt: skip
def test_one_more_version_is_one_difference(
    tez: Cast, section: str, code: str, wanted: Any, label: str
) -> None:
    draft = copied(tez)
    version = Wanted(**wanted, source="区人社局2021年7月通知", document=NOTICE, valid_from="2021-07-01")
    found = actions.save_entry(
        **by_form(draft, version, "new", section=section, code=code), actor=tez.policy
    ).rulebook
    assert found is not None
    (one,) = differences(rulebook_for(tez.code), found)
    assert (one.kind, one.label) == ("new", label) and one.after is not None
    assert one.after.clause == f"{NOTICE} 区人社局2021年7月通知"
    assert one.after.valid_from == date(2021, 7, 1)
    twice = [c.value for c in found.clauses() if c.topic == "金额" and "其后" in c.value]
    assert not twice  # a table is called by its name once


def test_a_rule_written_otherwise_is_a_difference(tez: Cast) -> None:
    draft = copied(tez)
    text = files_of(draft.pk)["schemes.yaml"].replace(
        "floor(fee_fen * apprenticeship_share)", "floor(fee_fen * 70%)"
    )
    found = actions.save_file(
        draft_id=draft.pk, revision=0, name="schemes.yaml", text=text, actor=tez.policy, at=AT
    ).rulebook
    assert found is not None
    said = [(d.kind, d.topic) for d in differences(rulebook_for(tez.code), found)]
    assert said == [
        ("changed", "申领条件"),
        ("changed", "金额"),
    ]  # the share stands in a condition, and in the sum


def test_a_release_names_the_document_it_was_issued_by(tez: Cast, second: Actor) -> None:
    assert rulebook_for(tez.code).law == "台政办发〔2020〕4号"
    enacted = approved(tez, second)
    rulebook = rulebook_for(tez.code)
    assert rulebook.document == "台政办发〔2020〕4号"  # its clauses stand where they stood
    assert rulebook.law == f"台政办发〔2020〕4号（{NOTICE}修改）"
    assert (enacted.release.document, enacted.release.release) == (NOTICE, "2020.2")
