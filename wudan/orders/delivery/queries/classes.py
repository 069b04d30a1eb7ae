"""Classes as their pages show them: whose eyes see which, the plan, the roster, the days of a calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import (
    Aggregate,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from wudan.kernel.actor import Actor
from wudan.kernel.models import History
from wudan.kernel.roles import Role
from wudan.occupations.queries import same_occupations
from wudan.orders.delivery.models import Amendment, Attendance, Inspection, Member, Session, TrainingClass
from wudan.orders.delivery.states import TEACHING
from wudan.orders.demand.models import Order
from wudan.orders.enrolment.models import Enrolment

WATCHING = (Role.INTAKE, Role.REVIEWER, Role.SUPERVISOR, Role.TOWN)
HERE = ("in_class", "interrupted", "completed", "failed")
"""Members who are, or were to the end, of the class."""


def visible_classes(actor: Actor) -> QuerySet[TrainingClass]:
    """Officials their district's, a provider its own, an enterprise those with its staff; newest first."""
    found = TrainingClass.objects.select_related(
        "provider", "occupation", "offer", "employer", "project", "district", "head_teacher__person"
    ).order_by("-pk")
    if actor.role in WATCHING:
        return found.filter(district_id=actor.district_id)
    if actor.role is Role.PROVIDER and actor.organisation_id:
        return found.filter(provider_id=actor.organisation_id)
    if actor.role is Role.ENTERPRISE and actor.organisation_id:
        staff = Member.objects.filter(employer_id=actor.organisation_id).values("training_class_id")
        return found.filter(Q(employer_id=actor.organisation_id) | Q(pk__in=staff))
    return found.none()


def matching(found: QuerySet[TrainingClass], text: str) -> QuerySet[TrainingClass]:
    """By name, number or provider."""
    return found.filter(
        Q(name__icontains=text) | Q(number__icontains=text) | Q(provider__name__icontains=text)
    )


LIVE_FIRST = ("returned", "applied", "planning", "running", "approved", "taught", "assessed")


def live_first(found: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Those somebody works on before those that are over."""
    place = Case(*(When(state=s, then=Value(n)) for n, s in enumerate(LIVE_FIRST)), default=Value(99))
    return found.annotate(place=place).order_by("place", "-started_on", "-pk")


def class_of(actor: Actor, class_id: int) -> TrainingClass | None:
    """One of those the actor may see, else None."""
    return visible_classes(actor).filter(pk=class_id).first()


def plan_of(held: TrainingClass) -> list[Session]:
    """The sittings in their order, called-off ones where they stood."""
    found = held.sessions.select_related("venue", "teacher__person").order_by("during", "pk")
    return list(found)


def session_of(held: TrainingClass, session_id: int) -> Session | None:
    return held.sessions.select_related("venue", "teacher__person").filter(pk=session_id).first()


def roster_of(held: TrainingClass, actor: Actor) -> list[Member]:
    """The learners in the order they joined; an enterprise sees its own staff only."""
    found = held.members.select_related("person", "employer", "moved_from__training_class").order_by("pk")
    if actor.role is Role.ENTERPRISE:
        found = found.filter(employer_id=actor.organisation_id)
    return list(found)


def member_of(held: TrainingClass, member_id: int) -> Member | None:
    return held.members.select_related("person", "employer").filter(pk=member_id).first()


def orders_behind(held: TrainingClass) -> int:
    """How many orders (提单) this class answers: those its learners chose by, and those its proposed class was made of."""
    chosen = Enrolment.objects.filter(offer=held.offer_id, order__isnull=False)
    behind = Q(pk__in=chosen.values("order"))
    if held.offer.proposal_id is not None:
        behind |= Q(proposal=held.offer.proposal_id)
    return Order.objects.filter(behind).exclude(state="merged").count()


def with_figures(found: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Each with `heads`, `hours` planned, `there` of `counted` attendances so far and `visits` made; worked out for the rows of
    a page only, as the database reads them."""
    marks = Attendance.objects.filter(session__training_class=OuterRef("pk"))
    there, counted = ("present", "made_up"), ("present", "made_up", "absent")
    return found.annotate(
        heads=_count(Member.objects.filter(training_class=OuterRef("pk"), state__in=HERE), "training_class"),
        hours=_count(
            Session.objects.filter(training_class=OuterRef("pk"), cancelled=False, make_up=False),
            "training_class",
            Sum("hours"),
        ),
        there=_count(marks.filter(state__in=there), "session__training_class"),
        counted=_count(marks.filter(state__in=counted), "session__training_class"),
        visits=_count(
            Inspection.objects.filter(training_class=OuterRef("pk"), state="done"), "training_class"
        ),
    )


def _count(rows: QuerySet[Any], group: str, what: Aggregate | None = None) -> Coalesce:
    grouped = rows.order_by().values(group).annotate(n=what or Count("pk")).values("n")
    return Coalesce(Subquery(grouped, output_field=IntegerField()), 0)


def unvisited(found: QuerySet[TrainingClass]) -> QuerySet[TrainingClass]:
    """Those taught, or being taught, that no inspection has reached (每班至少一次现场巡查)."""
    done = Inspection.objects.filter(training_class=OuterRef("pk"), state="done")
    return found.filter(~Exists(done), state__in=("approved", "running", "taught", "assessed"))


def sittings_between(actor: Actor, since: date, until: date) -> list[Session]:
    """The sittings of the classes an actor may see, from `since` to before `until`, earliest first."""
    found = Session.objects.filter(
        training_class__in=visible_classes(actor)
        .order_by()
        .exclude(state__in=("refused", "cancelled", "void")),
        day__gte=since,
        day__lt=until,
        cancelled=False,
    )
    return list(found.select_related("training_class", "venue", "teacher__person").order_by("during", "pk"))


def openings(actor: Actor) -> QuerySet[TrainingClass]:
    """Applications waiting for an answer, the most urgent first. For the bureau's desk."""
    if actor.role not in (Role.INTAKE, Role.REVIEWER):
        return TrainingClass.objects.none()
    return visible_classes(actor).filter(state="applied").order_by("due_on", "pk")


def visible_amendments(actor: Actor, *, state: str = "") -> QuerySet[Amendment]:
    """Changes asked for in the classes an actor may see, the most urgent first."""
    found = Amendment.objects.filter(training_class__in=visible_classes(actor).order_by())
    if state:
        found = found.filter(state=state)
    return found.select_related("training_class__provider", "session").order_by("due_on", "pk")


def transfer_targets(held: TrainingClass, actor: Actor) -> list[TrainingClass]:
    """Classes a learner of this one could move to: the same training, still being taught, with a seat."""
    alike = visible_classes(actor).filter(
        occupation_id__in=same_occupations(held.occupation_id),
        level=held.level,
        certificate_type=held.certificate_type,
        state__in=TEACHING,
    )
    inside = Count("members", filter=Q(members__state__in=("in_class", "interrupted")))
    found = alike.exclude(pk=held.pk).annotate(inside=inside)
    return [one for one in found if one.inside < one.capacity]


@dataclass(frozen=True, slots=True)
class Moved:
    """One change of a class's state, as the history kept it."""

    at: datetime
    who: str
    state: str
    reason: str


def moves_of(held: TrainingClass) -> list[Moved]:
    """Every state the class has been in, oldest first."""
    rows = History.objects.filter(
        table_name=TrainingClass._meta.db_table, row_id=str(held.pk), operation__in=("INSERT", "UPDATE")
    ).order_by("id")
    found = []
    for row in rows:
        if row.operation == "INSERT":
            found.append(Moved(row.acted_at, row.actor.get("label", ""), "planning", ""))
        elif "state" in row.changes:
            reason = row.changes["reason"][1] if "reason" in row.changes else ""
            found.append(Moved(row.acted_at, row.actor.get("label", ""), row.changes["state"][1], reason))
    return found


@dataclass(frozen=True, slots=True)
class Pile:
    """So many wait for an answer, so many of them are overdue."""

    waiting: int
    late: int


def opening_pile(actor: Actor, today: date) -> Pile:
    """Applications to open (开班申请) that wait for the bureau."""
    found = openings(actor).order_by()
    return Pile(found.count(), found.filter(due_on__lt=today).count())


def amendment_pile(actor: Actor, today: date) -> Pile:
    """Changes after approval (开班变更) that wait for the bureau."""
    found = visible_amendments(actor, state="asked").order_by()
    return Pile(found.count(), found.filter(due_on__lt=today).count())
