"""选课 on the phone: open classes near me, what one would mean for me, the choice in three taps, and my courses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.orders.delivery.queries.quality import quality_of
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.actions.previewing import preview
from wudan.orders.enrolment.queries.choosing import choosable, shown_offer
from wudan.orders.enrolment.queries.foresight import Told
from wudan.orders.enrolment.queries.listing import live_enrolments
from wudan.orders.enrolment.queries.places import places_left, waiting_counts, waiting_places
from wudan.orders.enrolment.states import ENROLMENT, LIVE
from wudan.orders.subsidy.queries.of_class import claims_of_enrolments
from wudan.orders.subsidy.states import CLAIM
from wudan.policy.queries import rulebook_for
from wudan.web.learner.frame import Visit, frame
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.choosing.words import STATE_TONES, days_of, foreseen, offer_facts, offer_words
from wudan.web.shared.parts import Tone
from wudan.web.shared.render import page
from wudan.web.shared.words import cn_date

A_PAGE = 20
CALLED_OFF_SHOWN = timedelta(days=30)


@require_GET
@for_roles(Role.WORKER)
def courses(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Open classes: my town first, then the district's, soonest first."""
    visit = Visit(actor)
    code = request.GET.get("d", "")
    place = visit.place(code) if code else visit.home
    text, town = request.GET.get("q", "").strip()[:40], request.GET.get("town", "")
    mine = visit.me.town_id or ""
    cards: list[Any] = []
    shown = None
    if place is not None:
        found = choosable(
            place.code, visit.today, town_code=mine, only_town=mine if town == "mine" else "", text=text
        )
        shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
        offers = list(shown.object_list)
        left, waiting = _room([o.pk for o in offers])
        cards = [(offer_words(o, left[o.pk], waiting.get(o.pk, 0)), o.town_id == mine) for o in offers]
    context = frame(
        visit, title="选课", back_url=reverse("learner:home"), place=place, here=place,
        places=list(visit.places.values()), cards=cards, shown=shown, text=text,
        only_mine=town == "mine", my_town=visit.me.town, mine=live_courses(visit), orders_url=_orders_url(),
    )  # fmt: skip
    return page(request, "learner/courses.html", context)


def _orders_url() -> str:
    """提单, where the house has its page."""
    try:
        return reverse("learner:order_new")
    except NoReverseMatch:
        return ""


def _room(offer_ids: list[int]) -> tuple[dict[int, int], dict[int, int]]:
    return places_left(offer_ids), waiting_counts(offer_ids)


# --- one class ---------------------------------------------------------------------------------------------------
class ToldForm(f.Form):
    """What only the person knows; only what the scheme asks about is asked."""

    pension = forms.TypedChoiceField(
        label="按月领取养老金",
        required=False,
        coerce=str,
        choices=[("", "没有说"), ("no", "没有"), ("yes", "在领")],
    )
    months = forms.IntegerField(
        label="失业保险累计缴费几个月", required=False, min_value=0, max_value=900,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "w-number"}),
        help_text="不清楚的不填，以社保记录为准。",
    )  # fmt: skip
    prior = forms.TypedChoiceField(label="已经有的最高等级证书", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, district_id: str, columns: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        levels = rulebook_for(district_id).levels
        prior = self.fields["prior"]
        assert isinstance(prior, forms.TypedChoiceField)  # noqa: S101 - for the type
        prior.choices = [("", "没有说"), *((code, one.label) for code, one in levels.items())]
        for name, column in (
            ("pension", "draws_pension"),
            ("months", "insured_months"),
            ("prior", "prior_level"),
        ):
            if column not in columns:
                del self.fields[name]

    def told(self) -> Told:
        """Unreadable answers count as not given."""
        said = self.cleaned_data if self.is_bound and self.is_valid() else {}
        pension = {"yes": True, "no": False}.get(said.get("pension", ""))
        return Told(said.get("months"), said.get("prior"), pension)


def _told_form(request: HttpRequest, offer: Any) -> ToldForm:
    rulebook = rulebook_for(offer.district_id)
    line = rulebook.lines[offer.line]
    scheme = rulebook.schemes.get(line.scheme)
    if scheme is not None and scheme.by_provider:
        scheme = rulebook.schemes.get(line.allowance)
    given = request.GET  # also of a POST: its address carries what was told on the page
    said = any(given.get(name) for name in ("pension", "months", "prior"))
    columns = scheme.columns if scheme and "fee_fen" not in scheme.columns else ()
    return ToldForm(given if said else None, district_id=offer.district_id, columns=columns)


@require_GET
@for_roles(Role.WORKER)
def course(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """One class, and before choosing: will it be paid for me, how much, why not."""
    visit = Visit(actor)
    offer = shown_offer(offer_id)
    if offer is None:
        raise Http404
    form = _told_form(request, offer)
    seen = preview(offer_id=offer_id, person_id=visit.me.pk, told=form.told(), actor=visit.actor, at=visit.at)
    if seen is None:
        raise Http404
    own = next((e for e in live_enrolments(visit.me.pk).filter(offer=offer) if e.state in LIVE), None)
    words = offer_words(offer, seen.places_left, seen.waiting)
    said = {name: form.data.get(name, "") for name in form.fields} if form.is_bound else {}
    choose_url = reverse("learner:course_choose", args=[offer_id]) + (f"?{urlencode(said)}" if said else "")
    quality = quality_of(offer.provider_id, visit.today) if offer.provider_id else None
    context = frame(
        visit, title=offer.title, place=visit.place(offer.district_id), back_url=reverse("learner:courses"), offer=offer, words=words,
        answer=foreseen(seen, visit.today), seen=seen, facts=offer_facts(words, seen.rulebook), form=form,
        choose_url=choose_url, own=own,
        quality=quality, full=not seen.places_left or bool(seen.waiting),
        rating=f"{quality.rating_tenths / 10:.1f}" if quality and quality.rating_tenths is not None else "",
        confirm_text=f"{words.when}，{words.where}。{words.cost}。",
    )  # fmt: skip
    return page(request, "learner/course.html", context)


@require_POST
@for_roles(Role.WORKER)
def choose(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """选单."""
    offer = shown_offer(offer_id)
    if offer is None:
        raise Http404
    visit = Visit(actor)
    told = _told_form(request, offer).told()
    try:
        made = pick(
            offer_id=offer_id, person_id=visit.me.pk, chosen_by="person", told=told, actor=actor, at=visit.at
        )
    except Refused as refused:
        return _not_chosen(request, visit, offer, refused)
    if made.state == "enrolled":
        messages.success(request, f"已选上，{cn_date(offer.period.lower)}开班。开班前可以随时退选。")
    else:
        place = waiting_places([made])[made.pk]
        messages.success(
            request, f"名额已满，您排在候补第{place}位。有人退选时按顺序转为正式名额，不用再办。"
        )
    return redirect("learner:enrolment", made.pk)


def _not_chosen(request: HttpRequest, visit: Visit, offer: Any, refused: Refused) -> HttpResponse:
    """Why not, and where to go from here. Light: when a class fills up, most who press the button end here."""
    context = frame(
        visit,
        title="没有选上",
        place=visit.place(offer.district_id),
        back_url=reverse("learner:courses"),
        offer=offer,
        refusals=refused.refusals,
        orders_url=_orders_url(),
    )
    return page(request, "learner/not_chosen.html", context, status=refused.refusal.status)


# --- my courses --------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Chosen:
    """One of my courses as a card."""

    enrolment: Any
    label: str
    detail: str
    head: str
    tone: Tone
    next: str
    href: str
    claim_href: str = ""


def chosen_cards(enrolments: list[Any], today: date) -> list[Chosen]:
    places = waiting_places(enrolments)
    claims = claims_of_enrolments([e.pk for e in enrolments if e.state == "completed"])
    return [_chosen(e, places.get(e.pk), claims.get(e.pk), today) for e in enrolments]


def _chosen(e: Any, place: int | None, claim: Any, today: date) -> Chosen:
    first = e.period.lower
    head = f"候补第{place}位" if place else ENROLMENT.states[e.state]
    days = (first - today).days
    then = {
        "waiting": f"有人退选就轮到您，最迟到{cn_date(first)}开班那天。",
        "enrolled": f"{cn_date(first)}开班" + (f"，还有{days}天。" if days > 0 else "。"),
        "in_class": "上课时请扫码签到。",
        "completed": f"补贴申请：{CLAIM.states[claim.state]}。"
        if claim
        else "考核合格、拿到证书后，系统自动算好补贴。",
        "cancelled": _called_off_words(e),
    }.get(e.state, e.reason)
    return Chosen(
        e, e.offer.title, f"{days_of(e.period)}　{e.offer.provider.name if e.offer.provider else '承训机构待定'}", head,
        STATE_TONES[e.state], then, reverse("learner:enrolment", args=[e.pk]),
        reverse("learner:claim", args=[claim.claim_id]) if claim else "",
    )  # fmt: skip


def _called_off_words(e: Any) -> str:
    """Why the class is not held (any more), and that nothing is lost by it."""
    why = f"{e.reason.rstrip('。')}。" if e.reason else ""
    waits = "您的提单重新等待编班，也可以另选班次。" if e.order_id else "您可以另选班次。"
    return f"{why}{waits}占用过的补贴次数都已还给您。"


def courses_now(visit: Visit) -> tuple[list[Chosen], list[Chosen]]:
    """What I have chosen and what has not ended, soonest first; and what was called off (班次取消) of late. One query for both."""
    off = Q(state="cancelled", state_since__gte=visit.at - CALLED_OFF_SHOWN)
    cards = chosen_cards(list(live_enrolments(visit.me.pk).filter(Q(state__in=LIVE) | off)), visit.today)
    return [c for c in cards if c.enrolment.state in LIVE], [
        c for c in cards if c.enrolment.state not in LIVE
    ]


def live_courses(visit: Visit) -> list[Chosen]:
    return courses_now(visit)[0]


@require_GET
@for_roles(Role.WORKER)
def enrolment(request: HttpRequest, actor: Actor, enrolment_id: int) -> HttpResponse:
    """One of my courses."""
    return _enrolment(request, Visit(actor), enrolment_id, None)


def _enrolment(
    request: HttpRequest, visit: Visit, enrolment_id: int, refused: Refused | None
) -> HttpResponse:
    one = live_enrolments(visit.me.pk).filter(pk=enrolment_id).first()
    if one is None:
        raise Http404
    (card,) = chosen_cards([one], visit.today)
    left, waiting = _room([one.offer_id])
    words = offer_words(one.offer, left[one.offer_id], waiting.get(one.offer_id, 0))
    rulebook = rulebook_for(one.district_id)
    reasons = [
        rulebook.reason(code, one.evaluation.facts if one.evaluation else None) for code in one.reasons
    ]
    context = frame(
        visit, title=one.offer.title, place=visit.place(one.district_id), back_url=reverse("learner:learning"), one=one, card=card,
        facts=offer_facts(words, rulebook), reasons=reasons, by=one.get_chosen_by_display(),
        may_withdraw=one.state in ("waiting", "enrolled"), refusals=refused.refusals if refused else (),
    )  # fmt: skip
    return page(request, "learner/enrolment.html", context, status=refused.refusal.status if refused else 200)


@require_POST
@for_roles(Role.WORKER)
def withdraw(request: HttpRequest, actor: Actor, enrolment_id: int) -> HttpResponse:
    """退选."""
    visit = Visit(actor)
    before = live_enrolments(visit.me.pk).filter(pk=enrolment_id).first()
    if before is None:
        raise Http404
    try:
        withdraw_enrolment(
            enrolment_id=enrolment_id, reason=request.POST.get("reason", "")[:200], actor=actor, at=now()
        )
    except Refused as refused:
        return _enrolment(request, visit, enrolment_id, refused)
    waited = before.state == "waiting"
    said = "已退出候补。" if waited else "已退选，名额让给下一位，占用的补贴次数也还给您。"
    messages.success(request, said)
    return redirect("learner:learning")
