"""What a monitor asks: is the process there, can it work, how is it doing."""

from __future__ import annotations

import ipaddress

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django_prometheus.exports import ExportToDjangoView

ALIVE_SECONDS = 60
LATE_SECONDS = 600


def healthz(_request: HttpRequest) -> HttpResponse:
    """The process answers. Touches nothing else, so a broken database does not get it restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether a page can be served: 200 or 503, and which part is at fault.

    Having no worker, or late jobs, is no reason to take the pages away; both are numbers to raise an alarm on.
    """
    found: dict[str, str] = {}
    figures = {"workers": 0, "late_jobs": 0}
    try:
        found["database"] = "ok" if _answers() else "unreachable"
        found["migrations"] = "ok" if _migrated() else "pending"
        figures = _queue()
        found["queue"] = "ok"
    except DatabaseError:
        pass
    found = {part: found.get(part, "unreachable") for part in ("database", "migrations", "queue")}
    ready = set(found.values()) == {"ok"}
    return JsonResponse({"ready": ready, **found, **figures}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponseBase:
    """Prometheus's figures, for a collector on this machine only; a proxied request is not from this machine."""
    address = ipaddress.ip_address(request.META.get("REMOTE_ADDR") or "0.0.0.0")  # noqa: S104 - an address to refuse
    if not address.is_loopback or "HTTP_X_FORWARDED_FOR" in request.META:
        raise PermissionDenied("监测数据只能在服务器本机读取。")
    response: HttpResponseBase = ExportToDjangoView(request)
    return response


def _migrated() -> bool:
    """Only the good answer is worth remembering: a migration applied stays applied while this code runs."""
    global _seen_migrated
    if not _seen_migrated:
        executor = MigrationExecutor(connection)
        _seen_migrated = not executor.migration_plan(executor.loader.graph.leaf_nodes())
    return _seen_migrated


_seen_migrated = False


def _answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _queue() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT (SELECT count(*) FROM procrastinate_workers
                       WHERE last_heartbeat > now() - make_interval(secs => %s)),
                      (SELECT count(*) FROM procrastinate_jobs j JOIN procrastinate_events e ON e.job_id = j.id
                       WHERE j.status = 'todo' AND e.type = 'deferred' AND e.at < now() - make_interval(secs => %s)
                         AND coalesce(j.scheduled_at, '-infinity') < now() - make_interval(secs => %s))""",
            [ALIVE_SECONDS, LATE_SECONDS, LATE_SECONDS],
        )
        workers, late = cursor.fetchone()
    return {"workers": workers, "late_jobs": late}
