"""设施改造支持 of the own organisation: applied for, corrected, withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.periods import legal_day
from wudan.orders.catalogue.actions import supporting
from wudan.orders.catalogue.queries import resources as queries
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.capacity import showing
from wudan.web.shared.capacity.cases import Offer
from wudan.web.shared.capacity.forms import SupportForm
from wudan.web.shared.capacity.hub import crumbs
from wudan.web.shared.parts import NavItem
from wudan.web.shared.render import page


def new(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """申请支持."""
    return _edit(request, actor, desk, None)


def support(request: HttpRequest, actor: Actor, support_id: int, *, desk: Desk) -> HttpResponse:
    """One application of one's own."""
    found = _one(actor, support_id)
    case = showing.of_support(found, legal_day(now()), official=False)
    if found.state == "returned":
        case.links = [NavItem("补正后重新提交", desk.url("support_correct", found.pk), "edit")]
    if found.state in ("filed", "returned"):
        url = desk.url("support_withdraw", found.pk)
        case.offers = [Offer("withdraw", "撤回申请", "撤回后可以重新申请。", url)]
    title = found.get_kind_display()
    context = frame(actor, desk, title=title, crumbs=crumbs(desk, title))
    return page(request, "shared/capacity/case.html", context | {"case": case})


def correct(request: HttpRequest, actor: Actor, support_id: int, *, desk: Desk) -> HttpResponse:
    """补正后重新提交."""
    found = _one(actor, support_id)
    if found.state != "returned":
        return redirect(desk.url("support", found.pk))
    return _edit(request, actor, desk, found)


def withdraw(request: HttpRequest, actor: Actor, support_id: int, *, desk: Desk) -> HttpResponse:
    """撤回."""
    found = _one(actor, support_id)
    supporting.withdraw_support(support_id=found.pk, actor=actor, at=now())
    messages.success(request, "申请已撤回。")
    return redirect(desk.url("capacity"))


def _edit(request: HttpRequest, actor: Actor, desk: Desk, found: Any) -> HttpResponse:
    title = "补正支持申请" if found else "申请设施改造支持"
    names = ("kind", "content", "results", "asked_fen")
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = SupportForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            if found:
                made = supporting.refile_support(
                    support_id=found.pk, form=form.values(), actor=actor, at=now()
                )
            else:
                own = actor.organisation_id or 0
                made = supporting.file_support(organisation_id=own, form=form.values(), actor=actor, at=now())
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "申请已提交，由区人社局初审和复审。")
            return redirect(desk.url("support", made.pk))
    context = frame(actor, desk, title=title, crumbs=crumbs(desk, title)) | {
        "form": form,
        "submit": "重新提交" if found else "提交申请",
        "note": "经初审、复审同意后按依据文件给予支持，完工后验收。",
        "cancel_url": desk.url("support", found.pk) if found else desk.url("capacity"),
        "returned": found.reason if found else "",
    }
    return page(request, "shared/capacity/form.html", context, status=422 if form.errors else 200)


def _one(actor: Actor, support_id: int) -> Any:
    found = queries.support(actor, support_id)
    if found is None:
        raise Http404
    return found
