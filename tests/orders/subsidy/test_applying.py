"""申请: who may hand in what for whom, and what comes back at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.cast import AT, cast, claim_form, make_actor, make_organisation, outsider
from tests.orders.subsidy.chain import person, refusal, submitted
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import submit, submit_many
from wudan.orders.subsidy.actions.correcting import withdraw
from wudan.orders.subsidy.models import Claim, Roster
from wudan.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def hand_in(tez, actor, who, applied_by="person", organisation=None, authority="", **changes):
    return {
        "district_id": tez.code,
        "applied_by": applied_by,
        "form": claim_form(**changes),
        "person_id": who.pk if who else None,
        "organisation_id": organisation.pk if organisation else None,
        "authority": authority,
        "actor": actor,
        "at": AT,
    }


def test_a_worker_applies_for_himself_and_is_decided_at_once():
    tez = cast()
    claim = submit(**hand_in(tez, tez.worker, tez.person))
    claim.refresh_from_db()
    assert (claim.state, claim.outcome, claim.amount_fen, claim.payee) == (
        "submitted",
        "approved",
        150_000,
        "person",
    )
    assert claim.fund == "unemployment_insurance"
    assert claim.number == f"3704052020{claim.pk:07d}"
    assert claim.due_on == date(2020, 11, 19)  # three working days
    assert claim.evaluation and claim.evaluation.subject == f"claim:{claim.pk}"
    assert str(tez.person.number()) not in str(claim.evaluation.facts)


def test_a_worker_applies_for_nobody_else():
    tez = cast()
    assert refusal(submit, **hand_in(tez, tez.worker, person())).code == "forbidden"


def test_a_provider_on_signed_authority_is_paid_itself():
    tez = cast()
    claim = submitted(tez)
    assert (claim.payee, claim.authority) == ("provider", "代领-2020-001")


def test_a_provider_without_authority_is_refused():
    tez = cast()
    asked = hand_in(tez, tez.provider_clerk, tez.person, "provider", tez.provider)
    assert refusal(submit, **asked).code == "needs-authority"


def test_an_organisation_acts_for_itself_only():
    tez = cast()
    other = make_organisation(tez.code, "provider", 2)
    asked = hand_in(tez, tez.provider_clerk, tez.person, "provider", other, "代领-1")
    assert refusal(submit, **asked).code == "forbidden"


def test_an_organisation_of_another_district_is_refused():
    tez = cast()
    stranger = outsider(tez, "provider")
    home = Organisation.objects.get(pk=stranger.organisation_id)
    asked = hand_in(tez, stranger, tez.person, "provider", home, "代领-1")
    assert refusal(submit, **asked).code == "forbidden"


def test_a_suspended_organisation_is_refused():
    tez = cast()
    with acting(actor=SYSTEM, at=AT, basis="测试"):
        Organisation.objects.filter(pk=tez.enterprise.pk).update(suspended=True)
    asked = hand_in(tez, tez.enterprise_clerk, tez.person, "enterprise", tez.enterprise)
    assert refusal(submit, **asked).code == "organisation-suspended"


def test_the_way_of_applying_must_be_the_actors_own():
    tez = cast()
    asked = hand_in(tez, tez.enterprise_clerk, tez.person, "provider", tez.enterprise, "代领-1")
    assert refusal(submit, **asked).code == "forbidden"
    assert refusal(submit, **hand_in(tez, tez.intake, tez.person)).code == "forbidden"


def test_a_town_clerk_needs_the_persons_consent_in_writing():
    tez = cast()
    assert refusal(submit, **hand_in(tez, tez.town, tez.person)).code == "needs-authority"
    claim = submit(**hand_in(tez, tez.town, tez.person, authority="本人到场签字"))
    assert claim.applied_by == "person"
    assert (
        refusal(submit, **hand_in(tez, outsider(tez, "town"), person(2), authority="签字")).code
        == "forbidden"
    )


def test_bad_input_names_every_column_in_the_rulebooks_words():
    tez = cast()
    asked = hand_in(tez, tez.worker, tez.person, level=9, ended_on=date(2020, 8, 1))
    with pytest.raises(Refused) as no:
        submit(**asked)
    found = {r.field: r for r in no.value.refusals}
    assert {"level", "ended_on"} <= found.keys()
    assert "0至5" in found["level"].sentence and found["level"].remedy
    assert not Claim.objects.exists()


def test_the_same_application_again_is_one_application():
    tez = cast()
    first = submitted(tez)
    again = refusal(submit, **hand_in(tez, tez.worker, tez.person))
    assert again.code == "claim_once" and first.number in again.sentence
    withdraw(claim_id=first.pk, actor=tez.provider_clerk, at=AT)
    assert submit(**hand_in(tez, tez.worker, tez.person)).pk != first.pk


def test_only_the_enterprise_can_claim_what_is_paid_to_it():
    tez = cast()
    same = {"scheme": "apprenticeship", "fee_fen": 1_000_000}
    no = refusal(submit, **hand_in(tez, tez.worker, tez.person, **same))
    assert no.code == "payee-needs-organisation" and no.clause
    claim = submit(**hand_in(tez, tez.enterprise_clerk, tez.person, "enterprise", tez.enterprise, **same))
    assert (claim.payee, claim.amount_fen) == ("enterprise", 600_000)


def test_a_project_is_claimed_by_the_provider_without_a_person():
    tez = cast()
    project = {
        "scheme": "project", "project_id": "XM-1", "project_stage": "advance", "contract_fen": 5_000_000,
        "groups": "", "certificate_type": "", "certificate_issued_on": None,
    }  # fmt: skip
    claim = submit(**hand_in(tez, tez.provider_clerk, None, "provider", tez.provider, **project))
    assert (claim.person_id, claim.outcome, claim.amount_fen) == (None, "approved", 3_000_000)
    no = refusal(
        submit, **hand_in(tez, tez.provider_clerk, tez.person, "provider", tez.provider, "x", **project)
    )
    assert no.code == "bad-input:scheme"
    other = make_organisation(tez.code, "provider", 7)
    clerk = make_actor(Role.PROVIDER, organisation=other)
    second = submit(**hand_in(tez, clerk, None, "provider", other, **project))
    assert (second.outcome, second.reasons) == ("rejected", ["duplicate"])


def test_claims_are_measured_in_the_order_of_applying():
    tez = cast()
    who = person()
    days = [date(2020, m, 1) for m in (2, 4, 6, 8)]
    made = [
        submitted(tez, who, occupation_code=f"6-18-02-0{n}", class_id=f"K{n}", started_on=day, ended_on=day)
        for n, day in enumerate(days)
    ]
    assert [c.outcome for c in made] == ["approved", "approved", "approved", "rejected"]
    assert made[3].reasons == ["yearly-limit"] and made[3].amount_fen == 0
    withdraw(claim_id=made[0].pk, actor=tez.provider_clerk, at=AT)
    fifth = {"occupation_code": "6-18-02-09", "class_id": "K9", "started_on": days[3], "ended_on": days[3]}
    again = submitted(tez, who, **fifth)
    assert again.outcome == "rejected"  # the fourth was there before and has the place that fell free
    withdraw(claim_id=made[3].pk, actor=tez.provider_clerk, at=AT)
    withdraw(claim_id=again.pk, actor=tez.provider_clerk, at=AT)
    assert submitted(tez, who, **fifth).outcome == "approved"


def test_many_at_once_are_saved_whole_or_not_at_all():
    tez = cast()
    people = [person(n) for n in range(3, 6)]
    roster = Roster.objects.create(
        district=tez.district, organisation=tez.provider, file_name="名册.xlsx", file_hash="1", file_sealed=b"1",
        uploaded_at=AT, uploaded_by=tez.provider_clerk.user_id,
    )  # fmt: skip
    form = claim_form()
    whole = {
        "district_id": tez.code, "applied_by": "provider", "organisation_id": tez.provider.pk, "authority": "代领-1",
        "roster_id": roster.pk, "actor": tez.provider_clerk, "at": AT,
    }  # fmt: skip
    bad = replace(form, level=7)
    with pytest.raises(Refused) as no:
        submit_many(forms=[(form, people[0].pk), (bad, people[1].pk)], rows=[4, 5], **whole)
    assert no.value.refusal.sentence.startswith("第5行：")
    assert not Claim.objects.exists()
    claims = submit_many(forms=[(form, p.pk) for p in people], rows=[4, 5, 6], **whole)
    assert [c.roster_row for c in claims] == [4, 5, 6]
    assert len({c.number for c in claims}) == 3
    assert sorted(c.number for c in claims) == [c.number for c in claims]
    twice = [(form, person(9).pk)] * 2
    with pytest.raises(Refused) as no:
        submit_many(forms=twice, rows=[7, 8], **whole)
    assert (no.value.refusal.code, no.value.refusal.sentence[:4]) == ("claim_once", "第8行：")


def test_the_system_saves_confirmed_rosters_only():
    tez = cast()
    forms = [(claim_form(), tez.person.pk)]
    asked = {
        "district_id": tez.code, "applied_by": "provider", "organisation_id": tez.provider.pk, "authority": "代领-1",
        "forms": forms, "actor": SYSTEM, "at": AT,
    }  # fmt: skip
    assert refusal(submit_many, **asked).code == "forbidden"
    roster = Roster.objects.create(
        district=tez.district, organisation=tez.provider, file_name="名册.xlsx", file_hash="1", file_sealed=b"1",
        uploaded_at=AT, uploaded_by=tez.provider_clerk.user_id,
    )  # fmt: skip
    (claim,) = submit_many(roster_id=roster.pk, rows=[2], **asked)
    assert claim.submitted_by == tez.provider_clerk.user_id


def test_many_take_a_fixed_number_of_statements(django_assert_max_num_queries):
    tez = cast()
    people = [person(n) for n in range(20, 60)]
    with django_assert_max_num_queries(40):
        submit_many(
            district_id=tez.code, applied_by="provider", organisation_id=tez.provider.pk, authority="代领-1",
            forms=[(claim_form(), p.pk) for p in people], rows=list(range(2, 42)), actor=tez.provider_clerk, at=AT,
        )  # fmt: skip
