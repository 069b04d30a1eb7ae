"""Two at once: the message delivered twice, and two taps on the button."""

from __future__ import annotations

import pytest

from tests.cast import AT, cast
from tests.orders.subsidy.certified import chain, learners
from tests.orders.subsidy.chain import both
from tests.own_columns import with_own_columns
from wudan.orders.subsidy.actions.confirming import confirm_due, confirm_dues, state_own
from wudan.orders.subsidy.actions.entitling import prepare_class_dues, prepare_due
from wudan.orders.subsidy.models import Claim, Due

pytestmark = pytest.mark.django_db(transaction=True)


def test_delivered_by_two_workers_and_tapped_twice() -> None:
    tez = cast("370405")
    made = chain(tez)
    certificate = made.certificate.pk
    assert both(*[lambda: prepare_due(certificate_id=certificate, at=AT)] * 3) == ["done"] * 3
    due = Due.objects.get()
    taps = both(*[lambda: confirm_due(due_id=due.pk, actor=tez.worker, at=AT)] * 3)
    assert taps.count("done") == 1
    assert set(taps) <= {"done", "wrong-state"}
    assert Claim.objects.count() == 1


def test_answered_while_it_is_confirmed() -> None:
    """Whoever comes first: what was claimed is what the line says, and a line somebody claimed is not answered any more."""
    tez = cast("370405")
    with_own_columns(tez)
    (due,) = prepare_due(certificate_id=chain(tez).certificate.pk, at=AT)
    answers = both(
        lambda: confirm_due(due_id=due.pk, actor=tez.worker, at=AT),
        lambda: state_own(due_ids=[due.pk], own={"contract_months": 24}, actor=tez.worker, at=AT),
        lambda: state_own(due_ids=[due.pk], own={"contract_months": 36}, actor=tez.worker, at=AT),
    )
    assert set(answers) <= {"done", "wrong-state", "not-due-any-more"}
    if answers[0] != "done":  # an answer came between its two looks: it is confirmed by the next tap
        confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    due.refresh_from_db()
    assert (due.state, due.outcome) == ("claimed", "approved")
    assert due.form["own"] == Claim.objects.get().own


def test_a_class_confirmed_twice_while_it_is_asked_again() -> None:
    tez = cast("370405")
    made = chain(tez, *learners(3), line="pre_job", level=5, employer=tez.enterprise, days=0)
    dues = [d.pk for d in prepare_class_dues(class_id=made.training_class.pk, at=AT)]
    answers = both(
        lambda: confirm_dues(due_ids=dues, actor=tez.enterprise_clerk, at=AT),
        lambda: confirm_dues(due_ids=dues, actor=tez.enterprise_clerk, at=AT),
        lambda: prepare_class_dues(class_id=made.training_class.pk, at=AT),
    )
    assert answers.count("done") == 2
    assert set(answers) <= {"done", "wrong-state"}
    assert Claim.objects.count() == 3
