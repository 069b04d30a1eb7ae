"""How a case of 办学条件 is shown: its facts, tables, what is lacking, what may be done, what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from wudan.kernel.changes import changes_of
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.identifiers import mask_name
from wudan.kernel.periods import ONE_DAY
from wudan.web.shared import forms as f
from wudan.web.shared.parts import Event, Tone

TONES: dict[str, Tone] = {
    "filed": "wait", "applied": "wait", "accepted": "now", "reviewed": "now", "listed": "done", "recognised": "done",
    "returned": "wait", "refused": "wrong", "removed": "off", "revoked": "wrong", "suspended": "wrong", "ended": "off",
    "withdrawn": "off", "collected": "wait", "selected": "done", "declined": "off", "retired": "off",
    "first_passed": "now", "approved": "done", "accepted_works": "done",
}  # fmt: skip
SIDES = {"theory": "理论", "practice": "实操", "both": "理论和实操"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: text, perhaps a link or a badge."""

    head: str
    text: str
    href: str = ""
    badge: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of a case."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    empty: str = "没有登记。"


def table(
    title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], empty: str = "没有登记。"
) -> Table:
    """Cells given as text, as (text, href) or as (text, "", tone)."""
    made = [
        [
            Cell(head, *(cell if isinstance(cell, tuple) else (str(cell),)))
            for head, cell in zip(heads, row, strict=True)
        ]
        for row in rows
    ]
    return Table(title, heads, made, empty)


@dataclass(slots=True)
class Case:
    """Everything a case page prints."""

    kind: str
    state: str
    tone: str
    facts: Sequence[Any]
    due: Any = None
    left: int | None = None
    links: Sequence[Any] = ()
    note: str = ""
    note_tone: str = "wait"
    lacking: Sequence[Any] = ()
    lacking_title: str = "还不能同意的原因"
    tables: Sequence[Table] = ()
    offers: Sequence[Any] = ()
    waits: str = ""
    events: Sequence[Event] = ()


@dataclass(slots=True)
class Offer:
    """A button of a case; with a form it asks for a reason first. `tone`: primary, danger or plain."""

    verb: str
    label: str
    effect: str
    url: str
    tone: str = "plain"
    form: f.Form | None = None
    asked: bool = field(default=False)


def days(valid: Any) -> str:
    """A half-open range of days in words."""
    if valid is None:
        return "尚未起算"
    start = f"{valid.lower:%Y年%-m月%-d日}" if valid.lower else ""
    return f"{start}至{valid.upper - ONE_DAY:%Y年%-m月%-d日}" if valid.upper else f"{start}起长期"


def teacher_name(teacher: Any, *, full: bool) -> str:
    """In full to the bureau and the own provider, and to all where the teacher agreed."""
    return str(teacher.person.name) if full or teacher.publish_name else mask_name(teacher.person.name)


def credit_line(entry: Any, today: date) -> dict[str, Any]:
    """One entry of a credit record with the word and colour it has today."""
    if entry.repaired_at is not None:
        word, tone = "已修复", "off"
    elif today not in entry.valid:
        word, tone = f"{entry.get_kind_display()}（已过有效期）", "off"
    else:
        word = entry.get_kind_display()
        tone = {"praise": "done", "reminder": "wait"}.get(entry.kind, "wrong")
    return {"entry": entry, "days": days(entry.valid), "word": word, "tone": tone}


def subjects(teacher: Any) -> str:
    return "、".join(f"{s.occupation.name}（{SIDES[s.kind]}）" for s in teacher.subjects.all())


def events(found: Any, states: Mapping[str, str], *, named: bool) -> list[Event]:
    """What was done, oldest first; officials are named to officials only."""
    told = []
    for change in changes_of(type(found), found.pk):
        if change.operation == "变更" and change.moved is None:
            continue
        state = change.moved[1] if change.moved else ""
        word = states.get(state, "提交") if change.moved else "提交"
        reason = next((new for label, _, new in change.fields if "原因" in label or label == "意见"), "")
        told.append(
            Event(
                change.at, word, change.who if named else "", "" if reason == "（空）" else reason, "",
                TONES.get(state, "plain"),
            )
        )  # fmt: skip
    return told


def decide(
    request: HttpRequest,
    verb: str,
    verbs: Mapping[str, Callable[..., Any]],
    arguments: dict[str, Any],
    *,
    reasons: Sequence[str],
    again: Callable[[dict[str, f.Form], int], HttpResponse],
    done: Callable[[], HttpResponse],
    at: datetime,
) -> HttpResponse:
    """POST of a button: act, or show the case again with what was refused. Refuses by page where it is forbidden."""
    if verb not in verbs:
        return again({}, 404)
    form = f.ReasonForm(request.POST, auto_id=f"id_{verb}_%s") if verb in reasons else f.Form(request.POST)
    if form.is_valid():
        try:
            verbs[verb](**arguments, **form.cleaned_data, at=at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            return done()
    return again({verb: form}, 422)


def reason_form(verb: str, bound: Mapping[str, f.Form]) -> f.Form:
    return bound.get(verb) or f.ReasonForm(auto_id=f"id_{verb}_%s")
