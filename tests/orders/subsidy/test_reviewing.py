"""受理、初审、复审 and the ways back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.cast import AT, cast, claim_form, make_actor, outsider
from tests.orders.subsidy.chain import (
    PROOFS,
    accepted,
    first_passed,
    person,
    refusal,
    second_passed,
    submitted,
)
from wudan.kernel.actor import Actor
from wudan.kernel.models import History
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.batches import accept_many, pass_first_many, pass_second_many
from wudan.orders.subsidy.actions.correcting import correct, withdraw
from wudan.orders.subsidy.actions.evidencing import add_evidence
from wudan.orders.subsidy.actions.reviewing import (
    accept,
    pass_first,
    pass_second,
    reject,
    return_first,
    send_back,
)
from wudan.orders.subsidy.forms import Override
from wudan.orders.subsidy.models import Claim, Evidence, Review
from wudan.people.actions import tag_group
from wudan.people.models import GroupTag

pytestmark = pytest.mark.django_db
FIRST_DAY = date(2020, 9, 1)
OVERRIDE = Override(amount_fen=80_000, reason="区专题会议同意", document="会议纪要〔2020〕7号")


def test_two_people_pass_a_plain_claim():
    tez = cast()
    claim = second_passed(tez)
    claim.refresh_from_db()
    assert (claim.state, claim.amount_fen) == ("second_passed", 150_000)
    assert (claim.accepted_by, claim.first_by, claim.second_by) == (
        tez.intake.user_id, tez.intake.user_id, tez.reviewer.user_id,
    )  # fmt: skip
    assert list(claim.reviews.order_by("id").values_list("verb", flat=True)) == [
        "accept",
        "pass_first",
        "pass_second",
    ]
    assert claim.reviews.filter(evaluation=None).count() == 0
    assert claim.due_on is None


def test_each_step_has_its_clock():
    tez = cast()
    claim = submitted(tez)
    assert claim.due_on == date(2020, 11, 19)
    claim = accept(claim_id=claim.pk, actor=tez.intake, at=AT + timedelta(days=1))
    assert claim.due_on == date(2020, 11, 24)
    claim = send_back(claim_id=claim.pk, comment="缺证书复印件", actor=tez.intake, at=AT)
    assert claim.due_on == date(2020, 11, 30)


@pytest.mark.parametrize("verb", [accept, pass_first, pass_second])
def test_outsiders_and_other_roles_are_refused(verb):
    tez = cast()
    claim = submitted(tez)
    role = "reviewer" if verb is pass_second else "intake"
    for actor in (outsider(tez, role), tez.worker, tez.provider_clerk, tez.finance, tez.supervisor, tez.town):
        assert refusal(verb, claim_id=claim.pk, actor=actor, at=AT).code == "forbidden"
    for action in (reject, send_back):
        assert (
            refusal(action, claim_id=claim.pk, comment="无", actor=outsider(tez, "intake"), at=AT).code
            == "forbidden"
        )


def test_a_step_out_of_turn_is_refused_with_the_state_in_words():
    tez = cast()
    claim = submitted(tez)
    no = refusal(pass_first, claim_id=claim.pk, actor=tez.intake, at=AT)
    assert no.code == "wrong-state" and "已申请，待受理" in no.sentence
    assert refusal(accept, claim_id=0, actor=tez.intake, at=AT).code == "not-found"


def test_nobody_reviews_his_own_application():
    tez = cast()
    who = person(8)
    officer = make_actor(Role.INTAKE, district_id=tez.code, person=who)
    own = submitted(tez, who)
    assert refusal(accept, claim_id=own.pk, actor=officer, at=AT).code == "forbidden"
    # The same login as the one that handed it in at the counter.
    claim = submit(
        district_id=tez.code, applied_by="person", form=claim_form(), person_id=tez.person.pk,
        authority="本人到场签字", actor=tez.town, at=AT,
    )  # fmt: skip
    same = Actor(tez.town.user_id, Role.INTAKE, "同一人", tez.code)
    assert refusal(accept, claim_id=claim.pk, actor=same, at=AT).code == "forbidden"


def test_both_reviews_by_one_person_are_refused():
    tez = cast()
    claim = first_passed(tez)
    same = Actor(tez.intake.user_id, Role.REVIEWER, "同一人", tez.code)
    assert refusal(pass_second, claim_id=claim.pk, actor=same, at=AT).code == "forbidden"


def test_a_claimed_group_needs_a_proof_for_the_first_day():
    tez = cast()
    claim = accepted(tez, groups="rural;poor")
    no = refusal(pass_first, claim_id=claim.pk, actor=tez.intake, at=AT)
    assert no.code == "group-unproved" and "农村" in no.sentence
    tag_group(
        person_id=tez.person.pk, group="rural", valid_from=FIRST_DAY, proof="户口簿", proved_by="派出所",
        actor=tez.intake, at=AT,
    )  # fmt: skip
    no = refusal(pass_first, claim_id=claim.pk, actor=tez.intake, at=AT)
    assert "农村" not in no.sentence
    pass_first(claim_id=claim.pk, actor=tez.intake, at=AT, verified_groups={"poor": "扶贫名册第3页"})
    tag = GroupTag.objects.get(person=tez.person, group="poor")
    assert (tag.proved_by, tag.proof) == ("区扶贫办", "扶贫名册第3页")
    assert (tag.valid.lower, tag.valid.upper) == (FIRST_DAY, FIRST_DAY + timedelta(days=1))
    seen = {e.fact: e for e in Evidence.objects.filter(claim=claim)}
    assert seen["group:rural"].source == "派出所" and seen["group:poor"].reference == "扶贫名册第3页"


def test_a_claim_in_review_needs_the_reviewers_words():
    tez = cast()
    who = person()
    submitted(tez, who)
    claim = accepted(tez, who, level=3, class_id="K2", certificate_issued_on=date(2020, 11, 2))
    assert (claim.outcome, claim.reasons) == ("review", ["overlap"])
    ask = {"claim_id": claim.pk, "actor": tez.intake, "at": AT, "verified_groups": PROOFS}
    assert refusal(pass_first, **ask).code == "needs-comment"
    assert pass_first(comment="夜班和周末班，签到无冲突", **ask).state == "first_passed"


def test_a_refused_claim_passes_only_by_a_confirmed_override():
    tez = cast()
    claim = accepted(tez, draws_pension=True)
    ask = {"claim_id": claim.pk, "actor": tez.intake, "at": AT, "verified_groups": PROOFS}
    no = refusal(pass_first, **ask)
    assert no.code == "not-payable" and "养老金" in no.sentence and "六（一）" in no.clause
    for broken, code in [
        (Override(amount_fen=1, reason="", document="x"), "override-unexplained"),
        (Override(amount_fen=-1, reason="x", document="x"), "override-amount"),
    ]:
        assert refusal(pass_first, override=broken, **ask).code == code
    claim = pass_first(override=OVERRIDE, **ask)
    assert (claim.outcome, claim.override_outcome, claim.amount_fen) == ("rejected", "approved", 80_000)
    no = refusal(pass_second, claim_id=claim.pk, actor=tez.reviewer, at=AT)
    assert no.code == "override-unconfirmed" and "会议纪要〔2020〕7号" in no.sentence
    claim = pass_second(claim_id=claim.pk, actor=tez.reviewer, at=AT, confirm_override=True)
    assert (claim.state, claim.amount_fen) == ("second_passed", 80_000)


def test_returning_to_first_review_drops_the_override():
    tez = cast()
    claim = first_passed(tez, draws_pension=True, review={"override": OVERRIDE})
    assert (
        refusal(return_first, claim_id=claim.pk, comment=" ", actor=tez.reviewer, at=AT).code
        == "needs-comment"
    )
    claim = return_first(claim_id=claim.pk, comment="依据不足", actor=tez.reviewer, at=AT)
    claim.refresh_from_db()
    assert (claim.state, claim.override_outcome, claim.amount_fen, claim.first_by) == (
        "accepted",
        "",
        0,
        None,
    )


def test_a_district_without_amounts_pays_by_override_only():
    zc = cast("370306")
    claim = accepted(zc)
    assert (claim.outcome, claim.amount_fen) == ("review", None)
    ask = {"claim_id": claim.pk, "actor": zc.intake, "at": AT, "verified_groups": PROOFS, "comment": "同意"}
    assert refusal(pass_first, **ask).code == "no-amount"
    pass_first(override=OVERRIDE, **ask)
    assert (
        pass_second(claim_id=claim.pk, actor=zc.reviewer, at=AT, confirm_override=True).amount_fen == 80_000
    )


def test_a_changed_decision_is_shown_and_must_be_acknowledged():
    tez = cast()
    who = person()
    first = submitted(tez, who)
    second = submitted(tez, who, class_id="K2", started_on=date(2020, 10, 1), ended_on=date(2020, 10, 9))
    assert second.reasons == ["duplicate"]
    withdraw(claim_id=first.pk, actor=tez.provider_clerk, at=AT)
    no = refusal(accept, claim_id=second.pk, actor=tez.intake, at=AT)
    assert no.code == "decision-changed"
    assert (
        "由“不符合条件”变为“符合条件”" in no.sentence
        and "1,500元" in no.sentence
        and "不再有“重复享受”" in no.sentence
    )
    claim = accept(claim_id=second.pk, actor=tez.intake, at=AT, acknowledged=True)
    claim.refresh_from_db()
    assert (claim.outcome, claim.amount_fen) == ("approved", 150_000)
    assert Review.objects.get(claim=claim).difference["outcome"] == ["rejected", "approved"]


def test_a_decided_claim_is_not_pushed_over_a_limit_by_a_corrected_older_one():
    tez = cast()
    who = person()
    older = submitted(tez, who, draws_pension=True)
    send_back(claim_id=older.pk, comment="请核对养老金情况", actor=tez.intake, at=AT)
    newer = second_passed(tez, who, class_id="K2", started_on=date(2020, 10, 1), ended_on=date(2020, 10, 9))
    assert newer.outcome == "approved"
    older = correct(claim_id=older.pk, form=claim_form(), actor=tez.provider_clerk, at=AT)
    assert (older.outcome, older.reasons) == ("rejected", ["duplicate"])


def test_an_override_under_way_keeps_its_place():
    tez = cast()
    who = person()
    first_passed(tez, who, draws_pension=True, review={"override": OVERRIDE})
    later = submitted(
        tez,
        who,
        at=AT + timedelta(hours=1),
        class_id="K2",
        started_on=date(2020, 10, 1),
        ended_on=date(2020, 10, 9),
    )
    assert later.reasons == ["duplicate"]


def test_correcting_keeps_the_old_form_in_history():
    tez = cast()
    claim = submitted(tez)
    assert (
        refusal(correct, claim_id=claim.pk, form=claim_form(), actor=tez.provider_clerk, at=AT).code
        == "wrong-state"
    )
    send_back(claim_id=claim.pk, comment="等级与证书不符", actor=tez.intake, at=AT)
    ask = {"claim_id": claim.pk, "form": claim_form(level=3), "at": AT + timedelta(days=1)}
    for stranger in (tez.worker, tez.enterprise_clerk, outsider(tez, "provider"), tez.town):
        assert refusal(correct, actor=stranger, **ask).code == "forbidden"
    bad = refusal(correct, claim_id=claim.pk, form=claim_form(level=9), actor=tez.provider_clerk, at=AT)
    assert bad.code.startswith("bad-input:")
    claim = correct(actor=tez.provider_clerk, **ask)
    claim.refresh_from_db()
    assert (claim.state, claim.level, claim.amount_fen, claim.applied_at) == ("submitted", 3, 200_000, AT)
    last = History.objects.filter(table_name="subsidy_claim", row_id=str(claim.pk)).order_by("-id").first()
    assert last is not None and last.changes["level"] == [4, 3]
    assert last.actor["label"] == tez.provider_clerk.label


def test_correcting_into_another_live_application_is_refused():
    tez = cast()
    submitted(tez, level=3)
    other = submitted(tez, class_id="K9")
    send_back(claim_id=other.pk, comment="请更正", actor=tez.intake, at=AT)
    assert (
        refusal(correct, claim_id=other.pk, form=claim_form(level=3), actor=tez.provider_clerk, at=AT).code
        == "claim_once"
    )


def test_withdrawing_is_the_applicants_alone_and_ends_at_the_notice():
    tez = cast()
    claim = second_passed(tez)
    for stranger in (tez.worker, tez.enterprise_clerk, outsider(tez, "provider"), tez.town):
        assert refusal(withdraw, claim_id=claim.pk, actor=stranger, at=AT).code == "forbidden"
    assert withdraw(claim_id=claim.pk, actor=tez.provider_clerk, at=AT).state == "withdrawn"
    assert refusal(withdraw, claim_id=claim.pk, actor=tez.provider_clerk, at=AT).code == "wrong-state"


def test_rejecting_needs_words_and_the_right_desk():
    tez = cast()
    claim = submitted(tez)
    assert refusal(reject, claim_id=claim.pk, comment="", actor=tez.intake, at=AT).code == "needs-comment"
    assert reject(claim_id=claim.pk, comment="证书查无此号", actor=tez.intake, at=AT).state == "rejected"
    second = first_passed(tez, person())
    assert (
        refusal(reject, claim_id=second.pk, comment="证书查无此号", actor=tez.intake, at=AT).code
        == "wrong-state"
    )
    assert reject(claim_id=second.pk, comment="证书查无此号", actor=tez.reviewer, at=AT).state == "rejected"
    assert second.reviews.filter(verb="reject_second").exists()


def test_evidence_is_added_by_officials_only():
    tez = cast()
    claim = submitted(tez)
    ask = {
        "claim_id": claim.pk,
        "fact": "certificate_number",
        "value": "网上查到，一致",
        "source": "联网查询",
        "at": AT,
    }
    for stranger in (tez.worker, tez.provider_clerk, outsider(tez, "intake"), tez.finance):
        assert refusal(add_evidence, actor=stranger, **ask).code == "forbidden"
    add_evidence(actor=tez.intake, **ask)
    assert refusal(add_evidence, actor=tez.intake, **{**ask, "fact": "其他"}).code == "unknown-fact"
    assert refusal(add_evidence, actor=tez.intake, **{**ask, "source": " "}).code == "no-source"
    reject(claim_id=claim.pk, comment="不符", actor=tez.intake, at=AT)
    assert refusal(add_evidence, actor=tez.intake, **ask).code == "closed"


def test_a_batch_answers_for_each_claim():
    tez = cast()
    good = [submitted(tez, person(n)) for n in range(30, 33)]
    bad = submitted(tez, person(40), draws_pension=True)
    ids = [c.pk for c in [*good, bad]]
    answers = accept_many(claim_ids=[*ids, 0], actor=tez.intake, at=AT)
    assert [a.done for a in answers] == [True] * 4 + [False] and answers[4].refusal.code == "not-found"
    answers = pass_first_many(claim_ids=ids, actor=tez.intake, at=AT, verified_groups=PROOFS)
    assert [a.done for a in answers] == [True, True, True, False]
    assert answers[3].refusal and answers[3].refusal.code == "not-payable"
    bad.refresh_from_db()
    assert bad.state == "accepted" and not GroupTag.objects.filter(person=bad.person).exists()
    assert all(a.done for a in pass_second_many(claim_ids=ids[:3], actor=tez.reviewer, at=AT))
    assert Claim.objects.filter(state="second_passed").count() == 3
    for action in (accept_many, pass_first_many):
        assert {a.refusal.code for a in action(claim_ids=ids, actor=outsider(tez, "intake"), at=AT)} == {
            "forbidden"
        }


def test_a_batch_takes_few_statements_per_claim(django_assert_max_num_queries):
    tez = cast()
    ids = [submitted(tez, person(n)).pk for n in range(30, 50)]
    with django_assert_max_num_queries(40 + 20 * 12):
        accept_many(claim_ids=ids, actor=tez.intake, at=AT)


# --- 项目制: never above the contract ----------------------------------------------------------------------------
CONTRACT = 4_800_000


def project_form(stage, **counts):
    return claim_form(
        scheme="project", project_id="XM-1", project_stage=stage, contract_fen=CONTRACT, groups="",
        certificate_type="", certificate_issued_on=None, **counts,
    )  # fmt: skip


def stage(tez, name, **counts):
    """One stage of a project of 48,000 yuan, accepted: the advance comes to 28,800, the balance to 19,200."""
    claim = submit(
        district_id=tez.code, applied_by="provider", form=project_form(name, **counts), person_id=None, organisation_id=tez.provider.pk,
        actor=tez.provider_clerk, at=AT,
    )  # fmt: skip
    return accept(claim_id=claim.pk, actor=tez.intake, at=AT)


def by_hand(fen):
    return Override(
        amount_fen=fen, reason="就业率未达到85%，按会议纪要核定", document="会议纪要〔2020〕第5号"
    )


def test_a_manual_sum_reaches_the_rest_of_the_contract_and_no_fen_further():
    tez = cast()
    advance, rest = stage(tez, "advance"), stage(tez, "balance", completed_count=8, employed_count=6)
    pass_first(claim_id=advance.pk, actor=tez.intake, at=AT)
    no = refusal(pass_first, claim_id=rest.pk, actor=tez.intake, at=AT, override=by_hand(1_920_001))
    assert (no.code, no.field) == ("over-contract", "override") and no.clause
    assert "最多还可核定19,200元，现在是19,200.01元" in no.sentence
    passed = pass_first(claim_id=rest.pk, actor=tez.intake, at=AT, override=by_hand(1_920_000))
    assert (passed.state, passed.amount_fen) == ("first_passed", 1_920_000)


def test_a_computed_sum_does_not_pass_over_what_a_manual_one_left():
    tez = cast()
    advance, rest = stage(tez, "advance"), stage(tez, "balance", completed_count=8, employed_count=8)
    pass_first(claim_id=advance.pk, actor=tez.intake, at=AT, override=by_hand(CONTRACT - 1_000_000))
    assert refusal(pass_first, claim_id=rest.pk, actor=tez.intake, at=AT).code == "over-contract"
    return_first(claim_id=advance.pk, actor=tez.reviewer, at=AT, comment="预拨应为60%")
    assert pass_first(claim_id=rest.pk, actor=tez.intake, at=AT).amount_fen == 1_920_000


def test_both_stages_in_one_batch_do_not_pass_together_over_the_contract():
    tez = cast()
    ids = [stage(tez, "advance").pk, stage(tez, "balance", completed_count=8, employed_count=6).pk]
    made = pass_first_many(claim_ids=ids, actor=tez.intake, at=AT, override=by_hand(2_880_000))
    assert [answer.done for answer in made] == [True, False]
    assert made[1].refusal.code in ("over-contract", "wudan-ledger")
    assert Claim.objects.get(pk=ids[1]).state == "accepted"


def test_a_contract_sum_written_wrongly_is_mended_by_the_applicant():
    tez = cast()
    advance, rest = stage(tez, "advance"), stage(tez, "balance", completed_count=8, employed_count=6)
    pass_first(claim_id=advance.pk, actor=tez.intake, at=AT)
    send_back(claim_id=rest.pk, actor=tez.intake, at=AT, comment="合同金额应为5万元")
    form = project_form("balance", completed_count=8, employed_count=6)
    correct(claim_id=rest.pk, form=replace(form, contract_fen=5_000_000), actor=tez.provider_clerk, at=AT)
    accept(claim_id=rest.pk, actor=tez.intake, at=AT, acknowledged=True)
    ask = {"claim_id": rest.pk, "actor": tez.intake, "at": AT}
    assert refusal(pass_first, override=by_hand(2_120_001), **ask).code == "over-contract"
    assert pass_first(override=by_hand(2_120_000), **ask).amount_fen == 2_120_000
