"""核定: what has stood the public notice becomes payable: the person's right is used up and the money set aside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from wudan.funds.actions import earmark
from wudan.funds.queries import pool_for
from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refusal, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.actions.funding import draw_reserve
from wudan.orders.subsidy.actions.batches import Answer, answers
from wudan.orders.subsidy.actions.clocks import basis_of, due_on
from wudan.orders.subsidy.actions.guards import locked_claims, require_official
from wudan.orders.subsidy.actions.judging import STATE, move_with, new_review
from wudan.orders.subsidy.actions.slots import use_slots
from wudan.orders.subsidy.models import Claim, NoticeLine, PaidKey, Review
from wudan.orders.subsidy.queries.entitled import offers_of_classes, offers_of_projects
from wudan.orders.subsidy.queries.now import changed_facts, facts_of
from wudan.orders.subsidy.states import CLAIM
from wudan.policy.queries import rulebook_for


def approve(*, claim_ids: Sequence[int], actor: Actor, at: datetime) -> list[Answer]:
    """核定 of many: an answer for each; the money of a pool is set aside in one entry, or none of that pool's claims passes.

    Refuses per claim: forbidden, wrong-state, not-as-published, facts-changed, paid_once; per pool: no-pool, pool-not-payable,
    account_not_overdrawn. The pool is that of the claim's fund in the year of the day of approval.
    """
    actor.require(*CLAIM.move("approve").who)
    basis = basis_of(actor.district_id, "approved", at)
    with acting(actor=actor, at=at, basis=basis):
        claims = locked_claims(claim_ids)
        refused: dict[int, Refusal] = {}
        by_fund: dict[tuple[str, str], list[Claim]] = {}
        for claim in claims.values():
            try:
                require_official(actor, "approve", claim)
                CLAIM.check("approve", claim.state)
                by_fund.setdefault((claim.district_id, claim.fund), []).append(claim)
            except Refused as no:
                refused[claim.pk] = no.refusal
        published = _published([c.pk for c in claims.values()])
        for (district_id, fund), group in sorted(by_fund.items()):
            try:
                with acting(actor=actor, at=at, basis=basis):
                    failed = _approve_of_pool(district_id, fund, group, published, actor, at, basis)
                refused |= failed
            except Refused as no:  # the pool refuses, so nothing of it was done
                refused |= {c.pk: no.refusal for c in group}
    return answers(claim_ids, claims, refused)


def _approve_of_pool(
    district_id: str,
    fund: str,
    claims: Sequence[Claim],
    published: dict[int, NoticeLine],
    actor: Actor,
    at: datetime,
    basis: str,
) -> dict[int, Refusal]:
    """The refusals of single claims; raises where the pool itself refuses."""
    pool = pool_for(district_id, fund, legal_day(at).year)
    due = due_on(district_id, "approved", at)
    taken = _taken(district_id, claims)
    changed = changed_facts(claims)
    refused: dict[int, Refusal] = {}
    good: list[tuple[Claim, list[PaidKey]]] = []
    for claim in claims:
        try:
            _require_published(claim, published.get(claim.pk))
            _require_unchanged(claim, changed.get(claim.pk, {}))
            keys = _keys(claim, taken)
        except Refused as no:
            refused[claim.pk] = no.refusal
            continue
        taken |= {(k.holder, k.key): claim.number for k in keys}
        good.append((claim, keys))
    failed = _keep(good, due, actor, at, basis)
    refused |= failed
    done = [claim for claim, _ in good if claim.pk not in failed]
    _draw(done, actor, at)
    use_slots(done, at)
    total = sum(c.amount_fen or 0 for c in done)
    if total:
        earmark(
            pool_id=pool.pk,
            amount_fen=total,
            subject=_subject(done, published),
            memo=f"核定{len(done)}笔补贴，{done[0].number}等",
            basis=basis,
            actor=actor,
            at=at,
        )
    return refused


def _draw(claims: Sequence[Claim], actor: Actor, at: datetime) -> None:
    """What was set aside at listing is given back before the claims' own money is set aside: nothing is held twice.

    By offer, through the class a claim names; a claim without a class of the chain had nothing set aside.
    """
    by_class: dict[str, int] = {}
    for claim in claims:
        if claim.class_id and claim.amount_fen:
            by_class[claim.class_id] = by_class.get(claim.class_id, 0) + claim.amount_fen
    by_offer: dict[int, int] = {}
    for number, offer_id in offers_of_classes(by_class):
        by_offer[offer_id] = by_offer.get(offer_id, 0) + by_class[number]
    for project, offer_ids in offers_of_projects(
        {c.project_id for c in claims if c.person_id is None}
    ).items():
        fen = sum(c.amount_fen or 0 for c in claims if c.person_id is None and c.project_id == project)
        _draw_one_by_one(offer_ids, fen, actor, at)
    for offer_id, fen in sorted(by_offer.items()):
        draw_reserve(offer_id=offer_id, fen=fen, actor=actor, at=at)


def _draw_one_by_one(offer_ids: Sequence[int], fen: int, actor: Actor, at: datetime) -> None:
    """A project's offers together hold its contract: the first gives what it has, then the next."""
    for offer_id in offer_ids:
        if fen > 0:
            fen -= draw_reserve(offer_id=offer_id, fen=fen, actor=actor, at=at)


def _keep(
    good: Sequence[tuple[Claim, list[PaidKey]]], due: date | None, actor: Actor, at: datetime, basis: str
) -> dict[int, Refusal]:
    """All at once; where the database refuses one of them, one by one, so that only that one stays behind."""
    try:
        with acting(actor=actor, at=at, basis=basis):
            for claim, _ in good:
                move_with(claim, CLAIM.move("approve").target, at, due)
                claim.approved_by = actor.user_id
            bulk.insert(PaidKey, [key for _, keys in good for key in keys])
            bulk.update(Claim, [claim for claim, _ in good], (*STATE, "approved_by"))
            bulk.insert(
                Review, [new_review(claim, "approve", actor=actor, at=at, comment="") for claim, _ in good]
            )
    except Refused as no:
        if len(good) == 1:
            return {good[0][0].pk: no.refusal}
        return {pk: why for one in good for pk, why in _keep([one], due, actor, at, basis).items()}
    return {}


def _require_published(claim: Claim, line: NoticeLine | None) -> None:
    if line is None or line.amount_fen != claim.amount_fen:
        shown = "没有公示过" if line is None else f"公示的是{in_sentence(line.amount_fen)}"
        refuse(
            "not-as-published",
            f"{claim.number}{shown}，现为{in_sentence(claim.amount_fen or 0)}，不能核定。",
            remedy="公示和核定的金额须一致，请查明原因。",
        )


def _require_unchanged(claim: Claim, changed: Mapping[str, object]) -> None:
    """What was found untrue after the second review goes back to review first. Refuses: facts-changed."""
    seen = claim.evaluation.facts if claim.evaluation else {}
    if any((seen.get(column) or "") != (value or "") for column, value in changed.items()):
        refuse(
            "facts-changed",
            f"{claim.number}复审以后，有事实被更正或者证明被撤销，不能按原来的结果核定。",
            remedy="请在“事后更正”中办理退回重新审核。",
        )


def _holder(claim: Claim) -> str:
    return "project" if claim.person_id is None else f"person:{claim.person_id}"


def _taken(district_id: str, claims: Sequence[Claim]) -> dict[tuple[str, str], str]:
    """(holder, key) → number of the claim that used it up, for all these claims' holders."""
    keys = PaidKey.objects.filter(district_id=district_id, holder__in={_holder(c) for c in claims})
    return {(k.holder, k.key): k.claim.number for k in keys.select_related("claim").order_by("pk")}


def _keys(claim: Claim, taken: Mapping[tuple[str, str], str]) -> list[PaidKey]:
    """What may be paid only once is taken now; the constraint `paid_once` holds it against everybody else."""
    holder = _holder(claim)
    keys = rulebook_for(claim.district_id).unique_keys(facts_of(claim))
    for key in keys:
        if (holder, key) in taken:
            refuse(
                "paid_once",
                f"与已核定的申请{taken[holder, key]}重复：同一职业同一等级（或同一项目同一阶段）的补贴不能重复享受。",
                remedy="请核对两笔申请；前一笔已全部追回的，可再次核定。",
            )
    return [PaidKey(district_id=claim.district_id, holder=holder, key=key, claim=claim) for key in keys]


def _published(claim_ids: Sequence[int]) -> dict[int, NoticeLine]:
    """The last published line of each claim."""
    return {line.claim_id: line for line in NoticeLine.objects.filter(claim__in=claim_ids).order_by("pk")}


def _subject(claims: Sequence[Claim], published: dict[int, NoticeLine]) -> str:
    """What the ledger entry is about: the notice, where all come from one."""
    notices = {published[c.pk].notice_id for c in claims}
    return f"notice:{notices.pop()}" if len(notices) == 1 else f"approval:{claims[0].number}"
