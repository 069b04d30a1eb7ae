"""选单: who gets a place, who waits, who is refused and why, and what the choice leaves behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from tests.cast import AT, BASIS, Cast, cast, make_actor, make_person, outsider
from tests.catalogue_cast import a_contracted_project, a_drafted_offer, an_entry, an_open_offer
from tests.chain_cast import as_staff
from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.opening import close_offer
from wudan.orders.catalogue.models import Offer
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.models import Enrolment, Places, YearSlot
from wudan.orders.enrolment.queries.listing import enrolment, enrolments_of
from wudan.orders.enrolment.queries.places import places_left, seated, waiting, waiting_places
from wudan.people.actions import tag_group
from wudan.people.models import ArchiveEntry, Person
from wudan.policy.queries import rulebook_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def choose(offer: Offer, person: Person, actor: Actor | None = None, **more: Any) -> Enrolment:
    actor = actor or make_actor(Role.WORKER, person=person)
    return pick(offer_id=offer.pk, person_id=person.pk, chosen_by="person", actor=actor, at=AT, **more)


def refusal_of(call: Any, *args: Any, **more: Any) -> Any:
    with pytest.raises(Refused) as caught:
        call(*args, **more)
    return caught.value.refusal


def test_a_worker_chooses_and_everything_follows(tez: Cast) -> None:
    offer = an_open_offer(tez)
    order = file_order(
        district_id=tez.code, filed_by="person", person_id=tez.person.pk, wish="想学车工",
        occupation_id=offer.entry.occupation_id, level=4, wanted=(date(2020, 11, 16), date(2021, 3, 1)), mode="any",
        actor=tez.worker, at=AT,
    )  # fmt: skip
    made = choose(offer, tez.person, tez.worker)
    made.refresh_from_db()
    assert (made.state, made.turn, made.outcome, made.expected_fen) == ("enrolled", 1, "approved", 150_000)
    assert made.evaluation.stage == "preview"
    assert made.evaluation.subject == f"enrolment:{made.pk}"
    assert Places.objects.get(pk=offer.pk).taken == 1
    assert places_left([offer.pk]) == {offer.pk: 19}
    slot = YearSlot.objects.get(enrolment=made)
    assert (slot.counter, slot.period, slot.ordinal, slot.state) == ("yearly-limit", "2020", 1, "reserved")
    assert Order.objects.get(pk=order.pk).state == "served"
    assert made.order_id == order.pk
    line = ArchiveEntry.objects.get(person=tez.person, kind="enrolment")
    assert (line.event, line.detail["预计补贴"]) == ("enrolled", "1,500元")


def test_when_full_the_next_waits_and_when_that_is_full_too_it_says_so(tez: Cast) -> None:
    offer = an_open_offer(tez, places=2, min_heads=1)
    made = [choose(offer, make_person(100 + n)) for n in range(4)]
    assert [one.state for one in made] == ["enrolled", "enrolled", "waiting", "waiting"]
    assert [one.turn for one in made] == [1, 2, 3, 4]
    assert waiting_places(made) == {made[2].pk: 1, made[3].pk: 2}
    assert [e.pk for e in seated(offer.pk)] == [made[0].pk, made[1].pk]
    assert [e.pk for e in waiting(offer.pk)] == [made[2].pk, made[3].pk]
    assert not YearSlot.objects.filter(enrolment=made[2]).exists()
    said = refusal_of(choose, offer, make_person(110))
    assert said.code == "waiting-list-full"
    assert "2个名额已满，候补的2人也已排满" in said.sentence
    assert Enrolment.objects.count() == 4


def test_nobody_is_in_two_classes_at_once(tez: Cast) -> None:
    first = an_open_offer(tez)
    touching = an_open_offer(tez, first.entry, period=(date(2020, 12, 21), date(2021, 1, 10)))
    inside = an_open_offer(tez, first.entry, period=(date(2020, 12, 20), date(2021, 1, 10)))
    choose(first, tez.person, tez.worker)
    said = refusal_of(choose, inside, tez.person, tez.worker)
    assert said.code == "enrolment_not_double_booked"
    assert "2020年12月1日至2020年12月20日" in said.sentence
    assert refusal_of(choose, first, tez.person, tez.worker).code == "enrolment_once"
    assert choose(touching, tez.person, tez.worker).state == "enrolled"


def test_the_database_keeps_two_periods_apart_without_us(tez: Cast) -> None:
    one = choose(an_open_offer(tez), tez.person, tez.worker)
    other = an_open_offer(tez, one.offer.entry, period=(date(2020, 12, 10), date(2020, 12, 30)))

    def past_the_guards() -> None:
        with acting(actor=SYSTEM, at=AT, basis=BASIS):
            Enrolment.objects.create(
                number="X", district_id=tez.code, offer=other, person=tez.person, chosen_by="person", period=other.period,
                state_since=AT, chosen_at=AT,
            )  # fmt: skip

    said = refusal_of(past_the_guards)
    assert (said.code, said.sentence) == (
        "enrolment_not_double_booked", "这段时间已选了另一个班次，时间有重叠。",
    )  # fmt: skip


@pytest.mark.parametrize(("born", "code"), [("20041201", ""), ("20041202", "too-young")])
def test_sixteen_on_the_first_day(tez: Cast, born: str, code: str) -> None:
    person = make_person(5)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        person.born_on = date(int(born[:4]), int(born[4:6]), int(born[6:]))
        person.save()
    offer = an_open_offer(tez)  # begins on 1 December 2020
    if code:
        assert refusal_of(choose, offer, person).code == code
    else:
        assert choose(offer, person).state == "enrolled"


def test_the_last_day_of_choosing_is_the_last(tez: Cast) -> None:
    offer = an_open_offer(tez)  # until 25 November
    late = AT + timedelta(days=10)
    actor = tez.worker
    said = refusal_of(
        pick, offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=actor, at=late
    )
    assert said.code == "choosing-over"
    on_time = AT + timedelta(days=9)
    made = pick(offer_id=offer.pk, person_id=tez.person.pk, chosen_by="person", actor=actor, at=on_time)
    assert made.state == "enrolled"


def test_only_an_open_offer_is_chosen(tez: Cast) -> None:
    drafted = a_drafted_offer(tez)
    assert refusal_of(choose, drafted, tez.person, tez.worker).code == "offer-not-open"
    closed = close_offer(offer_id=an_open_offer(tez, drafted.entry).pk, actor=tez.reviewer, at=AT)
    assert refusal_of(choose, closed, tez.person, tez.worker).code == "offer-not-open"


def test_a_line_with_a_group_wants_the_group_on_the_first_day(tez: Cast) -> None:
    offer = an_open_offer(tez, line="veteran_before")
    said = refusal_of(choose, offer, tez.person, tez.worker)
    assert said.code == "line-group"
    assert "退役军人" in said.sentence
    assert "区退役军人局" in said.remedy
    tag = {"group": "veteran", "proof": "退伍证", "proved_by": "区退役军人局", "actor": tez.intake, "at": AT}
    over = tag_group(
        person_id=tez.person.pk, valid_from=date(2020, 1, 1), valid_until=date(2020, 12, 1), **tag
    )
    assert over.valid.upper == date(2020, 12, 1)  # ends the day before the class begins
    assert refusal_of(choose, offer, tez.person, tez.worker).code == "line-group"
    tag_group(person_id=tez.person.pk, valid_from=date(2020, 12, 1), **tag)
    made = choose(offer, tez.person, tez.worker)
    assert (made.state, made.groups) == ("enrolled", ["veteran"])


def test_with_a_fee_of_its_own_the_class_may_be_taken_at_ones_own_cost(tez: Cast) -> None:
    offer = an_open_offer(tez, line="veteran_before", fee_fen=80_000)
    assert choose(offer, tez.person, tez.worker).state == "enrolled"


def test_not_paid_for_is_no_reason_to_refuse(tez: Cast) -> None:
    entry = an_entry(tez)
    choose(an_open_offer(tez, entry), tez.person, tez.worker)
    again = an_open_offer(tez, entry, period=(date(2021, 2, 1), date(2021, 2, 20)))
    made = choose(again, tez.person, tez.worker)
    assert (made.state, made.outcome, made.expected_fen, made.reasons) == (
        "enrolled", "rejected", 0, ["duplicate"],
    )  # fmt: skip
    assert not YearSlot.objects.filter(enrolment=made).exists()


def test_staff_only_offers_and_lines_are_for_those_they_name(tez: Cast) -> None:
    staff_only = an_open_offer(tez, line="pre_job", employer_id=tez.enterprise.pk)
    assert refusal_of(choose, staff_only, tez.person, tez.worker).code == "other-employer"
    as_staff(tez, tez.person)
    made = pick(
        offer_id=staff_only.pk, person_id=tez.person.pk, chosen_by="enterprise", employer_id=tez.enterprise.pk,
        actor=tez.enterprise_clerk, at=AT,
    )  # fmt: skip
    assert (made.employer_id, made.groups) == (tez.enterprise.pk, ["employee"])
    for_all = an_open_offer(
        tez, staff_only.entry, line="pre_job", period=(date(2021, 3, 1), date(2021, 3, 9))
    )
    said = refusal_of(choose, for_all, make_person(7))
    assert said.code == "not-by-you"
    assert "所在企业" in said.sentence


def test_pre_job_training_once_with_the_same_employer(tez: Cast) -> None:
    entry = an_entry(tez)
    as_staff(tez, tez.person)
    given = {"person_id": tez.person.pk, "chosen_by": "enterprise", "employer_id": tez.enterprise.pk}
    first = an_open_offer(tez, entry, line="pre_job")
    later = an_open_offer(tez, entry, line="pre_job", period=(date(2021, 3, 1), date(2021, 3, 20)))
    pick(offer_id=first.pk, **given, actor=tez.enterprise_clerk, at=AT)
    said = refusal_of(pick, offer_id=later.pk, **given, actor=tez.enterprise_clerk, at=AT)
    assert said.code == "line-once"


def test_a_restricted_project_is_only_for_the_institutions_roster() -> None:
    zc = cast("370306")
    line = next(code for code, line in rulebook_for(zc.code).lines.items() if line.restricted)
    project = a_contracted_project(zc, line=line, restricted=True)
    offer = an_open_offer(zc, line=line, project_id=project.pk)
    assert refusal_of(choose, offer, zc.person, zc.worker).code == "no-offer"
    made = pick(offer_id=offer.pk, person_id=zc.person.pk, chosen_by="institution", actor=zc.intake, at=AT)
    assert (made.state, made.outcome) == ("enrolled", "free")
    assert not enrolments_of(zc.town).exists()
    assert enrolment(zc.intake, made.pk) is not None


def test_who_may_choose_for_whom(tez: Cast) -> None:
    offer = an_open_offer(tez)
    given: dict[str, Any] = {"offer_id": offer.pk, "person_id": tez.person.pk, "at": AT}
    stranger = make_actor(Role.WORKER, person=make_person(9))
    cases: list[tuple[Actor, dict[str, Any], str]] = [
        (stranger, {"chosen_by": "person"}, "forbidden"),
        (tez.worker, {"chosen_by": "town", "consent": "到场"}, "forbidden"),
        (tez.town, {"chosen_by": "town"}, "no-consent"),
        (outsider(tez, "town"), {"chosen_by": "town", "consent": "到场"}, "forbidden"),
        (
            outsider(tez, "enterprise"),
            {"chosen_by": "enterprise", "employer_id": tez.enterprise.pk},
            "forbidden",
        ),
        (tez.enterprise_clerk, {"chosen_by": "enterprise", "employer_id": tez.enterprise.pk}, "not-staff"),
        (outsider(tez, "intake"), {"chosen_by": "institution"}, "forbidden"),
        (tez.provider_clerk, {"chosen_by": "person"}, "forbidden"),
    ]
    for actor, how, code in cases:
        assert refusal_of(pick, **given, **how, actor=actor).code == code, (actor.label, how)
    made = pick(**given, chosen_by="town", consent="本人到场签字", actor=tez.town)
    assert made.consent == "本人到场签字"


def test_who_sees_an_enrolment(tez: Cast) -> None:
    made = choose(an_open_offer(tez), tez.person, tez.worker)
    for actor in (tez.worker, tez.intake, tez.reviewer, tez.town, tez.provider_clerk):
        assert enrolment(actor, made.pk) is not None, actor.label
    for kind in ("worker", "intake", "provider", "enterprise", "town"):
        assert enrolment(outsider(tez, kind), made.pk) is None, kind
    assert enrolment(tez.enterprise_clerk, made.pk) is None


def test_an_occupation_of_an_older_edition_counts_as_the_same(tez: Cast) -> None:
    """The same code for both editions: paid once, however the catalogue names it."""
    from wudan.occupations.models import Occupation, OccupationLink

    entry = an_entry(tez)
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        newer = Occupation.objects.create(
            name="车工", code="6-18-01-99", edition="2022", kind="occupation", levels=[4], source=BASIS, recorded_at=AT,
            search_text="车工",
        )  # fmt: skip
        OccupationLink.objects.create(old=entry.occupation, new=newer, kind="same", source=BASIS)
    renamed = an_entry(tez, newer)
    choose(an_open_offer(tez, entry), tez.person, tez.worker)
    later = an_open_offer(tez, renamed, period=(date(2021, 2, 1), date(2021, 2, 20)))
    assert choose(later, tez.person, tez.worker).reasons == ["duplicate"]
    assert DateRange(date(2021, 2, 1), date(2021, 2, 20)) == later.period
