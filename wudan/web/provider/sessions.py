"""今日课堂: the provider's sessions of a day, the code on the screen, who is in, and the ways for those without a phone."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.identifiers import mask_name
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.attendance import close_sign_in, open_sign_in
from wudan.orders.delivery.actions.devices import release_device
from wudan.orders.delivery.actions.handwork import PHOTO_BYTES, witness
from wudan.orders.delivery.actions.pins import sign_by_card, sign_with_pin
from wudan.orders.delivery.queries import screens
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.attendance import METHOD_WORDS, mark_of, session_words
from wudan.web.shared.codes import picture
from wudan.web.shared.parts import Crumb, Paper
from wudan.web.shared.render import page


class WitnessForm(f.Form):
    """Who was there, by the signed sheet."""

    photo = forms.FileField(
        label="签到表照片",
        help_text="拍下学员签了名的纸质签到表，JPG或PNG，不超过4兆字节。照片加密保存，只有区人社局工作人员能看。",
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png"}),
    )
    reason = forms.CharField(
        label="为什么没有扫码",
        min_length=4,
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="例如：教室断网；学员没有手机。",
        error_messages={"min_length": "请至少写4个字，说明原因。"},
    )


@require_GET
@for_roles(Role.PROVIDER)
def today(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The sessions of today, or of another day (`?day=`)."""
    at = now()
    here = legal_day(at)
    day = _day(request.GET.get("day", "")) or here
    sittings = screens.sessions_on(day, actor)
    context = {
        "title": "今日课堂" if day == here else f"{in_words(day)}的课",
        "day": day,
        "is_today": day == here,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "upcoming": None if sittings else screens.next_day_with_sessions(day, actor),
        "sittings": [
            {"one": s, "words": session_words(s.session), "badge": _badge(s.session, at)} for s in sittings
        ],
    }
    return page(request, "provider/today.html", context)


@never_cache
@require_GET
@for_roles(Role.PROVIDER)
def session(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """One session: its code, who is in, and everything a teacher may need beside it."""
    return page(request, "provider/session.html", _context(request, _one(actor, session_id)))


@never_cache
@require_GET
@for_roles(Role.PROVIDER)
def screen(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """投屏: the code alone, as large as the wall; it changes by itself."""
    return page(request, "provider/screen.html", _context(request, _one(actor, session_id)))


@never_cache
@require_GET
@for_roles(Role.PROVIDER)
def code(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """The code of this moment, asked for by the screen at every step."""
    return page(request, "provider/session_code.html", _code(request, _one(actor, session_id)))


@never_cache
@require_GET
@for_roles(Role.PROVIDER)
def roll(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """Who is in, asked for every few seconds."""
    one = _one(actor, session_id)
    return page(
        request, "provider/session_roll.html", _roll(one) | {"one": one, "taking": screens.taking(one, now())}
    )


@require_POST
@for_roles(Role.PROVIDER)
def open_it(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    _one(actor, session_id)
    open_sign_in(session_id=session_id, actor=actor, at=now())
    messages.success(request, "签到已打开。请把签到码投到屏幕上，学员用手机相机扫码。")
    return redirect("provider:classroom", session_id)


@require_POST
@for_roles(Role.PROVIDER)
def close_it(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    hours = int(screens.rules_for(_one(actor, session_id)).witness.total_seconds() // 3600)
    close_sign_in(session_id=session_id, actor=actor, at=now())
    messages.success(
        request, f"签到已结束，没有签到的记为缺勤。确实到课的，请在下课后{hours}小时内用教师见证补签。"
    )
    return redirect("provider:classroom", session_id)


@require_POST
@for_roles(Role.PROVIDER)
def by_hand(request: HttpRequest, actor: Actor, session_id: int, way: str) -> HttpResponse:
    """A card or a PIN, typed or read at this screen."""
    one = _one(actor, session_id)
    typed, token = request.POST.get("typed", "").strip(), _uuid(request.POST.get("token", ""))
    given: dict[str, Any] = {"session_id": session_id, "token": token, "actor": actor, "at": now()}
    try:
        if way == "card":
            answer = sign_by_card(number=typed, **given)
        elif way == "pin":
            answer = sign_with_pin(pin=typed, **given)
        else:
            raise Http404
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        messages.error(request, str(refused))
        return redirect("provider:classroom", session_id)
    if answer.accepted:
        name = next((r.member.person.name for r in screens.roll(one) if r.person_id == answer.person_id), "")
        messages.success(
            request,
            f"{mask_name(name)}{'早已签到' if answer.again else '签到成功'}（{METHOD_WORDS[answer.method]}）。",
        )
    else:
        messages.error(request, answer.refusal)
    return redirect("provider:classroom", session_id)


@never_cache
@require_GET
@for_roles(Role.PROVIDER)
def pins(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """口令单, to print and cut: each learner's PIN for this session only."""
    one = _one(actor, session_id)
    paper = Paper(
        f"{one.training_class.name}口令单", one.training_class.district.name, f"{in_words(one.day)}，仅本节课有效",
        signatures=("教师",), seal="",
    )  # fmt: skip
    rows = [
        (mask_name(row.member.person.name), row.member.person.number_masked[-4:], pin)
        for row, pin in screens.pins(one)
    ]
    back = reverse("provider:classroom", args=[session_id])
    return page(
        request,
        "provider/pins.html",
        {
            "paper": paper,
            "rows": rows,
            "back_url": back,
            "title": paper.title,
            "rules": screens.rules_for(one),
        },
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def witnessed(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """教师见证: tick who signed the paper sheet, and show the sheet."""
    one = _one(actor, session_id)
    form = WitnessForm(request.POST or None, request.FILES or None)
    ticked = [int(m) for m in request.POST.getlist("members") if m.isascii() and m.isdigit() and len(m) < 18]
    if request.method == "POST" and form.is_valid():
        photo = form.cleaned_data["photo"]
        try:
            signed = witness(
                session_id=session_id, member_ids=ticked, photo=photo.read(PHOTO_BYTES + 1), actor=actor, at=now(),
                reason=form.cleaned_data["reason"],
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(
                request, f"已为{signed}名学员见证签到，记录中标明“教师见证”，区人社局会抽查照片。"
            )
            return redirect("provider:classroom", session_id)
    waiting = [row for row in screens.roll(one) if row.state in ("expected", "absent") and not row.method]
    context = {
        "title": "教师见证签到",
        "one": one,
        "form": form,
        "ticked": ticked,
        "waiting": waiting,
        "crumbs": _crumbs(one, "教师见证签到"),
    }
    return page(request, "provider/witness.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def phones(request: HttpRequest, actor: Actor, session_id: int) -> HttpResponse:
    """学员手机: which phones are bound; a changed phone is released with its reason."""
    one = _one(actor, session_id)
    if request.method == "POST":
        person_id = request.POST.get("person", "")
        rows = [row for row in screens.roll(one) if str(row.person_id) == person_id]
        if not rows:
            raise Http404
        release_device(
            person_id=rows[0].person_id, reason=request.POST.get("reason", ""), actor=actor, at=now()
        )
        messages.success(
            request, "已解绑。这名学员下次扫码时绑定新手机。解绑的原因已记录，区人社局可以查看。"
        )
        return redirect("provider:phones", session_id)
    rows = screens.roll(one)
    bound = screens.devices_of([row.person_id for row in rows])
    context = {
        "title": "学员手机",
        "one": one,
        "rows": [(row, bound.get(row.person_id)) for row in rows],
        "crumbs": _crumbs(one, "学员手机"),
    }
    return page(request, "provider/phones.html", context)


# --- parts -------------------------------------------------------------------------------------------------------
def _context(request: HttpRequest, one: Any) -> dict[str, Any]:
    at = now()
    rules = screens.rules_for(one)
    day_url = f"{reverse('provider:today')}?day={one.day.isoformat()}"
    may_witness = (
        one.training_class.state == "running" and one.during.lower <= at < one.during.upper + rules.witness
    )
    return {
        "title": one.training_class.name,
        "subtitle": f"{in_words(one.day)} {session_words(one)}",
        "one": one,
        "taking": screens.taking(one, at),
        "badge": _badge(one, at),
        "can_open": one.training_class.state == "running"
        and one.during.lower - rules.early <= at < one.during.upper
        and (one.opened_at is None or one.closed_at is not None),
        "opens_at": screens.local(one.during.lower - rules.early),
        "over": at >= one.during.upper,
        "may_witness": may_witness,
        "refused": screens.refused_at(one),
        "close_url": reverse("provider:sign_close", args=[one.pk]),
        "card_token": uuid4(),
        "pin_token": uuid4(),
        "crumbs": [Crumb("今日课堂", reverse("provider:today")), Crumb(in_words(one.day), day_url)],
        **_code(request, one),
        **_roll(one),
    }  # fmt: skip


def _code(request: HttpRequest, one: Any) -> dict[str, Any]:
    shown = screens.screen_code(one, now())
    if shown is None:
        return {"one": one, "qr": "", "digits": "", "seconds_left": 5}
    link = request.build_absolute_uri(reverse("learner:sign")) + f"?c={shown.code}"
    return {"one": one, "qr": picture(link), "digits": shown.digits, "seconds_left": shown.seconds_left}


def _roll(one: Any) -> dict[str, Any]:
    rows = screens.roll(one)
    for row in rows:
        row.session = one
    heads = [{"name": row.member.person.name, "mark": mark_of(row)} for row in rows]
    signed = sum(1 for row in rows if row.state in ("present", "made_up"))
    return {"heads": heads, "signed": signed, "expected": len(rows)}


def _badge(one: Any, at: Any) -> tuple[str, str]:
    if one.training_class.state != "running":
        return one.training_class.get_state_display(), "off"
    if screens.taking(one, at):
        return "正在签到", "now"
    if one.closed_at is not None or at >= one.during.upper:
        return "签到已结束", "done"
    return "未开始签到", "plain"


def _crumbs(one: Any, last: str) -> list[Crumb]:
    return [
        Crumb("今日课堂", reverse("provider:today")),
        Crumb(one.training_class.name, reverse("provider:classroom", args=[one.pk])),
        Crumb(last),
    ]


def _one(actor: Actor, session_id: int) -> Any:
    found = screens.own_sessions(actor).filter(pk=session_id).first()
    if found is None:
        raise Http404
    return found


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        return uuid4()
