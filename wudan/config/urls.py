"""The root of all addresses."""

from __future__ import annotations

from typing import NoReturn

from django.http import Http404, HttpRequest
from django.urls import include, path, re_path

from wudan.config import health


def no_such_page(_request: HttpRequest) -> NoReturn:
    raise Http404


urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    # allauth brings pages for mail, which nobody here logs in by; a forgotten password is reset by an official.
    re_path(r"^account/(?:email|confirm-email|login/code|password/reset)/", no_such_page),
    path("account/", include("allauth.urls")),
    path("", include("wudan.web.urls")),
]

# Django looks for these in the root only.
handler400 = "wudan.web.shared.errors.bad_request"
handler403 = "wudan.web.shared.errors.forbidden"
handler404 = "wudan.web.shared.errors.not_found"
handler500 = "wudan.web.shared.errors.broken"
