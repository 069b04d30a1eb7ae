"""A migrated template, cloned for each test process; after a test that commits, its rows are taken out again.

The template is named after everything that shapes it, so a changed migration makes a new one. What a test committed is deleted
with the triggers asleep, because our walls refuse it otherwise; that takes a fiftieth of a second. A new clone takes one, and
longer on a slow disk: it is for the test that changed the schema or what migrations wrote, and for a server on which we may
not put triggers to sleep.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections

from tests.harness.rows import Remembered, remembered
from wudan.config.postgres.engine import base
from wudan.config.postgres.server import Server

PROJECT = Path(__file__).resolve().parents[2]
PREFIX = "test_wudan"
TEMPLATES_KEPT = 3
_remembered: dict[str, Remembered] = {}


def fingerprint() -> str:
    """Of the migrations, the triggers they name, and the packages whose migrations run too."""
    shaping = [
        *PROJECT.glob("wudan/**/migrations/*.py"),
        *PROJECT.glob("wudan/kernel/*.py"),
        *PROJECT.glob("wudan/**/states.py"),
    ]
    shaping += [PROJECT / "requirements.lock", PROJECT / "wudan/config/settings/base.py"]
    digest = hashlib.sha256()
    for file in sorted(shaping):
        digest.update(str(file).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def own_database() -> Iterator[None]:
    """A clone for this process, dropped at the end."""
    name = f"{PREFIX}_{os.getpid()}"
    earlier = settings.DATABASES["default"]["NAME"]
    with _server():
        with _maintenance() as admin:
            _drop_leftovers(admin)
            template = _template(admin)
        _switch_to(name)
        _clone(template, name)
        try:
            with _maintenance(name) as admin:
                _remembered[name] = remembered(admin)
            yield
        finally:
            _switch_to(earlier)
            with _maintenance() as admin:
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _server() -> Iterator[None]:
    """The embedded server unless DATABASE_URL names another; the last test process to end stops it."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    server = Server()
    server.hold()
    try:
        yield
    finally:
        base.let_go()
        server.release()


def as_it_was() -> None:
    """After a test that committed: the database as it was."""
    connections.close_all()
    name = str(connection.settings_dict["NAME"])
    with _maintenance(name) as admin:
        done = _remembered[name].restore(admin)
    if not done:
        _clone(f"{PREFIX}_template_{fingerprint_at_start()}", name)


def fingerprint_at_start() -> str:
    """Somebody may edit a migration while the tests run."""
    return os.environ.setdefault("WUDAN_TEST_TEMPLATE", fingerprint())


def _template(admin: psycopg.Connection[tuple[object, ...]]) -> str:
    name = f"{PREFIX}_template_{fingerprint_at_start()}"
    admin.execute(
        "SELECT pg_advisory_lock(5005)"
    )  # one process makes it, the others wait; freed with the connection
    if not _exists(admin, name):
        _drop_old_templates(admin)
        making = f"{name}_making"
        admin.execute(f'DROP DATABASE IF EXISTS "{making}" WITH (FORCE)')
        admin.execute(f"CREATE DATABASE \"{making}\" TEMPLATE template0 ENCODING 'UTF8'")
        earlier = settings.DATABASES["default"]["NAME"]
        _switch_to(making)
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            connections.close_all()
            _switch_to(earlier)
        admin.execute(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
    return name


def _clone(template: str, name: str) -> None:
    with _maintenance() as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def _switch_to(name: str) -> None:
    connections.close_all()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


@contextlib.contextmanager
def _maintenance(name: str = "postgres") -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """A connection from which databases are made and dropped; or into one of them."""
    where = connection.settings_dict
    known = {
        key: str(where[key.upper()]) for key in ("host", "port", "user", "password") if where[key.upper()]
    }
    with psycopg.connect(**known, dbname=name, autocommit=True) as admin:  # type: ignore[arg-type]
        yield admin


def _exists(admin: psycopg.Connection[tuple[object, ...]], name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _drop_leftovers(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """Clones of test processes that were killed."""
    for (name,) in admin.execute(
        "SELECT datname FROM pg_database WHERE datname ~ %s", [rf"^{PREFIX}_\d+$"]
    ).fetchall():
        try:
            os.kill(int(str(name).rsplit("_", 1)[1]), 0)
        except ProcessLookupError:
            with contextlib.suppress(psycopg.errors.ObjectInUse):
                admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        except PermissionError:
            continue


def _drop_old_templates(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    found = admin.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE %s ORDER BY oid DESC OFFSET %s",
        [f"{PREFIX}\\_template\\_%", TEMPLATES_KEPT - 1],
    )
    for (name,) in found.fetchall():
        with contextlib.suppress(psycopg.errors.ObjectInUse):
            admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
