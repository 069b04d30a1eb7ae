"""History, journal and outbox: written by the database, or the write is refused; never changed afterwards."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests.cast import AT, cast, make_organisation, make_user
from tests.harness.races import PATIENCE
from wudan.kernel.actor import SYSTEM
from wudan.kernel.errors import Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note, tell
from wudan.kernel.models import History, JournalEntry, OutboxEvent
from wudan.organisations.models import Organisation
from wudan.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return cast(pools=False)


def last() -> History:
    return History.objects.order_by("-id")[0]


def test_a_change_is_recorded_with_who_when_why_and_what(here) -> None:
    with acting(actor=here.intake, at=AT + timedelta(minutes=1), basis="第五条"):
        Organisation.objects.filter(pk=here.provider.pk).update(contact="李四", licence="1")
    row = last()
    assert (row.table_name, row.row_id, row.operation) == (
        "organisations_organisation",
        str(here.provider.pk),
        "UPDATE",
    )
    assert row.changes == {"contact": ["", "李四"], "licence": ["", "1"]}
    assert row.actor == {"user": here.intake.user_id, "role": "intake", "label": here.intake.label}
    assert (row.basis, row.acted_at) == ("第五条", AT + timedelta(minutes=1))


def test_insert_and_delete_too(here) -> None:
    made = make_organisation(here.code, "provider", 7, account=False)
    assert (last().operation, last().changes) == ("INSERT", {})
    with acting(actor=SYSTEM, at=AT, basis="x"):
        made.delete()
    assert (last().operation, last().changes["name"]) == ("DELETE", made.name)


@pytest.mark.parametrize(
    "statement", ["UPDATE {t} SET contact = 'x'", "DELETE FROM {t}", "INSERT INTO {t} DEFAULT VALUES"]
)
def test_without_context_the_write_is_refused_also_by_raw_sql(here, statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(t="organisations_organisation"))
    with pytest.raises(DatabaseError, match="wudan-history"), transaction.atomic():
        Organisation.objects.update(contact="x")


def test_a_session_cannot_ignore_the_trigger(here) -> None:
    import pgtrigger

    with pgtrigger.ignore(), pytest.raises(DatabaseError, match="wudan-history"), transaction.atomic():
        Organisation.objects.update(contact="x")


def test_context_ends_with_its_block(here) -> None:
    with acting(actor=SYSTEM, at=AT, basis="x"):
        pass
    with pytest.raises(DatabaseError, match="wudan-history"), transaction.atomic():
        Organisation.objects.update(contact="x")


def test_an_inner_action_gives_the_name_back(here) -> None:
    with acting(actor=here.intake, at=AT, basis="外"):
        with acting(actor=SYSTEM, at=AT, basis="内"):
            Organisation.objects.filter(pk=here.provider.pk).update(contact="内")
            assert last().basis == "内"
        Organisation.objects.filter(pk=here.provider.pk).update(contact="外")
        assert (last().basis, last().actor["role"]) == ("外", "intake")
        with pytest.raises(Refused), acting(actor=SYSTEM, at=AT, basis="内"):
            refuse("x", "不")
        Organisation.objects.filter(pk=here.provider.pk).update(contact="又外")
        assert (last().basis, last().actor["role"]) == ("外", "intake")


def test_a_refused_action_saves_nothing(here) -> None:
    before = History.objects.count()
    with pytest.raises(Refused), acting(actor=SYSTEM, at=AT, basis="x"):
        Organisation.objects.filter(pk=here.provider.pk).update(contact="x")
        refuse("x", "不")
    here.provider.refresh_from_db()
    assert here.provider.contact == "" and History.objects.count() == before


def test_a_violated_constraint_comes_out_as_its_sentence(here) -> None:
    with pytest.raises(Refused) as caught, acting(actor=SYSTEM, at=AT, basis="x"):
        Organisation.objects.create(
            district=here.district, kind="provider", name="二", credit_code=here.provider.credit_code
        )
    assert caught.value.refusal.code == "organisation_once"
    assert "已经登记过" in caught.value.refusal.sentence


def test_a_fault_of_ours_stays_a_fault(here) -> None:
    with pytest.raises(DatabaseError), acting(actor=SYSTEM, at=AT, basis="x"), connection.cursor() as cursor:
        cursor.execute("SELECT nothing FROM nowhere")


@pytest.mark.django_db(transaction=True)
def test_two_who_wait_for_each_other_leave_one_with_a_plain_word() -> None:
    """A deadlock ends one of two; that one hears what happened, and the other's work stands."""
    here = cast(pools=False)
    both, said = threading.Barrier(2, timeout=PATIENCE), []

    def run(own: int, other: int) -> None:
        try:
            with acting(actor=SYSTEM, at=AT, basis="x"):
                Organisation.objects.filter(pk=own).update(contact="x")
                both.wait()
                Organisation.objects.filter(pk=other).update(contact="x")
            said.append("done")
        except Refused as refused:
            said.append(refused.refusal.code)
        finally:
            connection.close()

    pair = (here.provider.pk, here.enterprise.pk)
    threads = [threading.Thread(target=run, args=order) for order in (pair, pair[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == ["busy", "done"]


@pytest.mark.parametrize("model", [History, JournalEntry])
def test_history_and_journal_are_only_added_to(here, model) -> None:
    note(actor=here.intake, at=AT, verb="export", subject_kind="claims")
    field = "basis" if model is History else "reason"
    for attempt in (lambda: model.objects.update(**{field: "x"}), lambda: model.objects.all().delete()):
        with pytest.raises(Refused, match="只能新增"), acting(actor=SYSTEM, at=AT, basis="x"):
            attempt()
    with (
        pytest.raises(DatabaseError, match="不能整表清空"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"TRUNCATE {model._meta.db_table}")


def test_the_journal_keeps_user_label_and_district(here) -> None:
    entry = note(actor=here.intake, at=AT, verb="export", subject_kind="claims", detail={"rows": 3})
    assert (entry.user_id_seen, entry.actor_label, entry.district_code) == (
        here.intake.user_id,
        here.intake.label,
        "370405",
    )


def test_a_message_dies_with_its_transaction() -> None:
    with pytest.raises(Refused), acting(actor=SYSTEM, at=AT, basis="x"):
        tell("roster:uploaded", at=AT, roster=1)
        refuse("x", "不")
    assert not OutboxEvent.objects.exists()
    assert tell("roster:uploaded", at=AT, roster=1).payload == {"roster": 1}


def test_sealed_columns_go_into_history_sealed(here) -> None:
    person = Person.objects.get(pk=here.person.pk)
    with acting(actor=SYSTEM, at=AT, basis="x"):
        person.set_phone("13811112222")
        person.save()
    assert "13811112222" not in str(last().changes)
    assert last().changes["phone_masked"][1] == "138****2222"
    make_user("nobody")


def test_the_system_itself_serves_every_district(here) -> None:
    from wudan.kernel.roles import Role

    SYSTEM.require(Role.SYSTEM, district_id="370306")
    with pytest.raises(Refused, match="岗位"):
        SYSTEM.require(Role.INTAKE)
    with pytest.raises(Refused, match="不属于"):
        here.system.require(Role.SYSTEM, district_id="370306")
