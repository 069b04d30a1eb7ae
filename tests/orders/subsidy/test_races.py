"""Two at the same moment: one is done, the other gets a sentence."""

from __future__ import annotations

import pytest

from tests.cast import AT, cast, claim_form, valid_phone
from tests.orders.subsidy.chain import (
    LATER,
    PROOFS,
    accepted,
    both,
    cleared,
    first_passed,
    noticed,
    person,
    publish,
    second_passed,
    submitted,
)
from wudan.funds.models import Account
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.batches import accept_many
from wudan.orders.subsidy.actions.correcting import withdraw
from wudan.orders.subsidy.actions.noticing import close_due_notices
from wudan.orders.subsidy.actions.objecting import dismiss, object_to
from wudan.orders.subsidy.actions.reviewing import pass_first, pass_second
from wudan.orders.subsidy.models import Claim, Objection, PaidKey

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_double_click_on_submit_gives_one_claim_and_a_sentence():
    tez = cast()
    asked = {
        "district_id": tez.code, "applied_by": "person", "form": claim_form(), "person_id": tez.person.pk,
        "actor": tez.worker, "at": AT,
    }  # fmt: skip
    assert both(lambda: submit(**asked), lambda: submit(**asked)) == ["claim_once", "done"]
    assert Claim.objects.count() == 1


def test_two_reviewers_at_once():
    tez = cast()
    claim = accepted(tez)
    ask = {"claim_id": claim.pk, "at": AT, "verified_groups": PROOFS}
    assert both(
        lambda: pass_first(actor=tez.intake, **ask), lambda: pass_first(actor=tez.intake2, **ask)
    ) == ["done", "wrong-state"]
    ask = {"claim_id": claim.pk, "at": AT}
    assert both(
        lambda: pass_second(actor=tez.reviewer, **ask), lambda: pass_second(actor=tez.reviewer2, **ask)
    ) == ["done", "wrong-state"]
    assert claim.reviews.filter(verb="pass_second").count() == 1


def test_passing_while_the_applicant_withdraws():
    tez = cast()
    claim = first_passed(tez)
    found = both(
        lambda: pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT),
        lambda: withdraw(claim_id=claim.pk, actor=tez.provider_clerk, at=AT),
    )
    claim.refresh_from_db()
    # Withdrawing is still possible after the second review, so both may succeed in that order, never the other way round.
    assert (found, claim.state) in [(["done", "done"], "withdrawn"), (["done", "wrong-state"], "withdrawn")]


def test_two_batches_over_the_same_claims_wait_and_do_not_deadlock():
    tez = cast()
    ids = [submitted(tez, person(n)).pk for n in range(3, 9)]
    found = both(
        lambda: accept_many(claim_ids=ids, actor=tez.intake, at=AT),
        lambda: accept_many(claim_ids=ids[::-1], actor=tez.intake2, at=AT),
    )
    assert found == ["done", "wrong-state"]
    assert Claim.objects.filter(state="accepted").count() == 6


def test_the_same_approval_twice_sets_the_money_aside_once():
    tez = cast()
    claim = cleared(tez)
    ask = {"claim_ids": [claim.pk], "at": LATER}
    assert both(lambda: approve(actor=tez.reviewer, **ask), lambda: approve(actor=tez.reviewer2, **ask)) == [
        "done",
        "wrong-state",
    ]
    assert PaidKey.objects.count() == 1
    pool = tez.pools["unemployment_insurance"]
    assert Account.objects.get(pool=pool, kind="earmarked").balance_fen == 150_000


def test_closing_twice_at_once_closes_once():
    tez = cast()
    claim, _ = noticed(tez)
    assert both(lambda: close_due_notices(at=LATER), lambda: close_due_notices(at=LATER)) == ["done", "done"]
    claim.refresh_from_db()
    assert claim.state == "cleared"
    assert claim.reviews.count() == 3


def test_closing_while_the_last_objection_is_dismissed():
    tez = cast()
    claim, line = noticed(tez)
    objection = object_to(line_id=line.pk, content="不实", phone=valid_phone(1), at=AT)
    both(
        lambda: close_due_notices(at=LATER),
        lambda: dismiss(objection_id=objection.pk, answer="属实无误", actor=tez.reviewer, at=LATER),
    )
    close_due_notices(at=LATER)
    claim.refresh_from_db()
    assert claim.state == "cleared"


def test_one_phone_at_many_windows_freezes_three_lines():
    tez = cast()
    claims = [second_passed(tez, person(n)) for n in range(3, 8)]
    lines = list(publish(tez, *claims).lines.order_by("position"))
    calls = [
        lambda line=line: object_to(line_id=line.pk, content="不实", phone=valid_phone(1), at=AT)
        for line in lines
    ]
    assert both(*calls) == ["done"] * 3 + ["too-many"] * 2
    assert Objection.objects.count() == 3
