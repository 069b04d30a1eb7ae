"""Factories for the chain before the money: small, each making one thing and what it cannot do without. Nothing reads a clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from tests.cast import AT, BASIS, LONG_AGO, SHANGHAI, Cast, make_person
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.occupations.models import Occupation
from wudan.organisations.models import Organisation, Teacher, TeacherSubject, Venue

FIRST_DAY = date(2020, 12, 1)
OPENS = datetime(2020, 12, 1, 8, 0, tzinfo=SHANGHAI)
"""Early on the first day of a class made here; its first sitting begins at nine."""


def make_occupation(
    name: str = "焊工", code: str = "6-18-02-04", *, edition: str = "2015", **fields: Any
) -> Occupation:
    fields = {"kind": "occupation", "levels": [5, 4, 3], "source": "测试", "recorded_at": AT, "search_text": name, **fields}
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        found, _ = Occupation.objects.get_or_create(edition=edition, code=code, name=name, defaults=fields)
    return found


# --- delivery: teachers, rooms, offers, classes ---------------------------------------------------------------------
def make_teacher(
    provider: Organisation, n: int = 900, *, occupations: tuple[Occupation, ...] = (), **fields: Any
) -> Teacher:
    """A teacher in the pool, for theory and practice of the occupations given (焊工 where none is)."""
    person = make_person(n, name="周师傅", account=False)
    fields = {
        "state": "filed",
        "qualification": "高级技师",
        "filed_at": LONG_AGO,
        "valid": DateRange(date(2019, 1, 1), None),
        **fields,
    }
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        teacher = Teacher.objects.create(
            district_id=provider.district_id, organisation=provider, person=person, **fields
        )
        teacher.state = "listed"
        teacher.save(update_fields=["state"])
        for one in occupations or (make_occupation(),):
            TeacherSubject.objects.create(teacher=teacher, occupation=one, kind="both")
    return teacher


def make_venue(organisation: Organisation, name: str = "一号实训室", **fields: Any) -> Venue:
    fields = {
        "kind": "both",
        "capacity": 50,
        "area_m2": 120,
        "workplaces": 50,
        "address": "运河街道文化路1号",
        **fields,
    }
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        found, _ = Venue.objects.get_or_create(
            organisation=organisation, name=name, defaults={"recorded_at": AT, **fields}
        )
    return found


def make_registration(provider: Organisation, occupation: Occupation, level: int = 0, **fields: Any) -> Any:
    """The provider may train it: a registration in force."""
    from wudan.orders.catalogue.models import Registration

    kept = {"capacity": 100, "filed_by": 1, "valid": DateRange(date(2019, 1, 1), None), **fields}
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        found = Registration.objects.filter(provider=provider, occupation=occupation, level=level).first()
        if found is None:
            found = Registration.objects.create(
                district_id=provider.district_id,
                provider=provider,
                occupation=occupation,
                level=level,
                state="filed",
                state_since=AT,
                **kept,
            )
            for state in ("accepted", "listed"):
                found.state = state
                found.save(update_fields=["state"])
    return found


def make_entry(
    tez: Cast, occupation: Occupation, level: int = 0, certificate_type: str = "completion", **fields: Any
) -> Any:
    """A line of a published 一般性职业技能培训目录; without hours of its own unless given."""
    from wudan.orders.catalogue.models import Edition, Entry

    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        edition = Edition.objects.filter(
            district=tez.district, catalogue="general", state="published"
        ).first()
        if edition is None:
            edition = Edition.objects.create(
                district=tez.district, catalogue="general", number=1, title="一般性职业技能培训目录"
            )
            edition.state, edition.published_at = "published", AT
            edition.valid = DateRange(date(2020, 1, 1), None)
            edition.save()
        fields = {"scheme": "training", "price_fen": 100_000, **fields}
        found, _ = Entry.objects.get_or_create(
            edition=edition,
            occupation=occupation,
            level=level,
            certificate_type=certificate_type,
            provider=None,
            town=None,
            defaults=fields,
        )
    return found


def make_offer(
    tez: Cast,
    n: int = 1,
    *,
    state: str = "open",
    provider: Organisation | None = None,
    entry: Any = None,
    places: int = 20,
    first: date = FIRST_DAY,
    days: int = 30,
    **fields: Any,
) -> Any:
    """An offer with money set aside, by the cast's provider (who is registered for it), or with `provider_id=None` by nobody yet."""
    from wudan.orders.catalogue.actions.funding import reserve_offer
    from wudan.orders.catalogue.models import Offer

    entry = entry or make_entry(tez, make_occupation())
    kept: dict[str, Any] = {
        "line": "veteran_adaptive",
        "title": f"{entry.occupation.name}班{n}",
        "provider_id": (provider or tez.provider).pk,
        "min_heads": 1,
        "choose_until": first - timedelta(days=1),
        "price_fen": entry.price_fen or 0,
        "drafted_by": tez.intake.user_id,
        **fields,
    }
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        offer = Offer.objects.create(
            number=f"BC{tez.code}{n:04d}",
            district=tez.district,
            entry=entry,
            places=places,
            period=DateRange(first, first + timedelta(days=days)),
            state="drafted",
            state_since=AT,
            **kept,
        )
    if kept["provider_id"] is not None:
        make_registration(provider or tez.provider, entry.occupation, entry.level)
    if state != "drafted":
        pool = tez.pools["employment_subsidy"]
        offer = reserve_offer(offer_id=offer.pk, pool_id=pool.pk, reason=BASIS, actor=tez.reviewer, at=AT)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        for step in {"open": ("open",), "closed": ("open", "closed")}.get(state, ()):
            offer.state = step
            offer.save(update_fields=["state"])
    return offer


def seat(offer: Any, person: Any, *, employer: Organisation | None = None, chosen_by: str = "person") -> Any:
    """An enrolment that holds a place, with the counter of places (no yearly slot: `pick` does that)."""
    from wudan.orders.enrolment.models import Enrolment, Places

    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        places, _ = Places.objects.get_or_create(offer=offer, defaults={"places": offer.places})
        places.taken, places.turns = places.taken + 1, places.turns + 1
        places.save(update_fields=["taken", "turns"])
        return Enrolment.objects.create(
            number=f"XD{offer.pk}-{person.pk}",
            district_id=offer.district_id,
            offer=offer,
            person=person,
            employer=employer,
            chosen_by=chosen_by,
            period=offer.period,
            state="enrolled",
            state_since=AT,
            chosen_at=AT,
            turn=places.turns,
            outcome="pass",
            expected_fen=offer.price_fen,
        )


def sitting(
    day: int = 0, *, teacher: Teacher, venue: Venue, hours: int = 8, start: time = time(9), **fields: Any
) -> Any:
    """A line of a plan: so many hours of 45 minutes on the n-th day from FIRST_DAY (`first=` another day)."""
    from wudan.orders.delivery.plans import SessionPlan

    first = fields.pop("first", FIRST_DAY)
    starts = datetime.combine(first + timedelta(days=day), start, tzinfo=SHANGHAI)
    given: dict[str, Any] = {
        "starts": starts,
        "ends": starts + timedelta(minutes=45 * hours),
        "kind": "practice",
        "hours": hours,
        "content": f"第{day + 1}课 平焊",
        "venue_id": venue.pk,
        "teacher_id": teacher.pk,
    }
    return SessionPlan(**(given | fields))


def planned_class(
    tez: Cast,
    *,
    n: int = 1,
    members: int = 3,
    sessions: int = 2,
    level: int = 0,
    certificate_type: str = "completion",
    **fields: Any,
) -> Any:
    """A class with its plan, ready to be applied for: `members` seated persons, one sitting of 8 hours a day.

    Lines with fewest hours (e.g. line="general": 80) want sessions=10. `n` keeps two classes of one test apart.
    """
    from wudan.orders.delivery.actions.planning import open_class

    occupation = fields.pop("occupation", None) or make_occupation()
    provider = fields.pop("provider", None) or tez.provider
    clerk = fields.pop("clerk", tez.provider_clerk)
    persons = fields.pop("persons", None)
    teacher = fields.pop("teacher", None) or make_teacher(provider, 900 + n, occupations=(occupation,))
    venue = fields.pop("venue", None) or make_venue(provider, f"{n}号实训室")
    first = fields.get("first", FIRST_DAY)
    make_registration(provider, occupation, level)
    entry = make_entry(tez, occupation, level, certificate_type)
    offer = make_offer(tez, n, entry=entry, provider=provider, **fields)
    if persons is None:
        persons = [make_person(1000 * n + k, name="赵一二", area=tez.code) for k in range(members)]
    for person in persons:
        seat(offer, person, employer=fields.get("employer"))
    return open_class(
        offer_id=offer.pk,
        sessions=[sitting(day, teacher=teacher, venue=venue, first=first) for day in range(sessions)],
        head_teacher_id=teacher.pk,
        assessment_plan="结业前理论笔试和实操各一次，60分合格。",
        actor=clerk,
        at=AT,
    )


def applied_class(tez: Cast, **given: Any) -> Any:
    from wudan.orders.delivery.actions.opening import apply_opening

    clerk = given.get("clerk", tez.provider_clerk)
    return apply_opening(class_id=planned_class(tez, **given).pk, actor=clerk, at=AT)


def approved_class(tez: Cast, **given: Any) -> Any:
    """With a record number and its rows of attendance."""
    from wudan.orders.delivery.actions.opening import approve_opening

    return approve_opening(
        class_id=applied_class(tez, **given).pk, actor=tez.intake, at=AT + timedelta(days=1)
    )


def running_class(tez: Cast, *, members: int = 3, sessions: int = 2, **given: Any) -> Any:
    """In teaching since eight o'clock of FIRST_DAY (or `first=`); sittings 9:00 to 15:00, one a day."""
    from wudan.orders.delivery.actions.running import start_class

    held = approved_class(tez, members=members, sessions=sessions, **given)
    opens = datetime.combine(held.started_on, time(8), tzinfo=SHANGHAI)
    return start_class(class_id=held.pk, actor=given.get("clerk", tez.provider_clerk), at=opens)


def taught_class(tez: Cast, **given: Any) -> Any:
    """Its last sitting is over; nobody has signed in unless the test made them."""
    from wudan.orders.delivery.actions.running import finish_class

    held = running_class(tez, **given)
    over = datetime.combine(held.ended_on, time(18), tzinfo=SHANGHAI)
    return finish_class(class_id=held.pk, actor=given.get("clerk", tez.provider_clerk), at=over)


# --- demand: orders (提单) --------------------------------------------------------------------------------------------
def make_order(tez: Cast, person: Any = None, *, occupation: Occupation | None = None, **given: Any) -> Any:
    """A worker's own order, matched to 焊工 五级 unless told otherwise; wanted from 1 December 2020 for 90 days, anywhere."""
    from tests.cast import make_actor
    from wudan.kernel.roles import Role
    from wudan.orders.demand.actions.filing import file_order

    person = person or tez.person
    actor = tez.worker if person == tez.person else make_actor(Role.WORKER, person=person)
    one = occupation or make_occupation()
    kept: dict[str, Any] = {
        "wish": "想学电焊",
        "occupation_id": one.pk,
        "level": 5,
        "wanted": (FIRST_DAY, FIRST_DAY + timedelta(days=90)),
        **given,
    }
    return file_order(
        district_id=tez.code, filed_by="person", person_id=person.pk, actor=actor, at=AT, **kept
    )


def make_staff_order(tez: Cast, heads: int = 20, **given: Any) -> Any:
    """The cast's enterprise asks for so many of its staff."""
    from wudan.orders.demand.actions.filing import file_order

    kept: dict[str, Any] = {
        "wish": "焊工",
        "occupation_id": make_occupation().pk,
        "level": 5,
        "wanted": (FIRST_DAY, FIRST_DAY + timedelta(days=90)),
        **given,
    }
    return file_order(
        district_id=tez.code,
        filed_by="enterprise",
        organisation_id=tez.enterprise.pk,
        heads=heads,
        actor=tez.enterprise_clerk,
        at=AT,
        **kept,
    )


# --- enrolment ------------------------------------------------------------------------------------------------------
def as_staff(tez: Cast, *persons: Any) -> None:
    """The cast's enterprise has named them before, in a list of those it must train."""
    from wudan.orders.demand.actions.roll import RollRow, load_roll
    from wudan.people.rows import PersonRow

    rows = [RollRow(PersonRow("identity", person.number(), person.name)) for person in persons]
    load_roll(
        district_id=tez.code,
        category="pre_job",
        source_id=tez.enterprise.pk,
        employer_id=tez.enterprise.pk,
        rows=rows,
        actor=tez.enterprise_clerk,
        at=AT,
    )
