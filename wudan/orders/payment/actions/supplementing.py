"""补发 on its way through a batch: set-based, as the claims beside it. And paying again what the bank sent back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.halting import BASIS
from wudan.orders.payment.models import Supplement
from wudan.orders.payment.payables import payee_key
from wudan.orders.payment.states import SUPPLEMENT
from wudan.organisations.actions.organising import record_organisation_account
from wudan.people.actions import archive_many, record_account
from wudan.people.models import ArchiveEntry
from wudan.policy.queries import rulebook_for


def move_supplements(verb: str, supplement_ids: Collection[int], *, actor: Actor, at: datetime) -> int:
    """列入、移出、已付、退票 of supplements, in the caller's transaction. Refuses: forbidden, wrong-state of any of them."""
    if not supplement_ids:
        return 0
    move = SUPPLEMENT.move(verb)
    rows = list(
        Supplement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("claim")
        .filter(pk__in=supplement_ids)
        .order_by("pk")
    )
    for row in rows:
        actor.require(*move.who, district_id=row.claim.district_id)
        SUPPLEMENT.check(verb, row.state)
    Supplement.objects.filter(pk__in=[r.pk for r in rows]).update(state=move.target, state_since=at)
    if verb == "pay":
        archive_many([_line(row, row.claim.person_id, at) for row in rows if row.claim.person_id])
    return len(rows)


def repay_supplement(
    *, supplement_id: int, holder: str, bank: str, number: str, reason: str, actor: Actor, at: datetime
) -> Supplement:
    """更正收款账户并重新拨付 of a supplement the bank sent back, by finance. An empty `number` keeps the account: the bank's fault.

    Refuses: forbidden, not-found, wrong-state, no-reason, and as `record_account` and `record_organisation_account`.
    """
    with acting(actor=actor, at=at, basis=BASIS.by(actor, at)):
        found = (
            Supplement.objects.select_for_update(of=("self",), no_key=True)
            .select_related("claim")
            .filter(pk=supplement_id)
            .first()
        )
        if found is None:
            refuse("not-found", "没有找到这笔补发。", remedy="请从补发列表重新进入。", status=404)
        actor.require(Role.FINANCE, district_id=found.claim.district_id)
        if not reason.strip():
            refuse(
                "no-reason", "没有写更正的依据。", remedy="请写明怎样核实的。", field="reason", status=INVALID
            )
        move_supplements("repay", [found.pk], actor=actor, at=at)
        if number.strip():
            kind, pk = payee_key(found.claim)
            if kind == "person":
                record_account(person_id=pk, holder=holder, bank=bank, number=number, actor=actor, at=at)
            else:
                record_organisation_account(
                    organisation_id=pk, holder=holder, bank=bank, number=number, reason=reason, actor=actor, at=at
                )  # fmt: skip
        found.refresh_from_db()
    return found


def _line(row: Supplement, person_id: int, at: datetime) -> ArchiveEntry:
    claim = row.claim
    scheme = rulebook_for(claim.district_id).schemes[claim.scheme].label
    return ArchiveEntry(
        person_id=person_id, district_code=claim.district_id, kind="claim", subject=f"claim:{claim.pk}",
        event=f"supplement:{row.pk}", on=legal_day(at), title=f"{scheme}已补发", detail={"申请编号": claim.number},
        amount_fen=row.amount_fen, recorded_at=at,
    )  # fmt: skip
