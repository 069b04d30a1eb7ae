"""接单: what the provider is asked, what it may offer itself for, and what waits to become a class."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.periods import legal_day, working_days_left
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.answering import (
    accept_order,
    bid,
    refuse_order,
    release_order,
    withdraw_bid,
)
from wudan.orders.delivery.queries.answers import (
    answer_of,
    biddable_offers,
    taken_offers,
    visible_answers,
)
from wudan.organisations.queries import calendar_overrides
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.offers import offer_facts, offer_line
from wudan.web.shared.classes.words import ANSWER_TONES
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

RECENT = 30
ACTS: dict[str, tuple[Any, str]] = {
    "refuse": (refuse_order, "已答复不接单。"),
    "withdraw": (withdraw_bid, "方案已撤回。"),
    "release": (release_order, "已退单，班次重新等待机构承接。"),
}


class BidForm(f.Form):
    plan = forms.CharField(
        label="实施方案",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="写明主讲教师、场地和工位、课程安排、考核办法、就业推荐。至少10个字。",
    )


@require_GET
@for_roles(Role.PROVIDER)
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Waiting for an answer first, with the clock; then free offers; then what became of the others."""
    at = now()
    today, overrides = legal_day(at), calendar_overrides(actor.district_id or "")
    answers = list(visible_answers(actor)[:200])
    waiting = sorted((a for a in answers if a.state == "asked"), key=lambda a: (a.due_on, a.pk))
    context = {
        "title": "接单",
        "subtitle": "区人力资源社会保障局发给本机构的班次，和本机构可以报方案的班次。",
        "waiting": [
            {"answer": a, **offer_line(a.offer), "left": working_days_left(today, a.due_on, overrides)}
            for a in waiting
        ],
        "taken": [{"offer": o, **offer_line(o)} for o in taken_offers(actor)],
        "free": [{"offer": o, **offer_line(o)} for o in biddable_offers(actor, today)],
        "past": [
            {"answer": a, **offer_line(a.offer), "tone": ANSWER_TONES[a.state]}
            for a in answers
            if a.state != "asked"
        ][:RECENT],
    }
    return page(request, "provider/orders.html", context)


@require_GET
@for_roles(Role.PROVIDER)
def order(request: HttpRequest, actor: Actor, answer_id: int) -> HttpResponse:
    """One offer we were asked for, or offered ourselves for."""
    found = _one(actor, answer_id)
    today = legal_day(now())
    left = working_days_left(today, found.due_on, calendar_overrides(found.offer.district_id))
    context = {
        "title": found.offer.title,
        "crumbs": [Crumb("接单", reverse("provider:orders")), Crumb(found.offer.title)],
        "answer": found,
        "facts": offer_facts(found.offer),
        "tone": ANSWER_TONES[found.state],
        "left": left if found.state == "asked" else None,
    }
    return page(request, "provider/order.html", context)


@require_POST
@for_roles(Role.PROVIDER)
def accept(request: HttpRequest, actor: Actor, answer_id: int) -> HttpResponse:
    found = _one(actor, answer_id)
    accept_order(answer_id=answer_id, actor=actor, at=now())
    messages.success(request, f"已接单“{found.offer.title}”。接下来请建班并编写教学计划。")
    return redirect("provider:orders")


@require_POST
@for_roles(Role.PROVIDER)
def answer(request: HttpRequest, actor: Actor, answer_id: int, verb: str) -> HttpResponse:
    """不接单、撤回方案、退单."""
    _one(actor, answer_id)
    if verb not in ACTS:
        raise Http404
    action, done = ACTS[verb]
    given = {} if verb == "withdraw" else {"reason": request.POST.get("reason", "")}
    action(answer_id=answer_id, actor=actor, at=now(), **given)
    messages.success(request, done)
    return redirect("provider:answer", answer_id)


@require_http_methods(["GET", "POST"])
@for_roles(Role.PROVIDER)
def offer_bid(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """报方案 for an offer nobody has taken."""
    at = now()
    found = next((o for o in biddable_offers(actor, legal_day(at)) if o.pk == offer_id), None)
    if found is None:
        raise Http404
    form = BidForm(request.POST or None)
    if form.is_valid():
        try:
            made = bid(offer_id=offer_id, plan=form.cleaned_data["plan"], actor=actor, at=at)
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, f"方案已报送，{made.due_on.month}月{made.due_on.day}日前选定承训机构。")
            return redirect("provider:answer", made.pk)
    context = {
        "title": f"报方案：{found.title}",
        "crumbs": [Crumb("接单", reverse("provider:orders")), Crumb("报方案")],
        "facts": offer_facts(found),
        "form": form,
        "back": reverse("provider:orders"),
    }
    return page(request, "provider/bid.html", context, status=422 if form.errors else 200)


def _one(actor: Actor, answer_id: int) -> Any:
    found = answer_of(actor, answer_id)
    if found is None:
        raise Http404
    return found
