"""Who waits for whom. Locks are taken in this order: persons, the offer, its places; whoever changes the state of an enrolment
holds the places of its offer. Promotion alone takes a person after places: that person already stands on the list, so nobody who
holds that person waits for these places.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from wudan.kernel.errors import refuse
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.models import Enrolment, Places

_PERSON = 0x5EA7 << 40
"""The high half of an advisory lock's key, so that it is nobody else's."""


def hold_persons(person_ids: Collection[int]) -> None:
    """One at a time decides about a person's choices and yearly slots, until the transaction ends."""
    with connection.cursor() as cursor:
        for person_id in sorted(set(person_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PERSON | person_id])


def hold_offer(offer_id: int) -> Offer:
    """The offer as it stands; it is not closed or cancelled until the transaction ends. Many may hold it at once.

    Refuses: no-offer.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM catalogue_offer WHERE id = %s FOR KEY SHARE", [offer_id])
    found = Offer.objects.select_related("entry__occupation", "project").filter(pk=offer_id).first()
    if found is None:
        refuse("no-offer", "没有找到这个班次。", remedy="请从可选班次中选择。", status=404)
    return found


def hold_places(offer: Offer) -> Places:
    """The counter of the offer's places, locked. Made when first asked for; it follows the offer's own number."""
    found = Places.objects.select_for_update().filter(pk=offer.pk).first()
    if found is None:
        Places.objects.bulk_create([Places(offer=offer, places=offer.places)], ignore_conflicts=True)
        found = Places.objects.select_for_update().get(pk=offer.pk)
    found.places = max(offer.places, found.taken)
    return found


def save_places(places: Places) -> None:
    places.save(update_fields=["places", "taken", "turns"])


def held_enrolment(enrolment_id: int) -> tuple[Enrolment, Places]:
    """An enrolment with its offer, and the places of that offer held. Refuses: no-enrolment."""
    offer_id = Enrolment.objects.filter(pk=enrolment_id).values_list("offer_id", flat=True).first()
    if offer_id is None:
        refuse("no-enrolment", "没有找到这份选单。", remedy="请从列表中重新打开。", status=404)
    offer = Offer.objects.select_related("entry__occupation", "project").get(pk=offer_id)
    places = hold_places(offer)
    found = Enrolment.objects.select_for_update(of=("self",)).select_related("person").get(pk=enrolment_id)
    found.offer = offer
    return found, places
