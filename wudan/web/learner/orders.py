"""提单 on the phone: what, where and when, check and file; my orders, what comes next, withdrawing and filing again."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused
from wudan.kernel.roles import Role
from wudan.occupations.queries import level_label
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.keeping import match_order, refile_order, withdraw_order
from wudan.orders.demand.queries import orders as queries
from wudan.orders.demand.queries.roll import visible_roll
from wudan.policy.queries import rulebook_for
from wudan.web.learner.frame import Place, Visit, frame
from wudan.web.shared import demand
from wudan.web.shared.acting import for_roles
from wudan.web.shared.demand import NO_TOWN, OWN_WORDS, WantedForm, choices_for
from wudan.web.shared.forms import Form
from wudan.web.shared.parts import Fact
from wudan.web.shared.render import page

STEPS = 3
OVER = ("merged", "refused", "withdrawn", "expired", "trained")


# --- mine ---------------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.WORKER)
def orders(request: HttpRequest, actor: Actor) -> HttpResponse:
    """My orders, those that wait first; and what I must be trained in."""
    visit = Visit(actor)
    found = list(queries.visible_orders(actor).exclude(state="merged").order_by("-id")[:100])
    cards = [_card(one) for one in found]
    context = frame(
        visit, title="我的提单", back_url=reverse("learner:home"),
        waiting=[c for c in cards if c["order"].state not in OVER], over=[c for c in cards if c["order"].state in OVER],
        must=[_must(e) for e in visible_roll(actor).filter(state__in=["due", "enrolled"]).order_by("due_on", "pk")],
    )  # fmt: skip
    return page(request, "learner/orders.html", context)


def _card(order: Any) -> dict[str, Any]:
    return {
        "order": order,
        "what": demand.what(order),
        "where": demand.where(order),
        "days": demand.days(order.wanted),
        "tone": demand.TONES[order.state],
        "next": demand.next_words(order.state),
    }


def _must(entry: Any) -> dict[str, Any]:
    line = rulebook_for(entry.district_id).lines.get(entry.category)
    return {"label": line.label if line else entry.category, "due": entry.due_on, "source": entry.source.name}


@require_GET
@for_roles(Role.WORKER)
def order(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """One order: where it stands, why, what comes next, and what I can do."""
    visit, one = Visit(actor), _own(actor, order_id)
    return _order_page(request, visit, one, None)


def _own(actor: Actor, order_id: int) -> Any:
    found = queries.order(actor, order_id)
    if found is None:
        raise Http404
    return found


def _order_page(request: HttpRequest, visit: Visit, one: Any, form: Form | None) -> HttpResponse:
    wish = request.GET.get("wish", "").replace("\x00", "").strip()[:60] or one.wish
    facts = [
        Fact("您说的话", one.wish),
        Fact("职业", one.occupation.name if one.occupation else "还没有确认"),
        Fact("等级", level_label(one.level) if one.occupation else "还没有确认"),
        Fact("上课地点", demand.where(one)),
        Fact("希望时间", demand.days(one.wanted)),
        Fact("上课方式", dict(demand.MODES)[one.mode]),
        Fact("提单方式", demand.FILED_BY[one.filed_by]),
        Fact("提单编号", one.number),
    ]
    context = frame(
        visit, title=demand.what(one), place=visit.places.get(one.district_id), back_url=reverse("learner:orders"), order=one,
        facts=facts, chain_steps=demand.chain_of(one, "#now"), tone=demand.TONES[one.state],
        next_words=demand.next_words(one.state), may=queries.may(visit.actor, one), form=form,
        own="no", choices=choices_for(wish) if one.state == "filed" else [], wish=wish, waiting=one.state not in OVER,
    )  # fmt: skip
    return page(request, "learner/order.html", context, status=422 if form and form.errors else 200)


@require_POST
@for_roles(Role.WORKER)
def withdraw(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """I no longer want it."""
    one = _own(actor, order_id)
    withdraw_order(order_id=one.pk, actor=actor, at=Visit(actor).at)
    messages.success(request, "提单已撤回。需要时可以重新提单。")
    return redirect("learner:order", one.pk)


@require_POST
@for_roles(Role.WORKER)
def match(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """I say which occupation I mean."""
    one, raw = _own(actor, order_id), request.POST.get("occupation", "")
    if not raw.isdecimal() or raw == OWN_WORDS or len(raw) > 9:
        messages.info(request, "没有改动。工作人员会按您说的话确认职业。")
        return redirect("learner:order", one.pk)
    stays = match_order(order_id=one.pk, occupation_id=int(raw), actor=actor, at=Visit(actor).at)
    if stays.pk != one.pk:
        messages.success(request, "您以前提过同样的单，两单已合为一单。")
    else:
        messages.success(request, f"职业已确认为“{demand.what(stays)}”，等待编班。")
    return redirect("learner:order", stays.pk)


# --- filing -------------------------------------------------------------------------------------------------------
@require_GET
@for_roles(Role.WORKER)
def new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step one: what I want to learn, in my own words; the words are offered as occupations while I type."""
    visit = Visit(actor)
    wish = request.GET.get("wish", "").replace("\x00", "").strip()[:60]
    place = _place(visit, request)
    context = frame(
        visit, title="您想学什么", place=place, here=place, places=list(visit.places.values()), step=1, steps=STEPS,
        back_url=reverse("learner:orders"), wish=wish, own="yes", choices=choices_for(wish), chosen=request.GET.get("occupation", ""),
        again=_again(actor, request), asked=bool(request.GET.get("asked")),
    )  # fmt: skip
    return page(request, "learner/order_what.html", context)


def _place(visit: Visit, request: HttpRequest) -> Place | None:
    code = request.GET.get("d", "")
    return visit.place(code) if code else visit.home


def _again(actor: Actor, request: HttpRequest) -> str:
    """The number of an order to be filed again (重新提单), where it is mine."""
    raw = request.GET.get("again", "")
    found = queries.order(actor, int(raw)) if raw.isdecimal() and len(raw) < 18 else None
    return str(found.pk) if found else ""


@require_GET
@for_roles(Role.WORKER)
def when(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step two: level, where, when."""
    visit = Visit(actor)
    place = _place(visit, request)
    wish = request.GET.get("wish", "").strip()
    if place is None or not wish or (not request.GET.get("occupation") and choices_for(wish)):
        return redirect(f"{reverse('learner:order_new')}?{_query(request, asked='1')}")
    given = request.GET.dict()
    initial = {"town_code": visit.me.town_id or NO_TOWN, "when": "soon", "mode": "any", **given}
    form = WantedForm(None, initial=initial, district_id=place.code, today=visit.today, ask_level=True)
    if "level" in form.fields and not given.get("level"):
        form.initial["level"] = form.fields["level"].choices[0][0]  # type: ignore[attr-defined]
    return _when_page(request, visit, place, form)


def _query(request: HttpRequest, **more: str) -> str:
    kept = {k: v for k, v in request.GET.items() if k in (*_ASKED, "d", "again") and v}
    return urlencode({**kept, **more})


_ASKED = ("wish", "occupation", "level", "town_code", "when", "since", "until", "mode")


def _when_page(request: HttpRequest, visit: Visit, place: Place, form: WantedForm) -> HttpResponse:
    said = (form.data if form.is_bound else form.initial) or {}
    context = frame(
        visit, title="在哪里学，什么时候学", place=place, step=2, steps=STEPS, form=form,
        wish=said.get("wish", ""), occupation=said.get("occupation", ""), again=_again(visit.actor, request),
        back_url=f"{reverse('learner:order_new')}?{_query(request)}",
        learns=form.found.name if form.found else f"“{said.get('wish', '')}”",
    )  # fmt: skip
    return page(
        request, "learner/order_when.html", context, status=422 if form.is_bound and form.errors else 200
    )


@require_http_methods(["GET", "POST"])
@for_roles(Role.WORKER)
def check(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Step three: everything at a glance, then file it. The answers stand in the address; nothing is half saved."""
    visit = Visit(actor)
    place = _place(visit, request)
    if place is None:
        return redirect("learner:order_new")
    form = WantedForm(request.GET, district_id=place.code, today=visit.today, ask_level=True)
    if not form.is_valid():
        return _when_page(request, visit, place, form)
    again = _again(actor, request)
    if request.method == "POST":
        try:
            made = _file(form, place, actor, visit, again)
        except Refused as refused:
            form.add_refused(refused)
            return _when_page(request, visit, place, form)
        same = made.filed_at != visit.at
        messages.success(
            request,
            "您以前提过同样的单，已合为一单，时间和地点按这次填的。"
            if same
            else "提单成功。凑够人数就编班，进展在这里看。",
        )
        return redirect("learner:order", made.pk)
    context = frame(
        visit, title="核对后提交", place=place, step=3, steps=STEPS, glance=form.glance(), again=again,
        back_url=f"{reverse('learner:order_when')}?{_query(request)}", unmatched=form.found is None,
        first_url=f"{reverse('learner:order_new')}?{_query(request)}",
    )  # fmt: skip
    return page(request, "learner/order_check.html", context)


def _file(form: WantedForm, place: Place, actor: Actor, visit: Visit, again: str) -> Any:
    row = form.wanted()
    if again and row.occupation_id:
        return refile_order(
            order_id=int(again), wanted=(row.since, row.until), occupation_id=row.occupation_id, level=row.level,
            town_code=row.town_code, mode=row.mode, actor=actor, at=visit.at,
        )  # fmt: skip
    return file_order(
        district_id=place.code, filed_by="person", person_id=actor.person_id, wish=row.wish, occupation_id=row.occupation_id,
        level=row.level, town_code=row.town_code, wanted=(row.since, row.until), mode=row.mode, actor=actor, at=visit.at,
    )  # fmt: skip
