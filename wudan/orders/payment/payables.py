"""What a batch may pay (可拨付): an approved claim's own sum, or a supplement (补发) on top of one that was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet, Sum

from wudan.funds.models import Pool
from wudan.kernel.actor import Actor
from wudan.orders.payment.models import Difference, Supplement
from wudan.orders.payment.states import LIVE
from wudan.orders.subsidy.models import Claim
from wudan.organisations.models import OrganisationAccount
from wudan.people.models import PersonAccount, SealedAccount


@dataclass(frozen=True, slots=True)
class Payable:
    """One payment to make. `held` says that a line of late facts (差额) about the claim waits for a person."""

    claim: Claim
    supplement: Supplement | None = None
    held: bool = False

    @property
    def fen(self) -> int:
        return self.supplement.amount_fen if self.supplement else self.claim.amount_fen or 0

    @property
    def deciders(self) -> tuple[int | None, ...]:
        """Who had a say in it, and therefore may not pay it."""
        found = (self.claim.first_by, self.claim.second_by, self.claim.approved_by)
        if self.supplement is None:
            return found
        difference = self.supplement.difference
        return (*found, difference.proposed_by, difference.decided_by)


def payables(claims: Sequence[Claim], supplements: Sequence[Supplement] = ()) -> list[Payable]:
    """In the order of the batch's file. One query."""
    held = with_live_line([c.pk for c in claims])
    return [Payable(c, held=c.pk in held) for c in claims] + [Payable(s.claim, s) for s in supplements]


def with_live_line(claim_ids: Any) -> set[int]:
    """Those of these claims (keys, or a query of them) with a line nobody has decided yet: they are not paid meanwhile."""
    live = Difference.objects.filter(claim__in=claim_ids, state__in=LIVE)
    return set(live.order_by().values_list("claim_id", flat=True))


def supplements_of_pool(pool: Pool) -> QuerySet[Supplement]:
    """Supplements set aside in this pool and waiting, with claim, person and the difference they come of."""
    found = Supplement.objects.filter(pool=pool, state="approved").order_by("pk")
    return found.select_related("claim__person", "claim__organisation", "difference__late_fact")


def waiting_supplements(pools: Sequence[Pool]) -> dict[int, tuple[int, int]]:
    """Pool → how many supplements wait in it, and their sum; pools without any are missing. One query."""
    waiting = Supplement.objects.filter(pool__in=pools, state="approved").order_by().values_list("pool_id")
    return {pk: (n, int(fen)) for pk, n, fen in waiting.annotate(n=Count("pk"), fen=Sum("amount_fen"))}


def payees_accounts(claims: Sequence[Claim]) -> Mapping[tuple[str, int], SealedAccount]:
    """("person" or "organisation", id) → its current account. Two queries."""
    persons = {c.person_id for c in claims if c.payee == "person" and c.person_id}
    organisations = {c.organisation_id for c in claims if c.payee != "person" and c.organisation_id}
    found: dict[tuple[str, int], SealedAccount] = {
        ("person", a.person_id): a
        for a in PersonAccount.objects.filter(person__in=persons, current=True).order_by("pk")
    }
    for account in OrganisationAccount.objects.filter(organisation__in=organisations, current=True).order_by(
        "pk"
    ):
        found["organisation", account.organisation_id] = account
    return found


def payee_key(claim: Claim) -> tuple[str, int]:
    """Whose account the money goes to."""
    if claim.payee == "person":
        return "person", claim.person_id or 0
    return "organisation", claim.organisation_id or 0


def why_left_out(
    one: Payable, accounts: Mapping[tuple[str, int], SealedAccount], actor: Actor
) -> dict[str, Any] | None:
    """Why this payment cannot be in a batch the actor makes; None where it can."""
    if not one.fen:
        return _left_out(one, "zero", "核定金额为0元，没有可拨付的资金。", "无需办理。")
    if one.held:
        return _left_out(
            one, "late-fact", "核定后有事实被更正，差额还没有核实。", "请等人社局核实差额；核实后再列入。"
        )
    if actor.user_id in one.deciders:
        return _left_out(one, "duty", "您审核过这笔申请，不能由您拨付。", "请由其他财务人员拟制。")
    if payee_key(one.claim) not in accounts:
        who = "本人" if one.claim.payee == "person" else "申请单位"
        return _left_out(
            one, "no-account", f"没有登记{who}的收款账户。", f"请联系{who}登记银行账户后再列入下一批次。"
        )
    return None


def _left_out(one: Payable, code: str, sentence: str, remedy: str) -> dict[str, Any]:
    return {
        "claim_id": one.claim.pk,
        "claim": one.claim.number,
        "code": code,
        "sentence": sentence,
        "remedy": remedy,
        "amount_fen": one.fen,
    }
