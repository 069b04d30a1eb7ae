"""From a payment back to the orders that asked for it, and forward again from any of them; each one's own, a district's own."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, BASIS, Cast, cast, claim_form, make_person, outsider
from tests.orders.payment.making import answer, gathered, lines_of
from tests.orders.subsidy.certified import Chain, chain, learners, project
from tests.orders.subsidy.chain import LATER, PROOFS, publish
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.history import acting
from wudan.orders.delivery.models import Assessment, Score
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import PaymentLine
from wudan.orders.payment.trail.queries import STATIONS, Trail, trail
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.confirming import confirm_due
from wudan.orders.subsidy.actions.entitling import prepare_due, prepare_project_dues
from wudan.orders.subsidy.actions.noticing import close_due_notices
from wudan.orders.subsidy.actions.reviewing import accept, pass_first, pass_second
from wudan.orders.subsidy.models import Claim

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def pay(tez: Cast, claim: Claim) -> PaymentLine:
    """All the way to the bank's answer."""
    accept(claim_id=claim.pk, actor=tez.intake, at=AT)
    pass_first(claim_id=claim.pk, actor=tez.intake, at=AT, verified_groups=PROOFS)
    pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT)
    publish(tez, claim)
    close_due_notices(at=LATER)
    approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    claim.refresh_from_db()
    batch = gathered(tez, pool_id=tez.pools[claim.fund].pk, at=LATER)
    sign(batch_id=batch.pk, actor=tez.finance2, at=LATER)
    send(batch_id=batch.pk, actor=tez.finance, at=LATER)
    content = answer(lines_of(batch))
    record_return(batch_id=batch.pk, file_name="a.csv", content=content, actor=tez.finance, at=LATER)
    return PaymentLine.objects.get(claim=claim)


def sat(made: Chain) -> Assessment:
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        sitting = Assessment.objects.create(
            training_class=made.training_class,
            held_on=made.training_class.ended_on,
            place="一号车间",
            parts="both",
        )
        for member in made.members:
            Score.objects.create(
                assessment=sitting, member=member, theory_tenths=800, practice_tenths=850, passed=True
            )
    return sitting


def ids(found: Trail | None) -> dict[str, list[int]]:
    assert found is not None
    return {s.kind: sorted(step.subject_id for step in s.steps) for s in found.stations}


def whole(made: Chain, sitting: Assessment, due_id: int, line: PaymentLine) -> dict[str, list[int]]:
    return {
        "order": [made.order.pk], "proposal": [made.proposal.pk], "entry": [made.entry.pk], "offer": [made.offer.pk],
        "enrolment": [made.members[0].enrolment_id], "class": [made.training_class.pk], "assessment": [sitting.pk],
        "certificate": [made.certificate.pk], "due": [due_id], "claim": [line.claim_id], "batch": [line.batch_id],
        "line": [line.pk],
    }  # fmt: skip


def paid_chain(tez: Cast) -> tuple[Chain, dict[str, list[int]]]:
    made = chain(tez, tez.person, *learners(2))
    sitting = sat(made)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    claim.refresh_from_db()
    return made, whole(made, sitting, due.pk, pay(tez, claim))


def test_every_step_leads_to_every_other(tez: Cast) -> None:
    made, expected = paid_chain(tez)
    personal = ("line", "claim", "due", "certificate", "enrolment", "order")
    for kind in STATIONS:
        if kind == "project":
            continue
        found = ids(trail(tez.supervisor, kind, expected[kind][0]))
        if kind in (*personal, "batch"):
            assert found == expected, kind
        else:  # a class, an offer … is about all its learners
            assert all(set(expected[k]) <= set(found[k]) for k in expected), kind
            assert len(found["certificate"]) == 3, kind
    assert made.training_class.pk


def test_a_step_says_what_it_is(tez: Cast) -> None:
    made, expected = paid_chain(tez)
    found = trail(tez.finance, "line", expected["line"][0])
    assert found is not None
    steps = {s.kind: s.steps[0] for s in found.stations}
    assert found.here.kind == "line"
    assert (steps["line"].amount_fen, steps["line"].state_label) == (150_000, "已付")
    assert "王*明" in steps["line"].note
    assert steps["certificate"].label == f"职业技能等级证书 {made.certificate.number}"
    assert steps["class"].label.startswith(made.training_class.number)
    assert (steps["order"].on, steps["order"].state_label) == (AT.date(), "已培训")
    assert not any("王小明" in s.label + s.note for s in steps.values())


def test_who_may_follow_it(tez: Cast) -> None:
    made, expected = paid_chain(tez)
    for actor in (
        outsider(tez, "supervisor"),
        outsider(tez, "worker"),
        tez.provider_clerk,
        tez.enterprise_clerk,
        tez.system,
    ):
        for kind in ("line", "claim", "class", "order", "entry"):
            assert trail(actor, kind, expected[kind][0]) is None
    assert trail(tez.supervisor, "claim", 10**9) is None
    assert trail(tez.supervisor, "wallet", 1) is None
    assert trail(tez.worker, "class", expected["class"][0]) is None  # nobody's own
    mine = ids(trail(tez.worker, "line", expected["line"][0]))
    assert "batch" not in mine
    assert mine["class"] == expected["class"]
    assert mine["certificate"] == expected["certificate"]
    other = made.members[1].enrolment_id
    assert trail(tez.worker, "enrolment", other) is None


def test_an_order_shows_how_far_it_came(tez: Cast) -> None:
    made = chain(tez, state="running", issued=False, member_state="in_class")
    found = ids(trail(tez.intake, "order", made.order.pk))
    assert found["class"] == [made.training_class.pk]
    assert found["certificate"] == found["claim"] == found["line"] == []


def test_a_claim_from_outside_the_chain(tez: Cast) -> None:
    claim = submit(
        district_id=tez.code, applied_by="person", form=claim_form(), person_id=tez.person.pk, actor=tez.worker, at=AT
    )  # fmt: skip
    found = ids(trail(tez.reviewer, "claim", claim.pk))
    assert found["claim"] == [claim.pk]
    assert not any(found[k] for k in found if k != "claim")


def test_a_project_from_its_claim(tez: Cast) -> None:
    ours = project(tez)
    made = chain(
        tez,
        *learners(2),
        line="project",
        of_project=ours,
        state="running",
        issued=False,
        member_state="in_class",
    )
    (advance,) = prepare_project_dues(project_id=ours.pk, at=AT)
    claim = confirm_due(due_id=advance.pk, actor=tez.provider_clerk, at=AT)
    found = ids(trail(tez.finance, "claim", claim.pk))
    assert (found["project"], found["offer"], found["class"]) == (
        [ours.pk],
        [made.offer.pk],
        [made.training_class.pk],
    )
    assert found["order"] == [made.order.pk]
    back = ids(trail(tez.finance, "project", ours.pk))
    assert back["claim"] == [claim.pk]
    assert back["due"] == [advance.pk]


def test_names_of_a_restricted_roster_are_nowhere() -> None:
    zc = cast("370306")
    ours = project(zc, line="project_custodial", restricted=True)
    person = make_person(55, name="郑九")
    made = chain(zc, person, line="project_custodial", of_project=ours)
    found = trail(zc.supervisor, "class", made.training_class.pk)
    assert found is not None
    said = [step.note for s in found.stations if s.kind in ("enrolment", "certificate") for step in s.steps]
    assert said
    assert all("限制知悉" in note for note in said)


def test_the_number_of_queries_is_fixed(tez: Cast) -> None:
    def cost(actor: Actor, kind: str, pk: int) -> int:
        with CaptureQueriesContext(connection) as seen:
            assert trail(actor, kind, pk) is not None
        return len(seen)

    small, large = chain(tez, days=0), chain(tez, *learners(8), days=0)
    for made in (small, large):
        for one in made.certificates:
            prepare_due(certificate_id=one.pk, at=AT)
    few: Any = cost(tez.supervisor, "class", small.training_class.pk)
    assert cost(tez.supervisor, "class", large.training_class.pk) == few
    assert few <= 45
