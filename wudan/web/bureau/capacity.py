"""Cases of 办学条件: a registration to be accepted and listed, a teacher to be listed, a base to be recognised."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions import registering
from wudan.orders.catalogue.queries import registrations as registers
from wudan.orders.catalogue.states import REGISTRATION
from wudan.organisations import queries
from wudan.organisations.actions import basing, teaching
from wudan.organisations.states import BASE, TEACHER
from wudan.people.rows import PersonRow
from wudan.web.bureau.capacity_lists import LISTS, READERS
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.cases import Case, Offer, decide, reason_form
from wudan.web.shared.capacity.forms import TeacherForm
from wudan.web.shared.parts import Crumb, NavItem
from wudan.web.shared.render import page

EFFECTS = {
    "accept": "受理后按时限审核。",
    "list": "同意后列入机构目录，可以承接这个职业和等级的班次。",
    "send_back": "退回由机构补正，机构会看到意见。",
    "refuse": "不予备案后办结，机构可以重新提交。",
    "suspend": "暂停后不能开新的班次，已开的照常办理。",
    "restore": "恢复后可以承接新的班次。",
    "end": "终止后移出机构目录。",
}
TEACHER_EFFECTS = {
    "list": "入库后可以排课，并列入公开的师资库。",
    "send_back": "退回由机构补正，机构会看到意见。",
    "remove": "移出后不能再排课。",
}
BASE_EFFECTS = {
    "review": "通过后转复审岗认定。",
    "recognise": "认定后对外公布。",
    "send_back": "退回由申报单位补正。",
    "return_second": "退回由申报单位补正。",
    "refuse": "不予认定后办结。",
    "refuse_second": "不予认定后办结。",
    "revoke": "撤销后不再公布。",
}
REGISTRATION_VERBS: dict[str, Callable[..., Any]] = {
    "accept": registering.accept_registration,
    "list": registering.list_registration,
    "send_back": registering.return_registration,
    "refuse": registering.refuse_registration,
    "suspend": registering.suspend_registration,
    "restore": registering.restore_registration,
    "end": registering.end_registration,
}
TEACHER_VERBS: dict[str, Callable[..., Any]] = {
    "list": teaching.list_teacher,
    "send_back": teaching.return_teacher,
    "remove": teaching.remove_teacher,
}
BASE_VERBS: dict[str, Callable[..., Any]] = {
    "review": basing.review_base,
    "recognise": basing.recognise_base,
    "send_back": basing.return_base,
    "return_second": basing.return_base,
    "refuse": basing.refuse_base,
    "refuse_second": basing.refuse_base,
    "revoke": basing.revoke_base,
}
PLAIN = ("accept", "list", "review")
DANGER = ("refuse", "refuse_second", "suspend", "end", "remove", "revoke")


class PeriodForm(f.Form):
    """From when to when a base is recognised."""

    valid_from = f.DateField(label="认定有效期自")
    valid_until = f.DateField(label="认定有效期至")


# --- cases -------------------------------------------------------------------------------------------------------
@require_GET
@for_roles(*READERS)
def registration(request: HttpRequest, actor: Actor, registration_id: int) -> HttpResponse:
    return _registration(request, Desk(actor), registration_id)


@require_POST
@for_roles(*READERS)
def registration_act(request: HttpRequest, actor: Actor, registration_id: int, verb: str) -> HttpResponse:
    desk = Desk(actor)
    return _act(
        request,
        desk,
        verb,
        "registration",
        registration_id,
        _registration,
        REGISTRATION_VERBS,
        REGISTRATION.move,
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.INTAKE)
def teacher_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """区级师资: somebody who teaches for the whole district, from inside or outside it."""
    desk = Desk(actor)
    form = TeacherForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = teaching.file_teacher(
                organisation_id=None,
                person=PersonRow("identity", data["number"], data["name"]),
                form=form.values(),
                actor=actor,
                at=desk.at,
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"已登记{data['name']}，审核后列入区级师资。")
            return redirect("bureau:teacher", made.pk)
    here = reverse("bureau:teachers")
    context = {
        "title": "登记区级师资",
        "subtitle": "",
        "crumbs": [Crumb(LISTS["teachers"], here), Crumb("登记区级师资")],
        "form": form,
        "submit": "登记",
        "note": "区级师资不属于任何一家机构，面向全区授课。",
        "cancel_url": here,
    }
    return page(request, "bureau/form.html", context, status=422 if form.errors else 200)


@require_GET
@for_roles(*READERS)
def teacher(request: HttpRequest, actor: Actor, teacher_id: int) -> HttpResponse:
    return _teacher(request, Desk(actor), teacher_id)


@require_POST
@for_roles(*READERS)
def teacher_act(request: HttpRequest, actor: Actor, teacher_id: int, verb: str) -> HttpResponse:
    return _act(request, Desk(actor), verb, "teacher", teacher_id, _teacher, TEACHER_VERBS, TEACHER.move)


@require_GET
@for_roles(*READERS)
def base(request: HttpRequest, actor: Actor, base_id: int) -> HttpResponse:
    return _base(request, Desk(actor), base_id)


@require_POST
@for_roles(*READERS)
def base_act(request: HttpRequest, actor: Actor, base_id: int, verb: str) -> HttpResponse:
    desk = Desk(actor)
    if verb != "recognise":
        return _act(request, desk, verb, "base", base_id, _base, BASE_VERBS, BASE.move)
    form = PeriodForm(request.POST, auto_id="id_recognise_%s")
    if not form.is_valid():
        return _base(request, desk, base_id, {"recognise": form}, 422)
    given = {"base_id": base_id, "actor": actor, **form.cleaned_data}
    return _act(request, desk, verb, "base", base_id, _base, BASE_VERBS, BASE.move, given)


def _act(
    request: HttpRequest,
    desk: Desk,
    verb: str,
    name: str,
    pk: int,
    show: Callable[..., HttpResponse],
    verbs: dict[str, Callable[..., Any]],
    move: Callable[[str], Any],
    given: dict[str, Any] | None = None,
) -> HttpResponse:
    """One button of one case; who has nothing to do with it does not find it."""
    if verb not in verbs:
        raise Http404
    show(request, desk, pk)

    def done() -> HttpResponse:
        messages.success(request, f"已办理：{move(verb).label}。")
        return redirect(f"bureau:{name}", pk)

    def again(bound: dict[str, f.Form], status: int) -> HttpResponse:
        return show(request, desk, pk, bound, status)

    arguments = given or {f"{name}_id": pk, "actor": desk.actor}
    reasons = [v for v in verbs if v not in (*PLAIN, "recognise")]
    return decide(request, verb, verbs, arguments, reasons=reasons, again=again, done=done, at=desk.at)


def _offers(
    desk: Desk, name: str, found: Any, allowed: Any, effects: dict[str, str], bound: dict[str, f.Form]
) -> list[Offer]:
    offers = []
    for move in allowed:
        if move.verb not in effects:
            continue
        url = reverse(f"bureau:{name}_act", args=[found.pk, move.verb])
        form: f.Form | None = bound.get(move.verb)
        if move.verb == "recognise":
            form = form or PeriodForm(auto_id="id_recognise_%s", initial={"valid_from": desk.today})
        elif move.verb not in PLAIN:
            form = reason_form(move.verb, bound)
        tone = (
            "primary" if move.verb in (*PLAIN, "recognise") else "danger" if move.verb in DANGER else "plain"
        )
        offers.append(
            Offer(move.verb, move.label, effects[move.verb], url, tone, form, asked=move.verb in bound)
        )
    return sorted(offers, key=lambda offer: ("primary", "plain", "danger").index(offer.tone))


def _waits(table: Any, found: Any, offers: list[Offer]) -> str:
    """Who acts where this desk has nothing to do."""
    roles = {role for m in table.moves if found.state in m.sources for role in m.who} & set(READERS)
    if offers or not roles:
        return ""
    return f"由{'或'.join(sorted(role.label for role in roles))}岗办理，您可以查看。"


def _registration(
    request: HttpRequest, desk: Desk, pk: int, bound: dict[str, f.Form] | None = None, status: int = 200
) -> HttpResponse:
    found = registers.registration(desk.actor, pk)
    if found is None:
        raise Http404
    case = showing.of_registration(found, desk.today, official=True)
    if found.state in registers.OPEN:
        case.lacking = registers.shortcomings(found, desk.today)
    allowed = [
        move
        for move in REGISTRATION.allowed(found.state, desk.actor.role)
        if not (move.verb == "list" and case.lacking)
    ]
    case.offers = _offers(desk, "registration", found, allowed, EFFECTS, bound or {})
    case.waits = _waits(REGISTRATION, found, list(case.offers))
    case.links = [NavItem("查看机构", reverse("bureau:organisation", args=[found.provider_id]))]
    title = f"{found.provider.name}：{found.occupation.name}"
    return _page(request, "registrations", title, case, status)


def _teacher(
    request: HttpRequest, desk: Desk, pk: int, bound: dict[str, f.Form] | None = None, status: int = 200
) -> HttpResponse:
    found = queries.teacher(desk.actor, pk)
    if found is None:
        raise Http404
    case = showing.of_teacher(found, desk.today, official=True)
    allowed = TEACHER.allowed(found.state, desk.actor.role)
    case.offers = _offers(desk, "teacher", found, allowed, TEACHER_EFFECTS, bound or {})
    case.waits = _waits(TEACHER, found, list(case.offers))
    return _page(request, "teachers", found.person.name, case, status)


def _base(
    request: HttpRequest, desk: Desk, pk: int, bound: dict[str, f.Form] | None = None, status: int = 200
) -> HttpResponse:
    found = queries.base(desk.actor, pk)
    if found is None:
        raise Http404
    case = showing.of_base(found, desk.today, official=True)
    allowed = BASE.allowed(found.state, desk.actor.role)
    case.offers = _offers(desk, "base", found, allowed, BASE_EFFECTS, bound or {})
    case.waits = _waits(BASE, found, list(case.offers))
    case.links = [NavItem("查看申报单位", reverse("bureau:organisation", args=[found.organisation_id]))]
    return _page(request, "bases", found.name, case, status)


def _page(request: HttpRequest, name: str, title: str, case: Case, status: int) -> HttpResponse:
    crumbs = [Crumb(LISTS[name], reverse(f"bureau:{name}")), Crumb(title)]
    context = {"title": title, "crumbs": crumbs, "case": case}
    return page(request, "shared/capacity/case.html", context, status=status)
