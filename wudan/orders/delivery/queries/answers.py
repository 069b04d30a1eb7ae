"""接单 as pages show it: what a provider is asked, what it may offer itself for, what the bureau may choose from."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.catalogue.queries.standing import provider_faults
from wudan.orders.delivery.models import Answer, TrainingClass
from wudan.organisations.models import Organisation

BIDDABLE = ("reserved", "open", "closed")
LIVE = ("asked", "bid", "accepted")


def visible_answers(actor: Actor) -> QuerySet[Answer]:
    """A provider its own, the bureau its district's; waiting ones first, then newest."""
    found = Answer.objects.select_related(
        "provider", "offer__entry__occupation", "offer__town", "offer__district", "offer__employer"
    ).order_by("-asked_at", "-pk")
    if actor.role is Role.PROVIDER and actor.organisation_id:
        return found.filter(provider_id=actor.organisation_id)
    if actor.role in (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR):
        return found.filter(offer__district_id=actor.district_id)
    return found.none()


def answer_of(actor: Actor, answer_id: int) -> Answer | None:
    return visible_answers(actor).filter(pk=answer_id).first()


def unplaced_offers(actor: Actor) -> QuerySet[Offer]:
    """Offers of the district that nobody has taken, soonest first, with how many were asked and have offered."""
    if actor.district_id is None or actor.role not in (Role.INTAKE, Role.REVIEWER, Role.PROVIDER):
        return Offer.objects.none()
    found = Offer.objects.filter(
        district_id=actor.district_id, provider=None, project=None, state__in=BIDDABLE
    ).select_related("entry__occupation", "town", "employer")
    return found.order_by("period", "pk")


def answer_counts(offer_ids: list[int]) -> dict[int, tuple[int, int]]:
    """Offer → (asked and waiting, plans offered). One query."""
    rows = Answer.objects.filter(offer__in=offer_ids).order_by().values("offer_id")
    counted = rows.annotate(
        asked=Count("pk", filter=Q(state="asked")), bids=Count("pk", filter=Q(state="bid"))
    )
    return {r["offer_id"]: (r["asked"], r["bids"]) for r in counted}


def biddable_offers(actor: Actor, on: date) -> list[Offer]:
    """Those a provider may offer itself for: registered, in good standing, large enough, and not answered yet."""
    provider_id = actor.organisation_id
    if actor.role is not Role.PROVIDER or provider_id is None:
        return []
    answered = Answer.objects.filter(provider_id=provider_id, state__in=LIVE).values("offer_id")
    free = unplaced_offers(actor).filter(period__startswith__gt=on).exclude(pk__in=answered)
    return [
        offer
        for offer in free[:100]
        if not provider_faults(
            provider_id, offer.entry.occupation_id, offer.entry.level, on, places=offer.places
        )
    ]


def taken_offers(actor: Actor) -> list[Offer]:
    """Offers this provider has, of which no class has been made yet: 待建班."""
    if actor.role is not Role.PROVIDER or not actor.organisation_id:
        return []
    made = TrainingClass.objects.filter(provider_id=actor.organisation_id).exclude(
        state__in=("refused", "cancelled", "void")
    )
    found = Offer.objects.filter(
        provider_id=actor.organisation_id, state__in=("reserved", "open", "closed")
    ).exclude(pk__in=made.values("offer_id"))
    return list(found.select_related("entry__occupation", "town").order_by("period", "pk"))


def offer_waiting(actor: Actor, offer_id: int) -> Offer | None:
    """An offer of the district that an official looks at to find it a provider."""
    if actor.role not in (Role.INTAKE, Role.REVIEWER):
        return None
    found = Offer.objects.select_related("entry__occupation", "town", "employer", "provider", "district")
    return found.filter(pk=offer_id, district_id=actor.district_id).first()


def fit_providers(offer: Offer, on: date) -> list[Organisation]:
    """Providers of the district that may be asked today and have not been."""
    answered = Answer.objects.filter(offer=offer, state__in=LIVE).values("provider_id")
    free = Organisation.objects.filter(district_id=offer.district_id, kind="provider", suspended=False)
    return [
        one
        for one in free.exclude(pk__in=answered).order_by("pinyin", "pk")
        if not provider_faults(one.pk, offer.entry.occupation_id, offer.entry.level, on, places=offer.places)
    ]


def bids_waiting(actor: Actor, today: date) -> tuple[int, int]:
    """Plans to choose from (报方案) in the district, and how many are overdue."""
    found = visible_answers(actor).order_by().filter(state="bid")
    return found.count(), found.filter(due_on__lt=today).count()


def provider_waits(actor: Actor) -> tuple[int, int, int]:
    """Orders to answer, offers taken without a class yet, classes sent back: what waits for this provider."""
    if actor.role is not Role.PROVIDER or not actor.organisation_id:
        return 0, 0, 0
    asked = visible_answers(actor).order_by().filter(state="asked").count()
    back = TrainingClass.objects.filter(provider_id=actor.organisation_id, state="returned").count()
    return asked, len(taken_offers(actor)), back
