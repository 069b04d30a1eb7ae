"""Enrolments as somebody may see them."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.roles import Role
from wudan.orders.enrolment.models import Enrolment
from wudan.people.queries import search

MOST_FOUND = 500


def enrolments_of(actor: Actor) -> QuerySet[Enrolment]:
    """A worker's own; an enterprise's those it chose; a provider's those of its offers; a town's clerk those of its people; an
    official's those of the district. Restricted rosters (监管场所) only for those who decide."""
    seen = Enrolment.objects.select_related(
        "person", "employer", "offer__entry__occupation", "offer__provider"
    )
    if actor == SYSTEM:
        return seen
    if actor.role is Role.WORKER:
        return seen.filter(person_id=actor.person_id or 0)
    if actor.role is Role.ENTERPRISE:
        return seen.filter(employer_id=actor.organisation_id or 0, chosen_by="enterprise")
    if actor.role is Role.PROVIDER:
        return seen.filter(offer__provider_id=actor.organisation_id or 0)
    if not actor.is_official or actor.district_id is None:
        return seen.none()
    seen = seen.filter(district_id=actor.district_id)
    if actor.role is Role.TOWN:
        seen = seen.exclude(chosen_by="institution")
        return seen.filter(person__town_id=actor.town_code) if actor.town_code else seen
    return seen


def enrolment(actor: Actor, enrolment_id: int) -> Enrolment | None:
    """One of those the actor may see, else None."""
    return enrolments_of(actor).filter(pk=enrolment_id).first()


def list_enrolments(
    actor: Actor,
    *,
    offer_id: int | None = None,
    state: str = "",
    chosen_by: str = "",
    outcome: str = "",
    since: date | None = None,
    text: str = "",
) -> QuerySet[Enrolment]:
    """Filtered, newest first; the caller may order otherwise. A text of digits and letters is a number, else a person."""
    found = enrolments_of(actor)
    same = {"offer_id": offer_id, "state": state, "chosen_by": chosen_by, "outcome": outcome}
    found = found.filter(**{name: value for name, value in same.items() if value})
    if since:
        found = found.filter(chosen_at__date__gte=since)
    if text := text.strip():
        people = list(search(text).order_by("pk").values_list("pk", flat=True)[:MOST_FOUND])
        found = found.filter(Q(number=text.upper()) | Q(person__in=people))
    return found.order_by("-id")


def live_enrolments(person_id: int) -> QuerySet[Enrolment]:
    """What a person has chosen, by first day; for 我的课程."""
    return (
        Enrolment.objects.filter(person_id=person_id)
        .select_related(
            "offer__entry__occupation",
            "offer__provider",
            "offer__venue",
            "offer__teacher",
            "offer__town",
            "employer",
        )
        .order_by("period", "id")
    )
