"""Reading districts, organisations and working days."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db import models
from django.db.models import Q, QuerySet

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import refuse
from wudan.kernel.periods import ONE_DAY, add_working_days, is_working_day, working_days_left
from wudan.kernel.roles import Role
from wudan.organisations.models import (
    BASE_KINDS,
    BLOCKING_CREDIT,
    CREDIT_KINDS,
    CalendarDay,
    CreditEntry,
    District,
    Organisation,
    OrganisationAccount,
    Teacher,
    TrainingBase,
    Venue,
)

M = TypeVar("M", bound=models.Model)


def district(code: str) -> District:
    """Refuses: no-district."""
    found = District.objects.filter(pk=code).first()
    if found is None:
        refuse("no-district", "没有找到这个区。", remedy="请从列表中选择。")
    return found


def districts() -> QuerySet[District]:
    return District.objects.order_by("code")


def organisations_of(actor: Actor, kind: str | None = None) -> QuerySet[Organisation]:
    """What the actor may see, sorted by pinyin: an official the own district's, a clerk the own organisation."""
    seen = Organisation.objects.select_related("district", "division").order_by("pinyin", "id")
    if kind is not None:
        seen = seen.filter(kind=kind)
    if actor == SYSTEM:
        return seen
    if actor.is_official:
        return seen.filter(district_id=actor.district_id)
    return seen.filter(pk=actor.organisation_id) if actor.organisation_id else seen.none()


def organisation(actor: Actor, organisation_id: int) -> Organisation | None:
    """One of those the actor may see, else None."""
    return organisations_of(actor).filter(pk=organisation_id).first()


def public_organisations(district_id: str, kind: str) -> QuerySet[Organisation]:
    """Departments, towns and providers for the public pages; suspended providers are not shown."""
    return Organisation.objects.filter(district_id=district_id, kind=kind, suspended=False).order_by(
        "pinyin", "id"
    )


def applicant(organisation_id: int, actor: Actor) -> Organisation:
    """The organisation in whose name the actor applies (申请单位).

    Refuses: forbidden for anybody but its own clerk; organisation-suspended.
    """
    actor.require(Role.ENTERPRISE, Role.PROVIDER, Role.SYSTEM)
    found = Organisation.objects.filter(pk=organisation_id).first()
    if found is None or (actor != SYSTEM and actor.organisation_id != organisation_id):
        refuse("forbidden", "您不能代表这个单位申请。", remedy="请切换到这个单位的岗位后再办理。", status=403)
    if found.suspended:
        refuse(
            "organisation-suspended",
            f"{found.name}已被暂停受理，现在不能提交新的申请。",
            remedy="请联系区人力资源社会保障局，处理完毕恢复后再申请；已提交的申请照常办理。",
        )
    return found


def current_account(organisation_id: int) -> OrganisationAccount | None:
    return OrganisationAccount.objects.filter(organisation_id=organisation_id, current=True).first()


# --- working days ------------------------------------------------------------------------------------------------
def calendar_overrides(district_id: str) -> dict[date, bool]:
    """The district's own days: day → whether people work."""
    return dict(CalendarDay.objects.filter(district_id=district_id).values_list("day", "working"))


def deadline(district_id: str, start: date, working_days: int) -> date:
    """The last day of a time limit of so many working days, which begins on the day after `start`."""
    return add_working_days(start, working_days, calendar_overrides(district_id))


def days_left(
    district_id: str, today: date, due_on: date, overrides: Mapping[date, bool] | None = None
) -> int:
    """Working days left; negative when overdue. A list passes `overrides` once for all its rows."""
    own = calendar_overrides(district_id) if overrides is None else overrides
    return working_days_left(today, due_on, own)


def works_on(district_id: str, day: date) -> bool:
    return is_working_day(day, calendar_overrides(district_id))


# --- teachers, venues, bases -------------------------------------------------------------------------------------
def teachers_of(
    actor: Actor, organisation_id: int | None = None, *, search: str = "", state: str = ""
) -> QuerySet[Teacher]:
    """The pool as the actor may see it: an official the own district's, a provider its own. Newest first."""
    found = Teacher.objects.select_related("person", "organisation").prefetch_related("subjects__occupation")
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    if words := search.strip():
        found = found.filter(Q(person__name__contains=words) | Q(organisation__name__contains=words))
    if state:
        found = found.filter(state=state)
    return _seen_by(actor, found).order_by("-id")


def teacher(actor: Actor, teacher_id: int) -> Teacher | None:
    return teachers_of(actor).filter(pk=teacher_id).first()


def listed_teachers(
    district_id: str, *, organisation_id: int | None = None, on: date | None = None
) -> QuerySet[Teacher]:
    """Teachers in the pool (已入库), for everybody; a name is shown in full only where `publish_name` says so."""
    found = Teacher.objects.filter(district_id=district_id, state="listed")
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    if on is not None:
        found = found.filter(valid__contains=on)
    return (
        found.select_related("person", "organisation").prefetch_related("subjects__occupation").order_by("id")
    )


def teaches(teacher_id: int, occupation_ids: Collection[int], on: date) -> bool:
    """Is the teacher listed on that day for any of these (one occupation in several editions)?"""
    return Teacher.objects.filter(
        pk=teacher_id, state="listed", valid__contains=on, subjects__occupation_id__in=list(occupation_ids)
    ).exists()


def venues_of(organisation_id: int, *, in_use: bool | None = True) -> QuerySet[Venue]:
    found = Venue.objects.filter(organisation_id=organisation_id).select_related("division")
    return (found if in_use is None else found.filter(in_use=in_use)).order_by("name", "id")


def venue(venue_id: int) -> Venue | None:
    return Venue.objects.select_related("division", "organisation").filter(pk=venue_id).first()


def bases_of(actor: Actor, organisation_id: int | None = None) -> QuerySet[TrainingBase]:
    """Training bases as the actor may see them, newest first."""
    found = TrainingBase.objects.select_related("organisation").prefetch_related("serves__occupation")
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    return _seen_by(actor, found).order_by("-id")


def base(actor: Actor, base_id: int) -> TrainingBase | None:
    return bases_of(actor).filter(pk=base_id).first()


def recognised_bases(
    district_id: str, on: date, organisation_id: int | None = None
) -> QuerySet[TrainingBase]:
    """Recognised on that day, for everybody."""
    found = TrainingBase.objects.filter(district_id=district_id, state="recognised", valid__contains=on)
    if organisation_id is not None:
        found = found.filter(organisation_id=organisation_id)
    return found.select_related("organisation").prefetch_related("serves__occupation").order_by("kind", "id")


def _seen_by(actor: Actor, found: QuerySet[M]) -> QuerySet[M]:
    if actor == SYSTEM:
        return found
    if actor.is_official:
        return found.filter(district_id=actor.district_id)
    return found.filter(organisation_id=actor.organisation_id) if actor.organisation_id else found.none()


# --- credit ------------------------------------------------------------------------------------------------------
CREDIT_CLAUSE = "台政办发〔2020〕4号 四（三）；周政办发〔2020〕2号 三（二）"


@dataclass(frozen=True, slots=True)
class Standing:
    """信用状况 on a day: good, or why not, each reason a sentence for its reader."""

    good: bool
    reasons: tuple[str, ...] = ()


def credit_of(organisation_id: int) -> QuerySet[CreditEntry]:
    """The whole record of an organisation, repaired and expired entries included, newest first."""
    return CreditEntry.objects.filter(organisation_id=organisation_id).order_by("-id")


def credit_entry(actor: Actor, entry_id: int) -> CreditEntry | None:
    return _seen_by(actor, CreditEntry.objects.select_related("organisation")).filter(pk=entry_id).first()


def standing_of(organisation_id: int, on: date) -> Standing:
    """Not good while 暂停受理, or with an unrepaired breach (违规失信、严重失信) valid on the day."""
    own = Organisation.objects.get(pk=organisation_id)
    reasons = [f"{own.name}已被暂停受理。"] if own.suspended else []
    return _standing(Q(organisation_id=organisation_id), on, reasons)


def standing_of_person(person_id: int, on: date) -> Standing:
    return _standing(Q(person_id=person_id), on, [])


def _standing(about: Q, on: date, reasons: list[str]) -> Standing:
    blocking = CreditEntry.objects.filter(
        about, kind__in=BLOCKING_CREDIT, repaired_at__isnull=True, valid__contains=on
    )
    found = [*reasons, *(_sentence(entry) for entry in blocking.order_by("id"))]
    return Standing(not found, tuple(found))


def _sentence(entry: CreditEntry) -> str:
    until = f"，至{entry.valid.upper - ONE_DAY:%Y年%-m月%-d日}" if entry.valid.upper else ""
    return f"{entry.get_kind_display()}：{entry.description.rstrip('。')}（{entry.clause}{until}）。"


def credit_kinds() -> list[tuple[str, str]]:
    return list(CREDIT_KINDS)


def base_kinds() -> list[tuple[str, str]]:
    """Kinds of training base with their names, in the documents' order."""
    return list(BASE_KINDS)
