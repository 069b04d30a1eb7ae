"""资质备案 of the own provider: filed with evidence, corrected, withdrawn, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.actions import registering
from wudan.orders.catalogue.queries import registrations as queries
from wudan.organisations.queries import teachers_of, venues_of
from wudan.policy.queries import rulebook_for
from wudan.web.shared import forms as f
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.cases import Offer, decide, reason_form, subjects
from wudan.web.shared.capacity.forms import RegistrationForm
from wudan.web.shared.capacity.hub import crumbs
from wudan.web.shared.parts import NavItem
from wudan.web.shared.render import page

VERBS: dict[str, Callable[..., Any]] = {
    "withdraw": registering.withdraw_registration,
    "end": registering.end_registration,
}
NOTE = "提交后由区人社局受理和审核，审核时核对师资、场地和信用记录。"


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """提交备案."""
    return _edit(request, actor, desk, None)


def registration(request: HttpRequest, actor: Actor, registration_id: int, *, desk: Desk) -> HttpResponse:
    """One of one's own, with what it still lacks."""
    return _show(request, actor, desk, registration_id)


def correct(request: HttpRequest, actor: Actor, registration_id: int, *, desk: Desk) -> HttpResponse:
    """补正后重新提交."""
    found = _one(actor, registration_id)
    if found.state != "returned":
        return redirect(desk.url("registration", found.pk))
    return _edit(request, actor, desk, found)


def act(request: HttpRequest, actor: Actor, registration_id: int, verb: str, *, desk: Desk) -> HttpResponse:
    """撤回, or 终止 with a reason."""
    _one(actor, registration_id)

    def done() -> HttpResponse:
        messages.success(request, "备案已撤回。" if verb == "withdraw" else "备案已终止，不再承接新的班次。")
        return redirect(desk.url("registration", registration_id))

    def again(bound: dict[str, f.Form], status: int) -> HttpResponse:
        if status == 404:
            raise Http404
        return _show(request, actor, desk, registration_id, bound, status)

    given = {"registration_id": registration_id, "actor": actor}
    return decide(request, verb, VERBS, given, reasons=("end",), again=again, done=done, at=now())


def _show(
    request: HttpRequest,
    actor: Actor,
    desk: Desk,
    registration_id: int,
    bound: dict[str, f.Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _one(actor, registration_id)
    today = legal_day(now())
    case = showing.of_registration(found, today, official=False)
    if found.state in ("filed", "accepted", "returned"):
        case.lacking, case.lacking_title = queries.shortcomings(found, today), "按现在的情况还缺"
    if found.state == "returned":
        case.links = [NavItem("补正后重新提交", desk.url("registration_correct", found.pk), "edit")]
    if found.state in ("filed", "returned"):
        url = desk.url("registration_act", found.pk, "withdraw")
        tell = "撤回后可以重新提交。"
        form = (bound or {}).get("withdraw")
        case.offers = [Offer("withdraw", "撤回备案", tell, url, "plain", form, asked=form is not None)]
    elif found.state in ("listed", "suspended"):
        url = desk.url("registration_act", found.pk, "end")
        tell = "终止后不再承接这个职业和等级的新班次，已开的班照常办理。"
        form = reason_form("end", bound or {})
        case.offers = [Offer("end", "终止备案", tell, url, "danger", form, asked=bool(bound))]
    title = found.occupation.name
    context = frame(actor, desk, title=title, crumbs=crumbs(desk, f"{title}备案"))
    return page(request, "shared/capacity/case.html", context | {"case": case}, status=status)


def _edit(request: HttpRequest, actor: Actor, desk: Desk, found: Any) -> HttpResponse:
    title = f"补正：{found.occupation.name}备案" if found else "提交资质备案"
    context = frame(actor, desk, title=title, crumbs=crumbs(desk, title))
    organisation = context["organisation"]
    initial = _initial(found) if found else {"licence_number": organisation.licence}
    form = RegistrationForm(request.POST or None, initial=initial, **_choices(actor, organisation))
    if request.method == "POST" and form.is_valid():
        try:
            made = _file(form, found, actor)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"“{made.occupation.name}”备案已提交，请留意办理期限内的答复。")
            return redirect(desk.url("registration", made.pk))
    context |= {
        "form": form,
        "submit": "重新提交" if found else "提交备案",
        "note": NOTE,
        "cancel_url": desk.url("registration", found.pk) if found else desk.url("capacity"),
        "returned": found.reason if found else "",
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def _file(form: RegistrationForm, found: Any, actor: Actor) -> Any:
    data = form.cleaned_data
    values = registering.RegistrationForm(
        occupation_id=data["occupation"].pk,
        level=int(data["level"]),
        certificate_type=data["certificate_type"],
        capacity=data["capacity"],
        statement=data["statement"],
        proofs=[
            registering.Proof("licence", data["licence"], data["licence_number"]),
            *(registering.Proof("teacher", teacher_id=int(pk)) for pk in data["teacher"]),
            *(registering.Proof("venue", venue_id=int(pk)) for pk in data["venue"]),
            registering.Proof("equipment", data["equipment"]),
        ],
    )
    if found:
        return registering.refile_registration(registration_id=found.pk, form=values, actor=actor, at=now())
    own = actor.organisation_id or 0
    return registering.file_registration(provider_id=own, form=values, actor=actor, at=now())


def _choices(actor: Actor, organisation: Any) -> dict[str, list[tuple[str, str]]]:
    words = rulebook_for(organisation.district_id)
    return {
        "certificates": [(code, label.label) for code, label in words.certificate_types.items()],
        "teachers": [
            (str(t.pk), f"{t.person.name}：{subjects(t)}，{t.get_state_display()}")
            for t in teachers_of(actor)
            if t.state != "removed"
        ],
        "venues": [
            (
                str(v.pk),
                f"{v.name}：可容纳{v.capacity}人" + (f"，{v.workplaces}个工位" if v.workplaces else ""),
            )
            for v in venues_of(organisation.pk)
        ],
    }


def _initial(found: Any) -> dict[str, Any]:
    proofs = queries.evidence_of(found.pk)
    licence = next((p for p in proofs if p.kind == "licence"), None)
    return {
        "occupation": found.occupation,
        "level": str(found.level),
        "certificate_type": found.certificate_type,
        "capacity": found.capacity,
        "statement": found.statement,
        "licence": licence.content if licence else "",
        "licence_number": licence.reference if licence else "",
        "teacher": [str(p.teacher_id) for p in proofs if p.teacher_id],
        "venue": [str(p.venue_id) for p in proofs if p.venue_id],
        "equipment": next((p.content for p in proofs if p.kind == "equipment"), ""),
    }


def _one(actor: Actor, registration_id: int) -> Any:
    found = queries.registration(actor, registration_id)
    if found is None:
        raise Http404
    return found
