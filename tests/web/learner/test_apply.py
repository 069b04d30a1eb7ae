"""Applying one question at a time, and mending what came back. No JavaScript takes part."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cast import AT, Cast, cast
from tests.web.learner.test_home_and_claim import own_claim, text
from wudan.orders.subsidy.actions.reviewing import send_back
from wudan.orders.subsidy.models import Claim
from wudan.policy.queries import rulebook_for
from wudan.web.learner.drafts import for_persons

ANSWERS: dict[str, dict[str, Any]] = {
    "occupation": {"occupation_name": "车工", "occupation_code": "6-18-02-04"},
    "certificate": {"certificate_type": "skill_level"},
    "level": {"level": "4"},
    "paper": {"certificate_number": "S000037040520204000001", "certificate_issued_on": "2020-10-30"},
    "prior": {"prior_level": "3"},
    "class": {"started_on": "2020-09-01", "ended_on": "2020-09-20", "class_name": "车工一班", "class_id": ""},
    "project": {"project_id": "XM-1", "attended_days": "6"},
    "insured": {"insured_months": "24"},
    "groups": {"groups": ["poor", "employee"]},
    "pension": {"draws_pension": "no"},
}


def walk(me: Client, code: str, scheme: str, **changes: dict[str, Any]) -> Any:
    """Answer every question until the glance over everything; gives that page."""
    response = me.get(reverse("learner:begin", args=[code, scheme]), follow=True)
    for _ in range(15):
        path = response.request["PATH_INFO"]
        if "/ask/" not in path:
            return response
        key = path.rstrip("/").rsplit("/", 1)[1]
        response = me.post(path, {**ANSWERS.get(key, {}), **changes.get(key, {})}, follow=True)
        assert response.status_code == 200, text(response)[-3000:]
    raise AssertionError("the questions do not end")


def test_step_by_step_to_a_claim(tez: Cast, me: Client) -> None:
    first = me.get(reverse("learner:begin", args=[tez.code, "training"]), follow=True)
    assert "第2步，共8步" in text(first)
    seen = walk(me, tez.code, "training")
    shown = text(seen)
    for words in (
        "第8步，共8步",
        "车工",
        "中级工",
        "2020年10月30日",
        "补贴1,500元",
        "提交申请",
        "您填写的内容",
    ):
        assert words in shown
    assert Claim.objects.count() == 0  # nothing is half saved
    done = me.post(reverse("learner:check", args=[tez.code, "training"]), follow=True)
    claim = Claim.objects.get()
    assert done.request["PATH_INFO"] == reverse("learner:claim", args=[claim.pk])
    assert "申请已提交" in text(done)
    assert "日前受理" in text(done)
    assert (claim.applied_by, claim.person_id, claim.amount_fen, claim.class_name) == (
        "person",
        tez.person.pk,
        150_000,
        "车工一班",
    )
    again = me.get(reverse("learner:check", args=[tez.code, "training"]))
    assert again.status_code == 302  # the draft is gone


def test_the_same_application_again_is_refused_in_place(tez: Cast, me: Client) -> None:
    own_claim(tez, class_id="", class_name="车工一班")
    walk(me, tez.code, "training")
    response = me.post(reverse("learner:check", args=[tez.code, "training"]))
    assert response.status_code == 422
    assert "已经提交过" in text(response)
    assert "您填写的内容" in text(response)


@pytest.mark.parametrize("code", ["370405", "370306"])
def test_every_subsidy_for_persons_of_both_districts(tez: Cast, me: Client, code: str) -> None:
    if code != tez.code:
        cast(code, pools=False)
    rulebook = rulebook_for(code)
    offered = text(me.get(reverse("learner:apply") + f"?d={code}"))
    for scheme in rulebook.schemes.values():
        url = reverse("learner:begin", args=[code, scheme.code])
        if not for_persons(rulebook, scheme):
            assert me.get(url).status_code == 404
            assert url not in offered
            continue
        assert url in offered
        technician = {"level": {"level": "2"}, "paper": {"certificate_number": "S000037040520202000001"}}
        shown = text(walk(me, code, scheme.code, **(technician if scheme.code == "technician" else {})))
        if code == "370306":
            assert "没有写明补贴金额" in shown or "不符合条件" in shown
        else:
            assert "元" in shown


def test_faults_stand_beside_their_answers(tez: Cast, me: Client) -> None:
    for key in ("occupation", "certificate", "level"):
        me.post(reverse("learner:question", args=[tez.code, "training", key]), ANSWERS[key])
    url = reverse("learner:question", args=[tez.code, "training", "paper"])
    wrong = me.post(
        url, {"certificate_number": "S000037040520203000001", "certificate_issued_on": "2020-10-30"}
    )
    assert wrong.status_code == 422
    assert "与申请的中级工（四级）不一致" in text(wrong)
    future = me.post(url, {**ANSWERS["paper"], "certificate_issued_on": "2029-01-01"})
    assert "这一天还没有到" in text(future)
    half = me.post(
        reverse("learner:question", args=[tez.code, "training", "class"]),
        {"started_on": "2020-09-01", "ended_on": ""},
    )
    assert half.status_code == 422
    assert "应同时填写" in text(half)


def test_without_a_certificate_its_number_is_not_asked(tez: Cast, me: Client) -> None:
    shown = text(walk(me, tez.code, "training", certificate={"certificate_type": "none"}))
    assert "还没有拿到证书" in shown
    assert "不符合条件" in shown
    assert "第6步，共6步" in shown


def test_nobody_skips_to_the_end(tez: Cast, me: Client) -> None:
    response = me.get(reverse("learner:check", args=[tez.code, "training"]))
    assert response["Location"] == reverse("learner:question", args=[tez.code, "training", "occupation"])
    assert me.post(reverse("learner:check", args=[tez.code, "training"])).status_code == 302
    assert Claim.objects.count() == 0
    assert me.get(reverse("learner:question", args=[tez.code, "training", "nothing"])).status_code == 404
    assert me.get(reverse("learner:begin", args=["999999", "training"])).status_code == 404


def test_an_answer_is_changed_from_the_glance(tez: Cast, me: Client) -> None:
    walk(me, tez.code, "training")
    url = reverse("learner:question", args=[tez.code, "training", "pension"])
    response = me.post(url, {"draws_pension": "yes"}, follow=True)
    assert response.request["PATH_INFO"] == reverse("learner:check", args=[tez.code, "training"])
    assert "不符合条件" in text(response)


def test_mending_what_came_back(tez: Cast, me: Client) -> None:
    claim = own_claim(tez)
    assert me.get(reverse("learner:correct", args=[claim.pk])).status_code == 409
    send_back(claim_id=claim.pk, actor=tez.intake, at=AT, comment="班级名称写错了")
    page = text(me.get(reverse("learner:claim", args=[claim.pk])))
    assert "班级名称写错了" in page
    assert "现在补正" in page
    glance = text(me.get(reverse("learner:correct", args=[claim.pk])))
    assert "班级名称写错了" in glance
    assert "车工一班" in glance
    me.post(
        reverse("learner:correct_question", args=[claim.pk, "class"]),
        {"started_on": "2020-09-01", "ended_on": "2020-09-20", "class_name": "车工二班", "class_id": "K1"},
    )
    claim.refresh_from_db()
    assert claim.class_name == "车工一班"  # not before it is handed in
    done = me.post(reverse("learner:correct", args=[claim.pk]), follow=True)
    assert "补正已提交" in text(done)
    claim.refresh_from_db()
    assert (claim.state, claim.class_name) == ("submitted", "车工二班")
