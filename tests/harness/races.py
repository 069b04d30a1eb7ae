"""Several at the same moment, each on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from wudan.kernel.errors import Refused

PATIENCE = 120.0
"""Seconds. Only what fails takes this long; on a busy machine a thread may wait for its turn."""


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """The calls let go together: what each gave or its refusal, in their order. Any other exception comes out here."""
    start = Barrier(len(calls), timeout=PATIENCE)

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def code_or(answer: Any, otherwise: str = "done") -> str:
    """The refusal's code, or the word for what went well."""
    return answer.refusal.code if isinstance(answer, Refused) else otherwise


def both(*calls: Callable[[], Any]) -> list[str]:
    """The calls let go together: "done" or the refusal's code of each, sorted, since either may come first."""
    return sorted(code_or(answer) for answer in at_once(*calls))
