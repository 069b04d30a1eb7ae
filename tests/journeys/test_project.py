"""A project for poor workers (项目制): contract, 60 % in advance, a living allowance by days attended, the balance at 85 % employed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import cast
from tests.journeys.walking import Walk
from wudan.funds.queries import balances_now, ledger_check
from wudan.orders.catalogue.actions.projects import (
    call_project,
    contract_project,
    finish_project,
    plan_project,
    start_project,
)
from wudan.orders.delivery.actions.employing import EmploymentRow, record_employment
from wudan.orders.delivery.models import Member
from wudan.orders.delivery.queries.employment import project_rate
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.subsidy.actions.confirming import confirm_dues
from wudan.orders.subsidy.actions.entitling import prepare_project_dues
from wudan.orders.subsidy.models import Claim

pytestmark = pytest.mark.django_db
HEADS, CONTRACT = 7, 5_000_001  # fen: 60 % does not come out even


def test_a_project_for_poor_workers() -> None:
    walk = Walk(cast())
    tez = walk.tez
    walk.publish()
    project = plan_project(
        district_id=tez.code,
        title="贫困劳动力电工培训",
        line="project",
        group="poor",
        heads=HEADS,
        actor=tez.intake,
        at=walk.at,
    )
    call_project(project_id=project.pk, until=walk.day + timedelta(days=10), actor=tez.intake, at=walk.at)
    walk.go(12)
    contract_project(
        project_id=project.pk, provider_id=tez.provider.pk, contract_number="台培合〔2020〕1号", contract_fen=CONTRACT,
        procurement="竞争性磋商", period=(walk.day, walk.day + timedelta(days=200)), actor=tez.reviewer, at=walk.at,
    )  # fmt: skip
    start_project(project_id=project.pk, actor=tez.intake, at=walk.at)
    offer = walk.offer(
        "project",
        first=walk.day + timedelta(days=30),
        places=HEADS,
        project_id=project.pk,
        provider_id=tez.provider.pk,
    )
    people = [walk.person(3000 + n, "poor") for n in range(HEADS)]
    for person in people:
        pick(
            offer_id=offer.pk,
            person_id=person.pk,
            chosen_by="town",
            consent="本人当面同意",
            actor=tez.town,
            at=walk.at,
        )

    held = walk.opened(offer)
    walk.work()
    walk.taught(held, away={0: 1})
    advance = _claimed(walk, "advance", 3_000_000)  # 60 % of 5,000,001 fen, rounded down
    walk.finished(held)

    living = walk.dues(scheme="living_allowance", state="ready")
    assert (
        sorted(d.amount_fen or 0 for d in living) == [45_000] + [50_000] * 6
    )  # nine days, and ten up to the cap
    confirm_dues(
        due_ids=[d.pk for d in living], actor=tez.provider_clerk, at=walk.at, authority="代领协议〔2020〕1号"
    )
    allowances = list(Claim.objects.filter(scheme="living_allowance").values_list("pk", flat=True))
    walk.reviewed([advance, *allowances])
    walk.paid([advance, *allowances])
    assert {c.payee for c in Claim.objects.filter(scheme="living_allowance")} == {"person"}
    assert {c.fund for c in Claim.objects.filter(scheme="living_allowance")} == {"employment_subsidy"}

    members = list(Member.objects.filter(training_class=held, state="completed").order_by("pk"))
    assert len(members) == HEADS
    walk.go(60)
    _employed(walk, held.pk, [m.pk for m in members[:5]])
    rate = project_rate(project.pk)
    assert rate is not None and (rate.employed, rate.needed, rate.met) == (5, 6, False)
    prepare_project_dues(project_id=project.pk, at=walk.at)
    [short] = walk.dues(subject=f"project:{project.pk}:balance")
    assert (short.outcome, short.amount_fen) == (
        "review",
        None,
    )  # the document does not say: a person decides

    _employed(walk, held.pk, [members[5].pk])  # the sixth tips it
    finish_project(project_id=project.pk, actor=tez.intake, at=walk.at)
    prepare_project_dues(project_id=project.pk, at=walk.at)
    balance = _claimed(walk, "balance", CONTRACT - 3_000_000)
    walk.reviewed([balance])
    walk.paid([balance])
    assert ledger_check(tez.code) == []
    special = balances_now([tez.pools["training_special"].pk])[tez.pools["training_special"].pk]
    assert (special.paid, special.reserved) == (CONTRACT, 0)


def _claimed(walk: Walk, stage: str, fen: int) -> int:
    [due] = [d for d in walk.dues(scheme="project") if d.subject.endswith(f":{stage}")]
    assert (due.state, due.amount_fen, due.outcome) == ("ready", fen, "approved")
    [claim] = confirm_dues(
        due_ids=[due.pk], actor=walk.tez.provider_clerk, at=walk.at, authority="台培合〔2020〕1号"
    )
    return claim.pk


def _employed(walk: Walk, class_id: int, members: list[int]) -> None:
    rows = [
        EmploymentRow(m, employed=True, since=walk.day, employer_name="鲁南纺织公司", kind="contract", proof="insurance", insured_months=2)
        for m in members
    ]  # fmt: skip
    record_employment(class_id=class_id, rows=rows, actor=walk.tez.intake, at=walk.at)
    walk.work()
