"""结业: who has attended enough and passed completes, who has not fails, and the class is closed."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.assessing import BASIS
from wudan.orders.delivery.counting import Counted
from wudan.orders.delivery.models import Assessment, Member, TrainingClass
from wudan.orders.delivery.queries.attendance import attendance_of
from wudan.orders.delivery.queries.results import Result, results_of
from wudan.orders.delivery.states import CLASS, MEMBER
from wudan.orders.demand.actions.serving import mark_trained
from wudan.orders.enrolment.actions.teaching import finish_enrolment
from wudan.people.actions import archive


def conclude_class(*, class_id: int, actor: Actor, at: datetime) -> TrainingClass:
    """办理结业, by an official: every member in class completes or fails with the reason in words; there is no way back.

    Refuses: forbidden, wrong-state, assessment-open (a sitting planned or held and not published).
    Clause: 台政办发〔2020〕4号 六（一）; attendance and pass mark are parameters.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = (
            TrainingClass.objects.select_for_update(of=("self",))
            .select_related("occupation", "provider")
            .get(pk=class_id)
        )
        actor.require(Role.INTAKE, Role.REVIEWER, district_id=found.district_id)
        state = CLASS.check("close", found.state)
        waiting = Assessment.objects.filter(training_class=found, state__in=["planned", "held"]).first()
        if waiting is not None:
            refuse(
                "assessment-open", f"{in_words(waiting.held_on)}的考核还没有公布成绩。",
                remedy="请先公布成绩；不再进行的考核请取消。",
            )  # fmt: skip
        counted, results = attendance_of(found.pk), results_of(found)
        members = Member.objects.filter(training_class=found, state__in=["in_class", "interrupted"])
        for member in members.select_related("enrolment").select_for_update(of=("self",)).order_by("pk"):
            _conclude(found, member, counted, results.get(member.pk), actor, at)
        found.state, found.state_since = state, at
        found.save(update_fields=["state", "state_since"])
        tell("class:finished", at=at, **{"class": found.pk})
    return found


def why_not(member: Member, counted: Counted, result: Result | None) -> str:
    """Why a member cannot complete, in words; empty when everything is met."""
    rate = counted.members.get(member.pk)
    if member.state == "interrupted":
        return "培训中断，没有恢复"
    if not counted.valid:
        return "班级出勤率低于红牌线，整班无效"
    if rate is None:
        return "没有出勤记录"
    if not rate.ok:
        return f"出勤率{rate.percent}%，没有达到{rate.line}%"
    if result is None:
        return "没有参加考核"
    return "" if result.passed else "考核不合格"


def _conclude(
    found: TrainingClass, member: Member, counted: Counted, result: Result | None, actor: Actor, at: datetime
) -> None:
    problem = why_not(member, counted, result)
    member.state = MEMBER.check("fail" if problem else "complete", member.state)
    member.reason, member.left_on = problem, legal_day(at)
    member.save(update_fields=["state", "reason", "left_on"])
    finish_enrolment(enrolment_id=member.enrolment_id, completed=not problem, actor=actor, at=at)
    if not problem:  # the order that asked for it is answered, and the roll knows
        mark_trained(
            person_id=member.person_id, on=found.ended_on, lines=[found.line], order_id=member.enrolment.order_id,
            actor=actor, at=at,
        )  # fmt: skip
    rate = counted.members.get(member.pk)
    detail = {
        "班级": found.name,
        "培训机构": found.provider.name,
        "出勤率": f"{rate.percent}%" if rate else "无记录",
    }
    if problem:
        detail["原因"] = problem
    archive(
        person_id=member.person_id, district_code=found.district_id, kind="class", subject=f"member:{member.pk}",
        event="failed" if problem else "completed", on=found.ended_on,
        title=f"{found.occupation.name}培训{'未结业' if problem else '结业'}", detail=detail, at=at,
    )  # fmt: skip
