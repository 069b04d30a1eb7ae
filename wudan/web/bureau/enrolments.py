"""选单 of the district: who chose what, to search, narrow and export; one of them with its working; an institution's list."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.enrolment.queries.choosing import any_offer
from wudan.orders.enrolment.queries.listing import enrolment as find
from wudan.orders.enrolment.queries.listing import list_enrolments
from wudan.orders.enrolment.queries.places import chosen_counts, waiting_places
from wudan.orders.enrolment.states import CHOSEN_BY, ENROLMENT
from wudan.policy.queries import rulebook_for, working
from wudan.web.bureau.desk import Desk
from wudan.web.shared.acting import for_roles
from wudan.web.shared.choosing import rosters
from wudan.web.shared.choosing.words import OUTCOME_TONES, OUTCOMES, STATE_TONES, days_of
from wudan.web.shared.lists import Column, Filter, ListPage, Query
from wudan.web.shared.parts import Crumb, Fact
from wudan.web.shared.render import page
from wudan.web.shared.working import work_rows

LOOKERS = (Role.INTAKE, Role.REVIEWER, Role.TOWN)
LISTERS = (Role.INTAKE, Role.REVIEWER)


@require_GET
@for_roles(*LOOKERS)
def enrolments(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Every choice of the district."""
    return _list(request, Desk(actor), None)


@require_GET
@for_roles(*LOOKERS)
def offer_enrolments(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponseBase:
    """Those of one offer, in the order they chose; waiting ones with their place."""
    desk = Desk(actor)
    offer = _offer(desk, offer_id)
    return _list(request, desk, offer)


def _offer(desk: Desk, offer_id: int) -> Any:
    offer = any_offer(offer_id, desk.code)
    if offer is None or (_restricted(offer) and desk.actor.role not in LISTERS):
        raise Http404
    return offer


def _restricted(offer: Any) -> bool:
    return rulebook_for(offer.district_id).lines[offer.line].restricted or bool(
        offer.project and offer.project.restricted
    )


def _list(request: HttpRequest, desk: Desk, offer: Any) -> HttpResponseBase:
    rulebook = rulebook_for(desk.code)

    def fetch(query: Query) -> Any:
        found = list_enrolments(
            desk.actor, offer_id=offer.pk if offer else None, state=query.get("state"), outcome=query.get("outcome"),
            chosen_by=query.get("chosen_by"), since=query.day("since"), text=query.search,
        )  # fmt: skip
        if query.get("line"):
            found = found.filter(offer__line=query.get("line"))
        return found.order_by(query.order_by or ("turn" if offer else "-id"), "-id")

    lines = [(code, one.label) for code, one in rulebook.lines.items()]
    spec: ListPage[Any] = ListPage(
        title=f"选单名单：{offer.title}" if offer else "选单", search="姓名、拼音、身份证号或选单编号", unit="人",
        sort="turn" if offer else "-id", empty_title="还没有人选单", empty_text="有人选单后会出现在这里。",
        filters=[
            Filter("state", "状态", ENROLMENT.choices()),
            Filter("outcome", "补贴预计", list(OUTCOMES.items())),
            Filter("chosen_by", "选单方式", CHOSEN_BY),
            *([] if offer else [Filter("line", "培训类别", lines)]),
            Filter("since", "选单日期不早于", kind="date"),
        ],
        columns=[
            *([Column("顺序", lambda e: e.turn, "number", "turn")] if offer else []),
            Column("姓名", lambda e: e.person.name, "strong", href=lambda e: reverse("bureau:enrolment", args=[e.pk]), width=14),
            Column("身份证号码", lambda e: e.person.number_masked, width=22),
            *([] if offer else [Column("班次", lambda e: e.offer.title, note=lambda e: days_of(e.period), width=32)]),
            Column("选单方式", lambda e: e.get_chosen_by_display(), note=lambda e: e.employer.name if e.employer else "", width=24),
            Column("选单日期", lambda e: legal_day(e.chosen_at), "date", "chosen_at"),
            Column("状态", lambda e: ENROLMENT.states[e.state], "badge", tone=lambda e: STATE_TONES[e.state]),
            Column("补贴预计", lambda e: OUTCOMES.get(e.outcome, "—"), "badge", tone=lambda e: OUTCOME_TONES.get(e.outcome, "off")),
            Column("预计（元）", lambda e: e.expected_fen, "money", "expected_fen", total=True),
        ],
    )  # fmt: skip
    return spec.respond(request, fetch, "bureau/enrolments.html", _context(desk, offer), district=desk.name)


def _context(desk: Desk, offer: Any) -> dict[str, Any]:
    if offer is None:
        return {"offer": None, "roster_url": ""}
    taken, queued = chosen_counts([offer.pk]).get(offer.pk, (0, 0))
    takes = _restricted(offer) and offer.state == "open" and desk.actor.role in LISTERS
    return {
        "offer": offer,
        "subtitle": f"{days_of(offer.period)}　名额{offer.places}人，已占{taken}人，候补{queued}人",
        "crumbs": [Crumb("选单", reverse("bureau:enrolments")), Crumb(offer.title)],
        "roster_url": reverse("bureau:offer_roster", args=[offer.pk]) if takes else "",
    }


@require_GET
@for_roles(*LOOKERS)
def enrolment(request: HttpRequest, actor: Actor, enrolment_id: int) -> HttpResponse:
    """One choice: what, how, the order behind it, and the working of what was foretold."""
    desk = Desk(actor)
    one = find(actor, enrolment_id)
    if one is None:
        raise Http404
    rulebook = rulebook_for(one.district_id)
    shown = working(one.evaluation) if one.evaluation else None
    place = waiting_places([one]).get(one.pk)
    reasons = [
        rulebook.reason(code, one.evaluation.facts if one.evaluation else None) for code in one.reasons
    ]
    facts = [
        Fact("班次", one.offer.title),
        Fact("培训期间", days_of(one.period)),
        Fact("培训类别", rulebook.lines[one.offer.line].label),
        Fact("培训机构", one.offer.provider.name if one.offer.provider else "待定"),
        Fact("选单方式", one.get_chosen_by_display(), proof=one.consent),
        Fact("用人单位", one.employer.name if one.employer else "没有"),
        Fact("开班首日的人员类别", "、".join(rulebook.word(g) for g in one.groups) or "没有登记"),
        Fact("所应提单", one.order.number if one.order else "没有提过单"),
    ]
    context = {
        "title": f"{one.person.name}的选单",
        "subtitle": f"{one.number}　{one.person.number_masked}",
        "crumbs": [
            Crumb("选单", reverse("bureau:enrolments")),
            Crumb(one.offer.title, reverse("bureau:offer_enrolments", args=[one.offer_id])),
            Crumb(one.person.name),
        ],
        "one": one,
        "head": f"候补第{place}位" if place else ENROLMENT.states[one.state],
        "tone": STATE_TONES[one.state],
        "outcome": OUTCOMES.get(one.outcome, "—"),
        "outcome_tone": OUTCOME_TONES.get(one.outcome, "off"),
        "facts": facts,
        "reasons": [(r.sentence, r.clause, r.remedy) for r in reasons],
        "rows": work_rows(shown, one.outcome),
        "today": desk.today,
    }
    return page(request, "bureau/enrolment.html", context)


# --- an institution's list (监管场所名单) --------------------------------------------------------------------------
@require_http_methods(["GET", "POST"])
@for_roles(*LISTERS)
def roster(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """Upload the list an institution has handed in; only for a restricted offer."""
    offer = _offer(Desk(actor), offer_id)
    if not _restricted(offer):
        raise Http404
    frame = {
        "title": "核对名单",
        "crumbs": [
            Crumb(offer.title, reverse("bureau:offer_enrolments", args=[offer.pk])),
            Crumb("监管场所名单"),
        ],
    }
    if request.method == "POST":
        return rosters.checked(
            request, _roster(actor, offer_id), lambda form: _upload(request, offer, form), frame
        )
    return _upload(request, offer, rosters.RosterForm())


@require_POST
@for_roles(*LISTERS)
def roster_confirm(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    """确认名单."""
    _offer(Desk(actor), offer_id)
    return rosters.confirmed(request, _roster(actor, offer_id))


@require_GET
@for_roles(*LISTERS)
def roster_template(_request: HttpRequest, _actor: Actor) -> HttpResponse:
    """学员名册模板."""
    return rosters.template_file()


def _roster(actor: Actor, offer_id: int) -> rosters.Roster:
    return rosters.Roster(
        actor, offer_id, "institution", None, reverse("bureau:offer_enrolments", args=[offer_id]),
        reverse("bureau:offer_roster_confirm", args=[offer_id]), reverse("bureau:offer_roster_template"),
    )  # fmt: skip


def _upload(request: HttpRequest, offer: Any, form: rosters.RosterForm | None) -> HttpResponse:
    back = reverse("bureau:offer_enrolments", args=[offer.pk])
    context = {
        "title": "监管场所名单",
        "subtitle": offer.title,
        "crumbs": [Crumb(offer.title, back), Crumb("监管场所名单")],
        "form": form,
        "submit": "上传并逐人核对",
        "note": "只核对，不办理。名单只有经办和复审人员看得到，不公示、不对外显示。",
        "cancel_url": back,
    }
    return page(request, "bureau/form.html", context, status=422 if form is not None and form.errors else 200)
