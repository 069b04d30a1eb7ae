"""学员评价: on the last day of the class or later, once, by the learner."""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import in_words, legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.models import Member, Rating

BASIS = "绩效评估（周政办发〔2020〕2号 三（二）；台政办发〔2020〕4号 七（三））"
LONGEST = 500


def rate(
    *,
    member_id: int,
    overall: int,
    teaching: int,
    practice: int,
    honest: bool,
    comment: str = "",
    actor: Actor,
    at: datetime,
) -> Rating:
    """评价 from 1 to 5; `honest` says that hours, place and teacher were as planned and no money was asked.

    Who says no is told to the supervisors ("rating:dishonest"). Refuses: forbidden, not-a-learner, too-early, bad-rating, rated.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        actor.require(Role.WORKER)
        member = (
            Member.objects.select_for_update(of=("self",)).select_related("training_class").get(pk=member_id)
        )
        if member.person_id != actor.person_id:
            forbid("只能评价自己参加的班级。", remedy="")
        if member.state not in ("in_class", "completed", "failed"):
            refuse("not-a-learner", "您没有学完这个班级，不能评价。")
        if legal_day(at) < member.training_class.ended_on:
            last = f"{in_words(member.training_class.ended_on)}"
            refuse("too-early", "课程还没有结束。", remedy=f"请在{last}以后评价。")
        if not all(1 <= mark <= 5 for mark in (overall, teaching, practice)):
            refuse("bad-rating", "评分应为1到5。", remedy="请重新选择。", field="overall", status=INVALID)
        if len(comment.strip()) > LONGEST:
            refuse("bad-rating", f"意见超过{LONGEST}字。", remedy="请缩短。", field="comment", status=INVALID)
        if Rating.objects.filter(member=member).exists():
            refuse("rated", "您已评价过这个班级。", remedy="评价提交后不能修改。")
        made = Rating.objects.create(
            member=member,
            overall=overall,
            teaching=teaching,
            practice=practice,
            honest=honest,
            comment=comment.strip(),
            at=at,
        )
        if not honest:
            tell("rating:dishonest", at=at, **{"class": member.training_class_id})
    return made
