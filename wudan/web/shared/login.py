"""Logging in: allauth's adapter and the answer of the lock-out (axes)."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from axes.helpers import get_client_username, get_cool_off, get_failure_limit
from axes.models import AccessAttempt
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from wudan.accounts.actions import note_failed_login, note_login
from wudan.accounts.queries import login_name
from wudan.kernel.clock import now

TOO_MANY_REQUESTS = 429


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Log-in by login name, or, for workers, by identity or phone number; every log-in and failure is journalled."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": "登录名或密码不对，请核对后重试。",
        "too_many_login_attempts": "登录失败次数过多，请15分钟后再试。",
        "account_inactive": "这个账号已停用，请联系区人力资源社会保障局。",
        "incorrect_password": "密码不对，请核对后重试。",
        "incorrect_code": "动态验证码不对，请核对后重试。",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Officials and clerks are given their log-in; workers register on their own page."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        if typed := credentials.get("username"):
            credentials["username"] = login_name(typed)
        return super().authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_failed_login(username=str(credentials.get("username", "")), at=now())
        super().authentication_failed(request, **credentials)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> Any:
        note_login(user=user, at=now())
        return super().post_login(request, user, **kwargs)

    def logout(self, request: HttpRequest) -> None:
        if request.user.is_authenticated:
            note_login(user=request.user, verb="logout", at=now())
        super().logout(request)


def locked_out(
    request: HttpRequest,
    _response: HttpResponse | None = None,
    credentials: dict[str, Any] | None = None,
) -> HttpResponse:
    """The page of somebody locked out: how many failures, and how many minutes are left."""
    words = {
        "failures": get_failure_limit(request, credentials),
        "minutes": minutes_left(request, credentials),
    }
    return render(request, "account/lockout.html", words, status=TOO_MANY_REQUESTS)


def minutes_left(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """Whole minutes until the latest failure no longer counts; at least one."""
    at: datetime = request.axes_attempt_time  # type: ignore[attr-defined]
    attempts = AccessAttempt.objects.filter(
        username=get_client_username(request, credentials),
        ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
    ).values_list("attempt_time", flat=True)
    left = max(attempts, default=at) + (get_cool_off(request) or timedelta(0)) - at
    return max(ceil(left / timedelta(minutes=1)), 1)
