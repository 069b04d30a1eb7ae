"""学员: interruption, return, leaving, another class, another employer; each with its reason, and the trail stays."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import same_occupations
from wudan.orders.delivery.actions.expecting import excuse_member, expect, recall_member
from wudan.orders.delivery.actions.guards import (
    BASIS,
    OFFICIALS,
    locked_class,
    locked_member,
    require_own,
    require_party,
    require_reason,
)
from wudan.orders.delivery.models import Member, TrainingClass
from wudan.orders.delivery.states import MEMBER, TEACHING
from wudan.orders.enrolment.actions.teaching import drop_enrolment, transfer_enrolment
from wudan.organisations.models import Organisation


def interrupt_member(*, member_id: int, reason: str, actor: Actor, at: datetime) -> Member:
    """中断: the sittings to come are not counted until the return. Refuses: forbidden, wrong-state, needs-reason."""
    said = require_reason(reason, "中断学习")
    with acting(actor=actor, at=at, basis=BASIS):
        held, member = locked_member(member_id)
        require_party(actor, MEMBER, "interrupt", held)
        _require_teaching(held)
        _set(member, MEMBER.check("interrupt", member.state), said)
        excuse_member(member, at, f"中断：{said}")
    return member


def resume_member(*, member_id: int, reason: str, actor: Actor, at: datetime) -> Member:
    """恢复: expected again at what is still to come. Refuses: forbidden, wrong-state, needs-reason, person_not_in_two_rooms."""
    said = require_reason(reason, "恢复学习")
    with acting(actor=actor, at=at, basis=BASIS):
        held, member = locked_member(member_id)
        require_party(actor, MEMBER, "resume", held)
        _require_teaching(held)
        _set(member, MEMBER.check("resume", member.state), said)
        recall_member(member, at)
        known = set(member.attendance.values_list("session_id", flat=True))
        new = held.sessions.filter(cancelled=False, make_up=False, during__startswith__gte=at).exclude(
            pk__in=known
        )
        expect(list(new), [member])
    return member


def leave_member(*, member_id: int, reason: str, actor: Actor, at: datetime) -> Member:
    """退出: the place and the slot are free, what was attended stays. Also by the learner.

    Refuses: forbidden, wrong-state, needs-reason, not-begun.
    """
    said = require_reason(reason, "退出班级")
    with acting(actor=actor, at=at, basis=BASIS):
        held, member = locked_member(member_id)
        actor.require(*MEMBER.move("leave").who, district_id=held.district_id)
        require_own(actor, held)
        if actor.role is Role.WORKER and actor.person_id != member.person_id:
            forbid("只能为本人办理退出。")
        if held.state != "running":
            refuse(
                "not-begun",
                "班级不在教学中，不能办理中途退出。",
                remedy="还没有开班的，请由本人在“选单”中退选。",
            )
        state = MEMBER.check("leave", member.state)
        excuse_member(member, at, f"退出：{said}")
        member.left_on = legal_day(at)
        _set(member, state, said, "left_on")
        drop_enrolment(enrolment_id=member.enrolment_id, reason=said, actor=actor, at=at)
        tell("member:left", at=at, member=member.pk)
    return member


def transfer_member(*, member_id: int, to_class_id: int, reason: str, actor: Actor, at: datetime) -> Member:
    """转班 to a class of the same occupation, level and certificate that has a seat; the new row points to the old one.

    Refuses: forbidden, wrong-state, needs-reason, same-class, other-training, class-full, member_once, person_not_in_two_rooms.
    """
    said = require_reason(reason, "转班")
    with acting(actor=actor, at=at, basis=BASIS):
        held, member = locked_member(member_id)
        target = locked_class(to_class_id)
        for one in (held, target):
            require_party(actor, MEMBER, "transfer", one)
            _require_teaching(one)
        _require_alike(held, target)
        state = MEMBER.check("transfer", member.state)
        excuse_member(member, at, f"转班：{said}")
        member.left_on = legal_day(at)
        _set(member, state, said, "left_on")
        enrolment = transfer_enrolment(
            enrolment_id=member.enrolment_id, to_offer_id=target.offer_id, reason=said, actor=actor, at=at
        )
        moved = Member.objects.create(
            training_class=target,
            enrolment=enrolment,
            person_id=member.person_id,
            employer_id=member.employer_id,
            joined_on=max(legal_day(at), target.started_on),
            moved_from=member,
        )
        expect(
            list(target.sessions.filter(cancelled=False, make_up=False, during__startswith__gte=at)), [moved]
        )
        tell("member:transferred", at=at, member=moved.pk)
    return moved


def _require_alike(held: TrainingClass, target: TrainingClass) -> None:
    if held.pk == target.pk:
        refuse("same-class", "转入的就是现在的班级。", remedy="请选择另一个班级。", status=INVALID)
    alike = (
        held.district_id == target.district_id
        and target.occupation_id in same_occupations(held.occupation_id)
        and (held.level, held.certificate_type) == (target.level, target.certificate_type)
    )
    if not alike:
        refuse(
            "other-training",
            "只能转到本区职业、等级和证书类别都相同的班级。",
            remedy="要学另一项技能的，请退出后重新选单。",
        )
    inside = target.members.filter(state__in=("in_class", "interrupted")).count()
    if inside >= target.capacity:
        refuse(
            "class-full",
            f"转入班级的班额是{target.capacity}人，已经满员。",
            remedy="请选择另一个班级。",
        )


def change_employer(
    *, member_id: int, employer_id: int | None, reason: str, actor: Actor, at: datetime
) -> Member:
    """变更用人单位 of a learner, None for without one. Refuses: forbidden, needs-reason, no-employer, nothing-changed."""
    said = require_reason(reason, "变更用人单位")
    with acting(actor=actor, at=at, basis=BASIS):
        held, member = locked_member(member_id)
        actor.require(Role.PROVIDER, *OFFICIALS, district_id=held.district_id)
        require_own(actor, held)
        if employer_id is not None and not Organisation.objects.filter(
            pk=employer_id, kind="enterprise", district_id=held.district_id
        ):
            refuse(
                "no-employer",
                "没有找到这家企业。",
                remedy="请选择本区已登记的企业。",
                field="employer",
                status=INVALID,
            )
        if member.employer_id == employer_id:
            refuse("nothing-changed", "用人单位没有变化。", status=INVALID, field="employer")
        member.employer_id = employer_id
        _set(member, member.state, said, "employer_id")
        tell("member:employer", at=at, member=member.pk)
    return member


def _require_teaching(held: TrainingClass) -> None:
    if held.state not in TEACHING:
        refuse(
            "wrong-state",
            f"班级“{held.name}”现处于“{held.get_state_display()}”，不能办理学员变动。",
            remedy="同意开班后、教学结束前可以办理。",
        )


def _set(member: Member, state: str, reason: str, *also: str) -> None:
    member.state, member.reason = state, reason
    member.save(update_fields=["state", "reason", *also])
