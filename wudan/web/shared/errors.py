"""The pages for what went wrong: what happened, what was saved, what to do. Settings name `csrf_failure`."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


def _page(request: HttpRequest, status: int, title: str, text: str, saved: str = "") -> HttpResponse:
    context = {"title": title, "text": text, "saved": saved, "status": status}
    return render(request, "shared/error.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        400,
        "这次请求没有读懂",
        "网址或填写的内容不完整。请返回上一页，检查后重新提交。",
        "本次没有保存任何内容。",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        403,
        "您不能查看这个页面",
        "这个页面由其他岗位办理。如果您的工作需要它，请联系本单位管理员，或者区人力资源社会保障局。",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        404,
        "没有找到这个页面",
        "网址可能不完整，或者这条记录不在您的办理范围内。请从首页或者列表重新进入。",
    )


def not_by_address(request: HttpRequest) -> HttpResponse:
    """Somebody opened a button's address: Enter in the address bar after a refusal, or a log-in that came in between."""
    return _page(
        request,
        405,
        "这一步要在页面上点按钮办理",
        "您打开的是按钮提交的地址，不是页面。请返回上一页，或者从首页、列表重新进入后再办理。",
        "本次没有保存任何内容。",
    )


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Stands alone: nothing that could have broken is asked again."""
    return HttpResponse(loader.render_to_string("shared/broken.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    return _page(
        request,
        403,
        "页面已经过期，请重新提交",
        "这个页面打开的时间太长，或者您在别的窗口重新登录过。请返回上一页，刷新后再提交一次。",
        "本次没有保存任何内容。",
    )
