"""公示、异议、核定."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from tests.cast import AT, SHANGHAI, cast, claim_form, make_pool, outsider, valid_phone
from tests.orders.subsidy.chain import (
    LATER,
    PROOFS,
    approved,
    cleared,
    first_passed,
    noticed,
    person,
    publish,
    refusal,
    second_passed,
)
from tests.orders.subsidy.test_applying import hand_in
from wudan.funds.models import Account, Entry
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.models import JournalEntry
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.correcting import answer_receipt
from wudan.orders.subsidy.actions.noticing import close_due_notices, open_notice
from wudan.orders.subsidy.actions.objecting import dismiss, object_to, objector_phone, uphold
from wudan.orders.subsidy.actions.reviewing import accept, pass_first, pass_second
from wudan.orders.subsidy.actions.settling import mark_batched, mark_paid
from wudan.orders.subsidy.forms import Override
from wudan.orders.subsidy.models import Claim, Objection, PaidKey
from wudan.orders.subsidy.queries.figures import programme_figures
from wudan.orders.subsidy.queries.notices import public_line, public_lines, public_notice, public_notices
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

pytestmark = pytest.mark.django_db


def shanghai(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def objected(line, n=1, at=AT):
    return object_to(line_id=line.pk, content="此人当时在外地务工", phone=valid_phone(n), at=at)


# --- notice -----------------------------------------------------------------------------------------------------
def test_a_notice_shows_masked_name_number_standard_and_sum():
    tez = cast()
    claim, line = noticed(tez)
    assert (line.name_masked, line.standard, line.amount_fen) == (
        "王*明",
        "中级工职业培训补贴 1,500元/人",
        150_000,
    )
    number = tez.person.number()
    assert line.number_masked == number[:6] + "********" + number[-4:]
    assert line.notice.closes_on == date(2020, 11, 23)  # five working days after Monday the 16th
    assert line.notice.expires_on == date(2020, 12, 23)
    assert (claim.state, claim.due_on) == ("noticed", line.notice.closes_on)


def test_a_project_shows_the_providers_whole_name():
    tez = cast()
    project = {
        "scheme": "project", "project_id": "XM-1", "project_stage": "advance", "contract_fen": 5_000_000,
        "groups": "", "certificate_type": "", "certificate_issued_on": None, "level": 0,
    }  # fmt: skip
    claim = submit(**hand_in(tez, tez.provider_clerk, None, "provider", tez.provider, **project))
    accept(claim_id=claim.pk, actor=tez.intake, at=AT)
    pass_first(claim_id=claim.pk, actor=tez.intake, at=AT)
    pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT)
    line = publish(tez, claim).lines.get()
    assert (line.name_masked, line.number_masked) == (tez.provider.name, "")
    assert line.standard == "项目制培训补贴 30,000元"
    close_due_notices(at=LATER)
    assert approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)[0].done
    assert PaidKey.objects.get().holder == "project"


def test_a_notice_takes_all_or_none():
    tez = cast()
    good, early = second_passed(tez, person(3)), first_passed(tez, person(4))
    ask = {"district_id": tez.code, "title": "公示", "at": AT}
    no = refusal(open_notice, claim_ids=[good.pk, early.pk], actor=tez.reviewer, **ask)
    assert no.code == "wrong-state" and early.number in no.sentence
    good.refresh_from_db()
    assert good.state == "second_passed"
    assert refusal(open_notice, claim_ids=[], actor=tez.reviewer, **ask).code == "nothing-to-publish"
    assert (
        refusal(open_notice, claim_ids=[good.pk], actor=tez.reviewer, **{**ask, "title": " "}).code
        == "no-title"
    )
    for stranger in (outsider(tez, "reviewer"), tez.intake, tez.finance):
        assert refusal(open_notice, claim_ids=[good.pk], actor=stranger, **ask).code == "forbidden"
    zc = outsider(tez, "reviewer")
    there = {**ask, "district_id": zc.district_id}
    assert refusal(open_notice, claim_ids=[good.pk], actor=zc, **there).code == "not-found"


def test_the_public_sees_masked_lines_until_the_day_of_taking_down():
    tez = cast()
    _, line = noticed(tez)
    notice, today = line.notice, date(2020, 11, 20)
    assert [n.id for n in public_notices(tez.code, today)] == [notice.pk]
    (shown,) = public_lines(notice.pk, today)
    assert set(shown.__slots__) == {
        "id",
        "position",
        "name_masked",
        "number_masked",
        "standard",
        "amount_fen",
    }
    assert public_line(line.pk, today)[0].taking
    assert public_lines(notice.pk, notice.expires_on - timedelta(days=1))
    assert public_lines(notice.pk, notice.expires_on) == []
    assert public_notices(tez.code, notice.expires_on) == []
    assert refusal(public_notice, notice_id=notice.pk, today=notice.expires_on).code == "not-found"
    assert refusal(public_line, line_id=line.pk, today=notice.expires_on).code == "not-found"


# --- closing ----------------------------------------------------------------------------------------------------
def test_a_notice_closes_after_its_last_day_and_only_once():
    tez = cast()
    claim, line = noticed(tez)
    assert close_due_notices(at=shanghai(line.notice.closes_on, 23, 59)) == 0
    assert close_due_notices(at=shanghai(line.notice.closes_on + timedelta(days=1), 0, 0)) == 1
    assert close_due_notices(at=LATER) == 0
    claim.refresh_from_db()
    line.notice.refresh_from_db()
    assert (claim.state, claim.due_on, line.notice.state) == ("cleared", None, "closed")
    assert refusal(close_due_notices, at=LATER, actor=tez.finance).code == "forbidden"


# --- objections -------------------------------------------------------------------------------------------------
def test_an_objection_freezes_its_line_alone():
    tez = cast()
    one, two = second_passed(tez, person(3)), second_passed(tez, person(4))
    notice = publish(tez, one, two)
    objection = objected(notice.lines.get(claim=one))
    assert (objection.phone_masked, objection.due_on) == ("138****0001", date(2020, 11, 23))
    assert close_due_notices(at=LATER) == 1
    states = dict(Claim.objects.values_list("pk", "state"))
    assert states == {one.pk: "frozen", two.pk: "cleared"}


def test_objections_are_taken_up_to_the_last_day():
    tez = cast()
    _, line = noticed(tez)
    last = line.notice.closes_on
    # Half past midnight in Shanghai of the day after is still the last day in UTC, and too late all the same.
    late = shanghai(last + timedelta(days=1), 0, 30)
    assert (
        refusal(object_to, line_id=line.pk, content="不实", phone=valid_phone(1), at=late).code
        == "notice-over"
    )
    assert objected(line, at=shanghai(last, 23, 59)).state == "open"


def test_an_objection_needs_words_and_a_phone():
    tez = cast()
    _, line = noticed(tez)
    ask = {"line_id": line.pk, "at": AT}
    assert refusal(object_to, content=" ", phone=valid_phone(1), **ask).code == "no-content"
    assert refusal(object_to, content="x" * 1001, phone=valid_phone(1), **ask).code == "no-content"
    assert refusal(object_to, content="不实", phone="12345", **ask).code == "bad-phone"
    assert refusal(object_to, content="不实", phone=valid_phone(1), line_id=0, at=AT).code == "not-found"


def test_one_phone_cannot_freeze_a_whole_list():
    tez = cast()
    claims = [second_passed(tez, person(n)) for n in range(3, 7)]
    lines = list(publish(tez, *claims).lines.order_by("position"))
    for line in lines[:3]:
        objected(line)
    assert (
        refusal(object_to, line_id=lines[3].pk, content="不实", phone=valid_phone(1), at=AT).code
        == "too-many"
    )
    assert objected(lines[3], n=2).state == "open"


def test_one_address_with_many_phones_cannot_freeze_a_whole_list(monkeypatch):
    tez = cast()
    claims = [second_passed(tez, person(n)) for n in range(3, 7)]
    lines = list(publish(tez, *claims).lines.order_by("position"))
    given = rulebook_for(tez.code).parameter("objections_per_address_daily", AT.date())
    assert given.value == 10
    parameter = Rulebook.parameter
    monkeypatch.setattr(
        Rulebook,
        "parameter",
        lambda self, code, on: replace(given, value=2) if code == given.code else parameter(self, code, on),
    )
    ask = {"content": "没有参加培训", "at": AT}
    for n in (1, 2):
        object_to(line_id=lines[n].pk, phone=valid_phone(n), address="203.0.113.7", **ask)
    no = refusal(object_to, line_id=lines[0].pk, phone=valid_phone(3), address="203.0.113.7", **ask)
    assert (no.code, no.status) == ("too-many-here", 429)
    assert "明天" in no.remedy
    object_to(line_id=lines[3].pk, phone=valid_phone(4), address="203.0.113.8", **ask)  # somebody else's
    tomorrow = ask | {"at": AT + timedelta(days=1)}
    assert (
        object_to(line_id=lines[0].pk, phone=valid_phone(3), address="203.0.113.7", **tomorrow).state
        == "open"
    )
    assert "203.0.113" not in str(list(JournalEntry.objects.values()))


def test_an_upheld_objection_ends_the_claim_and_answers_the_others():
    tez = cast()
    claim, line = noticed(tez)
    first, second = objected(line), objected(line, n=2)
    ask = {"objection_id": first.pk, "at": AT}
    assert refusal(uphold, answer="", actor=tez.reviewer, **ask).code == "needs-comment"
    for stranger in (outsider(tez, "reviewer"), tez.intake):
        assert refusal(uphold, answer="属实", actor=stranger, **ask).code == "forbidden"
    uphold(answer="经核实属实", actor=tez.reviewer, **ask)
    claim.refresh_from_db()
    second.refresh_from_db()
    assert (claim.state, second.state, second.answer) == ("rejected", "upheld", "经核实属实")
    assert refusal(uphold, answer="再次", actor=tez.reviewer, **ask).code == "wrong-state"


def test_a_dismissed_objection_lets_the_line_go_on():
    tez = cast()
    claim, line = noticed(tez)
    first, second = objected(line), objected(line, n=2)
    dismiss(objection_id=first.pk, answer="考勤属实", actor=tez.reviewer, at=AT)
    claim.refresh_from_db()
    assert claim.state == "frozen"  # another one is still open
    dismiss(objection_id=second.pk, answer="考勤属实", actor=tez.reviewer, at=AT)
    claim.refresh_from_db()
    assert (claim.state, claim.due_on) == ("noticed", line.notice.closes_on)
    third = objected(line, n=3)
    close_due_notices(at=LATER)
    dismiss(objection_id=third.pk, answer="考勤属实", actor=tez.reviewer, at=LATER)
    claim.refresh_from_db()
    assert claim.state == "cleared"


def test_an_objectors_phone_is_shown_to_officials_with_a_reason():
    tez = cast()
    _, line = noticed(tez)
    objection = objected(line)
    ask = {"objection_id": objection.pk, "at": AT}
    assert refusal(objector_phone, reason="回访", actor=outsider(tez, "reviewer"), **ask).code == "forbidden"
    assert refusal(objector_phone, reason="", actor=tez.reviewer, **ask).code == "no-reason"
    assert objector_phone(reason="回访核实", actor=tez.reviewer, **ask) == valid_phone(1)
    assert JournalEntry.objects.filter(verb="unmask", subject_kind="objection-phone").exists()
    assert valid_phone(1).encode() not in bytes(Objection.objects.get().phone_sealed)


# --- approval ---------------------------------------------------------------------------------------------------
def balance(tez, kind):
    return Account.objects.get(pool=tez.pools["unemployment_insurance"], kind=kind).balance_fen


def test_approval_uses_up_the_right_and_sets_the_money_aside():
    tez = cast()
    one, two = second_passed(tez, person(3)), second_passed(tez, person(4))
    notice = publish(tez, one, two)
    close_due_notices(at=LATER)
    for stranger in (outsider(tez, "reviewer"),):
        assert {a.refusal.code for a in approve(claim_ids=[one.pk], actor=stranger, at=LATER)} == {
            "forbidden"
        }
    assert refusal(approve, claim_ids=[one.pk], actor=tez.finance, at=LATER).code == "forbidden"
    answers = approve(claim_ids=[one.pk, two.pk], actor=tez.reviewer, at=LATER)
    assert all(a.done for a in answers)
    entry = Entry.objects.get(subject=f"notice:{notice.pk}")
    assert entry.legs.count() == 2 and balance(tez, "earmarked") == 300_000
    one.refresh_from_db()
    assert (one.state, one.approved_by, one.due_on) == ("approved", tez.reviewer.user_id, date(2020, 12, 18))
    assert PaidKey.objects.get(claim=one).key == "occupation-level:6-18-02-04:4"


def test_the_same_right_is_not_used_up_twice():
    tez = cast()
    who = person(3)
    approved(tez, who)
    override = {"override": Override(amount_fen=150_000, reason="误判为重复", document="核查报告")}
    again = cleared(
        tez, who, class_id="K7", started_on=date(2020, 10, 1), ended_on=date(2020, 10, 9), review=override
    )
    (answer,) = approve(claim_ids=[again.pk], actor=tez.reviewer, at=LATER)
    assert answer.refusal and answer.refusal.code == "paid_once" and "重复" in answer.refusal.sentence
    again.refresh_from_db()
    assert again.state == "cleared" and balance(tez, "earmarked") == 150_000


def test_what_was_not_published_so_is_not_approved():
    tez = cast()
    claim = cleared(tez)
    with acting(actor=SYSTEM, at=LATER, basis="测试"):
        Claim.objects.filter(pk=claim.pk).update(amount_fen=160_000)
    (answer,) = approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    assert answer.refusal and answer.refusal.code == "not-as-published"
    assert "1,500元" in answer.refusal.sentence and "1,600元" in answer.refusal.sentence


def test_a_pool_without_money_or_a_year_without_pool_refuses_all_of_it():
    tez = cast(pools=False)
    claim = cleared(tez)
    (answer,) = approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    assert answer.refusal and answer.refusal.code == "no-pool"
    make_pool(tez.code, "unemployment_insurance", fen=100_000)
    (answer,) = approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    assert not answer.done
    claim.refresh_from_db()
    assert claim.state == "cleared" and not PaidKey.objects.exists()


def test_the_paid_person_says_whether_the_money_came():
    tez = cast()
    ask = {"district_id": tez.code, "applied_by": "person", "form": claim_form(), "person_id": tez.person.pk}
    claim = submit(actor=tez.worker, at=AT, **ask)
    accept(claim_id=claim.pk, actor=tez.intake, at=AT)
    pass_first(claim_id=claim.pk, actor=tez.intake, at=AT, verified_groups=PROOFS)
    pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT)
    publish(tez, claim)
    close_due_notices(at=LATER)
    approve(claim_ids=[claim.pk], actor=tez.reviewer, at=LATER)
    mark_batched(claim_ids=[claim.pk], actor=tez.finance, at=LATER)
    mark_paid(claim_ids=[claim.pk], actor=tez.finance, at=LATER)
    assert (
        answer_receipt(claim_id=claim.pk, received=False, actor=tez.worker, at=LATER).receipt_answer == "no"
    )
    assert (
        answer_receipt(claim_id=claim.pk, received=True, actor=tez.worker, at=LATER).receipt_answer == "yes"
    )
    figures = programme_figures(tez.code)
    assert (figures.person_times, figures.persons, figures.paid_fen, figures.in_progress) == (
        1,
        1,
        150_000,
        0,
    )


def test_a_receipt_is_answered_by_the_paid_person_alone():
    tez = cast()
    claim = approved(tez)
    no = refusal(answer_receipt, claim_id=claim.pk, received=True, actor=tez.worker, at=LATER)
    assert no.code == "wrong-state"
    assert (
        refusal(
            answer_receipt, claim_id=claim.pk, received=True, actor=outsider(tez, "worker"), at=LATER
        ).code
        == "forbidden"
    )
