"""选课 of an enterprise: classes it may send staff to, enrolment by roster or by ticking, who was enrolled, leaving again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.clock import now
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.enrolment.actions.leaving import withdraw_enrolment
from wudan.orders.enrolment.queries.choosing import choosable, shown_offer
from wudan.orders.enrolment.queries.listing import enrolment, list_enrolments
from wudan.orders.enrolment.queries.places import places_left, waiting_counts, waiting_places
from wudan.orders.enrolment.queries.staff import staff_of
from wudan.orders.enrolment.states import ENROLMENT, LIVE
from wudan.policy.queries import rulebook_for
from wudan.web.shared.acting import for_roles
from wudan.web.shared.applicants.desk import Desk, frame
from wudan.web.shared.choosing import rosters
from wudan.web.shared.choosing.words import OUTCOMES, STATE_TONES, days_of, offer_facts, offer_words
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb
from wudan.web.shared.render import page

DESK = Desk(Role.ENTERPRISE, "enterprise", whom="职工", on_authority=False)
MOST_STAFF = 300


@require_GET
@for_roles(Role.ENTERPRISE)
def courses(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Open classes of the district; those made for this enterprise first."""
    context = frame(
        actor, DESK, subtitle="选一个班次，上传职工名册或勾选职工。选之前逐人告诉您能不能补贴、补多少。"
    )
    district = context["organisation"].district
    rulebook = rulebook_for(district.code)
    lines = [code for code, line in rulebook.lines.items() if "enterprise" in line.filed_by]

    def fetch(query: Query) -> list[Any]:
        found = choosable(
            district.code, legal_day(now()), text=query.search, level=query.get("level"), employer_id=actor.organisation_id,
            lines=lines,
        )  # fmt: skip
        offers = list(found[:500])
        ids = [o.pk for o in offers]
        left, queued = places_left(ids), waiting_counts(ids)
        return [offer_words(o, left[o.pk], queued.get(o.pk, 0)) for o in offers]

    spec: ListPage[Any] = ListPage(
        title="选课", search="班次、职业或培训机构", unit="个班次", empty_title="现在没有职工可选的班次",
        empty_text="新的班次开放后会出现在这里；也可以先为职工提单。",
        filters=[Filter("level", "等级", [(c, one.label) for c, one in rulebook.levels.items() if c != "0"])],
        columns=[
            Column(
                "班次", lambda w: w.offer.title, "strong", href=lambda w: reverse("enterprise:course", args=[w.offer.pk]),
                note=lambda w: w.what,
            ),
            Column("培训期间", lambda w: w.when),
            Column("地点和机构", lambda w: w.where, note=lambda w: w.who),
            Column("培训类别", lambda w: rulebook.lines[w.offer.line].label, note=lambda w: "本企业专班" if w.offer.employer_id else ""),
            Column("学费", lambda w: w.fee),
            Column("名额", lambda w: w.room, "badge", tone=lambda w: w.room_tone),
            Column("选单截止", lambda w: w.until, "date"),
        ],
    )  # fmt: skip
    return spec.respond(request, fetch, "shared/list_page.html", context)


@require_http_methods(["GET", "POST"])
@for_roles(Role.ENTERPRISE)
def course(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """One class: what it is, who of ours is in it, and the roster; a POST looks at the roster."""
    offer = _offer(actor, offer_id)
    if request.method == "POST":
        context = _frame(actor, offer, "核对名册")
        return rosters.checked(
            request, _roster(actor, offer_id), lambda form: _page(request, actor, offer, form), context
        )
    return _page(request, actor, offer, None)


@require_POST
@for_roles(Role.ENTERPRISE)
def confirm(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """确认选单."""
    _offer(actor, offer_id)
    return rosters.confirmed(request, _roster(actor, offer_id))


@require_GET
@for_roles(Role.ENTERPRISE)
def template(_request: HttpRequest, _actor: Actor) -> HttpResponse:
    """学员名册模板."""
    return rosters.template_file()


@require_POST
@for_roles(Role.ENTERPRISE)
def withdraw(request: HttpRequest, actor: Actor, enrolment_id: int) -> HttpResponse:
    """退选 of one of our staff."""
    one = enrolment(actor, enrolment_id)
    if one is None:
        raise Http404
    withdraw_enrolment(enrolment_id=enrolment_id, reason="企业退选", actor=actor, at=now())
    messages.success(request, f"已为{one.person.name}退选，名额让给候补的下一位。")
    return redirect("enterprise:course", one.offer_id)


def _offer(actor: Actor, offer_id: int) -> Any:
    offer = shown_offer(offer_id, actor.organisation_id)
    if offer is None:
        raise Http404
    return offer


def _roster(actor: Actor, offer_id: int) -> rosters.Roster:
    return rosters.Roster(
        actor, offer_id, "enterprise", actor.organisation_id, reverse("enterprise:course", args=[offer_id]),
        reverse("enterprise:course_confirm", args=[offer_id]), reverse("enterprise:course_template"),
    )  # fmt: skip


def _frame(actor: Actor, offer: Any, title: str = "") -> dict[str, Any]:
    crumbs = [
        Crumb("选课", reverse("enterprise:courses")),
        Crumb(offer.title, reverse("enterprise:course", args=[offer.pk])),
    ]
    return frame(actor, DESK, title=title or offer.title, crumbs=[*crumbs, Crumb(title)] if title else crumbs)


def _page(request: HttpRequest, actor: Actor, offer: Any, form: rosters.RosterForm | None) -> HttpResponse:
    rulebook = rulebook_for(offer.district_id)
    left, queued = places_left([offer.pk])[offer.pk], waiting_counts([offer.pk]).get(offer.pk, 0)
    words = offer_words(offer, left, queued)
    ours = list(list_enrolments(actor, offer_id=offer.pk).order_by("turn", "id"))
    places = waiting_places(ours)
    live = {e.person_id for e in ours if e.state in LIVE}
    staff = list(staff_of(actor.organisation_id or 0).exclude(pk__in=live)[:MOST_STAFF])
    rows = [
        (e, f"候补第{places[e.pk]}位" if e.pk in places else ENROLMENT.states[e.state], STATE_TONES[e.state], OUTCOMES.get(e.outcome, ""))
        for e in ours
    ]  # fmt: skip
    context = _frame(actor, offer) | {
        "subtitle": f"{words.what}　{days_of(offer.period)}",
        "offer": offer,
        "words": words,
        "facts": offer_facts(words, rulebook),
        "ours": rows,
        "staff": staff,
        "form": form or rosters.RosterForm(),
        "open": offer.state == "open" and legal_day(now()) <= offer.choose_until,
        "for_us": "enterprise" in rulebook.lines[offer.line].filed_by
        or offer.employer_id == actor.organisation_id,
        "line": rulebook.lines[offer.line],
    }
    return page(request, "enterprise/course.html", context, status=422 if form is not None else 200)
