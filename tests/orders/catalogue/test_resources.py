"""三优资源, support for works, 示范培训项目: collected, scored, selected; filed, looked at by two, granted, inspected; shown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tests.cast import AT, Cast, cast, make_organisation, outsider
from tests.harness.races import both
from tests.organisations.making import filed_teacher, occupation
from wudan.kernel.errors import Refused
from wudan.orders.catalogue.actions import demonstrating, resources, supporting
from wudan.orders.catalogue.models import Demonstration, Resource, ResourceScore, SupportApplication
from wudan.orders.catalogue.queries.resources import (
    demonstrations,
    resources_of,
    selected_resources,
    supports_of,
    tally,
)
from wudan.organisations.actions.organising import suspend

DAY = date(2020, 11, 16)


@pytest.fixture
def here(db) -> Cast:
    return cast(pools=False)


def _codes(call) -> list[str]:
    with pytest.raises(Refused) as caught:
        call()
    assert all(refusal.remedy for refusal in caught.value.refusals)
    return [refusal.code for refusal in caught.value.refusals]


# --- resources ---------------------------------------------------------------------------------------------------
def _form(**changes) -> resources.ResourceForm:
    values = {
        "kind": "textbook",
        "title": "焊工实训教程",
        "author": "李建国",
        "summary": "32个实训任务，配二维码视频。",
    }
    return resources.ResourceForm(**values | changes)


def _collect(here: Cast, actor=None, organisation_id=None, **changes) -> Resource:
    own = here.provider.pk if organisation_id is None else organisation_id
    return resources.collect_resource(
        district_id=here.code,
        organisation_id=own or None,
        form=_form(**changes),
        actor=actor or here.provider_clerk,
        at=AT,
    )


def _score(here: Cast, found: Resource, *scores: int) -> None:
    judges = (here.intake, here.intake2, here.reviewer, here.reviewer2, here.policy)
    for judge, score in zip(judges, scores, strict=False):
        resources.score_resource(resource_id=found.pk, score=score, comment="", actor=judge, at=AT)


def _select(here: Cast, found: Resource, actor=None):
    return resources.select_resource(
        resource_id=found.pk, reason="内容贴近岗位", actor=actor or here.reviewer, at=AT
    )


class TestResources:
    def test_collected_scored_by_three_selected_and_public(self, here):
        found = _collect(here)
        _score(here, found, 90, 85, 88)
        assert tally(found.pk).mean == Decimal("87.7")
        assert list(selected_resources(here.code)) == []
        assert _select(here, found).state == "selected"
        assert list(selected_resources(here.code)) == [found]
        resources.retire_resource(resource_id=found.pk, reason="已有新版", actor=here.intake, at=AT)
        assert list(selected_resources(here.code)) == []

    @pytest.mark.parametrize(
        ("scores", "refused"),
        [
            ((80, 80, 80), []),
            ((79, 80, 81), []),
            ((79, 80, 80), ["score-too-low"]),  # 79.7 to one decimal, and not 80
            ((100, 100), ["too-few-judges"]),
            ((), ["too-few-judges"]),
        ],
    )
    def test_the_lines_of_judges_and_mean_from_both_sides(self, here, scores, refused):
        found = _collect(here)
        _score(here, found, *scores)
        if refused:
            assert _codes(lambda: _select(here, found)) == refused
        else:
            assert _select(here, found).state == "selected"

    @pytest.mark.parametrize(("score", "good"), [(0, True), (100, True), (101, False), (-1, False)])
    def test_a_score_has_its_bounds(self, here, score, good):
        found = _collect(here)
        if good:
            _score(here, found, score)
            assert ResourceScore.objects.get().score == score
        else:
            assert _codes(lambda: _score(here, found, score)) == ["bad-score"]

    def test_a_judge_scores_once_and_not_after_the_decision(self, here):
        found = _collect(here)
        _score(here, found, 90)
        assert _codes(lambda: _score(here, found, 95)) == ["score_once"]
        resources.decline_resource(resource_id=found.pk, reason="与标准不符", actor=here.reviewer, at=AT)
        late = lambda: resources.score_resource(  # noqa: E731
            resource_id=found.pk, score=90, comment="", actor=here.policy, at=AT
        )
        assert _codes(late) == ["wrong-state"]

    def test_from_outside_the_district_taken_in_by_the_bureau(self, here):
        made = resources.collect_resource(
            district_id=here.code, organisation_id=None, form=_form(kind="courseware", url="https://example.cn/k"),
            actor=here.intake, at=AT,
        )  # fmt: skip
        assert made.offered_by_id is None

    def test_an_excellent_teacher_is_one_of_the_pool(self, here):
        waiting, listed = filed_teacher(here, listed=False), filed_teacher(here, n=701)
        form = {"kind": "teacher", "title": "李师傅"}
        assert _codes(lambda: _collect(here, **form)) == ["no-teacher"]
        assert _codes(lambda: _collect(here, **form, teacher_id=waiting.pk)) == ["no-teacher"]
        assert _collect(here, **form, teacher_id=listed.pk).teacher == listed

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "song"}, "bad-kind"),
            ({"title": " "}, "no-title"),
            ({"summary": ""}, "no-summary"),
            ({"url": "javascript:alert(1)"}, "bad-url"),
            ({"occupation_id": 10**9}, "unknown-occupation"),
        ],
    )
    def test_what_is_wrong_is_said(self, here, changes, code):
        assert _codes(lambda: _collect(here, **changes)) == [code]
        assert not Resource.objects.exists()

    def test_strangers_and_the_same_twice(self, here):
        found = _collect(here)
        assert _codes(lambda: _collect(here)) == ["resource_once"]
        stranger = outsider(here, "provider")
        assert _codes(lambda: _collect(here, actor=stranger, title="另一本")) == ["forbidden"]
        for who in (here.provider_clerk, here.finance, outsider(here, "reviewer")):
            score = lambda who=who: resources.score_resource(  # noqa: E731
                resource_id=found.pk, score=90, comment="", actor=who, at=AT
            )
            assert _codes(score) == ["forbidden"]
        assert _codes(lambda: _select(here, found, here.intake)) == ["forbidden"]
        withdraw = lambda who: resources.withdraw_resource(resource_id=found.pk, actor=who, at=AT)  # noqa: E731
        for who in (stranger, here.intake, here.enterprise_clerk):
            assert _codes(lambda who=who: withdraw(who)) == ["forbidden"]
        assert withdraw(here.provider_clerk).state == "withdrawn"
        assert list(resources_of(stranger)) == list(resources_of(here.worker)) == []
        assert list(resources_of(here.intake, state="withdrawn")) == [found]


# --- support -----------------------------------------------------------------------------------------------------
def _ask(**changes) -> supporting.SupportForm:
    values = {
        "kind": "barrier_free",
        "content": "教学楼加装坡道和无障碍卫生间",
        "results": "2020年培训320人，就业268人",
        "asked_fen": 5_000_000,
    }
    return supporting.SupportForm(**values | changes)


def _filed(here: Cast, **changes) -> SupportApplication:
    return supporting.file_support(
        organisation_id=here.provider.pk, form=_ask(**changes), actor=here.provider_clerk, at=AT
    )


def _passed(here: Cast) -> SupportApplication:
    made = _filed(here)
    supporting.accept_support(support_id=made.pk, actor=here.intake, at=AT)
    return supporting.pass_support(support_id=made.pk, actor=here.intake, at=AT)


def _grant(
    here: Cast,
    made: SupportApplication,
    fen: int = 4_000_000,
    actor=None,
    document: str = "区财字〔2020〕9号",
):
    return supporting.approve_support(
        support_id=made.pk, granted_fen=fen, document=document, actor=actor or here.reviewer, at=AT
    )


class TestSupport:
    def test_filed_passed_granted_on_a_document_and_inspected(self, here):
        made = _passed(here)
        assert made.due_on == date(2020, 11, 30)  # 10 working days
        granted = _grant(here, made)
        assert (granted.state, granted.granted_fen, granted.due_on) == ("approved", 4_000_000, None)
        done = supporting.inspect_support(support_id=made.pk, reason="坡道已建成", actor=here.intake, at=AT)
        assert done.state == "accepted_works"

    @pytest.mark.parametrize(("fen", "good"), [(1, True), (5_000_000, True), (0, False), (5_000_001, False)])
    def test_no_more_than_was_asked(self, here, fen, good):
        made = _passed(here)
        if good:
            assert _grant(here, made, fen).granted_fen == fen
        else:
            assert _codes(lambda: _grant(here, made, fen)) == ["bad-amount"]

    def test_by_two_on_paper_in_good_credit(self, here):
        made = _passed(here)
        assert _codes(lambda: _grant(here, made, document=" ")) == ["no-document"]
        both = replace(here.reviewer, user_id=here.intake.user_id)
        assert _codes(lambda: _grant(here, made, actor=both)) == ["support_two_pairs_of_eyes"]
        suspend(organisation_id=here.provider.pk, reason="整改", actor=here.reviewer, at=AT)
        assert _codes(lambda: _grant(here, made)) == ["bad-standing"]

    def test_returned_filed_again_refused_withdrawn(self, here):
        made = _filed(here)
        supporting.return_support(support_id=made.pk, reason="请补预算", actor=here.intake, at=AT)
        again = supporting.refile_support(
            support_id=made.pk, form=_ask(asked_fen=3_000_000), actor=here.provider_clerk, at=AT
        )
        assert (again.state, again.asked_fen) == ("filed", 3_000_000)
        assert _codes(
            lambda: supporting.refuse_support(support_id=made.pk, reason="", actor=here.intake, at=AT)
        ) == ["no-reason"]
        supporting.refuse_support(support_id=made.pk, reason="成绩不突出", actor=here.intake, at=AT)
        other = _filed(here)
        assert (
            supporting.withdraw_support(support_id=other.pk, actor=here.provider_clerk, at=AT).state
            == "withdrawn"
        )

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "car"}, "bad-kind"),
            ({"content": ""}, "no-content"),
            ({"results": " "}, "no-results"),
            ({"asked_fen": 0}, "bad-amount"),
        ],
    )
    def test_what_is_wrong_is_said(self, here, changes, code):
        assert _codes(lambda: _filed(here, **changes)) == [code]

    def test_strangers(self, here):
        made = _passed(here)
        stranger = outsider(here, "provider")
        assert _codes(lambda: _grant(here, made, actor=here.intake)) == ["forbidden"]
        assert _codes(lambda: _grant(here, made, actor=outsider(here, "reviewer"))) == ["forbidden"]
        assert _codes(lambda: supporting.withdraw_support(support_id=made.pk, actor=stranger, at=AT)) == [
            "forbidden"
        ]
        assert _codes(
            lambda: supporting.withdraw_support(support_id=made.pk, actor=here.provider_clerk, at=AT)
        ) == ["wrong-state"]
        assert list(supports_of(stranger)) == list(supports_of(here.worker)) == []
        assert list(supports_of(here.intake)) == list(supports_of(here.provider_clerk)) == [made]


# --- demonstration -----------------------------------------------------------------------------------------------
def _show(here: Cast, actor=None, **changes) -> Demonstration:
    department = make_organisation(here.code, "department") if "department_id" not in changes else None
    values = {
        "department_id": department.pk if department else 0,
        "title": "家政服务示范培训",
        "summary": "面向农村转移劳动力，实训室全程开放观摩。",
        "first": DAY,
        "last": DAY + timedelta(30),
        "occupation_id": occupation().pk,
        "provider_id": here.provider.pk,
    } | changes
    return demonstrating.publish_demonstration(
        district_id=here.code,
        form=demonstrating.DemonstrationForm(**values),
        actor=actor or here.policy,
        at=AT,
    )


class TestDemonstrations:
    def test_shown_from_the_first_day_to_the_last(self, here):
        made = _show(here)
        days = (DAY - timedelta(1), DAY, DAY + timedelta(30), DAY + timedelta(31))
        assert [made in demonstrations(here.code, day) for day in days] == [False, True, True, False]
        demonstrating.end_demonstration(
            demonstration_id=made.pk, actor=here.policy, at=AT + timedelta(days=3)
        )
        assert made in demonstrations(here.code, DAY + timedelta(2))
        assert made not in demonstrations(here.code, DAY + timedelta(3))
        end = lambda: demonstrating.end_demonstration(  # noqa: E731
            demonstration_id=made.pk, actor=here.policy, at=AT + timedelta(days=4)
        )
        assert _codes(end) == ["already-over"]

    def test_what_is_wrong_is_said(self, here):
        assert _codes(lambda: _show(here, department_id=here.provider.pk)) == ["no-department"]
        department = make_organisation(here.code, "department", 3).pk
        assert _codes(lambda: _show(here, department_id=department, last=DAY - timedelta(1))) == [
            "bad-period"
        ]
        assert _codes(lambda: _show(here, department_id=department, title="")) == ["no-title"]
        suspend(organisation_id=here.provider.pk, reason="整改", actor=here.reviewer, at=AT)
        assert _codes(lambda: _show(here, department_id=department)) == ["bad-standing"]
        for who in (here.provider_clerk, here.finance, outsider(here, "policy")):
            assert _codes(lambda who=who: _show(here, actor=who, department_id=department)) == ["forbidden"]


@pytest.mark.django_db(transaction=True)
def test_two_decide_on_one_resource_at_once():
    here = cast(pools=False)
    found = _collect(here)
    _score(here, found, 90, 90, 90)

    decline = {"resource_id": found.pk, "reason": "与标准不符", "actor": here.reviewer, "at": AT}
    assert both(
        lambda: _select(here, found, here.reviewer2), lambda: resources.decline_resource(**decline)
    ) == ["done", "wrong-state"]
    found.refresh_from_db()
    assert found.state in ("selected", "declined")
