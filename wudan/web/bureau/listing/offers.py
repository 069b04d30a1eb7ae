"""One offer: what it is, the money behind it, and everything that may be done with it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wudan.kernel.actor import Actor
from wudan.kernel.errors import FORBIDDEN, Refused
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions import funding, opening
from wudan.orders.catalogue.actions.offering import assign_provider, draft_offer, revise_offer
from wudan.orders.catalogue.queries.offers import Money, money_of, offer_of, pool_choices
from wudan.orders.catalogue.queries.prices import price_of_class
from wudan.orders.catalogue.queries.projects import project as project_of
from wudan.orders.catalogue.queries.registrations import providers_for
from wudan.orders.catalogue.queries.standing import provider_faults
from wudan.orders.catalogue.states import OFFER
from wudan.orders.delivery.queries.classes import visible_classes
from wudan.orders.delivery.states import CLASS
from wudan.orders.demand.queries.proposals import proposal as proposal_of
from wudan.orders.enrolment.queries.places import chosen_counts
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for
from wudan.web.bureau.desk import Desk
from wudan.web.bureau.listing.buttons import Bound, Verb, buttons, press
from wudan.web.bureau.listing.lists import OFFER_TONES, READERS, level_words
from wudan.web.bureau.listing.offer_forms import (
    OfferForm,
    PlacesForm,
    ProviderForm,
    ReserveForm,
    TimeForm,
    offered_entries,
)
from wudan.web.bureau.listing.offer_start import beginning
from wudan.web.shared import forms as f
from wudan.web.shared.acting import for_roles
from wudan.web.shared.capacity.cases import Case, events
from wudan.web.shared.choosing.words import days_of
from wudan.web.shared.classes.showing import STOPPED, bought_step
from wudan.web.shared.parts import Crumb, Fact, NavItem, Standing, Step, StepState
from wudan.web.shared.render import page
from wudan.web.shared.trails import trail_url
from wudan.web.shared.words import cn_date

VERBS: dict[str, Verb] = {
    "reserve": Verb(
        funding.reserve_offer, "落实资金", "按每人标准乘以名额，从资金池预留；落实后才能开放选单。", "primary", ReserveForm,
        "资金已预留，现在可以开放选单。",
    ),
    "open": Verb(opening.open_offer, "开放选单", "开放后劳动者可以看到并选单。", "primary", done="已开放选单，劳动者可以看到。"),
    "close": Verb(opening.close_offer, "选单截止", "不再接受选单；截止后还可以重新开放。"),
    "places": Verb(funding.change_places, "调整名额", "预留的资金随名额增减。", form=PlacesForm, done="名额已调整，预留资金随之增减。"),
    "time": Verb(
        revise_offer, "调整时间", "开放选单以后只能改选单截止日和上课时间说明。", form=TimeForm, done="时间已调整。"
    ),
    "provider": Verb(assign_provider, "确定承训机构", "机构须备案了这一职业和等级，信用良好。", form=ProviderForm),
    "unreserve": Verb(funding.unreserve_offer, "退回资金", "预留的资金全部退回，班次回到编制中。"),
    "settle": Verb(funding.settle_offer, "结清资金", "剩余的预留资金退回资金池。没有待核定的申请时再办理。"),
    "cancel": Verb(
        opening.cancel_offer, "取消班次", "剩余资金退回，已选单的人会收到通知，班里的提单重新等待编班。", "danger", f.ReasonForm,
    ),
}  # fmt: skip
STEPS = {"drafted": "待复审岗落实资金", "reserved": "待复审岗开放选单"}


@require_http_methods(["GET", "POST"])
@for_roles(*READERS)
def offer_new(request: HttpRequest, actor: Actor) -> HttpResponse:
    """编制班次; `?proposal=` or `?project=` says what for."""
    desk = Desk(actor)
    rulebook = rulebook_for(desk.code)
    proposal = _of(proposal_of, actor, request.GET.get("proposal", ""))
    project = _of(project_of, actor, request.GET.get("project", ""))
    entries = offered_entries(actor, desk.today, proposal)
    start = beginning(proposal, project, entries, desk.today)
    given: dict[str, Any] = {"actor": actor, "rulebook": rulebook, "on": desk.today, "entries": entries}
    form = OfferForm(request.POST or None, initial=start, **given)
    if request.method == "POST" and form.is_valid():
        try:
            made = draft_offer(
                **form.values(), proposal_id=proposal.pk if proposal else None, project_id=project.pk if project else None,
                actor=actor, at=desk.at,
            )  # fmt: skip
        except Refused as refused:
            if refused.refusal.status == FORBIDDEN:
                raise
            form.add_refused(refused)
        else:
            messages.success(request, "班次已编制。落实资金后才能开放选单。")
            return redirect("bureau:offer", made.pk)
    context = {
        "title": "编制班次",
        "crumbs": [Crumb("班次", reverse("bureau:offers")), Crumb("编制班次")],
        "form": form,
        "proposal": proposal,
        "project": project,
        "no_entries": form.empty,
        "submit": "保存班次",
        "cancel_url": reverse("bureau:offers"),
        "note": "保存后由复审岗落实资金、开放选单。",
    }
    return page(request, "bureau/listing/offer_form.html", context, status=422 if form.errors else 200)


def _of(ask: Any, actor: Actor, key: str) -> Any:
    if not key:
        return None
    found = ask(actor, int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else None
    if found is None:
        raise Http404
    return found


@require_GET
@for_roles(*READERS)
def offer(request: HttpRequest, actor: Actor, offer_id: int) -> HttpResponse:
    return _show(request, Desk(actor), offer_id, {}, 200)


@require_POST
@for_roles(*READERS)
def offer_act(request: HttpRequest, actor: Actor, offer_id: int, verb: str) -> HttpResponse:
    desk = Desk(actor)
    found = _one(actor, offer_id)
    return press(
        request, VERBS, verb, {"offer_id": offer_id}, to="bureau:offer", actor=actor, at=desk.at,
        show=partial(_show, request, desk, offer_id), **_given(verb, found, desk),
    )  # fmt: skip


def _one(actor: Actor, offer_id: int) -> Any:
    found = offer_of(actor, offer_id)
    if found is None:
        raise Http404
    return found


def _given(verb: str, found: Any, desk: Desk) -> dict[str, Any]:
    """What the form of a button must know."""
    if verb == "reserve":
        return {"pools": pool_choices(found, desk.today)}
    if verb == "places":
        return {"taken": chosen_counts([found.pk]).get(found.pk, (0, 0))[0], "now": found.places}
    if verb == "time":
        return {"offer": found}
    if verb == "provider":
        fit = providers_for(found.entry.occupation_id, found.entry.level, desk.today)
        return {"providers": [(r.provider_id, f"{r.provider.name}（同期{r.capacity}人）") for r in fit]}
    return {}


def _allowed(found: Any, role: Role) -> list[str]:
    verbs = [m.verb for m in OFFER.allowed(found.state, role)]
    if role is Role.REVIEWER and found.state in ("drafted", "reserved", "open", "closed"):
        verbs.append("places")
    if found.state in ("drafted", "reserved", "open", "closed"):
        verbs.append("time")
    if found.state in ("drafted", "reserved", "open", "closed") and found.project_id is None:
        verbs.append("provider")
    if found.state == "ended" and money_of(found).left_fen:
        verbs.append("settle")
    return verbs


def _show(request: HttpRequest, desk: Desk, offer_id: int, bound: Bound, status: int) -> HttpResponse:
    found = _one(desk.actor, offer_id)
    allowed = _allowed(found, desk.actor.role)
    offers = [
        button
        for verb in VERBS
        if verb in allowed
        for button in buttons(VERBS, [verb], "bureau:offer_act", found.pk, bound, **_given(verb, found, desk))
    ]
    money = money_of(found)
    case = Case(
        kind=found.number,
        state=found.get_state_display(),
        tone=OFFER_TONES[found.state],
        facts=_facts(found, desk),
        note=f"取消的原因：{found.reason}" if found.state == "cancelled" else "",
        offers=offers,
        waits=STEPS.get(found.state, "") if desk.actor.role is Role.INTAKE else "",
        links=_links(found),
        events=events(found, OFFER.states, named=True),
    )
    if found.provider_id and found.state in ("drafted", "reserved"):
        entry = found.entry
        case.lacking = provider_faults(
            found.provider_id, entry.occupation_id, entry.level, desk.today, places=found.places
        )
        case.lacking_title = "承训机构现在不符合条件"
    context = {
        "title": found.title,
        "crumbs": [Crumb("班次", reverse("bureau:offers")), Crumb(found.title)],
        "case": case,
        "offer": found,
        "money": money,
        "sum_words": _sum_words(found, money),
        "short_words": _short_words(found, money, rulebook_for(desk.code)),
        "steps": _steps(found, desk),
        "standing": Standing(
            found.get_state_display(),
            legal_day(found.state_since),
            _who(found),
            tone=OFFER_TONES[found.state],
        ),
    }
    return page(request, "bureau/listing/offer.html", context, status=status)


def _steps(found: Any, desk: Desk) -> list[Step]:
    """Where the offer stands among the five orders; each step opens what is there. Its class, once there is one, says how far
    接单 and 买单 have come."""
    place = {"drafted": 1, "reserved": 1, "open": 2, "closed": 2, "running": 3, "ended": 4}.get(
        found.state, 1
    )
    asked = _page_of("bureau:proposal", found.proposal_id)
    steps = [Step("提单", "done", asked) if asked else Step("提单", "skipped", note="不由提单编班")]
    chosen = _page_of("bureau:offer_enrolments", found.pk) if place >= 2 else ""
    for n, (label, href) in enumerate(
        (("列单", "#h-money"), ("选单", chosen), ("接单", ""), ("买单", "")), 1
    ):
        shape: StepState = "done" if n < place else "now" if n == place else "todo"
        steps.append(Step(label, "stopped" if found.state == "cancelled" and n == place else shape, href))
    held = visible_classes(desk.actor).filter(offer=found.pk).exclude(state__in=STOPPED).first()
    if held is not None:
        bought, paid = bought_step(held)
        here: StepState = "done" if held.state == "closed" else "now"
        steps[3] = Step("接单", here, _page_of("bureau:class", held.pk), note=CLASS.states[held.state])
        steps[4] = Step("买单", bought, trail_url("bureau", "class", held.pk), note=paid)
    elif found.provider_id and place == 2:
        steps[3] = Step("接单", "now", note="已有承训机构，待建班")
    return steps


def _who(found: Any) -> str:
    who = {
        "drafted": "区人社局复审岗",
        "reserved": "区人社局复审岗",
    }
    return who.get(found.state, "")


def _page_of(name: str, pk: int | None) -> str:
    """The page of a row, "" where there is no row or no such page."""
    if pk is None:
        return ""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""


def _sum_words(found: Any, money: Money) -> str:
    """每人1,500元 × 20人 = 30,000元; a project's share of its contract."""
    if found.project_id is not None:
        of = f"{found.places}人、共{found.project.heads}人"
        return f"合同{in_sentence(found.project.contract_fen)}按{of}分摊，为{in_sentence(money.cost_fen)}"
    return f"每人{in_sentence(money.price_fen)} × {money.places}人 = {in_sentence(money.cost_fen)}"


def _short_words(found: Any, money: Money, rulebook: Rulebook) -> str:
    """Where the standard has changed since the money was set aside, and what is set aside does not cover the places any more."""
    line = rulebook.lines.get(found.line)
    over = found.state in ("ended", "cancelled") or not money.reserved_fen
    if line is None or not line.scheme or found.project_id is not None or over:
        return ""
    price = price_of_class(rulebook, found)
    short = (price.fen or 0) * money.places - (money.reserved_fen or 0)
    if price.fen is None or short <= 0:
        return ""
    return (
        f"按现行规定，这个班次每人{in_sentence(price.fen)}，{money.places}人需要{in_sentence(price.fen * money.places)}，"
        f"预留的不够，差{in_sentence(short)}。不够的部分在核定时从资金池可用额度列支，请先确认可用额度。"
    )


def _facts(found: Any, desk: Desk) -> list[Fact]:
    rulebook, entry = rulebook_for(desk.code), found.entry
    line = rulebook.lines.get(found.line)
    seated, queued = chosen_counts([found.pk]).get(found.pk, (0, 0))
    hours = entry.theory_hours + entry.practice_hours + entry.safety_hours
    rows = [
        Fact(
            "职业（工种）",
            f"{entry.occupation.name}　{level_words(entry.level) if entry.level else '不分等级'}",
        ),
        Fact(
            "目录",
            str(entry.edition),
            proof=entry.edition.document,
            proof_href=reverse("bureau:edition", args=[entry.edition_id]),
        ),
        Fact("培训类别", line.label if line else found.line, proof=line.clause if line else ""),
        Fact("证书", rulebook.word(entry.certificate_type)),
        Fact("课时", f"{hours}课时"),
        Fact(
            "名额", f"{found.places}人，最低{found.min_heads}人开班", proof=f"已选{seated}人，候补{queued}人"
        ),
        Fact("培训期间", days_of(found.period), proof=found.schedule_note),
        Fact("选单截止日", cn_date(found.choose_until)),
        Fact("培训方式", found.get_mode_display()),
        Fact("上课镇街", found.town.name if found.town else "全区"),
        Fact("培训机构", found.provider.name if found.provider else "待机构接单"),
        Fact("学员自付", in_sentence(found.fee_fen) if found.fee_fen else "不收学费"),
    ]
    if found.employer:
        rows.append(Fact("只面向", found.employer.name))
    if found.venue:
        rows.append(Fact("上课地点", found.venue.address))
    if found.teacher:
        rows.append(Fact("主讲教师", found.teacher.person.name))
    return rows


def _links(found: Any) -> list[NavItem]:
    wanted = (
        ("拟开班", "bureau:proposal", found.proposal_id),
        ("项目", "bureau:project", found.project_id),
        ("专项职业能力", "bureau:ability", found.ability_id),
    )
    return [NavItem(f"查看{label}", href) for label, name, pk in wanted if (href := _page_of(name, pk))]
