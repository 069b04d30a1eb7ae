"""Reading rosters. An organisation sees its own, an official the own district's, nobody else any."""

from __future__ import annotations

import hashlib

from django.db.models import QuerySet

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.roles import Role
from wudan.orders.subsidy.models import Roster

# Lists and progress bars need neither the file nor its faults.
_HEAVY = ("file_sealed", "faults", "preview")


def visible_rosters(actor: Actor) -> QuerySet[Roster]:
    """What the actor may see, newest first, without file, faults and preview."""
    seen = Roster.objects.select_related("organisation").defer(*_HEAVY).order_by("-id")
    if actor == SYSTEM:
        return seen
    if actor.role in (Role.ENTERPRISE, Role.PROVIDER) and actor.organisation_id is not None:
        return seen.filter(organisation_id=actor.organisation_id)
    if actor.role in (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR):
        return seen.filter(district_id=actor.district_id)
    return seen.none()


def roster(actor: Actor, roster_id: int) -> Roster | None:
    """One of those the actor may see with faults and preview, else None."""
    return visible_rosters(actor).defer(None).defer("file_sealed").filter(pk=roster_id).first()


def same_file(actor: Actor, content: bytes) -> Roster | None:
    """The roster for which the actor's organisation uploaded exactly this file before, given up or unreadable ones aside."""
    digest = hashlib.sha256(content).hexdigest()
    return (
        visible_rosters(actor).filter(file_hash=digest).exclude(state__in=["discarded", "unreadable"]).first()
    )


def waiting_rosters() -> QuerySet[Roster]:
    """Those a worker owes something: to check (`uploaded`) or to save (`confirming`), oldest first. For a job to take up again."""
    return Roster.objects.defer(*_HEAVY).filter(state__in=["uploaded", "confirming"]).order_by("id")
