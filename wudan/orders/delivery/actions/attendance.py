"""签到的开与收: opening and closing sign-in; who has not signed is absent; a bad day gets its card."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.crypto import seal_bytes
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.orders.delivery import codes
from wudan.orders.delivery.actions.attempts import BASIS
from wudan.orders.delivery.actions.guards import locked_session, require_own
from wudan.orders.delivery.counting import DayRate
from wudan.orders.delivery.models import Attendance, Session, TrainingClass
from wudan.orders.delivery.queries.attendance import attendance_of
from wudan.orders.delivery.queries.rules import sign_rules
from wudan.orders.delivery.queries.screens import SECRET
from wudan.orders.delivery.states import ATTENDANCE, CLASS


def open_sign_in(*, session_id: int, actor: Actor, at: datetime) -> Session:
    """开始签到 of a session of the own class: makes its secret. Opened again, while it lasts, it takes signatures again.

    Refuses: forbidden, not-found, not-running, session-cancelled, too-early, too-late.
    """
    actor.require(Role.PROVIDER)
    with acting(actor=actor, at=at, basis=BASIS):
        held, session = locked_session(session_id)
        require_own(actor, held)
        if held.state != "running":
            refuse(
                "not-running",
                f"班级现处于“{CLASS.states[held.state]}”，不能开始签到。",
                remedy="开班以后才能签到。",
            )
        if session.cancelled:
            refuse("session-cancelled", "这节课已经取消，不能签到。")
        rules = sign_rules(held.district_id, session.day)
        if at < session.during.lower - rules.early:
            minutes = int(rules.early.total_seconds() // 60)
            refuse(
                "too-early", f"还没有到签到时间，课前{minutes}分钟起可以开始签到。", remedy="请到时再打开。"
            )
        if at >= session.during.upper:
            refuse("too-late", "这节课已经下课，不能再开始签到。", remedy="漏签的学员请用教师见证补签。")
        session.opened_at, session.closed_at = session.opened_at or at, None
        if session.secret_sealed is None:
            session.secret_sealed = seal_bytes(codes.new_secret(), SECRET)
        session.save(update_fields=["opened_at", "closed_at", "secret_sealed"])
    return session


def close_sign_in(*, session_id: int, actor: Actor, at: datetime) -> Session:
    """签到结束: who has not signed is absent (缺勤). After the day's last session the day's card is told, where there is one.

    Refuses: forbidden, not-found, not-open.
    """
    actor.require(Role.PROVIDER)
    with acting(actor=actor, at=at, basis=BASIS):
        held, session = locked_session(session_id)
        require_own(actor, held)
        if session.opened_at is None or session.closed_at is not None:
            refuse("not-open", "这节课没有在签到。", remedy="请刷新页面查看。")
        return _close(held, session, at)


def close_due_sign_ins(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """下课自动结束签到, also of sessions nobody opened. Each in its own transaction; a second run takes the others."""
    actor.require(Role.SYSTEM)
    due = Session.objects.filter(
        during__endswith__lte=at,
        closed_at=None,
        cancelled=False,
        training_class__state__in=["running", "taught"],
    )
    return sum(_close_one(pk, actor, at) for pk in due.order_by("pk").values_list("pk", flat=True))


def _close_one(session_id: int, actor: Actor, at: datetime) -> bool:
    with acting(actor=actor, at=at, basis=BASIS):
        held, session = locked_session(session_id)
        if session.closed_at is not None or session.cancelled:
            return False
        _close(held, session, at)
    return True


def _close(held: TrainingClass, session: Session, at: datetime) -> Session:
    session.closed_at = at
    session.save(update_fields=["closed_at"])
    waiting = Attendance.objects.filter(session=session, state="expected")
    waiting.exclude(member__state="in_class").update(
        state=ATTENDANCE.check("excuse", "expected"), reason="不在班"
    )
    waiting.filter(member__state="in_class").update(state=ATTENDANCE.check("miss", "expected"))
    _tell_card(held, session.day, at)
    return session


def _tell_card(held: TrainingClass, day: date, at: datetime) -> None:
    """class:yellow-card, class:red-card {class, day}, once the day's sessions are over. Who listens counts again."""
    still = Session.objects.filter(
        training_class=held, day=day, cancelled=False, make_up=False, closed_at=None
    )
    if still.exists():
        return
    found: DayRate | None = next((d for d in attendance_of(held.pk).days if d.day == day), None)
    if found is not None and found.card:
        tell(f"class:{found.card}-card", at=at, **{"class": held.pk, "day": day.isoformat()})
