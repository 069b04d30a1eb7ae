"""Reading 三优资源, support applications and 示范培训项目."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from wudan.kernel.actor import SYSTEM, Actor
from wudan.orders.catalogue.models import Demonstration, Resource, ResourceScore, SupportApplication

KINDS = [("textbook", "优质培训教材"), ("courseware", "优选网络课件"), ("teacher", "优秀培训教师")]
SUPPORT_KINDS = [("equipment", "设施设备升级改造"), ("barrier_free", "无障碍改造")]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many judges, their points together, and the mean to one decimal place for showing."""

    count: int
    total: int

    @property
    def mean(self) -> Decimal:
        return (Decimal(self.total) / self.count).quantize(Decimal("0.1")) if self.count else Decimal(0)


def tally(resource_id: int) -> Tally:
    found = ResourceScore.objects.filter(resource_id=resource_id).aggregate(
        n=Count("id"), points=Sum("score")
    )
    return Tally(found["n"], found["points"] or 0)


def resources_of(actor: Actor, *, state: str = "", kind: str = "") -> QuerySet[Resource]:
    """An official sees the own district's, an organisation what it recommended; newest first, with `judges` and `points`."""
    found = Resource.objects.select_related("occupation", "teacher__person", "offered_by")
    if actor != SYSTEM:
        if actor.is_official:
            found = found.filter(district_id=actor.district_id)
        elif actor.organisation_id is not None:
            found = found.filter(offered_by_id=actor.organisation_id)
        else:
            return found.none()
    if state:
        found = found.filter(state=state)
    if kind:
        found = found.filter(kind=kind)
    return found.annotate(judges=Count("scores"), points=Sum("scores__score")).order_by("-id")


def resource(actor: Actor, resource_id: int) -> Resource | None:
    return resources_of(actor).filter(pk=resource_id).first()


def scores_of(resource_id: int) -> list[ResourceScore]:
    return list(ResourceScore.objects.filter(resource_id=resource_id).order_by("pk"))


def selected_resources(district_id: str) -> QuerySet[Resource]:
    """For everybody."""
    found = Resource.objects.filter(district_id=district_id, state="selected")
    return found.select_related("occupation", "teacher__person", "offered_by").order_by("kind", "title", "pk")


# --- support -----------------------------------------------------------------------------------------------------
def supports_of(actor: Actor, *, state: str = "") -> QuerySet[SupportApplication]:
    """An official sees the own district's, an organisation its own; the most urgent first."""
    found = SupportApplication.objects.select_related("organisation")
    if actor != SYSTEM:
        if actor.is_official:
            found = found.filter(district_id=actor.district_id)
        elif actor.organisation_id is not None:
            found = found.filter(organisation_id=actor.organisation_id)
        else:
            return found.none()
    return (found.filter(state=state) if state else found).order_by("due_on", "-id")


def support(actor: Actor, support_id: int) -> SupportApplication | None:
    return supports_of(actor).filter(pk=support_id).first()


# --- demonstration -----------------------------------------------------------------------------------------------
def demonstrations(district_id: str, on: date | None = None) -> QuerySet[Demonstration]:
    """示范培训项目, on a day for the public, or all of them; newest first."""
    found = Demonstration.objects.filter(district_id=district_id)
    if on is not None:
        found = found.filter(shown__contains=on)
    return found.select_related("department", "occupation", "provider").order_by("-id")
