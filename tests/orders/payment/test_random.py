"""Whatever finance does in whatever order: paid lines = the ledger's paid + recovered, and every batch compares clean."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import AT, Cast, cast
from tests.orders.payment.making import FUND, answer, approved_claims, gathered, lines_of
from wudan.funds import queries as funds
from wudan.kernel.errors import Refused
from wudan.orders.payment import queries
from wudan.orders.payment.actions.gathering import cancel, remove_line
from wudan.orders.payment.actions.halting import resume, stop
from wudan.orders.payment.actions.recovering import open_recovery, record_recovery
from wudan.orders.payment.actions.repaying import repay
from wudan.orders.payment.actions.returning import record_return, settle
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Batch, PaymentLine, Recovery
from wudan.orders.subsidy.models import Claim
from wudan.oversight.actions import close, finding_from_batch


class Office:
    """Every verb of payment, on the batch, line or claim a number points to."""

    def __init__(self, tez: Cast) -> None:
        self.tez = tez
        self.vouchers = 0

    def batch(self, n: int) -> Batch | None:
        made = list(Batch.objects.order_by("-pk")[:3])
        return made[n % len(made)] if made else None

    def gather(self, n: int) -> None:
        ids = [c.pk for c in Claim.objects.order_by("pk")]
        gathered(self.tez, claim_ids=None if n % 2 else ids[n % 5 :])

    def on_batch(self, n: int) -> None:
        batch = self.batch(n)
        if batch is None:
            return
        tez, pk = self.tez, batch.pk
        verbs: list[Callable[[], object]] = [
            lambda: sign(batch_id=pk, actor=tez.finance2, at=AT),
            lambda: send(batch_id=pk, actor=tez.finance, at=AT),
            lambda: self.answer(batch, n),
            lambda: self.answer(batch, n + 1),
            lambda: settle(batch_id=pk, actor=tez.finance, at=AT),
            lambda: cancel(batch_id=pk, actor=tez.finance, at=AT),
            lambda: remove_line(line_id=lines_of(batch)[0].pk, reason="x", actor=tez.finance, at=AT),
            lambda: stop(batch_id=pk, reason="x", actor=tez.finance, at=AT),
            lambda: self.clear(pk),
        ]
        verbs[n // 3 % len(verbs)]()

    def answer(self, batch: Batch, n: int) -> None:
        lines = lines_of(batch)[n % 3 :]
        content = answer(lines, bounced=[n % 4])
        record_return(
            batch_id=batch.pk, file_name="a", content=content, final=n % 5 == 0, actor=self.tez.finance, at=AT
        )

    def clear(self, batch_id: int) -> None:
        if finding := finding_from_batch(batch_id, AT):
            close(finding_id=finding.pk, conclusion="已核实", actor=self.tez.supervisor, at=AT)
        resume(batch_id=batch_id, actor=self.tez.finance, at=AT)

    def on_claim(self, n: int) -> None:
        claim = Claim.objects.order_by("pk")[n % 5]
        if n % 2:
            repay(claim_id=claim.pk, comment="银行故障", actor=self.tez.finance, at=AT)
        else:
            fen = (claim.amount_fen or 0) // (1 + n % 3)
            open_recovery(
                claim_id=claim.pk, amount_fen=fen, reason="x", basis="y", actor=self.tez.reviewer, at=AT
            )

    def receive(self, n: int) -> None:
        found = Recovery.objects.order_by("-pk").first()
        if found:
            self.vouchers += 1
            record_recovery(
                recovery_id=found.pk, received_on=AT.date(), amount_fen=found.amount_fen // (1 + n % 2),
                voucher=f"{self.vouchers}", actor=self.tez.finance, at=AT,
            )  # fmt: skip

    def holds(self) -> None:
        with connection.cursor() as cursor:  # what commit would check
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        paid = PaymentLine.objects.filter(state="paid").aggregate(fen=Sum("amount_fen", default=0))["fen"]
        [b] = funds.balances_now([self.tez.pools[FUND].pk]).values()
        assert paid == b.paid + b.recovered
        live = PaymentLine.objects.filter(state="pending", batch__sent_at__isnull=False)
        assert live.aggregate(fen=Sum("amount_fen", default=0))["fen"] == b.in_transit
        assert b.earmarked + b.in_transit + paid == 1_500
        assert funds.ledger_check(self.tez.code) == []
        for batch in Batch.objects.order_by("pk"):
            assert queries.compare(batch.pk) == []
        per_claim = PaymentLine.objects.filter(state__in=["pending", "paid"]).values_list(
            "claim_id", flat=True
        )
        assert len(per_claim) == len(set(per_claim))


steps = st.lists(
    st.tuples(
        st.sampled_from(["gather", "on_batch", "on_batch", "on_batch", "on_claim", "receive"]),
        st.integers(0, 200),
    ),
    max_size=25,
)
# The usual way through, so that chance starts from rich states too: gather, sign, send, answer.
USUAL = [("gather", 1), ("on_batch", 0), ("on_batch", 3), ("on_batch", 6)]


@pytest.mark.django_db
@pytest.mark.slow
def test_any_sequence() -> None:
    tez = cast("370405")
    approved_claims(tez, [100, 200, 300, 400, 500])

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.booleans(), steps)
    def sequences(usual: bool, sequence: list[tuple[str, int]]) -> None:
        office = Office(tez)
        with transaction.atomic():
            for verb, n in [*(USUAL if usual else []), *sequence]:
                try:
                    getattr(office, verb)(n)
                except Refused as refused:
                    assert refused.refusal.sentence
                office.holds()
            transaction.set_rollback(True)

    sequences()
