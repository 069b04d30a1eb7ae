"""A catalogue as a file: .xlsx for people, .json for other systems."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse

from wudan.orders.catalogue.entryfile import as_json, as_xlsx
from wudan.orders.catalogue.queries.editions import entries_of
from wudan.policy.engine.rulebook import Rulebook

_KINDS = {
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (as_json, "application/json"),
}


def as_file(edition: Any, rulebook: Rulebook, form: str) -> HttpResponse:
    """The whole edition, to be taken away; 404 for a form nobody knows."""
    if form not in _KINDS:
        raise Http404
    write, kind = _KINDS[form]
    response = HttpResponse(write(edition, entries_of(edition.pk), rulebook), content_type=kind)
    name = quote(f"{edition.title}第{edition.number}版.{form}")
    response["Content-Disposition"] = (
        f"attachment; filename=catalogue-{edition.pk}.{form}; filename*=UTF-8''{name}"
    )
    return response
