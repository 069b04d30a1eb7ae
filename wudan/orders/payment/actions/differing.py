"""办理差额: one officer says what should be done with a line, another confirms it; only then does money or a claim move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from wudan.funds.actions import release_earmark
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.balancing import bring_to
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.differences import open_to
from wudan.orders.payment.models import Difference, Statement
from wudan.orders.payment.queries import pool_of_earmark
from wudan.orders.payment.settled import settled
from wudan.orders.payment.states import DIFFERENCE, LIVE, PROPOSALS
from wudan.orders.subsidy.actions.guards import locked_claim, require_not_own
from wudan.orders.subsidy.actions.settling import mark_reopened

LONGEST_FEN = 10**12
SHORTEST, LONGEST = 4, 1000
MOST_STATEMENTS = 5


def propose(
    *,
    difference_id: int,
    proposal: str,
    reason: str,
    document: str = "",
    agreed_fen: int | None = None,
    actor: Actor,
    at: datetime,
) -> Difference:
    """提出处理意见 by 受理 or 复审: what should be done, why, on which document. `agreed_fen` is the whole sum the claim should
    have come to, in fen; without it what the rules say.

    Refuses: forbidden, not-found, wrong-state, unknown-proposal, no-reason, no-document, no-amount, amount.
    """
    with _line(difference_id, actor, at) as line:
        actor.require(*DIFFERENCE.move("propose").who, district_id=line.district_id)
        require_not_own(actor, line.claim)
        line.state = DIFFERENCE.check("propose", line.state)
        _require_sound(line, proposal, reason, document)
        agreed = line.right_fen if agreed_fen is None else agreed_fen
        if proposal in ("recover", "pay"):
            _require_sum(line, proposal, agreed)
        line.proposal, line.reason, line.document = proposal, reason.strip(), document.strip()
        line.agreed_fen = agreed if proposal in ("recover", "pay") else None
        line.proposed_by, line.proposed_at, line.comment = actor.user_id, at, ""
        line.save(
            update_fields=["state", "proposal", "reason", "document", "agreed_fen", "proposed_by", "proposed_at", "comment"]
        )  # fmt: skip
    return line


def send_back(*, difference_id: int, comment: str, actor: Actor, at: datetime) -> Difference:
    """退回重核: the second officer disagrees. Refuses: forbidden, not-found, wrong-state, needs-comment."""
    with _line(difference_id, actor, at) as line:
        _may_confirm("return", line, actor)
        line.state = DIFFERENCE.check("return", line.state)
        if not comment.strip():
            refuse(
                "needs-comment",
                "退回须写明意见。",
                remedy="请填写后再提交。",
                field="comment",
                status=INVALID,
            )
        line.comment = comment.strip()
        line.save(update_fields=["state", "comment"])
    return line


def confirm(*, difference_id: int, comment: str = "", actor: Actor, at: datetime) -> Difference:
    """复核确认 by a reviewer other than the one who proposed: a recovery is opened, a supplement set aside, a claim not paid yet
    goes back to review, or nothing is done, as proposed.

    Refuses: forbidden, not-found, wrong-state, in-transit (the bank has not answered), settled-already, disputed, and what the
    pool refuses. Clause: 台政办发〔2020〕4号 七（三）.
    """
    with _line(difference_id, actor, at) as line:
        _may_confirm(line.proposal or "dismiss", line, actor)
        line.state = DIFFERENCE.check(line.proposal or "dismiss", line.state)
        line.decided_by, line.decided_at, line.comment = actor.user_id, at, comment.strip()
        line.save(update_fields=["state", "decided_by", "decided_at", "comment"])
        if line.proposal in ("recover", "pay"):
            bring_to(line, actor=actor, at=at)
        elif line.proposal == "reopen":
            _reopen(line, actor, at)
    return line


def state_case(*, difference_id: int, content: str, actor: Actor, at: datetime) -> Statement:
    """陈述申辩 by the person the claim is for, or the organisation that applied, while nothing is decided yet.

    Refuses: forbidden, not-found, decided, no-content, too-many.
    """
    with _line(difference_id, actor, at) as line:
        actor.require(Role.WORKER, Role.ENTERPRISE, Role.PROVIDER)
        claim = line.claim
        mine = (
            actor.person_id is not None and claim.person_id == actor.person_id
            if actor.role is Role.WORKER
            else actor.organisation_id is not None and claim.organisation_id == actor.organisation_id
        )
        if not mine:
            forbid("这笔申请不是由您或您的单位提交的。", remedy="请由本人或原申请单位提出。")
        if line.state not in LIVE:
            refuse("decided", "这条差额已经办结。", remedy="不同意处理结果的，可以依法申请行政复议。")
        if len(content.strip()) < SHORTEST:
            refuse(
                "no-content", "请写明情况和理由。", remedy="请至少写4个字。", field="content", status=INVALID
            )
        if line.statements.count() >= MOST_STATEMENTS:
            refuse(
                "too-many",
                f"已经提出{MOST_STATEMENTS}次。",
                remedy="有新的材料，请带到区人力资源社会保障局。",
            )
        return Statement.objects.create(
            difference=line, content=content.strip()[:LONGEST], made_at=at, made_by=actor.user_id, actor_label=actor.label
        )  # fmt: skip


def _reopen(line: Difference, actor: Actor, at: datetime) -> None:
    """The approval's money is given back; the claim is reviewed anew, with the facts as they are."""
    claim = line.claim
    if claim.state == "batched":
        refuse("in-transit", "这笔申请已列入拨付批次。", remedy="请由财务移出批次，或等银行回单后再办理。")
    if claim.state == "frozen":
        refuse("disputed", "公示异议还没有核实完毕。", remedy="请先核实异议。")
    pool_id = pool_of_earmark(claim)
    mark_reopened(claim_id=claim.pk, actor=actor, at=at, comment=f"{line.late_fact.sentence}：{line.reason}")
    if pool_id is not None and claim.amount_fen:
        release_earmark(
            pool_id=pool_id, amount_fen=claim.amount_fen, subject=f"difference:{line.pk}",
            memo=f"申请{claim.number}退回重新审核", basis=line.document or BASIS.by(actor, at), actor=actor, at=at,
        )  # fmt: skip


# --- what they ask ----------------------------------------------------------------------------------------------
@contextmanager
def _line(difference_id: int, actor: Actor, at: datetime) -> Iterator[Difference]:
    """The line with its claim, both locked, the claim first as everywhere. Refuses: not-found."""
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        claim_id = Difference.objects.filter(pk=difference_id).values_list("claim_id", flat=True).first()
        if claim_id is None:
            refuse("not-found", "没有找到这条差额。", remedy="请从差额列表重新进入。", status=404)
        locked_claim(claim_id)
        found = Difference.objects.select_for_update(of=("self",), no_key=True)
        yield found.select_related("claim", "late_fact").get(pk=difference_id)


def _may_confirm(verb: str, line: Difference, actor: Actor) -> None:
    actor.require(*DIFFERENCE.move(verb).who, district_id=line.district_id)
    require_not_own(actor, line.claim)
    if line.proposed_by is not None and line.proposed_by == actor.user_id:
        forbid("提出意见和复核须由两个人办理，这条意见由您提出。", remedy="请转给其他复审人员。")


def _require_sound(line: Difference, proposal: str, reason: str, document: str) -> None:
    if proposal not in open_to(line):
        known = "、".join(PROPOSALS[p] for p in open_to(line))
        refuse(
            "unknown-proposal",
            f"这条差额可以{known}。",
            remedy="请重新选择。",
            field="proposal",
            status=INVALID,
        )
    if not reason.strip():
        refuse("no-reason", "没有写理由。", remedy="请写明查实的情况。", field="reason", status=INVALID)
    if proposal in ("recover", "pay") and not document.strip():
        refuse(
            "no-document",
            "没有写依据文件。",
            remedy="请写明文件名称或决定书文号。",
            field="document",
            status=INVALID,
        )


def _require_sum(line: Difference, proposal: str, agreed: int | None) -> None:
    if agreed is None:
        refuse(
            "no-amount", "规则没有给出应享受的金额。", remedy="请填写认定的应享受金额。", field="agreed_fen", status=INVALID
        )  # fmt: skip
    now = settled([line.claim_id])[line.claim_id].fen
    fits = 0 <= agreed < now if proposal == "recover" else now < agreed <= LONGEST_FEN
    if not fits:
        word = "少于" if proposal == "recover" else "多于"
        refuse(
            "amount",
            f"应享受金额填的是{in_sentence(agreed)}，现在已享受{in_sentence(now)}。",
            remedy=f"{PROPOSALS[proposal]}的，应享受金额须{word}已享受金额；没有差额的请选择“不处理”。",
            field="agreed_fen",
            status=INVALID,
        )
