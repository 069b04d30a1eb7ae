"""What a class's page reads: the bar of orders, facts, plan, roster, changes, history. Each desk adds its own buttons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from wudan.kernel.actor import Actor
from wudan.kernel.identifiers import mask_name
from wudan.kernel.periods import legal_day, working_days_left
from wudan.kernel.roles import Role
from wudan.orders.delivery.plans import KINDS
from wudan.orders.delivery.queries.classes import (
    HERE,
    moves_of,
    orders_behind,
    plan_of,
    roster_of,
    visible_amendments,
)
from wudan.orders.delivery.queries.inspections import mismatches, visible_inspections
from wudan.orders.delivery.queries.naming import named_parts, teacher_names, venue_names
from wudan.orders.delivery.states import CLASS
from wudan.orders.enrolment.queries.places import chosen_counts
from wudan.orders.subsidy.queries.of_class import bought as claims_of_class
from wudan.organisations.queries import calendar_overrides
from wudan.policy.queries import rulebook_for
from wudan.web.shared.classes.words import (
    AMENDMENT_TONES,
    CLASS_ACTS,
    CLASS_TONES,
    MEMBER_TONES,
    clock,
    day_words,
    plan_words,
)
from wudan.web.shared.parts import Event, Fact, Standing, Step, StepState
from wudan.web.shared.trails import trail_url

WAITING = ("applied", "approved")
"""Asked for and not begun: whoever chooses now comes on the roster with the approval or the first day."""
NOT_BEGUN = ("planning", "returned", *WAITING)
BEGUN = ("approved", "running", "taught", "assessed", "closed")
STOPPED = ("refused", "cancelled", "void")


def chain_of(held: Any, at: Any, *, area: str = "", inside: int = 0) -> dict[str, Any]:
    """The five orders above a class: its offer stands for 列单, its roster for 选单, itself for 接单. Where the desk may follow
    the trail (来龙去脉), what came before and after opens it."""
    today, asked = legal_day(at), orders_behind(held)
    left = None
    if held.due_on is not None:
        left = working_days_left(today, held.due_on, calendar_overrides(held.district_id))
    here: StepState = "stopped" if held.state in STOPPED else "done" if held.state == "closed" else "now"
    bought, sum_words = bought_step(held)
    way = trail_url(area, "class", held.pk) if area else ""
    chosen: StepState = "done" if inside else "todo"
    orders = [
        Step("提单", "done" if asked else "skipped", way, note=f"{asked}份提单" if asked else "没有提单"),
        Step("列单", "done", way or "#facts", note=held.offer.number),
        Step("选单", chosen, "#roster" if inside else "", note=f"{inside}人" if inside else ""),
        Step("接单", here, "#plan", note=CLASS.states[held.state]),
        Step("买单", bought, way, note=sum_words),
    ]
    standing = Standing(
        CLASS.states[held.state],
        legal_day(held.state_since),
        CLASS_ACTS.get(held.state, ""),
        held.due_on,
        left,
        CLASS_TONES[held.state],
    )
    return {"orders": orders, "standing": standing, "due_left": left}


def bought_step(held: Any) -> tuple[StepState, str]:
    """Where the learners' subsidies stand; done when each one applied for is decided and one at least is paid."""
    found = claims_of_class(held.pk, held.number)
    if not found.claims:
        return ("skipped" if held.state in STOPPED else "todo"), ""
    note = f"{found.claims}笔申请，{found.paid}笔已拨付" if found.paid else f"{found.claims}笔申请"
    return ("done" if found.paid and found.final == found.claims else "now"), note


def class_context(
    held: Any, actor: Actor, at: Any, *, name: Callable[[str], str] = mask_name, area: str = ""
) -> dict[str, Any]:
    """Everything but the buttons. `name` says how much of a learner's name this desk sees."""
    sessions, members = plan_of(held), roster_of(held, actor)
    inside = [m for m in members if m.state in HERE]
    later = (
        newcomers(held, len(inside)) if actor.role is not Role.ENTERPRISE else 0
    )  # it sees its own staff only
    return {
        "held": held,
        **chain_of(held, at, area=area, inside=len(inside)),
        "facts": _facts(held, len(inside), later, sessions),
        "plan": _plan(sessions, at),
        "hours": _hours(sessions),
        "roster": [_learner(m, name, begun=held.state not in NOT_BEGUN) for m in members],
        "inside": len(inside),
        "seated_now": len(inside) + later,
        "changes": [
            change_of(a) for a in visible_amendments(actor).filter(training_class=held).order_by("-pk")
        ],
        "visits": [_visit(v) for v in visible_inspections(actor, state="done").filter(training_class=held)],
        "events": _events(held),
        "note": _note(held),
    }


def newcomers(held: Any, inside: int) -> int:
    """How many chose (or, below zero, gave up) since the roster was made, which follows them when the class is approved and begins."""
    if held.state not in WAITING:
        return 0
    return chosen_counts([held.offer_id]).get(held.offer_id, (0, 0))[0] - inside


def _heads(held: Any, heads: int, later: int) -> str:
    limits = f"班额{held.capacity}人，最低开班{held.offer.min_heads}人"
    if not later:
        return f"{heads}人，{limits}"
    word = f"又有{later}人选单" if later > 0 else f"有{-later}人退选"
    return f"名册{heads}人，之后{word}，现在共{heads + later}人，开班时按实际更新名册；{limits}"


def _facts(held: Any, heads: int, later: int, sessions: Iterable[Any]) -> list[Fact]:
    occupation, level, certificate, line = named_parts(held)
    hours = sum(s.hours for s in sessions if not s.cancelled)
    head = held.head_teacher
    return [
        Fact("班级编号", held.number),
        Fact("开班备案号", held.record_number or "还没有"),
        Fact("培训机构", held.provider.name),
        Fact("用人单位", held.employer.name if held.employer else "不限"),
        Fact("职业和等级", f"{occupation}{level}"),
        Fact("证书类别", certificate),
        Fact("培训类别", line),
        Fact("起止日期", f"{_cn(held.started_on)}至{_cn(held.ended_on)}"),
        Fact("学员", _heads(held, heads, later)),
        Fact("总课时", f"{hours}课时"),
        Fact("班主任", head.person.name if head else "没有指定"),
        Fact("考核方案", held.assessment_plan or "没有填写"),
    ]


def _cn(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _plan(sessions: Iterable[Any], at: Any) -> list[dict[str, Any]]:
    return [
        {
            "pk": s.pk,
            "day": s.day,
            "day_words": day_words(s.day),
            "clock": clock(s.during.lower, s.during.upper),
            "kind": KINDS[s.kind],
            "site": "企业" if s.site == "enterprise" else "",
            "hours": s.hours,
            "content": s.content,
            "textbook": s.textbook,
            "teacher": s.teacher.person.name if s.teacher else "未安排",
            "venue": s.venue.name if s.venue else "线上",
            "cancelled": s.cancelled,
            "make_up": s.make_up,
            "ahead": s.during.lower > at and not s.cancelled,
            "over": s.during.upper <= at,
        }
        for s in sessions
    ]


def _hours(sessions: Iterable[Any]) -> str:
    """理论8、实训16、安全4，共28课时"""
    counted = [s for s in sessions if not s.cancelled and not s.make_up]
    parts = [(word, sum(s.hours for s in counted if s.kind == kind)) for kind, word in KINDS.items()]
    words = "、".join(f"{word}{n}" for word, n in parts if n)
    return f"{words}，共{sum(n for _, n in parts)}课时" if words else ""


def _learner(member: Any, name: Callable[[str], str], *, begun: bool) -> dict[str, Any]:
    moved = member.moved_from
    waits = member.state == "in_class" and not begun
    return {
        "pk": member.pk,
        "name": name(member.person.name),
        "number": member.person.number_masked,
        "employer": member.employer.name if member.employer else "—",
        "joined_on": member.joined_on,
        "left_on": member.left_on,
        "state": "待开班" if waits else member.get_state_display(),
        "tone": "wait" if waits else MEMBER_TONES[member.state],
        "reason": member.reason,
        "from": moved.training_class.name if moved else "",
        "code": member.state,
    }


def change_of(amendment: Any) -> dict[str, Any]:
    """Only what differs, side by side."""
    before, after = amendment.before, amendment.after
    teachers, venues = names_in(before, after)
    was, will = plan_words(before, teachers, venues), plan_words(after, teachers, venues)
    rows = [
        (key, was.get(key, ""), will.get(key, "")) for key in (was or will) if was.get(key) != will.get(key)
    ]
    return {
        "pk": amendment.pk,
        "kind": amendment.get_kind_display(),
        "code": amendment.kind,
        "rows": rows,
        "reason": amendment.reason,
        "state": amendment.get_state_display(),
        "tone": AMENDMENT_TONES[amendment.state],
        "asked_at": amendment.asked_at,
        "due_on": amendment.due_on,
        "answer": amendment.answer,
        "waits": amendment.state == "asked",
        "held": amendment.training_class,
    }


def names_in(*sides: dict[str, Any]) -> tuple[dict[int, str], dict[int, str]]:
    """Teachers and rooms a change names."""
    return (
        teacher_names({s["teacher"] for s in sides if s and s["teacher"]}),
        venue_names({s["venue"] for s in sides if s and s["venue"]}),
    )


def _visit(found: Any) -> dict[str, Any]:
    wrong = mismatches(found)
    return {
        "pk": found.pk,
        "at": found.visited_at,
        "words": "；".join(wrong) if wrong else "人数、地点、教师与计划相符",
        "tone": "wrong" if wrong else "done",
        "label": "不符" if wrong else "相符",
        "remark": found.remark,
    }


def _events(held: Any) -> list[Event]:
    return [
        Event(m.at, CLASS.states[m.state], m.who, m.reason, tone=CLASS_TONES[m.state]) for m in moves_of(held)
    ]


def _note(held: Any) -> dict[str, str] | None:
    """What has to be read first."""
    if held.state in ("returned", "refused", "cancelled", "void") and held.reason:
        tone = "wait" if held.state == "returned" else "wrong"
        return {"tone": tone, "title": held.get_state_display(), "text": held.reason}
    if held.state == "applied" and held.reason:
        return {"tone": "wrong", "title": "逾期未答复", "text": held.reason}
    if held.tacit:
        return {"tone": "now", "title": "逾期未答复，视为同意", "text": held.reason}
    return None


def training_words(held: Any) -> str:
    """焊工中级工"""
    rulebook = rulebook_for(held.district_id)
    level = rulebook.levels.get(str(held.level)) if held.level else None
    return f"{held.occupation.name}{level.label if level else ''}"
