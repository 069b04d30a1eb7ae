"""Around every request: an id, one log line, and the promise that reading does not write."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Iterable, Iterator

import structlog
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SAFE = frozenset({"GET", "HEAD"})
WITHOUT_DATABASE = frozenset({"/healthz", "/readyz", "/metrics"})  # must answer where there is none
_OUR_IDS = re.compile(r"[A-Za-z0-9-]{8,64}")

log = structlog.get_logger("wudan.request")


class RequestLog:
    """Gives the request an id (nginx's, if it sent one) that every log line of it carries, and logs it once."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _OUR_IDS.fullmatch(given) else uuid.uuid4().hex
        request.request_id = request_id  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if request.path not in WITHOUT_DATABASE and not request.path.startswith("/static/"):
            log.info(
                "request",
                method=request.method,
                path=request.path,  # never the query: it may hold what was searched for
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000),
                user=getattr(getattr(request, "user", None), "pk", None),
            )
        return response


class ReadOnlyGet:
    """Runs the view of a GET or HEAD in a read-only transaction: the database refuses a write, whoever wrote the view.

    It is the last middleware, so it wraps the view, its template and the page of its exception, and nothing else.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in SAFE or request.path in WITHOUT_DATABASE:
            return self.get_response(request)
        with _read_only():
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _stream_read_only(iter(response))
        return response


class _read_only(transaction.Atomic):  # noqa: N801 - reads as a verb where it is used
    def __init__(self) -> None:
        super().__init__(using=None, savepoint=True, durable=False)

    def __enter__(self) -> None:
        super().__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")


def _stream_read_only(parts: Iterable[bytes]) -> Iterator[bytes]:
    with _read_only():
        yield from parts
