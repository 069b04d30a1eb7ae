"""Health, metrics, request ids, and the promise that reading does not write."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.db import DatabaseError, InternalError, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from wudan.config import health


def _write() -> None:
    Session.objects.create(session_key="written", session_data="", expire_date=timezone.now())


def writes(_request: HttpRequest) -> HttpResponse:
    _write()
    return HttpResponse("written")


def writes_while_streaming(_request: HttpRequest) -> StreamingHttpResponse:
    def rows():
        yield b"first\n"
        _write()
        yield b"second\n"

    return StreamingHttpResponse(rows())


urlpatterns = [path("writes", writes), path("streams", writes_while_streaming)]
here = override_settings(ROOT_URLCONF=__name__)


@pytest.mark.django_db
@here
@pytest.mark.parametrize("method", ["get", "head"])
def test_reading_cannot_write(client: Client, method: str):
    with pytest.raises(InternalError, match="read-only transaction"):
        getattr(client, method)("/writes")
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
@here
def test_reading_cannot_write_in_a_transaction_of_its_own_either(client: Client):
    with pytest.raises(InternalError, match="read-only transaction"):
        client.get("/writes")


@pytest.mark.django_db
@here
def test_a_streamed_answer_cannot_write(client: Client):
    with pytest.raises(InternalError, match="read-only transaction"):
        b"".join(client.get("/streams"))


@pytest.mark.django_db
@here
def test_posting_can_write_also_after_a_reading(client: Client):
    with pytest.raises(InternalError):
        client.get("/writes")
    assert client.post("/writes").content == b"written"
    assert Session.objects.filter(session_key="written").exists()


def test_healthz_needs_no_database(client: Client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_readyz_names_its_parts(client: Client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "queue": "ok",
        "workers": 0,
        "late_jobs": 0,
    }


@pytest.mark.django_db
def test_readyz_counts_living_workers(client: Client):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '1 hour')"
        )
    assert client.get("/readyz").json()["workers"] == 1


@pytest.mark.django_db
def test_readyz_sees_a_missing_migration(client: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(health, "_seen_migrated", False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["migrations"] == "pending"


@pytest.mark.django_db
def test_readyz_sees_a_broken_queue(client: Client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE procrastinate_jobs RENAME TO gone")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["queue"] == "unreachable"


def test_readyz_survives_an_unreachable_database(client: Client, monkeypatch: pytest.MonkeyPatch):
    def refuse() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "unreachable"


def test_metrics_are_for_this_machine_only(client: Client):
    assert b"django_http_requests" in client.get("/metrics", REMOTE_ADDR="127.0.0.1").content
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code == 403
    assert (
        client.get(
            "/metrics", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "203.0.113.5"}
        ).status_code
        == 403
    )


def test_a_request_keeps_the_id_it_came_with(client: Client):
    assert (
        client.get("/healthz", headers={"x-request-id": "nginx-0123456789"})["X-Request-ID"]
        == "nginx-0123456789"
    )
    made = client.get("/healthz", headers={"x-request-id": "x\n<script>"})["X-Request-ID"]
    assert len(made) == 32


def test_the_content_policy_admits_no_inline_script(client: Client):
    policy = client.get("/healthz")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
