"""Who took which list away (导出) is journalled, although the page that gives the file only reads.

The view marks its answer with `taken_away`; the middleware writes the journal once the read-only request is over, and
before a byte of the file is sent: what cannot be journalled is not given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from wudan.kernel.clock import now
from wudan.kernel.journal import note

MARK = "wudan_taken_away"


def taken_away(
    response: HttpResponseBase, what: str, form: str, rows: int, conditions: Sequence[str] = ()
) -> None:
    """Mark an answer as a list leaving the house; `conditions` hold no personal data."""
    setattr(response, MARK, {"list": what, "format": form, "rows": rows, "conditions": "；".join(conditions)})


class ExportJournal:
    """Writes what `taken_away` has marked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        detail = getattr(response, MARK, None)
        actor = getattr(request, "actor", None)
        if detail is not None and actor is not None:
            note(
                actor=actor,
                at=now(),
                verb="export",
                subject_kind="list",
                subject_id=detail["list"],
                detail=detail,
            )
        return response
