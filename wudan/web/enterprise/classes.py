"""本单位职工的班级: where the staff is taught, what was attended; nobody else's learners."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.classes import class_of
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.listing import class_list
from wudan.web.shared.classes.showing import class_context
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


@require_GET
@for_roles(Role.ENTERPRISE)
def classes(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Classes made for the enterprise, or with its staff in them."""
    return class_list(
        request,
        actor,
        "enterprise/classes.html",
        lambda c: reverse("enterprise:class", args=[c.pk]),
        title="职工培训班级",
    )


@require_GET
@for_roles(Role.ENTERPRISE)
def one_class(request: HttpRequest, actor: Actor, class_id: int) -> HttpResponse:
    """Facts, plan, and the own staff of the roster."""
    held = class_of(actor, class_id)
    if held is None:
        raise Http404
    context = class_context(held, actor, now()) | {
        "title": held.name,
        "crumbs": [Crumb("职工培训班级", reverse("enterprise:classes")), Crumb(held.name)],
        "edit": "",
        "amend": "",
        "plan_empty": "培训机构还没有编排课次。",
        "member_url": "",
    }
    return page(request, "enterprise/class.html", context)
