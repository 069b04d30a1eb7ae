"""The addresses of results that provider and bureau share."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from wudan.web.shared.acting import for_roles
from wudan.web.shared.results import klass, listing, sittings, work
from wudan.web.shared.results.place import Place

READ, WRITE, FORM = ("GET", "HEAD"), ("POST",), ("GET", "HEAD", "POST")
_PAGES: tuple[tuple[str, Any, str, tuple[str, ...]], ...] = (
    ("results/", listing.listing, "results", READ),
    ("results/<int:class_id>/plan/", sittings.plan, "sitting_plan", FORM),
    ("results/<int:class_id>/certificates/", klass.certificates, "class_certificates", FORM),
    ("results/<int:class_id>/employment/", work.employment, "class_employment", FORM),
    ("results/sittings/<int:assessment_id>/", sittings.sitting, "sitting", FORM),
    ("results/sittings/<int:assessment_id>/file/", sittings.template, "sitting_file", READ),
    ("results/sittings/<int:assessment_id>/drop/", sittings.drop, "sitting_drop", WRITE),
)


def pages(place: Place, *, show: Any = klass.klass) -> list[URLPattern]:
    """Each page for the roles of its desk; `show` is the desk's own page of a class."""
    named = (*_PAGES, ("results/<int:class_id>/", show, "class_results", READ))
    return [
        path(
            route,
            for_roles(*place.roles)(require_http_methods(methods)(partial(view, place=place))),
            name=name,
        )
        for route, view, name, methods in named
    ]
