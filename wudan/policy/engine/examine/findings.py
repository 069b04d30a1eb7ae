"""Findings as values, and how they are held against the rulebook's known open points (待定事项)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wudan.policy.engine.decide import Decision, decide
from wudan.policy.engine.examine.kinds import GRAVITIES, HINT, KINDS
from wudan.policy.engine.model import OpenPoint
from wudan.policy.engine.natives import native
from wudan.policy.engine.rulebook import Rulebook

Facts = dict[str, Any]
Claims = tuple[Facts, ...]
"""One person's claims, in the engine's own values."""


@dataclass(frozen=True)
class Finding:
    """One finding: what, under which rule and clause, and a concrete person (claims with what was decided)."""

    code: str
    schemes: tuple[str, ...]
    rule: str
    clause: str
    message: str
    meaning: str
    claims: tuple[Mapping[str, object], ...] = ()
    decisions: tuple[Decision, ...] = ()
    known: OpenPoint | None = None

    @property
    def gravity(self) -> str:
        """money, rule, day or hint."""
        return KINDS[self.code].gravity

    @property
    def title(self) -> str:
        """The kind's name in Chinese."""
        return KINDS[self.code].title

    @property
    def stands(self) -> bool:
        """Whether it fails the check: grave, and not listed as an open point."""
        return self.known is None and self.gravity != HINT


@dataclass
class Suspect:
    """A finding before it is held against the open points; `persons` are those in whom it shows, any number."""

    code: str
    schemes: tuple[str, ...]
    rule: str
    clause: str
    message: str
    persons: list[Claims] = field(default_factory=list)


def settle(rulebook: Rulebook, suspects: Iterable[Suspect]) -> list[Finding]:
    """Findings, the gravest first. A suspect is known only when an open point covers every person found for it."""
    findings: list[Finding] = []
    used: set[str] = set()
    for suspect in suspects:
        points = [p for p in rulebook.open_points if _concerns(p, suspect)]
        open_persons, known = _uncovered(suspect, points)
        used.update(point.code for point in known)
        if known and not open_persons:
            findings.append(_finding(rulebook, suspect, suspect.persons, known[0]))
        else:
            findings.append(_finding(rulebook, suspect, open_persons, None))
    findings += [_stale(p) for p in rulebook.open_points if p.code not in used]
    order = {gravity: place for place, gravity in enumerate(GRAVITIES)}
    kinds = {code: place for place, code in enumerate(KINDS)}
    return sorted(findings, key=lambda f: (order[f.gravity], kinds[f.code]))


def _concerns(point: OpenPoint, suspect: Suspect) -> bool:
    if suspect.code not in point.findings or (point.rules and suspect.rule not in point.rules):
        return False
    schemes = set(suspect.schemes)
    if point.against:
        return any(first in point.schemes and schemes - {first} <= point.against for first in schemes)
    return schemes <= point.schemes


def _uncovered(suspect: Suspect, points: list[OpenPoint]) -> tuple[list[Claims], list[OpenPoint]]:
    """Persons no open point covers, and the open points that cover someone."""
    plain = [p for p in points if p.when is None]
    if plain:
        return [], plain
    left: list[Claims] = []
    used: dict[str, OpenPoint] = {}
    for person in suspect.persons:
        covering = [p for p in points if any(p.when is None or p.when.one(facts) for facts in person)]
        used.update({p.code: p for p in covering})
        if not covering:
            left.append(person)
    return left, list(used.values())


def _finding(rulebook: Rulebook, suspect: Suspect, persons: list[Claims], known: OpenPoint | None) -> Finding:
    claims = natives(rulebook, persons[0]) if persons else ()
    return Finding(
        code=suspect.code,
        schemes=suspect.schemes,
        rule=suspect.rule,
        clause=suspect.clause,
        message=suspect.message,
        meaning=KINDS[suspect.code].meaning,
        claims=claims,
        decisions=tuple(decide(rulebook, claims)),
        known=known,
    )


def _stale(point: OpenPoint) -> Finding:
    kind = "、".join(KINDS[code].title for code in point.findings)
    message = f"待定事项“{point.code}”（{kind}；{point.why}）已不再出现"
    code = "open-point-stale"
    return Finding(
        code, tuple(sorted(point.schemes)), point.code, point.origin.clause, message, KINDS[code].meaning
    )


def natives(rulebook: Rulebook, person: Claims) -> tuple[dict[str, object], ...]:
    """One person's claims as rows of native values that can be decided again; what is empty is left out."""
    columns = rulebook.forms.by_name
    blanks = dict(rulebook.forms.blanks)
    rows = []
    for place, facts in enumerate(person, 1):
        row = {
            name: native(name, value, columns)
            for name, value in facts.items()
            if name in columns and value is not None and (name not in blanks or value != blanks[name])
        }
        rows.append({"claim_id": f"案例{place:03d}", "person_id": "#甲", **row})
    return tuple(rows)
