"""Reading findings: supervisor and finance, each of the own district."""

from __future__ import annotations

from django.db.models import QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.oversight.models import Finding


def visible_findings(actor: Actor, *, state: str = "", subject: str = "") -> QuerySet[Finding]:
    """Open ones first, then newest first."""
    if actor.role not in (Role.SUPERVISOR, Role.FINANCE) or actor.district_id is None:
        return Finding.objects.none()
    found = Finding.objects.filter(district_id=actor.district_id).select_related("district")
    if state:
        found = found.filter(state=state)
    if subject:
        found = found.filter(subject=subject)
    return found.order_by("-state", "-pk")


def finding(actor: Actor, finding_id: int) -> Finding | None:
    return visible_findings(actor).filter(pk=finding_id).first()
