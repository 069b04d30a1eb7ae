"""Where releases and evaluations are stored. Both are append-only: a re-run is a new evaluation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from wudan.kernel import bulk
from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.explain import explain
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.facts import Facts, circle, stored_others, stored_row, unit
from wudan.policy.models import Evaluation, Release
from wudan.policy.queries import as_json
from wudan.policy.stored import texts_of


def record_release(rulebook: Rulebook, at: datetime, files: Mapping[str, str] | None = None) -> Release:
    """登记政策版本: the stored release with this content, stored with its whole text when first used; `files` are its texts
    where they come from no folder.

    Raises `Changed` where the folder was edited after the rulebook was loaded; loading it again is the way out.
    """
    stored = Release.objects.filter(content_hash=rulebook.content_hash).defer("files").first()
    if stored:
        return stored
    Release.objects.bulk_create(
        [
            Release(
                rulebook=rulebook.name,
                release=rulebook.release,
                content_hash=rulebook.content_hash,
                document=rulebook.amended_by or rulebook.document,
                files=texts_of(rulebook) if files is None else dict(files),
                recorded_at=at,
            )
        ],
        ignore_conflicts=True,  # two requests may meet a new rulebook at once
    )
    return Release.objects.get(content_hash=rulebook.content_hash)


def evaluate(
    *,
    rulebook: Rulebook,
    claims: Sequence[Facts],
    claim_id: str,
    history: Sequence[Facts] = (),
    subject: str,
    stage: str,
    at: datetime,
) -> Evaluation:
    """核算一笔, with its working. `claims` holds the claim and whatever else of the same person stands beside it;
    `history` what was paid. Persons are pseudonyms ('#<id>'); ValueError where one is not."""
    facts = next(row for row in claims if row.get("claim_id") == claim_id)
    beside = circle(claims, history)[unit(facts)]
    found = explain(rulebook, claims, claim_id, history)
    with transaction.atomic():
        made = _evaluation(
            record_release(rulebook, at),
            found.decision,
            stored_row(facts, rulebook.forms.by_name),
            stored_others(beside, claim_id, rulebook.forms.by_name),
            subject,
            stage,
            at,
        )
        for name, value in as_json(found).items():
            setattr(made, name, value)
        made.save(force_insert=True)
    return made


def evaluate_many(
    *,
    rulebook: Rulebook,
    claims: Sequence[Facts],
    history: Sequence[Facts] = (),
    subjects: Mapping[str, str],
    stage: str,
    at: datetime,
) -> dict[str, Evaluation]:
    """核算多笔 in one pass: claim_id → evaluation, for the claims named in `subjects`; the others only stand beside them.

    The working is not stored: `queries.working` works it out again from the stored facts and the stored rulebook.
    """
    decisions = decide(rulebook, claims, history)
    circles = circle(claims, history)
    with transaction.atomic():
        release = record_release(rulebook, at)
        made: dict[str, Evaluation] = {}
        for facts, decision in zip(claims, decisions, strict=True):
            claim_id = str(facts.get("claim_id"))
            if claim_id in subjects and claim_id not in made:
                row = stored_row(facts, rulebook.forms.by_name)
                others = stored_others(circles[unit(facts)], claim_id, rulebook.forms.by_name)
                made[claim_id] = _evaluation(release, decision, row, others, subjects[claim_id], stage, at)
        bulk.insert(Evaluation, made.values())
    return made


def _evaluation(
    release: Release,
    decision: Decision,
    facts: dict[str, object],
    others: list[dict[str, object]],
    subject: str,
    stage: str,
    at: datetime,
) -> Evaluation:
    return Evaluation(
        release=release,
        subject=subject,
        stage=stage,
        made_at=at,
        facts=facts,
        others=others,
        outcome=decision.outcome,
        amount_fen=decision.amount_fen,
        reasons=list(decision.reasons),
    )
