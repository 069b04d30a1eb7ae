"""What an applicant does to a claim that came back: correct, withdraw, give another account and have it paid again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused, forbid
from wudan.kernel.periods import legal_day
from wudan.orders.payment.actions import repaying
from wudan.orders.payment.actions.differing import state_case
from wudan.orders.payment.differences import of_claim
from wudan.orders.payment.queries import lines_of_claim
from wudan.orders.subsidy.actions import correcting
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.queries.casefile import ClaimPage, claim_page
from wudan.policy.queries import rulebook_for
from wudan.web.shared.applicants import case
from wudan.web.shared.applicants.claim_forms import AccountForm, CaseForm
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

GONE = "请回到申请页面查看现在的状态。"


def correct(request: HttpRequest, actor: Actor, claim_id: int, *, desk: Desk) -> HttpResponse:
    """补正: the same form, filled in as it was; a wrong subsidy may be changed (`?scheme=`)."""
    seen = _seen(actor, claim_id, "correct", "这笔申请现在不需要补正。")
    rulebook = rulebook_for(seen.claim.district_id)
    schemes = [s for s in rulebook.schemes.values() if s.by_provider == (seen.claim.person_id is None)]
    wanted = request.GET.get("scheme", "")
    scheme = next((s for s in schemes if s.code == wanted), rulebook.schemes[seen.claim.scheme])
    written = ClaimForm.of(seen.claim)
    form = CaseForm(
        request.POST if request.method == "POST" else None,
        rulebook=rulebook,
        scheme=scheme,
        initial=written.answers(),
    )
    if form.is_bound and form.is_valid():
        try:
            done = correcting.correct(claim_id=claim_id, form=form.case(written), actor=actor, at=now())
            by = f"，{cn_date(done.due_on)}前受理" if done.due_on else ""
            messages.success(
                request, f"补正已提交。接下来由区人社局重新核对{by}，先后次序按第一次申请的时间。"
            )
            return redirect(desk.url("claim", claim_id))
        except Refused as refused:
            form.add_refused(refused)
    context = _frame(actor, desk, seen, "补正申请", form=form, scheme=scheme, schemes=schemes)
    context |= case.context(seen, legal_day(now()), (), desk)
    return page(request, "shared/applicants/correct.html", context, status=422 if form.errors else 200)


def withdraw(request: HttpRequest, actor: Actor, claim_id: int, *, desk: Desk) -> HttpResponse:
    """撤回: with a reason, up to the public notice."""
    claim_page(claim_id, actor)
    done = correcting.withdraw(
        claim_id=claim_id, actor=actor, at=now(), comment=request.POST.get("reason", "").strip()[:200]
    )
    messages.success(request, f"申请{done.number}已撤回，不再办理。需要时可以重新申请。")
    return redirect(desk.url("claim", claim_id))


def late_statement(request: HttpRequest, actor: Actor, claim_id: int, *, desk: Desk) -> HttpResponse:
    """陈述申辩 about what became known of a claim of this organisation."""
    claim_page(claim_id, actor)
    late = of_claim(claim_id)
    if late is None:
        forbid("这笔申请没有需要陈述的事项。", remedy=GONE)
    state_case(difference_id=late.line.pk, content=request.POST.get("content", ""), actor=actor, at=now())
    messages.success(request, "陈述已经交给区人社局，办理的工作人员作决定前会看到。")
    return redirect(desk.url("claim", claim_id))


def account(request: HttpRequest, actor: Actor, claim_id: int, *, desk: Desk) -> HttpResponse:
    """银行退票: another account of the organisation, and the claim waits for the next batch."""
    seen = _seen(actor, claim_id, "repay", "这笔申请现在没有退票。")
    if seen.claim.payee == "person":
        forbid(
            "这笔补贴付给本人，收款账户由本人登录更正。",
            remedy="请通知本人登录更正，或由区人社局财务人员凭本人银行卡更正。",
        )
    form = AccountForm(request.POST if request.method == "POST" else None)
    context = _frame(actor, desk, seen, "更正收款账户", form=form)
    if form.is_bound and form.is_valid():
        try:
            done = repaying.repay_to(
                claim_id=claim_id,
                holder=context["organisation"].name,
                actor=actor,
                at=now(),
                **form.cleaned_data,
            )
            by = f"，{cn_date(done.due_on)}前拨付" if done.due_on else ""
            messages.success(request, f"新账户已登记，这笔申请等待列入下一个拨付批次{by}。")
            return redirect(desk.url("claim", claim_id))
        except Refused as refused:
            form.add_refused(refused)
    line = next((one for one in lines_of_claim(claim_id) if one.state == "bounced"), None)
    context |= {"line": line, "claim": seen.claim}
    return page(request, "shared/applicants/account.html", context, status=422 if form.errors else 200)


def repay(request: HttpRequest, actor: Actor, claim_id: int, *, desk: Desk) -> HttpResponse:
    """Pay again to the account that has been corrected since the bounce."""
    claim_page(claim_id, actor)
    done = repaying.repay(claim_id=claim_id, actor=actor, at=now())
    by = f"，{cn_date(done.due_on)}前拨付" if done.due_on else ""
    messages.success(request, f"已申请重新拨付，等待列入下一个拨付批次{by}。")
    return redirect(desk.url("claim", claim_id))


def _seen(actor: Actor, claim_id: int, verb: str, no: str) -> ClaimPage:
    """The claim with this verb among its buttons; another organisation's is not found."""
    seen = claim_page(claim_id, actor)
    if verb not in {m.verb for m in seen.moves}:
        forbid(no, remedy=GONE)
    return seen


def _frame(actor: Actor, desk: Desk, seen: ClaimPage, title: str, **more: Any) -> dict[str, Any]:
    back = desk.url("claim", seen.claim.pk)
    crumbs = [Crumb("申请", desk.url("claims")), Crumb(seen.claim.number, back), Crumb(title)]
    return frame(actor, desk, title=title, subtitle=case.title(seen), crumbs=crumbs, back=back, **more)
