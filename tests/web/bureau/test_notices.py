"""Notice, objection, approval, recovery."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from tests.cast import AT, Cast, make_person, outsider, valid_phone
from tests.orders.payment.making import answer, approved_claims, lines_of, sent
from tests.orders.subsidy.chain import LATER, cleared, noticed, second_passed
from wudan.orders.payment.actions.returning import record_return
from wudan.orders.subsidy.actions.objecting import object_to
from wudan.orders.subsidy.models import Claim, Notice, Objection


@pytest.fixture
def later(settings: Any) -> None:
    settings.WUDAN_CLOCK_SHIFT = LATER - datetime.now(UTC)


def url(name: str, *args: Any) -> str:
    return reverse(f"bureau:{name}", args=args)


def objected(tez: Cast) -> tuple[Claim, Objection]:
    claim, line = noticed(tez)
    return claim, object_to(line_id=line.pk, content="此人没有参加培训", phone=valid_phone(77), at=AT)


def state(claim: Claim) -> str:
    return str(Claim.objects.get(pk=claim.pk).state)


def test_what_is_previewed_is_what_is_published(tez: Cast, as_: Any) -> None:
    claims = [second_passed(tez, make_person(n, name=f"赵小{n}")) for n in (31, 32)]
    client = as_(tez.reviewer)
    assert "等待公示的共2件" in client.get(url("notice_new")).content.decode()
    page = client.post(url("notice_preview"), {"all": "1"}).content.decode()
    assert "1,500元/人" in page
    assert "赵小31" not in page
    assert state(claims[0]) == "second_passed"
    ids = ",".join(str(c.pk) for c in claims)
    done = client.post(url("notice_open"), {"ids": ids, "title": "2020年第11期公示"}, follow=True)
    assert "受理异议" in done.content.decode()
    notice = Notice.objects.get()
    for line in notice.lines.all():
        assert line.name_masked in page
        assert line.number_masked in page
        assert line.standard in page


def test_without_a_title_or_claims_nothing_opens(tez: Cast, as_: Any) -> None:
    claim = second_passed(tez)
    client = as_(tez.reviewer)
    assert client.post(url("notice_open"), {"ids": str(claim.pk), "title": ""}).status_code == 422
    assert client.post(url("notice_preview"), {}).status_code == 302
    assert not Notice.objects.exists()


def test_only_the_districts_reviewer_opens(tez: Cast, as_: Any) -> None:
    claim = second_passed(tez)
    data = {"ids": str(claim.pk), "title": "公示"}
    assert as_(tez.intake).post(url("notice_open"), data).status_code == 403
    as_(outsider(tez, "reviewer")).post(url("notice_open"), data)
    assert state(claim) == "second_passed"


def test_a_notice_is_the_districts(tez: Cast, as_: Any) -> None:
    _claim, line = noticed(tez)
    page = as_(tez.intake).get(url("notice", line.notice_id))
    assert page.status_code == 200
    assert line.name_masked in page.content.decode()
    assert line.notice.title in as_(tez.intake).get(url("notices")).content.decode()
    stranger = as_(outsider(tez, "intake"))
    assert stranger.get(url("notice", line.notice_id)).status_code == 404
    assert as_(tez.town).get(url("notices")).status_code == 403


def test_an_objection_is_answered_by_the_reviewer(tez: Cast, as_: Any) -> None:
    claim, objection = objected(tez)
    page = as_(tez.intake).get(url("objection", objection.pk)).content.decode()
    assert "此人没有参加培训" in page
    assert "由复审岗核实" in page
    answer = url("objection_answer", objection.pk, "dismiss")
    assert as_(tez.intake).post(answer, {"answer": "已核实出勤"}).status_code == 403
    assert as_(outsider(tez, "reviewer")).post(answer, {"answer": "已核实出勤"}).status_code == 404
    client = as_(tez.reviewer)
    assert client.post(answer, {"answer": ""}).status_code == 422
    assert client.post(answer, {"answer": "已核实出勤签到"}).status_code == 302
    assert state(claim) == "noticed"


def test_pressed_twice_it_shows_what_became_of_it(tez: Cast, as_: Any) -> None:
    claim, objection = objected(tez)
    client = as_(tez.reviewer)
    for verb in ("dismiss", "dismiss", "uphold"):
        answered = client.post(
            url("objection_answer", objection.pk, verb), {"answer": "已核实出勤签到"}, follow=True
        )
        assert answered.redirect_chain == [(url("objection", objection.pk), 302)]
    assert "已经答复过：异议不成立" in answered.content.decode()
    assert state(claim) == "noticed"


def test_upheld_ends_the_claim(tez: Cast, as_: Any) -> None:
    claim, objection = objected(tez)
    as_(tez.reviewer).post(url("objection_answer", objection.pk, "uphold"), {"answer": "确未参加培训"})
    assert state(claim) == "rejected"


def test_the_callers_phone_by_reason(tez: Cast, as_: Any) -> None:
    _, objection = objected(tez)
    client = as_(tez.reviewer)
    assert valid_phone(77) not in client.get(url("objection", objection.pk)).content.decode()
    shown = client.post(url("objection_phone", objection.pk), {"reason": "电话核实情况"})
    assert valid_phone(77) in shown.content.decode()
    stranger = as_(outsider(tez, "reviewer"))
    assert stranger.post(url("objection_phone", objection.pk), {"reason": "电话核实情况"}).status_code == 404


@pytest.mark.usefixtures("later")
def test_the_money_is_seen_before_it_is_set_aside(tez: Cast, as_: Any) -> None:
    claim = cleared(tez)
    client = as_(tez.reviewer)
    page = client.get(url("approve")).content.decode()
    assert "¥1,000,000.00" in page
    assert "¥998,500.00" in page
    assert "够用" in page
    done = client.post(url("approve_do"), {"selected": claim.pk}, follow=True)
    assert "核定的结果" in done.content.decode()
    assert state(claim) == "approved"
    assert "没有等待核定的申请" in client.get(url("approve")).content.decode()


@pytest.mark.usefixtures("later")
def test_approval_is_for_the_districts_reviewer(tez: Cast, as_: Any) -> None:
    claim = cleared(tez)
    assert as_(tez.intake).post(url("approve_do"), {"selected": claim.pk}).status_code == 403
    assert as_(tez.finance).get(url("approve")).status_code == 403
    as_(outsider(tez, "reviewer")).post(url("approve_do"), {"selected": claim.pk})
    assert state(claim) == "cleared"


def test_recovery_is_only_for_what_was_paid(tez: Cast, as_: Any) -> None:
    claim, _ = noticed(tez)
    assert as_(tez.reviewer).get(url("recover", claim.pk)).status_code == 404
    assert as_(tez.intake).get(url("recover", claim.pk)).status_code == 403


def test_a_paid_claim_is_ordered_back(tez: Cast, as_: Any) -> None:
    [claim, _] = approved_claims(tez, [150_000, 1_000])
    batch = sent(tez)
    record_return(batch_id=batch.pk, file_name="a", content=answer(lines_of(batch)), actor=tez.finance, at=AT)
    client = as_(tez.reviewer)
    page = client.get(url("recover", claim.pk)).content.decode()
    assert "1500.00" in page
    data = {"amount_fen": "1500", "reason": "查实没有参加培训", "basis": "台人社监〔2020〕1号"}
    assert client.post(url("recover", claim.pk), {**data, "amount_fen": "9999"}).status_code == 422
    done = client.post(url("recover", claim.pk), data, follow=True)
    assert "已责令退回1,500元" in done.content.decode()
    assert state(claim) == "recovering"
    assert as_(outsider(tez, "reviewer")).post(url("recover", claim.pk), data).status_code == 404
