"""Applying (申请): which subsidy, one question a page, then everything at a glance with the estimate before it is handed in.

Mending an application that came back uses the same pages: it begins with everything at a glance.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import CONFLICT, Refused, refuse
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.correcting import correct as hand_in_again
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.orders.subsidy.queries.estimating import estimate_own
from wudan.people.queries import current_account
from wudan.policy.queries import rulebook_for
from wudan.web.learner.drafts import Draft, for_persons, mended_draft, new_draft
from wudan.web.learner.explaining import estimated
from wudan.web.learner.frame import Visit, frame
from wudan.web.learner.questions import Question, QuestionForm, kept, shown
from wudan.web.shared.acting import for_roles
from wudan.web.shared.forms import Form
from wudan.web.shared.policy_words import has_amounts, value_words
from wudan.web.shared.render import page

_NAMES = {"occupation_name": "职业（工种）", "certificate_number": "证书编号", "class_name": "班级名称"}


@require_GET
@for_roles(Role.WORKER)
def apply(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step one: which subsidy, in the own district or another one."""
    visit = Visit(actor)
    code = request.GET.get("d", "")
    place = visit.place(code) if code else visit.home
    rulebook = rulebook_for(place.code) if place else None
    schemes = list(rulebook.schemes.values()) if rulebook else []
    mine = [s for s in schemes if rulebook and for_persons(rulebook, s)]
    context = frame(
        visit, title="您要申请哪一项补贴", back_url=reverse("learner:home"), place=place,
        here=place, places=list(visit.places.values()), schemes=mine,
        others=[s for s in schemes if s not in mine], rulebook=rulebook, priced=rulebook is not None and has_amounts(rulebook),
    )  # fmt: skip
    return page(request, "learner/apply.html", context)


@require_GET
@for_roles(Role.WORKER)
def begin(request: HttpRequest, actor: Actor, code: str, scheme: str) -> HttpResponse:
    """On to the first question still open, or to the glance over everything."""
    draft = new_draft(request, Visit(actor), code, scheme)
    return redirect(draft.href(draft.open) if draft.open else draft.check_href)


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def question(request: HttpRequest, actor: Actor, code: str, scheme: str, key: str) -> HttpResponse:
    """One question of a new application."""
    visit = Visit(actor)
    return _ask(request, visit, new_draft(request, visit, code, scheme), key)


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def correct_question(request: HttpRequest, actor: Actor, claim_id: int, key: str) -> HttpResponse:
    """One question of an application that came back."""
    visit = Visit(actor)
    return _ask(request, visit, _mended(request, visit, claim_id), key)


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def check(request: HttpRequest, actor: Actor, code: str, scheme: str) -> HttpResponse:
    """Everything at a glance, the estimate, and handing it in."""
    visit = Visit(actor)
    draft = new_draft(request, visit, code, scheme)
    if draft.open is not None:
        return redirect(draft.href(draft.open))
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            made = submit(
                district_id=code, applied_by="person", form=draft.form(), person_id=actor.person_id, actor=actor,
                at=visit.at,
            )  # fmt: skip
        except Refused as refused:
            form.is_valid()
            form.add_refused(refused)
        else:
            draft.forget()
            messages.success(request, _handed_in(draft, made))
            return redirect("learner:claim", made.pk)
    return _glance(request, visit, draft, form)


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def correct(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """An application that came back: what was wrong, everything at a glance, and handing it in again."""
    visit = Visit(actor)
    draft = _mended(request, visit, claim_id)
    form = Form(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            made = hand_in_again(claim_id=claim_id, form=draft.form(), actor=actor, at=visit.at)
        except Refused as refused:
            form.is_valid()
            form.add_refused(refused)
        else:
            draft.forget()
            messages.success(request, _handed_in(draft, made))
            return redirect("learner:claim", made.pk)
    return _glance(request, visit, draft, form)


def _mended(request: HttpRequest, visit: Visit, claim_id: int) -> Draft:
    found = claim_page(claim_id, visit.actor, visit.today)
    if "correct" not in {move.verb for move in found.moves}:
        refuse(
            "wrong-state", "这笔申请现在不用补正，或者不是由您本人提交的。", remedy="请回到申请页面查看进度。",
            status=CONFLICT,
        )  # fmt: skip
    draft = mended_draft(request, visit, found.claim)
    draft.claim.said = next((r.comment for r in reversed(found.reviews) if r.verb == "send_back"), "")
    return draft


def _ask(request: HttpRequest, visit: Visit, draft: Draft, key: str) -> HttpResponse:
    asked = draft.question(key)
    form = QuestionForm(
        request.POST if request.method == "POST" else None,
        initial=shown(draft.answers),
        question=asked,
        rulebook=draft.rulebook,
        today=visit.today,
    )
    if request.method == "POST" and form.is_valid():
        answers = kept(form.cleaned_data)
        _add_faults(form, draft, asked, answers)
        if not form.errors:
            draft.keep(asked, answers)
            return redirect(draft.href(draft.open) if draft.open else draft.check_href)
    asked_all = draft.questions
    place = [q.key for q in asked_all].index(key)
    context = frame(
        visit, title=asked.title, subtitle="", place=draft.place, form=form, question=asked, draft=draft,
        single=len(asked.asks) == 1, back_url=draft.before(asked), mending=draft.claim is not None,
        step=None if draft.claim is not None else place + 2, steps=len(asked_all) + 2,
        last=draft.claim is not None or draft.open is None,
    )  # fmt: skip
    return page(request, "learner/question.html", context, status=422 if form.errors else 200)


def _add_faults(form: QuestionForm, draft: Draft, asked: Question, answers: dict[str, object]) -> None:
    """What the application's own checks say of these answers, beside those given before."""
    for fault in draft.form(answers).faults(draft.rulebook):
        sentence = f"{fault.sentence}。{fault.remedy}"
        if fault.column in asked.asks:
            form.add_error(fault.column, sentence)
        elif fault.column in draft.answers and fault.column == "level" and "certificate_number" in asked.asks:
            form.add_error("certificate_number", sentence)


@dataclass(frozen=True, slots=True)
class Said:
    """One question with its answers, on the glance over everything."""

    title: str
    lines: list[tuple[str, str]]
    href: str


def _glance(request: HttpRequest, visit: Visit, draft: Draft, form: Form) -> HttpResponse:
    application = draft.form()
    found = estimate_own(
        district_id=draft.place.code, form=application, claim_id=draft.claim.pk if draft.claim else None,
        actor=visit.actor, at=visit.at,
    )  # fmt: skip
    facts = application.facts("1", f"#{visit.me.pk}", visit.at)
    payee = draft.rulebook.payee_for(facts, "person")
    count = len(draft.questions) + 2
    context = frame(
        visit, title="核对后重新提交" if draft.claim else "核对后提交", place=draft.place, draft=draft, form=form,
        said=[_said(draft, q) for q in draft.questions],
        answer=estimated(draft.rulebook, found, facts),
        account=current_account(visit.me.pk), payee_clause=payee.clause,
        back_url=reverse("learner:claim", args=[draft.claim.pk]) if draft.claim else draft.href(draft.questions[-1]),
        step=None if draft.claim else count, steps=count, mending=draft.claim is not None,
        reason=draft.claim.said if draft.claim else "",
        due_on=draft.claim.due_on if draft.claim else None,
        left=visit.left(draft.place.code, draft.claim.due_on) if draft.claim else None,
        next_days=_days(draft),
    )  # fmt: skip
    return page(request, "learner/check.html", context, status=422 if form.errors else 200)


def _said(draft: Draft, asked: Question) -> Said:
    lines = []
    for column in asked.asks:
        value = draft.answers.get(column)
        if column == "groups":
            text = value_words(draft.rulebook, "groups", ";".join(value)) if value else "都不属于"
        elif column == "certificate_type" and not value:
            text = "还没有拿到证书"
        elif column in _NAMES:
            text = str(value or "未填写")
        else:
            text = value_words(draft.rulebook, column, value)
        lines.append((_NAMES.get(column, draft.rulebook.column_label(column)), text))
    return Said(
        asked.title, [line for line in lines if line[1] != "未填写"] or [("", "未填写")], draft.href(asked)
    )


def _days(draft: Draft) -> int | None:
    found = [p for p in draft.rulebook.parameters if p.code == "accept_working_days"]
    return int(found[-1].value) if found else None


def _handed_in(draft: Draft, made: object) -> str:
    due = getattr(made, "due_on", None)
    by = f"最迟{due.year}年{due.month}月{due.day}日前" if due else "尽快"
    word = "补正已提交" if draft.claim else "申请已提交"
    return f"{word}。接下来由{draft.place.name}人社局{by}受理，受理后初审、复审并公示。进度随时在这里查看，不用跑腿。"
