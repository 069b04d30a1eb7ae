"""受理、初审、复审 of one claim, and the ways back. Each looks at the claim's decision afresh (see `deciding`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import basis_of, due_on
from wudan.orders.subsidy.actions.deciding import evaluate_claims
from wudan.orders.subsidy.actions.guards import lock_persons, locked_claim, require_official
from wudan.orders.subsidy.actions.judging import (
    OVERRIDE,
    STATE,
    Opinion,
    clear_override,
    judge,
    keep,
    move,
    proved_on_first_day,
    record,
    require_comment,
)
from wudan.orders.subsidy.actions.slots import free_slots
from wudan.orders.subsidy.forms import Override
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM


def accept(
    *, claim_id: int, actor: Actor, at: datetime, comment: str = "", acknowledged: bool = False
) -> Claim:
    """受理. Refuses: forbidden, wrong-state, decision-changed. Clause: that of the district's time limit."""
    return _pass("accept", claim_id, Opinion(comment, acknowledged), actor, at)


def pass_first(
    *,
    claim_id: int,
    actor: Actor,
    at: datetime,
    comment: str = "",
    verified_groups: Mapping[str, str] | None = None,
    override: Override | None = None,
    acknowledged: bool = False,
) -> Claim:
    """初审通过. `verified_groups`: group → the proof seen, for groups without one on the first day of training.

    Refuses: forbidden, wrong-state, decision-changed, group-unproved, needs-comment, not-payable, no-amount, over-contract,
    override-*.
    """
    opinion = Opinion(comment, acknowledged, verified_groups or {}, override)
    return _pass("pass_first", claim_id, opinion, actor, at)


def pass_second(
    *,
    claim_id: int,
    actor: Actor,
    at: datetime,
    comment: str = "",
    confirm_override: bool = False,
    acknowledged: bool = False,
) -> Claim:
    """复审通过, by somebody else than the first reviewer.

    Refuses: forbidden, wrong-state, decision-changed, override-unconfirmed, not-payable, no-amount, over-contract.
    """
    opinion = Opinion(comment, acknowledged, confirm_override=confirm_override)
    return _pass("pass_second", claim_id, opinion, actor, at)


def _pass(verb: str, claim_id: int, opinion: Opinion, actor: Actor, at: datetime) -> Claim:
    with acting(actor=actor, at=at, basis=basis_of(actor.district_id, CLAIM.move(verb).target, at)):
        claim = locked_claim(claim_id)
        require_official(actor, verb, claim)
        CLAIM.check(verb, claim.state)
        lock_persons([claim])
        evaluation = evaluate_claims([claim], stage=verb, at=at)[claim.pk]
        due = due_on(claim.district_id, CLAIM.move(verb).target, at)
        proved = proved_on_first_day([claim])
        judged = judge(verb, claim, evaluation, opinion, proved=proved, due=due, actor=actor, at=at)
        keep([judged], actor=actor, at=at)
        return claim


def return_first(*, claim_id: int, comment: str, actor: Actor, at: datetime) -> Claim:
    """退回初审: the second reviewer disagrees; a proposed override falls. Refuses: forbidden, wrong-state, needs-comment."""
    with _back("return_first", claim_id, comment, actor, at) as claim:
        clear_override(claim)
        claim.first_by = None
        claim.save(update_fields=[*STATE, *OVERRIDE, "amount_fen", "first_by"])
    return claim


def send_back(*, claim_id: int, comment: str, actor: Actor, at: datetime) -> Claim:
    """退回补正, with the day until which it is waited for. Refuses: forbidden, wrong-state, needs-comment."""
    with _back("send_back", claim_id, comment, actor, at) as claim:
        claim.save(update_fields=STATE)
    return claim


def reject(*, claim_id: int, comment: str, actor: Actor, at: datetime) -> Claim:
    """不予通过, by the intake officer or, after the first review, the reviewer. The claim gives up its place.

    The reasons stand on the claim in the rulebook's words; the comment says what the officer saw. Refuses: forbidden,
    wrong-state, needs-comment.
    """
    verb = "reject_second" if actor.role is Role.REVIEWER else "reject"
    with _back(verb, claim_id, comment, actor, at) as claim:
        claim.save(update_fields=STATE)
        free_slots([claim], at)
    return claim


@contextmanager
def _back(verb: str, claim_id: int, comment: str, actor: Actor, at: datetime) -> Iterator[Claim]:
    """The frame of the ways back: locked, allowed, commented, moved, recorded; the body saves."""
    target = CLAIM.move(verb).target
    with acting(actor=actor, at=at, basis=basis_of(actor.district_id, target, at)):
        claim = locked_claim(claim_id)
        require_official(actor, verb, claim)
        CLAIM.check(verb, claim.state)
        require_comment(comment, f"“{CLAIM.move(verb).label}”")
        move(claim, target, at)
        yield claim
        record(claim, verb, actor=actor, at=at, comment=comment)
