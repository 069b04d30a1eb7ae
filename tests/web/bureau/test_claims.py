"""To-do, list and one case: who sees what, and what each button does."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import AT, Cast, make_person, outsider
from tests.orders.subsidy.chain import PROOFS, accepted, approved, first_passed, second_passed, submitted
from wudan.kernel.models import JournalEntry
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim, Review


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


def do(client: Any, claim: Claim, verb: str, **data: Any) -> Any:
    return client.post(url("claim_act", claim.pk, verb), data)


def test_home_shows_the_pile_with_its_clock(tez: Cast, as_: Any) -> None:
    claim = submitted(tez)
    page = as_(tez.intake).get(url("home")).content.decode()
    assert "王小明" in page
    assert url("claim", claim.pk) in page
    assert "个工作日" in page
    assert "没有等您办理的申请" in as_(tez.reviewer).get(url("home")).content.decode()
    assert as_(tez.town).get(url("home")).status_code == 200


@pytest.mark.parametrize("who", ["finance", "supervisor", "provider_clerk", "worker", "policy", "system"])
def test_home_is_not_for_others(tez: Cast, as_: Any, who: str) -> None:
    assert as_(getattr(tez, who)).get(url("home")).status_code == 403


def test_a_visitor_is_sent_to_log_in(client: Any, tez: Cast) -> None:
    assert client.get(url("home")).status_code == 302


def test_another_districts_officer_sees_nothing(tez: Cast, as_: Any) -> None:
    claim = accepted(tez)
    stranger = as_(outsider(tez, "intake"))
    assert claim.number not in stranger.get(url("claims")).content.decode()
    assert stranger.get(url("claim", claim.pk)).status_code == 404
    assert do(stranger, claim, "pass_first").status_code == 404
    assert stranger.post(url("claim_reveal", claim.pk, "identity"), {"reason": "核对"}).status_code == 404
    claim.refresh_from_db()
    assert claim.state == "accepted"


def test_the_list_finds_narrows_and_exports(tez: Cast, as_: Any) -> None:
    claim = submitted(tez)
    client = as_(tez.intake)
    for query in (f"q={claim.number}", "q=王小明", "state=submitted", f"organisation={tez.provider.pk}"):
        assert claim.number in client.get(f"{url('claims')}?{query}").content.decode(), query
    for query in ("q=没有的人", "state=paid", "overdue=1"):
        assert claim.number not in client.get(f"{url('claims')}?{query}").content.decode(), query
    exported = b"".join(client.get(f"{url('claims')}?export=csv"))
    assert claim.number in exported.decode()
    assert "37040519" not in exported.decode()


def test_queries_do_not_grow_with_rows(tez: Cast, as_: Any, django_assert_max_num_queries: Any) -> None:
    for n in range(10, 18):
        submitted(tez, make_person(n, name=f"张{n}"))
    client = as_(tez.intake)
    for name in ("home", "claims"):
        with django_assert_max_num_queries(30):
            assert client.get(url(name)).status_code == 200


def test_accept_says_what_comes_next(tez: Cast, as_: Any) -> None:
    claim = submitted(tez)
    response = as_(tez.intake).post(url("claim_act", claim.pk, "accept"), follow=True)
    assert response.status_code == 200
    assert "下一步：初审" in response.content.decode()
    claim.refresh_from_db()
    assert claim.state == "accepted"


def test_an_unproved_group_is_marked_and_asked_for(tez: Cast, as_: Any) -> None:
    claim = accepted(tez)
    client = as_(tez.intake)
    page = client.get(url("claim", claim.pk)).content.decode()
    assert "有类别未证明" in page
    refused = do(client, claim, "pass_first", comment="材料齐全")
    assert refused.status_code == 409
    assert "没有证明" in refused.content.decode()
    assert "材料齐全" in refused.content.decode()  # what was typed is still there
    assert do(client, claim, "pass_first", proof_rural="户口簿").status_code == 302
    claim.refresh_from_db()
    assert claim.state == "first_passed"


def test_an_override_is_whole_and_needs_the_second_eye(tez: Cast, as_: Any) -> None:
    claim = accepted(tez)
    client = as_(tez.intake)
    half = do(client, claim, "pass_first", proof_rural="户口簿", override_yuan="800")
    assert half.status_code == 422
    whole = do(
        client, claim, "pass_first", proof_rural="户口簿", override_yuan="800", override_reason="按会议纪要",
        override_document="区长办公会议纪要第5号",
    )  # fmt: skip
    assert whole.status_code == 302
    client = as_(tez.reviewer)
    assert "人工认定：同意发放800元" in client.get(url("claim", claim.pk)).content.decode()
    assert do(client, claim, "pass_second").status_code == 409
    assert do(client, claim, "pass_second", confirm_override="on").status_code == 302
    claim.refresh_from_db()
    assert (claim.state, claim.amount_fen) == ("second_passed", 80000)


@pytest.mark.parametrize(
    ("verb", "who", "state"),
    [("send_back", "intake", "returned"), ("reject", "intake", "rejected"), ("return_first", "reviewer", "accepted"),
     ("reject_second", "reviewer", "rejected")],
)  # fmt: skip
def test_ways_back_need_a_reason(tez: Cast, as_: Any, verb: str, who: str, state: str) -> None:
    claim = accepted(tez) if who == "intake" else first_passed(tez)
    client = as_(getattr(tez, who))
    assert do(client, claim, verb, comment="").status_code == 422
    assert do(client, claim, verb, comment="证书照片不清楚").status_code == 302
    claim.refresh_from_db()
    assert claim.state == state
    assert Review.objects.filter(claim=claim, comment="证书照片不清楚").exists()


def test_a_changed_result_is_acknowledged_first(tez: Cast, as_: Any) -> None:
    claim = accepted(tez)
    for n in (1, 2, 3):  # applied for earlier and decided meanwhile: this one is now over the year's limit
        second_passed(
            tez, tez.person, at=AT - timedelta(days=9 - n), class_id=f"Z{n}", occupation_code=f"6-18-02-0{n + 4}",
            started_on=date(2020, n, 1), ended_on=date(2020, n, 20), certificate_issued_on=date(2020, n, 25),
        )  # fmt: skip
    client = as_(tez.intake)
    response = do(client, claim, "pass_first", proof_rural="户口簿")
    page = response.content.decode()
    assert response.status_code == 409
    assert "结果与上次不同" in page
    assert "已核对上面的差异" in page
    again = do(client, claim, "pass_first", proof_rural="户口簿", acknowledged="on")
    assert again.status_code == 409  # known now, but still not payable
    assert "不予通过" in again.content.decode()


def test_one_person_does_not_review_twice(tez: Cast, as_: Any) -> None:
    claim = first_passed(tez)
    assert "复审通过</button>" not in as_(tez.intake).get(url("claim", claim.pk)).content.decode()
    assert do(as_(tez.intake), claim, "pass_second").status_code == 403


def test_who_may_publish_is_not_told_that_nothing_can_be_done(tez: Cast, as_: Any) -> None:
    claim = second_passed(tez)
    shown = as_(tez.reviewer).get(url("claim", claim.pk)).content.decode()
    assert "去列入公示" in shown
    assert "不能办理" not in shown
    other = as_(tez.intake).get(url("claim", claim.pk)).content.decode()
    assert "现在由区人社局复审岗办理，您可以查看，不能办理。" in other
    assert "去列入公示" not in other


def test_a_project_s_heads_are_numbers_and_its_other_claims_are_there(tez: Cast, as_: Any) -> None:
    claims = []
    for n in (1, 2):
        form = ClaimForm(
            scheme="project",
            project_id=f"X{n}",
            project_stage="advance",
            contract_fen=900_000,
            completed_count=4,
        )
        claims.append(
            submit(
                district_id=tez.code, applied_by="provider", form=form, person_id=None, organisation_id=tez.provider.pk,
                actor=tez.provider_clerk, at=AT,
            )
        )  # fmt: skip
    shown = as_(tez.intake).get(url("claim", claims[0].pk)).content.decode()
    assert ">4人<" in shown and ">0人<" in shown
    assert "级人" not in shown
    assert "这个单位的其他项目申请" in shown
    assert url("claim", claims[1].pk) in shown


def test_policy_reads_but_does_nothing(tez: Cast, as_: Any) -> None:
    claim = accepted(tez)
    client = as_(tez.policy)
    page = client.get(url("claim", claim.pk))
    assert page.status_code == 200
    assert "您可以查看，不能办理" in page.content.decode()
    assert "查看原文" not in page.content.decode()
    assert do(client, claim, "accept").status_code == 403


def test_a_number_is_shown_for_a_reason_and_journalled(tez: Cast, as_: Any) -> None:
    claim = submitted(tez)
    client = as_(tez.intake)
    number = tez.person.number()
    assert number not in client.get(url("claim", claim.pk)).content.decode()
    assert client.post(url("claim_reveal", claim.pk, "identity"), {"reason": ""}).status_code == 422
    shown = client.post(url("claim_reveal", claim.pk, "identity"), {"reason": "与身份证复印件核对"})
    assert number in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    assert JournalEntry.objects.filter(verb="unmask", reason="与身份证复印件核对").count() == 1
    assert (
        as_(tez.town).post(url("claim_reveal", claim.pk, "identity"), {"reason": "看看"}).status_code == 403
    )


def test_an_approved_claim_has_its_whole_chain(tez: Cast, as_: Any) -> None:
    claim = approved(tez)
    page = as_(tez.reviewer).get(url("claim", claim.pk)).content.decode()
    for words in ("已核定，待拨付", "公示与异议", "财务拨付", "初审通过", "逐项变更记录"):
        assert words in page
    assert PROOFS["rural"] in page


def test_where_a_fact_was_seen_is_kept_with_its_age(tez: Cast, as_: Any) -> None:
    claim = accepted(tez)
    client = as_(tez.intake)
    data = {"fact": "certificate_number", "value": "编号一致", "source": "证书原件", "reference": "第2页"}
    assert client.post(url("claim_prove", claim.pk), {**data, "source": ""}).status_code == 422
    page = client.post(url("claim_prove", claim.pk), data, follow=True).content.decode()
    assert "证书原件：编号一致" in page
    assert "今天查验" in page
    assert as_(tez.policy).post(url("claim_prove", claim.pk), data).status_code == 403
    assert as_(outsider(tez, "intake")).post(url("claim_prove", claim.pk), data).status_code == 404
