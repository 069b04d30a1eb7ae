"""Two at once: the message delivered twice, and two taps on the button."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

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


def test_an_answer_waits_for_the_one_who_confirms() -> None:
    """What was claimed is what the line says: an answer that comes in between is refused, not written over it."""
    tez = cast("370405")
    with_own_columns(tez)
    (due,) = prepare_due(certificate_id=chain(tez).certificate.pk, at=AT)
    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            Due.objects.select_for_update().get(pk=due.pk)
            answer = other.submit(
                both,
                lambda: state_own(due_ids=[due.pk], own={"contract_months": 24}, actor=tez.worker, at=AT),
            )
            _until_somebody_waits_for_us()
            confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
        assert answer.result(30) == ["wrong-state"]
    due.refresh_from_db()
    assert (due.state, due.outcome) == ("claimed", "approved")
    assert due.form["own"] == Claim.objects.get().own == {}


def _until_somebody_waits_for_us() -> None:
    waiting = (
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    )
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.05)
    raise AssertionError("nobody waits for the line")


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
