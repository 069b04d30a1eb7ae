"""Drafting an offer: from the edition in force, by a registered provider in good standing, at the rulebook's price."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.cast import AT, BASIS, Cast, cast, outsider
from tests.catalogue_cast import (
    TODAY,
    a_contracted_project,
    a_drafted_offer,
    a_registration,
    an_edition,
    an_entry,
    an_occupation,
    an_open_offer,
    offer_given,
)
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.models import OutboxEvent
from wudan.orders.catalogue.actions.funding import change_places, reserve_offer
from wudan.orders.catalogue.actions.offering import assign_provider, draft_offer
from wudan.orders.catalogue.actions.opening import (
    cancel_offer,
    close_due_offers,
    close_offer,
    end_offer,
    open_offer,
    run_offer,
)
from wudan.orders.catalogue.models import Offer, SpecialAbility
from wudan.organisations.models import CreditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def _refused(tez: Cast, entry: Any, **changes: Any) -> str:
    given = {"provider_id": tez.provider.pk} | changes
    with pytest.raises(Refused) as no:
        draft_offer(**offer_given(entry, **given), actor=tez.intake, at=AT)
    return no.value.refusal.code


def test_an_offer_is_drafted_at_the_price_of_the_rulebook(tez: Cast) -> None:
    offer = a_drafted_offer(tez)
    assert (offer.state, offer.price_fen, offer.provider) == ("drafted", 150_000, tez.provider)
    assert "六（一）" in offer.price_basis
    assert offer.title == "车工中级工培训班"
    assert offer.number.startswith("B3704052020")
    assert offer.reserved_fen is None


def test_another_line_has_its_own_price(tez: Cast) -> None:
    entry = an_entry(tez, level=3)
    assert a_drafted_offer(tez, entry, line="pre_job").price_fen == 200_000
    assert a_drafted_offer(tez, entry, line="modern_apprentice").price_fen == 0  # a line without subsidy


def test_only_the_bureau_of_the_district_drafts(tez: Cast) -> None:
    entry = an_entry(tez)
    for actor in (tez.provider_clerk, tez.worker, tez.finance, outsider(tez, "intake")):
        with pytest.raises(Refused) as no:
            draft_offer(**offer_given(entry), actor=actor, at=AT)
        assert no.value.refusal.code == "forbidden"


def test_the_entry_must_be_of_the_edition_in_force(tez: Cast) -> None:
    a_registration(tez)
    tomorrow = an_entry(tez, edition=an_edition(tez, "key_industry", since=TODAY + timedelta(days=1)))
    assert _refused(tez, tomorrow) == "entry-not-in-force"
    today = an_entry(tez)
    edition = today.edition
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        edition.valid, edition.state = DateRange(date(2020, 1, 1), TODAY, "[)"), "superseded"
        edition.save()
    assert _refused(tez, today) == "entry-not-in-force"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        derived = an_entry(tez, edition=an_edition(tez, "provider"))
    assert _refused(tez, derived) == "entry-of-no-standard"


def test_the_first_day_of_an_edition_counts(tez: Cast) -> None:
    a_registration(tez)
    entry = an_entry(tez, edition=an_edition(tez, since=TODAY))
    assert a_drafted_offer(tez, entry).pk


def test_a_provider_is_registered_for_occupation_and_level(tez: Cast) -> None:
    entry = an_entry(tez)
    assert _refused(tez, entry) == "not-registered"
    a_registration(tez, level=5)
    assert _refused(tez, entry) == "not-registered"
    registration = a_registration(tez, capacity=20)
    assert a_drafted_offer(tez, entry, places=20).pk
    assert _refused(tez, entry, places=21) == "over-capacity"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        registration.state, registration.reason = "suspended", "就业率低于本区质量线"
        registration.save()
    assert _refused(tez, entry) == "registration-suspended"


def test_bad_credit_stands_in_the_way_until_its_last_day(tez: Cast) -> None:
    entry = an_entry(tez)
    a_registration(tez)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        credit = CreditEntry.objects.create(
            district=tez.district,
            organisation=tez.provider,
            kind="breach",
            description="虚报人数",
            clause=BASIS,
            valid=DateRange(date(2020, 1, 1), TODAY + timedelta(days=1), "[)"),
            recorded_at=AT,
        )
    assert _refused(tez, entry) == "bad-standing"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        credit.valid = DateRange(date(2020, 1, 1), TODAY, "[)")
        credit.save()
    assert a_drafted_offer(tez, entry).pk


def test_hours_of_the_line(tez: Cast) -> None:
    a_registration(tez)
    assert a_drafted_offer(tez, an_entry(tez)).pk  # exactly 80
    short = an_entry(tez, an_occupation("焊工", "6-18-02-04"), practice_hours=55)
    a_registration(tez, occupation=short.occupation)
    assert _refused(tez, short) == "hours-below-line"


def test_a_free_line_takes_no_fee_and_a_line_takes_its_own_certificates(tez: Cast) -> None:
    entry = an_entry(tez)
    a_registration(tez)
    assert _refused(tez, entry, line="poor", fee_fen=100) == "free-of-charge"
    assert a_drafted_offer(tez, entry, line="poor").fee_fen == 0
    assert _refused(tez, entry, line="startup") in ("certificate-not-of-line", "no-line")
    assert _refused(tez, entry, line="nonsense") == "no-line"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"period": (date(2020, 12, 21), date(2020, 12, 1))}, "period-backwards"),
        ({"period": (date(2020, 11, 15), date(2020, 12, 1)), "choose_until": date(2020, 11, 15)}, "period-over"),
        ({"choose_until": date(2020, 12, 2)}, "choose-after-start"),
        ({"choose_until": date(2020, 11, 15)}, "choose-over"),
        ({"min_heads": 21}, "offer_places"),
        ({"places": 0}, "offer_places"),
        ({"mode": "any"}, "no-mode"),
        ({"town_code": "370306001"}, "no-town"),
        ({"budget_fen": 100_000, "budget_basis": "会议纪要"}, "priced"),
    ],
)  # fmt: skip
def test_figures_and_days(tez: Cast, changes: dict[str, Any], code: str) -> None:
    a_registration(tez)
    assert _refused(tez, an_entry(tez), **changes) == code


def test_the_last_day_of_choosing_may_be_the_first_day_of_training(tez: Cast) -> None:
    assert a_drafted_offer(tez, choose_until=date(2020, 12, 1)).pk
    assert a_drafted_offer(tez, an_entry(tez, level=5), choose_until=TODAY).pk


def test_without_a_standard_the_official_names_a_budget_and_why() -> None:
    zc = cast("370306")
    entry = an_entry(zc)
    a_registration(zc)
    assert _refused(zc, entry) == "unpriced"
    assert _refused(zc, entry, budget_fen=120_000, budget_basis=" ") == "unpriced"
    offer = a_drafted_offer(zc, entry, budget_fen=120_000, budget_basis="区长办公会纪要〔2020〕3号")
    assert offer.price_fen == 120_000
    assert "未定标准" in offer.price_basis


def test_a_special_skill_is_trained_only_after_approval() -> None:
    zc = cast("370306")
    skill = an_occupation("周村烧饼制作", "", kind="special", edition="local", levels=[0])
    entry = an_entry(zc, skill, level=0, certificate_type="special_ability")
    a_registration(zc, occupation=skill, level=0, certificate_type="special_ability")
    given = {"line": "special_ability", "budget_fen": 100_000, "budget_basis": "纪要"}
    assert _refused(zc, entry, **given) == "ability-not-approved"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        ability = SpecialAbility.objects.create(
            district=zc.district, provider=zc.provider, name="周村烧饼制作", content="和面", questions_sealed=b"x",
            questions_count=10, state_since=AT, filed_by=1, occupation=skill, city_reference="市1", province_reference="省1",
        )  # fmt: skip
        for state in ("at_district", "at_city", "at_province"):
            ability.state = state
            ability.save()
    assert _refused(zc, entry, **given) == "ability-not-approved"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        ability.state = "approved"
        ability.save()
    assert a_drafted_offer(zc, entry, **given).ability == ability


def test_a_project_line_needs_its_contract(tez: Cast) -> None:
    entry = an_entry(tez)
    a_registration(tez)
    assert _refused(tez, entry, line="project") == "project-only"
    project = a_contracted_project(tez)
    offer = a_drafted_offer(tez, entry, line="project", project_id=project.pk)
    assert (offer.price_fen, offer.provider) == (150_000, tez.provider)
    assert _refused(tez, entry, line="project", project_id=project.pk, places=11) == "project-heads"
    assert _refused(tez, entry, line="poor", project_id=project.pk) == "project-line"
    late = (date(2021, 5, 1), date(2021, 5, 17))  # the contract's last day is 14 May
    assert (
        _refused(tez, entry, line="project", project_id=project.pk, places=10, period=late) == "project-days"
    )
    whole = (date(2021, 5, 1), date(2021, 5, 15))
    assert a_drafted_offer(tez, entry, line="project", project_id=project.pk, places=10, period=whole).pk


def test_an_offer_runs_its_course(tez: Cast) -> None:
    offer = an_open_offer(tez)
    assert OutboxEvent.objects.filter(topic="offer:opened", payload={"offer": offer.pk}).count() == 1
    assert close_offer(offer_id=offer.pk, actor=tez.intake, at=AT).state == "closed"
    assert open_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT).state == "open"
    assert run_offer(offer_id=offer.pk, actor=tez.provider_clerk, at=AT).state == "running"
    assert end_offer(offer_id=offer.pk, actor=SYSTEM, at=AT).state == "ended"
    for verb in (open_offer, close_offer, run_offer):
        with pytest.raises(Refused) as no:
            verb(offer_id=offer.pk, actor=tez.reviewer, at=AT)
        assert no.value.refusal.code == "wrong-state"


def test_outsiders_move_nothing(tez: Cast) -> None:
    offer = an_open_offer(tez)
    verbs = ((close_offer, "intake"), (open_offer, "reviewer"), (end_offer, "reviewer"))
    for verb, role in verbs:
        with pytest.raises(Refused) as no:
            verb(offer_id=offer.pk, actor=outsider(tez, role), at=AT)
        assert no.value.refusal.code == "forbidden"
    with pytest.raises(Refused) as no:
        cancel_offer(offer_id=offer.pk, reason="x", actor=outsider(tez, "reviewer"), at=AT)
    assert no.value.refusal.code == "forbidden"


def test_offers_close_the_day_after_their_last(tez: Cast) -> None:
    offer = an_open_offer(tez)
    last = AT.replace(day=25, hour=23, minute=59)
    assert close_due_offers(last) == 0
    assert close_due_offers(last + timedelta(minutes=1)) == 1
    assert close_due_offers(last + timedelta(days=1)) == 0
    with pytest.raises(Refused) as no:
        open_offer(offer_id=offer.pk, actor=tez.reviewer, at=last + timedelta(days=1))
    assert no.value.refusal.code == "choose-over"


def test_no_offer_opens_without_money_not_even_by_raw_sql(tez: Cast) -> None:
    offer = a_drafted_offer(tez)
    with pytest.raises(Refused) as no:
        open_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT)
    assert no.value.refusal.code == "wrong-state"
    with (
        pytest.raises(Refused, match="没有落实资金"),
        acting(actor=SYSTEM, at=AT, basis=BASIS),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE catalogue_offer SET state = 'reserved' WHERE id = %s", [offer.pk])


def test_a_provider_answers_for_itself_only(tez: Cast) -> None:
    entry = an_entry(tez)
    offer = draft_offer(**offer_given(entry), actor=tez.intake, at=AT)
    given = {
        "offer_id": offer.pk,
        "provider_id": tez.provider.pk,
        "venue_id": None,
        "teacher_id": None,
        "at": AT,
    }
    with pytest.raises(Refused) as no:
        assign_provider(**given, actor=tez.provider_clerk)
    assert no.value.refusal.code == "not-registered"
    a_registration(tez)
    with pytest.raises(Refused) as no:
        assign_provider(**given, actor=outsider(tez, "provider"))
    assert no.value.refusal.code == "forbidden"
    assert assign_provider(**given, actor=tez.provider_clerk).provider == tez.provider
    assert assign_provider(**given | {"provider_id": None}, actor=tez.intake).provider is None


def test_cancelling_needs_a_reason_and_tells(tez: Cast) -> None:
    offer = an_open_offer(tez)
    with pytest.raises(Refused) as no:
        cancel_offer(offer_id=offer.pk, reason="  ", actor=tez.intake, at=AT)
    assert no.value.refusal.code == "no-reason"
    cancel_offer(offer_id=offer.pk, reason="人数不足", actor=tez.intake, at=AT)
    offer = Offer.objects.get(pk=offer.pk)
    assert (offer.state, offer.reason, offer.reserved_fen) == ("cancelled", "人数不足", 0)
    assert OutboxEvent.objects.filter(topic="offer:cancelled", payload={"offer": offer.pk}).count() == 1


def test_places_follow_the_registered_size(tez: Cast) -> None:
    entry = an_entry(tez)
    a_registration(tez, capacity=30)
    offer = a_drafted_offer(tez, entry)
    reserve_offer(offer_id=offer.pk, actor=tez.reviewer, at=AT)
    assert change_places(offer_id=offer.pk, places=30, actor=tez.reviewer, at=AT).reserved_fen == 4_500_000
    with pytest.raises(Refused) as no:
        change_places(offer_id=offer.pk, places=31, actor=tez.reviewer, at=AT)
    assert no.value.refusal.code == "over-capacity"
    with pytest.raises(Refused) as no:
        change_places(offer_id=offer.pk, places=11, taken=12, actor=tez.reviewer, at=AT)
    assert no.value.refusal.code == "offer_places"
    assert change_places(offer_id=offer.pk, places=12, taken=12, actor=tez.reviewer, at=AT).places == 12
