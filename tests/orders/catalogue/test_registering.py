"""机构备案: what is needed, who decides, the clock, each line of adequacy from both sides, and when it is in force."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, make_organisation, outsider
from tests.harness.races import both
from tests.organisations.making import added_venue, filed_teacher, occupation
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.occupations.actions import LinkRow, link_occupations, load_occupations
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions.registering import (
    Proof,
    RegistrationForm,
    accept_registration,
    end_expired_registrations,
    end_registration,
    file_registration,
    list_registration,
    refile_registration,
    refuse_registration,
    restore_registration,
    return_registration,
    suspend_registration,
    withdraw_registration,
)
from wudan.orders.catalogue.models import Registration
from wudan.orders.catalogue.queries.registrations import (
    providers_for,
    public_registrations,
    registered,
    registrations_of,
    shortcomings,
)
from wudan.organisations.actions import crediting
from wudan.organisations.actions.organising import suspend

DAY = date(2020, 11, 16)


@pytest.fixture
def here(db):
    return cast(pools=False)


def _form(here, **changes):
    """Two listed teachers, a workshop for 40 with 20 benches, a licence number, an equipment list."""
    if "proofs" not in changes:
        teachers = [filed_teacher(here, n=n) for n in (700, 701)]
        place = added_venue(here)
        changes["proofs"] = _proofs([t.pk for t in teachers], [place.pk])
    values = {
        "occupation_id": occupation().pk,
        "level": 4,
        "certificate_type": "skill_level",
        "capacity": 40,
        "statement": "民办职业培训学校，2015年设立。",
    }
    return RegistrationForm(**values | changes)


def _proofs(teachers, venues, licence="鲁民3704050001号"):
    return [
        Proof("licence", "民办学校办学许可证", licence),
        *(Proof("teacher", teacher_id=pk) for pk in teachers),
        *(Proof("venue", venue_id=pk) for pk in venues),
        Proof("equipment", "氩弧焊机20台、切割机2台"),
    ]


def _file(here, form=None, **changes):
    return file_registration(
        provider_id=here.provider.pk, form=form or _form(here, **changes), actor=here.provider_clerk, at=AT
    )


def _listed(here, form=None, **changes):
    made = _file(here, form, **changes)
    accept_registration(registration_id=made.pk, actor=here.intake, at=AT)
    return list_registration(registration_id=made.pk, actor=here.reviewer, at=AT)


def _codes(call) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    assert all(refusal.remedy for refusal in caught.value.refusals)
    return [refusal.code for refusal in caught.value.refusals]


class TestTheWay:
    def test_filed_accepted_listed_with_the_clock_of_the_parameters(self, here):
        made = _file(here)
        assert (made.state, made.due_on) == ("filed", date(2020, 11, 19))  # 3 working days
        accepted = accept_registration(registration_id=made.pk, actor=here.intake, at=AT)
        assert accepted.due_on == date(2020, 11, 25)  # 7 working days
        listed = list_registration(registration_id=made.pk, actor=here.reviewer, at=AT)
        assert (listed.state, listed.due_on, listed.decided_by) == ("listed", None, here.reviewer.user_id)
        topics = list(
            OutboxEvent.objects.filter(topic__startswith="registration").values_list("topic", flat=True)
        )
        assert sorted(topics) == ["registration:filed", "registration:listed"]

    def test_in_force_from_the_day_of_listing_to_the_last_of_its_365_days(self, here):
        made = _listed(here)
        on = lambda day: registered(here.provider.pk, made.occupation_id, 4, day)  # noqa: E731
        last = DAY + timedelta(364)
        assert [on(d) is not None for d in (DAY - timedelta(1), DAY, last, last + timedelta(1))] == [
            False, True, True, False,
        ]  # fmt: skip
        assert registered(here.provider.pk, made.occupation_id, 3, DAY) is None  # another level
        assert list(public_registrations(here.code, DAY)) == [made]
        assert providers_for(made.occupation_id, 4, DAY) == [made]

    def test_the_same_occupation_under_an_older_code_is_registered_too(self, here):
        made = _listed(here)
        old = "版本,职业编码,职业名称,出处\n1999,6-04-02-05,焊工,测试\n".encode()
        load_occupations(content=old, file_name="a.csv", actor=here.policy, at=AT)
        assert registered(here.provider.pk, named("焊工", "1999").pk, 4, DAY) is None
        link = LinkRow(("1999", "焊工"), ("2022", "焊工"), "same", "测试")
        link_occupations(links=[link], actor=here.policy, at=AT)
        assert registered(here.provider.pk, named("焊工", "1999").pk, 4, DAY) == made
        again = _form(here, occupation_id=named("焊工", "1999").pk, proofs=self._evidence(made))
        assert _codes(lambda: _file(here, again)) == ["already-registered"]

    def test_returned_filed_again_and_the_clock_begins_anew(self, here):
        made = _file(here)
        return_registration(registration_id=made.pk, reason="设备清单不全", actor=here.intake, at=AT)
        assert registrations_of(here.intake, state="open").count() == 0
        later = AT + timedelta(days=7)
        form = _form(here, proofs=self._evidence(made), capacity=30)
        again = refile_registration(registration_id=made.pk, form=form, actor=here.provider_clerk, at=later)
        assert (again.state, again.capacity, again.due_on) == ("filed", 30, date(2020, 11, 26))

    def test_suspended_is_not_in_force_restored_is_ended_is_over(self, here):
        made = _listed(here)
        ask = lambda: registered(here.provider.pk, made.occupation_id, 4, DAY)  # noqa: E731
        suspend_registration(registration_id=made.pk, reason="抽查发现教师未到岗", actor=here.intake, at=AT)
        assert ask() is None
        restore_registration(registration_id=made.pk, reason="整改完毕", actor=here.reviewer, at=AT)
        assert ask() == made
        end_registration(registration_id=made.pk, reason="不再办学", actor=here.provider_clerk, at=AT)
        assert ask() is None

    def test_the_system_ends_what_has_expired_once(self, here):
        made = _listed(here)
        at = lambda days: AT + timedelta(days=days)  # noqa: E731
        assert end_expired_registrations(at(364)) == 0
        assert end_expired_registrations(at(365)) == 1
        assert end_expired_registrations(at(365)) == 0
        assert Registration.objects.get(pk=made.pk).state == "ended"

    def test_withdrawn_by_the_provider_and_filed_anew(self, here):
        made = _file(here)
        form = _form(here, proofs=self._evidence(made))
        withdraw_registration(registration_id=made.pk, actor=here.provider_clerk, at=AT)
        assert _file(here, form).state == "filed"

    def test_public_and_private_pass_the_same_gates(self, here):
        asked = []
        for nature in ("公办", "民办"):
            here.provider.nature = nature
            asked.append([f.code for f in shortcomings(_unsaved(here), DAY)])
        assert asked[0] == asked[1]
        assert asked[0] == [
            "no-licence",
            "too-few-teachers",
            "too-few-seats",
            "too-few-workplaces",
            "no-equipment",
        ]

    def _evidence(self, made):
        return [
            Proof(e.kind, e.content, e.reference, e.teacher_id, e.venue_id)
            for e in made.evidence.order_by("pk")
        ]


def _unsaved(here):
    return Registration(
        district=here.district, provider=here.provider, occupation=occupation(), level=4, capacity=10, pk=0
    )


class TestTheForm:
    def test_everything_missing_is_said_at_once(self, here):
        form = _form(here, proofs=[], level=4, capacity=0, certificate_type="none")
        assert _codes(lambda: _file(here, form)) == [
            "bad-certificate", "bad-capacity", "no-licence", "no-teacher", "no-venue", "no-equipment",
        ]  # fmt: skip
        assert _codes(lambda: _file(here, replace(form, occupation_id=10**9)))[0] == "unknown-occupation"
        assert not Registration.objects.exists()

    @pytest.mark.parametrize(("capacity", "good"), [(1, True), (0, False), (5000, True), (5001, False)])
    def test_capacity_has_its_bounds(self, here, capacity, good):
        form = _form(here, capacity=capacity)
        if good:
            assert _file(here, form).capacity == capacity
        else:
            assert _codes(lambda: _file(here, form)) == ["bad-capacity"]

    def test_a_special_skill_has_no_level(self, here):
        from wudan.occupations.actions import register_special

        special = register_special(
            name="周村烧饼制作", source="鲁职鉴〔2020〕9号", actor=here.reviewer, at=AT
        )
        assert _codes(lambda: _file(here, _form(here, occupation_id=special.pk))) == ["bad-level"]

    def test_teachers_and_places_of_others_are_no_evidence(self, here):
        other = make_organisation(here.code, "provider", 2)
        place = added_venue(here, other)
        form = _form(here, proofs=[*_proofs([], [place.pk]), Proof("teacher", teacher_id=10**9)])
        assert _codes(lambda: _file(here, form)) == ["not-own", "not-own"]


class TestAdequacy:
    def _shortcomings(self, made):
        return [fault.code for fault in shortcomings(made, DAY)]

    def test_two_teachers_are_enough_one_is_not(self, here):
        one, two, place = filed_teacher(here, n=700), filed_teacher(here, n=701), added_venue(here)
        made = _file(here, proofs=_proofs([one.pk], [place.pk]))
        assert self._shortcomings(made) == ["too-few-teachers"]
        form = _form(here, level=5, proofs=_proofs([one.pk, two.pk], [place.pk]))
        assert self._shortcomings(_file(here, form)) == []

    def test_a_teacher_counts_when_listed_valid_and_for_this_occupation(self, here):
        lathe = occupation("车工", "6-18-01-01")
        sound = filed_teacher(here, n=700)
        others = [
            filed_teacher(here, n=701, listed=False),
            filed_teacher(here, lathe, n=702),
            filed_teacher(here, n=703, valid_until=DAY),
        ]
        place = added_venue(here)
        for level, other in zip((5, 4, 3), others, strict=True):
            made = _file(here, level=level, proofs=_proofs([sound.pk, other.pk], [place.pk]))
            day = DAY + timedelta(1)
            assert [f.code for f in shortcomings(made, day)] == ["too-few-teachers"]
        assert self._shortcomings(made) == []  # on the last day of validity the third one still counts

    def test_theory_alone_is_one_sided(self, here):
        from wudan.organisations.actions.teaching import Subject

        welder = occupation()
        theory = [Subject(welder.pk, "theory")]
        teachers = [filed_teacher(here, n=n, subjects=theory).pk for n in (700, 701)]
        place = added_venue(here)
        made = _file(here, proofs=_proofs(teachers, [place.pk]))
        assert self._shortcomings(made) == ["teachers-one-sided"]
        practice = filed_teacher(here, n=702, subjects=[Subject(welder.pk, "practice")])
        form = _form(here, level=5, proofs=_proofs([*teachers, practice.pk], [place.pk]))
        assert self._shortcomings(_file(here, form)) == []

    @pytest.mark.parametrize(
        ("place", "capacity", "lacking"),
        [
            ({"capacity": 40, "workplaces": 20}, 40, []),
            ({"capacity": 39, "workplaces": 20}, 40, ["too-few-seats"]),
            ({"capacity": 41, "workplaces": 20}, 41, ["too-few-workplaces"]),
            ({"kind": "theory", "capacity": 60}, 40, ["too-few-workplaces"]),
            ({"kind": "practice", "capacity": 60, "workplaces": 30}, 40, ["too-few-seats"]),
        ],
    )
    def test_seats_and_workplaces_against_the_capacity(self, here, place, capacity, lacking):
        teachers = [filed_teacher(here, n=n).pk for n in (700, 701)]
        made = _file(here, capacity=capacity, proofs=_proofs(teachers, [added_venue(here, **place).pk]))
        assert self._shortcomings(made) == lacking

    def test_a_licence_number_is_needed_or_stands_with_the_provider(self, here):
        made = _file(here)
        return_registration(registration_id=made.pk, reason="补", actor=here.intake, at=AT)
        ids = [e.teacher_id for e in made.evidence.filter(kind="teacher")]
        places = [e.venue_id for e in made.evidence.filter(kind="venue")]
        form = _form(here, proofs=_proofs(ids, places, licence=""))
        made = refile_registration(registration_id=made.pk, form=form, actor=here.provider_clerk, at=AT)
        assert self._shortcomings(made) == ["no-licence"]
        made.provider.licence = "鲁民3704050001号"
        assert self._shortcomings(made) == []

    def test_bad_credit_is_refused_with_sentence_and_remedy_and_nothing_moves(self, here):
        made = _file(here)
        accept_registration(registration_id=made.pk, actor=here.intake, at=AT)
        entry = crediting.record_credit(
            district_id=here.code, organisation_id=here.provider.pk, kind="breach", description="虚报学员",
            clause="津人社办发〔2022〕60号", valid_from=DAY, valid_until=None, actor=here.reviewer, at=AT,
        )  # fmt: skip
        with pytest.raises(Refused) as caught:
            list_registration(registration_id=made.pk, actor=here.reviewer, at=AT)
        assert caught.value.refusal.code == "bad-standing"
        assert "虚报学员" in caught.value.refusal.sentence
        assert "三（二）" in caught.value.refusal.clause
        assert Registration.objects.get(pk=made.pk).state == "accepted"
        crediting.repair_credit(entry_id=entry.pk, reason="已整改", actor=here.reviewer2, at=AT)
        assert list_registration(registration_id=made.pk, actor=here.reviewer, at=AT).state == "listed"


class TestWho:
    def test_nobody_else(self, here):
        form = _form(here)
        for who in (outsider(here, "provider"), here.enterprise_clerk, here.intake, here.worker):
            file = lambda who=who: file_registration(  # noqa: E731
                provider_id=here.provider.pk, form=form, actor=who, at=AT
            )
            assert _codes(file) == ["forbidden"]
        made = _file(here, form)
        for verb, wrong in (
            (accept_registration, (here.provider_clerk, here.reviewer, outsider(here, "intake"))),
            (withdraw_registration, (here.intake, outsider(here, "provider"))),
        ):
            for who in wrong:
                assert _codes(lambda v=verb, w=who: v(registration_id=made.pk, actor=w, at=AT)) == [
                    "forbidden"
                ]
        accept_registration(registration_id=made.pk, actor=here.intake, at=AT)
        for who in (here.intake, here.provider_clerk, outsider(here, "reviewer")):
            assert _codes(lambda w=who: list_registration(registration_id=made.pk, actor=w, at=AT)) == [
                "forbidden"
            ]

    def test_one_person_does_not_accept_and_list(self, here):
        made = _file(here)
        accept_registration(registration_id=made.pk, actor=here.intake, at=AT)
        both = replace(here.reviewer, user_id=here.intake.user_id)
        listing = lambda: list_registration(registration_id=made.pk, actor=both, at=AT)  # noqa: E731
        assert _codes(listing) == ["registration_two_pairs_of_eyes"]

    def test_what_each_sees(self, here):
        made = _file(here)
        assert list(registrations_of(here.provider_clerk)) == list(registrations_of(here.reviewer)) == [made]
        assert list(registrations_of(here.reviewer, search="焊工")) == [made]
        for who in (outsider(here, "provider"), outsider(here, "intake"), here.worker):
            assert list(registrations_of(who)) == []

    def test_out_of_turn_and_without_reason(self, here):
        made = _file(here)
        assert _codes(lambda: list_registration(registration_id=made.pk, actor=here.reviewer, at=AT)) == [
            "wrong-state"
        ]
        refuse = lambda reason: refuse_registration(  # noqa: E731
            registration_id=made.pk, reason=reason, actor=here.intake, at=AT
        )
        assert _codes(lambda: refuse("  ")) == ["no-reason"]
        assert refuse("不具备办学条件").state == "refused"
        assert _codes(lambda: accept_registration(registration_id=10**9, actor=here.intake, at=AT)) == [
            "not-found"
        ]

    def test_a_suspended_provider_files_nothing(self, here):
        form = _form(here)
        suspend(organisation_id=here.provider.pk, reason="整改", actor=here.reviewer, at=AT)
        assert _codes(lambda: _file(here, form)) == ["organisation-suspended"]


@pytest.mark.django_db(transaction=True)
def test_two_clerks_file_the_same_at_once():
    here = cast(pools=False)
    form = _form(here)

    answers = both(*[lambda: _file(here, form)] * 2)
    answers.remove("done")
    assert answers[0] in ("registration_once", "already-registered")
    assert Registration.objects.count() == 1
