"""Which adapter serves which port: where a lower room asks for what only a higher one knows, they are joined here."""

from __future__ import annotations


def join() -> None:
    """Called once, when all rooms are loaded."""
    from wudan.kernel.clock import now
    from wudan.kernel.periods import legal_day
    from wudan.orders.enrolment.ports import join_claims
    from wudan.orders.subsidy.queries.beside import claims_beside
    from wudan.policy.ports import join_today

    join_claims(claims_beside)
    join_today(lambda: legal_day(now()))
