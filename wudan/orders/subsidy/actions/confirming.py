"""确认: a line the chain prepared becomes a claim, in one tap for a learner and in one act for a class."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.identifiers import mask_name
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import BY_ROLE, submit_many
from wudan.orders.subsidy.actions.entitling import BASIS, plain, refresh_dues
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim, Due, Evidence
from wudan.orders.subsidy.queries.dues import form_of, reasons_in_words
from wudan.orders.subsidy.states import DUE
from wudan.organisations.queries import current_account as organisation_account
from wudan.people.queries import current_account, groups_on
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

LARGEST_FEE = 10**9  # fen: ten million yuan for one apprentice is a slip of the pen


def confirm_due(*, due_id: int, actor: Actor, at: datetime, authority: str = "") -> Claim:
    """确认申请 one line: the claim is submitted and linked. `authority` at a counter is how the person agreed.

    Refuses: not-found, forbidden, wrong-state, no-account, not-due-any-more, and as `submit`.
    """
    return confirm_dues(due_ids=[due_id], actor=actor, at=at, authority=authority)[0]


def confirm_dues(*, due_ids: Sequence[int], actor: Actor, at: datetime, authority: str = "") -> list[Claim]:
    """确认申请 many lines of one organisation at once, all or none; asked again first, by the facts of the day.

    Refuses: not-found, forbidden, wrong-state, no-account, not-due-any-more (each named), and as `submit_many`.
    """
    for due in _of(due_ids):
        _require_own(due, actor)
    refresh_dues(due_ids=due_ids, at=at)  # kept even where this ends in a refusal: the page then says why
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        dues = list(
            Due.objects.select_for_update(of=("self",))
            .select_related("evaluation", "person")
            .filter(pk__in=list(due_ids))
            .order_by("pk")
        )
        for due in dues:
            _require_own(due, actor)
            DUE.move("claim")
        _require_still_due(dues)
        _require_account(dues)
        first = dues[0]
        claims = submit_many(
            district_id=first.district_id,
            applied_by=first.applied_by,
            forms=[(form_of(due), due.person_id) for due in dues],
            organisation_id=first.organisation_id,
            authority=authority,
            actor=actor,
            at=at,
        )
        for due, claim in zip(dues, claims, strict=True):
            due.state = DUE.check("claim", due.state)
            due.claim, due.authority = claim, authority.strip()
            due.save(update_fields=["state", "claim", "authority"])
        _show_proof(dues, claims, at)
        tell("due:claimed", at=at, dues=[due.pk for due in dues])
    return claims


def decline_due(*, due_id: int, actor: Actor, at: datetime, reason: str = "") -> Due:
    """放弃, for now: it can be taken up again. Refuses: not-found, forbidden, wrong-state."""
    return _move("decline", due_id, reason, actor, at)


def reopen_due(*, due_id: int, actor: Actor, at: datetime) -> Due:
    """重新申请 what was declined; asked again at once. Refuses: not-found, forbidden, wrong-state."""
    due = _move("reopen", due_id, "", actor, at)
    refresh_dues(due_ids=[due_id], at=at)
    due.refresh_from_db()
    return due


def state_fee(*, due_ids: Sequence[int], fee_fen: int, actor: Actor, at: datetime) -> list[Due]:
    """填写培训费 of an apprenticeship, in fen a head by the invoice; the lines are asked again with it.

    Refuses: not-found, forbidden, wrong-state, bad-input:fee_fen. Clause: 台政办发〔2020〕4号 六（二）第四段.
    """
    if not 0 < fee_fen <= LARGEST_FEE:
        refuse(
            "bad-input:fee_fen",
            "培训费应大于0，按每人的发票金额填写。",
            remedy="请对照培训发票核对。",
            field="fee_fen",
            status=INVALID,
        )
    return _stated(due_ids, lambda _: {"fee_fen": fee_fen}, actor, at)


def state_own(*, due_ids: Sequence[int], own: Mapping[str, object], actor: Actor, at: datetime) -> list[Due]:
    """填写规则集另列的事项: what the rulebook asks besides and the chain cannot know; the lines are asked again with it.

    An empty answer takes an earlier one away. Refuses: not-found, forbidden, wrong-state, bad-input:<column>.
    """
    return _stated(due_ids, lambda form: {"own": {**form.own, **own}}, actor, at)


def _stated(
    due_ids: Sequence[int], change: Callable[[ClaimForm], dict[str, Any]], actor: Actor, at: datetime
) -> list[Due]:
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        for due in _of(due_ids, locked=True):
            _require_own(due, actor)
            if due.state not in ("ready", "not_due"):
                DUE.check("claim", due.state)
            before = form_of(due)
            form = ClaimForm(**{**before.columns(), "groups": before.groups, **change(before)})
            _require_sound(form, rulebook_for(due.district_id))
            due.form = plain(form)
            due.outcome = "none"  # so that it is asked again
            due.save(update_fields=["form", "outcome"])
    return refresh_dues(due_ids=due_ids, at=at)


def _require_sound(form: ClaimForm, rulebook: Rulebook) -> None:
    """The rulebook's own columns as it wants them; the others are the chain's."""
    wrong = [fault for fault in form.faults(rulebook) if fault.column in rulebook.own]
    if wrong:
        raise Refused(
            *(
                Refusal(
                    f"bad-input:{f.column}",
                    f"{f.sentence}。",
                    remedy=f.remedy,
                    field=f.column,
                    status=INVALID,
                )
                for f in wrong
            )
        )


def _move(verb: str, due_id: int, reason: str, actor: Actor, at: datetime) -> Due:
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        due = _of([due_id], locked=True)[0]
        _require_own(due, actor)
        due.state, due.reason = DUE.check(verb, due.state), reason.strip()
        due.save(update_fields=["state", "reason"])
    return due


def _of(due_ids: Sequence[int], *, locked: bool = False) -> list[Due]:
    """The lines named; `locked` inside a transaction that will change them. Refuses: not-found, also where none was named."""
    lines = Due.objects.select_related("person", "evaluation").filter(pk__in=list(due_ids)).order_by("pk")
    found = list(lines.select_for_update(of=("self",)) if locked else lines)
    if not found or len(found) != len(set(due_ids)):
        refuse("not-found", "没有找到这项补贴。", remedy="请从列表重新进入。", status=404)
    return found


def _require_own(due: Due, actor: Actor) -> None:
    """The person for a personal line, the organisation for its own, the town's clerk for the person at the counter."""
    actor.require(*DUE.move("claim").who, district_id=due.district_id)
    if actor.role is Role.WORKER:
        mine = due.applied_by == "person" and due.person_id == actor.person_id and actor.person_id is not None
    elif actor.role is Role.TOWN:
        town = due.person.town_id if due.person else None
        mine = due.applied_by == "person" and town is not None and actor.town_code in (None, town)
    else:
        mine = due.organisation_id == actor.organisation_id and actor.organisation_id is not None
        mine = mine and due.applied_by == BY_ROLE[actor.role]
    if not mine:
        forbid("这项补贴不由您或您的单位确认。", remedy="请由享受人本人或申请单位确认。")


def _require_still_due(dues: Sequence[Due]) -> None:
    refusals = []
    for due in dues:
        if due.state == "ready":
            continue
        who = "" if len(dues) == 1 else f"{mask_name(due.person.name) if due.person else ''}："
        if due.state != "not_due":
            try:
                DUE.check("claim", due.state)
            except Refused as no:
                refusals.append(no.refusal)
            continue
        why = reasons_in_words(due)
        sentence = why[0].sentence if why else "不符合条件"
        refusals.append(
            Refusal(
                "not-due-any-more",
                f"{who}按现在的情况重新核算，暂不可享：{sentence}。",
                clause=why[0].clause if why else "",
                remedy=why[0].remedy if why else "如有疑问请联系工作人员。",
            )
        )
    if refusals:
        raise Refused(*refusals)


def _require_account(dues: Sequence[Due]) -> None:
    """Somebody has to be paid: the learner's account for a personal line, else the organisation's."""
    first = dues[0]
    if {(d.district_id, d.applied_by, d.organisation_id) for d in dues} != {
        (first.district_id, first.applied_by, first.organisation_id)
    }:
        refuse("mixed", "一次只能确认同一申请单位的补贴。", remedy="请分开确认。", status=INVALID)
    if first.applied_by == "person":
        missing = current_account(first.person_id or 0) is None
        remedy = "请先登记本人的银行账户，再确认。"
    else:
        missing = organisation_account(first.organisation_id or 0) is None
        remedy = "请先在“单位信息”登记收款账户，再确认。"
    if missing:
        refuse("no-account", "还没有登记收款账户，补贴没有地方打。", remedy=remedy, field="account")


def _show_proof(dues: Sequence[Due], claims: Sequence[Claim], at: datetime) -> None:
    """Where the chain saw what it filled in, as evidence on each claim, so that the reviewer need not ask for paper."""
    rows: list[Evidence] = []
    for due, claim in zip(dues, claims, strict=True):
        if due.person_id is None:
            continue
        day = claim.started_on or claim.certificate_issued_on
        tags = groups_on([due.person_id], day)[due.person_id] if day else {}
        seen = [
            (f"group:{code}", code, tag.proved_by, tag.proof)
            for code, tag in tags.items()
            if code in claim.groups
        ]
        if claim.class_id:
            seen.append(("attended_days", str(claim.attended_days), "签到记录", claim.class_id))
        if claim.certificate_number:
            seen.append(("certificate_number", claim.certificate_number, "证书登记", ""))
        rows += [
            Evidence(
                claim=claim, fact=fact, value=value, source=source, reference=reference, seen_at=at,
                actor_label="系统自动办理",
            )
            for fact, value, source, reference in seen
        ]  # fmt: skip
    Evidence.objects.bulk_create(rows)
