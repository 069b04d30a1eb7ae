"""The basis of a deed is the district's own: the clause its rulebook names, else its document."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.cast import AT, cast
from tests.orders.payment.making import approved_claims, sent
from wudan.kernel.actor import SYSTEM
from wudan.kernel.models import History
from wudan.kernel.periods import SHANGHAI
from wudan.policy import queries
from wudan.policy.engine.rulebook import Rulebook, load_rulebook
from wudan.policy.queries import DUES, MONEY

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("code", "money", "dues"),
    [
        ("370405", "加强资金监管（台政办发〔2020〕4号 七（三））", "简化资金申领环节（台政办发〔2020〕4号 七（四））"),
        ("370306", "加强资金监管（周政办发〔2020〕2号 三（二））", "简化资金申领环节（周政办发〔2020〕2号 三（三））"),
    ],
)  # fmt: skip
def test_each_district_names_its_own_clause(code: str, money: str, dues: str) -> None:
    tez = cast(code, pools=False)
    assert (MONEY.by(tez.finance, AT), DUES.of(code, AT)) == (money, dues)
    assert MONEY.by(SYSTEM, AT) == "加强资金监管"


def test_a_district_that_names_none_stands_on_its_document(monkeypatch: pytest.MonkeyPatch) -> None:
    third: Rulebook = replace(load_rulebook("taierzhuang"), document="某政办发〔2022〕1号", deeds={})
    monkeypatch.setattr(queries, "rulebook_for", lambda _code: third)
    assert MONEY.of("370499", AT) == "加强资金监管（某政办发〔2022〕1号）"


def test_a_clause_is_not_cited_before_its_first_day() -> None:
    tez = cast("370405", pools=False)
    first = queries.rulebook_for(tez.code).deeds["money"].valid_from
    on = datetime(first.year, first.month, first.day, tzinfo=SHANGHAI)
    assert MONEY.of(tez.code, on).endswith("七（三））")
    before = datetime(first.year - 1, 12, 31, tzinfo=SHANGHAI)
    assert (
        before.date() < date(2019, 1, 1)
        and MONEY.of(tez.code, before) == "加强资金监管（台政办发〔2020〕4号）"
    )


def test_no_payment_is_recorded_on_another_districts_document() -> None:
    tez = cast("370405")
    approved_claims(tez)
    sent(tez)
    bases = set(History.objects.filter(table_name__startswith="payment_").values_list("basis", flat=True))
    assert bases == {"加强资金监管（台政办发〔2020〕4号 七（三））"}
