"""出勤 for the bureau: a class's sheet, the day's process sheet, one mark with every attempt behind it, put right with a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import in_words
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.devices import release_device
from wudan.orders.delivery.actions.handwork import override, sign_in_photo, strike
from wudan.orders.delivery.queries import attendance as queries
from wudan.orders.delivery.queries import screens
from wudan.orders.delivery.states import ATTENDANCE
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.attendance import day_context, mark_of, session_words, sheet_context
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page

READERS = (Role.INTAKE, Role.REVIEWER)
VERBS: dict[str, tuple[Any, str, str, str]] = {
    "override": (override, "sign", "更正为出勤", "记为出勤，标明“工作人员更正”。"),
    "strike": (strike, "strike", "认定签到无效", "改记为缺勤，学员不能再签。由它补上的缺勤也恢复为缺勤。"),
    "release": (None, "", "解绑签到手机", "学员下次扫码时绑定新手机。"),
}


class WhyForm(f.Form):
    reason = forms.CharField(
        label="原因",
        min_length=4,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="写明看了什么材料、向谁核实。写入办理记录，不能删改。",
        error_messages={"min_length": "请至少写4个字，说明原因。"},
    )


@require_GET
@for_roles(*READERS)
def attendance(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """Every learner by every session, and each day's rate against the lines."""
    context = sheet_context(class_id, actor, masked=False)
    if context is None:
        raise Http404
    held = context["held"]
    context |= {
        "title": f"{held.name}出勤",
        "subtitle": f"{held.provider.name}　{in_words(held.started_on)}至{in_words(held.ended_on)}　{held.get_state_display()}",
        "mark_url": "bureau:mark",
        "day_url": "bureau:attendance_day",
    }
    return page(request, "bureau/attendance.html", context)


@require_GET
@for_roles(*READERS)
def attendance_day(request: HttpRequest, actor: Actor, class_id: int, day: str) -> HttpResponse:
    """培训过程检查表, to print."""
    try:
        which = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    context = day_context(class_id, actor, which, back_url=reverse("bureau:attendance", args=[class_id]))
    if context is None:
        raise Http404
    return page(request, "shared/attendance/day.html", context)


@require_GET
@for_roles(*READERS)
def mark(request: HttpRequest, actor: Actor, mark_id: int) -> HttpResponse:
    """One learner at one session: what counts, every attempt, and what may be done."""
    return _show(request, actor, mark_id)


@require_POST
@for_roles(*READERS)
def change(request: HttpRequest, actor: Actor, mark_id: int, verb: str) -> HttpResponse:
    """更正为出勤, 认定签到无效, or 解绑手机, with the reason."""
    row = _one(actor, mark_id)
    if verb not in VERBS:
        raise Http404
    form = WhyForm(request.POST, auto_id=f"id_{verb}_%s")
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if verb == "release":
                release_device(person_id=row.person_id, reason=reason, actor=actor, at=now())
            else:
                VERBS[verb][0](attendance_id=mark_id, reason=reason, actor=actor, at=now())
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, f"已办理：{VERBS[verb][2]}。{VERBS[verb][3]}")
            return redirect("bureau:mark", mark_id)
    return _show(request, actor, mark_id, bound={verb: form}, status=422)


@never_cache
@require_POST
@for_roles(*READERS)
def photo(_request: HttpRequest, actor: Actor, sign_in_id: int) -> HttpResponse:
    """The photo of the paper sheet. Who looked is written down, so it is asked for by a button."""
    picture = sign_in_photo(sign_in_id=sign_in_id, actor=actor, at=now())
    kind = "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
    return HttpResponse(
        picture, content_type=kind, headers={"Content-Disposition": 'inline; filename="sheet"'}
    )


def _one(actor: Actor, mark_id: int) -> Any:
    found = queries.one_mark(mark_id, actor)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    actor: Actor,
    mark_id: int,
    *,
    bound: dict[str, WhyForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    row = _one(actor, mark_id)
    held, said = row.session.training_class, mark_of(row)
    device = screens.devices_of([row.person_id]).get(row.person_id)
    context = {
        "title": row.member.person.name,
        "subtitle": f"{held.name}　{in_words(row.day)}",
        "crumbs": [Crumb(held.name, reverse("bureau:attendance", args=[held.pk])), Crumb("签到")],
        "said": said,
        "facts": [
            Fact("课次", session_words(row.session)),
            Fact("内容", row.session.content),
            Fact("方式", said["how"] or "无"),
            Fact("签到时间", said["when"] or "无"),
            Fact("说明", row.reason or "无"),
            Fact(
                "签到手机", f"{in_words(screens.local(device.bound_at).date())}绑定" if device else "没有绑定"
            ),
        ],
        "attempts": queries.attempts(row.session_id, actor).filter(person_id=row.person_id),
        "offers": _offers(row, actor, bound or {}, has_phone=device is not None),
    }
    return page(request, "bureau/mark.html", context, status=status)


def _offers(row: Any, actor: Actor, bound: dict[str, WhyForm], *, has_phone: bool) -> list[dict[str, Any]]:
    """What this official may do from here: the state table says."""
    allowed = {move.verb for move in ATTENDANCE.allowed(row.state, actor.role)}
    if row.session.training_class.state not in ("running", "taught", "assessed"):
        allowed = set()
    found = []
    for verb, (_, move, label, effect) in VERBS.items():
        may = has_phone and actor.role is Role.INTAKE if verb == "release" else move in allowed
        if may:
            found.append({
                "verb": verb, "label": label, "effect": effect, "danger": verb == "strike",
                "form": bound.get(verb) or WhyForm(auto_id=f"id_{verb}_%s"),
                "url": reverse("bureau:mark_change", args=[row.pk, verb]),
            })  # fmt: skip
    return found
