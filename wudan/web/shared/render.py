"""Showing a page, or for htmx only the part that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from wudan.web.shared.desks import NAV

TEXT_COOKIE = "wudan_text"
LARGE = "large"


def is_partial(request: HttpRequest) -> bool:
    """Whether htmx asks for a part of the page (and not for a whole one: a boosted link, or going back)."""
    headers = request.headers
    whole = "true" in (headers.get("HX-Boosted"), headers.get("HX-History-Restore-Request"))
    return headers.get("HX-Request") == "true" and not whole


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any] | None = None,
    *,
    part: str = "",
    status: int = 200,
) -> HttpResponse:
    """The template; for htmx the template `part` where one is named."""
    name = part if part and is_partial(request) else template
    response = render(request, name, dict(context or {}), status=status)
    if part:
        patch_vary_headers(response, ["HX-Request"])
    return response


# What the layouts read where a view says nothing.
_UNSAID: dict[str, Any] = {
    "title": "",
    "subtitle": "",
    "crumbs": (),
    "nav": (),
    "home_url": "/",
    "district_name": "",
    "districts": (),
    "todo_count": None,
    "todo_url": "",
    "who_name": "",
    "who_role": "",
    "office_name": "",
    "office_address": "",
    "office_hours": "",
    "hotline": "",
    "back_url": "",
    "step": None,
    "steps": None,
    "no_index": False,
}


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: what every layout reads; a view's own context wins."""
    actor = getattr(request, "actor", None)
    desks = getattr(request, "desks", ())
    return {
        **_UNSAID,
        "actor": actor,
        "nav": NAV.get(actor.role, ()) if actor else (),
        "desks": desks,
        "district_name": next((d.district_name for d in desks if d.here), ""),
        "home_url": reverse("shared:desk") if actor else "/",
        "sample_data": bool(getattr(settings, "WUDAN_SAMPLE", False)),
        "large_text": request.COOKIES.get(TEXT_COOKIE) == LARGE,
    }
