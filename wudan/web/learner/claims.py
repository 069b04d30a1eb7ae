"""One claim of mine: where it stands, what comes next, why so much or why not, and what I can do about it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.payment.actions.differing import state_case
from wudan.orders.payment.actions.inquiring import say_received
from wudan.orders.payment.actions.repaying import repay as pay_again
from wudan.orders.payment.differences import of_claim
from wudan.orders.payment.queries import inquiries_of, lines_of_claim, open_recoveries
from wudan.orders.subsidy.actions.correcting import withdraw as take_back
from wudan.orders.subsidy.queries.casefile import ClaimPage, claim_page
from wudan.orders.subsidy.queries.notices import notices_of
from wudan.web.learner.explaining import explained
from wudan.web.learner.frame import Visit, frame
from wudan.web.learner.words import stage, timeline
from wudan.web.shared.acting import for_roles
from wudan.web.shared.late_words import told_late
from wudan.web.shared.parts import Fact
from wudan.web.shared.render import page
from wudan.web.shared.trails import orders_bar
from wudan.web.shared.words import cn_date, day_words

BACK = (
    "send_back",
    "reject",
    "reject_second",
    "uphold",
)  # the verbs whose comment is written for the applicant


@require_GET
@for_roles(Role.WORKER)
def claim(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """The claim down the page, on a phone in one column."""
    visit = Visit(actor)
    found = claim_page(claim_id, actor, visit.today)
    one = found.claim
    place = visit.place(one.district_id)
    notice = notices_of([one.pk]).get(one.pk)
    closes_on = notice.closes_on if notice and one.state == "noticed" else None
    inquiry = inquiries_of([one.pk]).get(one.pk)
    owed = open_recoveries(actor, one.pk) if one.payee == "person" else []
    standing = stage(one, closes_on, inquiry, owed)
    dates = {review.verb: legal_day(review.at) for review in found.reviews}
    if notice:
        dates["publish"] = notice.opened_on
    moments = timeline(one, dates, standing, applied_on=legal_day(one.applied_at))
    left = visit.left(one.district_id, standing.due)
    verbs = {move.verb for move in found.moves}
    context = frame(
        visit,
        title=found.scheme_label,
        place=place,
        back_url=reverse("learner:home"),
        claim=one,
        stage=standing,
        days_left=left,
        moments=moments,
        orders=orders_bar(one, actor, "learner", href="#timeline"),
        since=legal_day(standing.since or one.state_since),
        explained=explained(found),
        said=_said(found),
        bank=_bank(one),
        facts=_facts(found),
        late=told_late(
            one, statement=reverse("learner:late_statement", args=[one.pk]), mine=one.payee == "person"
        ),
        notice=notice if notice and visit.today < notice.expires_on else None,
        payee=_payee(found, visit.me.name),
        can_correct="correct" in verbs,
        can_withdraw="withdraw" in verbs,
        can_repay="repay" in verbs and one.payee == "person",
        owed=owed,
        asks_receipt=one.state == "paid" and one.payee == "person" and not owed,
        asks_again=one.receipt_answer == "no" and inquiry is not None and inquiry.state == "arrived",
    )
    return page(request, "learner/claim.html", context)


@require_POST
@for_roles(Role.WORKER)
def receipt(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """Whether the money arrived."""
    received = request.POST.get("received") == "yes"
    asked = say_received(claim_id=claim_id, received=received, actor=actor, at=now())
    if received:
        messages.success(request, "谢谢您的确认，这笔补贴已经办结。以后发现不对，可以在这里更正。")
    else:
        by = f"在{cn_date(asked.due_on)}前" if asked is not None and asked.due_on else ""
        messages.success(
            request,
            f"已记下您没有收到，转给区人社局财务人员与银行核实，{by}答复您，结果写在本页。请先核对收款账户的账号。",
        )
    return redirect("learner:claim", claim_id)


@require_POST
@for_roles(Role.WORKER)
def late_statement(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """陈述申辩 about what became known of this claim."""
    visit = Visit(actor)
    found = claim_page(claim_id, actor, visit.today)
    late = of_claim(found.claim.pk)
    if late is None:
        raise Http404
    state_case(difference_id=late.line.pk, content=request.POST.get("content", ""), actor=actor, at=now())
    messages.success(request, "您的陈述已经交给区人社局，办理的工作人员作决定前会看到。")
    return redirect("learner:claim", claim_id)


@require_POST
@for_roles(Role.WORKER)
def withdraw(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """Take the application back."""
    take_back(claim_id=claim_id, actor=actor, at=now(), comment=request.POST.get("reason", "").strip()[:200])
    messages.success(
        request, "申请已撤回，从现在起不再办理。需要时可以重新申请，原来填写的内容不占用您的享受次数。"
    )
    return redirect("learner:claim", claim_id)


@require_POST
@for_roles(Role.WORKER)
def repay(request: HttpRequest, actor: Actor, claim_id: int) -> HttpResponse:
    """The account was mended: ask for the money again."""
    done = pay_again(claim_id=claim_id, actor=actor, at=now(), comment="")
    by = f"最迟{done.due_on.year}年{done.due_on.month}月{done.due_on.day}日前" if done.due_on else "下一批"
    messages.success(request, f"已提交重新拨付，{by}打进您现在登记的账户。到账后请回来确认。")
    return redirect("learner:claim", claim_id)


def _said(found: ClaimPage) -> list[dict[str, Any]]:
    """What officials wrote to the applicant, newest first."""
    written = [r for r in reversed(found.reviews) if r.verb in BACK and r.comment]
    return [{"text": r.comment, "on": legal_day(r.at), "who": r.actor_label} for r in written]


def _bank(one: Any) -> dict[str, Any] | None:
    """The last attempt to pay: the day, and the bank's reason where it came back."""
    line = (
        lines_of_claim(one.pk).first()
        if one.state in ("paid", "bounced", "recovering", "recovered")
        else None
    )
    if line is None:
        return None
    on = legal_day(line.answered_at) if line.answered_at else None
    return {
        "reason": line.bank_reason,
        "on": on,
        "account": f"{line.bank} {line.number_masked}",
        "holder": line.holder,
    }


def _facts(found: ClaimPage) -> list[Fact]:
    """What was written in the application, without the blanks."""
    head = [
        Fact("申请编号", found.claim.number),
        Fact("申请方式", found.claim.get_applied_by_display()),
    ]
    if found.claim.organisation is not None:
        head.append(Fact("申请单位", found.claim.organisation.name))
    return head + [Fact(f.label, day_words(f.text)) for f in found.facts if f.text not in ("—", "")]


def _payee(found: ClaimPage, name: str) -> str:
    one = found.claim
    clause = found.payee_clause
    if one.payee == "person":
        return f"付给您本人（{name}）登记的收款账户。依据：{clause}。"
    whom = one.organisation.name if one.organisation else "申请单位"
    return f"按规定付给{whom}，不付给您本人。依据：{clause}。"
