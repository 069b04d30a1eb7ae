"""来龙去脉 for the bureau."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.web.shared import trails
from wudan.web.shared.acting import for_roles


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER, Role.POLICY)
def trail(request: HttpRequest, actor: Actor, kind: str, subject_id: int) -> HttpResponse:
    """From the wish to the money, around one thing of the district."""
    return trails.show(
        request, actor, kind, subject_id, area="bureau", template="shared/trail.html", context={}
    )
