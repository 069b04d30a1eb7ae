"""更正账户并重新拨付 by finance: both or neither, the own district only; and what the desk reads agrees with `gather`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AT, Cast, cast, outsider, valid_account
from tests.orders.payment.making import FUND, answer, approved_claims, gathered, lines_of, sent
from wudan.kernel.errors import Refused
from wudan.orders.payment.actions.correcting import correct_and_repay
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.desk import four_sums, line, preview, standing
from wudan.orders.subsidy.models import Claim
from wudan.people.models import PersonAccount


@pytest.fixture
def tez(db: Any) -> Cast:
    return cast()


def bounced(tez: Cast) -> Claim:
    approved_claims(tez)
    batch = sent(tez)
    lines = lines_of(batch)
    record_return(batch_id=batch.pk, file_name="a.csv", content=answer(lines, [0]), actor=tez.finance, at=AT)
    return Claim.objects.get(pk=lines[0].claim_id)


def given(claim: Claim, **changes: Any) -> dict[str, Any]:
    assert claim.person is not None
    form = {"holder": claim.person.name, "bank": "农行", "number": valid_account(9), "reason": "本人到场"}
    return {"claim_id": claim.pk, "at": AT, **form, **changes}


def test_account_and_claim_move_together(tez: Cast) -> None:
    claim = bounced(tez)
    with pytest.raises(Refused):
        correct_and_repay(actor=tez.finance, **given(claim, holder="别人"))
    assert PersonAccount.objects.filter(person=claim.person).count() == 1
    assert correct_and_repay(actor=tez.finance, **given(claim)).state == "approved"
    with pytest.raises(Refused):  # repaid already: the second account is not kept either
        correct_and_repay(actor=tez.finance, **given(claim, number=valid_account(10)))
    assert PersonAccount.objects.filter(person=claim.person).count() == 2


def test_only_finance_of_the_district_and_with_a_reason(tez: Cast) -> None:
    claim = bounced(tez)
    for actor in (outsider(tez, "finance"), tez.reviewer, tez.provider_clerk):
        with pytest.raises(Refused) as no:
            correct_and_repay(actor=actor, **given(claim))
        assert no.value.refusal.code == "forbidden"
    with pytest.raises(Refused) as no:
        correct_and_repay(actor=tez.finance, **given(claim, reason=" "))
    assert no.value.refusal.field == "reason"


def test_the_preview_is_what_gather_takes(tez: Cast) -> None:
    approved_claims(tez)
    approved_claims(tez, [70_000], account=False)
    seen = preview(tez.finance, tez.pools[FUND].pk)
    assert seen is not None
    assert preview(outsider(tez, "finance"), tez.pools[FUND].pk) is None
    assert standing(tez.finance).waiting == 4
    batch = gathered(tez)
    assert (seen.count, seen.total_fen, list(seen.left_out)) == (
        batch.lines_count,
        batch.total_fen,
        batch.skipped,
    )
    sums = four_sums(batch.pk)
    assert sums.published == sums.approved == sums.sent == batch.total_fen
    assert line(outsider(tez, "supervisor"), lines_of(batch)[0].pk) is None
