"""What the applicant does after submitting: correct, withdraw, say whether the money arrived."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.clocks import basis_of
from wudan.orders.subsidy.actions.deciding import EVALUATED, difference, evaluate_claims, settle
from wudan.orders.subsidy.actions.guards import (
    lock_persons,
    locked_claim,
    require_applicant,
    require_organisation,
)
from wudan.orders.subsidy.actions.judging import OVERRIDE, STATE, clear_override, move, record
from wudan.orders.subsidy.actions.slots import free_slots
from wudan.orders.subsidy.forms import COLUMNS, ClaimForm
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.states import CLAIM
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for


def correct(*, claim_id: int, form: ClaimForm, actor: Actor, at: datetime, comment: str = "") -> Claim:
    """补正后重新提交: a whole new form; history keeps the old one, the place in the order of applications stays.

    Refuses: forbidden, wrong-state, bad-input:<column>, claim_once, organisation-suspended, payee-needs-organisation.
    """
    with acting(actor=actor, at=at, basis=_basis(claim_id, "submitted", at)):
        claim = locked_claim(claim_id)
        require_applicant(actor, "correct", claim)
        target = CLAIM.check("correct", claim.state)
        if claim.organisation_id is not None:
            require_organisation(claim.district_id, claim.organisation_id, claim.applied_by)
        rulebook = rulebook_for(claim.district_id)
        _require_good(form, claim, rulebook)
        lock_persons([claim])
        for name, value in form.columns().items():
            setattr(claim, name, value)
        claim.fingerprint = form.fingerprint(person_id=claim.person_id, organisation_id=claim.organisation_id)
        clear_override(claim)
        evaluation = evaluate_claims([claim], stage="correct", at=at)[claim.pk]
        changes = difference(claim, evaluation)
        settle(claim, evaluation, rulebook)
        claim.accepted_by = claim.first_by = None
        move(claim, target, at)
        claim.save(
            update_fields=[*STATE, *EVALUATED, *OVERRIDE, *COLUMNS, "fingerprint", "accepted_by", "first_by"]
        )
        record(claim, "correct", actor=actor, at=at, comment=comment, changes=changes)
    return claim


def withdraw(*, claim_id: int, actor: Actor, at: datetime, comment: str = "") -> Claim:
    """撤回申请, up to the public notice; the place in the person's limits is free again. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=_basis(claim_id, "withdrawn", at)):
        claim = locked_claim(claim_id)
        require_applicant(actor, "withdraw", claim)
        move(claim, CLAIM.check("withdraw", claim.state), at)
        claim.save(update_fields=STATE)
        free_slots([claim], at)
        record(claim, "withdraw", actor=actor, at=at, comment=comment)
    return claim


def answer_receipt(*, claim_id: int, received: bool, actor: Actor, at: datetime) -> Claim:
    """本人确认到账: after payment to the person, who may change the answer. Refuses: forbidden, wrong-state, not-payee."""
    with acting(actor=actor, at=at, basis=_basis(claim_id, "paid", at)):
        claim = locked_claim(claim_id)
        actor.require(Role.WORKER)
        if actor.person_id is None or claim.person_id != actor.person_id:
            forbid("只能确认本人的补贴是否到账。")
        if claim.state != "paid":
            refuse(
                "wrong-state",
                f"申请现处于“{CLAIM.states[claim.state]}”，还没有拨付。",
                remedy="请在拨付后再确认。",
            )
        if claim.payee != "person":
            refuse(
                "not-payee",
                "这笔补贴拨付给申请单位，不付给本人。",
                remedy="有疑问请联系区人力资源社会保障局。",
            )
        claim.receipt_answer = "yes" if received else "no"
        claim.save(update_fields=["receipt_answer"])
    return claim


def _basis(claim_id: int, state: str, at: datetime) -> str:
    district = Claim.objects.filter(pk=claim_id).values_list("district_id", flat=True).first()
    return basis_of(district, state, at)


def _require_good(form: ClaimForm, claim: Claim, rulebook: Rulebook) -> None:
    """The new form without faults, and of the same kind: a person's claim does not become a project's."""
    faults = [
        Refusal(f"bad-input:{f.column}", f"{f.sentence}。", remedy=f.remedy, field=f.column, status=INVALID)
        for f in form.faults(rulebook)
    ]
    if faults:
        raise Refused(*faults)
    if rulebook.schemes[form.scheme].by_provider != (claim.person_id is None):
        refuse(
            "bad-input:scheme",
            "个人补贴和项目制补贴不能互相改换。",
            remedy="请撤回这笔申请，另行提交。",
            field="scheme",
            status=INVALID,
        )
