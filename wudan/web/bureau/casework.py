"""The parts of one case: facts with proof and age, the working with what differs, the history."""

from __future__ import annotations

from typing import Any

from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.orders.subsidy.queries.casefile import ClaimPage
from wudan.orders.subsidy.states import OUTCOMES
from wudan.policy.queries import evaluations_of, working
from wudan.web.bureau.words import VERBS
from wudan.web.shared.parts import Event, Fact, Tone, WorkRow
from wudan.web.shared.policy_words import change_words
from wudan.web.shared.words import cn_date, day_words
from wudan.web.shared.working import work_rows

MOST_CHANGES = 3


def facts(found: ClaimPage) -> list[Fact]:
    """What the application says, each with where it was seen; a doubt about the paper is marked."""
    doubts = {fault.column: f"{fault.sentence}。{fault.remedy}" for fault in found.warnings}
    return [_fact(fact, doubts.get(fact.column, "")) for fact in found.facts if fact.column != "groups"]


def _fact(fact: Any, doubt: str) -> Fact:
    text = day_words(fact.text)
    if fact.seen:
        seen = fact.seen[0]
        proof = f"{seen.evidence.source}：{seen.evidence.value}"
        return Fact(fact.label, text, proof, "", legal_day(seen.evidence.seen_at), _age(seen.age_days))
    return Fact(fact.label, text, doubt, tone="wait" if doubt else "plain")


def groups(found: ClaimPage) -> list[Fact]:
    """Each claimed group with the tag that proves it on the first day of training; without one it is marked."""
    shown = []
    for group in found.groups:
        tag = group.tag
        if tag is None:
            where = f"{cn_date(found.first_day)}当日没有证明，应由{group.department or '主管部门'}证明"
            shown.append(Fact(group.label, "未证明", where, tone="wait"))
            continue
        until = f"至{cn_date(tag.valid.upper)}前" if tag.valid.upper else "长期"
        value = f"自{cn_date(tag.valid.lower)}起，{until}有效"
        shown.append(
            Fact(group.label, value, f"{tag.proved_by}：{tag.proof}", "", legal_day(tag.recorded_at))
        )
    return shown


def _age(days: int | None) -> str:
    if days is None:
        return ""
    return "今天查验" if days <= 0 else f"{days}天前查验"


def unproved(found: ClaimPage) -> list[tuple[str, str, str]]:
    return [(g.code, g.label, g.department) for g in found.groups if g.tag is None]


# --- the working ------------------------------------------------------------------------------------------------
def working_rows(found: ClaimPage) -> list[WorkRow]:
    """The steps of the last evaluation; beside a step that read otherwise at application, what it said then."""
    return work_rows(found.working, found.claim.outcome, _first_steps(found))


def _first_steps(found: ClaimPage) -> dict[str, Any]:
    """The steps at application, where a later evaluation came to another result; one evaluation has no past."""
    if found.working is None:
        return {}
    claim = found.claim
    all_of_it = list(evaluations_of(f"claim:{claim.pk}").exclude(stage="late"))  # those have their own page
    if len(all_of_it) < 2:
        return {}
    first, last = all_of_it[-1], all_of_it[0]
    same = (first.outcome, first.amount_fen, sorted(first.reasons)) == (
        last.outcome, last.amount_fen, sorted(last.reasons),
    )  # fmt: skip
    return {} if same else {step["rule"]: step for step in working(first).steps}


def changes(found: ClaimPage) -> list[str]:
    """What would have to differ for a refused claim to pass, in words."""
    if found.working is None or found.claim.outcome == "approved":
        return []
    return [
        change_words(found.working.rulebook, change) for change in found.working.would_pass_if[:MOST_CHANGES]
    ]


def differences(found: ClaimPage) -> list[str]:
    """Every difference an officer met at a review, in words, newest first."""
    rulebook = found.working.rulebook if found.working else None
    told = []
    for review in reversed(found.reviews):
        if review.difference:
            told.append(
                f"{VERBS.get(review.verb, review.verb)}时（{cn_date(legal_day(review.at))}）："
                f"{_difference(review.difference, rulebook)}"
            )
    return told


def _difference(difference: Any, rulebook: Any) -> str:
    parts = []
    if "outcome" in difference:
        old, new = (OUTCOMES.get(v, v) for v in difference["outcome"])
        parts.append(f"结论由“{old}”变为“{new}”")
    if "amount_fen" in difference:
        old, new = ("未定" if v is None else in_sentence(v) for v in difference["amount_fen"])
        parts.append(f"金额由{old}变为{new}")
    if "reasons" in difference and rulebook is not None:
        old, new = difference["reasons"]
        parts += [f"新增“{rulebook.reason(code).label}”" for code in new if code not in old]
        parts += [f"不再有“{rulebook.reason(code).label}”" for code in old if code not in new]
    return "；".join(parts) + "。"


# --- history ----------------------------------------------------------------------------------------------------
_TONES: dict[str, Tone] = {
    "send_back": "wait", "return_first": "wait", "reject": "wrong", "reject_second": "wrong", "uphold": "wrong",
    "bounce": "wrong", "bounce_late": "wrong", "open_recovery": "wrong", "pass_first": "done", "pass_second": "done", "accept": "done",
    "approve": "done", "pay": "done",
}  # fmt: skip


def events(found: ClaimPage) -> list[Event]:
    """Newest first: every opinion, every published line, and the application itself."""
    claim = found.claim
    told = [
        Event(r.at, VERBS.get(r.verb, r.verb), r.actor_label, r.comment, "", _TONES.get(r.verb, "plain"))
        for r in found.reviews
    ]
    told += [
        Event(p.line.notice.opened_on, "列入公示", "", p.line.notice.title, tone="now")
        for p in found.published
    ]
    told += [
        Event(o.made_at, "收到异议", f"电话 {o.phone_masked}", o.content, tone="wrong")
        for p in found.published
        for o in p.objections
    ]
    first = found.history[0].who if found.history else ""
    told.append(
        Event(claim.applied_at, "提交申请", first, claim.authority and f"同意或代领依据：{claim.authority}")
    )
    return sorted(told, key=lambda e: cn_order(e.at), reverse=True)


def cn_order(at: Any) -> tuple[str, str]:
    """A day sorts before every moment of it."""
    day = legal_day(at) if hasattr(at, "tzinfo") else at
    return day.isoformat(), at.isoformat() if hasattr(at, "tzinfo") else ""
