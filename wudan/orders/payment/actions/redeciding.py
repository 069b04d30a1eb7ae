"""重新核算: the persons a late fact touches are decided again, with the facts as they are now, and lines made of what differs.

The same engine decides each person twice, on the facts before and on the facts now, in the same order: only a claim whose two
decisions differ is touched by the fact. Nothing decided or paid is changed; a new evaluation (stage "late") stands beside the old.
Claims that hold a place are decided first; a refused or repaid claim is measured behind them, as if it were made today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Q

from wudan.orders.payment.actions.drawing import draw_lines
from wudan.orders.payment.models import LateFact
from wudan.orders.subsidy.actions.guards import lock_persons
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.now import Row, facts_now, facts_of, first_day
from wudan.orders.subsidy.states import PLACED
from wudan.policy.actions import evaluate_many
from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.models import Evaluation

LATE = "late"
PASSING = ("approved", "review")


@dataclass(frozen=True, slots=True)
class Touched:
    """A claim whose decision the fact changes: by the facts before and by those now, and the evaluations that say so."""

    claim: Claim
    was: Decision
    now: Decision
    before: Evaluation | None
    after: Evaluation


@dataclass(slots=True)
class Tally:
    """How much looking again came to."""

    persons: int = 0
    claims: int = 0
    lines: int = 0


@dataclass(slots=True)
class _Circle:
    """The claims of the persons at hand: those that hold a place, those that hold none, those paid by a person's own word."""

    claims: Sequence[Claim]
    firm: list[Claim] = field(default_factory=list)
    loose: list[Claim] = field(default_factory=list)
    ruled: list[Claim] = field(default_factory=list)

    def __post_init__(self) -> None:
        for claim in self.claims:
            pile = (
                self.loose
                if claim.state not in PLACED
                else self.ruled
                if claim.override_outcome
                else self.firm
            )
            pile.append(claim)


def redecide(
    fact: LateFact,
    *,
    persons: Collection[int] = (),
    projects: Collection[str] = (),
    before: Rulebook | None = None,
    after: Rulebook,
    since: date | None = None,
    at: datetime,
) -> Tally:
    """Within the caller's transaction: lock, decide before and now, store, draw lines. `since`: lines only for claims that begin
    on this day or later. The number of statements does not grow with the persons."""
    claims = _locked(fact.district_id, persons, projects)
    lock_persons(claims)
    known = _last_evaluations(claims)
    now = facts_now(claims)
    then: dict[int, Row] = {c.pk: dict(k.facts) if (k := known.get(c.pk)) else facts_of(c) for c in claims}
    circle = _Circle(claims)
    was, fresh = _decisions(circle, then, before or after), _decisions(circle, now, after)
    touched = [c for c in claims if _differ(was[c.pk], fresh[c.pk])]
    keys = {c.pk for c in touched}
    moved = [c for c in claims if c.pk in keys or _given(then[c.pk]) != _given(now[c.pk])]
    stored = _store(circle, now, fresh, moved, after, at)
    changed = [
        Touched(c, was[c.pk], fresh[c.pk], known.get(c.pk), stored[c.pk])
        for c in touched
        if since is None or first_day(c) >= since
    ]
    return Tally(len({_unit(c) for c in claims}), len(claims), draw_lines(fact, changed, at))


def _locked(district_id: str, persons: Collection[int], projects: Collection[str]) -> list[Claim]:
    """Everything of these persons and projects in the district that was not withdrawn, locked in the order everybody locks."""
    whose = Q(person__in=list(persons)) | Q(person=None, project_id__in=list(projects))
    if not projects:
        whose = Q(person__in=list(persons))
    found = Claim.objects.select_for_update(of=("self",), no_key=True).select_related("evaluation")
    return list(found.filter(whose, district_id=district_id).exclude(state="withdrawn").order_by("pk"))


def _last_evaluations(claims: Sequence[Claim]) -> dict[int, Evaluation]:
    """What each claim is known by: the last late evaluation, else the one it was reviewed on, whichever is newer."""
    found = {c.pk: c.evaluation for c in claims if c.evaluation is not None}
    subjects = {f"claim:{c.pk}": c.pk for c in claims}
    late = (
        Evaluation.objects.filter(subject__in=subjects, stage=LATE)
        .order_by("subject", "-id")
        .distinct("subject")
    )
    for one in late:
        pk = subjects[one.subject]
        if pk not in found or found[pk].pk < one.pk:
            found[pk] = one
    return found


# --- deciding ---------------------------------------------------------------------------------------------------
def _decisions(circle: _Circle, rows: Mapping[int, Row], rulebook: Rulebook) -> dict[int, Decision]:
    """Claim → its decision: those with a place in their order; behind them those without; those paid on somebody's word last."""
    ruled = [_ruled(c, rows) for c in circle.ruled]
    found = _by_claim(circle.firm, decide(rulebook, [rows[c.pk] for c in circle.firm], ruled))
    standing = [*ruled, *_standing(circle.firm, rows, found)]
    found |= _by_claim(circle.loose, decide(rulebook, [rows[c.pk] for c in circle.loose], standing))
    for claim in circle.ruled:  # few
        others = [row for row in standing if row["claim_id"] != claim.number]
        found |= _by_claim([claim], decide(rulebook, [rows[claim.pk]], others))
    return found


def _by_claim(claims: Iterable[Claim], decisions: Iterable[Decision]) -> dict[int, Decision]:
    return {c.pk: d for c, d in zip(claims, decisions, strict=True)}


def _ruled(claim: Claim, rows: Mapping[int, Row]) -> Row:
    return {**rows[claim.pk], "amount_fen": claim.override_fen or 0}


def _standing(claims: Iterable[Claim], rows: Mapping[int, Row], found: Mapping[int, Decision]) -> list[Row]:
    """The claims that keep their place, as history with their right sums."""
    return [
        {**rows[c.pk], "amount_fen": found[c.pk].amount_fen or 0}
        for c in claims
        if found[c.pk].outcome in PASSING
    ]


def _given(row: Row) -> Row:
    """Without empty columns, which a stored row leaves out."""
    return {column: value for column, value in row.items() if value not in (None, "")}


def _differ(one: Decision, other: Decision) -> bool:
    return (one.outcome, one.amount_fen, one.reasons) != (other.outcome, other.amount_fen, other.reasons)


# --- keeping ----------------------------------------------------------------------------------------------------
def _store(
    circle: _Circle,
    rows: Mapping[int, Row],
    found: Mapping[int, Decision],
    moved: Sequence[Claim],
    rulebook: Rulebook,
    at: datetime,
) -> dict[int, Evaluation]:
    """A new evaluation of each claim whose facts or decision moved, beside the persons' others as they were counted."""
    units = {_unit(c) for c in moved}
    firm, loose, by_word = (
        [c for c in pile if _unit(c) in units] for pile in (circle.firm, circle.loose, circle.ruled)
    )
    ruled = [_ruled(c, rows) for c in by_word]
    standing = [*ruled, *_standing(firm, rows, found)]
    keys = {c.pk for c in moved}
    kept = _keep(firm, ruled, rows, keys, rulebook, at) | _keep(loose, standing, rows, keys, rulebook, at)
    for claim in by_word:
        others = [row for row in standing if row["claim_id"] != claim.number]
        kept |= _keep([claim], others, rows, keys, rulebook, at)
    return kept


def _keep(
    claims: Sequence[Claim],
    history: Sequence[Row],
    rows: Mapping[int, Row],
    keys: Collection[int],
    rulebook: Rulebook,
    at: datetime,
) -> dict[int, Evaluation]:
    wanted = {c.number: c for c in claims if c.pk in keys}
    if not wanted:
        return {}
    made = evaluate_many(
        rulebook=rulebook,
        claims=[rows[c.pk] for c in claims],
        history=history,
        subjects={number: f"claim:{c.pk}" for number, c in wanted.items()},
        stage=LATE,
        at=at,
    )
    return {wanted[number].pk: evaluation for number, evaluation in made.items()}


def _unit(claim: Claim) -> object:
    return claim.person_id if claim.person_id is not None else claim.project_id
