"""Cases of a draft that no longer agree: each looked at, then either the rule is mended or the expectation changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from wudan.kernel.actor import Actor
from wudan.kernel.money import plain
from wudan.kernel.roles import Role
from wudan.policy.drafts.actions import accept_cases
from wudan.policy.drafts.cases import WORDS, RedRow, expectation, red_rows
from wudan.policy.drafts.queries import check_draft, files_of
from wudan.policy.engine.cases import AMOUNT, OUTCOME, REASONS
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.laboratory.draft import revision
from wudan.web.bureau.laboratory.showing import at, frame, one, problem_rows
from wudan.web.bureau.words import OUTCOME_TONES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.policy_words import value_words
from wudan.web.shared.render import page

_HIDDEN = ("claim_id", "person_id", "scheme", "applied_at")


@require_http_methods(["GET", "POST"])
@for_roles(Role.POLICY)
def cases(request: HttpRequest, actor: Actor, draft_id: int) -> HttpResponse:
    desk, found = Desk(actor), one(actor, draft_id)
    if request.method == "POST":
        keys = request.POST.getlist("selected")
        left = accept_cases(draft_id=draft_id, revision=revision(request), keys=keys, actor=actor, at=desk.at)
        messages.success(
            request,
            f"已改{len(keys)}个案例的预期，还有{len(left.red)}个不符。"
            if left.red
            else f"已改{len(keys)}个案例的预期，案例全部相符。",
        )
        return redirect(at("cases", draft_id))
    files = files_of(draft_id)
    checked = check_draft(found, files)
    rulebook = checked.rulebook
    rows = [_row(rulebook, red) for red in red_rows(rulebook)] if rulebook else []
    context = frame(
        found, "案例", rows=rows, sound=rulebook is not None, problems=problem_rows(found, checked.problems),
        total=sum(1 for case in rulebook.cases for row in case.rows if not row.paid) if rulebook else 0,
        case_files=[{"name": n, "href": at("file", draft_id, n)} for n in files if n.startswith("cases/")],
    )  # fmt: skip
    return page(request, "bureau/laboratory/cases.html", context)


def _row(rulebook: Any, red: RedRow) -> dict[str, Any]:
    facts = red.row.facts
    scheme = rulebook.schemes.get(str(facts.get("scheme", "")))
    found = (
        expectation(rulebook, red.decision) if red.decision else {OUTCOME: red.fault, AMOUNT: "", REASONS: ""}
    )
    return {
        "key": red.key,
        "name": red.case.name,
        "note": red.case.note,
        "where": f"{red.case.file.removeprefix('cases/')} 第{red.row.line}行",
        "scheme": scheme.label if scheme else "",
        "facts": "；".join(
            f"{rulebook.column_label(name)}：{value_words(rulebook, name, value)}"
            for name, value in facts.items()
            if name not in _HIDDEN and value not in (None, "", 0, False)
        ),
        "expected": _expected(rulebook, red),
        "expected_tone": OUTCOME_TONES.get(red.row.outcome, "plain"),
        "found": _said(found[OUTCOME], found[AMOUNT], found[REASONS]),
        "found_tone": OUTCOME_TONES.get(red.decision.outcome, "plain") if red.decision else "wrong",
        "may_accept": red.decision is not None,
    }


def _said(outcome: str, amount: str, reasons: str) -> str:
    paid = f"{amount}元" if amount and outcome in ("通过", "人工复核") else ""
    return "，".join(part for part in (outcome, paid, reasons.replace(";", "、")) if part)


def _expected(rulebook: Any, red: RedRow) -> str:
    amount = "" if red.row.amount_fen is None else plain(red.row.amount_fen).removesuffix(".00")
    reasons = ";".join(rulebook.reason(code).label for code in sorted(red.row.reasons or ()))
    return _said(WORDS.get(red.row.outcome, red.row.outcome), amount, reasons)
