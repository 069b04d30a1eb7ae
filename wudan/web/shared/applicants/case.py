"""One claim in an applicant's words: where it stands, what was decided and why, what happened, what may be done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wudan.kernel.identifiers import mask_name
from wudan.kernel.money import in_sentence
from wudan.orders.subsidy.queries.casefile import ClaimPage
from wudan.orders.subsidy.queries.entitled import came_by_the_chain
from wudan.orders.subsidy.states import CLAIM, FINAL
from wudan.organisations.queries import days_left
from wudan.web.shared.applicants.desk import Desk
from wudan.web.shared.applicants.words import CLAIM_TONES, NEXT, OUTCOME_TONES
from wudan.web.shared.orders import claim_steps, orders_of
from wudan.web.shared.parts import Event, Fact, Standing
from wudan.web.shared.policy_words import change_words
from wudan.web.shared.words import day_words
from wudan.web.shared.working import work_rows

PAYEES = {"person": "本人", "enterprise": "企业", "provider": "培训机构"}
MOST_CHANGES = 3
# Facts in the order a clerk has them in the hand: the class, then the certificate.
_ORDER = (
    "project_id", "project_stage", "contract_fen", "completed_count", "employed_count", "class_name", "class_id", "started_on",
    "ended_on", "attended_days", "fee_fen", "occupation_name", "occupation_code", "level", "prior_level", "certificate_type",
    "certificate_number", "certificate_issued_on", "groups",
)  # fmt: skip
_EVENT_TONES: dict[str, Any] = {
    "send_back": "wait", "reject": "wrong", "reject_second": "wrong", "uphold": "wrong", "bounce": "wrong", "freeze": "wait",
    "bounce_late": "wrong", "pay": "done", "withdraw": "plain", "open_recovery": "wrong",
}  # fmt: skip


def title(seen: ClaimPage) -> str:
    """Who and what, the name masked."""
    person = seen.claim.person
    return f"{mask_name(person.name) if person else '项目 ' + seen.claim.project_id} · {seen.scheme_label}"


def context(seen: ClaimPage, today: date, lines: Sequence[Any], desk: Desk) -> dict[str, Any]:
    claim = seen.claim
    left = None
    if claim.due_on and claim.state not in FINAL:
        left = days_left(claim.district_id, today, claim.due_on)
    bounced = next((line for line in lines if line.state == "bounced"), None)
    return {
        "seen": seen,
        "claim": claim,
        "orders": orders_of(claim, href="#decision", kept=came_by_the_chain(claim)),
        "steps": claim_steps(claim, "#history", "#next"),
        "standing": _standing(claim, left),
        "next": NEXT[claim.state],
        "left": left,
        "outcome_tone": OUTCOME_TONES.get(claim.outcome, "plain"),
        "rows": work_rows(seen.working, claim.outcome),
        "changes": _changes(seen),
        "facts": _facts(seen),
        "events": _events(seen, lines),
        "payee": PAYEES.get(claim.payee, ""),
        "verbs": {m.verb for m in seen.moves},
        "back_comment": _back_comment(seen),
        "bank_reason": bounced.bank_reason if bounced and claim.state == "bounced" else "",
        "paid_line": next((line for line in lines if line.state == "paid"), None),
        "number_masked": claim.person.number_masked if claim.person else "",
        "roster_href": desk.url("roster", claim.roster_id) if claim.roster_id else "",
    }


def _standing(claim: Any, left: int | None) -> Standing:
    who = NEXT[claim.state].who
    if claim.state in ("bounced", "recovering") and claim.payee == "person":
        who = "收款人本人"
    due = claim.due_on if left is not None else None
    return Standing(CLAIM.states[claim.state], claim.state_since, who, due, left, CLAIM_TONES[claim.state])


def _changes(seen: ClaimPage) -> list[str]:
    """What would have to differ, found by asking the engine again."""
    if seen.working is None or seen.claim.outcome == "approved":
        return []
    return [change_words(seen.working.rulebook, c) for c in seen.working.would_pass_if[:MOST_CHANGES]]


def _facts(seen: ClaimPage) -> list[Fact]:
    known = {f.column: f for f in seen.facts if f.text != "—"}
    order = [c for c in _ORDER if c in known] + [c for c in known if c not in _ORDER]
    rows = [Fact(known[c].label, day_words(known[c].text)) for c in order]
    rows += [Fact("付给", PAYEES.get(seen.claim.payee, "")), Fact("资金来源", seen.fund_label)]
    return [*rows, Fact("代领协议", seen.claim.authority)] if seen.claim.authority else rows


def _events(seen: ClaimPage, lines: Sequence[Any]) -> list[Event]:
    """Newest first."""
    events = [Event(seen.claim.applied_at, "提交申请", seen.claim.get_applied_by_display())]
    for review in seen.reviews:
        events.append(
            Event(
                review.at, CLAIM.move(review.verb).label, review.actor_label, review.comment,
                tone=_EVENT_TONES.get(review.verb, "plain"),
            )
        )  # fmt: skip
    for line in lines:
        if line.state == "paid" and line.answered_at:
            events.append(
                Event(line.answered_at, f"银行付款{in_sentence(line.amount_fen)}", "银行", tone="done")
            )
    return sorted(events, key=lambda e: e.at)[::-1]


def _back_comment(seen: ClaimPage) -> str:
    verbs = {"returned": ("send_back",), "rejected": ("reject", "reject_second", "uphold")}.get(
        seen.claim.state, ()
    )
    return next((r.comment for r in reversed(seen.reviews) if r.verb in verbs), "")
