"""The same verb on many like claims (批量办理): an answer for each, one's refusal leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refusal, Refused
from wudan.kernel.history import acting
from wudan.orders.subsidy.actions.clocks import basis_of, due_on
from wudan.orders.subsidy.actions.deciding import evaluate_claims
from wudan.orders.subsidy.actions.guards import NOT_FOUND, lock_persons, locked_claims, require_official
from wudan.orders.subsidy.actions.judging import Judged, Opinion, judge, keep, proved_on_first_day
from wudan.orders.subsidy.forms import Override
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM

Ready = TypeVar("Ready")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one claim of a batch."""

    claim_id: int
    number: str
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        return self.refusal is None


def accept_many(
    *, claim_ids: Sequence[int], actor: Actor, at: datetime, comment: str = "", acknowledged: bool = False
) -> list[Answer]:
    """批量受理; answers in the order of `claim_ids`."""
    return _many("accept", claim_ids, Opinion(comment, acknowledged), actor, at)


def pass_first_many(
    *,
    claim_ids: Sequence[int],
    actor: Actor,
    at: datetime,
    comment: str = "",
    verified_groups: Mapping[str, str] | None = None,
    override: Override | None = None,
    acknowledged: bool = False,
) -> list[Answer]:
    """批量初审通过, with one opinion for all, also one override (like cases without a standard, such as 周村区's)."""
    opinion = Opinion(comment, acknowledged, verified_groups or {}, override)
    return _many("pass_first", claim_ids, opinion, actor, at)


def pass_second_many(
    *,
    claim_ids: Sequence[int],
    actor: Actor,
    at: datetime,
    comment: str = "",
    confirm_override: bool = False,
    acknowledged: bool = False,
) -> list[Answer]:
    """批量复审通过."""
    opinion = Opinion(comment, acknowledged, confirm_override=confirm_override)
    return _many("pass_second", claim_ids, opinion, actor, at)


def _many(verb: str, claim_ids: Sequence[int], opinion: Opinion, actor: Actor, at: datetime) -> list[Answer]:
    actor.require(*CLAIM.move(verb).who)
    basis = basis_of(actor.district_id, CLAIM.move(verb).target, at)
    with acting(actor=actor, at=at, basis=basis):
        claims = locked_claims(claim_ids)
        refused: dict[int, Refusal] = {}
        for claim in claims.values():
            try:
                require_official(actor, verb, claim)
                CLAIM.check(verb, claim.state)
            except Refused as no:
                refused[claim.pk] = no.refusal
        ready = [c for c in claims.values() if c.pk not in refused]
        lock_persons(ready)
        evaluations = evaluate_claims(ready, stage=verb, at=at)
        due = due_on(ready[0].district_id, CLAIM.move(verb).target, at) if ready else None
        proved = proved_on_first_day(ready) if verb == "pass_first" else {}
        judged: list[Judged] = []
        for claim in ready:
            try:
                one = judge(
                    verb, claim, evaluations[claim.pk], opinion, proved=proved, due=due, actor=actor, at=at
                )
                judged.append(one)
            except Refused as no:
                refused[claim.pk] = no.refusal
        refused |= keep_or_leave(
            judged,
            lambda some: keep(some, actor=actor, at=at),
            lambda one: one.claim,
            actor=actor,
            at=at,
            basis=basis,
        )
    return answers(claim_ids, claims, refused)


def keep_or_leave(
    ready: Sequence[Ready],
    write: Callable[[Sequence[Ready]], None],
    claim_of: Callable[[Ready], Claim],
    *,
    actor: Actor,
    at: datetime,
    basis: str,
) -> dict[int, Refusal]:
    """`write` all at once; where the database refuses one of them, one by one, so that only that one stays behind."""
    if not ready:
        return {}
    try:
        with acting(actor=actor, at=at, basis=basis):
            write(ready)
    except Refused as no:
        if len(ready) == 1:
            return {claim_of(ready[0]).pk: no.refusal}
        left: dict[int, Refusal] = {}
        for one in ready:
            left |= keep_or_leave([one], write, claim_of, actor=actor, at=at, basis=basis)
        return left
    return {}


def answers(
    claim_ids: Sequence[int], claims: Mapping[int, Claim], refused: Mapping[int, Refusal]
) -> list[Answer]:
    """One answer per asked id, in the asked order, each id once."""
    missing = Refusal("not-found", "没有找到这笔申请。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return [
        Answer(pk, claims[pk].number, refused.get(pk)) if pk in claims else Answer(pk, "", missing)
        for pk in dict.fromkeys(claim_ids)
    ]
