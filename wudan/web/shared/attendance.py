"""Attendance in words (出勤): marks, methods, rates, and the sheet that bureau and provider both read."""

from __future__ import annotations

from datetime import date
from typing import Any

from wudan.kernel.actor import Actor
from wudan.kernel.identifiers import mask_name
from wudan.orders.delivery.counting import percent
from wudan.orders.delivery.queries.attendance import Sheet, sheet
from wudan.orders.delivery.queries.screens import local
from wudan.web.shared.parts import Paper, Tone

METHOD_WORDS = {
    "code": "扫码",
    "code_offline": "扫码（断网补传）",
    "pin": "口令",
    "card": "刷证",
    "witness": "教师见证",
    "override": "工作人员更正",
    "make_up": "补课",
}
CARDS: dict[str, tuple[str, Tone]] = {
    "": ("正常", "done"),
    "yellow": ("黄牌", "wait"),
    "red": ("红牌", "wrong"),
}
EFFECTS = {
    "提醒": "低于红牌线的，约谈培训机构，课时仍然有效。",
    "当日无效": "低于红牌线的那一天不计出勤，不发当天的生活费补贴。",
    "整班无效": "有一天低于红牌线的，整班不予补贴，由复审岗位决定是否作废。",
}
_MARKS: dict[str, tuple[str, Tone]] = {
    "expected": ("未到", "off"),
    "present": ("出勤", "done"),
    "absent": ("缺勤", "wrong"),
    "made_up": ("已补课", "now"),
    "excused": ("不计", "off"),
}


def mark_of(row: Any) -> dict[str, Any]:
    """One mark as the pages draw it: a word, a tone, how and when. `struck` where an official found it invalid."""
    struck = row.state == "absent" and row.method != ""
    word, tone = ("签到无效", "wrong") if struck else _MARKS[row.state]
    if row.state == "expected":
        word = "未签到" if row.session.opened_at else "未上课"
    how = METHOD_WORDS.get(row.method, "")
    when = (
        f"{local(row.signed_at):%-H:%M}"
        if row.signed_at and row.method not in ("make_up", "override")
        else ""
    )
    return {"word": word, "tone": tone, "how": how, "when": when, "reason": row.reason, "struck": struck}


def session_words(session: Any) -> str:
    """9:00至15:00，一号实训室"""
    begins, ends = local(session.during.lower), local(session.during.upper)
    where = session.venue.name if session.venue else "地点未定"
    return f"{begins:%-H:%M}至{ends:%-H:%M}，{where}"


def sheet_context(
    class_id: int, actor: Actor, *, masked: bool, day: date | None = None
) -> dict[str, Any] | None:
    """The sheet for the template `shared/attendance/sheet.html`; None where the actor may not see the class."""
    found = sheet(class_id, actor, day)
    if found is None:
        return None
    rows = [
        {
            "name": mask_name(row.member.person.name) if masked else row.member.person.name,
            "member": row.member,
            "state": row.member.get_state_display(),
            "gone": row.member.state not in ("in_class", "completed", "failed"),
            "rate": row.rate,
            "marks": [_cell(m, s) for m, s in zip(row.marks, found.sessions, strict=True)],
        }
        for row in found.rows
    ]
    days = [{"rate": d, "card": CARDS[d.card]} for d in found.counted.days if day is None or d.day == day]
    return {
        "sheet": found,
        "held": found.training_class,
        "rows": rows,
        "days": days,
        "sessions": [(s, session_words(s)) for s in found.sessions],
        "effect": EFFECTS.get(found.lines.effect, ""),
        "tally": _tally(found),
    }


def _cell(mark: Any, session: Any) -> tuple[Any, dict[str, Any] | None]:
    if mark is None:
        return None, None
    mark.session = session  # read already; asking again would cost a query for every mark
    return mark, mark_of(mark)


def _tally(found: Sheet) -> dict[str, int]:
    marks = [m for row in found.rows for m in row.marks if m]
    by_hand = ("witness", "override")
    return {
        "short": sum(1 for row in found.rows if row.rate and not row.rate.ok),
        "code": sum(1 for m in marks if m.state == "present" and m.method == "code"),
        "offline": sum(1 for m in marks if m.state == "present" and m.method == "code_offline"),
        "typed": sum(1 for m in marks if m.state == "present" and m.method in ("pin", "card")),
        "hand": sum(1 for m in marks if m.state == "present" and m.method in by_hand),
    }


def day_context(class_id: int, actor: Actor, day: date, *, back_url: str) -> dict[str, Any] | None:
    """The process sheet (培训过程检查表) of one class-day, for `shared/attendance/day.html`; None where there is none to see."""
    context = sheet_context(class_id, actor, masked=False, day=day)
    if context is None or not context["sessions"]:
        return None
    lines = []
    for place, (session, words) in enumerate(context["sessions"]):
        states = [row["marks"][place][0].state for row in context["rows"] if row["marks"][place][0]]
        expected, signed = sum(1 for s in states if s != "excused"), states.count("present")
        lines.append(
            {"session": session, "words": words, "expected": expected, "signed": signed, "percent": percent(signed, expected)}
        )  # fmt: skip
    held = context["held"]
    paper = Paper("培训过程检查表", held.district.name, signatures=("培训机构经办人", "检查人"), seal="")
    return context | {"lines": lines, "day": day, "paper": paper, "back_url": back_url, "title": paper.title}
