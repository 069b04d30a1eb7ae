"""What every way of signing in shares: the seat in the session, when it may be signed, the record of the attempt.

A refused attempt is a fact and is kept: the actions answer with `Signed` and raise only where there is nothing to record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.periods import in_words
from wudan.orders.delivery.models import Attendance, Session, SignIn
from wudan.orders.delivery.queries.rules import SignRules
from wudan.orders.delivery.states import ATTENDANCE, CLASS, MEMBER

BASIS = "实名制管理（台政办发〔2020〕4号 七（三）；周政办发〔2020〕2号 三（二））；签到"
PHOTO = "sign-in-sheet"


@dataclass(frozen=True, slots=True)
class Signed:
    """The answer to an attempt. `again` where it only repeats what was answered before; `signed_at` where it holds."""

    accepted: bool
    refusal: str
    session_id: int
    method: str = ""
    signed_at: datetime | None = None
    again: bool = False
    person_id: int | None = None
    class_name: str = ""


def seat(session_id: int, **who: Any) -> Attendance | None:
    """The row of this person (`person_id=` or `member_id=`) at this session, locked, with session, class and member."""
    rows = Attendance.objects.select_for_update(of=("self",)).filter(session_id=session_id, **who)
    return next(iter(rows.select_related("session__training_class", "member")), None)


def not_now(row: Attendance, when: datetime, rules: SignRules) -> str:
    """Why this seat cannot be signed at `when`, in words; empty where it can."""
    session, held = row.session, row.session.training_class
    if held.state != "running":
        return f"这个班现处于“{CLASS.states[held.state]}”，不在教学中，不能签到。"
    if session.cancelled:
        return "这节课已经取消，不用签到。"
    if row.member.state != "in_class":
        return f"您在这个班的状态是“{MEMBER.states[row.member.state]}”，不能签到。请联系培训机构。"
    if row.state == "excused":
        return "这节课不计您的出勤，不用签到。"
    if row.state == "absent" and row.method:
        return "您这节课的签到已由工作人员认定无效，不能再签。有异议请向区人力资源社会保障局反映。"
    return _outside(session, when, rules)


def _outside(session: Session, when: datetime, rules: SignRules) -> str:
    """Before or after the time in which the session takes signatures."""
    if session.opened_at is None or when < max(session.opened_at, session.during.lower - rules.early):
        return "这节课还没有开始签到，请等教师打开签到后再扫。"
    if when >= session.during.upper or (session.closed_at is not None and when >= session.closed_at):
        return "这节课的签到已经结束。确实到课的，请当天找教师见证。"
    return ""


def already(row: Attendance) -> Signed | None:
    """Who is in is in: the same answer, and no second record."""
    if row.state not in ("present", "made_up"):
        return None
    return Signed(
        accepted=True,
        refusal="",
        session_id=row.session_id,
        method=row.method,
        signed_at=row.signed_at,
        again=True,
        person_id=row.person_id,
        class_name=row.session.training_class.name,
    )


def earlier(token: UUID, person_id: int | None) -> Signed | None:
    """The answer this very attempt got before. Refuses: token-used, where it was somebody else's."""
    found = SignIn.objects.filter(token=token).defer("photo_sealed").first()
    if found is None:
        return None
    if found.person_id != person_id:
        refuse("token-used", "这次签到请求已经用过。", remedy="请刷新页面，重新扫码。")
    when = found.claimed_at or found.at
    return Signed(
        found.accepted, found.refusal, found.session_id, found.method, when if found.accepted else None,
        again=True, person_id=found.person_id,
    )  # fmt: skip


def mark(
    row: Attendance, *, method: str, signed_at: datetime, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """签到: the seat is taken; an absence it makes up is mended with it."""
    row.state = ATTENDANCE.check("sign", row.state)
    row.method, row.signed_at, row.reason, row.changed_by = method, signed_at, reason, actor.user_id
    row.save(update_fields=["state", "method", "signed_at", "reason", "changed_by"])
    if row.makes_up_id is not None:
        _mend(row.makes_up_id, row, actor, at)


def _mend(missed_id: int, row: Attendance, actor: Actor, at: datetime) -> None:
    missed = Attendance.objects.select_for_update().get(pk=missed_id)
    missed.state = ATTENDANCE.check("make_up", missed.state)
    missed.method, missed.signed_at, missed.changed_by = "make_up", row.signed_at or at, actor.user_id
    missed.reason = f"补课：{in_words(row.day)}"
    missed.save(update_fields=["state", "method", "signed_at", "reason", "changed_by"])


def write_down(session_id: int, person_id: int | None, token: UUID, **seen: Any) -> None:
    """One line of 签到记录. An attempt sent twice raises IntegrityError, and with it goes what it had changed."""
    SignIn(session_id=session_id, person_id=person_id, token=token, **seen).save(force_insert=True)
