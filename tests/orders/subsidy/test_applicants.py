"""One claim with its person, estimates and an applicant's figures: whole or nothing, and never another's."""

from __future__ import annotations

import pytest

from tests.cast import AT, cast, claim_form, outsider, valid_account, valid_identity
from tests.orders.payment.making import approved_claims
from tests.orders.subsidy.chain import person, refusal, submitted
from tests.web.provider.making import bounce
from wudan.orders.payment.actions.repaying import repay_to
from wudan.orders.subsidy.actions.introducing import Learner, apply_for
from wudan.orders.subsidy.models import Claim
from wudan.orders.subsidy.queries.applicants import came_back, tallies
from wudan.orders.subsidy.queries.estimating import estimate
from wudan.organisations.queries import current_account
from wudan.people.models import Person

pytestmark = pytest.mark.django_db
LEARNER = Learner(number=valid_identity(70), name="周小燕", bank="农业银行", account=valid_account(70))


def test_a_refused_claim_leaves_no_person():
    tez = cast()
    before = Person.objects.count()
    no = refusal(apply_for, form=claim_form(), learner=LEARNER, actor=tez.provider_clerk, at=AT)
    assert no.code == "needs-authority"
    assert (Person.objects.count(), Claim.objects.count()) == (before, 0)


@pytest.mark.parametrize("who", ["worker", "intake", "town", "finance"])
def test_only_organisations_apply_so(who):
    tez = cast()
    arguments = {
        "form": claim_form(),
        "learner": LEARNER,
        "authority": "代领1",
        "actor": getattr(tez, who),
        "at": AT,
    }
    assert refusal(apply_for, **arguments).code == "forbidden"


def test_an_estimate_counts_the_persons_claims_only_under_the_right_name():
    tez = cast()
    claim = submitted(tez, person(71, name="钱多多"))
    asked = {
        "district_id": tez.code, "form": claim_form(class_id="K2"), "number": valid_identity(71),
        "actor": tez.provider_clerk, "at": AT,
    }  # fmt: skip
    assert claim.outcome == "approved"
    assert estimate(name="钱多多", **asked).decision.outcome == "rejected"
    assert estimate(name="吴一凡", **asked).decision.outcome == "approved"
    assert refusal(estimate, name="钱多多", **{**asked, "actor": tez.worker}).code == "forbidden"


def test_figures_are_the_organisations_own():
    tez = cast()
    submitted(tez)
    assert tallies(tez.provider_clerk)["submitted"].fen == 150_000
    assert tallies(tez.enterprise_clerk) == {}
    assert came_back(outsider(tez, "provider"), "returned") == []


def test_another_account_and_paid_again_both_or_neither():
    tez = cast()
    (claim,) = approved_claims(tez, [150_000], payee="provider")
    given = {
        "claim_id": claim.pk, "holder": tez.provider.name, "bank": "农业银行", "number": valid_account(9), "reason": "账号已销户",
        "at": AT,
    }  # fmt: skip
    old = current_account(tez.provider.pk).number_masked
    assert refusal(repay_to, actor=tez.provider_clerk, **given).code == "wrong-state"
    assert current_account(tez.provider.pk).number_masked == old
    bounce(tez, [claim])
    assert refusal(repay_to, actor=tez.enterprise_clerk, **given).code == "forbidden"
    assert refusal(repay_to, actor=outsider(tez, "provider"), **given).code == "forbidden"
    assert repay_to(actor=tez.provider_clerk, **given).state == "approved"
