"""What a claim has been given so far (已享受), to the fen: paid, less what came back, and what is under way in either direction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Sum

from wudan.orders.payment.models import PaymentLine, Recovery, RecoveryReceipt, Supplement

UNDER_WAY = ("approved", "batched", "bounced")
"""States of a supplement that is owed and not paid."""


@dataclass(slots=True)
class Settled:
    """Of one claim, in fen."""

    paid: int = 0
    returned: int = 0
    asked: int = 0
    promised: int = 0

    @property
    def net(self) -> int:
        """What the payee holds now."""
        return self.paid - self.returned

    @property
    def fen(self) -> int:
        """What the payee will hold when all that is decided has been carried out."""
        return self.net - self.asked + self.promised


def settled(claim_ids: Collection[int]) -> dict[int, Settled]:
    """Everybody asked for is in the answer. Four queries, whatever the number."""
    found = {pk: Settled() for pk in claim_ids}
    lines = PaymentLine.objects.filter(claim__in=found, state="paid").order_by()
    for pk, fen in lines.values_list("claim_id").annotate(fen=Sum("amount_fen")):
        found[pk].paid = int(fen)
    receipts = RecoveryReceipt.objects.filter(recovery__claim__in=found).order_by()
    for pk, fen in receipts.values_list("recovery__claim_id").annotate(fen=Sum("amount_fen")):
        found[pk].returned = int(fen)
    waiting = Recovery.objects.filter(claim__in=found, state="open")
    for pk, due, came in waiting.annotate(came=Sum("receipts__amount_fen", default=0)).values_list(
        "claim_id", "amount_fen", "came"
    ):
        found[pk].asked += due - came
    owed = Supplement.objects.filter(claim__in=found, state__in=UNDER_WAY).order_by()
    for pk, fen in owed.values_list("claim_id").annotate(fen=Sum("amount_fen")):
        found[pk].promised = int(fen)
    return found
