"""我能领多少: choose a scheme, say how things stand, and see the amount with its clause, or what is missing. Nothing is kept."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.policy.engine.explain import Explanation, explain
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.public.estimate_forms import EstimateForm
from wudan.web.public.frame import frame, rulebook_of
from wudan.web.shared.parts import Crumb, WorkRow
from wudan.web.shared.policy_words import change_words, has_amounts
from wudan.web.shared.render import page

MOST_CHANGES = 3
TONES = {"approved": "done", "review": "wait", "rejected": "wrong", "invalid": "wrong"}


@require_GET
def schemes(request: HttpRequest, code: str) -> HttpResponse:
    """Step one: which subsidy."""
    rulebook = rulebook_of(code)
    context = frame(
        code, title="我能领多少", subtitle="第1步，共2步：选择补贴项目", rulebook=rulebook,
        schemes=list(rulebook.schemes.values()), priced=has_amounts(rulebook), crumbs=[Crumb("我能领多少")],
    )  # fmt: skip
    return page(request, "public/schemes.html", context)


@require_GET
def estimate(request: HttpRequest, code: str, scheme: str) -> HttpResponse:
    """Step two: the situation; and under it the answer. The address holds the situation, so it can be sent to somebody."""
    rulebook = rulebook_of(code)
    chosen = rulebook.schemes.get(scheme)
    if chosen is None:
        raise Http404
    form = EstimateForm(request.GET or None, rulebook=rulebook, scheme=chosen)
    answer = None
    if request.GET and form.is_valid():
        facts = form.facts(legal_day(now()))
        answer = _answer(rulebook, explain(rulebook, [facts], "1", form.history(facts)), facts)
    context = frame(
        code, title=chosen.label, subtitle="第2步，共2步：填写您的情况", rulebook=rulebook, scheme=chosen, form=form,
        answer=answer, tone=TONES[str(answer["outcome"])] if answer else "plain",
        priced=has_amounts(rulebook), payee=rulebook.payee_for({"scheme": scheme}, "person").kind,
        crumbs=[Crumb("我能领多少", reverse("public:estimate", args=[code])), Crumb(chosen.label)],
    )  # fmt: skip
    status = 422 if request.GET and not form.is_valid() else 200
    return page(request, "public/estimate.html", context, status=status)


def _answer(rulebook: Rulebook, found: Explanation, facts: dict[str, object]) -> dict[str, object]:
    decision = found.decision
    review = decision.outcome == "review"
    rows = [
        WorkRow(s.clause, s.label, s.sentence, True if s.holds else (None if review else False))
        for s in found.steps
    ]
    rows += [
        WorkRow(
            a.clause, a.label, a.expression_in_words, a.value_fen is not None, a.value_fen,
            result="计算",
        )
        for a in found.amount_steps
    ]  # fmt: skip
    passing = decision.outcome in ("approved", "invalid")
    reasons = [rulebook.reason(code, facts) for code in decision.reasons]
    return {
        "outcome": decision.outcome,
        "amount_fen": decision.amount_fen,
        "rows": rows,
        "reasons": [(r.sentence, r.clause, r.remedy) for r in reasons],
        "only_unpriced": list(decision.reasons) == ["unpriced"],
        "total_fen": None if decision.outcome == "invalid" else decision.amount_fen,
        "changes": [] if passing else [change_words(rulebook, c) for c in found.would_pass_if[:MOST_CHANGES]],
        "release": rulebook.release,
        "clause": found.amount_steps[-1].clause if found.amount_steps else "",
    }
