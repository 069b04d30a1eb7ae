"""单笔申请: an organisation's claim for a person the registry may not know yet: person, account and claim, or none of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim
from wudan.people.actions import REAL_NAME, record_account, register_person


@dataclass(frozen=True, slots=True, kw_only=True)
class Learner:
    """What the clerk wrote about the person (参训人员). Without `account` the one recorded before stays, if there is one."""

    number: str
    name: str
    phone: str = ""
    document_kind: str = "identity"
    bank: str = ""
    account: str = ""


def apply_for(
    *, form: ClaimForm, learner: Learner | None, authority: str = "", actor: Actor, at: datetime
) -> Claim:
    """提交一笔申请 in the actor's own organisation's name; `learner` is None for a project.

    Refuses as `register_person`, `record_account` and `submit`, each naming its field; needs-bank.
    """
    actor.require(Role.ENTERPRISE, Role.PROVIDER)
    if learner and learner.account and not learner.bank.strip():
        refuse(
            "needs-bank", "填了银行账号，没有填开户银行。", remedy="请补填。", field="bank", status=INVALID
        )
    with acting(actor=actor, at=at, basis=REAL_NAME):
        return submit(
            district_id=actor.district_id or "",
            applied_by=str(actor.role),
            form=form,
            person_id=_introduce(learner, actor, at) if learner else None,
            organisation_id=actor.organisation_id,
            authority=authority,
            actor=actor,
            at=at,
        )


def _introduce(learner: Learner, actor: Actor, at: datetime) -> int:
    person = register_person(
        document_kind=learner.document_kind,
        number=learner.number,
        name=learner.name,
        phone=learner.phone,
        actor=actor,
        at=at,
    )
    if learner.account:
        try:
            record_account(
                person_id=person.pk,
                holder=learner.name,
                bank=learner.bank,
                number=learner.account,
                actor=actor,
                at=at,
            )
        except Refused as no:
            raise Refused(*(_beside_account(r) for r in no.refusals)) from no
    return person.pk


def _beside_account(one: Refusal) -> Refusal:
    return Refusal(one.code, one.sentence, one.clause, one.remedy, one.field or "account", one.status)
