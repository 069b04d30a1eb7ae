"""At the town's counter: an application for the person who stands there, and its correction."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.applying import submit
from wudan.orders.subsidy.actions.correcting import correct as correct_claim
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.queries.casefile import claim_page
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk, about, claim_url
from wudan.web.bureau.people import one_person
from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants.claim_forms import CaseForm
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

CONSENTS = [
    ("本人到场，在申请表上签字", "本人到场，在申请表上签字"),
    ("本人到场，按指印", "本人到场，按指印"),
    ("持本人签字的委托书办理", "持本人签字的委托书办理"),
]


class CounterForm(CaseForm):
    """The case, and how the person consented."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        consent = forms.ChoiceField(
            label="申请人同意的方式",
            choices=[("", "请选择"), *CONSENTS],
            help_text="会写在申请上，随申请存档。",
        )
        self.fields["authority"] = consent
        self.sections = [("本人同意", ["authority"]), *self.sections]
        self.order_fields([name for _, names in self.sections for name in names])


@require_http_methods(["GET", "POST"])
@for_roles(Role.TOWN)
def apply(request: HttpRequest, actor: Actor, person_id: int, scheme: str) -> HttpResponse:
    """One application by form, in the person's own name."""
    desk = Desk(actor)
    person = one_person(request, actor, person_id)
    rulebook = rulebook_for(desk.code)
    chosen = rulebook.schemes.get(scheme)
    if chosen is None or chosen.by_provider:
        raise Http404
    form = CounterForm(request.POST or None, rulebook=rulebook, scheme=chosen)
    if request.method == "POST" and form.is_valid():
        try:
            made = submit(
                district_id=desk.code, applied_by="person", form=form.case(), person_id=person.pk,
                authority=form.cleaned_data["authority"], actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            by = f"，{cn_date(made.due_on)}前受理" if made.due_on else ""
            messages.success(request, f"已替{person.name}提交申请{made.number}。下一步由区人社局受理{by}。")
            return redirect("bureau:claim", made.pk)
    here = reverse("bureau:person", args=[person.pk])
    context = {
        "title": f"替{person.name}申请{chosen.label}",
        "subtitle": f"依据：{chosen.clause}",
        "crumbs": [Crumb("人员", reverse("bureau:people")), Crumb(person.name, here), Crumb("提交申请")],
        "form": form,
        "submit": "提交申请",
        "note": "提交时系统会立即核算；由区人社局受理和审核。补贴付给本人，请确认本人的收款账户已登记。",
        "cancel_url": here,
    }
    return page(request, "bureau/case_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@for_roles(Role.TOWN)
def correct(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """补正 of what this counter handed in."""
    desk = Desk(actor)
    found = claim_page(claim_id, actor, desk.today)
    claim = found.claim
    if "correct" not in [m.verb for m in found.moves]:
        raise Http404
    rulebook = rulebook_for(desk.code)
    before = ClaimForm.of(claim)
    given = request.POST or None
    form = CaseForm(
        given, rulebook=rulebook, scheme=rulebook.schemes[claim.scheme], initial=before.answers()
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            done = correct_claim(claim_id=claim.pk, form=form.case(before), actor=actor, at=desk.at)
        except Refused as refused:
            form.add_refused(refused)
        else:
            messages.success(request, "已补正并重新提交，仍按原来的先后次序核算。下一步由区人社局受理。")
            return redirect(claim_url(done))
    told = next((r.comment for r in reversed(found.reviews) if r.verb == "send_back"), "")
    context = {
        "title": f"补正：{about(claim)} {found.scheme_label}",
        "subtitle": f"退回原因：{told}" if told else "",
        "crumbs": [
            Crumb("申请", reverse("bureau:claims")),
            Crumb(claim.number, claim_url(claim)),
            Crumb("补正"),
        ],
        "form": form,
        "submit": "重新提交",
        "note": "补正后由区人社局重新受理。",
        "cancel_url": claim_url(claim),
    }
    return page(request, "bureau/case_form.html", context, status=422 if form.errors else 200)
