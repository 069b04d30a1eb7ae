"""Classes and projects whose learners' work is followed (就业跟踪), scoped by who looks."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from wudan.kernel.actor import Actor
from wudan.orders.catalogue.models import Project
from wudan.orders.delivery.models import TrainingClass
from wudan.orders.delivery.queries.attendance import visible_attendance_classes


def followed_classes(
    actor: Actor, *, search: str = "", projects_only: bool = False
) -> QuerySet[TrainingClass]:
    """Closed classes, the oldest first."""
    found = visible_attendance_classes(actor).filter(state="closed").select_related("provider", "project")
    if search:
        found = found.filter(Q(name__icontains=search) | Q(provider__name__icontains=search))
    if projects_only:
        found = found.filter(project__isnull=False)
    return found.order_by("ended_on", "pk")


def project_of(actor: Actor, project_id: int) -> Project | None:
    """A project of the official's own district."""
    if not actor.is_official or actor.district_id is None:
        return None
    return Project.objects.filter(pk=project_id, district_id=actor.district_id).first()
