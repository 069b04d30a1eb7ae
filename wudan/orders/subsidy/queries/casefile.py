"""One application on one screen (办理页): facts with their evidence, the working, opinions, history, what may be done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from wudan.accounts.queries import names_of
from wudan.kernel.actor import Actor
from wudan.kernel.changes import users_in
from wudan.kernel.errors import refuse
from wudan.kernel.models import History
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.kernel.states import Move
from wudan.orders.subsidy.forms import ClaimForm, Fault
from wudan.orders.subsidy.models import Claim, Evidence, NoticeLine, Objection, Review
from wudan.orders.subsidy.queries.claims import visible_claims
from wudan.orders.subsidy.states import BY_DIFFERENCE, CLAIM, OUTCOMES
from wudan.people.models import GroupTag
from wudan.people.queries import groups_on
from wudan.policy.engine.model import ReasonText
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for, working

# Read by a person beside what the scheme's rules ask for.
_ALWAYS = (
    "occupation_code",
    "level",
    "certificate_type",
    "certificate_issued_on",
    "started_on",
    "ended_on",
    "groups",
)
_NAMES = {"occupation_name": "职业（工种）", "certificate_number": "证书编号", "class_name": "班级名称"}


@dataclass(frozen=True, slots=True)
class Seen:
    """A fact's evidence with its age in days on the day asked."""

    evidence: Evidence
    age_days: int | None


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact as written, and where it was seen."""

    column: str
    label: str
    text: str
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A claimed group, and the tag that proves it on the first day of training."""

    code: str
    label: str
    department: str
    tag: GroupTag | None
    seen: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A row of history: who, when, on what basis, and label → (before, after)."""

    at: datetime
    who: str
    basis: str
    operation: str
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Published:
    """A published line with the objections to it."""

    line: NoticeLine
    objections: tuple[Objection, ...]


@dataclass(frozen=True)
class ClaimPage:
    """Everything the page needs. What is not for applicants is empty for them."""

    claim: Claim
    scheme_label: str
    outcome_label: str
    facts: tuple[Fact, ...]
    groups: tuple[GroupFact, ...]
    warnings: tuple[Fault, ...]
    reasons: tuple[ReasonText, ...]
    working: Any
    fund_label: str
    fund_clause: str
    payee_clause: str
    reviews: tuple[Review, ...]
    history: tuple[Change, ...]
    moves: tuple[Move, ...]
    published: tuple[Published, ...]
    others: tuple[Claim, ...]
    first_day: date


def claim_page(claim_id: int, actor: Actor, today: date | None = None) -> ClaimPage:
    """The page of one claim the actor may see. Refuses: not-found, also where it is not theirs to see."""
    claim = (
        visible_claims(actor)
        .select_related("person", "organisation", "district", "roster", "evaluation__release")
        .filter(pk=claim_id)
        .first()
    )
    if claim is None:
        refuse(
            "not-found",
            "没有找到这笔申请，或者它不在您的办理范围内。",
            remedy="请从列表重新进入。",
            status=404,
        )
    rulebook = rulebook_for(claim.district_id)
    form = ClaimForm.of(claim)
    person = "" if claim.person_id is None else f"#{claim.person_id}"
    facts = form.facts(claim.number, person, claim.applied_at)
    inside = actor.is_official
    seen = _evidence(claim, today) if inside else {}
    day = claim.started_on or claim.certificate_issued_on or legal_day(claim.applied_at)
    fund, payee = rulebook.fund_for(facts), rulebook.payee_for(facts, claim.applied_by)
    return ClaimPage(
        claim=claim,
        scheme_label=rulebook.schemes[claim.scheme].label
        if claim.scheme in rulebook.schemes
        else claim.scheme,
        outcome_label=OUTCOMES.get(claim.outcome, claim.outcome),
        facts=_facts(claim, rulebook, facts, seen),
        groups=_groups(claim, rulebook, day, seen) if inside else (),
        warnings=tuple(form.warnings(rulebook)) if inside else (),
        reasons=tuple(rulebook.reason(code, facts) for code in claim.reasons),
        working=working(claim.evaluation) if claim.evaluation else None,
        fund_label=fund.label,
        fund_clause=fund.clause,
        payee_clause=payee.clause,
        reviews=tuple(claim.reviews.order_by("id")),
        history=_history(claim, rulebook) if inside else (),
        moves=allowed_moves(claim, actor),
        published=_published(claim) if inside else (),
        others=tuple(_others(claim, actor)),
        first_day=day,
    )


# Moves that are not buttons on this page: they happen to many at once, or by themselves.
_ELSEWHERE = frozenset(
    {"publish", "clear", "freeze", "gather", "release", "pay", "bounce", "bounce_late", "finish_recovery"}
    | BY_DIFFERENCE
)


def allowed_moves(claim: Claim, actor: Actor) -> tuple[Move, ...]:
    """The buttons: what the table allows this role from here, less what this person may not do to this claim."""
    moves = [m for m in CLAIM.allowed(claim.state, actor.role) if m.verb not in _ELSEWHERE]
    if actor.role in (Role.WORKER, Role.ENTERPRISE, Role.PROVIDER):
        own = (
            claim.applied_by == "person" and claim.person_id == actor.person_id
            if actor.role is Role.WORKER
            else claim.organisation_id == actor.organisation_id
        )
        return tuple(moves) if own else ()
    if actor.role is Role.TOWN:
        return tuple(moves) if claim.applied_by == "person" and claim.authority else ()
    own_claim = actor.user_id == claim.submitted_by or (
        actor.person_id is not None and actor.person_id == claim.person_id
    )
    if own_claim:
        return ()
    return tuple(m for m in moves if not (m.verb == "pass_second" and claim.first_by == actor.user_id))


def _facts(
    claim: Claim, rulebook: Rulebook, facts: dict[str, object], seen: dict[str, tuple[Seen, ...]]
) -> tuple[Fact, ...]:
    scheme = rulebook.schemes.get(claim.scheme)
    wanted = {*(scheme.columns if scheme else ()), *_ALWAYS} - {
        "scheme",
        "person_id",
        "claim_id",
        "applied_at",
    }
    columns = [c for c in facts if c in wanted]
    known = {**dict.fromkeys(c for c in wanted if c in rulebook.own), **facts}
    columns += [c for c in known if c in wanted and c not in columns]  # its own, asked for and left empty
    found = [Fact(c, rulebook.column_label(c), _shown(rulebook, c, known), seen.get(c, ())) for c in columns]
    names = [Fact(c, label, getattr(claim, c) or "—", seen.get(c, ())) for c, label in _NAMES.items()]
    return tuple(names + found)


def _shown(rulebook: Rulebook, column: str, facts: dict[str, object]) -> str:
    value = facts[column]
    if value in (None, ""):
        return "—"
    if column in rulebook.own:
        return rulebook.show_own(column, value)
    if column == "groups":
        return "、".join(rulebook.word(code) for code in str(value).split(";"))
    return _plain(rulebook, column, value)


def _plain(rulebook: Rulebook, column: str, value: object) -> str:
    if column in ("level", "prior_level"):
        label = rulebook.levels.get(str(value))
        return label.label if label else str(value)
    if column.endswith("_fen") and isinstance(value, int):
        return in_sentence(value)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):  # a number is no code: 4人, not the word of level 4
        return f"{value}{rulebook.columns[column].unit if column in rulebook.columns else ''}"
    return rulebook.word(str(value))


def _evidence(claim: Claim, today: date | None) -> dict[str, tuple[Seen, ...]]:
    found: dict[str, list[Seen]] = {}
    for row in claim.evidence.order_by("-id"):
        age = (today - legal_day(row.seen_at)).days if today else None
        found.setdefault(row.fact, []).append(Seen(row, age))
    return {fact: tuple(rows) for fact, rows in found.items()}


def _groups(
    claim: Claim, rulebook: Rulebook, day: date, seen: dict[str, tuple[Seen, ...]]
) -> tuple[GroupFact, ...]:
    tags = groups_on([claim.person_id], day)[claim.person_id] if claim.person_id and claim.groups else {}
    return tuple(
        GroupFact(
            code,
            rulebook.word(code),
            rulebook.groups[code].department if code in rulebook.groups else "",
            tags.get(code),
            seen.get(f"group:{code}", ()),
        )
        for code in claim.groups
    )


def _others(claim: Claim, actor: Actor) -> Sequence[Claim]:
    """The same person's other claims the actor may see; of a project's claim, the other project claims of its organisation."""
    same: dict[str, object] = {"person": claim.person_id}
    if claim.person_id is None:
        same = {"person": None, "organisation": claim.organisation_id, "scheme": claim.scheme}
    return list(visible_claims(actor).filter(**same).exclude(pk=claim.pk).order_by("-id")[:50])


def _published(claim: Claim) -> tuple[Published, ...]:
    lines = NoticeLine.objects.filter(claim=claim).select_related("notice").prefetch_related("objections")
    return tuple(
        Published(line, tuple(sorted(line.objections.all(), key=lambda o: o.pk)))
        for line in lines.order_by("-id")
    )


# --- history ----------------------------------------------------------------------------------------------------
_LABELS = {f.attname: str(f.verbose_name) for f in Claim._meta.concrete_fields}
_CHOICES = {f.attname: dict(f.choices) for f in Claim._meta.concrete_fields if f.choices}
_WORDS = {"INSERT": "新建", "UPDATE": "变更", "DELETE": "删除"}
_INTERNAL = frozenset({"fingerprint", "evaluation_id", "state_since", "own"})


def _history(claim: Claim, rulebook: Rulebook) -> tuple[Change, ...]:
    rows = History.objects.filter(table_name=Claim._meta.db_table, row_id=str(claim.pk)).order_by("id")
    names = names_of(users_in(Claim, claim.pk))
    return tuple(
        Change(
            row.acted_at,
            row.actor["label"],
            row.basis,
            _WORDS[row.operation],
            (*_fields(row.changes, names), *_own_fields(row.changes, rulebook)),
        )
        for row in rows
    )


def _fields(changes: dict[str, list[Any]], names: Mapping[int, str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (_LABELS.get(name, name), _word(name, old, names), _word(name, new, names))
        for name, (old, new) in sorted(changes.items())
        if name not in _INTERNAL
    )


def _own_fields(changes: dict[str, list[Any]], rulebook: Rulebook) -> tuple[tuple[str, str, str], ...]:
    """The columns of the rulebook's own, each by its label; one it no longer has by its name."""
    was, now = (side or {} for side in changes.get("own", (None, None)))
    return tuple(
        (rulebook.column_label(name), _own_word(rulebook, name, was), _own_word(rulebook, name, now))
        for name in sorted({*was, *now})
        if was.get(name) != now.get(name)
    )


def _own_word(rulebook: Rulebook, name: str, side: Mapping[str, Any]) -> str:
    value = side.get(name)
    if value in (None, ""):
        return "（空）"
    return rulebook.show_own(name, value) if name in rulebook.own else str(value)


def _word(name: str, value: Any, names: Mapping[int, str]) -> str:
    if value in (None, "", []):
        return "（空）"
    if name in _CHOICES:
        return str(_CHOICES[name].get(str(value), value))
    if isinstance(value, bool):
        return "是" if value else "否"
    if name == "outcome":
        return OUTCOMES.get(str(value), str(value))
    if name.endswith("_by") and isinstance(value, int):
        return names.get(value, f"账号{value}")
    if name.endswith("_on"):
        return f"{date.fromisoformat(str(value)):%Y年%-m月%-d日}"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)
