"""Columns only one rulebook has, on every form that applies or estimates: asked in its words, checked by them, decided on."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import AT, Cast, cast, make_person
from tests.catalogue_cast import an_open_offer
from tests.orders.subsidy.certified import chain
from tests.orders.subsidy.test_own_columns import applied
from tests.own_columns import with_own_columns
from tests.web.learner.test_apply import walk
from tests.web.provider.test_claims import application
from tests.web.public.test_pages import GOOD
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.orders.subsidy.actions.entitling import prepare_due
from wudan.orders.subsidy.actions.reviewing import send_back
from wudan.orders.subsidy.models import Claim, Due, FactCorrection
from wudan.policy.engine.explain import explain
from wudan.policy.engine.rulebook import load_rulebook
from wudan.web.public.estimate_forms import EstimateForm
from wudan.web.shared.own_fields import own_asked

pytestmark = pytest.mark.django_db
ASKED = ["contract_months", "contract_signed_on", "fiscal_payroll", "tool_fee_fen", "lessons", "delivery"]
FILLED = {
    "contract_months": "24", "contract_signed_on": "2020-08-01", "fiscal_payroll": "no", "tool_fee_fen": "120.5",
    "lessons": "线下、线上", "delivery": "blended",
}  # fmt: skip
SITUATION: dict[str, Any] = {**GOOD, **FILLED}
KEPT = {
    "contract_months": 24, "contract_signed_on": "2020-08-01", "fiscal_payroll": False, "tool_fee_fen": 12_050,
    "lessons": "线上;线下", "delivery": "blended",
}  # fmt: skip
WRONG = [
    ({"contract_months": "一年"}, "“劳动合同期限”应为不小于0的整数。没有签订劳动合同的不填。"),
    ({"contract_months": "-1"}, "“劳动合同期限”应为不小于0的整数。没有签订劳动合同的不填。"),
    ({"contract_signed_on": "八月"}, "“劳动合同签订日期”应为1900至2100年间的日期。请核对后填写。"),
    ({"delivery": "空中"}, "“培训方式”应为线下集中、线上线下结合之一。请核对后填写。"),
    ({"tool_fee_fen": "很多"}, "金额没有读懂"),
]


@pytest.fixture
def tez(db: None, settings: Any) -> Cast:
    settings.WUDAN_CLOCK_SHIFT = AT - timezone.now()
    made = cast("370405")
    with_own_columns(made)
    return made


def sitting(tez: Cast, who: str) -> Client:
    client = Client()
    client.force_login(tez.user(who))
    return client


def text(response: Any) -> str:
    return str(response.content.decode())


def asked_in(shown: str) -> list[str]:
    return [name for name in re.findall(r'<(?:input|select)[^>]* name="(\w+)"', shown) if name in ASKED]


# --- estimate -----------------------------------------------------------------------------------------------------
def test_the_estimate_asks_for_them_and_depends_on_them(tez: Cast, client: Client) -> None:
    url = reverse("public:estimate_scheme", args=[tez.code, "training"])
    form = text(client.get(url))
    assert asked_in(form) == ASKED
    for words in (
        "劳动合同期限（个月）",
        "没有签订劳动合同的不填。",
        "是否财政供养人员",
        "工具费（元）",
        "线上线下结合",
    ):
        assert words in form
    other = text(client.get(reverse("public:estimate_scheme", args=[tez.code, "startup_training"])))
    assert asked_in(other) == []  # its rules read none of them
    assert "可以领取" in text(client.get(url, SITUATION))
    assert "可以领取" in text(client.get(url, GOOD))  # left empty: these rules ask only what is given
    refused = text(client.get(url, SITUATION | {"contract_months": "11"}))
    assert "目前不能领取" in refused
    assert "劳动合同11个月，不足12个月" in refused
    assert "“劳动合同期限”为12个月" in refused  # what would have to differ
    assert "申请人是财政供养人员" in text(client.get(url, SITUATION | {"fiscal_payroll": "yes"}))
    assert "工具费500.01元" in text(client.get(url, SITUATION | {"tool_fee_fen": "500.01"}))
    assert "没有线下课" in text(client.get(url, SITUATION | {"lessons": "线上"}))


def test_the_decision_as_data_reads_them_too(tez: Cast, client: Client) -> None:
    url = reverse("public:decision", args=[tez.code, "training"])
    facts = {"certificate_type": "skill_level", "level": "4", "certificate_issued_on": "2020-10-30"}
    assert client.get(url, facts | {"contract_months": "12"}).json()["outcome"] == "approved"
    refused = client.get(url, facts | {"contract_months": "11"}).json()
    assert (refused["outcome"], refused["reasons"][0]["code"]) == ("rejected", "short-contract")
    wrong = client.get(url, facts | {"contract_months": "一年"}).json()
    assert "“劳动合同期限”应为不小于0的整数" in wrong["reasons"][0]["sentence"]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_the_estimate_says_what_is_wrong_in_the_rulebooks_words(
    tez: Cast, client: Client, given: dict[str, str], words: str
) -> None:
    answer = client.get(reverse("public:estimate_scheme", args=[tez.code, "training"]), SITUATION | given)
    assert answer.status_code == 422
    assert words in text(answer)


@pytest.mark.parametrize("name", ["qingdao", "tianjin", "national-2023"])
def test_every_scheme_of_the_examples_asks_for_its_own_columns(name: str) -> None:
    rulebook = load_rulebook(name)
    asked = 0
    for scheme in rulebook.schemes.values():
        own = own_asked(rulebook, scheme.columns)
        asked += len(own)
        empty = EstimateForm(rulebook=rulebook, scheme=scheme)
        assert [field for field in empty.fields if field in rulebook.own] == own, scheme.code
        given = {**GOOD, "groups": [], **{field: _some(empty.fields[field]) for field in own}}
        form = EstimateForm(given, rulebook=rulebook, scheme=scheme)
        assert form.is_valid(), (scheme.code, form.errors)
        facts = form.facts(date(2023, 6, 1))
        assert set(own) <= set(facts)
        decision = explain(rulebook, [facts], "1").decision
        assert not any(reason.removeprefix("bad-input:") in own for reason in decision.reasons)
    assert asked, "an example without columns of its own shows nothing here"


def _some(field: Any) -> str:
    choices = [code for code, _ in getattr(field, "choices", ()) if code]
    if choices:
        return str(choices[-1])
    return "2020-05-01" if "Date" in type(field).__name__ else "12"


# --- applying -----------------------------------------------------------------------------------------------------
def test_a_worker_is_asked_on_one_page_and_they_are_kept(tez: Cast) -> None:
    me = sitting(tez, "worker")
    asked = me.get(reverse("learner:question", args=[tez.code, "training", "own"]))
    assert asked_in(text(asked)) == ASKED
    glance = text(walk(me, tez.code, "training", own=FILLED))
    for words in ("24个月", "2020年8月1日", "120.50元", "线上线下结合", "补贴1,500元"):
        assert words in glance
    assert "申请已提交" in text(me.post(reverse("learner:check", args=[tez.code, "training"]), follow=True))
    claim = Claim.objects.get()
    assert claim.own == KEPT
    assert claim.evaluation is not None
    assert {k: claim.evaluation.facts[k] for k in KEPT} == KEPT


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_a_worker_reads_what_is_wrong_beside_the_field(tez: Cast, given: dict[str, str], words: str) -> None:
    url = reverse("learner:question", args=[tez.code, "training", "own"])
    answer = sitting(tez, "worker").post(url, FILLED | given)
    assert answer.status_code == 422
    assert words in text(answer)
    future = sitting(tez, "worker").post(url, FILLED | {"contract_signed_on": "2029-01-01"})
    assert "这一天还没有到" in text(future)


def test_a_worker_mends_one_and_the_others_stay(tez: Cast) -> None:
    claim = applied(tez, contract_months=11, delivery="offline")
    send_back(claim_id=claim.pk, actor=tez.intake, at=AT, comment="请核对合同期限")
    me = sitting(tez, "worker")
    url = reverse("learner:correct_question", args=[claim.pk, "own"])
    shown = text(me.get(url))
    assert 'value="11"' in shown
    assert '<option value="offline" selected>' in shown
    me.post(url, {"contract_months": "24", "delivery": "offline", "fiscal_payroll": "no"})
    assert "补正已提交" in text(me.post(reverse("learner:correct", args=[claim.pk]), follow=True))
    claim.refresh_from_db()
    assert (claim.own, claim.outcome) == (
        {"contract_months": 24, "delivery": "offline", "fiscal_payroll": False},
        "approved",
    )


@pytest.mark.parametrize(
    ("who", "area"), [("provider_clerk", "provider"), ("enterprise_clerk", "enterprise")]
)
def test_an_organisation_is_asked_and_they_are_kept(tez: Cast, who: str, area: str) -> None:
    client, scheme = sitting(tez, who), "training" if area == "provider" else "pre_job"
    url = reverse(f"{area}:claim_form", args=[scheme])
    if area == "enterprise":
        assert asked_in(text(client.get(url))) == []  # the rules of this scheme read none
        return
    assert asked_in(text(client.get(url))) == ASKED
    tried = text(client.post(url, application() | FILLED | {"contract_months": "6", "do": "estimate"}))
    assert "不能补贴" in tried
    assert "合同太短" in tried
    wrong = client.post(url, application() | FILLED | {"contract_months": "一年", "do": "submit"})
    assert wrong.status_code == 422
    assert "“劳动合同期限”应为不小于0的整数" in text(wrong)
    assert not Claim.objects.exists()
    assert "申请已提交" in text(client.post(url, application() | FILLED | {"do": "submit"}, follow=True))
    claim = Claim.objects.get()
    assert (claim.own, claim.outcome) == (KEPT, "approved")
    send_back(claim_id=claim.pk, actor=tez.intake, at=AT, comment="请核对")
    mending = reverse("provider:claim_correct", args=[claim.pk])
    shown = text(client.get(mending))
    assert 'value="120.50"' in shown
    assert 'value="线上；线下"' in shown
    given = {
        k: v
        for k, v in application().items()
        if k not in ("name", "number", "phone", "bank", "account", "authority")
    }
    client.post(mending, given | FILLED | {"contract_months": "36"})
    claim.refresh_from_db()
    assert claim.own == KEPT | {"contract_months": 36}


def test_the_counter_asks_for_them_too(tez: Cast) -> None:
    url = reverse("bureau:person_apply", args=[tez.person.pk, "training"])
    client = sitting(tez, "town")
    assert asked_in(text(client.get(url))) == ASKED
    given = application() | FILLED | {"authority": "本人到场，按指印", "fiscal_payroll": "yes"}
    client.post(url, given)
    claim = Claim.objects.get()
    assert (claim.own, claim.reasons) == (KEPT | {"fiscal_payroll": True}, ["fiscal-payroll"])


def test_a_prepared_subsidy_asks_its_learner_for_them(tez: Cast) -> None:
    (due,) = prepare_due(certificate_id=chain(tez).certificate.pk, at=AT)
    me, url = sitting(tez, "worker"), reverse("learner:due", args=[due.pk])
    shown = text(me.get(url))
    assert asked_in(shown) == ASKED
    assert "还有几项请您填写" in shown
    answer = reverse("learner:due_answer", args=[due.pk])
    wrong = me.post(answer, FILLED | {"contract_months": "一年"})
    assert wrong.status_code == 422
    assert "“劳动合同期限”应为不小于0的整数" in text(wrong)
    told = text(me.post(answer, FILLED | {"contract_months": "6"}, follow=True))
    assert "已填写" in told
    assert "为什么暂时不能领" in told
    assert "劳动合同6个月，不足12个月" in told
    told = text(me.post(answer, FILLED, follow=True))
    assert "修改您填写的内容" in told
    assert "线上线下结合" in told
    me.post(reverse("learner:due_confirm", args=[due.pk]))
    assert Claim.objects.get().own == KEPT
    assert me.post(answer, FILLED).status_code == 404  # it is an application now
    assert sitting(tez, "provider_clerk").post(answer, FILLED).status_code == 403


def test_a_class_due_to_an_organisation_is_answered_once(tez: Cast) -> None:
    learners = [make_person(60 + n, name="孙八") for n in range(2)]
    made = chain(tez, *learners)
    due = prepare_due(certificate_id=made.certificate.pk, at=AT)[0]
    other = prepare_due(certificate_id=made.certificates[1].pk, at=AT)[0]
    with acting(actor=SYSTEM, at=AT, basis="测试"):  # as a line whose money goes to the provider
        Due.objects.update(applied_by="provider", organisation=tez.provider)
    client, url = sitting(tez, "provider_clerk"), reverse("provider:due", args=[due.pk])
    shown = text(client.get(url))
    assert asked_in(shown) == ASKED
    wrong = client.post(reverse("provider:due_own", args=[due.pk]), FILLED | {"delivery": "空中"})
    assert wrong.status_code == 422
    assert "“培训方式”应为线下集中、线上线下结合之一" in text(wrong)
    client.post(reverse("provider:due_own", args=[due.pk]), FILLED)
    assert [d.form["own"] for d in Due.objects.filter(pk__in=[due.pk, other.pk])] == [KEPT, KEPT]
    assert (
        sitting(tez, "enterprise_clerk")
        .post(reverse("enterprise:due_own", args=[due.pk]), FILLED)
        .status_code
        == 404
    )


def test_before_choosing_a_class_it_is_said_that_they_are_not_counted_yet(tez: Cast) -> None:
    shown = text(sitting(tez, "worker").get(reverse("learner:course", args=[an_open_offer(tez).pk])))
    assert (
        "劳动合同期限、劳动合同签订日期、财政供养人员、工具费、上课方式记录、培训方式在申请补贴时填写"
        in shown
    )
    assert "预计可为您补贴1,500元" in shown


# --- the officials ------------------------------------------------------------------------------------------------
def test_an_official_sees_them_and_corrects_one(tez: Cast) -> None:
    claim = applied(tez, **KEPT)
    client = sitting(tez, "intake")
    shown = text(client.get(reverse("bureau:claim", args=[claim.pk])))
    assert "24个月" in shown
    assert "线上线下结合" in shown
    url = reverse("bureau:claim_rectify", args=[claim.pk, "delivery"])
    assert url in shown
    assert "更正为：培训方式" in text(client.get(url))
    assert client.post(url, {"value": "空中", "source": "备案"}).status_code == 422
    assert client.post(url, {"value": "offline", "source": "开班备案"}).status_code == 302
    made = FactCorrection.objects.get()
    assert (made.column, made.was, made.value) == ("delivery", "blended", "offline")
    day = reverse("bureau:claim_rectify", args=[claim.pk, "contract_signed_on"])
    assert client.post(day, {"value": "2020-11-02", "source": "合同原件"}).status_code == 302
    assert FactCorrection.objects.latest("pk").value == "2020-11-02"
