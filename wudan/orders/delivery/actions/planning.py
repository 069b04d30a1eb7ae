"""建班: a class is made from an offer, its plan written sitting by sitting or from a file, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.models import Offer
from wudan.orders.delivery.actions.guards import (
    BASIS,
    locked_class,
    locked_offer,
    locked_session,
    require_editor,
)
from wudan.orders.delivery.models import Session, TrainingClass
from wudan.orders.delivery.plans import SessionPlan
from wudan.orders.delivery.queries.naming import class_name
from wudan.orders.delivery.queries.plans import faults_of, plan_frame

OPENABLE = ("open", "closed")


def open_class(
    *,
    offer_id: int,
    name: str = "",
    sessions: Sequence[SessionPlan] = (),
    head_teacher_id: int | None = None,
    assessment_plan: str = "",
    actor: Actor,
    at: datetime,
) -> TrainingClass:
    """建班 for an accepted offer, by its provider; `name` "" is put together from year, provider, occupation, level and
    certificate. Refuses: forbidden, no-provider, offer-not-open, class_of_offer_once, bad-plan:<field>, teacher_not_in_two_places.
    """
    actor.require(Role.PROVIDER)
    with acting(actor=actor, at=at, basis=BASIS):
        offer = locked_offer(offer_id)
        provider_id = _accepted_by(offer, actor)
        (key,) = bulk.take_keys(TrainingClass, 1)
        held = TrainingClass(
            pk=key,
            number=f"{offer.district_id}{offer.period.lower.year}{key:06d}",
            district_id=offer.district_id,
            offer=offer,
            provider_id=provider_id,
            employer_id=offer.employer_id,
            project_id=offer.project_id,
            name=name.strip() or class_name(offer),
            occupation_id=offer.entry.occupation_id,
            level=offer.entry.level,
            certificate_type=offer.entry.certificate_type,
            line=offer.line,
            head_teacher_id=head_teacher_id,
            assessment_plan=assessment_plan.strip(),
            started_on=offer.period.lower,
            ended_on=offer.period.upper - timedelta(days=1),
            capacity=offer.places,
            state="planning",
            state_since=at,
        )
        held.save(force_insert=True)
        _add(held, sessions, at)
    return held


def _accepted_by(offer: Offer, actor: Actor) -> int:
    if offer.provider_id is None:
        refuse("no-provider", "这个班次还没有机构接单，不能建班。", remedy="请先在“接单”中接下这个班次。")
    if offer.provider_id != actor.organisation_id:
        forbid("这个班次由另一家机构承办。")
    if offer.state not in OPENABLE:
        words = offer.get_state_display()
        refuse(
            "offer-not-open",
            f"班次现处于“{words}”，不能建班。",
            remedy="开放选单后再建班；已取消的不能建班。",
        )
    return offer.provider_id


def describe_class(
    *,
    class_id: int,
    name: str,
    head_teacher_id: int | None,
    assessment_plan: str,
    actor: Actor,
    at: datetime,
) -> TrainingClass:
    """班级名称、班主任、考核方案, while the plan is being written. Refuses: forbidden, plan-fixed, no-name."""
    if not name.strip():
        refuse("no-name", "请填写班级名称。", field="name", status=INVALID)
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_editor(actor, held)
        held.name, held.head_teacher_id = name.strip(), head_teacher_id
        held.assessment_plan = assessment_plan.strip()
        held.save(update_fields=["name", "head_teacher_id", "assessment_plan"])
    return held


def plan_sessions(
    *, class_id: int, sessions: Sequence[SessionPlan], replace: bool = False, actor: Actor, at: datetime
) -> list[Session]:
    """排课: add many lines at once; with `replace` they take the place of the whole plan.

    Refuses: forbidden, plan-fixed, bad-plan:<field> for every faulty line, teacher_not_in_two_places, venue_not_used_twice.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_editor(actor, held)
        if replace:
            held.sessions.all().delete()
        return _add(held, sessions, at)


def plan_session(
    *, class_id: int, plan: SessionPlan, session_id: int | None = None, actor: Actor, at: datetime
) -> Session:
    """One sitting: a new one, or with `session_id` another in its place. Refuses: as `plan_sessions`, not-found."""
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        require_editor(actor, held)
        if session_id is None:
            return _add(held, [plan], at)[0]
        session = held.sessions.select_for_update().filter(pk=session_id).first()
        if session is None:
            refuse("not-found", "没有找到这节课。", remedy="请刷新页面。", status=404)
        require_good(held, [plan], at, besides=[session_id])
        change(session, plan.columns())
        set_dates(held)
    return session


def drop_session(*, session_id: int, actor: Actor, at: datetime) -> None:
    """Take a sitting out of a plan still being written; the history keeps it. Refuses: forbidden, plan-fixed, not-found."""
    with acting(actor=actor, at=at, basis=BASIS):
        held, session = locked_session(session_id)
        require_editor(actor, held)
        session.delete()
        set_dates(held)


def _add(held: TrainingClass, plans: Sequence[SessionPlan], at: datetime) -> list[Session]:
    if not plans:
        return []
    require_good(held, plans, at)
    made = bulk.insert(Session, [Session(training_class=held, **p.columns()) for p in plans])
    set_dates(held)
    return made


def require_good(
    held: TrainingClass, plans: Sequence[SessionPlan], at: datetime, *, besides: Sequence[int] = ()
) -> None:
    """Refuses with every fault of every line at once."""
    frame = plan_frame(held.offer, held.provider_id, legal_day(at), class_id=held.pk, besides=besides)
    faults = faults_of(frame, plans)
    if faults:
        raise Refused(*(fault.refusal(many=len(plans) > 1) for fault in faults))


def change(session: Session, columns: dict[str, Any]) -> None:
    for name, value in columns.items():
        setattr(session, name, value)
    session.save(update_fields=list(columns))


def set_dates(held: TrainingClass) -> None:
    """A class begins with its first sitting and ends with its last; without any, with its offer."""
    days: list[date] = sorted(held.sessions.filter(cancelled=False).values_list("day", flat=True))
    if days:
        held.started_on, held.ended_on = days[0], days[-1]
    else:
        held.started_on = held.offer.period.lower
        held.ended_on = held.offer.period.upper - timedelta(days=1)
    held.save(update_fields=["started_on", "ended_on"])
