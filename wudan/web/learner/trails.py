"""来龙去脉 of what is mine, on the phone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared import trails
from wudan.web.shared.acting import for_roles


@require_GET
@for_roles(Role.WORKER)
def trail(request: HttpRequest, actor: Actor, kind: str, subject_id: int) -> HttpResponse:
    """From my wish to my money; nobody else's."""
    back = reverse("learner:claim", args=[subject_id]) if kind == "claim" else reverse("learner:home")
    context = frame(Visit(actor), title="来龙去脉", back_url=back)
    return trails.show(
        request, actor, kind, subject_id, area="learner", template="learner/trail.html", context=context
    )
