"""退票后重新拨付: the account was corrected, the claim is approved again and waits for the next batch."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.models import PaymentLine
from wudan.orders.payment.payables import payee_key
from wudan.orders.subsidy.actions.settling import mark_repay
from wudan.orders.subsidy.models import Claim
from wudan.organisations.actions.organising import record_organisation_account
from wudan.organisations.models import OrganisationAccount
from wudan.people.models import PersonAccount, SealedAccount


def repay(*, claim_id: int, actor: Actor, at: datetime, comment: str = "") -> Claim:
    """更正账户，重新拨付 by finance, the person or the organisation that applied. The account must differ from the one that
    bounced, unless finance says in `comment` why the same one will do (the bank's own fault).

    Refuses: forbidden, wrong-state, no-account, account-unchanged. The sum stays earmarked; the bounced line stays as it is.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        mark_repay(
            claim_id=claim_id, actor=actor, at=at, comment=comment
        )  # locks the claim, and refuses strangers
        claim = Claim.objects.get(pk=claim_id)
        account = current_account(claim)
        if account is None:
            refuse("no-account", "没有登记现用的收款账户。", remedy="请先登记收款账户，再办理重新拨付。")
        bounced = PaymentLine.objects.filter(claim=claim, state="bounced").order_by("-pk").first()
        excused = actor.role is Role.FINANCE and bool(comment.strip())
        if bounced is not None and _same(bounced, account) and not excused:
            refuse(
                "account-unchanged",
                f"收款账户（{account.bank} {account.number_masked}）没有变更，银行上次退回的原因是“{bounced.bank_reason}”。",
                remedy="请先更正户名、开户银行或账号；确属银行原因的，由财务人员写明情况后办理。",
            )
    return claim


def repay_to(
    *, claim_id: int, holder: str, bank: str, number: str, reason: str, actor: Actor, at: datetime
) -> Claim:
    """登记更正后的对公账户并重新拨付, both or neither, by the organisation that is paid.

    Refuses as `record_organisation_account` and `repay`; not-payee where the money goes to a person.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        claim = Claim.objects.filter(pk=claim_id, organisation=actor.organisation_id or 0).first()
        if claim is None:
            forbid("这笔申请不是由您的单位提交的。", remedy="请由原申请单位办理。")
        if claim.payee == "person":
            refuse(
                "not-payee",
                "这笔补贴拨付给本人，不付给单位。",
                remedy="请由本人登录更正收款账户，或联系区人力资源社会保障局财务人员。",
            )
        record_organisation_account(
            organisation_id=payee_key(claim)[1],
            holder=holder,
            bank=bank,
            number=number,
            reason=reason,
            actor=actor,
            at=at,
        )
        return repay(claim_id=claim_id, actor=actor, at=at, comment=reason)


def current_account(claim: Claim) -> SealedAccount | None:
    kind, pk = payee_key(claim)
    if kind == "person":
        return PersonAccount.objects.filter(person_id=pk, current=True).first()
    return OrganisationAccount.objects.filter(organisation_id=pk, current=True).first()


def _same(line: PaymentLine, account: SealedAccount) -> bool:
    return (line.holder, line.bank, bytes(line.number_index)) == (
        account.holder,
        account.bank,
        bytes(account.number_index),
    )
