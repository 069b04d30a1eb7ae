"""Which classes a learner may rate, and what learners said of a class."""

from __future__ import annotations

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.orders.delivery.models import Member, Rating


def to_rate(actor: Actor, on: date) -> QuerySet[Member]:
    """The actor's own places in classes whose last day has come and which they have not rated, newest first."""
    found = Member.objects.filter(
        person_id=actor.person_id or 0,
        state__in=["in_class", "completed", "failed"],
        training_class__ended_on__lte=on,
    )
    return (
        found.exclude(Exists(Rating.objects.filter(member=OuterRef("pk"))))
        .exclude(training_class__state__in=["cancelled", "void"])
        .select_related("training_class__provider", "training_class__occupation")
        .order_by("-training_class__ended_on", "-pk")
    )


def doubts_of(class_id: int) -> tuple[int, int]:
    """How many learners said it was not held as planned or money was asked, of how many who rated."""
    found = Rating.objects.filter(member__training_class=class_id)
    counted = found.aggregate(no=Count("pk", filter=Q(honest=False)), all=Count("pk"))
    return counted["no"], counted["all"]


def ratings_of(class_id: int) -> QuerySet[Rating]:
    """Newest first; pages for officials show mark and words, never who."""
    return Rating.objects.filter(member__training_class=class_id).order_by("-at", "-pk")


def doubting(class_id: int) -> QuerySet[Rating]:
    """The ratings that say it was not held as planned or money was asked, for who checks it; never who said so."""
    return ratings_of(class_id).filter(honest=False)
