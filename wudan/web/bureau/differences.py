"""差额: what turned out otherwise after it was decided. The list, and one line on one screen: paid, right, why, and what to do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment.actions import differing
from wudan.orders.payment.differences import (
    DifferencePage,
    difference_page,
    may,
    open_to,
    visible_differences,
)
from wudan.orders.payment.states import DIFFERENCE, DIRECTIONS, LIVE, PROPOSALS
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk, about, chain, claim_url
from wudan.web.bureau.difference_forms import ConfirmForm, ProposeForm, ReturnForm
from wudan.web.shared.acting import for_roles
from wudan.web.shared.differences import TONES, compared, happened, headline, late_fact, money_facts
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

KINDS = [
    ("certificate", "证书撤销"),
    ("certificate-again", "证书重新签发"),
    ("group", "人员类别证明撤销"),
    ("group-again", "人员类别重新证明"),
    ("fact", "申请事实更正"),
    ("release", "政策调整"),
]
EFFECTS = {
    "recover": "确认后立即开出追回，申请人在申请页看到金额、理由和依据；由财务登记退款到账，全部到账后自动办结。",
    "pay": "确认后从今年的资金池占用这笔钱，列入下一个拨付批次，只会付一次。",
    "reopen": "确认后退回初审，原核定作废、占用的资金退回；初审和复审时按现在的事实重新核算。",
    "tell": "确认后本人在申请页看到说明，可以重新申请；不动用资金。",
    "dismiss": "确认后不动用资金，理由写入记录；同一事实不会再次提出。",
}
DONE = {
    "recover": "已确认追回，已转财务登记退款。",
    "pay": "已确认补发，资金已占用，列入下一个拨付批次。",
    "reopen": "已退回初审，按现在的事实重新审核。",
    "tell": "已办结，本人在申请页可以看到说明。",
    "dismiss": "已办结，不作处理，理由已写入记录。",
}


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER)
def differences(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every line of the district; the most urgent first where they wait."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    schemes = {code: scheme.label for code, scheme in rulebook.schemes.items()}
    spec: ListPage[Any] = ListPage(
        title="事后更正差额",
        filename="差额",
        search="申请编号、姓名或单位",
        sort="-pk",
        unit="条",
        empty_title="没有差额",
        empty_text="已经办理的申请，如果事后证书被撤销、人员类别证明被撤销或政策提前施行，系统重新核算，有差额的列在这里。",
        filters=[
            Filter("state", "状态", [("live", "待办理"), *DIFFERENCE.choices()]),
            Filter("direction", "处理方向", list(DIRECTIONS.items())),
            Filter("kind", "更正原因", KINDS),
            Filter("since", "发现日期不早于", kind="date"),
            Filter("until", "发现日期不晚于", kind="date"),
        ],
        columns=[
            Column("姓名或单位", lambda d: about(d.claim), "strong", href=lambda d: reverse("bureau:difference", args=[d.pk])),
            Column("补贴项目", lambda d: schemes.get(d.claim.scheme, d.claim.scheme), note=lambda d: d.claim.number, width=24),
            Column("更正的事实", lambda d: d.late_fact.sentence, width=36),
            Column("处理方向", lambda d: DIRECTIONS[d.direction], "badge", "direction", tone=lambda d: TONES[d.direction]),
            Column("状态", lambda d: DIFFERENCE.states[d.state], "badge", "state", tone=lambda d: "wait" if d.state in LIVE else "off"),
            Column("办理时限", lambda d: desk.left(d.due_on) if d.state in LIVE else None, "clock", "due_on", due=lambda d: d.due_on),
            Column("已享受（元）", lambda d: d.paid_fen, "money", "paid_fen", total=True),
            Column("应享受（元）", lambda d: d.right_fen, "money", "right_fen", total=True),
            Column("差额（元）", lambda d: _signed(d), "money", total=True),
        ],
    )  # fmt: skip

    def fetch(query: Query) -> Any:
        found = visible_differences(actor)
        if state := query.get("state"):
            found = found.filter(state__in=LIVE if state == "live" else [state])
        if direction := query.get("direction"):
            found = found.filter(direction=direction)
        if kind := query.get("kind"):
            found = found.filter(late_fact__kind=kind)
        if since := query.day("since"):
            found = found.filter(opened_at__date__gte=since)
        if until := query.day("until"):
            found = found.filter(opened_at__date__lte=until)
        if text := query.search:
            found = (
                found.filter(claim__number__startswith=text)
                | found.filter(claim__person__name__contains=text)
                | found.filter(claim__organisation__name__contains=text)
            )
        return found.order_by(query.order_by, "-pk")

    return spec.respond(request, fetch, district=desk.name)


def _signed(line: Any) -> int | None:
    return None if line.right_fen is None or line.direction == "hold" else line.right_fen - line.paid_fen


@require_GET
@for_roles(Role.INTAKE, Role.REVIEWER)
def difference(request: HttpRequest, actor: Actor, difference_id: int) -> HttpResponse:
    """One line on one screen."""
    return _show(request, Desk(actor), difference_id)


@require_POST
@for_roles(Role.INTAKE, Role.REVIEWER)
def propose(request: HttpRequest, actor: Actor, difference_id: int, proposal: str) -> HttpResponse:
    """提出处理意见."""
    desk = Desk(actor)
    found = _one(actor, difference_id)
    if proposal not in open_to(found.line):
        raise Http404
    form = ProposeForm(request.POST, proposal=proposal, line=found.line)
    if form.is_valid():
        try:
            differing.propose(
                difference_id=difference_id, proposal=proposal, actor=actor, at=desk.at, **form.cleaned_data
            )  # fmt: skip
        except Refused as refused:
            return _refused(request, desk, difference_id, proposal, form, refused)
        messages.success(request, f"意见已提出：{PROPOSALS[proposal]}。由另一位复审人员复核后才生效。")
        return redirect("bureau:difference", difference_id)
    return _show(request, desk, difference_id, bound={proposal: form}, status=422)


@require_POST
@for_roles(Role.REVIEWER)
def decide(request: HttpRequest, actor: Actor, difference_id: int, verb: str) -> HttpResponse:
    """复核确认 or 退回重核."""
    desk = Desk(actor)
    found = _one(actor, difference_id)
    if verb not in ("confirm", "return"):
        raise Http404
    form = ConfirmForm(request.POST) if verb == "confirm" else ReturnForm(request.POST)
    if form.is_valid():
        action = differing.confirm if verb == "confirm" else differing.send_back
        try:
            action(difference_id=difference_id, comment=form.cleaned_data["comment"], actor=actor, at=desk.at)
        except Refused as refused:
            return _refused(request, desk, difference_id, verb, form, refused)
        messages.success(
            request,
            DONE[found.line.proposal]
            if verb == "confirm"
            else "已退回重核，原来提出意见的人会看到您的意见。",
        )
        return redirect("bureau:difference", difference_id)
    return _show(request, desk, difference_id, bound={verb: form}, status=422)


def _refused(
    request: HttpRequest, desk: Desk, difference_id: int, verb: str, form: Any, refused: Refused
) -> HttpResponse:
    if refused.refusal.status == FORBIDDEN:
        raise refused
    form.add_refused(refused)
    return _show(request, desk, difference_id, bound={verb: form}, status=refused.refusal.status)


def _one(actor: Actor, difference_id: int) -> DifferencePage:
    found = difference_page(difference_id, actor)
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest,
    desk: Desk,
    difference_id: int,
    *,
    bound: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = _one(desk.actor, difference_id)
    line, claim, forms = found.line, found.line.claim, bound or {}
    verbs = may(line, desk.actor)
    changed, same = compared(found)
    rulebook = rulebook_for(claim.district_id)
    scheme = rulebook.schemes[claim.scheme].label if claim.scheme in rulebook.schemes else claim.scheme
    context = {
        "title": f"{about(claim)} {scheme}：{headline(line)}",
        "crumbs": [Crumb("事后更正差额", reverse("bureau:differences")), Crumb(claim.number)],
        "line": line,
        "claim": claim,
        "claim_url": claim_url(claim),
        "scheme": scheme,
        "headline": headline(line),
        "state_word": DIFFERENCE.states[line.state],
        "state_tone": "wait" if line.state in LIVE else "off",
        "live": line.state in LIVE,
        "left": desk.left(line.due_on) if line.state in LIVE else None,
        "tone": TONES[line.direction],
        "fact": late_fact(found),
        "money": money_facts(found),
        "changed": changed,
        "same": same,
        "page": found,
        "beside": [(one, reverse("bureau:difference", args=[one.pk]), headline(one)) for one in found.beside],
        "events": happened(found),
        "opened_on": legal_day(line.opened_at),
        "proposal": PROPOSALS.get(line.proposal, ""),
        "effect": EFFECTS.get(line.proposal, ""),
        "agreed": in_sentence(line.agreed_fen) if line.agreed_fen is not None else "",
        "offers": _offers(line, forms) if "propose" in verbs else [],
        **_asked(line, scheme),
        "confirm_form": (forms.get("confirm") or ConfirmForm()) if "confirm" in verbs else None,
        "return_form": (forms.get("return") or ReturnForm()) if "return" in verbs else None,
        "return_open": "return" in forms,
        "why_not": _why_not(line, desk.actor, verbs),
        **chain(claim, desk),
    }
    return page(request, "bureau/difference.html", context, status=status)


def _offers(line: Any, forms: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "verb": proposal,
            "label": PROPOSALS[proposal],
            "effect": EFFECTS[proposal],
            "form": forms.get(proposal) or ProposeForm(proposal=proposal, line=line),
            "open": proposal in forms,
            "url": reverse("bureau:difference_propose", args=[line.pk, proposal]),
        }
        for proposal in open_to(line)
    ]


def _asked(line: Any, scheme: str) -> dict[str, str]:
    """What is asked before a proposal is confirmed: whose money, how much, and what follows."""
    moved = abs((line.agreed_fen or 0) - line.paid_fen) if line.agreed_fen is not None else 0
    does = PROPOSALS.get(line.proposal, "")
    sums = ""
    if line.proposal in ("recover", "pay"):
        does = f"{'追回' if line.proposal == 'recover' else '补发'}{in_sentence(moved)}"
        sums = f"已享受{in_sentence(line.paid_fen)}，应享受{in_sentence(line.agreed_fen or 0)}。"
    return {
        "confirm_label": f"复核确认：{PROPOSALS.get(line.proposal, '')}",
        "confirm_title": f"确认{does}？",
        "confirm_text": f"{about(line.claim)}，{scheme}。{sums}{EFFECTS.get(line.proposal, '')}",
        "confirm_url": reverse("bureau:difference_decide", args=[line.pk, "confirm"]),
        "confirm_tone": "danger" if line.proposal == "recover" else "primary",
    }


def _why_not(line: Any, actor: Actor, verbs: set[str]) -> str:
    """Why there is no button, where one would be expected."""
    if verbs or line.state not in LIVE:
        return ""
    if actor.user_id == line.proposed_by:
        return "意见由您提出，须由另一位复审人员复核确认。"
    if actor.user_id == line.claim.submitted_by:
        return "这是您本人提交的申请，须由其他工作人员办理。"
    return "已提出处理意见，现在由复审岗复核，您可以查看，不能办理。"
