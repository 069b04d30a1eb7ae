"""免申即享: a certificate makes its claim ready, or says why not; a yes makes the claim."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import AT, BASIS, Cast, cast, make_person, outsider
from tests.orders.subsidy.certified import (
    certificate,
    chain,
    learners,
    move,
    occupation,
    project,
    tag,
)
from tests.orders.subsidy.chain import refusal, submitted
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.occupations.models import OccupationLink
from wudan.orders.delivery.models import Certificate, Employment, Member
from wudan.orders.subsidy.actions.confirming import (
    confirm_due,
    confirm_dues,
    decline_due,
    reopen_due,
    state_fee,
)
from wudan.orders.subsidy.actions.entitling import (
    end_dues,
    prepare_class_dues,
    prepare_due,
    prepare_project_dues,
    refresh_dues,
    refresh_waiting,
)
from wudan.orders.subsidy.models import Due, Evidence
from wudan.orders.subsidy.queries.dues import by_class, form_of, own_dues, reasons_in_words
from wudan.people.models import PersonAccount

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def revoke(one: Certificate) -> None:
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        move(one, "revoked", revoked_on=AT.date(), reason="冒名顶替")


# --- a learner's own ----------------------------------------------------------------------------------------------
def test_a_certificate_makes_its_claim_ready(tez: Cast) -> None:
    made = chain(tez)
    tag(tez.person, "rural")
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert (due.state, due.outcome, due.amount_fen, due.scheme) == ("ready", "approved", 150_000, "training")
    form = form_of(due)
    assert (form.class_id, form.attended_days, form.occupation_code) == (
        made.training_class.number,
        18,
        "6-18-01-01",
    )
    assert (form.level, form.groups, form.certificate_number) == (4, ("rural",), made.certificate.number)
    assert (form.started_on, form.certificate_issued_on) == (date(2020, 9, 1), date(2020, 10, 30))
    assert OutboxEvent.objects.filter(topic="due:ready", payload={"due": due.pk}).exists()
    assert own_dues(tez.worker) == [due]


def test_delivered_twice_it_adds_nothing(tez: Cast) -> None:
    made = chain(tez)
    (first,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    (again,) = prepare_due(certificate_id=made.certificate.pk, at=AT + timedelta(hours=1))
    assert again == first
    assert again.evaluation_id == first.evaluation_id
    assert Due.objects.count() == 1
    assert prepare_due(certificate_id=10**9, at=AT) == []


def test_a_yes_makes_the_claim_with_its_proof(tez: Cast) -> None:
    made = chain(tez)
    tag(tez.person, "rural")
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    claim = confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    due.refresh_from_db()
    assert (due.state, due.claim_id) == ("claimed", claim.pk)
    assert (claim.state, claim.amount_fen, claim.applied_by, claim.payee) == (
        "submitted",
        150_000,
        "person",
        "person",
    )
    seen = dict(Evidence.objects.filter(claim=claim).values_list("fact", "source"))
    assert seen == {"group:rural": "区扶贫办", "attended_days": "签到记录", "certificate_number": "证书登记"}
    assert refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT).code == "wrong-state"


def test_no_account_no_claim(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        PersonAccount.objects.filter(person=tez.person).update(current=False)
    no = refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT)
    assert (no.code, no.field) == ("no-account", "account")
    assert "先登记本人的银行账户" in no.remedy
    due.refresh_from_db()
    assert (due.state, due.claim) == ("ready", None)


def test_others_may_not_confirm(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    for actor in (
        outsider(tez, "worker"),
        tez.provider_clerk,
        tez.enterprise_clerk,
        outsider(tez, "town"),
        tez.intake,
    ):
        assert refusal(confirm_due, due_id=due.pk, actor=actor, at=AT).code == "forbidden"
        assert refusal(decline_due, due_id=due.pk, actor=actor, at=AT).code == "forbidden"
    assert refusal(confirm_due, due_id=10**9, actor=tez.worker, at=AT).code == "not-found"
    assert own_dues(outsider(tez, "provider")) == []


def test_the_town_clerk_confirms_for_the_person_at_the_counter(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert refusal(confirm_due, due_id=due.pk, actor=tez.town, at=AT).code == "needs-authority"
    claim = confirm_due(due_id=due.pk, actor=tez.town, at=AT, authority="本人到场签字")
    assert claim.person_id == tez.person.pk


def test_declined_and_taken_up_again(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert decline_due(due_id=due.pk, actor=tez.worker, at=AT).state == "declined"
    assert prepare_due(certificate_id=made.certificate.pk, at=AT)[0].state == "declined"
    assert reopen_due(due_id=due.pk, actor=tez.worker, at=AT).state == "ready"


# --- why not ------------------------------------------------------------------------------------------------------
def test_the_fourth_of_a_year_is_not_due_and_says_why(tez: Cast) -> None:
    for n in range(3):
        submitted(tez, occupation_code=f"6-01-01-0{n}", class_id=f"X{n}", started_on=None, ended_on=None)
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert (due.state, due.reasons) == ("not_due", ["yearly-limit"])
    (why,) = reasons_in_words(due)
    assert "2020年已享受3次" in why.sentence
    assert "六（一）" in why.clause
    assert why.remedy
    no = refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT)
    assert no.code == "not-due-any-more"


def test_two_editions_of_one_trade_are_one(tez: Cast) -> None:
    old, new = occupation(code="6-04-01-01", edition="1999"), occupation()
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        OccupationLink.objects.create(old=old, new=new, kind="same", source=BASIS)
    first, second = chain(tez), None
    (due,) = prepare_due(certificate_id=first.certificate.pk, at=AT)
    again = certificate(tez, tez.person, chain_member(tez, old), trade=old)
    (second,) = prepare_due(certificate_id=again.pk, at=AT)
    assert due.state == "ready"
    assert form_of(second).occupation_code == "6-18-01-01"
    assert second.state == "not_due"
    assert "duplicate" in second.reasons


def chain_member(tez: Cast, trade: Any) -> Member:
    """Somebody else's class of the same days would overlap: a class without sittings."""
    other = make_person(77, name="钱七")
    return chain(tez, other, trade=trade, days=0, issued=False).members[0]


def test_a_line_without_a_subsidy_says_so(tez: Cast) -> None:
    made = chain(tez, line="veteran_adaptive", kind="completion", level=0)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert (due.state, due.scheme, due.amount_fen) == ("not_due", "", None)
    assert "没有为“退役军人适应性培训”规定补贴" in reasons_in_words(due)[0].sentence
    assert refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT).code == "not-due-any-more"


def test_unpriced_is_ready_for_a_person_to_decide() -> None:
    zc = cast("370306")
    made = chain(zc)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert (due.state, due.outcome, due.amount_fen) == ("ready", "review", None)


def test_facts_change_before_the_yes(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    for n in range(3):
        submitted(tez, occupation_code=f"6-01-01-0{n}", class_id=f"X{n}", started_on=None, ended_on=None)
    assert (
        refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT + timedelta(days=1)).code
        == "not-due-any-more"
    )
    due.refresh_from_db()
    assert due.state == "not_due"  # kept, though the confirmation was refused


def test_a_certificate_outside_a_class_pays_an_employee(tez: Cast) -> None:
    assert prepare_due(certificate_id=certificate(tez, tez.person).pk, at=AT) == []
    employed = make_person(61, name="孙六")
    tag(employed, "employee")
    first = submitted(tez, employed, occupation_code="4-01-01-01")
    Evidence.objects.create(
        claim=first, fact="insured_months", value="12", source="社保系统", seen_at=AT, actor_label="受理"
    )
    (due,) = prepare_due(certificate_id=certificate(tez, employed).pk, at=AT)
    assert (due.scheme, due.state, due.amount_fen) == ("skill_upgrade", "ready", 150_000)
    assert form_of(due).insured_months == 12


def test_the_level_held_before(tez: Cast) -> None:
    certificate(tez, tez.person, level=3, issued_on=date(2019, 5, 1))
    made = chain(tez, line="golden_blue_collar", level=2)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    assert (form_of(due).prior_level, due.outcome, due.amount_fen) == (3, "approved", 200_000)


# --- revoked ------------------------------------------------------------------------------------------------------
def test_a_revoked_certificate_ends_what_nobody_claimed(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    revoke(made.certificate)
    assert refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT).code == "wrong-state"
    due.refresh_from_db()
    assert due.state == "withdrawn"
    assert prepare_due(certificate_id=made.certificate.pk, at=AT) == []


def test_what_is_claimed_stays_with_the_claim(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    confirm_due(due_id=due.pk, actor=tez.worker, at=AT)
    revoke(made.certificate)
    assert end_dues(certificate_id=made.certificate.pk, reason="证书已撤销", at=AT) == []
    due.refresh_from_db()
    assert due.state == "claimed"


def test_every_night_the_waiting_are_asked_again(tez: Cast) -> None:
    made = chain(tez, line="poor")
    (due,) = prepare_due(certificate_id=made.certificate.pk, at=AT)
    tag(tez.person, "poor")
    assert refresh_waiting(at=AT + timedelta(days=1)) == 1
    due.refresh_from_db()
    assert form_of(due).groups == ("poor",)
    assert refresh_waiting(at=AT + timedelta(days=401)) == 0


# --- a class for its organisation -----------------------------------------------------------------------------------
def test_an_enterprise_confirms_its_class_at_once(tez: Cast) -> None:
    people = learners(3)
    made = chain(tez, *people, line="pre_job", level=5, employer=tez.enterprise)
    dues = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    assert [(d.applied_by, d.amount_fen, d.organisation_id) for d in dues] == [
        ("enterprise", 100_000, tez.enterprise.pk)
    ] * 3
    (row,) = by_class(tez.enterprise_clerk)
    assert (row.ready, row.ready_fen, row.class_id) == (3, 300_000, made.training_class.pk)
    assert own_dues(tez.provider_clerk) == []
    claims = confirm_dues(due_ids=[d.pk for d in dues], actor=tez.enterprise_clerk, at=AT)
    assert {c.payee for c in claims} == {"enterprise"}
    assert by_class(tez.enterprise_clerk)[0].claimed == 3


def test_all_or_none(tez: Cast) -> None:
    people = learners(2)
    made = chain(tez, *people, line="pre_job", level=5, employer=tez.enterprise)
    dues = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    revoke(made.certificates[0])
    no = refusal(confirm_dues, due_ids=[d.pk for d in dues], actor=tez.enterprise_clerk, at=AT)
    assert no.code == "wrong-state"
    assert Due.objects.filter(state="claimed").count() == 0


def test_a_provider_claims_for_poor_learners_by_agreement(tez: Cast) -> None:
    made = chain(tez, line="poor")
    tag(tez.person, "poor")
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    assert (due.applied_by, due.organisation_id) == ("provider", tez.provider.pk)
    assert refusal(confirm_due, due_id=due.pk, actor=tez.worker, at=AT).code == "forbidden"
    assert refusal(confirm_due, due_id=due.pk, actor=tez.provider_clerk, at=AT).code == "needs-authority"
    claim = confirm_due(due_id=due.pk, actor=tez.provider_clerk, at=AT, authority="代领-2020-9")
    assert (claim.payee, claim.authority) == ("provider", "代领-2020-9")


def test_an_apprenticeship_waits_for_the_fee(tez: Cast) -> None:
    made = chain(tez, line="new_apprentice", employer=tez.enterprise)
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    assert (due.state, due.reasons) == ("not_due", ["no-fee"])
    (due,) = state_fee(due_ids=[due.pk], fee_fen=1_000_000, actor=tez.enterprise_clerk, at=AT)
    assert (due.state, due.amount_fen) == ("ready", 600_000)
    (same,) = refresh_dues(due_ids=[due.pk], at=AT)
    assert form_of(same).fee_fen == 1_000_000
    assert (
        refusal(state_fee, due_ids=[due.pk], fee_fen=0, actor=tez.enterprise_clerk, at=AT).code
        == "bad-input:fee_fen"
    )
    assert (
        refusal(state_fee, due_ids=[due.pk], fee_fen=1, actor=tez.provider_clerk, at=AT).code == "forbidden"
    )


def test_an_apprenticeship_needs_no_certificate_and_one_issued_later_adds_nothing(tez: Cast) -> None:
    made = chain(tez, line="new_apprentice", employer=tez.enterprise, issued=False)
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    (due,) = state_fee(due_ids=[due.pk], fee_fen=800_000, actor=tez.enterprise_clerk, at=AT)
    assert (due.subject, due.state, due.amount_fen) == (f"member:{made.members[0].pk}", "ready", 480_000)
    later = certificate(tez, tez.person, made.members[0])
    (same,) = prepare_due(certificate_id=later.pk, at=AT)
    assert same == due
    assert [d.pk for d in prepare_class_dues(class_id=made.training_class.pk, at=AT)] == [due.pk]
    assert Due.objects.count() == 1


def test_a_class_that_was_cancelled_ends_its_lines(tez: Cast) -> None:
    made = chain(tez)
    (due,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        move(made.training_class, "void")
    prepare_class_dues(class_id=made.training_class.pk, at=AT)
    due.refresh_from_db()
    assert due.state == "withdrawn"


# --- projects -----------------------------------------------------------------------------------------------------
def employed(members: list[Member], count: int) -> None:
    for place, member in enumerate(members):
        Employment.objects.create(
            member=member, employed=place < count, kind="contract" if place < count else "", proof="insurance",
            since=date(2020, 10, 1) if place < count else None, insured_months=12,
            seen_on=AT.date(), recorded_at=AT, actor_label="测试",
        )  # fmt: skip


def test_a_project_advances_when_its_class_runs(tez: Cast) -> None:
    ours = project(tez)
    assert prepare_project_dues(project_id=ours.pk, at=AT) == []
    chain(tez, line="project", of_project=ours, state="running", issued=False, member_state="in_class")
    (advance,) = prepare_project_dues(project_id=ours.pk, at=AT)
    assert (advance.state, advance.amount_fen, advance.person) == ("ready", 600_000, None)
    claim = confirm_due(due_id=advance.pk, actor=tez.provider_clerk, at=AT)
    assert (claim.project_id, claim.project_stage, claim.payee) == (ours.number, "advance", "provider")


def test_a_project_whose_only_class_fell_through_waits_again(tez: Cast) -> None:
    ours = project(tez)
    made = chain(tez, line="project", of_project=ours, state="running", issued=False, member_state="in_class")
    (advance,) = prepare_class_dues(class_id=made.training_class.pk, at=AT)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        move(made.training_class, "cancelled")
    prepare_class_dues(class_id=made.training_class.pk, at=AT)
    advance.refresh_from_db()
    assert advance.state == "withdrawn"


@pytest.mark.parametrize(("count", "outcome", "fen"), [(17, "approved", 400_000), (16, "review", None)])
def test_the_balance_goes_by_employment(tez: Cast, count: int, outcome: str, fen: int | None) -> None:
    ours = project(tez)
    made = chain(tez, *learners(20), line="project", of_project=ours, days=0, issued=False)
    employed(made.members, count)
    dues = {form_of(d).project_stage: d for d in prepare_class_dues(class_id=made.training_class.pk, at=AT)}
    balance = dues["balance"]
    assert (form_of(balance).completed_count, form_of(balance).employed_count) == (20, count)
    assert (balance.outcome, balance.amount_fen) == (outcome, fen)


def test_living_allowance_goes_to_the_poor_by_days(tez: Cast) -> None:
    poor, other = learners(2)
    tag(poor, "poor")
    ours = project(tez)
    made = chain(tez, poor, other, line="project", of_project=ours, days=6, issued=False)
    dues = [
        d
        for d in prepare_class_dues(class_id=made.training_class.pk, at=AT)
        if d.scheme == "living_allowance"
    ]
    assert [(d.person, d.amount_fen, d.applied_by) for d in dues] == [(poor, 30_000, "provider")]
    claim = confirm_due(due_id=dues[0].pk, actor=tez.provider_clerk, at=AT, authority="代领1")
    assert (claim.payee, claim.amount_fen) == ("person", 30_000)
