"""Findings: opened once, explained, closed by the supervisor."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import AT, Cast, cast, outsider
from tests.harness.races import at_once, both
from tests.orders.payment.making import approved_claims, gathered
from tests.orders.subsidy.certified import chain, move
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.orders.payment.actions.halting import stop
from wudan.orders.payment.models import Batch
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.orders.subsidy.actions.entitling import prepare_due
from wudan.oversight import queries
from wudan.oversight.actions import (
    close,
    explain,
    finding_from_batch,
    finding_from_certificate,
    open_finding,
)
from wudan.oversight.models import Finding


def halted(tez: Cast) -> Batch:
    approved_claims(tez)
    return stop(batch_id=gathered(tez).pk, reason="收到举报", actor=tez.finance, at=AT)


def refusal_of(call: Any, **given: Any) -> str:
    with pytest.raises(Refused) as caught:
        call(**given)
    return caught.value.refusal.code


@pytest.mark.django_db
def test_opened_explained_closed() -> None:
    tez = cast("370405")
    batch = halted(tez)
    finding = finding_from_batch(batch.pk, AT)
    assert finding is not None and finding == finding_from_batch(batch.pk, AT)
    assert finding.sentence == f"拨付批次{batch.number}已暂停。收到举报" and finding.evidence == batch.gaps
    given: dict[str, Any] = {"finding_id": finding.pk, "at": AT}
    assert refusal_of(explain, **given, text=" ", actor=tez.finance) == "no-text"
    explain(**given, text="已电话核实", actor=tez.finance)
    assert refusal_of(close, **given, conclusion=" ", actor=tez.supervisor) == "no-conclusion"
    for actor in (tez.finance, tez.reviewer, outsider(tez, "supervisor")):
        assert refusal_of(close, **given, conclusion="x", actor=actor) == "forbidden"
    for actor in (tez.worker, outsider(tez, "finance")):
        assert refusal_of(explain, **given, text="x", actor=actor) == "forbidden"
    closed = close(**given, conclusion="举报不实", actor=tez.supervisor)
    assert (closed.state, closed.evidence[-1]["sentence"]) == ("closed", "已电话核实")
    batch.refresh_from_db()
    assert batch.cleared_by == tez.supervisor.user_id
    assert refusal_of(close, **given, conclusion="x", actor=tez.supervisor) == "wrong-state"
    assert refusal_of(explain, **given, text="x", actor=tez.finance) == "wrong-state"
    assert finding_from_batch(batch.pk, AT) is None  # delivered again, late
    assert finding_from_batch(10**9, AT) is None
    assert refusal_of(close, finding_id=10**9, conclusion="x", actor=tez.supervisor, at=AT) == "not-found"


@pytest.mark.django_db
def test_by_hand_and_who_sees() -> None:
    tez = cast("370405")
    given: dict[str, Any] = {
        "district_id": tez.code, "kind": "payment-gap", "subject": "claim:1", "sentence": "抽查发现重复", "at": AT,
    }  # fmt: skip
    made = open_finding(**given, actor=tez.supervisor)
    assert open_finding(**given, actor=tez.finance) == made
    for actor in (tez.intake, outsider(tez, "supervisor")):
        assert refusal_of(open_finding, **given, actor=actor) == "forbidden"
    assert refusal_of(open_finding, **(given | {"sentence": ""}), actor=tez.finance) == "no-sentence"
    assert list(queries.visible_findings(tez.finance, state="open", subject="claim:1")) == [made]
    assert queries.finding(tez.supervisor, made.pk) == made
    for actor in (tez.reviewer, tez.worker, outsider(tez, "supervisor")):
        assert queries.finding(actor, made.pk) is None
    close(finding_id=made.pk, conclusion="已处理", actor=tez.supervisor, at=AT)
    assert open_finding(**given, actor=tez.supervisor) != made


@pytest.mark.django_db(transaction=True)
def test_two_deliveries_at_once() -> None:
    tez = cast("370405")
    batch = halted(tez)
    assert both(*[lambda: finding_from_batch(batch.pk, AT)] * 3) == ["done"] * 3
    assert Finding.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_report_the_same_at_once() -> None:
    tez = cast("370405")
    given: dict[str, Any] = {
        "district_id": tez.code, "kind": "payment-gap", "subject": "claim:1", "sentence": "抽查发现重复", "at": AT,
    }  # fmt: skip
    who = (tez.finance, tez.finance2, tez.supervisor)
    found = at_once(*(lambda actor=actor: open_finding(**given, actor=actor) for actor in who))  # type: ignore[misc]
    assert found == [Finding.objects.get()] * 3


@pytest.mark.django_db(transaction=True)
def test_a_revoked_certificate_told_twice_at_once() -> None:
    tez = cast("370405")
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        move(made.certificate, "revoked", revoked_on=AT.date(), reason="冒名顶替")
    found = at_once(*[lambda: finding_from_certificate(made.certificate.pk, AT)] * 3)
    opened = Finding.objects.get(kind="certificate-revoked")
    assert sorted(found, key=bool) == [None, None, opened]


@pytest.mark.django_db
def test_a_certificate_revoked_too_late_is_a_finding() -> None:
    tez = cast("370405")
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert finding_from_certificate(made.certificate.pk, AT) is None  # still valid
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        move(made.certificate, "revoked", revoked_on=AT.date(), reason="冒名顶替")
    HANDLERS["certificate:revoked"]({"certificate": made.certificate.pk}, AT)
    finding = Finding.objects.get(kind="certificate-revoked")
    assert claim.number in finding.sentence
    assert finding.evidence[0]["claim"] == claim.number
    close(finding_id=finding.pk, conclusion="已责令退回", actor=tez.supervisor, at=AT)
    assert finding_from_certificate(made.certificate.pk, AT) is None  # delivered again, late
    assert Finding.objects.filter(kind="certificate-revoked").count() == 1


@pytest.mark.django_db
def test_a_certificate_nobody_claimed_on_is_no_finding() -> None:
    tez = cast("370405")
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        move(made.certificate, "revoked", revoked_on=AT.date(), reason="冒名顶替")
    HANDLERS["certificate:revoked"]({"certificate": made.certificate.pk}, AT)
    due.refresh_from_db()
    assert due.state == "withdrawn"
    assert not Finding.objects.exists()
