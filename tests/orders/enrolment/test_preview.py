"""先看补贴: will it be paid, how much, why not, on what the answer stands, and what would have to differ."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.cast import AT, Cast, cast, make_person, outsider
from tests.catalogue_cast import a_contracted_project, an_entry, an_occupation, an_open_offer
from tests.chain_cast import applied_class, as_staff
from tests.orders.subsidy.chain import submitted
from wudan.kernel.errors import Refused
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.actions.previewing import Preview, preview
from wudan.orders.enrolment.models import Enrolment, Places, YearSlot
from wudan.orders.enrolment.queries.foresight import Told
from wudan.orders.subsidy.queries.beside import claims_beside
from wudan.people.actions import tag_group
from wudan.policy.models import Evaluation

BUDGET = {"budget_fen": 100_000, "budget_basis": "区里另行发文"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def seen(tez: Cast, offer: Offer, **more: Any) -> Preview:
    given = {"offer_id": offer.pk, "person_id": tez.person.pk, "actor": tez.worker, "at": AT} | more
    found = preview(**given)
    assert found is not None
    return found


def staff(tez: Cast) -> dict[str, Any]:
    as_staff(tez, tez.person)
    return {"chosen_by": "enterprise", "employer_id": tez.enterprise.pk, "actor": tez.enterprise_clerk}


def test_paid_for_and_how_much_with_its_presumptions(tez: Cast) -> None:
    found = seen(tez, an_open_offer(tez))
    assert (found.outcome, found.amount_fen, found.payee, found.may_choose) == (
        "approved", 150_000, "person", True,
    )  # fmt: skip
    assert found.presumed == (
        "出勤达到80%、考核合格并取得职业技能等级证书；没有取得的，不能补贴。",
        "没有按月领取养老金。",
    )
    assert (found.places_left, found.waiting) == (20, 0)


def test_looking_keeps_nothing(tez: Cast) -> None:
    seen(tez, an_open_offer(tez))
    assert [m.objects.exists() for m in (Enrolment, Places, YearSlot, Evaluation)] == [False] * 4


def test_a_pension_is_asked_about_and_decides(tez: Cast) -> None:
    offer = an_open_offer(tez)
    found = seen(tez, offer, told=Told(draws_pension=True))
    assert (found.outcome, found.amount_fen, found.may_choose) == ("rejected", 0, True)
    assert [r.code for r in found.reasons] == ["draws-pension"]
    assert "没有按月领取养老金。" not in found.presumed
    assert seen(tez, offer, told=Told(draws_pension=False)).outcome == "approved"


def other_claims(tez: Cast, year: int, count: int) -> None:
    for n in range(count):
        begins = date(year, 2 + 2 * n, 1)
        submitted(
            tez, tez.person, occupation_code=f"6-01-01-0{n}", started_on=begins, ended_on=begins.replace(day=20),
            class_id=f"K{n}", certificate_issued_on=begins.replace(day=25),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("begins", "outcome"), [(date(2020, 12, 31), "rejected"), (date(2021, 1, 1), "approved")]
)
def test_claims_made_elsewhere_count_in_their_natural_year(tez: Cast, begins: date, outcome: str) -> None:
    other_claims(tez, 2020, 3)
    found = seen(tez, an_open_offer(tez, period=(begins, date(2021, 1, 20))))
    assert found.outcome == outcome
    if outcome == "rejected":
        assert found.reasons[0].sentence == "在2020年正在申请3次，每年不超过3次"
        assert found.reasons[0].clause == "台政办发〔2020〕4号 六（一）第一段"
        assert found.would_pass_if


def test_what_is_counted_is_told_apart_and_one_s_own_choice_is_not(tez: Cast) -> None:
    """One application and two choices fill the year: of the second choice itself nothing stands in the way, of a third everything."""
    other_claims(tez, 2020, 1)
    mine = []
    for n, code in enumerate(("6-20-01-01", "6-20-02-01", "6-20-03-01")):
        entry = an_entry(tez, an_occupation(f"工种{n}", code), price_fen=150_000)
        days = (date(2020, 12, 1 + 5 * n), date(2020, 12, 5 + 5 * n))
        mine.append(an_open_offer(tez, entry, period=days, title=f"班{n}"))
    for offer in mine[:2]:
        pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=tez.worker, at=AT)
    assert [seen(tez, offer).outcome for offer in mine] == ["approved", "approved", "rejected"]
    assert seen(tez, mine[2]).reasons[0].sentence == "在2020年正在申请1次、已选单2次，每年不超过3次"


def test_two_claims_leave_one(tez: Cast) -> None:
    other_claims(tez, 2020, 2)
    assert seen(tez, an_open_offer(tez)).outcome == "approved"


def test_a_claim_that_came_out_of_a_class_of_ours_names_its_enrolment(tez: Cast) -> None:
    held = applied_class(tez, persons=[tez.person])
    claim = submitted(tez, tez.person, class_id=held.number)
    (found,) = claims_beside(tez.code, [tez.person.pk])[tez.person.pk]
    enrolment = Enrolment.objects.get(person=tez.person)
    assert (found.enrolment_id, found.decided, found.facts["claim_id"]) == (enrolment.pk, False, claim.number)
    elsewhere = submitted(tez, make_person(77), class_id=held.number)
    assert elsewhere.person_id is not None
    (other,) = claims_beside(tez.code, [elsewhere.person_id])[elsewhere.person_id]
    assert other.enrolment_id is None


def test_the_same_occupation_and_level_is_told_before(tez: Cast) -> None:
    entry = an_entry(tez)
    submitted(tez, tez.person, occupation_code=entry.occupation.code, level=4)
    found = seen(tez, an_open_offer(tez, entry))
    assert [r.code for r in found.reasons] == ["duplicate"]
    assert found.may_choose


def test_what_only_the_person_knows_is_presumed_and_said(tez: Cast) -> None:
    offer = an_open_offer(tez, line="on_job")
    found = seen(tez, offer, **staff(tez))
    assert (found.outcome, found.amount_fen, found.payee) == ("approved", 150_000, "person")
    assert "失业保险累计缴费满12个月，以社保记录为准。" in found.presumed
    assert "企业职工身份按单位申报，以参保记录为准。" in found.presumed
    short = seen(tez, offer, **staff(tez), told=Told(insured_months=11))
    assert (short.outcome, [r.code for r in short.reasons]) == ("rejected", ["insured-months"])
    assert {"insured_months": 12} in [dict(change) for change in short.would_pass_if]
    assert seen(tez, offer, **staff(tez), told=Told(insured_months=12)).outcome == "approved"


def test_a_technician_needs_the_level_below(tez: Cast) -> None:
    offer = an_open_offer(tez, an_entry(tez, level=2, price_fen=200_000), line="golden_blue_collar")
    found = seen(tez, offer)
    assert (found.outcome, found.amount_fen) == ("approved", 200_000)
    assert "已持有高级工证书。" in found.presumed
    assert seen(tez, offer, told=Told(prior_level=4)).outcome == "review"


def test_lines_without_a_subsidy_and_those_that_hang_on_a_fee(tez: Cast) -> None:
    entry = an_entry(tez, certificate_type="completion", price_fen=0)
    assert seen(tez, an_open_offer(tez, entry, line="business_head"), **staff(tez)).outcome == "none"
    trade = an_entry(tez, an_occupation("铣工", "6-18-01-02"))
    later = seen(tez, an_open_offer(tez, trade, line="new_apprentice", **BUDGET), **staff(tez))
    assert (later.outcome, later.amount_fen, later.presumed) == (
        "later", None, ("补贴按企业支付的培训费计算，培训费确定后才能算出。",),
    )  # fmt: skip


def test_a_project_is_free_and_the_poor_get_a_living_allowance(tez: Cast) -> None:
    project = a_contracted_project(tez)
    offer = an_open_offer(tez, line="project", project_id=project.pk)
    refused = seen(tez, offer)
    assert [o.code for o in refused.obstacles] == ["line-group"]
    tag_group(
        person_id=tez.person.pk, group="poor", valid_from=date(2020, 1, 1), proof="建档立卡", proved_by="区扶贫办",
        actor=tez.intake, at=AT,
    )  # fmt: skip
    found = seen(tez, offer)
    assert (found.outcome, found.amount_fen, found.payee, found.may_choose) == (
        "approved", 50_000, "person", True,
    )  # fmt: skip
    assert found.presumed[0] == "按出勤10天估计，实际按签到天数计算。"


def test_where_the_document_sets_no_sum_an_officer_decides() -> None:
    zc = cast("370306")
    found = seen(zc, an_open_offer(zc, **BUDGET))
    assert (found.outcome, found.amount_fen, [r.code for r in found.reasons]) == (
        "review", None, ["unpriced"],
    )  # fmt: skip


def test_only_for_oneself_and_never_a_restricted_one(tez: Cast) -> None:
    offer = an_open_offer(tez)
    with pytest.raises(Refused) as caught:
        preview(offer_id=offer.pk, person_id=tez.person.pk, actor=outsider(tez, "worker"), at=AT)
    assert caught.value.refusal.code == "forbidden"
    assert preview(offer_id=offer.pk + 99, person_id=tez.person.pk, actor=tez.worker, at=AT) is None
    zc = cast("370306")
    project = a_contracted_project(zc, line="project_custodial", restricted=True)
    hidden = an_open_offer(zc, line="project_custodial", project_id=project.pk)
    assert preview(offer_id=hidden.pk, person_id=zc.person.pk, actor=zc.worker, at=AT) is None
