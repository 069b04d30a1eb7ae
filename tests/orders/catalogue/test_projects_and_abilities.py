"""项目制 by contract and two people; 专项职业能力 upward level by level; what is restricted is seen by few."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.cast import AT, BASIS, Cast, cast, outsider
from tests.catalogue_cast import (
    TODAY,
    a_contracted_project,
    a_drafted_offer,
    a_registration,
    an_entry,
    an_occupation,
    an_open_offer,
)
from tests.harness.races import both
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.models import JournalEntry, OutboxEvent
from wudan.orders.catalogue.actions import abilities as a
from wudan.orders.catalogue.actions.opening import cancel_offer
from wudan.orders.catalogue.actions.projects import (
    call_project,
    cancel_project,
    contract_project,
    finish_project,
    plan_project,
    start_project,
)
from wudan.orders.catalogue.models import Project, SpecialAbility
from wudan.orders.catalogue.queries.offers import offers_of, open_offers, public_offer
from wudan.orders.catalogue.queries.projects import abilities_of, calls, projects_of, stages_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


@pytest.fixture
def zc() -> Cast:
    return cast("370306")


def _plan(who: Cast, **changes: Any) -> Project:
    given: dict[str, Any] = {
        "title": "家政服务员培训",
        "line": "project",
        "group": "poor",
        "heads": 30,
    } | changes
    return plan_project(district_id=who.code, **given, actor=who.intake, at=AT)


def _contract(who: Cast, project: Project, **changes: Any) -> Project:
    given: dict[str, Any] = {
        "provider_id": who.provider.pk, "contract_number": "台人社合〔2020〕3号", "contract_fen": 4_500_000,
        "procurement": "公开招标，中标通知书2020-11", "period": (TODAY, TODAY + timedelta(days=90)), "actor": who.reviewer,
    } | changes  # fmt: skip
    return contract_project(project_id=project.pk, **given, at=AT)


def _code(call: Any) -> str:
    with pytest.raises(Refused) as no:
        call()
    return no.value.refusal.code


def test_a_project_runs_its_course(tez: Cast) -> None:
    project = _plan(tez)
    call_project(project_id=project.pk, until=TODAY + timedelta(days=10), actor=tez.intake, at=AT)
    assert list(calls(tez.code, TODAY + timedelta(days=10))) == [project]
    assert list(calls(tez.code, TODAY + timedelta(days=11))) == []
    project = _contract(tez, project)
    stages = stages_of(project)
    assert [(s.code, s.fen) for s in stages] == [("advance", 2_700_000), ("balance", 1_800_000)]
    assert start_project(project_id=project.pk, actor=tez.provider_clerk, at=AT).state == "running"
    offer = an_open_offer(tez, line="project", project_id=project.pk)
    assert _code(lambda: finish_project(project_id=project.pk, actor=tez.intake, at=AT)) == "offers-live"
    cancel_offer(offer_id=offer.pk, reason="测试", actor=tez.intake, at=AT)
    assert finish_project(project_id=project.pk, actor=tez.intake, at=AT).state == "finished"
    topics = set(OutboxEvent.objects.values_list("topic", flat=True))
    assert {"project:called", "project:started", "project:finished"} <= topics


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"line": "general"}, "not-a-project-line"),
        ({"line": "nonsense"}, "no-line"),
        ({"group": "veteran"}, "not-of-line"),
        ({"title": " "}, "no-title"),
        ({"heads": 0}, "no-heads"),
        ({"department_id": 10**9}, "no-department"),
    ],
)
def test_a_plan_is_checked(tez: Cast, changes: dict[str, Any], code: str) -> None:
    assert _code(lambda: _plan(tez, **changes)) == code


def test_a_contract_takes_two_people_and_everything_written(tez: Cast) -> None:
    project = plan_project(
        district_id=tez.code, title="项目", line="project", group="poor", heads=30, actor=tez.reviewer, at=AT
    )
    assert _code(lambda: _contract(tez, project)) == "two-people"
    by = {"actor": tez.reviewer2}
    assert _code(lambda: _contract(tez, project, **by, procurement=" ")) == "contract-whole"
    assert _code(lambda: _contract(tez, project, **by, contract_fen=0)) == "contract-whole"
    assert _code(lambda: _contract(tez, project, **by, provider_id=tez.enterprise.pk)) == "no-provider"
    assert _code(lambda: _contract(tez, project, **by, period=(TODAY, TODAY))) == "period-backwards"
    assert _contract(tez, project, **by).state == "contracted"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        tez.provider.suspended = True
        tez.provider.save()
    assert _code(lambda: _contract(tez, _plan(tez))) == "bad-standing"


def test_outsiders_and_the_wrong_desks(tez: Cast) -> None:
    project = _plan(tez)
    for actor in (tez.provider_clerk, tez.finance, tez.worker, outsider(tez, "intake")):
        assert (
            _code(
                lambda who=actor: plan_project(
                    district_id=tez.code, title="x", line="project", group="poor", heads=1, actor=who, at=AT
                )
            )
            == "forbidden"
        )
        assert (
            _code(lambda who=actor: call_project(project_id=project.pk, until=TODAY, actor=who, at=AT))
            == "forbidden"
        )
    for actor in (tez.intake, outsider(tez, "reviewer")):
        assert _code(lambda who=actor: _contract(tez, project, actor=who)) == "forbidden"
        assert (
            _code(lambda who=actor: cancel_project(project_id=project.pk, reason="x", actor=who, at=AT))
            == "forbidden"
        )
    _contract(tez, project)
    assert (
        _code(lambda: start_project(project_id=project.pk, actor=outsider(tez, "provider"), at=AT))
        == "forbidden"
    )
    assert (
        _code(lambda: cancel_project(project_id=project.pk, reason=" ", actor=tez.reviewer, at=AT))
        == "no-reason"
    )
    assert (
        cancel_project(project_id=project.pk, reason="采购失败", actor=tez.reviewer, at=AT).state
        == "cancelled"
    )


@pytest.mark.django_db(transaction=True)
def test_two_contracts_at_once() -> None:
    tez = cast("370405", pools=False)
    project = _plan(tez)
    calls_ = [lambda who=who: _contract(tez, project, actor=who) for who in (tez.reviewer, tez.reviewer2)]
    assert both(*calls_) == ["done", "wrong-state"]


def test_custodial_groups_are_never_shown(zc: Cast) -> None:
    project = _plan(zc, line="project_custodial", group="custodial")
    assert project.restricted
    assert (
        _code(lambda: call_project(project_id=project.pk, until=TODAY, actor=zc.intake, at=AT))
        == "restricted-not-public"
    )
    _contract(zc, project)
    entry = an_entry(zc)
    a_registration(zc)
    offer = an_open_offer(zc, entry, line="project_custodial", project_id=project.pk)
    assert offer.reserved_fen == 3_000_000
    assert public_offer(offer.pk) is None
    assert list(open_offers(zc.code, TODAY)) == []
    assert list(calls(zc.code, TODAY)) == []
    for actor in (
        zc.town,
        zc.policy,
        zc.finance,
        outsider(zc, "intake"),
        outsider(zc, "provider"),
        zc.enterprise_clerk,
        zc.worker,
    ):
        assert list(projects_of(actor)) == [] and list(offers_of(actor)) == []
    for actor in (zc.intake, zc.reviewer, zc.supervisor, zc.provider_clerk):
        assert [p.pk for p in projects_of(actor)] == [project.pk]
        assert list(offers_of(actor)) == [offer]


def test_the_line_of_a_custodial_group_needs_its_project(zc: Cast) -> None:
    entry = an_entry(zc)
    a_registration(zc)
    plain = a_contracted_project(zc, line="project")
    for project_id, code in ((None, "project-only"), (plain.pk, "project-line")):
        assert (
            _code(lambda p=project_id: a_drafted_offer(zc, entry, line="project_custodial", project_id=p))
            == code
        )


def test_what_can_be_chosen_is_found_as_people_write(tez: Cast) -> None:
    lathe = an_open_offer(tez)
    nurse = an_occupation(
        "养老护理员", "4-10-01-05", search_text="养老护理员|yanglaohuliyuan|ylhly", levels=[5]
    )
    care = an_open_offer(
        tez,
        an_entry(tez, nurse, level=5, shortage=True, price_fen=100_000),
        town_code="370405100",
        mode="online",
        fee_fen=5_000,
    )
    a_drafted_offer(tez)
    both_ = [lathe, care]
    assert list(open_offers(tez.code, TODAY)) == both_
    for text, found in (
        ("护理", [care]), ("ylhly", [care]), ("邳庄", [care]), ("车工", [lathe]), ("我想学车工", [lathe]), ("培训班", both_),
        ("厨师", []), ("  ", both_),
    ):  # fmt: skip
        assert list(open_offers(tez.code, TODAY, text=text)) == found, text
    assert list(open_offers(tez.code, TODAY, level="5", shortage=True)) == [care]
    assert list(open_offers(tez.code, TODAY, town="370405100", mode="online")) == [care]
    assert list(open_offers(tez.code, TODAY, free=True)) == [lathe]
    assert list(open_offers(None, date(2020, 11, 25))) == both_
    assert list(open_offers(None, date(2020, 11, 26))) == []
    assert list(open_offers("370306", TODAY)) == []


def test_offers_for_one_enterprise_are_for_its_staff(tez: Cast) -> None:
    offer = an_open_offer(tez, line="pre_job", employer_id=tez.enterprise.pk)
    assert list(open_offers(tez.code, TODAY)) == []
    assert public_offer(offer.pk) is None
    assert list(open_offers(tez.code, TODAY, employer_id=tez.enterprise.pk)) == [offer]
    assert list(offers_of(tez.enterprise_clerk)) == [offer]


# --- 专项职业能力 ------------------------------------------------------------------------------------------------
def _filed(who: Cast, name: str = "周村烧饼制作", **changes: Any) -> SpecialAbility:
    given: dict[str, Any] = {"content": "和面、擀坯、贴烤三个模块", "hours": 80, "local": True} | changes
    ability = a.draft_ability(
        provider_id=who.provider.pk, name=name, **given, actor=who.provider_clerk, at=AT
    )
    a.put_questions(
        ability_id=ability.pk,
        content="一、选择题".encode(),
        file_name="试题库.docx",
        count=60,
        actor=who.provider_clerk,
        at=AT,
    )
    return a.submit_ability(ability_id=ability.pk, actor=who.provider_clerk, at=AT)


def test_an_ability_goes_upward_and_can_then_be_listed(zc: Cast) -> None:
    ability = _filed(zc)
    by = {"ability_id": ability.pk, "actor": zc.reviewer, "at": AT}
    assert (ability.state, ability.due_on) == ("at_district", date(2020, 11, 30))
    assert a.send_to_city(**by).state == "at_city"
    assert _code(lambda: a.send_to_province(**by, reference=" ")) == "no-reference"
    assert a.send_to_province(**by, reference="淄人社函〔2020〕5号").city_reference == "淄人社函〔2020〕5号"
    assert _code(lambda: a.approve_ability(**by, reference="")) == "no-reference"
    done = a.approve_ability(**by, reference="鲁人社函〔2020〕9号", code="ZX-01")
    assert (done.state, done.due_on, done.occupation.name, done.occupation.kind) == (
        "approved",
        None,
        "周村烧饼制作",
        "special",
    )
    entry = an_entry(zc, done.occupation, level=0, certificate_type="special_ability", local=True)
    a_registration(zc, occupation=done.occupation, level=0, certificate_type="special_ability")
    offer = an_open_offer(zc, entry, line="special_ability", budget_fen=100_000, budget_basis="参照初级工")
    assert offer.ability_id == done.pk
    assert list(open_offers(zc.code, TODAY, local=True)) == [offer]


def test_each_level_may_send_it_back_and_it_is_filed_again(zc: Cast) -> None:
    ability = _filed(zc)
    by = {"ability_id": ability.pk, "actor": zc.reviewer, "at": AT}
    steps = (lambda: None, lambda: a.send_to_city(**by), lambda: a.send_to_province(**by, reference="淄1"))
    for level in range(3):
        for step in steps[: level + 1]:
            step()
        back = a.return_ability(**by, reason="试题不足")
        assert (back.state, back.reason, back.due_on) == ("returned", "试题不足", None)
        a.revise_ability(
            ability_id=ability.pk, content="补充", hours=88, local=True, actor=zc.provider_clerk, at=AT
        )
        a.submit_ability(ability_id=ability.pk, actor=zc.provider_clerk, at=AT)
    assert a.refuse_ability(**by, reason="与已有项目重复").state == "refused"
    assert _filed(zc).pk != ability.pk  # a refused name may be filed again


def test_nothing_is_filed_half(zc: Cast) -> None:
    given: dict[str, Any] = {"provider_id": zc.provider.pk, "actor": zc.provider_clerk, "at": AT}
    ability = a.draft_ability(**given, name="蜡染", content="模块")
    mine = {"ability_id": ability.pk, "actor": zc.provider_clerk, "at": AT}
    assert _code(lambda: a.submit_ability(**mine)) == "ability_whole_before_review"
    assert _code(lambda: a.put_questions(**mine, content=b"", file_name="x", count=1)) == "bad-file"
    assert (
        _code(lambda: a.put_questions(**mine, content=b"1" * (a.MOST_BYTES + 1), file_name="x", count=1))
        == "bad-file"
    )
    assert _code(lambda: a.put_questions(**mine, content=b"1", file_name="x", count=0)) == "no-count"
    assert _code(lambda: a.draft_ability(**given, name="蜡染")) == "ability_once"
    assert _code(lambda: a.draft_ability(**given, name=" ")) == "no-name"
    assert _code(lambda: a.read_questions(**mine)) == "no-questions"


def test_who_may_do_what_to_an_ability(zc: Cast) -> None:
    ability = _filed(zc)
    of = {"ability_id": ability.pk, "at": AT}
    for actor in (zc.intake, zc.provider_clerk, outsider(zc, "reviewer")):
        assert _code(lambda who=actor: a.send_to_city(**of, actor=who)) == "forbidden"
    assert _code(lambda: a.return_ability(**of, reason=" ", actor=zc.intake)) == "no-reason"
    a.return_ability(**of, reason="补充", actor=zc.intake)
    for actor in (outsider(zc, "provider"), zc.intake):
        assert _code(lambda who=actor: a.submit_ability(**of, actor=who)) == "forbidden"
        assert (
            _code(lambda who=actor: a.revise_ability(**of, content="", hours=1, local=False, actor=who))
            == "forbidden"
        )
    assert a.read_questions(**of, actor=zc.intake)[1].decode() == "一、选择题"
    assert JournalEntry.objects.filter(verb="ability.questions_read", subject_id=str(ability.pk)).count() == 1
    for actor in (outsider(zc, "provider"), outsider(zc, "intake"), zc.worker, zc.finance):
        assert _code(lambda who=actor: a.read_questions(**of, actor=who)) == "forbidden"
    assert [x.pk for x in abilities_of(zc.provider_clerk)] == [ability.pk]
    assert list(abilities_of(outsider(zc, "provider"))) == list(abilities_of(outsider(zc, "intake"))) == []


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_at_once() -> None:
    zc = cast("370306", pools=False)
    ability = _filed(zc)
    calls_ = [
        lambda who=who: a.send_to_city(ability_id=ability.pk, actor=who, at=AT)
        for who in (zc.reviewer, zc.reviewer2)
    ]
    assert both(*calls_) == ["done", "wrong-state"]
