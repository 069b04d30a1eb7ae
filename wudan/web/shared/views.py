"""Views every audience shares: the size of the text, and the styleguide for developers."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from wudan.web.shared import styleguide as samples
from wudan.web.shared.render import LARGE, TEXT_COOKIE, page

ONE_YEAR = 365 * 24 * 3600


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """标准 or 长辈版, remembered on this device; back to where the person was."""
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        back = "/"
    response = HttpResponseRedirect(back)
    if request.POST.get("size") == LARGE:
        response.set_cookie(
            TEXT_COOKIE, LARGE, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie(TEXT_COOKIE, samesite="Lax")
    return response


@require_GET
def styleguide(request: HttpRequest, page_name: str = "parts") -> HttpResponseBase:
    """Every part with an example. Developers only."""
    if not settings.DEBUG or page_name not in samples.PAGES:
        raise Http404
    if page_name == "list":
        return samples.CLAIMS.respond(
            request,
            samples.fetch,
            "shared/styleguide/list.html",
            samples.frame(),
            batch=samples.BATCH,
            district="台儿庄区",
            period="2020年3月",
        )
    return page(request, f"shared/styleguide/{page_name}.html", samples.context(page_name))
