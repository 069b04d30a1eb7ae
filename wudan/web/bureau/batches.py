"""Like cases together: a page to check them on, one decision, and an answer for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.subsidy.actions.batches import accept_many, pass_first_many, pass_second_many
from wudan.orders.subsidy.queries.claims import same_case_groups, workable
from wudan.orders.subsidy.states import CLAIM
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.claim import EFFECTS
from wudan.web.bureau.claims import BATCHES
from wudan.web.bureau.desk import Desk, about, claim_url
from wudan.web.bureau.home import key_of
from wudan.web.bureau.opinions import PassForm
from wudan.web.bureau.words import OUTCOME_TONES, OUTCOMES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

MOST = 500
RESULT = "bureau_result"
ACTIONS: dict[str, Any] = {
    "accept": accept_many,
    "pass_first": pass_first_many,
    "pass_second": pass_second_many,
}


@require_http_methods(["GET", "POST"])
@for_roles(Role.INTAKE, Role.REVIEWER)
def batch(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The page to check: a group of like cases (by its address), or the rows ticked in the list. Nothing is done yet."""
    desk = Desk(actor)
    verb, state = _verb(request.GET.get("do", ""), actor)
    ids = picked(request) if request.method == "POST" else _like(desk, state, request.GET.get("like", ""))
    if not ids:
        messages.info(request, "没有选中申请，或这一组已经办完。请重新选择。")
        return redirect("bureau:home")
    return _check(request, desk, verb, state, ids)


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER)
def batch_do(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The decision, on what is still ticked."""
    desk = Desk(actor)
    verb, state = _verb(request.POST.get("do", ""), actor)
    ids = picked(request)
    claims = _claims(desk, state, ids)
    form = _form(desk, verb, claims, request.POST)
    if not ids:
        messages.info(request, "没有勾选申请，什么也没有办理。")
        return redirect("bureau:home")
    if not form.is_valid():
        return _check(request, desk, verb, state, ids, form=form, status=422)
    answers = ACTIONS[verb](claim_ids=ids, actor=actor, at=desk.at, **form.opinion())
    keep_answers(request, CLAIM.move(verb).label, answers, reverse("bureau:home"), EFFECTS[verb])
    return redirect("bureau:result")


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER)
def result(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What became of each: done, or refused with the reason. Kept until the next batch."""
    kept = request.session.get(RESULT)
    if not kept or kept["user"] != actor.user_id:
        return redirect("bureau:home")
    done = [one for one in kept["answers"] if not one["sentence"]]
    refused = [one for one in kept["answers"] if one["sentence"]]
    context = {
        "title": f"批量{kept['label']}的结果",
        "crumbs": [Crumb("待办", reverse("bureau:home")), Crumb("办理结果")],
        "label": kept["label"],
        "effect": kept["effect"],
        "back": kept["back"],
        "done": done,
        "refused": refused,
    }
    return page(request, "bureau/result.html", context)


def keep_answers(
    request: HttpRequest, label: str, answers: Sequence[Any], back: str, effect: str = ""
) -> None:
    """For the result page: numbers of claims and refusals, nothing about a person."""
    request.session[RESULT] = {
        "user": request.actor.user_id,  # type: ignore[attr-defined]
        "label": label,
        "effect": effect,
        "back": back,
        "answers": [
            {
                "id": a.claim_id,
                "number": a.number,
                "sentence": a.refusal.sentence if a.refusal else "",
                "clause": a.refusal.clause if a.refusal else "",
                "remedy": a.refusal.remedy if a.refusal else "",
            }
            for a in answers
        ],
    }


def picked(request: HttpRequest) -> list[int]:
    """The rows ticked, each once, at most `MOST`."""
    ids = [
        int(raw)
        for raw in request.POST.getlist("selected")
        if raw.isascii() and raw.isdigit() and len(raw) < 19
    ]
    return list(dict.fromkeys(ids))[:MOST]


def _verb(verb: str, actor: Actor) -> tuple[str, str]:
    """The verb and the state it begins in, where this role does it to many."""
    states = {v: s for s, v in BATCHES.get(actor.role, {}).items()}
    if verb not in states:
        raise Http404
    return verb, states[verb]


def _like(desk: Desk, state: str, key: str) -> list[int]:
    found = next((g for g in same_case_groups(desk.actor, state, desk.today) if key_of(g) == key), None)
    return list(found.claim_ids[:MOST]) if found else []


def _claims(desk: Desk, state: str, ids: Sequence[int]) -> list[Any]:
    """Those of the asked ones this officer may work on now, in the asked order."""
    found = (
        workable(desk.actor, (state,)).filter(pk__in=ids).select_related("person", "organisation").in_bulk()
    )
    return [found[pk] for pk in ids if pk in found]


def _form(desk: Desk, verb: str, claims: Sequence[Any], data: Any = None) -> PassForm:
    """One opinion for all; proofs are asked for every group that occurs, and used where a claim has none."""
    rulebook = rulebook_for(desk.code)
    first = verb == "pass_first"
    codes = sorted({group for c in claims for group in c.groups}) if first else []
    labels = [
        (g, rulebook.word(g), rulebook.groups[g].department if g in rulebook.groups else "") for g in codes
    ]
    overridden = sorted({(c.override_fen or 0, c.override_document) for c in claims if c.override_outcome})
    said = "；".join(f"{in_sentence(fen)}，依据：{document}" for fen, document in overridden)
    return PassForm(
        data,
        unproved=labels,
        may_override=first,
        to_confirm=f"确认人工认定：{said}" if verb == "pass_second" and overridden else "",
        changed=True,
        comment_label="意见（写入每一件的办理记录）",
    )


def _check(
    request: HttpRequest,
    desk: Desk,
    verb: str,
    state: str,
    ids: Sequence[int],
    *,
    form: PassForm | None = None,
    status: int = 200,
) -> HttpResponse:
    claims = _claims(desk, state, ids)
    if not claims:
        messages.info(request, "所选申请已经由别人办理，或不在您的办理范围内。请重新选择。")
        return redirect("bureau:home")
    rulebook = rulebook_for(desk.code)
    rows = [
        {
            "claim": c,
            "about": about(c),
            "href": claim_url(c),
            "scheme": rulebook.schemes[c.scheme].label if c.scheme in rulebook.schemes else c.scheme,
            "outcome": OUTCOMES.get(c.outcome, c.outcome),
            "tone": OUTCOME_TONES.get(c.outcome, "plain"),
            "reasons": "；".join(rulebook.reason(code).label for code in c.reasons),
            "left": desk.left(c.due_on),
        }
        for c in claims
    ]
    label = CLAIM.move(verb).label
    context = {
        "title": f"批量{label}：请核对",
        "crumbs": [Crumb("待办", reverse("bureau:home")), Crumb(f"批量{label}")],
        "verb": verb,
        "label": label,
        "effect": EFFECTS[verb],
        "rows": rows,
        "form": form or _form(desk, verb, claims),
        "count": len(claims),
        "total_fen": sum(c.amount_fen or 0 for c in claims),
        "unpriced": sum(c.amount_fen is None for c in claims),
        "late": sum((desk.left(c.due_on) or 0) < 0 for c in claims),
        "left_out": len(set(ids)) - len(claims),
    }
    return page(request, "bureau/batch.html", context, status=status)
