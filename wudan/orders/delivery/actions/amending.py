"""开班变更: after approval a plan changes only by asking, with what was, what is to be and why; attendance follows."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, Refused, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.expecting import excuse_session, expect, move
from wudan.orders.delivery.actions.guards import (
    BASIS,
    NOT_FOUND,
    locked_class,
    require_own,
    require_party,
    require_reason,
)
from wudan.orders.delivery.actions.planning import change, require_good, set_dates
from wudan.orders.delivery.models import Amendment, Session, TrainingClass
from wudan.orders.delivery.plans import SessionPlan, from_json
from wudan.orders.delivery.queries.checks import as_plan
from wudan.orders.delivery.queries.limits import clause, due, tacit
from wudan.orders.delivery.states import AMENDMENT, TEACHING

KINDS = ("session", "add_session", "drop_session")


def ask_amendment(
    *,
    class_id: int,
    kind: str,
    session_id: int | None = None,
    plan: SessionPlan | None = None,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Amendment:
    """申请变更: move a sitting (`session`, with `plan`), add one or drop one; before it begins. Answered within
    `amendment_reply_working_days`, and in any case before it begins.

    Refuses: forbidden, wrong-state, needs-reason, bad-input:kind, session-begun, nothing-changed, asked-already, bad-plan:<field>.
    """
    said = require_reason(reason, "申请变更")
    with acting(actor=actor, at=at, basis=BASIS):
        held = locked_class(class_id)
        actor.require(Role.PROVIDER)
        require_own(actor, held)
        _require_teaching(held)
        session = _session_to_change(held, kind, session_id, at)
        before, after = _both_sides(held, kind, session, plan, at)
        first = min([one.day for one in (session, plan) if one is not None])
        amendment = Amendment.objects.create(
            training_class=held,
            kind=kind,
            session=session,
            before=before,
            after=after,
            reason=said,
            asked_at=at,
            asked_by=actor.user_id or 0,
            due_on=max(
                legal_day(at),
                min(
                    due(held.district_id, "amendment_reply_working_days", legal_day(at)),
                    first - timedelta(days=1),
                ),
            ),
        )
        tell("amendment:asked", at=at, amendment=amendment.pk)
    return amendment


def _require_teaching(held: TrainingClass) -> None:
    if held.state not in TEACHING:
        refuse(
            "wrong-state",
            f"班级现处于“{held.get_state_display()}”，不能申请变更。",
            remedy="同意开班后、教学结束前可以申请变更；没有报送的计划可以直接修改。",
        )


def _session_to_change(
    held: TrainingClass, kind: str, session_id: int | None, at: datetime
) -> Session | None:
    if kind not in KINDS:
        refuse("bad-input:kind", "没有写明变更什么。", field="kind", status=INVALID)
    if kind == "add_session":
        return None
    session = held.sessions.select_for_update().filter(pk=session_id or 0, cancelled=False).first()
    if session is None:
        refuse("not-found", "没有找到这节课。", remedy="请从班级页面重新选择。", status=NOT_FOUND)
    _require_not_begun(session, at)
    if Amendment.objects.filter(session=session, state="asked").exists():
        refuse("asked-already", "这节课已有一项变更在等待答复。", remedy="请等待答复，或先撤回那项变更。")
    return session


def _require_not_begun(session: Session, at: datetime) -> None:
    if session.during.lower <= at or session.opened_at is not None:
        refuse("session-begun", "这节课已经开始，不能再变更。", remedy="缺课的学员可以安排补课。")


def _both_sides(
    held: TrainingClass, kind: str, session: Session | None, plan: SessionPlan | None, at: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    before = as_plan(session).as_json() if session else {}
    if kind == "drop_session":
        return before, {}
    if plan is None:
        refuse("bad-input:plan", "没有写明变更后的安排。", field="starts", status=INVALID)
    after = plan.as_json()
    if after == before:
        refuse("nothing-changed", "变更后与原计划相同。", remedy="请修改后再提交。", status=INVALID)
    _require_ahead(plan, at)
    require_good(held, [plan], at, besides=[session.pk] if session else [])
    return before, after


def _require_ahead(plan: SessionPlan, at: datetime) -> None:
    if plan.starts <= at:
        refuse(
            "session-begun",
            "变更后的上课时间已经过去。",
            remedy="请改到现在以后的时间。",
            field="starts",
            status=INVALID,
        )


def approve_amendment(*, amendment_id: int, answer: str = "", actor: Actor, at: datetime) -> Amendment:
    """同意变更: the plan and the rows of attendance change together.

    Refuses: forbidden, wrong-state, session-begun, bad-plan:<field>, teacher_not_in_two_places, person_not_in_two_rooms.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        held, amendment = _locked(amendment_id)
        require_party(actor, AMENDMENT, "approve", held)
        return _approve(held, amendment, "approve", answer.strip(), actor, at)


def refuse_amendment(*, amendment_id: int, answer: str, actor: Actor, at: datetime) -> Amendment:
    """不同意变更, saying why: everything stays as approved. Refuses: forbidden, wrong-state, needs-reason."""
    said = require_reason(answer, "不同意变更")
    with acting(actor=actor, at=at, basis=BASIS):
        held, amendment = _locked(amendment_id)
        require_party(actor, AMENDMENT, "refuse", held)
        _answer(amendment, AMENDMENT.check("refuse", amendment.state), said, actor)
        tell("amendment:refused", at=at, amendment=amendment.pk)
    return amendment


def withdraw_amendment(*, amendment_id: int, actor: Actor, at: datetime) -> Amendment:
    """撤回变更 by the provider. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=BASIS):
        held, amendment = _locked(amendment_id)
        require_party(actor, AMENDMENT, "withdraw", held)
        amendment.state = AMENDMENT.check("withdraw", amendment.state)
        amendment.save(update_fields=["state"])
    return amendment


def approve_amendments_tacitly(*, at: datetime, actor: Actor = SYSTEM) -> int:
    """逾期未答复，视为同意, where silence is consent and the sitting has not begun. Returns how many."""
    actor.require(Role.SYSTEM)
    today = legal_day(at)
    late = Amendment.objects.filter(state="asked", due_on__lt=today).order_by("pk")
    rows = list(late.values_list("pk", "training_class__district_id"))
    return sum(_approve_late(pk, district, actor, at) for pk, district in rows if tacit(district, today))


def _approve_late(amendment_id: int, district_id: str, actor: Actor, at: datetime) -> bool:
    basis = clause(district_id, "class_opening_tacit", legal_day(at))
    try:
        with acting(actor=actor, at=at, basis=basis):
            held, amendment = _locked(amendment_id)
            _approve(held, amendment, "approve_tacitly", f"逾期未答复，视为同意（{basis}）", actor, at)
    except Refused:  # answered meanwhile, begun, or no longer possible: it stays on the desk as overdue
        return False
    return True


def _approve(
    held: TrainingClass, amendment: Amendment, verb: str, answer: str, actor: Actor, at: datetime
) -> Amendment:
    state = AMENDMENT.check(verb, amendment.state)
    _require_teaching(held)
    _apply(held, amendment, at)
    _answer(amendment, state, answer, actor)
    tell("amendment:approved", at=at, amendment=amendment.pk)
    return amendment


def _apply(held: TrainingClass, amendment: Amendment, at: datetime) -> None:
    session = amendment.session
    if session is not None:
        session = Session.objects.select_for_update().get(pk=session.pk)
        _require_not_begun(session, at)
    if amendment.kind == "drop_session" and session is not None:
        session.cancelled = True
        session.save(update_fields=["cancelled"])
        excuse_session(session, "课次取消")
    else:
        plan = from_json(amendment.after)
        _require_ahead(plan, at)
        require_good(held, [plan], at, besides=[session.pk] if session else [])
        if session is None:
            session = Session.objects.create(training_class=held, **plan.columns())
            expect([session], list(held.members.filter(state="in_class")))
        else:
            change(session, plan.columns())
            move(session)
    set_dates(held)


def _answer(amendment: Amendment, state: str, answer: str, actor: Actor) -> None:
    amendment.state, amendment.answer, amendment.decided_by = state, answer, actor.user_id
    amendment.save(update_fields=["state", "answer", "decided_by"])


def _locked(amendment_id: int) -> tuple[TrainingClass, Amendment]:
    held = Amendment.objects.filter(pk=amendment_id).values_list("training_class_id", flat=True).first()
    if held is None:
        refuse("not-found", "没有找到这项变更。", remedy="请从列表重新进入。", status=NOT_FOUND)
    whole = locked_class(held)
    found = Amendment.objects.select_for_update(of=("self",)).select_related("session")
    return whole, found.get(pk=amendment_id)
