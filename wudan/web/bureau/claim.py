"""One application on one screen: who, what, how much; facts with proof; the working; history; the buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.roles import Role
from wudan.orders.payment.differences import of_claim
from wudan.orders.payment.states import DIFFERENCE
from wudan.orders.subsidy.actions import correcting, reviewing
from wudan.orders.subsidy.actions.evidencing import add_evidence
from wudan.orders.subsidy.queries.casefile import ClaimPage, claim_page
from wudan.orders.subsidy.queries.claims import WORK, next_in_queue
from wudan.orders.subsidy.states import CLAIM, FINAL
from wudan.people.actions import unmask
from wudan.policy.queries import rulebook_for
from wudan.web.bureau import casework
from wudan.web.bureau.desk import Desk, about, chain, claim_url
from wudan.web.bureau.opinions import BackForm, EvidenceForm, PassForm
from wudan.web.bureau.rectifying import rectifiable
from wudan.web.bureau.words import ACTS, APPLIED_BY, OUTCOME_TONES, PAYEES, TONES
from wudan.web.shared.acting import for_roles
from wudan.web.shared.differences import headline
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

PASSES = ("accept", "pass_first", "pass_second")
BACKS = ("send_back", "reject", "return_first", "reject_second", "withdraw")
READERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN, Role.POLICY)

ACTIONS: dict[str, Callable[..., Any]] = {
    "accept": reviewing.accept,
    "pass_first": reviewing.pass_first,
    "pass_second": reviewing.pass_second,
    "send_back": reviewing.send_back,
    "reject": reviewing.reject,
    "reject_second": reviewing.reject,
    "return_first": reviewing.return_first,
    "withdraw": correcting.withdraw,
}
# What pressing does.
EFFECTS = {
    "accept": "受理后转入初审，初审时限从今天算起。",
    "pass_first": "通过后交复审岗，由另一人办理；通过前系统会按当前情况重新核算。",
    "pass_second": "通过后等待列入公示；通过前系统会按当前情况重新核算。",
    "send_back": "申请人会看到您写的原因，补正后重新提交，仍按原来的先后次序核算。",
    "reject": "申请就此办结，申请人会看到理由和条款，并可依法提出异议。",
    "return_first": "退给初审岗重新办理，初审提出的人工认定一并取消。",
    "reject_second": "申请就此办结，申请人会看到理由和条款，并可依法提出异议。",
    "withdraw": "按申请人本人的意思撤回，之后可以重新申请。",
}
NEXT = {
    "accepted": "下一步：初审",
    "first_passed": "下一步：由复审岗的另一位工作人员复审",
    "second_passed": "下一步：列入公示",
    "returned": "下一步：等待申请人补正",
    "rejected": "申请人可以看到理由和条款",
    "withdrawn": "申请人可以重新申请",
}


@require_GET
@for_roles(*READERS)
def claim(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """The case as it stands."""
    return _show(request, Desk(actor), claim_id)


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER, Role.TOWN)
def act(request: HttpRequest, actor: Actor, claim_id: int, verb: str) -> HttpResponse:
    """One review action; what the action refuses is shown on the case, with what was typed."""
    desk = Desk(actor)
    found = claim_page(claim_id, actor, desk.today)
    action = ACTIONS.get(verb)
    if action is None:
        raise Http404
    before = found.claim.state
    form = _form(found, verb, request.POST)
    if form.is_valid():
        given = form.opinion() if isinstance(form, PassForm) else {"comment": form.cleaned_data["comment"]}
        try:
            done = action(claim_id=claim_id, actor=actor, at=desk.at, **given)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            return _refused(request, desk, found, verb, refused)
        messages.success(request, _told(verb, done))
        return redirect(f"{claim_url(done)}?done={before}")
    return _show(request, desk, claim_id, bound={verb: form}, status=422)


def _refused(request: HttpRequest, desk: Desk, found: ClaimPage, verb: str, refused: Refused) -> HttpResponse:
    """The case again, the refusal beside the button; a changed result may now be acknowledged."""
    one = refused.refusal
    changed = one.code == "decision-changed"
    form = _form(
        found,
        verb,
        request.POST,
        changed=changed,
        override_open=one.code.startswith(("no-amount", "not-payable", "over-contract")),
    )
    form.is_valid()
    return _show(
        request, desk, found.claim.pk, bound={verb: form}, refused=refused, changed=changed, status=one.status
    )  # fmt: skip


def _told(verb: str, claim: Any) -> str:
    by = f"，{cn_date(claim.due_on)}前办结" if claim.due_on else ""
    return f"申请{claim.number}已{CLAIM.move(verb).label}。{NEXT.get(claim.state, '')}{by}。"


def _form(
    found: ClaimPage, verb: str, data: Any = None, *, changed: bool = False, override_open: bool = False
) -> Any:
    claim = found.claim
    if verb not in PASSES:
        return BackForm(data, help_text=EFFECTS.get(verb, ""), prefix=None, auto_id=f"id_{verb}_%s")
    first = verb == "pass_first"
    to_confirm = ""
    if verb == "pass_second" and claim.override_outcome:
        to_confirm = f"确认人工认定{in_sentence(claim.override_fen or 0)}，依据：{claim.override_document}"
    return PassForm(
        data,
        auto_id=f"id_{verb}_%s",
        unproved=casework.unproved(found) if first else (),
        may_override=first,
        override_open=override_open,
        to_confirm=to_confirm,
        changed=changed,
    )


def _show(
    request: HttpRequest,
    desk: Desk,
    claim_id: int,
    *,
    bound: dict[str, Any] | None = None,
    refused: Refused | None = None,
    changed: bool = False,
    full: dict[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = claim_page(claim_id, desk.actor, desk.today)
    claim, actor = found.claim, desk.actor
    verbs = [m.verb for m in found.moves]
    forms = bound or {}
    may_see = actor.role in (Role.INTAKE, Role.REVIEWER)
    context = {
        "title": f"{about(claim)} {found.scheme_label}",
        "crumbs": [Crumb("申请", reverse("bureau:claims")), Crumb(claim.number)],
        "page": found,
        "claim": claim,
        "about": about(claim),
        "state_label": CLAIM.states[claim.state],
        "state_tone": TONES[claim.state],
        "left": desk.left(claim.due_on),
        "outcome_tone": OUTCOME_TONES.get(claim.outcome, "plain"),
        "payee": PAYEES.get(claim.payee, ""),
        "applied_by": APPLIED_BY[claim.applied_by],
        **chain(claim, desk),
        "group_facts": casework.groups(found),
        "unproved": casework.unproved(found),
        "facts": casework.facts(found),
        "rows": casework.working_rows(found),
        "changes": casework.changes(found),
        "differences": casework.differences(found),
        "events": casework.events(found),
        "others": [_other(one) for one in found.others],
        "passes": [_offer(found, v, forms) for v in verbs if v in PASSES],
        "backs": [_offer(found, v, forms) for v in verbs if v in BACKS],
        "may_see": may_see,
        "may_look_up": actor.role in (Role.INTAKE, Role.REVIEWER, Role.TOWN),
        "may_prove": may_see and claim.state not in FINAL,
        "may_recover": "open_recovery" in verbs,
        "rectifiable": rectifiable(found) if may_see else [],
        "late": _late(found) if may_see else None,
        "may_approve": "approve" in verbs,
        "may_publish": _may_publish(claim, actor),
        "may_correct": "correct" in verbs,
        "why_not": _why_not(found, actor, verbs),
        "full_identity": (full or {}).get("identity", ""),
        "full_phone": (full or {}).get("phone", ""),
        "refused": refused,
        "changed": changed,
        "next_url": _next(request, desk, claim),
        "evidence_form": (bound or {}).get("evidence") or EvidenceForm(choices=_provable(found)),
        "evidence_open": "evidence" in (bound or {}),
    }
    return page(request, "bureau/claim.html", context, status=status)


def _offer(found: ClaimPage, verb: str, bound: dict[str, Any]) -> dict[str, Any]:
    return {
        "verb": verb,
        "label": CLAIM.move(verb).label,
        "effect": EFFECTS.get(verb, ""),
        "form": bound.get(verb) or _form(found, verb),
        "open": verb in bound,
        "url": reverse("bureau:claim_act", args=[found.claim.pk, verb]),
    }


def _late(found: ClaimPage) -> dict[str, Any] | None:
    """What turned out otherwise after it was decided, and where that is dealt with."""
    late = of_claim(found.claim.pk)
    if late is None:
        return None
    return {
        "sentence": late.line.late_fact.sentence,
        "headline": headline(late.line),
        "state": DIFFERENCE.states[late.line.state],
        "live": late.live,
        "href": reverse("bureau:difference", args=[late.line.pk]),
    }


def _other(claim: Any) -> dict[str, Any]:
    schemes = rulebook_for(claim.district_id).schemes
    return {
        "claim": claim,
        "href": claim_url(claim),
        "scheme": schemes[claim.scheme].label if claim.scheme in schemes else claim.scheme,
        "state": CLAIM.states[claim.state],
        "tone": TONES[claim.state],
    }


def _why_not(found: ClaimPage, actor: Actor, verbs: list[str]) -> str:
    """Why there is no button, where one would be expected."""
    claim = found.claim
    if verbs or _may_publish(claim, actor):
        return ""
    if claim.submitted_by == actor.user_id or (actor.person_id and actor.person_id == claim.person_id):
        return "这是您本人提交或本人的申请，须由其他工作人员办理。"
    if claim.state == "first_passed" and claim.first_by == actor.user_id and actor.role is Role.REVIEWER:
        return "您已初审过这件申请，复审须由另一个人办理。"
    if claim.state not in ACTS:
        return "这件申请已经办结，没有需要办理的事项。"
    return f"现在由{ACTS[claim.state]}办理，您可以查看，不能办理。"


def _may_publish(claim: Any, actor: Actor) -> bool:
    """列入公示 is done for many at once, on a page of its own."""
    return actor.role is Role.REVIEWER and claim.state == "second_passed"


def _next(request: HttpRequest, desk: Desk, claim: Any) -> str:
    """After one case is done: the next of the same pile."""
    state = request.GET.get("done", "")
    if state not in dict(WORK.get(desk.actor.role, ())):
        return ""
    following = next_in_queue(desk.actor, claim.pk, state)
    return reverse("bureau:claim", args=[following]) if following else ""


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER)
def reveal(request: HttpRequest, actor: Actor, claim_id: int, kind: str) -> HttpResponse:
    """The number in full, once, for a reason that the journal keeps."""
    desk = Desk(actor)
    person = claim_page(claim_id, actor, desk.today).claim.person
    if kind not in ("identity", "phone") or person is None:
        raise Http404
    shown = unmask(
        kind=kind,
        subject_id=person.pk,
        reason=request.POST.get("reason", ""),
        actor=actor,
        at=desk.at,
        district_id=desk.code,
    )
    response = _show(request, desk, claim_id, full={kind: shown})
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER)
def prove(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """登记证明: where a fact was seen, with the day; a later look is a new line, nothing is overwritten."""
    desk = Desk(actor)
    found = claim_page(claim_id, actor, desk.today)
    form = EvidenceForm(request.POST, choices=_provable(found))
    if form.is_valid():
        try:
            add_evidence(claim_id=claim_id, actor=actor, at=desk.at, **form.cleaned_data)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "证明已登记，显示在这一项事实的旁边。")
            return redirect(f"{claim_url(found.claim)}#facts")
    return _show(request, desk, claim_id, bound={"evidence": form}, status=422)


def _provable(found: ClaimPage) -> list[tuple[str, str]]:
    """The facts of this claim, and its groups."""
    facts = [(fact.column, fact.label) for fact in found.facts if fact.column != "groups"]
    return facts + [(f"group:{group.code}", f"人员类别：{group.label}") for group in found.groups]
