"""考核: planned, dropped, and its marks entered in one table or from a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from wudan.accounts.queries import names_of
from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.identifiers import mask_name
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.assessing import drop_assessment, plan_assessment, record_scores
from wudan.orders.delivery.queries.after import published_before, scores_of, taught_by
from wudan.orders.delivery.queries.plans import teachers_for
from wudan.orders.delivery.queries.results import pass_mark, to_sit
from wudan.orders.delivery.scorefile import read_marks
from wudan.people.lists import MAX_BYTES, FaultyFile
from wudan.web.shared.exporting import taken_away
from wudan.web.shared.exports import Sheet, xlsx
from wudan.web.shared.lists import Column
from wudan.web.shared.parts import Fault
from wudan.web.shared.render import page
from wudan.web.shared.results import scoring
from wudan.web.shared.results.forms import MarkFileForm, SittingForm
from wudan.web.shared.results.place import Place, one_class, one_sitting, today
from wudan.web.shared.results.showing import SITTING_TONES, assessor, marks
from wudan.web.shared.words import cn_date


def plan(request: HttpRequest, actor: Actor, class_id: int, *, place: Place) -> HttpResponse:
    """安排考核, or the make-up where a sitting was published."""
    held = one_class(actor, class_id)
    taught = taught_by(held.pk)
    pool = [t for t in teachers_for(held.provider_id) if t.pk not in taught]
    people = [(str(t.pk), t.person.name if t.organisation_id else mask_name(t.person.name)) for t in pool]
    again = "make_up" in request.GET
    initial = {"held_on": max(held.ended_on, today()), "make_up": again}
    form = SittingForm(request.POST or None, assessors=people, initial=initial)
    if not published_before(held.pk):
        del form.fields["make_up"]
    if request.method == "POST" and form.is_valid():
        try:
            plan_assessment(class_id=held.pk, actor=actor, at=now(), **form.values())
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN and not refused.refusal.field:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "考核已安排。考核结束后，请在这里录入成绩。")
            return redirect(place.url("class_results", held.pk))
    context = {
        "title": "安排补考" if again else "安排考核",
        "subtitle": held.name,
        "crumbs": place.crumbs(held, "安排补考" if again else "安排考核"),
        "form": form,
        "back": place.url("class_results", held.pk),
        "ended_on": held.ended_on,
    }
    return page(request, "shared/results/plan.html", context, status=422 if form.errors else 200)


def drop(request: HttpRequest, actor: Actor, assessment_id: int, *, place: Place) -> HttpResponse:
    """取消考核."""
    one = one_sitting(actor, assessment_id)
    drop_assessment(assessment_id=one.pk, actor=actor, at=now())
    messages.success(request, f"{cn_date(one.held_on)}的考核已取消。")
    return redirect(place.url("class_results", one.training_class_id))


def sitting(request: HttpRequest, actor: Actor, assessment_id: int, *, place: Place) -> HttpResponse:
    """One sitting: the table of marks to fill in, or as published."""
    one = one_sitting(actor, assessment_id)
    members, known = list(to_sit(one)), scores_of(one.pk)
    rows, said, file_form = scoring.saved_rows(members, known), _Said(), MarkFileForm()
    if request.method == "POST" and request.FILES:
        file_form = MarkFileForm(None, request.FILES)
        rows = _from_file(members, known, said, file_form)
    elif request.method == "POST":
        rows = scoring.typed_rows(members, known, request.POST, scoring.parts_of(one))
        done = _save(request, actor, one, rows, said)
        if done:
            messages.success(request, "成绩已保存。全部录入后，由区人社局的另一位工作人员核对公布。")
            return redirect(place.url("sitting", one.pk))
    return _show(request, actor, one, place, rows=rows, known=known, said=said, file_form=file_form)


class _Said:
    """What is to be told above the table."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.wrong: list[str] = []
        self.reason_wrong = ""
        self.from_file = 0
        self.status = 200


def _from_file(
    members: list[Any], known: dict[int, Any], said: _Said, form: MarkFileForm
) -> list[scoring.MarkRow]:
    if form.is_valid():
        try:
            content = form.cleaned_data["file"].read(MAX_BYTES + 1)
            written = read_marks(content, scoring.learners(members))
        except FaultyFile as faulty:
            said.faults = [Fault(f.row, f.column, f.shown, f.problem, f.remedy) for f in faulty.faults]
        except Refused as refused:
            form.add_refused(refused)
        else:
            said.from_file = len(written)
            return scoring.filled_rows(members, known, written)
    said.status = 422
    return scoring.saved_rows(members, known)


def _save(request: HttpRequest, actor: Actor, one: Any, rows: list[scoring.MarkRow], said: _Said) -> bool:
    said.status = 422
    sent = scoring.to_save(rows)
    if any(row.errors for row in rows):
        return False
    if not sent:
        said.wrong = ["还没有填写成绩。"]
        return False
    reason = request.POST.get("reason", "")
    try:
        record_scores(
            assessment_id=one.pk,
            rows=[scoring.as_score(r) for r in sent],
            reason=reason,
            actor=actor,
            at=now(),
        )
    except Refused as refused:
        if refused.refusal.status == FORBIDDEN:
            raise
        for refusal in refused.refusals:
            if refusal.field == "reason":
                said.reason_wrong = str(refusal)
        said.wrong = [w for w in scoring.put_beside(refused, sent) if w != said.reason_wrong]
        return False
    return True


def _show(
    request: HttpRequest,
    actor: Actor,
    one: Any,
    place: Place,
    *,
    rows: list[scoring.MarkRow],
    known: dict[int, Any],
    said: _Said,
    file_form: MarkFileForm,
) -> HttpResponse:
    held = one.training_class
    open_ = one.state in ("planned", "held")
    reached = one.held_on <= today()
    asked = not place.official or "edit" in request.GET or request.method == "POST"
    editing = open_ and reached and place.may_enter(actor) and asked
    parts = scoring.parts_of(one)
    wrong = sum(len(sentences) for row in rows for sentences in row.errors.values())
    context = {
        "title": f"{cn_date(one.held_on)}{'补考' if one.make_up else '考核'}",
        "crumbs": place.crumbs(held, "补考" if one.make_up else "考核"),
        "one": one,
        "held": held,
        "place": place,
        "tone": SITTING_TONES[one.state],
        "who": assessor(one),
        "pass_mark": pass_mark(held),
        "part_words": [scoring.PART_WORDS[p] for p in parts],
        "editing": editing,
        "may_edit": open_ and reached and place.may_enter(actor),
        "too_early": open_ and not reached,
        "rows": [(row, row.cells(parts)) for row in rows] if editing else [],
        "scores": [] if editing else [_shown(s) for s in known.values()],
        "missing": sum(1 for row in rows if row.empty) if open_ else 0,
        "heads": len(rows),
        "known": len(known),
        "wrong": wrong,
        "said": said,
        "reason": request.POST.get("reason", ""),
        "file_form": file_form,
        "file_url": place.url("sitting_file", one.pk),
        "drop_url": place.url("sitting_drop", one.pk)
        if one.state == "planned" and place.may_enter(actor)
        else "",
        "publish_url": place.url("sitting_publish", one.pk) if place.official and one.state == "held" else "",
        "recorded_by": names_of([one.recorded_by]).get(one.recorded_by or 0, "") if place.official else "",
        "own_record": one.recorded_by == actor.user_id,
        "may_correct": place.official and actor.role is Role.REVIEWER and one.state == "published",
    }
    return page(request, "shared/results/sitting.html", context, status=said.status)


def _shown(score: Any) -> dict[str, Any]:
    return {
        "score": score,
        "name": score.member.person.name,
        "theory": marks(score.theory_tenths),
        "practice": marks(score.practice_tenths),
        "word": "缺考" if score.absent else "合格" if score.passed else "不合格",
        "tone": "done" if score.passed else "wrong",
    }


def template(_request: HttpRequest, actor: Actor, assessment_id: int, *, place: Place) -> HttpResponseBase:  # noqa: ARG001
    """成绩登记表 to fill in, with everybody who sits."""
    one = one_sitting(actor, assessment_id)
    known = scores_of(one.pk)
    columns: list[Column[Any]] = [
        Column("学员编号", lambda m: str(m.pk), width=12),
        Column("姓名", lambda m: m.person.name, width=14),
        Column("证件号码", lambda m: m.person.number_masked, width=24),
        *(Column(scoring.PART_WORDS[p], lambda m, p=p: _mark(known.get(m.pk), p), width=12) for p in scoring.parts_of(one)),  # type: ignore[misc]
        Column("是否缺考", lambda m: "缺考" if m.pk in known and known[m.pk].absent else "", width=12),
    ]  # fmt: skip
    held = one.training_class
    sheet = Sheet("成绩登记表", columns, list(to_sit(one)), district=held.district.name, period=cn_date(one.held_on),
                  filename=f"{held.name}成绩登记表", signatures=("经办人", "考评员"))  # fmt: skip
    file = xlsx(sheet)
    taken_away(file, "成绩登记表", "xlsx", sheet.written, [held.number])
    return file


def _mark(score: Any, part: str) -> str:
    return marks(getattr(score, f"{part}_tenths")) if score else ""
