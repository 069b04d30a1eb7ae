"""Which offers somebody may look at to choose from (可选班次). Whether they may choose one, `obstacles` says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from wudan.orders.catalogue.models import Offer
from wudan.policy.queries import rulebook_for

SHOWN = ("open", "closed", "running")


def _public(district_id: str) -> QuerySet[Offer]:
    """Neither a restricted project's nor a restricted line's: to nobody here do they exist."""
    hidden = [code for code, line in rulebook_for(district_id).lines.items() if line.restricted]
    return (
        Offer.objects.filter(district_id=district_id)
        .exclude(project__restricted=True)
        .exclude(line__in=hidden)
        .select_related(
            "entry__occupation", "provider", "employer", "venue", "teacher__person", "town", "project"
        )
    )


def choosable(
    district_id: str,
    today: date,
    *,
    town_code: str = "",
    only_town: str = "",
    text: str = "",
    level: str = "",
    employer_id: int | None = None,
    lines: Collection[str] | None = None,
) -> QuerySet[Offer]:
    """Open today: those of `town_code` first, then by first day. One enterprise's own offers only to it (`employer_id`); with
    `lines` only these training lines, and one's own."""
    found = _public(district_id).filter(state="open", choose_until__gte=today)
    found = found.filter(Q(employer=None) | Q(employer_id=employer_id or 0))
    if lines is not None:
        found = found.filter(Q(line__in=lines) | Q(employer_id=employer_id or 0))
    if only_town:
        found = found.filter(town_id=only_town)
    if level:
        found = found.filter(entry__level=int(level))
    if text := text.strip():
        said = Q(title__icontains=text) | Q(entry__occupation__search_text__icontains=text.replace(" ", ""))
        found = found.filter(said | Q(provider__name__icontains=text))
    near = Case(When(town_id=town_code or None, then=Value(0)), default=Value(1), output_field=IntegerField())
    own = Case(
        When(employer_id=employer_id or 0, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return found.annotate(_own=own, _near=near).order_by("_own", "_near", "period", "id")


def shown_offer(offer_id: int, employer_id: int | None = None) -> Offer | None:
    """One that may be looked at, also after choosing has ended; an enterprise's own offer only by it."""
    district_id = Offer.objects.filter(pk=offer_id).values_list("district_id", flat=True).first()
    if district_id is None:
        return None
    found = _public(district_id).filter(pk=offer_id, state__in=SHOWN)
    return found.filter(Q(employer=None) | Q(employer_id=employer_id or 0)).first()


def any_offer(offer_id: int, district_id: str) -> Offer | None:
    """For officials of the district: whatever its state, restricted ones too."""
    found = Offer.objects.select_related("entry__occupation", "provider", "employer", "town", "project")
    return found.filter(pk=offer_id, district_id=district_id).first()
