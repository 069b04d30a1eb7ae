"""The walls of the harness stand."""

from __future__ import annotations

import socket
import warnings

import pytest
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.db import DatabaseError, connection
from django.template import Engine
from django.utils import timezone

from tests.harness.network import ReachedOut
from tests.harness.templates import Undefined
from wudan.kernel.actor import SYSTEM
from wudan.kernel.journal import note
from wudan.kernel.models import JournalEntry


def test_a_warning_is_an_error():
    with pytest.raises(DeprecationWarning):
        warnings.warn("old", DeprecationWarning, stacklevel=1)


def test_no_test_reaches_beyond_this_machine():
    with pytest.raises(ReachedOut):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(ReachedOut):
        socket.getaddrinfo("registry.invalid", 80)


def test_an_undefined_variable_is_marked(settings):
    assert isinstance(Engine.get_default().string_if_invalid, Undefined)
    settings.DEBUG = True  # Django then makes a new engine
    assert isinstance(Engine.get_default().string_if_invalid, Undefined)


@pytest.mark.django_db
def test_rows_without_an_order_are_shuffled():
    Session.objects.bulk_create(
        [Session(session_key=f"{n:03}", session_data="", expire_date=timezone.now()) for n in range(100)]
    )
    keys = [session.session_key for session in Session.objects.all()]
    assert keys != sorted(keys)
    assert [s.session_key for s in Session.objects.order_by("session_key")] == sorted(keys)
    assert Session.objects.count() == 100


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_commits_is_gone_afterwards(time):
    """Rows that may not be deleted too."""
    assert not Session.objects.exists(), time
    Session.objects.create(session_key="committed", session_data="", expire_date=timezone.now())
    note(actor=SYSTEM, at=timezone.now(), verb="unmask", subject_kind="person")
    assert JournalEntry.objects.count() == 1, time
    with pytest.raises(DatabaseError):
        JournalEntry.objects.all().delete()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change", ["", "DELETE FROM auth_permission", "ALTER TABLE {} DISABLE TRIGGER USER", ""]
)
def test_what_migrations_made_is_there_again_afterwards(change):
    """Their rows and the schema, whatever the test before this one did."""
    table = JournalEntry._meta.db_table
    asleep = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O' AND tgrelid = %s::regclass"
    assert Permission.objects.filter(codename="add_journalentry").exists()
    with connection.cursor() as cursor:
        cursor.execute(asleep, [table])
        assert cursor.fetchone() == (0,)
        if change:
            cursor.execute(change.format(table))


@pytest.mark.django_db
def test_the_database_is_a_clone_of_our_own():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        assert cursor.fetchone()[0].startswith("test_wudan_")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
