"""自查: what the engine finds when it asks the draft about every boundary; each finding with a person in whom it shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.policy.drafts.checking import examined
from wudan.policy.drafts.queries import check_draft
from wudan.policy.engine.examine.kinds import GRAVITIES
from wudan.web.bureau.laboratory.showing import at, frame, one, problem_rows
from wudan.web.bureau.words import OUTCOME_TONES, OUTCOMES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.policy_words import value_words
from wudan.web.shared.render import page

_HIDDEN = ("claim_id", "person_id", "scheme")


@require_GET
@for_roles(Role.POLICY)
def examine(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    found = one(actor, draft_id)
    checked = check_draft(found)
    rulebook = checked.rulebook
    findings = examined(rulebook) if rulebook else ()
    groups = [
        {
            "label": label,
            "rows": [_row(rulebook, f) for f in findings if f.gravity == gravity and f.known is None],
        }
        for gravity, label in GRAVITIES.items()
    ]
    known: dict[str, dict[str, Any]] = {}
    for one_finding in findings:
        if (point := one_finding.known) is not None:
            known.setdefault(point.code, {"point": point, "count": 0})["count"] += 1
    context = frame(
        found, "自查", groups=[g for g in groups if g["rows"]], known=list(known.values()), sound=rulebook is not None,
        standing=sum(f.stands for f in findings), problems=problem_rows(found, checked.problems),
        points_url=at("file", draft_id, "open_points.yaml"),
    )  # fmt: skip
    return page(request, "bureau/laboratory/examine.html", context)


def _row(rulebook: Any, finding: Any) -> dict[str, Any]:
    claims = [_claim(rulebook, facts) for facts in finding.claims]
    for claim, decision in zip(claims, finding.decisions, strict=False):
        claim |= {
            "outcome": OUTCOMES.get(decision.outcome, ""),
            "tone": OUTCOME_TONES[decision.outcome],
            "fen": decision.amount_fen,
        }
    return {"one": finding, "claims": claims}


def _claim(rulebook: Any, facts: Any) -> dict[str, Any]:
    scheme = rulebook.schemes.get(str(facts.get("scheme", "")))
    words = [
        f"{rulebook.column_label(name)}：{value_words(rulebook, name, value)}"
        for name, value in facts.items()
        if name not in _HIDDEN and value not in (None, "", 0, False)
    ]
    return {
        "scheme": scheme.label if scheme else "",
        "facts": "；".join(words),
        "outcome": "",
        "tone": "plain",
        "fen": None,
    }
