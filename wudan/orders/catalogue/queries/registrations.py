"""机构备案: which provider may train what, who is waiting for an answer, and what a registration still lacks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q, QuerySet

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import Refusal
from wudan.occupations.queries import same_occupations
from wudan.orders.catalogue.models import Registration, RegistrationEvidence
from wudan.orders.catalogue.queries.standing import registration_on
from wudan.organisations.models import Teacher, TeacherSubject, Venue
from wudan.organisations.queries import CREDIT_CLAUSE, deadline, standing_of
from wudan.policy.queries import parameter

OPEN = ("filed", "accepted")
"""The bureau has to answer."""


def registered(provider_id: int, occupation_id: int, level: int, on: date) -> Registration | None:
    """The registration by which this provider may train this occupation at this level on that day, else None."""
    return registration_on(provider_id, occupation_id, level, on)


def registrations_of(
    actor: Actor, *, provider_id: int | None = None, state: str = "", search: str = ""
) -> QuerySet[Registration]:
    """As the actor may see them: an official the own district's, a provider its own. The most urgent first."""
    found = Registration.objects.select_related("provider", "occupation")
    if actor != SYSTEM:
        if actor.is_official:
            found = found.filter(district_id=actor.district_id)
        elif actor.organisation_id is not None:
            found = found.filter(provider_id=actor.organisation_id)
        else:
            return found.none()
    if provider_id is not None:
        found = found.filter(provider_id=provider_id)
    if state == "open":
        found = found.filter(state__in=OPEN)
    elif state:
        found = found.filter(state=state)
    if search.strip():
        words = search.strip()
        found = found.filter(Q(provider__name__contains=words) | Q(occupation__name__contains=words))
    return found.order_by("due_on", "-pk")


def registration(actor: Actor, registration_id: int) -> Registration | None:
    return registrations_of(actor).filter(pk=registration_id).first()


def evidence_of(registration_id: int) -> list[RegistrationEvidence]:
    found = RegistrationEvidence.objects.filter(registration_id=registration_id)
    seen = found.select_related("teacher__person", "venue").prefetch_related("teacher__subjects__occupation")
    return list(seen.order_by("pk"))


def public_registrations(
    district_id: str, on: date, *, provider_id: int | None = None
) -> QuerySet[Registration]:
    """In force on the day, of providers not suspended, for everybody."""
    found = Registration.objects.filter(
        district_id=district_id, state="listed", valid__contains=on, provider__suspended=False
    )
    if provider_id is not None:
        found = found.filter(provider_id=provider_id)
    return found.select_related("provider__division", "occupation").order_by(
        "provider__pinyin", "provider_id", "occupation__pinyin", "-level", "pk"
    )


def providers_for(occupation_id: int, level: int, on: date) -> list[Registration]:
    """Who may train it on that day, one registration per provider, the largest first."""
    found = Registration.objects.filter(
        occupation_id__in=same_occupations(occupation_id),
        level=level,
        state="listed",
        valid__contains=on,
        provider__suspended=False,
    ).select_related("provider", "occupation")
    best: dict[int, Registration] = {}
    for one in found.order_by("-capacity", "pk"):
        best.setdefault(one.provider_id, one)
    return list(best.values())


# --- clocks ------------------------------------------------------------------------------------------------------
def due(district_id: str, code: str, on: date) -> date:
    """The last day of the bureau's time limit named by a parameter, e.g. `registration_review_working_days`."""
    return deadline(district_id, on, int(parameter(district_id, code, on).value))


# --- what it still lacks -----------------------------------------------------------------------------------------
def shortcomings(found: Registration, on: date) -> list[Refusal]:
    """Why it cannot be listed on that day: licence, teachers, places and credit standing; empty when it can."""
    evidence = evidence_of(found.pk)
    lacking = [
        *_licence(found, evidence),
        *_teachers(found, [e.teacher for e in evidence if e.teacher is not None], on),
        *_venues(found, [e.venue for e in evidence if e.venue is not None], on),
    ]
    if not any(e.kind == "equipment" for e in evidence):
        lacking.append(Refusal("no-equipment", "没有设备清单。", remedy="请退回，由机构补充设备名称和数量。"))
    standing = standing_of(found.provider_id, on)
    lacking += [
        Refusal(
            "bad-standing",
            f"机构信用不符合备案条件：{reason}",
            CREDIT_CLAUSE,
            "信用修复、期满或恢复受理后再办理。",
        )
        for reason in standing.reasons
    ]
    return lacking


def _licence(found: Registration, evidence: Sequence[RegistrationEvidence]) -> list[Refusal]:
    if found.provider.licence or any(e.kind == "licence" and e.reference for e in evidence):
        return []
    remedy = "请退回补充办学许可证编号；技工院校、公办院校填写批准设立文号。"
    return [Refusal("no-licence", "没有办学许可证号或批准设立文号。", remedy=remedy)]


def _teachers(found: Registration, named: Sequence[Teacher], on: date) -> list[Refusal]:
    needed = parameter(found.district_id, "registration_teachers_min", on)
    fit = {
        t.pk
        for t in named
        if t.state == "listed" and on in t.valid and t.organisation_id == found.provider_id
    }
    subjects = list(
        TeacherSubject.objects.filter(
            teacher_id__in=fit, occupation_id__in=same_occupations(found.occupation_id)
        ).values_list("teacher_id", "kind")
    )
    teaching = {teacher for teacher, _ in subjects}
    faults = []
    if len(teaching) < int(needed.value):
        faults.append(
            Refusal(
                "too-few-teachers",
                f"已入库、在有效期内并登记了这个职业的教师有{len(teaching)}人，备案至少需要{needed.value}人。",
                needed.clause,
                "请先审核师资，或退回由机构补充教师。",
            )
        )
    kinds = {kind for _, kind in subjects}
    if teaching and "both" not in kinds and not {"theory", "practice"} <= kinds:
        missing = "实操" if "theory" in kinds else "理论"
        faults.append(
            Refusal(
                "teachers-one-sided",
                f"没有能上{missing}课的教师。",
                remedy=f"请退回，由机构补充{missing}教师。",
            )
        )
    return faults


def _venues(found: Registration, named: Sequence[Venue], on: date) -> list[Refusal]:
    share = parameter(found.district_id, "registration_learners_per_workplace", on)
    own = [v for v in named if v.in_use and v.organisation_id == found.provider_id]
    seats = sum(v.capacity for v in own if v.kind != "practice")
    benches = sum(v.workplaces for v in own if v.kind != "theory") * int(share.value)
    faults = []
    if seats < found.capacity:
        faults.append(
            Refusal(
                "too-few-seats",
                f"理论教室共可容纳{seats}人，少于申请的同期培训规模{found.capacity}人。",
                remedy="请退回，由机构补充教室或减少规模。",
            )
        )
    if benches < found.capacity:
        faults.append(
            Refusal(
                "too-few-workplaces",
                f"实训工位按每个{share.value}人计可供{benches}人使用，少于申请的同期培训规模{found.capacity}人。",
                share.clause,
                "请退回，由机构补充实训场地、工位或减少规模。",
            )
        )
    return faults
