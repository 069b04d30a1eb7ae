"""One decision as data (JSON): a claim's facts in the contract's columns in, the decision with its whole working out. Nothing is kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.policy.engine.explain import explain
from wudan.policy.engine.natives import jsonable
from wudan.policy.engine.rulebook import Rulebook
from wudan.web.public.frame import rulebook_of

GIVEN = ("claim_id", "person_id", "scheme")
"""Columns nobody fills in here: nobody is named, and the scheme stands in the address."""


@require_GET
def decision(request: HttpRequest, code: str, scheme: str) -> JsonResponse:
    """The decision by the district's rulebook in force; `applied_at` may be left out. 404 for a scheme it does not know, 400 for a
    name that is no column, said in words."""
    rulebook = rulebook_of(code)
    if scheme not in rulebook.schemes:
        return _json(
            {"problem": f"没有“{scheme}”这个补贴项目；可用：{'、'.join(rulebook.schemes)}"}, status=404
        )
    allowed = [c.name for c in rulebook.forms.columns if c.name not in GIVEN]
    unknown = [name for name in request.GET if name not in allowed]
    if unknown:
        said = f"不认识的项：{'、'.join(unknown)}；可用：{'、'.join(allowed)}"
        return _json({"problem": said}, status=400)
    facts: dict[str, object] = {"applied_at": legal_day(now()), **request.GET.dict()}
    return _json(_decided(rulebook, facts | {"claim_id": "1", "person_id": "#1", "scheme": scheme}))


def _decided(rulebook: Rulebook, facts: dict[str, object]) -> dict[str, Any]:
    found = explain(rulebook, [facts], "1")
    made = found.decision
    reasons = [rulebook.reason(code, facts) for code in made.reasons]
    return {
        "outcome": made.outcome,
        "amount_fen": made.amount_fen,
        "rulebook": made.rulebook,
        "reasons": [
            {"code": r.code, "sentence": r.sentence, "clause": r.clause, "remedy": r.remedy} for r in reasons
        ],
        "steps": [
            {
                "rule": s.rule, "label": s.label, "holds": s.holds, "clause": s.clause, "sentence": s.sentence,
                "facts": {name: jsonable(value) for name, value in s.facts.items()},
            }
            for s in found.steps
        ],
        "amount_steps": [
            {"label": a.label, "expression": a.expression_in_words, "value_fen": a.value_fen, "clause": a.clause}
            for a in found.amount_steps
        ],
    }  # fmt: skip


def _json(data: dict[str, Any], status: int = 200) -> JsonResponse:
    response = JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "no-store"
    return response
