"""巡查: who may go, what was found, and what an official may see of it. A provider sees none before it is done."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q, QuerySet

from wudan.accounts.models import Membership
from wudan.kernel.actor import Actor
from wudan.kernel.crypto import unseal_bytes
from wudan.kernel.roles import ROLE_LABELS, Role
from wudan.orders.delivery.models import Inspection

GOING = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR, Role.TOWN)


def inspectors(district_id: str, at: datetime) -> dict[int, str]:
    """User id → name and post of the officials who may be sent."""
    rows = Membership.objects.filter(
        district_id=district_id, role__in=GOING, valid__contains=at, user__is_active=True
    ).order_by("user__display_name", "user_id")
    return {
        user: f"{name}（{ROLE_LABELS[Role(role)]}）"
        for user, name, role in rows.values_list("user_id", "user__display_name", "role")
    }


def mismatches(found: Inspection) -> list[str]:
    """What does not add up, in words; empty where all is as planned."""
    words = []
    if found.headcount is not None and found.headcount != found.signed_count:
        words.append(f"实到{found.headcount}人，当时已签到{found.signed_count}人")
    if found.place_matches is False:
        words.append(f"地点与计划不符，实际在“{found.place_seen}”")
    if found.teacher_matches is False:
        words.append("授课教师与计划不符")
    return words


def visible_inspections(actor: Actor, *, state: str = "") -> QuerySet[Inspection]:
    """Officials all of their district; the provider those of its classes that are done; newest first."""
    found = Inspection.objects.select_related(
        "training_class__provider", "session__venue", "session__teacher__person"
    ).order_by("-pk")
    if state:
        found = found.filter(state=state)
    if actor.role in GOING:
        return found.filter(training_class__district_id=actor.district_id)
    if actor.role is Role.PROVIDER and actor.organisation_id:
        return found.filter(training_class__provider_id=actor.organisation_id, state="done")
    return found.none()


def photo_of(inspection_id: int) -> bytes | None:
    """The photo again, for who may see the inspection."""
    sealed = Inspection.objects.filter(pk=inspection_id).values_list("photo_sealed", flat=True).first()
    return unseal_bytes(bytes(sealed), "inspection-photo") if sealed else None


def visits_of(actor: Actor, day: date) -> int:
    """Visits still to be made or written down by this official, of sittings up to a day."""
    if actor.user_id is None:
        return 0
    mine = Q(inspector=actor.user_id) | Q(second=actor.user_id)
    return visible_inspections(actor, state="planned").filter(mine, session__day__lte=day).order_by().count()
