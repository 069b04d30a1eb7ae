"""退票更正: finance records the corrected account of a bounced claim and lets it be paid again, both or neither."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.actions.repaying import repay
from wudan.orders.payment.payables import payee_key
from wudan.orders.subsidy.models import Claim
from wudan.organisations.actions.organising import record_organisation_account
from wudan.people.actions import record_account


def correct_and_repay(
    *, claim_id: int, holder: str, bank: str, number: str, reason: str, actor: Actor, at: datetime
) -> Claim:
    """更正收款账户并重新拨付 by finance of the claim's district. An empty `number` keeps the account: the bank's own fault.

    Refuses: forbidden, not-found, no-reason, and as `record_account`, `record_organisation_account` and `repay`.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        claim = Claim.objects.filter(pk=claim_id).first()
        if claim is None:
            refuse("not-found", "没有找到这笔申请。", remedy="请从退票列表重新进入。", status=404)
        actor.require(Role.FINANCE, district_id=claim.district_id)
        if not reason.strip():
            refuse(
                "no-reason",
                "没有写更正的依据。",
                remedy="请写明怎样核实的，例如“本人携银行卡到场更正”。",
                field="reason",
                status=INVALID,
            )
        if number.strip():
            kind, pk = payee_key(claim)
            if kind == "person":
                record_account(person_id=pk, holder=holder, bank=bank, number=number, actor=actor, at=at)
            else:
                record_organisation_account(
                    organisation_id=pk,
                    holder=holder,
                    bank=bank,
                    number=number,
                    reason=reason,
                    actor=actor,
                    at=at,
                )
        return repay(claim_id=claim_id, actor=actor, at=at, comment=reason.strip())
