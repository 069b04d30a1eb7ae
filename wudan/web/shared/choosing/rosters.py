"""按名册选单: upload or tick, see what the house says to every row, enrol all. For an enterprise, and for an institution's list."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.sheets import new_book
from wudan.orders.enrolment.actions.rosters import (
    COLUMNS,
    MAX_ROWS,
    Answered,
    RosterCheck,
    check_roster,
    enrol_roster,
)
from wudan.web.shared import forms as f
from wudan.web.shared.applicants.files import attachment
from wudan.web.shared.choosing.sealed import sealed, unsealed
from wudan.web.shared.choosing.words import OUTCOME_TONES, OUTCOMES
from wudan.web.shared.parts import Fault, Stat, Tone
from wudan.web.shared.render import page

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 5 * 1024 * 1024


class RosterForm(f.Form):
    """A table of names and numbers."""

    file = forms.FileField(
        label="学员名册",
        help_text=f"姓名、身份证号码两列必填，可以有联系电话。Excel、WPS 表格或文本表格，最多{MAX_ROWS}人。",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
        allow_empty_file=True,
    )


@dataclass(frozen=True, slots=True)
class Roster:
    """Who enrols by roster, and where the pages are: `home` the offer's page, `confirm` and `template` beside it."""

    actor: Actor
    offer_id: int
    chosen_by: str
    employer_id: int | None
    home: str
    confirm: str
    template: str


@dataclass(frozen=True, slots=True)
class Line:
    """One answered row as the table shows it."""

    row: int
    name: str
    number: str
    head: str
    tone: Tone
    fen: int | None
    why: str


def checked(
    request: HttpRequest,
    roster: Roster,
    back: Callable[[RosterForm | None], HttpResponse],
    frame: dict[str, Any],
) -> HttpResponse:
    """POST of a file or of ticked people: the answers. `back` draws the offer's page again where the file cannot be taken."""
    form = RosterForm(request.POST, request.FILES)
    ticked = sorted({int(pk) for pk in request.POST.getlist("person") if pk.isdecimal()})[:MAX_ROWS]
    if not ticked and not form.is_valid():
        return back(form)
    try:
        check = check_roster(
            offer_id=roster.offer_id,
            content=None if ticked else form.cleaned_data["file"].read(MAX_BYTES + 1),
            person_ids=ticked,
            employer_id=roster.employer_id,
            chosen_by=roster.chosen_by,
            actor=roster.actor,
            at=now(),
        )
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN or ticked:
            raise
        form.add_refused(refused)
        return back(form)
    return page(request, "shared/choosing/roster.html", frame | _answers(check, roster))


def _answers(check: RosterCheck, roster: Roster) -> dict[str, Any]:
    good = sum(row.good for row in check.rows)
    bad = len({fault.row for fault in check.faults}) + len(check.rows) - good
    token = sealed([r.row for r in check.rows], roster.offer_id, roster.actor, now()) if check.good else ""
    return {
        "check": check,
        "roster": roster,
        "token": token,
        "good": good,
        "bad": bad,
        "stats": _stats(check, good, bad),
        "lines": [_line(row) for row in check.rows],
        "faults": [Fault(x.row, x.column, x.shown, x.problem, x.remedy) for x in check.faults],
        "seats": len(check.rows) - check.to_wait,
    }


def _stats(check: RosterCheck, good: int, bad: int) -> list[Stat]:
    return [
        Stat("可以选单", str(good), unit="人", tone="done" if good else "plain"),
        Stat("需要修改", str(bad), unit="人", tone="wrong" if bad else "plain"),
        Stat("要候补", str(check.to_wait), unit="人", note=f"现有{check.places_left}个名额", tone="wait" if check.to_wait else "plain"),
        Stat("预计补贴", in_sentence(check.expected_fen), note="以取得证书后的审核为准"),
    ]  # fmt: skip


def _line(row: Answered) -> Line:
    if not row.good:
        first = row.refusals[0]
        why = "；".join(f"{r.sentence}{r.remedy}" for r in row.refusals)
        return Line(
            row.row.row, row.name, row.number_masked, "不能选单", "wrong", None, why or first.sentence
        )
    seen = row.preview
    if seen is None:
        return Line(row.row.row, row.name, row.number_masked, "可以选单", "done", None, "")
    why = "；".join(dict.fromkeys(f"{r.sentence}" for r in seen.reasons))
    head, tone = OUTCOMES.get(seen.outcome, "可以选单"), OUTCOME_TONES.get(seen.outcome, "plain")
    fen = seen.amount_fen if seen.outcome in ("approved", "review") else None
    return Line(row.row.row, row.name, row.number_masked, head, tone, fen, why)


def confirmed(request: HttpRequest, roster: Roster) -> HttpResponse:
    """POST of the button: everybody enrolled, or nobody and why."""
    at = now()
    rows = unsealed(request.POST.get("roster", ""), roster.offer_id, roster.actor, at)
    made = enrol_roster(
        offer_id=roster.offer_id,
        rows=rows,
        employer_id=roster.employer_id,
        chosen_by=roster.chosen_by,
        actor=roster.actor,
        at=at,
    )
    waiting = sum(one.state == "waiting" for one in made)
    tail = f"，其中{waiting}人候补，有人退选时按顺序转正" if waiting else ""
    messages.success(request, f"已为{len(made)}人选单{tail}。")
    return redirect(roster.home)


def template_file() -> HttpResponse:
    """An empty roster: names and numbers as text."""
    out = io.BytesIO()
    book = new_book(out)
    sheet = book.add_worksheet("学员名册")
    text, bold = book.add_format({"num_format": "@"}), book.add_format({"bold": True, "num_format": "@"})
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, 24, text)
        sheet.write_string(0, place, column.names[0], bold)
    book.close()
    return attachment(out.getvalue(), "学员名册模板.xlsx", SHEET)
