"""政策: the rulebook in force as data: every value with its clause, first valid day and reading; its cases; its releases."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wudan.kernel.actor import Actor
from wudan.kernel.roles import Role
from wudan.policy.queries import enactments_of, releases_of, rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.words import OUTCOME_TONES, OUTCOMES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.policy_words import value_words
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

_HIDDEN = ("claim_id", "person_id", "scheme", "applied_at")


@require_GET
@for_roles(Role.POLICY, Role.INTAKE, Role.REVIEWER, Role.TOWN)
def policy(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Read only: the rulebook changes in the laboratory, by two people."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    stated = rulebook.clauses()
    context = {
        "title": "政策",
        "subtitle": _law(desk, rulebook),
        "rulebook": rulebook,
        "is_policy": actor.role is Role.POLICY,
        "topics": [
            {"name": topic, "key": f"t{place}", "rows": list(rows)}
            for place, (topic, rows) in enumerate(groupby(stated, key=lambda c: c.topic), 1)
        ],
        "open_readings": sum(bool(row.reading) for row in stated),
        "groups": list(rulebook.groups.values()),
        "cases": [_case(rulebook, case) for case in rulebook.cases],
        "releases": [
            {"one": one, "here": one.content_hash == rulebook.content_hash} for one in releases_of(desk.code)
        ],
    }
    return page(request, "bureau/policy.html", context)


def _law(desk: Desk, rulebook: Any) -> str:
    """What is in force; where it was released here, from when."""
    law = f"{rulebook.title} · {rulebook.law} · 版本{rulebook.release}"
    made = enactments_of(desk.code).filter(number=rulebook.release).first()
    return f"{law}，{cn_date(made.valid_from)}起施行" if made else law


def _case(rulebook: Any, case: Any) -> dict[str, Any]:
    return {"name": case.name, "note": case.note, "rows": [_row(rulebook, row) for row in case.rows]}


def _row(rulebook: Any, row: Any) -> dict[str, Any]:
    scheme = rulebook.schemes.get(str(row.facts.get("scheme", "")))
    facts = [
        f"{rulebook.column_label(name)}：{value_words(rulebook, name, value)}"
        for name, value in row.facts.items()
        if name not in _HIDDEN and value not in (None, "", 0, False)
    ]
    return {
        "scheme": scheme.label if scheme else "",
        "facts": "；".join(facts),
        "outcome": "以前已发放" if row.paid else OUTCOMES.get(row.outcome, row.outcome),
        "tone": "off" if row.paid else OUTCOME_TONES.get(row.outcome, "plain"),
        "fen": row.amount_fen if row.amount_stated else None,
        "reasons": "；".join(rulebook.reason(code).label for code in sorted(row.reasons or ())),
    }
