"""Reading: everybody sees what is theirs, lists and to-do are quick, the case page gathers everything."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, outsider, valid_phone
from tests.orders.subsidy.chain import (
    approved,
    first_passed,
    noticed,
    person,
    refusal,
    second_passed,
    submitted,
)
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.evidencing import add_evidence
from wudan.orders.subsidy.actions.objecting import object_to
from wudan.orders.subsidy.actions.reviewing import send_back
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.orders.subsidy.queries.claims import (
    Wanted,
    capped_count,
    list_claims,
    next_in_queue,
    queue,
    same_case_groups,
    step_of,
    todo,
    visible_claims,
)
from wudan.orders.subsidy.queries.figures import funnel, programme_figures
from wudan.orders.subsidy.queries.notices import (
    lines_count,
    notice_lines,
    notice_summary,
    visible_notices,
    visible_objections,
)
from wudan.orders.subsidy.states import CLAIM

pytestmark = pytest.mark.django_db
TODAY = date(2020, 11, 16)


def test_everybody_sees_what_is_theirs():
    tez = cast()
    own, other = submitted(tez), submitted(tez, person(3))
    sees = lambda actor: set(visible_claims(actor).values_list("pk", flat=True))  # noqa: E731
    both = {own.pk, other.pk}
    for insider in (tez.intake, tez.reviewer, tez.finance, tez.supervisor, tez.policy, tez.provider_clerk):
        assert sees(insider) == both
    assert sees(tez.worker) == {own.pk}
    assert sees(tez.town) == {own.pk}  # the other person is of no town
    nobody = [outsider(tez, role) for role in ("intake", "supervisor", "provider", "worker", "town")]
    for stranger in (*nobody, tez.enterprise_clerk, tez.system, SYSTEM, Actor(1, Role.WORKER, "无名")):
        assert sees(stranger) == set()


def test_a_list_is_narrowed_every_way():
    tez = cast()
    plain = submitted(tez)
    who = person(3, name="孙悟净", name_pinyin="sun wu jing", name_initials="swj")
    poor = submitted(tez, who, groups="poor;rural", draws_pension=True)

    def found(**wanted):
        return list(
            list_claims(tez.intake, Wanted(**wanted), today=TODAY + timedelta(days=9)).values_list(
                "pk", flat=True
            )
        )

    assert found() == [poor.pk, plain.pk]
    assert found(group="poor") == found(outcome="rejected") == found(reason="draws-pension") == [poor.pk]
    assert found(text=poor.number) == found(text="孙悟") == found(text="swj") == [poor.pk]
    assert found(text=who.number()) == found(text=who.number().lower()) == [poor.pk]
    assert found(text="没有") == found(overridden=True) == found(states=["paid"]) == found(fund="none") == []
    assert found(overdue=True, states=["submitted"], scheme="training", applied_by="provider") == [
        poor.pk,
        plain.pk,
    ]
    assert found(organisation_id=tez.provider.pk, since=TODAY, until=TODAY) == [poor.pk, plain.pk]
    assert found(town=tez.person.town_id) == [plain.pk]
    assert capped_count(visible_claims(tez.intake), cap=1) == 2


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_num_queries):
    tez = cast()
    for n in range(3, 8):
        submitted(tez, person(n))
    with django_assert_num_queries(1):
        assert all(c.person and c.organisation for c in list_claims(tez.intake, Wanted(), today=TODAY))
    with django_assert_num_queries(1):
        todo(tez.intake, TODAY)
    with django_assert_num_queries(1):
        same_case_groups(tez.intake, "submitted", TODAY)
    with django_assert_num_queries(1):
        funnel(tez.intake)


def test_the_todo_counts_what_waits_overdue_first():
    tez = cast()
    submitted(tez, at=AT - timedelta(days=20))
    submitted(tez, person(3))
    first_passed(tez, person(4))
    late, *_ = todo(tez.intake, TODAY)
    assert (late.state, late.waiting, late.overdue, late.verb_label) == ("submitted", 2, 1, "受理")
    assert [t.state for t in todo(tez.reviewer, TODAY)] == ["first_passed"]
    days = [c.due_on for c in queue(tez.intake, "submitted") if c.due_on is not None]
    assert len(days) == 2 and days == sorted(days)
    first, second = queue(tez.intake, "submitted")
    assert next_in_queue(tez.intake, first.pk, "submitted") == second.pk
    assert todo(outsider(tez, "intake"), TODAY) == [] and todo(tez.supervisor, TODAY) == []
    returned = submitted(tez, person(5))
    send_back(claim_id=returned.pk, comment="缺页", actor=tez.intake, at=AT)
    assert [(t.state, t.verb_label) for t in todo(tez.provider_clerk, TODAY)] == [
        ("returned", "补正后重新提交")
    ]


def test_nobody_is_given_what_he_may_not_work_on():
    tez = cast()
    claim = first_passed(tez)
    same = Actor(tez.intake.user_id, Role.REVIEWER, "同一人", tez.code)
    assert todo(same, TODAY) == []
    assert {m.verb for m in claim_page(claim.pk, same).moves} == {"return_first", "reject_second"}
    own = Actor(tez.worker.user_id, Role.REVIEWER, "本人", tez.code, person_id=tez.person.pk)
    assert claim_page(claim.pk, own).moves == () and todo(own, TODAY) == []
    assert {m.verb for m in claim_page(claim.pk, tez.reviewer).moves} == {
        "pass_second",
        "return_first",
        "reject_second",
    }


def test_like_cases_come_together():
    tez = cast()
    ids = [submitted(tez, person(n)).pk for n in range(3, 6)]
    odd = submitted(tez, person(9), draws_pension=True)
    groups = same_case_groups(tez.intake, "submitted", TODAY + timedelta(days=9))
    assert [(g.waiting, g.overdue, g.outcome, g.reasons) for g in groups] == [
        (3, 3, "approved", ()), (1, 1, "rejected", ("draws-pension",)),
    ]  # fmt: skip
    assert list(groups[0].claim_ids) == ids and groups[1].claim_ids == (odd.pk,)


def test_the_case_page_gathers_everything():
    tez = cast()
    claim, line = noticed(tez)
    other = submitted(tez, class_id="K2", level=3)
    object_to(line_id=line.pk, content="不实", phone=valid_phone(1), at=AT)
    add_evidence(
        claim_id=claim.pk,
        fact="certificate_number",
        value="一致",
        source="联网查询",
        actor=tez.reviewer,
        at=AT,
    )
    page = claim_page(claim.pk, tez.reviewer, TODAY + timedelta(days=3))
    facts = {f.column: f for f in page.facts}
    assert (facts["level"].text, facts["groups"].text, facts["draws_pension"].text) == (
        "中级工",
        "农村劳动力（含农民工）",
        "否",
    )
    assert facts["certificate_number"].seen[0].age_days == 3
    assert page.groups[0].tag is not None and page.groups[0].seen
    assert (page.scheme_label, page.outcome_label) == ("职业培训补贴", "符合条件")
    assert page.working.steps and page.working.amount_steps and page.fund_label and page.payee_clause
    assert [r.verb for r in page.reviews] == ["accept", "pass_first", "pass_second"]
    assert (
        page.history[0].operation == "新建"
        and ("状态", "已申请，待受理", "已受理，待初审") in page.history[1].fields
    )
    said = {label: new for label, _, new in page.history[1].fields}
    assert not said["受理人"].isdigit() and "年" in said["办理期限"]
    assert [c.pk for c in page.others] == [other.pk]
    assert page.published[0].objections[0].content == "不实"
    assert {m.verb for m in page.moves} == {"dismiss", "uphold"}
    assert tez.person.number() not in str(asdict(page.groups[0])) + str(page.facts) + str(page.history)


def test_an_applicant_sees_the_decision_and_not_the_desk():
    tez = cast()
    claim = submitted(tez, draws_pension=True)
    for actor, moves in ((tez.worker, set()), (tez.provider_clerk, {"withdraw"})):
        page = claim_page(claim.pk, actor)
        assert "养老金" in page.reasons[0].sentence and page.reasons[0].remedy
        assert not (page.history or page.published or page.groups or page.warnings)
        assert {m.verb for m in page.moves} == moves
    for stranger in (outsider(tez, "intake"), outsider(tez, "worker"), tez.enterprise_clerk):
        assert refusal(claim_page, claim_id=claim.pk, actor=stranger).code == "not-found"


def test_the_case_page_takes_a_fixed_number_of_queries(django_assert_max_num_queries):
    tez = cast()
    claim = second_passed(tez)
    for n in range(5):
        submitted(tez, class_id=f"K{n}x", level=3 + n % 3)
    with django_assert_max_num_queries(14):
        claim_page(claim.pk, tez.reviewer)


def test_the_notice_desk_shows_what_became_of_the_lines():
    tez = cast()
    claim, line = noticed(tez)
    object_to(line_id=line.pk, content="不实", phone=valid_phone(1), at=AT)
    summary = notice_summary(line.notice_id, tez.reviewer)
    assert (summary.lines, summary.total_fen, summary.by_state, summary.open_objections) == (
        1,
        150_000,
        {"frozen": 1},
        1,
    )
    (row,) = notice_lines(line.notice_id, tez.reviewer)
    assert vars(row)["open_objections"] == 1 and row.claim == claim
    assert visible_objections(tez.reviewer, state="open").count() == 1
    assert lines_count(line.notice_id, TODAY) == 1
    stranger = outsider(tez, "reviewer")
    assert not visible_notices(stranger) and not visible_objections(stranger)
    assert refusal(notice_summary, notice_id=line.notice_id, actor=stranger).code == "not-found"
    assert not notice_lines(line.notice_id, stranger)


def test_figures_count_persons_once():
    tez = cast()
    approved(tez)
    submitted(tez, person(3))
    figures = programme_figures(tez.code)
    assert (figures.person_times, figures.persons, figures.paid_fen, figures.in_progress) == (0, 0, 0, 2)
    steps = funnel(tez.supervisor)
    assert [(s.label, s.count) for s in steps if s.count] == [("受理", 1), ("拨付", 1)]
    assert all(step_of(state) >= 0 for state in CLAIM.states)
