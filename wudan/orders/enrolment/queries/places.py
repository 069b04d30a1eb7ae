"""Places (名额) of offers: how many are left, who sits where, who waits at which place."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.models import Enrolment, Places
from wudan.orders.enrolment.states import SEATED


def places_left(offer_ids: Collection[int]) -> dict[int, int]:
    """Offer → places nobody has taken; nobody's name is told. Two queries, whatever the number of offers."""
    whole = dict(Offer.objects.filter(pk__in=offer_ids).values_list("pk", "places"))
    taken = dict(Places.objects.filter(offer_id__in=offer_ids).values_list("offer_id", "taken"))
    return {offer_id: max(0, places - taken.get(offer_id, 0)) for offer_id, places in whole.items()}


def waiting_counts(offer_ids: Collection[int]) -> dict[int, int]:
    """Offer → how many wait (候补人数)."""
    rows = Enrolment.objects.filter(offer_id__in=offer_ids, state="waiting").order_by().values("offer_id")
    return {row["offer_id"]: row["n"] for row in rows.annotate(n=Count("pk"))}


def seated(offer_id: int) -> QuerySet[Enrolment]:
    """Those who hold a place, in the order they chose: a class's roster (名册) is made of them."""
    return (
        Enrolment.objects.filter(offer_id=offer_id, state__in=SEATED)
        .select_related("person", "employer")
        .order_by("turn", "id")
    )


def waiting(offer_id: int) -> QuerySet[Enrolment]:
    """The waiting list (候补名单), first come first."""
    return (
        Enrolment.objects.filter(offer_id=offer_id, state="waiting")
        .select_related("person", "employer")
        .order_by("turn", "id")
    )


def waiting_places(enrolments: Collection[Enrolment]) -> dict[int, int]:
    """Enrolment → its place on its waiting list, from 1; those that do not wait are left out. One query."""
    mine = {e.pk: e.offer_id for e in enrolments if e.state == "waiting"}
    if not mine:
        return {}
    rows = Enrolment.objects.filter(offer_id__in=set(mine.values()), state="waiting").order_by("turn", "id")
    line: dict[int, list[int]] = {}
    for pk, offer_id in rows.values_list("pk", "offer_id"):
        line.setdefault(offer_id, []).append(pk)
    return {pk: line[offer_id].index(pk) + 1 for pk, offer_id in mine.items() if pk in line.get(offer_id, ())}


def chosen_counts(offer_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """Offer → (holding a place, or having held it to the end of the class; waiting)."""
    rows = Enrolment.objects.filter(offer_id__in=offer_ids).order_by().values("offer_id")
    counts = rows.annotate(
        seated=Count("pk", filter=Q(state__in=(*SEATED, "completed", "failed"))),
        queued=Count("pk", filter=Q(state="waiting")),
    )
    return {row["offer_id"]: (row["seated"], row["queued"]) for row in counts}
