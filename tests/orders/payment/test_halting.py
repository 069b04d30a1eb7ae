"""Out of a halt: the supervisor closes the finding, finance resumes, all sums agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from tests.cast import AT, Cast, cast, outsider
from tests.orders.payment.making import answer, approved_claims, forge, gathered, lines_of, sent, table
from wudan.kernel.errors import Refused
from wudan.orders.payment.actions.gathering import remove_line
from wudan.orders.payment.actions.halting import clear, resume, stop
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import sign
from wudan.orders.payment.models import Batch
from wudan.oversight.actions import close, finding_from_batch

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def refusal_of(call: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**given)
    return caught.value.refusal.code


def cleared(tez: Cast, batch: Batch) -> None:
    finding = finding_from_batch(batch.pk, AT)
    assert finding is not None
    close(finding_id=finding.pk, conclusion="已核实", actor=tez.supervisor, at=AT)


def test_back_to_drafting_and_signed_anew(tez: Cast) -> None:
    approved_claims(tez, [100, 200], published=[100, 201])
    batch = gathered(tez)
    assert refusal_of(resume, batch_id=batch.pk, actor=tez.finance, at=AT) == "finding-open"
    cleared(tez, batch)
    assert refusal_of(resume, batch_id=batch.pk, actor=tez.finance, at=AT) == "still-gaps"
    remove_line(line_id=lines_of(batch)[1].pk, reason="公示有误", actor=tez.finance, at=AT)
    for actor in (tez.supervisor, outsider(tez, "finance")):
        assert refusal_of(resume, batch_id=batch.pk, actor=actor, at=AT) == "forbidden"
    batch = resume(batch_id=batch.pk, actor=tez.finance, at=AT)
    assert (batch.state, batch.gaps, batch.signed_by) == ("drafted", [], None)
    assert refusal_of(resume, batch_id=batch.pk, actor=tez.finance, at=AT) == "wrong-state"
    assert sign(batch_id=batch.pk, actor=tez.finance2, at=AT).state == "signed"


def test_back_to_waiting_for_the_bank(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    given: dict[str, Any] = {"batch_id": batch.pk, "file_name": "a.csv", "actor": tez.finance, "at": AT}
    record_return(**given, content=table([["P1", "1", "成功", ""]]))
    cleared(tez, batch)
    assert resume(batch_id=batch.pk, actor=tez.finance, at=AT).state == "sent"
    assert record_return(**given, content=answer(lines_of(batch))).accepted


def test_a_second_halt_needs_a_second_word(tez: Cast) -> None:
    approved_claims(tez)
    batch = sent(tez)
    for _ in range(2):
        stop(batch_id=batch.pk, reason="收到举报", actor=tez.finance2, at=AT)
        assert refusal_of(resume, batch_id=batch.pk, actor=tez.finance, at=AT) == "finding-open"
        cleared(tez, batch)
        batch = resume(batch_id=batch.pk, actor=tez.finance, at=AT)


def test_stop_by_hand(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    sign(batch_id=batch.pk, actor=tez.finance2, at=AT)
    given: dict[str, Any] = {"batch_id": batch.pk, "reason": "收到举报", "actor": tez.finance, "at": AT}
    for change, why in (
        ({"reason": " "}, "no-reason"),
        ({"actor": tez.reviewer}, "forbidden"),
        ({"actor": outsider(tez, "finance")}, "forbidden"),
        ({"batch_id": 10**9}, "not-found"),
    ):
        assert refusal_of(stop, **(given | change)) == why
    assert stop(**given).gaps == [
        {"code": "stopped", "sentence": "收到举报", "reference": "", "claim": "", "published_fen": None,
         "payable_fen": None, "line_fen": None, "received_fen": None}
    ]  # fmt: skip
    assert refusal_of(stop, **given) == "wrong-state"


def test_only_the_supervisor_clears_and_only_a_halt(tez: Cast) -> None:
    approved_claims(tez)
    batch = gathered(tez)
    given: dict[str, Any] = {"batch_id": batch.pk, "conclusion": "x", "at": AT}
    assert refusal_of(clear, **given, actor=tez.supervisor) == "not-halted"
    stop(batch_id=batch.pk, reason="x", actor=tez.finance, at=AT)
    for actor in (tez.finance, outsider(tez, "supervisor")):
        assert refusal_of(clear, **given, actor=actor) == "forbidden"
    for sql in ("state = 'drafted'", "state = 'sent'"):
        with pytest.raises((DatabaseError, Refused)), transaction.atomic():
            forge(f"UPDATE payment_batch SET {sql} WHERE id = {batch.pk}")
