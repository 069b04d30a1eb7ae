"""Pools of a district's year as its rulebook lists them. Here, because funds may not ask the policy room."""

from __future__ import annotations

from datetime import datetime

from wudan.funds import actions as funds
from wudan.funds.models import Pool
from wudan.kernel.actor import Actor
from wudan.policy.queries import rulebook_for


def open_pools(*, district_id: str, year: int, actor: Actor, at: datetime) -> list[Pool]:
    """建立年度资金池, every fund of the rulebook; those that exist stay. Refuses: forbidden, bad-year."""
    specs = [
        funds.PoolSpec(source=code, label=fund.label, payable=fund.payable, clause=fund.origin.clause)
        for code, fund in rulebook_for(district_id).pools.items()
    ]
    return funds.open_pools(district_id=district_id, year=year, specs=specs, actor=actor, at=at)
