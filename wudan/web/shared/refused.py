"""When an action refuses, the person sees which fact, which clause, what to do and whom to ask."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render

from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.web.shared.errors import not_by_address
from wudan.web.shared.render import is_partial


class RefusedMiddleware:
    """Turns `Refused` raised by a view into its page, or for htmx into its card."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.method == "GET":
            return not_by_address(request)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, Refused) else None


def answer(request: HttpRequest, refused: Refused) -> HttpResponse:
    """The refusal as a page with its status, or as a card alone for htmx."""
    status = refused.refusal.status
    forbidden, wrote = status == FORBIDDEN, request.method == "POST"
    if forbidden:
        title = "这项内容您不能查看或办理"
    elif wrote:
        title = "这项操作没有办理"
    else:
        title = "没有找到要看的内容" if status == HTTPStatus.NOT_FOUND else "现在不能查看"
    context = {
        "refusals": list(refused.refusals),
        "title": title,
        "forbidden": forbidden,
        "wrote": wrote,
    }
    template = "shared/refused_part.html" if is_partial(request) else "shared/refused.html"
    return render(request, template, context, status=status)
