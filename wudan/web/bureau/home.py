"""待办: what waits for me, the most urgent first; and like cases together, so that they can be decided together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.after import STAGES, waiting
from wudan.orders.payment.differences import waiting as differences_waiting
from wudan.orders.subsidy.queries.claims import (
    WORK,
    LikeCases,
    Todo,
    Wanted,
    capped_count,
    list_claims,
    same_case_groups,
    todo,
    workable,
)
from wudan.orders.subsidy.states import CLAIM
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.claims import BATCHES
from wudan.web.bureau.class_todo import before_teaching
from wudan.web.bureau.desk import Desk, about
from wudan.web.bureau.words import OUTCOME_TONES, OUTCOMES, TONES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Stat, Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import clock_words

MOST_URGENT = 20
MOST_GROUPS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """One case of the to-do."""

    claim: Any
    about: str
    scheme: str
    verb: str
    state: str
    tone: Tone
    left: int | None


@dataclass(frozen=True, slots=True)
class Group:
    """Like cases, and where to decide them."""

    scheme: str
    detail: str
    outcome: str
    tone: Tone
    waiting: int
    overdue: int
    each_fen: int | None
    total_fen: int | None
    href: str
    verb: str


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER, Role.TOWN)
def home(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The desk of an intake officer, a reviewer or a town clerk."""
    desk = Desk(actor)
    piles = todo(actor, desk.today)
    context = {
        "title": "待办",
        "subtitle": f"{desk.today.year}年{desk.today.month}月{desk.today.day}日，时限按工作日计算。",
        "stats": _stats(desk, piles),
        "lines": _urgent(desk),
        "waiting": sum(pile.waiting for pile in piles),
        "most": MOST_URGENT,
        "groups": _groups(desk, piles),
        "can_register": actor.role in (Role.INTAKE, Role.TOWN),
        "is_town": actor.role is Role.TOWN,
        "before_teaching": before_teaching(desk),
        "after_teaching": _after_teaching(desk),
        "late_facts": _late_facts(desk),
    }
    return page(request, "bureau/home.html", context)


def _after_teaching(desk: Desk) -> list[Stat]:
    """Classes that wait for this desk: marks to publish, classes to conclude, certificates to issue."""
    stages = {Role.INTAKE: ("publish", "conclude"), Role.REVIEWER: ("publish", "conclude", "certify")}
    counts = waiting(desk.actor, desk.today, stages.get(desk.actor.role, ()))
    href = reverse("bureau:results")
    return [
        Stat(STAGES[stage], f"{count:,}", f"{href}?stage={stage}", tone="wait", unit="个班")
        for stage, count in counts.items()
    ]


def _late_facts(desk: Desk) -> list[Stat]:
    """Differences (差额) that wait for this desk, with the clock of the most urgent."""
    words = {"open": "差额待核实", "proposed": "差额待复核"}
    href = reverse("bureau:differences")
    return [
        Stat(
            words[pile.state],
            f"{pile.count:,}",
            f"{href}?state={pile.state}&sort=due_on",
            f"最早一条{clock_words(desk.left(pile.due))}" if pile.due else "",
            "wrong" if pile.late else "wait",
            "条",
        )
        for pile in differences_waiting(desk.actor, desk.today)
    ]


def _urgent(desk: Desk) -> list[Line]:
    verbs = dict(WORK.get(desk.actor.role, ()))
    rulebook = rulebook_for(desk.code)
    found = (
        workable(desk.actor, tuple(verbs))
        .select_related("person", "organisation")
        .order_by(F("due_on").asc(nulls_last=True), "id")[:MOST_URGENT]
    )
    return [
        Line(
            claim,
            about(claim),
            rulebook.schemes[claim.scheme].label if claim.scheme in rulebook.schemes else claim.scheme,
            _WORDS.get(verbs[claim.state]) or CLAIM.move(verbs[claim.state]).label,
            CLAIM.states[claim.state],
            TONES[claim.state],
            desk.left(claim.due_on),
        )
        for claim in found
    ]


# What the button of a line says where the state table's own word names an answer, not the work.
_WORDS = {
    "pass_first": "初审",
    "pass_second": "复审",
    "dismiss": "核实异议",
    "publish": "列入公示",
    "correct": "帮助补正",
}


def _stats(desk: Desk, piles: Sequence[Todo]) -> list[Stat]:
    by_state = {pile.state: pile for pile in piles}
    overdue = sum(pile.overdue for pile in piles)
    claims = reverse("bureau:claims")
    late = Stat(
        "已超期", f"{overdue:,}", f"{claims}?overdue=1&sort=due_on", "请先办理" if overdue else "没有超期的申请",
        "wrong" if overdue else "plain", "件",
    )  # fmt: skip
    role = desk.actor.role
    if role is Role.INTAKE:
        first = [_pile(desk, by_state, state, label) for state, label in _INTAKE]
        return [late, *first, _count(desk, "returned", "退回补正", "等申请人补正"), _running(desk)]
    if role is Role.REVIEWER:
        hrefs = {"second_passed": reverse("bureau:notice_new"), "cleared": reverse("bureau:approve")}
        return [
            _pile(desk, by_state, "frozen", "异议待核实"),
            late,
            *(
                _pile(desk, by_state, state, label, hrefs.get(state, ""))
                for state, label in (
                    ("first_passed", "待复审"),
                    ("second_passed", "待公示"),
                    ("cleared", "公示期满待核定"),
                )
            ),
        ]
    return [
        late,
        _count(desk, "returned", "退回补正", "可帮助申请人补正"),
        _count(desk, "submitted", "待受理", "由区人社局受理"),
        _count(desk, "noticed", "公示中", "期满后核定"),
        _count(desk, "paid", "已拨付", "补贴已到账"),
    ]


_INTAKE = (("submitted", "待受理"), ("accepted", "待初审"))


def _pile(desk: Desk, by_state: dict[str, Todo], state: str, label: str, href: str = "") -> Stat:
    pile = by_state.get(state)
    waiting, late = (pile.waiting, pile.overdue) if pile else (0, 0)
    note = f"其中{late}件超期" if late else ""
    if not note and pile and pile.oldest_due:
        left = desk.left(pile.oldest_due)
        note = "最早的今天到期" if left == 0 else f"最早的还剩{left}个工作日"
    target = href or f"{reverse('bureau:claims')}?state={state}&sort=due_on"
    tone: Tone = "wrong" if late else "wait" if waiting else "plain"
    return Stat(label, f"{waiting:,}", target, note or ("等您办理" if waiting else "没有待办"), tone, "件")


def _count(desk: Desk, state: str, label: str, note: str) -> Stat:
    waiting = capped_count(list_claims(desk.actor, Wanted(states=(state,)), today=desk.today))
    return Stat(label, f"{waiting:,}", f"{reverse('bureau:claims')}?state={state}", note, unit="件")


def _running(desk: Desk) -> Stat:
    return _count(desk, "noticed", "公示中", "期满后转核定")


# --- like cases -------------------------------------------------------------------------------------------------
def _groups(desk: Desk, piles: Sequence[Todo]) -> list[Group]:
    """Piles of at least two like cases, per state the role decides in batches, the largest first."""
    verbs = BATCHES.get(desk.actor.role, {})
    found = [
        _group(desk, state, like)
        for state in verbs
        if any(pile.state == state for pile in piles)
        for like in same_case_groups(desk.actor, state, desk.today)
        if like.waiting > 1
    ]
    return sorted(found, key=lambda g: (g.overdue == 0, -g.waiting))[:MOST_GROUPS]


def _group(desk: Desk, state: str, like: LikeCases) -> Group:
    rulebook = rulebook_for(desk.code)
    level = rulebook.levels.get(str(like.level)) if like.level else None
    words = [
        level.label if level else "",
        "、".join(rulebook.word(group) for group in like.groups),
        "；".join(rulebook.reason(code).label for code in like.reasons),
    ]
    if like.override_reason:
        words.append(f"人工认定：{in_sentence(like.override_fen or 0)}，{like.override_reason}")
    verb = BATCHES[desk.actor.role][state]
    scheme = rulebook.schemes.get(like.scheme)
    return Group(
        scheme=scheme.label if scheme else like.scheme,
        detail=" · ".join(word for word in words if word),
        outcome=OUTCOMES.get(like.outcome, like.outcome),
        tone=OUTCOME_TONES.get(like.outcome, "plain"),
        waiting=like.waiting,
        overdue=like.overdue,
        each_fen=like.amount_fen,
        total_fen=None if like.amount_fen is None else like.amount_fen * like.waiting,
        href=f"{reverse('bureau:batch')}?do={verb}&like={key_of(like)}",
        verb=CLAIM.move(verb).label,
    )


def key_of(like: LikeCases) -> str:
    """A short name for a group that its address can carry; the group itself is asked for again."""
    parts = (
        like.scheme, like.level, like.outcome, like.reasons, like.amount_fen, like.groups, like.override_fen,
        like.override_reason, like.override_document,
    )  # fmt: skip
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]
