"""代选课 at the counter: for somebody who stands there, with the consent recorded; what it would mean is shown first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.roles import Role
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.actions.picking import pick
from wudan.orders.enrolment.actions.previewing import preview
from wudan.orders.enrolment.queries.choosing import choosable, shown_offer
from wudan.orders.enrolment.queries.foresight import Told
from wudan.orders.enrolment.queries.listing import live_enrolments
from wudan.orders.enrolment.queries.places import places_left, waiting_counts, waiting_places
from wudan.orders.enrolment.states import ENROLMENT, LIVE
from wudan.people.queries import towns
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.people import one_person
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.choosing.words import STATE_TONES, days_of, foreseen, offer_facts, offer_words
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page


class ConsentForm(f.Form):
    consent = forms.CharField(
        label="本人同意的方式", min_length=4, max_length=200, help_text="例如：本人到场签字；电话征得同意，2020年11月16日。"
    )  # fmt: skip
    pension = forms.ChoiceField(
        label="是否按月领取养老金",
        choices=[("no", "没有领取"), ("yes", "正在领取")],
        help_text="请当面询问本人。",
    )


@require_GET
@for_roles(Role.TOWN)
def courses(request: HttpRequest, actor: Actor, person_id: int) -> HttpResponseBase:
    """Open classes for this person, those of the town first; and what has been chosen already."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    chosen = list(live_enrolments(person_id).filter(district_id=desk.code, state__in=LIVE))
    places = waiting_places(chosen)

    def fetch(query: Query) -> list[Any]:
        offers = list(
            choosable(
                desk.code, desk.today, town_code=found.town_id or "", only_town=query.get("town"), text=query.search,
                level=query.get("level"),
            )[:500]
        )  # fmt: skip
        ids = [o.pk for o in offers]
        left, queued = places_left(ids), waiting_counts(ids)
        return [offer_words(o, left[o.pk], queued.get(o.pk, 0)) for o in offers]

    rulebook = rulebook_for(desk.code)
    spec: ListPage[Any] = ListPage(
        title=f"为{found.name}选课", search="班次、职业或培训机构", unit="个班次", empty_title="现在没有可选的班次",
        empty_text="可以先为本人提单，有合适的班次时通知本人。",
        filters=[
            Filter("town", "上课镇街", list(towns(desk.code).values_list("code", "name"))),
            Filter("level", "等级", [(c, one.label) for c, one in rulebook.levels.items() if c != "0"]),
        ],
        columns=[
            Column(
                "班次", lambda w: w.offer.title, "strong", note=lambda w: w.what,
                href=lambda w: reverse("bureau:person_course", args=[person_id, w.offer.pk]),
            ),
            Column("培训期间", lambda w: w.when),
            Column("地点和机构", lambda w: w.where, note=lambda w: w.who),
            Column("培训类别", lambda w: rulebook.lines[w.offer.line].label),
            Column("学费", lambda w: w.fee),
            Column("名额", lambda w: w.room, "badge", tone=lambda w: w.room_tone),
            Column("选单截止", lambda w: w.until, "date"),
        ],
    )  # fmt: skip
    context = {
        "crumbs": [*_crumbs(found), Crumb("选课")],
        "person": found,
        "chosen": [
            (e, f"候补第{places[e.pk]}位" if e.pk in places else ENROLMENT.states[e.state], STATE_TONES[e.state], days_of(e.period))
            for e in chosen
        ],
    }  # fmt: skip
    return spec.respond(request, fetch, "bureau/person_courses.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.TOWN)
def course(request: HttpRequest, actor: Actor, person_id: int, offer_id: int) -> HttpResponse:
    """One class for this person: what it would mean, then the consent and the choice."""
    desk = Desk(actor)
    found = one_person(request, actor, person_id)
    offer = shown_offer(offer_id)
    if offer is None or offer.district_id != desk.code:
        raise Http404
    form = ConsentForm(request.POST or None)
    told = Told(draws_pension=request.POST.get("pension") == "yes" if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = pick(
                offer_id=offer_id, person_id=person_id, chosen_by="town", consent=form.cleaned_data["consent"], told=told,
                actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            word = (
                "已选上"
                if made.state == "enrolled"
                else f"名额已满，排在候补第{waiting_places([made])[made.pk]}位"
            )
            messages.success(request, f"{found.name}{word}：{offer.title}。请把上课时间和地点告诉本人。")
            return redirect("bureau:person_courses", person_id)
    seen = preview(
        offer_id=offer_id, person_id=person_id, chosen_by="town", told=told, actor=actor, at=desk.at
    )
    if seen is None:
        raise Http404
    words = offer_words(offer, seen.places_left, seen.waiting)
    context = {
        "title": offer.title,
        "subtitle": f"为{found.name}选课　{words.what}",
        "crumbs": [*_crumbs(found), Crumb("选课", reverse("bureau:person_courses", args=[person_id])), Crumb(offer.title)],
        "answer": foreseen(seen, desk.today, "该学员"),
        "seen": seen,
        "words": words,
        "facts": offer_facts(words, seen.rulebook),
        "form": form,
        "submit": "候补" if not seen.places_left or seen.waiting else "确认选单",
        "cancel_url": reverse("bureau:person_courses", args=[person_id]),
    }  # fmt: skip
    return page(request, "bureau/person_course.html", context, status=422 if form.errors else 200)


@require_POST
@for_roles(Role.TOWN)
def withdraw(request: HttpRequest, actor: Actor, person_id: int, enrolment_id: int) -> HttpResponse:
    """退选 for this person."""
    one_person(request, actor, person_id)
    if not live_enrolments(person_id).filter(pk=enrolment_id).exists():
        raise Http404
    withdraw_enrolment(
        enrolment_id=enrolment_id, reason=request.POST.get("reason", ""), actor=actor, at=Desk(actor).at
    )
    messages.success(request, "已退选，名额让给候补的下一位。")
    return redirect("bureau:person_courses", person_id)


def _crumbs(found: Any) -> list[Crumb]:
    return [
        Crumb("人员", reverse("bureau:people")),
        Crumb(found.name, reverse("bureau:person", args=[found.pk])),
    ]
