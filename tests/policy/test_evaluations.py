"""Stored decisions: complete, without identity numbers, and explained by the rulebook they were made under."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from tests.cast import AT, claim_facts, make_district, valid_identity
from wudan.organisations.models import District
from wudan.policy.actions import evaluate, evaluate_many, record_release
from wudan.policy.engine.loading import ROOT
from wudan.policy.engine.rulebook import load_rulebook
from wudan.policy.models import Evaluation, Release
from wudan.policy.queries import evaluations_of, parameter, rulebook_for, working
from wudan.policy.stored import Changed, _load

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> District:
    return make_district("370405")


def test_a_release_is_stored_once_with_its_whole_text(tez: District) -> None:
    rulebook = rulebook_for(tez.code)
    first, second = record_release(rulebook, AT), record_release(rulebook, AT)
    assert first == second
    assert {"rulebook.yaml", "schemes.yaml", "common/columns.yaml"} <= first.files.keys()
    assert first.document == "台政办发〔2020〕4号"


def test_one_evaluation_keeps_facts_steps_and_clause(tez: District) -> None:
    made = evaluate(
        rulebook=rulebook_for(tez.code),
        claims=[claim_facts()],
        claim_id="c1",
        subject="claim:1",
        stage="submit",
        at=AT,
    )
    made.refresh_from_db()
    assert (made.outcome, made.amount_fen, made.reasons) == ("approved", 150_000, [])
    assert made.facts["started_on"] == "2020-09-01"
    assert all(step["clause"] for step in made.steps)
    assert made.amount_steps[-1]["value_fen"] == 150_000


def test_a_refusal_says_what_would_pass(tez: District) -> None:
    facts = claim_facts(draws_pension=True)
    made = evaluate(
        rulebook=rulebook_for(tez.code),
        claims=[facts],
        claim_id="c1",
        subject="claim:1",
        stage="submit",
        at=AT,
    )
    assert (made.outcome, made.reasons) == ("rejected", ["draws-pension"])
    assert {"draws_pension": False} in made.would_pass_if


def test_many_at_once_equal_one_by_one(tez: District) -> None:
    rulebook = rulebook_for(tez.code)
    claims = [
        claim_facts(f"c{n}", "#7", occupation_code=f"6-18-02-0{n}", class_id=f"K{n}") for n in range(1, 6)
    ]
    claims.append(
        claim_facts("p1", "", scheme="project", project_id="X", project_stage="advance", contract_fen=100)
    )
    history = [claim_facts("h1", "#7", occupation_code="4-01", amount_fen=150_000)]
    many = evaluate_many(
        rulebook=rulebook,
        claims=claims,
        history=history,
        subjects={str(c["claim_id"]): f"claim:{c['claim_id']}" for c in claims},
        stage="submit",
        at=AT,
    )
    for claim_id, stored in many.items():
        one = evaluate(
            rulebook=rulebook,
            claims=claims,
            claim_id=claim_id,
            history=history,
            subject="x",
            stage="submit",
            at=AT,
        )
        assert (stored.outcome, stored.amount_fen, stored.reasons) == (
            one.outcome,
            one.amount_fen,
            one.reasons,
        )
        again = working(Evaluation.objects.get(pk=stored.pk))
        assert (again.steps, again.amount_steps) == (one.steps, one.amount_steps)
    assert many["c5"].outcome == "rejected"
    assert "yearly-limit" in many["c5"].reasons


def test_only_the_asked_are_stored(tez: District) -> None:
    claims = [claim_facts("a"), claim_facts("b", class_id="K2")]
    made = evaluate_many(
        rulebook=rulebook_for(tez.code), claims=claims, subjects={"b": "claim:2"}, stage="submit", at=AT
    )
    assert made.keys() == {"b"} and Evaluation.objects.count() == 1
    assert [o["claim_id"] for o in made["b"].others] == ["a"]
    assert evaluations_of("claim:2").get() == made["b"]


def test_an_identity_number_is_never_stored(tez: District) -> None:
    number = valid_identity(5)
    with pytest.raises(ValueError, match="never an identity number"):
        evaluate(
            rulebook=rulebook_for(tez.code),
            claims=[claim_facts(person=number)],
            claim_id="c1",
            subject="claim:1",
            stage="submit",
            at=AT,
        )
    with pytest.raises(ValueError, match="never an identity number"):
        evaluate_many(
            rulebook=rulebook_for(tez.code),
            claims=[claim_facts(), claim_facts("c2", number)],
            subjects={"c1": "claim:1", "c2": "claim:2"},
            stage="submit",
            at=AT,
        )
    assert not Evaluation.objects.exists()


def test_an_old_decision_is_explained_by_the_rulebook_it_was_made_under(
    tez: District, tmp_path: Path
) -> None:
    folder = tmp_path / "taierzhuang"
    shutil.copytree(ROOT / "taierzhuang", folder)
    claims = [claim_facts()]
    old = evaluate_many(
        rulebook=load_rulebook(folder), claims=claims, subjects={"c1": "s"}, stage="submit", at=AT
    )["c1"]

    for file in folder.glob("*.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("1500", "1700"), encoding="utf-8")
    shutil.rmtree(folder / "cases")
    new = evaluate_many(
        rulebook=load_rulebook(folder), claims=claims, subjects={"c1": "s"}, stage="submit", at=AT
    )["c1"]
    assert (old.amount_fen, new.amount_fen) == (150_000, 170_000)
    assert old.release_id != new.release_id

    _load.cache_clear()
    shutil.rmtree(folder)
    assert working(old).amount_steps[-1]["value_fen"] == 150_000
    assert working(new).amount_steps[-1]["value_fen"] == 170_000
    assert working(old).rulebook.content_hash == old.release.content_hash


def test_an_edited_folder_is_noticed_before_it_is_stored(tmp_path: Path) -> None:
    folder = tmp_path / "taierzhuang"
    shutil.copytree(ROOT / "taierzhuang", folder)
    rulebook = load_rulebook(folder)
    (folder / "texts.yaml").write_bytes((folder / "texts.yaml").read_bytes() + b"# edited\n")
    with pytest.raises(Changed):
        record_release(rulebook, AT)


def test_a_case_table_in_gb18030_survives(tmp_path: Path) -> None:
    folder = tmp_path / "taierzhuang"
    shutil.copytree(ROOT / "taierzhuang", folder)
    notes = sorted(folder.glob("cases/*.csv"))
    if not notes:
        pytest.skip("no cases yet")
    notes[0].write_bytes(notes[0].read_text(encoding="utf-8-sig").encode("gb18030"))
    release = record_release(load_rulebook(folder), AT)
    _load.cache_clear()
    assert _load(release.content_hash).content_hash == release.content_hash


def test_stored_releases_and_evaluations_cannot_be_changed(tez: District) -> None:
    evaluate_many(
        rulebook=rulebook_for(tez.code), claims=[claim_facts()], subjects={"c1": "s"}, stage="s", at=AT
    )
    for attempt in (
        lambda: Evaluation.objects.update(outcome="approved"),
        lambda: Evaluation.objects.all().delete(),
        lambda: Release.objects.update(document="x"),
    ):
        with pytest.raises(DatabaseError, match="只能新增"), transaction.atomic():
            attempt()


def test_parameters_come_with_their_clause(tez: District) -> None:
    found = parameter(tez.code, "notice_working_days", AT.date())
    assert found.clause


def test_an_unknown_district_is_refused(tez: District) -> None:
    with pytest.raises(Exception, match="没有找到这个区"):
        rulebook_for("999999")
