"""Teachers, venues and training bases: filed, looked at, listed, returned, removed; by whom and by whom not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, outsider, valid_identity
from tests.harness.races import both
from tests.organisations.making import (
    added_venue,
    applied_base,
    base_form,
    filed_teacher,
    occupation,
    teacher_form,
    venue_form,
)
from wudan.kernel.errors import Refused
from wudan.kernel.models import OutboxEvent
from wudan.organisations.actions import basing, crediting, placing, teaching
from wudan.organisations.actions.organising import suspend
from wudan.organisations.models import Teacher, TrainingBase, Venue
from wudan.organisations.queries import (
    bases_of,
    listed_teachers,
    recognised_bases,
    teachers_of,
    teaches,
    venues_of,
)
from wudan.people.rows import PersonRow

DAY = date(2020, 11, 16)


def _code(call) -> str:
    with pytest.raises(Refused) as caught:
        call()
    assert caught.value.refusal.remedy
    return caught.value.refusal.code


def _file(here, person=None, form=None, actor=None):
    return teaching.file_teacher(
        organisation_id=here.provider.pk,
        person=person or PersonRow("identity", valid_identity(710), "赵师傅"),
        form=form or teacher_form(occupation()),
        due_on=date(2020, 11, 23),
        actor=actor or here.provider_clerk,
        at=AT,
    )


@pytest.fixture
def here(db):
    return cast(pools=False)


class TestTeachers:
    def test_filed_listed_and_seen_by_everybody(self, here):
        made = _file(here)
        assert (made.state, made.due_on) == ("filed", date(2020, 11, 23))
        assert list(listed_teachers(here.code)) == []
        teaching.list_teacher(teacher_id=made.pk, actor=here.intake, at=AT)
        assert list(listed_teachers(here.code, on=DAY)) == [made]
        assert [e.topic for e in OutboxEvent.objects.order_by("id")] == ["teacher:filed", "teacher:listed"]
        welder = occupation()
        assert teaches(made.pk, [welder.pk], DAY)
        assert not teaches(made.pk, [occupation("车工", "6-18-01-01").pk], DAY)
        assert not teaches(made.pk, [welder.pk], date(2023, 1, 1))  # the day after the last

    def test_returned_with_a_reason_and_filed_again(self, here):
        made = _file(here)
        assert (
            _code(lambda: teaching.return_teacher(teacher_id=made.pk, reason=" ", actor=here.intake, at=AT))
            == "no-reason"
        )
        teaching.return_teacher(teacher_id=made.pk, reason="证书看不清", actor=here.intake, at=AT)
        lathe = occupation("车工", "6-18-01-01")
        again = teaching.refile_teacher(
            teacher_id=made.pk, form=teacher_form(lathe, title="技师"), actor=here.provider_clerk, at=AT
        )
        assert (again.state, again.title) == ("filed", "技师")
        assert [s.occupation_id for s in again.subjects.all()] == [lathe.pk]
        wrong = lambda: teaching.refile_teacher(  # noqa: E731
            teacher_id=made.pk, form=teacher_form(lathe), actor=here.provider_clerk, at=AT
        )
        assert _code(wrong) == "wrong-state"

    def test_what_is_wrong_with_the_form_is_said(self, here):
        welder = occupation()
        assert _code(lambda: _file(here, form=teacher_form())) == "no-occupation"
        assert _code(lambda: _file(here, form=teacher_form(welder, qualification=" "))) == "no-qualification"
        assert (
            _code(lambda: _file(here, form=teacher_form(welder, valid_until=date(2019, 1, 1))))
            == "bad-period"
        )
        bad = teacher_form(subjects=[teaching.Subject(welder.pk, "online")])
        assert _code(lambda: _file(here, form=bad)) == "bad-kind"
        gone = teacher_form(subjects=[teaching.Subject(10**9)])
        assert _code(lambda: _file(here, form=gone)) == "unknown-occupation"
        assert _code(lambda: _file(here, person=PersonRow("identity", "123", "赵师傅"))) == "bad-number"
        assert not Teacher.objects.exists()

    def test_once_a_provider_and_again_after_removal(self, here):
        made = _file(here)
        assert _code(lambda: _file(here)) == "teacher_once"
        teaching.remove_teacher(teacher_id=made.pk, reason="已离职", actor=here.provider_clerk, at=AT)
        assert _file(here).state == "filed"

    def test_a_person_on_record_is_not_listed(self, here):
        made = _file(here)
        crediting.record_credit(
            district_id=here.code,
            person_id=made.person_id,
            kind="serious",
            description="冒名授课",
            clause="津人社办发〔2022〕60号",
            valid_from=DAY,
            valid_until=None,
            actor=here.reviewer,
            at=AT,
        )
        assert (
            _code(lambda: teaching.list_teacher(teacher_id=made.pk, actor=here.intake, at=AT))
            == "teacher-credit"
        )

    @pytest.mark.parametrize(("last", "good"), [(DAY, True), (DAY - timedelta(1), False)])
    def test_the_last_day_of_validity_still_counts(self, here, last, good):
        made = _file(here, form=teacher_form(occupation(), valid_until=last))
        if good:
            assert teaching.list_teacher(teacher_id=made.pk, actor=here.intake, at=AT).state == "listed"
        else:
            assert (
                _code(lambda: teaching.list_teacher(teacher_id=made.pk, actor=here.intake, at=AT))
                == "teacher-expired"
            )

    def test_strangers_are_refused(self, here):
        made = _file(here)
        stranger = outsider(here, "provider")
        assert _code(lambda: _file(here, actor=stranger)) == "forbidden"
        assert _code(lambda: _file(here, actor=here.enterprise_clerk)) == "forbidden"
        for who in (outsider(here, "intake"), here.provider_clerk, here.reviewer):
            assert (
                _code(lambda who=who: teaching.list_teacher(teacher_id=made.pk, actor=who, at=AT))
                == "forbidden"
            )
        for who in (stranger, outsider(here, "reviewer")):
            remove = lambda who=who: teaching.remove_teacher(  # noqa: E731
                teacher_id=made.pk, reason="不要", actor=who, at=AT
            )
            assert _code(remove) == "forbidden"
        assert list(teachers_of(stranger)) == list(teachers_of(here.worker)) == []
        assert list(teachers_of(here.provider_clerk)) == list(teachers_of(here.intake)) == [made]

    def test_a_suspended_provider_files_nobody(self, here):
        suspend(organisation_id=here.provider.pk, reason="整改", actor=here.reviewer, at=AT)
        assert _code(lambda: _file(here)) == "organisation-suspended"

    def test_the_bureau_files_a_teacher_of_the_district(self, here):
        made = teaching.file_teacher(
            organisation_id=None,
            person=PersonRow("identity", valid_identity(711), "孙专家"),
            form=teacher_form(occupation()),
            actor=here.intake,
            at=AT,
        )
        assert (made.district_id, made.organisation_id) == (here.code, None)


class TestVenues:
    def test_added_amended_and_taken_out_of_use(self, here):
        made = added_venue(here)
        assert list(venues_of(here.provider.pk)) == [made]
        form = replace(venue_form(), name="大车间", capacity=60, in_use=False)
        placing.amend_venue(venue_id=made.pk, form=form, actor=here.provider_clerk, at=AT)
        assert list(venues_of(here.provider.pk)) == []
        assert [v.capacity for v in venues_of(here.provider.pk, in_use=None)] == [60]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"name": " "}, "no-name"),
            ({"address": ""}, "no-address"),
            ({"kind": "sauna"}, "bad-kind"),
            ({"capacity": 0}, "venue_holds_people"),
            ({"area_m2": 0}, "venue_holds_people"),
            ({"workplaces": 0}, "venue_needs_workplaces"),
            ({"division_code": "370405"}, "unknown-town"),
        ],
    )
    def test_what_is_wrong_is_said(self, here, changes, code):
        assert _code(lambda: self._add(here, **changes)) == code
        assert not Venue.objects.exists()

    def test_a_classroom_needs_no_benches(self, here):
        assert self._add(here, kind="theory", workplaces=0).workplaces == 0

    def test_one_name_once_and_only_by_its_owner(self, here):
        made = added_venue(here)
        assert _code(lambda: self._add(here)) == "venue_once"
        for who in (outsider(here, "provider"), here.intake, here.enterprise_clerk):
            amend = lambda who=who: placing.amend_venue(  # noqa: E731
                venue_id=made.pk, form=venue_form(name="别人的"), actor=who, at=AT
            )
            assert _code(amend) == "forbidden"

    def _add(self, here, **changes):
        form = venue_form(**changes)
        return placing.add_venue(
            organisation_id=here.provider.pk, form=form, actor=here.provider_clerk, at=AT
        )


class TestBases:
    def test_looked_at_by_two_and_shown_while_valid(self, here):
        made = applied_base(here)
        assert made.state == "recognised"
        shown = lambda day: list(recognised_bases(here.code, day))  # noqa: E731
        assert shown(date(2020, 11, 1)) == shown(date(2023, 10, 31)) == [made]
        assert shown(date(2020, 10, 31)) == shown(date(2023, 11, 1)) == []
        assert list(bases_of(here.provider_clerk)) == [made]
        assert list(bases_of(outsider(here, "provider"))) == list(bases_of(here.worker)) == []

    def test_returned_applied_again_refused_revoked(self, here):
        made = applied_base(here, recognised=False)
        basing.return_base(base_id=made.pk, reason="缺设备清单", actor=here.intake, at=AT)
        again = basing.reapply_base(
            base_id=made.pk, form=base_form(kind="master_studio"), actor=here.provider_clerk, at=AT
        )
        assert (again.state, again.kind) == ("applied", "master_studio")
        basing.review_base(base_id=made.pk, actor=here.intake, at=AT)
        basing.return_base(base_id=made.pk, reason="请补照片", actor=here.reviewer, at=AT)
        basing.reapply_base(base_id=made.pk, form=base_form(), actor=here.provider_clerk, at=AT)
        basing.refuse_base(base_id=made.pk, reason="不符合条件", actor=here.intake, at=AT)
        other = applied_base(here, name="第二基地")
        assert (
            basing.revoke_base(base_id=other.pk, reason="停用", actor=here.reviewer, at=AT).state == "revoked"
        )

    def test_one_person_is_not_both_officials(self, here):
        made = applied_base(here, recognised=False)
        basing.review_base(base_id=made.pk, actor=here.intake, at=AT)
        both = replace(here.reviewer, user_id=here.intake.user_id)
        assert _code(lambda: self._recognise(made, both)) == "training_base_two_officials"
        assert self._recognise(made, here.reviewer).state == "recognised"

    def test_refused_to_strangers_out_of_turn_and_without_reason(self, here):
        made = applied_base(here, recognised=False)
        assert _code(lambda: self._recognise(made, here.reviewer)) == "wrong-state"
        assert _code(lambda: self._recognise(made, here.intake)) == "forbidden"
        for who in (outsider(here, "intake"), here.provider_clerk):
            assert _code(lambda who=who: basing.review_base(base_id=made.pk, actor=who, at=AT)) == "forbidden"
        assert (
            _code(lambda: basing.refuse_base(base_id=made.pk, reason="", actor=here.intake, at=AT))
            == "no-reason"
        )
        assert _code(lambda: applied_base(here, recognised=False)) == "training_base_once"

    def test_bad_credit_is_not_recognised(self, here):
        made = applied_base(here, recognised=False)
        basing.review_base(base_id=made.pk, actor=here.intake, at=AT)
        suspend(organisation_id=here.provider.pk, reason="整改", actor=here.reviewer, at=AT)
        assert _code(lambda: self._recognise(made, here.reviewer)) == "bad-credit"

    def _recognise(self, made, actor):
        return basing.recognise_base(
            base_id=made.pk, valid_from=DAY, valid_until=date(2023, 11, 15), actor=actor, at=AT
        )


@pytest.mark.django_db(transaction=True)
def test_two_officials_decide_one_teacher_at_once():
    here = cast(pools=False)
    made = filed_teacher(here, listed=False)

    assert both(
        lambda: teaching.list_teacher(teacher_id=made.pk, actor=here.intake, at=AT),
        lambda: teaching.return_teacher(teacher_id=made.pk, reason="证书不清", actor=here.intake2, at=AT),
    ) == ["done", "wrong-state"]
    made.refresh_from_db()
    assert made.state in ("listed", "returned")


@pytest.mark.django_db(transaction=True)
def test_two_apply_for_one_base_at_once():
    here = cast(pools=False)
    occupation()

    assert both(*[lambda: applied_base(here, recognised=False)] * 2) == ["done", "training_base_once"]
    assert TrainingBase.objects.count() == 1
