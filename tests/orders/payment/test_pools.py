"""Pools and reserve as the district's own rulebook says."""

from __future__ import annotations

import pytest

from tests.cast import AT, cast, outsider
from wudan.funds.actions import record_fund_year
from wudan.kernel.errors import Refused
from wudan.orders.payment import queries
from wudan.orders.payment.actions.pools import open_pools

pytestmark = pytest.mark.django_db


def test_every_fund_of_the_rulebook_once() -> None:
    tez = cast("370405", pools=False)
    made = open_pools(district_id=tez.code, year=2021, actor=tez.finance, at=AT)
    assert open_pools(district_id=tez.code, year=2021, actor=tez.finance, at=AT) == made
    assert {p.label: p.payable for p in made} == {
        "就业补助资金": True, "失业保险基金专账": True, "创业带动就业扶持资金": True, "专项培训资金": True, "职工教育经费": False,
    }  # fmt: skip
    assert all(p.clause for p in made)
    with pytest.raises(Refused):
        open_pools(district_id=tez.code, year=2022, actor=outsider(tez, "finance"), at=AT)


def test_reserve_by_the_rulebook() -> None:
    tez = cast("370405", pools=False)
    assert queries.reserve(tez.code, 2019) is None
    record_fund_year(
        district_id=tez.code, year=2019, opening_fen=230, drawn_fen=30, benefits_fen=101, source="决算",
        actor=tez.finance, at=AT,
    )  # fmt: skip
    found = queries.reserve(tez.code, 2019)
    assert found is not None and not found.enough and found.needed == 24 and "七（二）" in found.clause
    assert found.sentence == "计提后可支付23.76个月的失业保险待遇，低于24个月，应向市级争取调剂金。"
