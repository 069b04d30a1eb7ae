"""扫码签到 on the learner's phone: opened by the phone's own camera, by hand with digits or PIN, and without a network.

The phone's key is a cookie the page cannot read. Nothing here decides: actions do.
"""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import INVALID, Refused
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.attempts import Signed
from wudan.orders.delivery.actions.devices import hash_of
from wudan.orders.delivery.actions.pins import sign_with_digits, sign_with_pin
from wudan.orders.delivery.actions.signing import Scan, sign_with_code, sync_offline
from wudan.orders.delivery.queries import attendance, screens
from wudan.web.learner.frame import Visit, frame
from wudan.web.learner.learning import sittings_next, sittings_today
from wudan.web.shared.acting import for_roles
from wudan.web.shared.attendance import METHOD_WORDS, mark_of, session_words
from wudan.web.shared.render import page

DEVICE_COOKIE = "wudan_device"
A_YEAR = 400 * 24 * 3600
SYNCED_AT_ONCE = 50


@never_cache
@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def sign(request: HttpRequest, actor: Actor) -> HttpResponse:
    """扫码. With `?c=` from the camera: this code, at a tap or by itself. Without: how to sign in today. POST signs."""
    if request.method == "POST":
        return _signed(request, actor)
    visit = Visit(actor)
    today = sittings_today(visit)
    open_now = next((one["row"] for one in today if screens.taking(one["row"].session, visit.at)), None)
    key = request.COOKIES.get(DEVICE_COOKIE, "")
    context = frame(
        visit,
        title="扫码签到",
        code=request.GET.get("c", "")[:80],
        token=uuid4(),
        pin_token=uuid4(),
        today=today,
        open_now=open_now,
        next_words="" if open_now else _next_words(visit, today),
        open_words=session_words(open_now.session) if open_now else "",
        already=bool(open_now and open_now.state == "present"),
        device=_device(actor, key),
    )
    response = page(request, "learner/sign.html", context)
    if len(key) < 32:
        _give_key(request, response)
    return response


def _next_words(visit: Visit, today: list[dict[str, Any]]) -> str:
    """今天14:00至16:00，一号实训室: the next lesson that has not ended; nothing where none is planned."""
    still = next((one for one in today if visit.at < one["row"].session.during.upper), None)
    if still is not None:
        return f"今天{still['words']}"
    coming = sittings_next(visit)
    return f"{coming[0][0]}　{coming[0][2]}" if coming else ""


def _give_key(request: HttpRequest, response: HttpResponse) -> None:
    """The phone's key: random, kept by the browser, never read by a script."""
    response.set_cookie(
        DEVICE_COOKIE, secrets.token_urlsafe(32), max_age=A_YEAR, path=reverse("learner:home"), httponly=True,
        samesite="Lax", secure=request.is_secure(),
    )  # fmt: skip


def _device(actor: Actor, key: str) -> dict[str, Any]:
    bound = screens.devices_of([actor.person_id or 0]).get(actor.person_id or 0)
    if bound is None:
        return {"bound": None, "here": False}
    return {"bound": bound, "here": bool(key) and bytes(bound.key_hash) == hash_of(key)}


def _signed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The answer as a card, or as JSON for the page's own script."""
    wants_json = "application/json" in request.headers.get("Accept", "")
    try:
        answer = _attempt(request, actor)
    except Refused as refused:
        if not wants_json:
            raise
        text = str(refused)
        return JsonResponse(
            {"accepted": False, "title": "没有签上", "text": text}, status=refused.refusal.status
        )
    said = _said(answer)
    status = 200 if answer.accepted else INVALID
    if wants_json:
        return JsonResponse(said, status=status)
    context = frame(Visit(actor), title="签到结果", answer=said, back_url=reverse("learner:sign"))
    return page(request, "learner/signed.html", context, status=status)


def _attempt(request: HttpRequest, actor: Actor) -> Signed:
    sent, at = request.POST, now()
    given: dict[str, Any] = {"token": _uuid(sent.get("token", "")), "actor": actor, "at": at}
    key = request.COOKIES.get(DEVICE_COOKIE, "")
    if "digits" in sent:
        typed = "".join(c for c in sent["digits"] if c.isdigit())
        return sign_with_digits(
            session_id=_number(sent.get("session", "")), digits=typed, device_key=key, **given
        )
    if "pin" in sent:
        typed = "".join(c for c in sent["pin"] if c.isdigit())
        return sign_with_pin(session_id=_number(sent.get("session", "")), pin=typed, **given)
    return sign_with_code(
        code=sent.get("code", ""), device_key=key, claimed_at=_time(sent.get("at", "")), **given
    )


def _said(answer: Signed) -> dict[str, Any]:
    """What the card says. A person looks at it for one second, often in the sun."""
    if not answer.accepted:
        return {"accepted": False, "title": "没有签上", "text": answer.refusal, "when": "", "how": ""}
    when = f"{screens.local(answer.signed_at):%-H:%M}" if answer.signed_at else ""
    how = METHOD_WORDS.get(answer.method, "")
    title = "您已经签到" if answer.again else "签到成功"
    return {"accepted": True, "title": title, "text": answer.class_name, "when": when, "how": how}


# --- without a network -------------------------------------------------------------------------------------------
@never_cache
@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def sync(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET gives the page's script what it needs to send; POST takes the codes a phone has kept."""
    if request.method == "GET":
        return JsonResponse({"csrf": get_token(request)})
    try:
        sent = json.loads(request.body)
        phone_now = _time(str(sent["now"]))
        scans = [
            Scan(str(one["code"]), UUID(str(one["token"])), _time(str(one["at"]))) for one in sent["scans"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"problem": "上传的内容没有读懂。"}, status=400)
    if phone_now is None or len(scans) > SYNCED_AT_ONCE:
        return JsonResponse({"problem": "上传的内容没有读懂。"}, status=400)
    key = request.COOKIES.get(DEVICE_COOKIE, "")
    answers = sync_offline(scans=scans, device_key=key, phone_now=phone_now, actor=actor, at=now())
    said = [
        {"token": str(scan.token), **(_said(a) if isinstance(a, Signed) else _refused(a))}
        for scan, a in zip(scans, answers, strict=True)
    ]
    return JsonResponse({"answers": said})


def _refused(refused: Refused) -> dict[str, Any]:
    return {"accepted": False, "title": "没有签上", "text": str(refused), "when": "", "how": ""}


@require_GET
def offline(request: HttpRequest) -> HttpResponse:
    """What the phone shows where there is no network. The same for everybody: it is kept in the phone."""
    return render(request, "learner/offline.html", {"title": "扫码签到"})


@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The page's service worker; it looks after the addresses under this one only."""
    response = render(request, "learner/worker.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


@require_GET
def manifest(request: HttpRequest) -> HttpResponse:
    """So that the page can stand on the phone's first screen."""
    return render(request, "learner/sign.webmanifest", content_type="application/manifest+json")


# --- my record ---------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.WORKER)
def record(request: HttpRequest, actor: Actor) -> HttpResponse:
    """我的出勤: every class of mine, what was counted, and how."""
    visit = Visit(actor)
    classes = [
        {
            "one": one,
            "state": one.member.get_state_display(),
            "rows": [
                {"row": row, "mark": mark_of(row), "words": session_words(row.session)} for row in one.rows
            ],
            "missed": sum(1 for row in one.rows if row.state == "absent"),
        }
        for one in attendance.my_attendance(actor)
    ]
    return page(request, "learner/attendance.html", frame(visit, title="我的出勤", classes=classes))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise Http404
    return int(text)


def _time(text: str) -> datetime | None:
    """The phone's time as its script writes it, with its zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
