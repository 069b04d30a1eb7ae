"""Where each audience's pages begin. An audience has its own `urls.py` with `app_name` set to its name."""

from __future__ import annotations

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

BEGINNINGS = {
    "shared": "",
    "learner": "my/",
    "enterprise": "enterprise/",
    "provider": "provider/",
    "bureau": "bureau/",
    "finance": "finance/",
    "supervisor": "supervisor/",
    "public": "",
}


def _built(audience: str) -> bool:
    room = f"wudan.web.{audience}"
    return find_spec(room) is not None and find_spec(f"{room}.urls") is not None


urlpatterns: list[URLPattern | URLResolver] = [
    path(start, include(f"wudan.web.{audience}.urls"))
    for audience, start in BEGINNINGS.items()
    if _built(audience)
]

handler400 = "wudan.web.shared.errors.bad_request"
handler403 = "wudan.web.shared.errors.forbidden"
handler404 = "wudan.web.shared.errors.not_found"
handler500 = "wudan.web.shared.errors.broken"
