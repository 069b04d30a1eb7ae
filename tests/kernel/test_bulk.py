"""Bulk writing: the same values, keys, history and refusals as Django's own writing, whatever the type of a column."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models.functions import Now

from tests.cast import AT, cast
from wudan.kernel import bulk
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused
from wudan.kernel.history import acting
from wudan.kernel.models import History, OutboxEvent
from wudan.orders.subsidy.models import Claim
from wudan.people.models import GroupTag, Person

pytestmark = pytest.mark.django_db
AWKWARD = ["", "\\N", "\\", "a\tb\nc\r", "'\"{},$$", "汉字，𠮷", "NULL"]


@pytest.fixture
def here():
    return cast(pools=False)


def persons(count: int = 3) -> list[Person]:
    made = [Person(name=f"人{n}", number_masked="*", created_at=AT) for n in range(count)]
    for n, person in enumerate(made):
        person.set_number(f"号{n}")
        person.set_phone("13811112222" if n % 2 else "")
    return made


def claim(here, n: int, **more) -> Claim:
    return Claim(
        number=f"B{n}", district=here.district, applied_by="person", person=here.person, scheme="training",
        applied_at=AT, fingerprint=f"b{n}", state_since=AT, payee="person", submitted_by=1, **more,
    )  # fmt: skip


def written(row: models.Model) -> dict[str, object]:
    """A row as it stands in the database."""
    return values(type(row)._default_manager.get(pk=row.pk))


def values(row: models.Model) -> dict[str, object]:
    found = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return {name: bytes(v) if isinstance(v, memoryview) else v for name, v in found.items()}


def test_new_rows_get_keys_and_keep_every_value_of_every_type(here) -> None:
    with acting(actor=SYSTEM, at=AT, basis="x"):
        rows = [
            *bulk.insert(Person, persons()),
            *bulk.insert(
                Claim,
                [claim(here, n, groups=AWKWARD[:n], occupation_name=text) for n, text in enumerate(AWKWARD)],
            ),
            *bulk.insert(
                GroupTag,
                [
                    GroupTag(
                        person=here.person, group=f"g{n}", proof="x", proved_by="x", recorded_at=AT,
                        valid=DateRange(date(2020, 1, 1), until, "[)"),
                    )
                    for n, until in enumerate([None, date(2020, 2, 1)])
                ],
            ),
        ]  # fmt: skip
    events = bulk.insert(
        OutboxEvent, [OutboxEvent(topic=t, payload={t: [t, None]}, created_at=AT) for t in AWKWARD]
    )
    for row in [*rows, *events]:
        assert not row._state.adding and written(row) == values(row)
    assert Claim.objects.get(number="B0").pk < Claim.objects.get(number="B1").pk
    assert bulk.insert(Claim, []) == []


def test_inserted_rows_are_in_history_and_not_without_context(here) -> None:
    with acting(actor=SYSTEM, at=AT, basis="第五条"):
        made = bulk.insert(Person, persons())
    recorded = History.objects.filter(table_name="people_person", row_id__in=[str(p.pk) for p in made])
    assert {(h.operation, h.basis, str(h.changes)) for h in recorded} == {("INSERT", "第五条", "{}")}
    assert recorded.count() == 3
    with pytest.raises(DatabaseError, match="wudan-history"), transaction.atomic():
        bulk.insert(Person, persons(5)[3:])


def test_a_violated_constraint_comes_out_as_its_sentence(here) -> None:
    with pytest.raises(Refused) as caught, acting(actor=SYSTEM, at=AT, basis="x"):
        bulk.insert(Claim, [claim(here, 1), claim(here, 2, override_outcome="approved")])
    assert caught.value.refusal.code == "claim_override_explained"
    assert not Claim.objects.filter(number="B1").exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        bulk.insert(OutboxEvent, [OutboxEvent(topic="x")])
    with connection.cursor() as cursor:  # the transaction around goes on
        cursor.execute("SELECT 1")


def test_expressions_and_unsaved_relations_are_faults(here) -> None:
    with pytest.raises(TypeError, match="expression"), transaction.atomic():
        bulk.insert(OutboxEvent, [OutboxEvent(topic="x", created_at=Now())])
    with pytest.raises(ValueError, match="unsaved"), transaction.atomic():
        bulk.insert(Claim, [Claim(person=Person())])


def test_changed_rows_keep_every_value_and_nothing_else_is_touched(here) -> None:
    with acting(actor=SYSTEM, at=AT, basis="x"):
        rows = bulk.insert(Claim, [claim(here, n) for n in range(len(AWKWARD))])
        people = bulk.insert(Person, persons())
        for n, row in enumerate(rows):
            row.occupation_name, row.groups, row.reasons = AWKWARD[n], AWKWARD[:n], ["同"]
            row.amount_fen, row.due_on = (n or None), date(2020, 11, 1 + n)
            row.draws_pension, row.class_name = True, "not named"
        for person in people:
            person.set_phone("13911112222" if not person.phone_masked else "")
            person.town_id = None
        named = ["occupation_name", "groups", "reasons", "amount_fen", "due_on", "draws_pension"]
        assert bulk.update(Claim, rows, named) == len(rows)
        assert bulk.update(Person, people, ["phone_sealed", "phone_index", "phone_masked", "town"]) == 3
        assert bulk.update(Claim, [], named) == bulk.update(Claim, rows, []) == 0
    for one in [*rows, *people]:
        assert written(one) == {**values(one), **({"class_name": ""} if isinstance(one, Claim) else {})}
    last = History.objects.filter(table_name="subsidy_claim", row_id=str(rows[0].pk)).order_by("-id")[0]
    assert last.changes == {
        "reasons": [[], ["同"]],
        "draws_pension": [False, True],
        "due_on": [None, "2020-11-01"],
    }


def test_a_change_is_refused_with_its_sentence(here) -> None:
    with acting(actor=SYSTEM, at=AT, basis="x"):
        rows = bulk.insert(Claim, [claim(here, 1), claim(here, 2)])
    rows[1].state = "paid"
    with pytest.raises(Refused) as caught, acting(actor=SYSTEM, at=AT, basis="x"):
        bulk.update(Claim, rows, ["state"])
    assert caught.value.refusal.code == "wrong-state"


def test_keys_are_taken_once() -> None:
    first, second = bulk.take_keys(Claim, 3), bulk.take_keys(Claim, 2)
    assert first == sorted(first) and max(first) < min(second) and bulk.take_keys(Claim, 0) == []
