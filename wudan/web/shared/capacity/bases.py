"""培训载体 of the own organisation: applied for, corrected, and what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.queries.registrations import due
from wudan.organisations import queries
from wudan.organisations.actions import basing
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.forms import BaseForm
from wudan.web.shared.capacity.hub import crumbs
from wudan.web.shared.parts import NavItem
from wudan.web.shared.render import page

NOTE = "提交后由区人社局初审和认定，认定的载体对外公布。"


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """申报载体."""
    return _edit(request, actor, desk, None)


def base(request: HttpRequest, actor: Actor, base_id: int, *, desk: Desk) -> HttpResponse:
    """One base of one's own."""
    found = _one(actor, base_id)
    case = showing.of_base(found, legal_day(now()), official=False)
    if found.state == "returned":
        case.links = [NavItem("补正后重新申报", desk.url("base_correct", found.pk), "edit")]
    context = frame(actor, desk, title=found.name, crumbs=crumbs(desk, found.name))
    return page(request, "shared/capacity/case.html", context | {"case": case})


def correct(request: HttpRequest, actor: Actor, base_id: int, *, desk: Desk) -> HttpResponse:
    """补正后重新申报."""
    found = _one(actor, base_id)
    if found.state != "returned":
        return redirect(desk.url("base", found.pk))
    return _edit(request, actor, desk, found)


def _edit(request: HttpRequest, actor: Actor, desk: Desk, found: Any) -> HttpResponse:
    at = now()
    title = f"补正：{found.name}" if found else "申报载体"
    context = frame(actor, desk, title=title, crumbs=crumbs(desk, title))
    initial = {}
    if found:
        initial = {n: getattr(found, n) for n in ("kind", "name", "address", "description")}
        initial["occupations"] = [s.occupation for s in found.serves.all()]
    form = BaseForm(request.POST or None, kinds=queries.base_kinds(), initial=initial)
    if request.method == "POST" and form.is_valid():
        limit = due(context["organisation"].district_id, "base_review_working_days", legal_day(at))
        try:
            if found:
                made = basing.reapply_base(
                    base_id=found.pk, form=form.values(), due_on=limit, actor=actor, at=at
                )
            else:
                made = basing.apply_base(
                    organisation_id=actor.organisation_id or 0,
                    form=form.values(),
                    due_on=limit,
                    actor=actor,
                    at=at,
                )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"“{made.name}”已申报，区人社局审核后答复。")
            return redirect(desk.url("base", made.pk))
    context |= {
        "form": form,
        "submit": "重新申报" if found else "申报",
        "note": NOTE,
        "cancel_url": desk.url("base", found.pk) if found else desk.url("capacity"),
        "returned": found.reason if found else "",
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def _one(actor: Actor, base_id: int) -> Any:
    found = queries.base(actor, base_id)
    if found is None:
        raise Http404
    return found
