"""找机构承接: offers nobody has taken, whom to ask, and the plans to choose from."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.delivery.actions.answering import ask_provider, choose_bid, release_order
from wudan.orders.delivery.queries.answers import (
    answer_counts,
    answer_of,
    fit_providers,
    offer_waiting,
    unplaced_offers,
    visible_answers,
)
from wudan.web.bureau.desk import Desk
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.classes.offers import offer_facts, offer_line
from wudan.web.shared.classes.words import ANSWER_TONES
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

LOOKING = (Role.INTAKE, Role.REVIEWER)


class AskForm(f.Form):
    provider = forms.ChoiceField(
        label="培训机构", help_text="本区已备案这一职业和等级、信用良好、规模足够的机构。"
    )
    note = forms.CharField(
        label="说明", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, providers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: Any = self.fields["provider"]
        named.choices = [("", "请选择"), *((o.pk, o.name) for o in providers)]


@require_GET
@for_roles(*LOOKING)
def placing(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Offers without a provider, soonest first."""
    offers = list(unplaced_offers(actor)[:200])
    counts = answer_counts([o.pk for o in offers])
    context = {
        "title": "找机构承接",
        "subtitle": "已落实资金、还没有机构接单的班次。",
        "crumbs": [Crumb("开班", reverse("bureau:openings")), Crumb("找机构承接")],
        "rows": [
            {
                "offer": o,
                **offer_line(o),
                "asked": counts.get(o.pk, (0, 0))[0],
                "bids": counts.get(o.pk, (0, 0))[1],
            }
            for o in offers
        ],
    }
    return page(request, "bureau/placing.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(*LOOKING)
def one(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """One offer: whom we asked, who offered, and asking another."""
    offer = offer_waiting(actor, offer_id)
    if offer is None:
        raise Http404
    desk = Desk(actor)
    form = AskForm(request.POST or None, providers=fit_providers(offer, desk.today))
    if form.is_valid():
        try:
            made = ask_provider(
                offer_id=offer_id,
                provider_id=int(form.cleaned_data["provider"]),
                note=form.cleaned_data["note"],
                actor=actor,
                at=desk.at,
            )
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, f"已发单，{made.due_on.month}月{made.due_on.day}日前答复。")
            return redirect("bureau:placing_offer", offer_id)
    answers = list(visible_answers(actor).filter(offer=offer_id))
    context = {
        "title": offer.title,
        "crumbs": [
            Crumb("开班", reverse("bureau:openings")),
            Crumb("找机构承接", reverse("bureau:placing")),
            Crumb(offer.title),
        ],
        "offer": offer,
        "facts": offer_facts(offer),
        "answers": [
            {
                "answer": a,
                "key": f"answer-{a.pk}",
                "tone": ANSWER_TONES[a.state],
                "left": desk.left(a.due_on) if a.state in ("asked", "bid") else None,
                "may_choose": a.state == "bid" and actor.role is Role.REVIEWER and not offer.provider_id,
                "may_release": a.state == "accepted" and offer.state in ("reserved", "open", "closed"),
            }
            for a in answers
        ],
        "form": form,
        "may_ask": offer.provider_id is None,
        "may_choose": actor.role is Role.REVIEWER,
    }
    return page(request, "bureau/placing_offer.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(*LOOKING)
def choose(request: HttpRequest, actor: Actor, answer_id: int, verb: str) -> HttpResponse:
    """选定 or 退单."""
    found = answer_of(actor, answer_id)
    if found is None or verb not in ("choose", "release"):
        raise Http404
    action = choose_bid if verb == "choose" else release_order
    action(answer_id=answer_id, reason=request.POST.get("reason", ""), actor=actor, at=Desk(actor).at)
    done = f"已选定{found.provider.name}。" if verb == "choose" else "已退单，班次重新等待机构承接。"
    messages.success(request, done)
    return redirect("bureau:placing_offer", found.offer_id)
