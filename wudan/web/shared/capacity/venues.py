"""场地 of the own organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.organisations import queries
from wudan.organisations.actions import placing
from wudan.people.queries import towns
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity.forms import VenueForm
from wudan.web.shared.capacity.hub import crumbs
from wudan.web.shared.render import page


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """登记场地."""
    return _edit(request, actor, desk, None)


def venue(request: HttpRequest, actor: Actor, venue_id: int, *, desk: Desk) -> HttpResponse:
    """更正场地."""
    found = queries.venue(venue_id)
    if found is None or found.organisation_id != actor.organisation_id:
        raise Http404
    return _edit(request, actor, desk, found)


def _edit(request: HttpRequest, actor: Actor, desk: Desk, found: Any) -> HttpResponse:
    title = found.name if found else "登记场地"
    context = frame(actor, desk, title=title, crumbs=crumbs(desk, title))
    own = list(towns(context["organisation"].district_id).values_list("code", "name"))
    names = ("name", "address", "kind", "capacity", "area_m2", "workplaces", "barrier_free", "in_use")
    initial = {**{n: getattr(found, n) for n in names}, "division_code": found.division_id} if found else {}
    form = VenueForm(request.POST or None, towns=own, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if found:
                placing.amend_venue(venue_id=found.pk, form=form.values(), actor=actor, at=now())
            else:
                own_id = actor.organisation_id or 0
                placing.add_venue(organisation_id=own_id, form=form.values(), actor=actor, at=now())
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"场地“{form.cleaned_data['name']}”已保存。")
            return redirect(desk.url("capacity"))
    context |= {
        "form": form,
        "submit": "保存",
        "note": "停用后不能再排课，已经排好的课不受影响。" if found else "",
        "cancel_url": desk.url("capacity"),
        "returned": "",
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)
