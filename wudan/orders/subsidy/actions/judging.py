"""What a reviewer says about one claim, and whether the claim may go on with it. Shared by single and batch review."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Sum

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import in_words
from wudan.orders.catalogue.models import Project
from wudan.orders.subsidy.actions.clocks import due_on
from wudan.orders.subsidy.actions.deciding import EVALUATED, difference, require_known, settle
from wudan.orders.subsidy.forms import Override
from wudan.orders.subsidy.models import Claim, Evidence, Review
from wudan.orders.subsidy.queries.now import facts_of, first_day
from wudan.orders.subsidy.states import CLAIM, FIRM
from wudan.people.actions import tag_groups
from wudan.people.models import GroupTag
from wudan.people.queries import groups_on
from wudan.people.rows import TagRow
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.models import Evaluation
from wudan.policy.queries import rulebook_for

STATE = ["state", "state_since", "due_on"]
OVERRIDE = ["override_outcome", "override_fen", "override_reason", "override_document"]
HIGHEST_FEN = 10**12


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the reviewer gives with a verb; the same for a whole batch of like cases."""

    comment: str = ""
    acknowledged: bool = False
    verified_groups: Mapping[str, str] = field(default_factory=dict)
    override: Override | None = None
    confirm_override: bool = False


Proved = Mapping[int, Mapping[str, GroupTag]]
"""Claim → group → the tag that proves it on the first day of training."""


@dataclass(slots=True)
class Judged:
    """One claim judged, nothing of it written yet: the changed claim, its changed columns, and what goes with it."""

    claim: Claim
    fields: tuple[str, ...]
    review: Review
    evidence: list[Evidence] = field(default_factory=list)
    tags: list[TagRow] = field(default_factory=list)


def judge(
    verb: str,
    claim: Claim,
    evaluation: Evaluation,
    opinion: Opinion,
    *,
    proved: Proved,
    due: date | None,
    actor: Actor,
    at: datetime,
) -> Judged:
    """What `accept`, `pass_first` or `pass_second` makes of a locked claim with its fresh evaluation; `due` is its next clock."""
    rulebook = rulebook_for(claim.district_id)
    target = CLAIM.check(verb, claim.state)
    changes = difference(claim, evaluation)
    require_known(changes, rulebook, acknowledged=opinion.acknowledged)
    settle(claim, evaluation, rulebook)
    review = new_review(claim, verb, actor=actor, at=at, comment=opinion.comment, changes=changes)
    judged = Judged(claim, (*STATE, *EVALUATED), review)
    _JUDGES[verb](judged, opinion, rulebook, proved.get(claim.pk, {}), actor, at)
    move_with(claim, target, at, due)
    return judged


def keep(judged: Sequence[Judged], *, actor: Actor, at: datetime) -> None:
    """Write them, in a handful of statements however many there are. Refuses what the database refuses of any of them."""
    if tags := [tag for one in judged for tag in one.tags]:
        tag_groups(rows=tags, actor=actor, at=at)
    bulk.insert(Evidence, [e for one in judged for e in one.evidence])
    bulk.update(Claim, [one.claim for one in judged], judged[0].fields if judged else ())
    bulk.insert(Review, [one.review for one in judged])


def proved_on_first_day(claims: Sequence[Claim]) -> Proved:
    """The groups each claim's person is proved to be in on the first day; one query for each such day."""
    by_day: dict[date, list[Claim]] = {}
    for claim in claims:
        if claim.person_id is not None and claim.groups:
            by_day.setdefault(first_day(claim), []).append(claim)
    found: dict[int, Mapping[str, GroupTag]] = {}
    for day, some in by_day.items():
        tags = groups_on({c.person_id for c in some if c.person_id is not None}, day)
        found |= {c.pk: tags[c.person_id] for c in some if c.person_id is not None}
    return found


def move(claim: Claim, target: str, at: datetime) -> None:
    """The new state with its clock. The caller has asked the table, and saves `STATE`."""
    move_with(claim, target, at, due_on(claim.district_id, target, at))


def move_with(claim: Claim, target: str, at: datetime, due: date | None) -> None:
    """As `move`, for many claims on one clock."""
    claim.state, claim.state_since, claim.due_on = target, at, due


def new_review(
    claim: Claim,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    comment: str,
    changes: dict[str, Any] | None = None,
) -> Review:
    """The opinion for the file, tied to the evaluation it was given on; not written yet."""
    return Review(
        claim=claim,
        verb=verb,
        at=at,
        user_id_seen=actor.user_id,
        actor_label=actor.label,
        comment=comment.strip(),
        evaluation_id=claim.evaluation_id,
        difference=changes or {},
    )


def record(
    claim: Claim,
    verb: str,
    *,
    actor: Actor,
    at: datetime,
    comment: str,
    changes: dict[str, Any] | None = None,
) -> None:
    """Write an opinion."""
    new_review(claim, verb, actor=actor, at=at, comment=comment, changes=changes).save()


def require_comment(comment: str, why: str) -> None:
    if not comment.strip():
        refuse(
            "needs-comment", f"{why}须写明意见。", remedy="请填写后再提交。", field="comment", status=INVALID
        )


# --- the three verbs --------------------------------------------------------------------------------------------
Tags = Mapping[str, GroupTag]


def _accept(
    judged: Judged, _opinion: Opinion, _rulebook: Rulebook, _tags: Tags, actor: Actor, _at: datetime
) -> None:
    """受理 checks the papers, not the result: a claim that will be refused is accepted and refused with its reasons."""
    judged.claim.accepted_by = actor.user_id
    judged.fields += ("accepted_by",)


def _pass_first(
    judged: Judged, opinion: Opinion, rulebook: Rulebook, tags: Tags, actor: Actor, at: datetime
) -> None:
    claim = judged.claim
    _prove_groups(judged, opinion.verified_groups, rulebook, tags, actor, at)
    if opinion.override is not None:
        _propose(claim, opinion.override)
    elif claim.outcome == "review":
        require_comment(opinion.comment, "需人工认定的申请，同意发放")
    _require_payable(claim, rulebook)
    _require_within_contract(claim, rulebook)
    claim.first_by = actor.user_id
    judged.fields += ("first_by", *OVERRIDE)


def _pass_second(
    judged: Judged, opinion: Opinion, rulebook: Rulebook, _tags: Tags, actor: Actor, _at: datetime
) -> None:
    claim = judged.claim
    if actor.user_id is not None and actor.user_id == claim.first_by:
        forbid("初审和复审须由两个人办理，您已初审过这笔申请。", remedy="请转给其他复审人员。")
    if claim.override_outcome and not opinion.confirm_override:
        refuse(
            "override-unconfirmed",
            f"初审提出了人工认定（{claim.override_reason}；依据：{claim.override_document}），须由您确认。",
            remedy="同意的请勾选“确认人工认定”；不同意的请退回初审。",
            field="confirm_override",
        )
    _require_payable(claim, rulebook)
    _require_within_contract(claim, rulebook)
    claim.second_by = actor.user_id
    judged.fields += ("second_by",)


_JUDGES = {"accept": _accept, "pass_first": _pass_first, "pass_second": _pass_second}


# --- what they ask ----------------------------------------------------------------------------------------------
def _propose(claim: Claim, override: Override) -> None:
    """人工认定: any sum from 0, with the document it rests on; the second reviewer must confirm it."""
    if claim.outcome == "invalid":
        refuse("bad-form", "申请表填写有误，不能人工认定。", remedy="请退回补正。")
    if not (override.reason.strip() and override.document.strip()):
        refuse(
            "override-unexplained",
            "人工认定须写明理由和依据文件。",
            remedy="请补填后再提交。",
            field="override",
            status=INVALID,
        )
    if not 0 <= override.amount_fen <= HIGHEST_FEN:
        refuse("override-amount", "人工认定的金额不能为负。", field="override", status=INVALID)
    claim.override_outcome, claim.override_fen = "approved", override.amount_fen
    claim.override_reason, claim.override_document = override.reason.strip(), override.document.strip()
    claim.amount_fen = override.amount_fen


def clear_override(claim: Claim) -> None:
    """The proposal falls; the sum is the computed one again. The caller saves `OVERRIDE` and `amount_fen`."""
    claim.override_outcome, claim.override_fen = "", None
    claim.override_reason = claim.override_document = ""
    claim.amount_fen = claim.evaluation.amount_fen if claim.evaluation else None


def _require_payable(claim: Claim, rulebook: Rulebook) -> None:
    """Approved, or in review with a sum, or overridden. Refuses: not-payable, no-amount."""
    if claim.override_outcome:
        return
    facts = facts_of(claim)
    texts = [rulebook.reason(code, facts) for code in claim.reasons]
    if claim.outcome in ("rejected", "invalid"):
        refuse(
            "not-payable",
            "按规则核算不予通过：" + "；".join(t.sentence for t in texts) + "。",
            clause="；".join(dict.fromkeys(t.clause for t in texts)),
            remedy="请办理“不予通过”；确有依据应予发放的，请由初审提出人工认定并附文件。",
        )
    if claim.amount_fen is None:
        refuse(
            "no-amount",
            "文件没有为这笔申请规定金额：" + "；".join(t.sentence for t in texts) + "。",
            clause="；".join(dict.fromkeys(t.clause for t in texts)),
            remedy="请由初审提出人工认定，写明金额、理由和依据文件。",
        )


def _require_within_contract(claim: Claim, rulebook: Rulebook) -> None:
    """项目制: all stages of a project together stay within its contract, whoever named the sum. Refuses: over-contract.

    The database asks again, with the stages judged at the same moment.
    """
    if claim.person_id is not None or not claim.project_id:
        return
    contract = _contract(claim)
    if contract is None:
        return
    others = (
        Claim.objects.filter(district_id=claim.district_id, project_id=claim.project_id, person=None)
        .filter(state__in=FIRM)
        .exclude(pk=claim.pk)
    )
    taken = int(others.aggregate(fen=Sum("amount_fen"))["fen"] or 0)
    left = max(contract - taken, 0)
    if (claim.amount_fen or 0) <= left:
        return
    refuse(
        "over-contract",
        f"项目合同金额{in_sentence(contract)}，其他阶段已核定{in_sentence(taken)}，"
        f"这一阶段最多还可核定{in_sentence(left)}，现在是{in_sentence(claim.amount_fen or 0)}。",
        clause=rulebook.schemes[claim.scheme].clause,
        remedy="请把金额改在余额之内；合同金额写错的，请退回补正。",
        field="override",
        status=INVALID,
    )


def _contract(claim: Claim) -> int | None:
    """The sum registered with the project; of a project from before the five orders, the one applied with."""
    ours = Project.objects.filter(district_id=claim.district_id, number=claim.project_id).first()
    return claim.contract_fen if ours is None else ours.contract_fen


def _prove_groups(
    judged: Judged, proofs: Mapping[str, str], rulebook: Rulebook, tags: Tags, actor: Actor, at: datetime
) -> None:
    """Each claimed group has a dated proof, or gets the one the officer gives for that day. Refuses: group-unproved."""
    claim = judged.claim
    if claim.person_id is None or not claim.groups:
        return
    day = first_day(claim)
    missing = [g for g in claim.groups if g not in tags]
    unproved = [rulebook.word(g) for g in missing if not proofs.get(g, "").strip()]
    if unproved:
        refuse(
            "group-unproved",
            f"{in_words(day)}当日的人员类别没有证明：{'、'.join(unproved)}。",
            remedy="请填写证明材料；查无证明的，请退回补正。",
            field="verified_groups",
        )
    # For this one day only: the paper speaks of the training's first day, not of what came after.
    until = day + timedelta(days=1)
    judged.tags = [
        TagRow(claim.person_id, group, day, until, proofs[group], _department(rulebook, group))
        for group in missing
    ]
    judged.evidence = [
        Evidence(
            claim=claim,
            fact=f"group:{group}",
            value=rulebook.word(group),
            source=tags[group].proved_by if group in tags else _department(rulebook, group),
            reference=tags[group].proof if group in tags else proofs[group].strip(),
            seen_at=at,
            actor_label=actor.label,
        )
        for group in claim.groups
    ]


def _department(rulebook: Rulebook, group: str) -> str:
    label = rulebook.groups.get(group)
    return (label.department if label else "") or "区人力资源社会保障局"
