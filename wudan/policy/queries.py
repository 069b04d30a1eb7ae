"""Reading policy: the rulebook a district runs on now, and the working of a stored decision under the one it was made by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from time import monotonic
from typing import Any

from django.db.models import QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.periods import legal_day
from wudan.organisations.queries import district
from wudan.policy.engine.explain import Explanation, explain
from wudan.policy.engine.model import Parameter
from wudan.policy.engine.rulebook import Rulebook, load_rulebook
from wudan.policy.facts import plain_json, split_others
from wudan.policy.models import Enactment, Evaluation, Release
from wudan.policy.ports import today
from wudan.policy.stored import load_stored

SECONDS_BETWEEN_LOOKS = 1.0
"""A release approved in another process is seen after so long; tests look less often, so that queries can be counted."""


def rulebook_for(district_code: str, on: date | None = None) -> Rulebook:
    """The newest approved release of the district whose first day has come by `on` (today where not said), else the rulebook
    as its folder stands. Today's is looked for once a second, and read again only when it has changed.

    Refuses: no-district.
    """
    if on is not None:
        return _look(district_code, on)
    moment = monotonic()
    seen = _seen.get(district_code)
    if seen is None or moment - seen[0] >= SECONDS_BETWEEN_LOOKS:
        # Batch review asks for every claim: one look a second costs nothing, one a claim more than the decision.
        seen = _seen[district_code] = (moment, _look(district_code, today()))
    return seen[1]


_seen: dict[str, tuple[float, Rulebook]] = {}


def forget_seen() -> None:
    """Look again at the next question: this process has just approved a release."""
    _seen.clear()


def _look(district_code: str, on: date) -> Rulebook:
    folder = _folder(district_code)
    enacted = enactments_of(district_code).filter(valid_from__lte=on).select_related("release").first()
    rulebook = load_rulebook(folder) if enacted is None else load_stored(enacted.release)
    if rulebook.example:
        raise LookupError(f"{rulebook.id} is an example (参考规则集): no district runs on it")
    return rulebook


def enactments_of(district_code: str) -> QuerySet[Enactment]:
    """What became law in the district, the newest first; without the text. Each contains the one before."""
    return Enactment.objects.filter(district=district_code).defer("release__files").order_by("-id")


@lru_cache(maxsize=256)
def _folder(district_code: str) -> str:
    """A district keeps its folder for life (`open_district`), so it is asked for once."""
    return district(district_code).rulebook


def parameter(district_code: str, code: str, on: date) -> Parameter:
    """A parameter of procedure, e.g. `notice_working_days`, in force on a day."""
    return rulebook_for(district_code).parameter(code, on)


def rulebook_of(release: Release) -> Rulebook:
    """The rulebook as it was, from the stored text."""
    return load_stored(release)


def evaluations_of(subject: str) -> QuerySet[Evaluation]:
    """All evaluations of a subject ("claim:7"), newest first. The room that knows the subject checks who may look."""
    return Evaluation.objects.filter(subject=subject).select_related("release").order_by("-id")


@dataclass(frozen=True, slots=True)
class Working:
    """The working of a decision (核算过程), as JSON values.

    Each step: rule, label, holds, clause, facts, sentence. Each amount step: label, expression_in_words, value_fen, clause.
    `rulebook` explains codes and columns as they were worded then.
    """

    steps: list[dict[str, Any]]
    amount_steps: list[dict[str, Any]]
    would_pass_if: list[dict[str, Any]]
    rulebook: Rulebook


def working(evaluation: Evaluation) -> Working:
    """The stored working, or, where a bulk decision stored none, the same worked out again on the stored facts by the stored
    rulebook. The answer never depends on what the folder holds today."""
    rulebook = load_stored(evaluation.release)
    if evaluation.steps:
        return Working(evaluation.steps, evaluation.amount_steps, evaluation.would_pass_if, rulebook)
    claims, history = split_others(evaluation.others)
    found = explain(rulebook, [evaluation.facts, *claims], str(evaluation.facts["claim_id"]), history)
    return Working(**as_json(found), rulebook=rulebook)


def as_json(found: Explanation) -> Mapping[str, Any]:
    """The three lists of an explanation, as they are stored."""
    return {
        "steps": [
            {
                "rule": s.rule,
                "label": s.label,
                "holds": s.holds,
                "clause": s.clause,
                "facts": plain_json(s.facts),
                "sentence": s.sentence,
            }
            for s in found.steps
        ],
        "amount_steps": [
            {
                "label": a.label,
                "expression_in_words": a.expression_in_words,
                "value_fen": a.value_fen,
                "clause": a.clause,
            }
            for a in found.amount_steps
        ],
        "would_pass_if": [plain_json(change) for change in found.would_pass_if],
    }


def releases_of(district_code: str) -> QuerySet[Release]:
    """The releases of a district's rulebook that decisions were made by, newest first; without their text."""
    name = rulebook_for(district_code).name
    return Release.objects.filter(rulebook=name).defer("files").order_by("-recorded_at", "-id")


@dataclass(frozen=True, slots=True)
class Deed:
    """A kind of deed (办理事项) whose clause the district's rulebook names under `deeds`; where it does not, the document stands
    for it, so that a district needs no code of its own."""

    code: str
    label: str

    def by(self, actor: Actor, at: datetime) -> str:
        """The basis on which this actor does it."""
        return self.of(actor.district_id, at)

    def of(self, district_id: str | None, at: datetime) -> str:
        """The basis in a district; the bare name where the deed belongs to none."""
        if district_id is None:
            return self.label
        rulebook = rulebook_for(district_id)
        stated = rulebook.deeds.get(self.code)
        inforce = stated is not None and stated.valid_from <= legal_day(at)
        return f"{self.label}（{stated.clause if stated and inforce else rulebook.document}）"


MONEY = Deed("money", "加强资金监管")
DUES = Deed("dues", "简化资金申领环节")
