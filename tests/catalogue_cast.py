"""列单 in tests: entries, registrations, offers, projects. Beside tests/chain_cast.py; plain functions, each writes to the database.

offer = an_open_offer(cast("370405"))      an entry in force, a registered provider, money set aside, open for choosing
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from tests.cast import AT, BASIS, Cast
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.occupations.models import Occupation
from wudan.orders.catalogue.actions.funding import reserve_offer
from wudan.orders.catalogue.actions.offering import draft_offer
from wudan.orders.catalogue.actions.opening import open_offer
from wudan.orders.catalogue.models import Edition, Entry, Offer, Project, Registration
from wudan.organisations.models import Organisation

TODAY = legal_day(AT)


def an_occupation(name: str = "车工", code: str = "6-18-01-01", **fields: Any) -> Occupation:
    """An occupation of the 2015 edition with all five levels; the same one when asked again."""
    found = Occupation.objects.filter(name=name, code=code).first()
    if found is not None:
        return found
    given: dict[str, Any] = {
        "edition": "2015", "kind": "occupation", "levels": [5, 4, 3, 2, 1], "source": BASIS, "recorded_at": AT,
        "search_text": name,
    } | fields  # fmt: skip
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        return Occupation.objects.create(name=name, code=code, **given)


def an_edition(who: Cast, catalogue: str = "general", *, since: date = date(2020, 1, 1)) -> Edition:
    """A published edition, in force from `since`; the same one when asked again."""
    found = Edition.objects.filter(district=who.district, catalogue=catalogue, state="published")
    for edition in found:
        if edition.valid is not None and edition.valid.lower == since:
            return edition
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        edition = Edition.objects.create(
            district=who.district,
            catalogue=catalogue,
            number=Edition.objects.filter(district=who.district, catalogue=catalogue).count() + 1,
            title="一般性职业技能培训目录",
        )
        edition.state, edition.valid, edition.published_at = "published", DateRange(since, None, "[)"), AT
        edition.save()
    return edition


def an_entry(who: Cast, occupation: Occupation | None = None, *, level: int = 4, **fields: Any) -> Entry:
    """车工 中级, 技能等级证书, 80 hours, 1,500 yuan in 台儿庄区 (no standard in 周村区); the same one when asked again."""
    given: dict[str, Any] = {
        "certificate_type": "skill_level", "scheme": "training", "theory_hours": 20, "practice_hours": 56, "safety_hours": 4,
        "price_fen": 150_000 if who.code == "370405" else None, "price_clause": "台政办发〔2020〕4号 六（一）第一段",
    } | fields  # fmt: skip
    if "edition" not in given:
        given["edition"] = an_edition(who)
    key = {name: given[name] for name in ("edition", "certificate_type")}
    same = Entry.objects.filter(occupation=occupation or an_occupation(), level=level, **key).first()
    if same is not None and not fields:
        return same
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        return Entry.objects.create(occupation=occupation or an_occupation(), level=level, **given)


def a_registration(
    who: Cast,
    provider: Organisation | None = None,
    occupation: Occupation | None = None,
    *,
    level: int = 4,
    capacity: int = 50,
    certificate_type: str = "skill_level",
) -> Registration:
    """The provider may train it: filed, accepted and listed."""
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        made = Registration.objects.create(
            district=who.district,
            provider=provider or who.provider,
            occupation=occupation or an_occupation(),
            level=level,
            certificate_type=certificate_type,
            capacity=capacity,
            state_since=AT,
            filed_by=1,
            valid=DateRange(date(2019, 1, 1), None, "[)"),
        )
        for state in ("accepted", "listed"):
            made.state = state
            made.save(update_fields=["state"])
    return made


def offer_given(entry: Entry, **changes: Any) -> dict[str, Any]:
    """What `draft_offer` is given, without actor and time: 20 places, from 1 to 20 December 2020."""
    return {
        "entry_id": entry.pk,
        "line": "general",
        "places": 20,
        "min_heads": 5,
        "period": (date(2020, 12, 1), date(2020, 12, 21)),
        "choose_until": date(2020, 11, 25),
    } | changes


def a_drafted_offer(who: Cast, entry: Entry | None = None, **changes: Any) -> Offer:
    """Drafted by the intake clerk for the cast's provider, who is registered for it unless it was before."""
    entry = entry or an_entry(who)
    if "provider_id" not in changes:
        known = Registration.objects.filter(
            provider=who.provider, occupation=entry.occupation, level=entry.level
        )
        if not known.exists():
            a_registration(who, occupation=entry.occupation, level=entry.level)
        changes["provider_id"] = who.provider.pk
    return draft_offer(**offer_given(entry, **changes), actor=who.intake, at=AT)


def an_open_offer(who: Cast, entry: Entry | None = None, **changes: Any) -> Offer:
    """Money set aside by the reviewer, open for choosing."""
    offer = a_drafted_offer(who, entry, **changes)
    reserve_offer(offer_id=offer.pk, actor=who.reviewer, at=AT)
    return open_offer(offer_id=offer.pk, actor=who.reviewer, at=AT)


def a_contracted_project(who: Cast, *, line: str = "project", heads: int = 30, **fields: Any) -> Project:
    """A project under contract with the cast's provider: 30 heads, 45,000 yuan, from today to 14 May 2021."""
    given: dict[str, Any] = {
        "title": "贫困劳动力家政服务培训项目",
        "group": "poor",
        "number": f"X{who.code}{line}{heads}{Project.objects.count()}",
    } | fields
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        project = Project.objects.create(
            district=who.district, line=line, heads=heads, planned_by=who.intake.user_id, **given
        )
        project.provider, project.contract_fen, project.contract_number = who.provider, 4_500_000, "合2020-7"
        project.procurement, project.period = "公开招标", DateRange(TODAY, TODAY + timedelta(days=180), "[)")
        project.state, project.contracted_by = "contracted", who.reviewer.user_id
        project.save()
    return project
