"""按名册选单: every row gets its answer, and either all are enrolled or none."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import AT, Cast, cast, make_person, outsider, valid_identity, valid_phone
from tests.catalogue_cast import a_contracted_project, an_open_offer
from tests.chain_cast import as_staff
from wudan.kernel.errors import Refused
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.actions.rosters import RosterRow, check_roster, enrol_roster
from wudan.orders.enrolment.models import Enrolment, Places
from wudan.orders.enrolment.queries.staff import staff_of
from wudan.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def tez() -> Cast:
    return cast("370405")


def file_of(*rows: tuple[str, str, str]) -> bytes:
    lines = ["姓名,身份证号码,联系电话", *(",".join(row) for row in rows)]
    return "\n".join(lines).encode()


def new_hires(count: int, first: int = 500) -> bytes:
    return file_of(
        *(("赵一二", valid_identity(n), valid_phone(n)) for n in range(first, first + count)),
    )


def by(tez: Cast, **more: Any) -> dict[str, Any]:
    return {"employer_id": tez.enterprise.pk, "actor": tez.enterprise_clerk, "at": AT} | more


def for_staff(tez: Cast, **more: Any) -> Offer:
    return an_open_offer(tez, line="pre_job", employer_id=tez.enterprise.pk, **more)


def test_thirty_new_hires_by_file(tez: Cast) -> None:
    offer = for_staff(tez, places=30)
    people = Person.objects.count()
    check = check_roster(offer_id=offer.pk, content=new_hires(30), **by(tez))
    assert (check.good, len(check.rows), check.to_wait, check.expected_fen) == (True, 30, 0, 4_500_000)
    assert Person.objects.count() == people  # looking registers nobody
    made = enrol_roster(offer_id=offer.pk, rows=[r.row for r in check.rows], **by(tez))
    assert [e.state for e in made] == ["enrolled"] * 30
    assert [e.turn for e in made] == list(range(1, 31))
    assert {e.chosen_by for e in made} == {"enterprise"}
    assert Places.objects.get(pk=offer.pk).taken == 30
    assert staff_of(tez.enterprise.pk).count() == 30


def test_what_does_not_fit_any_more_waits_in_the_order_of_the_rows(tez: Cast) -> None:
    offer = for_staff(tez, places=6)
    check = check_roster(offer_id=offer.pk, content=new_hires(8), **by(tez))
    assert (check.good, check.to_wait) == (True, 2)
    made = enrol_roster(offer_id=offer.pk, rows=[r.row for r in check.rows], **by(tez))
    assert [e.state for e in made] == ["enrolled"] * 6 + ["waiting"] * 2


def test_every_fault_is_told_with_its_row_and_nothing_is_kept(tez: Cast) -> None:
    offer = for_staff(tez)
    make_person(501, name="钱三")
    content = file_of(
        ("赵一二", valid_identity(500), ""),
        ("赵一二", valid_identity(501), ""),
        ("孙四", "37040519900101123", ""),
        ("", valid_identity(503), ""),
        ("李五", valid_identity(504), "12345"),
        ("赵一二", valid_identity(500), ""),
    )
    check = check_roster(offer_id=offer.pk, content=content, **by(tez))
    assert not check.good
    assert [(f.row, f.column) for f in check.faults] == [
        (4, "身份证号码"), (5, "姓名"), (6, "联系电话"), (7, "身份证号码"),
    ]  # fmt: skip
    assert check.faults[3].problem == "与第2行是同一个人"
    answers = {r.row.row: r for r in check.rows}
    assert [r.code for r in answers[3].refusals] == ["name-mismatch"]
    assert answers[3].preview is None
    assert answers[2].good


def test_one_bad_row_stops_all_and_is_named(tez: Cast) -> None:
    offer = for_staff(tez)
    check = check_roster(offer_id=offer.pk, content=new_hires(3), **by(tez))
    rows = [r.row for r in check.rows]
    enrol_roster(offer_id=offer.pk, rows=rows[1:2], **by(tez))
    with pytest.raises(Refused) as caught:
        enrol_roster(offer_id=offer.pk, rows=rows, **by(tez))
    assert [r.sentence for r in caught.value.refusals] == ["第3行：已选过这个班次。"]
    assert Enrolment.objects.count() == 1
    again = check_roster(offer_id=offer.pk, content=new_hires(3), **by(tez))
    assert [[r.code for r in row.refusals] for row in again.rows] == [[], ["enrolment_once"], []]


def test_staff_named_before_are_enrolled_by_ticking(tez: Cast) -> None:
    offer = for_staff(tez)
    mine, stranger = make_person(600, name="赵一二"), make_person(601, name="钱三四")
    as_staff(tez, mine)
    check = check_roster(offer_id=offer.pk, person_ids=[mine.pk], **by(tez))
    assert check.good
    assert enrol_roster(offer_id=offer.pk, rows=[r.row for r in check.rows], **by(tez))[0].person == mine
    for call in (
        lambda: check_roster(offer_id=offer.pk, person_ids=[stranger.pk], **by(tez)),
        lambda: enrol_roster(offer_id=offer.pk, rows=[RosterRow(1, person_id=stranger.pk)], **by(tez)),
    ):
        with pytest.raises(Refused) as caught:
            call()
        assert caught.value.refusal.code == "not-staff"


def test_only_ones_own_staff_and_district(tez: Cast) -> None:
    offer = for_staff(tez)
    other = outsider(tez, "enterprise")
    for actor, employer in (
        (other, tez.enterprise.pk), (tez.enterprise_clerk, other.organisation_id), (tez.worker, None), (tez.town, None),
    ):  # fmt: skip
        with pytest.raises(Refused) as caught:
            check_roster(offer_id=offer.pk, content=new_hires(1), employer_id=employer, actor=actor, at=AT)
        assert caught.value.refusal.code == "forbidden"
    with pytest.raises(Refused) as caught:
        enrol_roster(offer_id=offer.pk, rows=[], **by(tez))
    assert caught.value.refusal.code == "no-rows"


def test_an_institutions_list_is_taken_by_the_bureau() -> None:
    zc = cast("370306")
    project = a_contracted_project(zc, line="project_custodial", restricted=True)
    offer = an_open_offer(zc, line="project_custodial", project_id=project.pk)
    given: dict[str, Any] = {"offer_id": offer.pk, "chosen_by": "institution", "at": AT}
    check = check_roster(**given, content=new_hires(3), actor=zc.intake)
    assert check.good
    made = enrol_roster(**given, rows=[r.row for r in check.rows], actor=zc.intake)
    assert {e.chosen_by for e in made} == {"institution"}
    with pytest.raises(Refused):
        enrol_roster(**given, rows=[r.row for r in check.rows], actor=zc.enterprise_clerk)


def test_a_longer_roster_costs_no_more_queries_to_look_at(tez: Cast) -> None:
    offer = for_staff(tez, places=50)
    counts = []
    for size in (2, 40):
        with CaptureQueriesContext(connection) as caught:
            check_roster(offer_id=offer.pk, content=new_hires(size), **by(tez))
        counts.append(len(caught))
    assert counts[0] == counts[1]
