"""单笔申请: choose the subsidy, fill in one form, see what the rules say, submit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.orders.subsidy.actions.introducing import apply_for
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.queries.estimating import estimate
from wudan.policy.engine.explain import Explanation
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for
from wudan.web.shared.applicants.case import PAYEES
from wudan.web.shared.applicants.claim_forms import ApplyForm
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.applicants.words import OUTCOME_TONES
from wudan.web.shared.parts import Crumb, WorkRow
from wudan.web.shared.policy_words import change_words
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

ESTIMATES = {
    "approved": "符合条件",
    "review": "需要人工核实",
    "rejected": "不符合条件",
    "invalid": "填写有误",
}
MOST_CHANGES = 3


def schemes(request: HttpRequest, actor: Actor, *, desk: Desk) -> HttpResponse:
    """Which subsidy: those that this kind of organisation may apply for."""
    rulebook = rulebook_for(actor.district_id or "")
    context = frame(
        actor, desk, title="单笔申请", subtitle="第1步，共2步：选择补贴项目",
        crumbs=[Crumb("申请", desk.url("claims")), Crumb("单笔申请")],
        schemes=[s for s in rulebook.schemes.values() if _may_apply(rulebook, s.code, desk)],
    )  # fmt: skip
    return page(request, "shared/applicants/schemes.html", context)


def _may_apply(rulebook: Rulebook, code: str, desk: Desk) -> bool:
    """A scheme paid to somebody else is applied for by them."""
    if rulebook.schemes[code].by_provider:
        return desk.on_authority
    payee = rulebook.payee_for(ClaimForm(scheme=code).facts("1", "#1", now()), str(desk.role))
    return payee.kind in ("person", str(desk.role))


def apply(request: HttpRequest, actor: Actor, scheme: str, *, desk: Desk) -> HttpResponse:
    """Fill in, see what the rules say on the same page, submit."""
    rulebook = rulebook_for(actor.district_id or "")
    if scheme not in rulebook.schemes or not _may_apply(rulebook, scheme, desk):
        raise Http404
    chosen = rulebook.schemes[scheme]
    form = ApplyForm(
        request.POST if request.method == "POST" else None, rulebook=rulebook, scheme=chosen, desk=desk
    )
    answer = None
    if form.is_bound and form.is_valid():
        if request.POST.get("do") == "submit":
            try:
                return _submit(request, form, actor, desk)
            except Refused as refused:
                form.add_refused(refused)
        else:
            answer = _answer(form, actor, rulebook)
    context = frame(
        actor, desk, title=chosen.label, subtitle="第2步，共2步：填写申请", form=form, scheme=chosen, answer=answer,
        crumbs=[
            Crumb("申请", desk.url("claims")), Crumb("单笔申请", desk.url("claim_new")), Crumb(chosen.label),
        ],
    )  # fmt: skip
    return page(request, "shared/applicants/apply.html", context, status=422 if form.errors else 200)


def _submit(request: HttpRequest, form: ApplyForm, actor: Actor, desk: Desk) -> HttpResponse:
    claim = apply_for(
        form=form.case(),
        learner=form.learner(),
        authority=form.cleaned_data.get("authority", ""),
        actor=actor,
        at=now(),
    )
    by = f"，{cn_date(claim.due_on)}前受理" if claim.due_on else ""
    messages.success(
        request, f"申请已提交，编号{claim.number}。接下来由区人社局核对材料{by}；结果会显示在这个页面。"
    )
    return redirect(desk.url("claim", claim.pk))


def _answer(form: ApplyForm, actor: Actor, rulebook: Rulebook) -> dict[str, Any]:
    case, learner, at = form.case(), form.learner(), now()
    found = estimate(
        district_id=actor.district_id or "",
        form=case,
        number=learner.number if learner else "",
        name=learner.name if learner else "",
        actor=actor,
        at=at,
    )
    payee = rulebook.payee_for(case.facts("1", "#1", at), str(actor.role))
    return {
        "outcome": found.decision.outcome,
        "word": ESTIMATES[found.decision.outcome],
        "tone": OUTCOME_TONES[found.decision.outcome],
        "fen": found.decision.amount_fen,
        "rows": _rows(found),
        "reasons": [rulebook.reason(code, scheme=case.scheme) for code in found.decision.reasons],
        "changes": [change_words(rulebook, c) for c in found.would_pass_if[:MOST_CHANGES]],
        "payee": PAYEES[payee.kind],
        "needs_account": payee.kind == "person" and learner is not None and not learner.account,
        "warnings": case.warnings(rulebook),
    }


def _rows(found: Explanation) -> list[WorkRow]:
    review = found.decision.outcome == "review"
    rows = [
        WorkRow(s.clause, s.label, s.sentence, True if s.holds else (None if review else False))
        for s in found.steps
    ]
    return rows + [
        WorkRow(a.clause, a.label, a.expression_in_words, a.value_fen is not None, a.value_fen, result="计算")
        for a in found.amount_steps
    ]
