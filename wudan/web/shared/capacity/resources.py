"""三优资源 recommended by the own organisation."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.orders.catalogue.actions.resources import collect_resource, withdraw_resource
from wudan.orders.catalogue.queries import resources as queries
from wudan.organisations.queries import teachers_of
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.cases import Offer
from wudan.web.shared.capacity.forms import ResourceForm
from wudan.web.shared.capacity.hub import crumbs
from wudan.web.shared.render import page


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """推荐资源."""
    context = frame(actor, desk, title="推荐三优资源", crumbs=crumbs(desk, "推荐三优资源"))
    own = [(str(t.pk), t.person.name) for t in teachers_of(actor, state="listed")]
    form = ResourceForm(request.POST or None, teachers=own)
    if request.method == "POST" and form.is_valid():
        district = context["organisation"].district_id
        try:
            made = collect_resource(
                district_id=district,
                organisation_id=actor.organisation_id,
                form=form.values(),
                actor=actor,
                at=now(),
            )
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, f"已推荐“{made.title}”，由评分人评分后评选。")
            return redirect(desk.url("resource", made.pk))
    context |= {
        "form": form,
        "submit": "推荐",
        "note": "由多人评分，平均分达到要求的选入并对外公布。",
        "cancel_url": desk.url("capacity"),
        "returned": "",
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def resource(request: HttpRequest, actor: Actor, resource_id: int, *, desk: Desk) -> HttpResponse:
    """One recommendation of one's own; the scores are the judges' affair until it is decided."""
    found = _one(actor, resource_id)
    case = showing.of_resource(found, official=False)
    if found.state == "collected":
        url = desk.url("resource_withdraw", found.pk)
        case.offers = [Offer("withdraw", "撤回推荐", "撤回后不再评选。", url)]
    context = frame(actor, desk, title=found.title, crumbs=crumbs(desk, found.title))
    return page(request, "shared/capacity/case.html", context | {"case": case})


def withdraw(request: HttpRequest, actor: Actor, resource_id: int, *, desk: Desk) -> HttpResponse:
    """撤回."""
    found = _one(actor, resource_id)
    withdraw_resource(resource_id=found.pk, actor=actor, at=now())
    messages.success(request, "推荐已撤回。")
    return redirect(desk.url("capacity"))


def _one(actor: Actor, resource_id: int) -> Any:
    found = queries.resource(actor, resource_id)
    if found is None:
        raise Http404
    return found
