"""编制班次: drafting an offer from an entry of the catalogue in force, for a proposal, a project or a special ability."""

from __future__ import annotations

from datetime import date, datetime

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel import bulk
from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.money import in_sentence
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.catalogue.actions.contracted import check_project, check_project_days
from wudan.orders.catalogue.actions.guards import (
    INVALID,
    NOT_FOUND,
    check_days,
    check_entry,
    check_line,
    check_provider,
    line_of,
    locked_offer,
)
from wudan.orders.catalogue.models import Entry, Offer, SpecialAbility
from wudan.orders.catalogue.queries.prices import price_of
from wudan.orders.catalogue.states import OFFER
from wudan.orders.demand.actions.adjusting import adopt_proposal
from wudan.orders.demand.models import Proposal
from wudan.organisations.models import Organisation, Teacher, Venue
from wudan.people.models import Division
from wudan.policy.engine.lines import Line
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

DRAFTERS = (Role.INTAKE, Role.REVIEWER)


def draft_offer(
    *,
    entry_id: int,
    line: str,
    places: int,
    period: tuple[date, date],
    choose_until: date,
    actor: Actor,
    at: datetime,
    title: str = "",
    min_heads: int = 1,
    mode: str = "offline",
    town_code: str | None = None,
    provider_id: int | None = None,
    employer_id: int | None = None,
    proposal_id: int | None = None,
    project_id: int | None = None,
    ability_id: int | None = None,
    venue_id: int | None = None,
    teacher_id: int | None = None,
    schedule_note: str = "",
    fee_fen: int = 0,
    budget_fen: int | None = None,
    budget_basis: str = "",
) -> Offer:
    """编制班次. `period` is half-open [first day, day after the last); `choose_until` the last day on which it can be chosen.

    The price per head comes from the rulebook (a project: from its contract). Only where the rulebook has no standard for a
    subsidised line does the official name `budget_fen` with `budget_basis`: so much is set aside, not decided.
    A proposal is adopted with it and its orders become listed.
    Refuses: forbidden, not-found, entry-of-no-standard, entry-not-in-force, no-line, line-not-begun, certificate-not-of-line,
    hours-below-line, free-of-charge, project-only, ability-not-approved, provider-not-fit (its code says how), proposal-of-another,
    unpriced, priced, and whatever days, places and project refuse. Clause: the training line's; 周政办发〔2020〕2号 二（二）.
    """
    entry = _entry(entry_id)
    district_id, on = entry.edition.district_id, legal_day(at)
    actor.require(*DRAFTERS, district_id=district_id)
    rulebook = rulebook_for(district_id)
    chosen = line_of(rulebook, line)
    with acting(actor=actor, at=at, basis=chosen.clause):
        offer = Offer(
            district_id=district_id,
            entry=entry,
            line=line,
            places=places,
            min_heads=min_heads,
            mode=mode,
            period=DateRange(*period, "[)"),
            choose_until=choose_until,
            schedule_note=schedule_note.strip(),
            fee_fen=fee_fen,
            state_since=at,
            drafted_by=actor.user_id or 0,
        )
        _place(offer, town_code, provider_id, employer_id, venue_id, teacher_id)
        check_project(offer, project_id, chosen)
        _check_figures(offer)
        check_days(offer, on)
        check_entry(offer, on)
        check_line(offer, chosen, rulebook, on)
        _check_ability(offer, ability_id)
        check_provider(offer, on)
        set_price(offer, chosen, rulebook, on, budget_fen, budget_basis)
        offer.title = title.strip() or _title(offer, rulebook)
        offer.pk = bulk.take_keys(Offer, 1)[0]
        offer.number = f"B{district_id}{on.year}{offer.pk:05d}"
        _adopt(offer, proposal_id, actor, at)
        offer.save(force_insert=True)
    return offer


def revise_offer(
    *,
    offer_id: int,
    choose_until: date,
    period: tuple[date, date] | None = None,
    schedule_note: str | None = None,
    actor: Actor,
    at: datetime,
) -> Offer:
    """调整时间: the last day of choosing until the class begins; the period (half-open) only before anybody could choose it.

    Refuses: forbidden, not-found, wrong-state, period-fixed, project-days, and what the days refuse.
    """
    with acting(actor=actor, at=at, basis="周政办发〔2020〕2号 二（二）；五单式“列单”"):
        offer = locked_offer(offer_id)
        actor.require(*DRAFTERS, district_id=offer.district_id)
        if offer.state not in ("drafted", "reserved", "open", "closed"):
            refuse("wrong-state", f"班次现处于“{OFFER.states[offer.state]}”，不能再调整时间。")
        if period is not None and DateRange(*period, "[)") != offer.period:
            if offer.state in ("open", "closed"):
                refuse(
                    "period-fixed",
                    "已经开放选单，培训期间不能再改。",
                    remedy="只能延后选单截止日；确实要改期的，请取消后重新编制。",
                    field="first",
                )
            offer.period = DateRange(*period, "[)")
        offer.choose_until = choose_until
        offer.schedule_note = offer.schedule_note if schedule_note is None else schedule_note.strip()
        check_days(offer, legal_day(at))
        check_project_days(offer)
        offer.save(update_fields=["period", "choose_until", "schedule_note"])
    return offer


def assign_provider(
    *,
    offer_id: int,
    provider_id: int | None,
    venue_id: int | None,
    teacher_id: int | None,
    actor: Actor,
    at: datetime,
) -> Offer:
    """确定承训机构: called when a provider's answer is accepted (接单), or by the bureau; None takes the provider away again.

    Refuses: forbidden (a provider's clerk only for the own organisation), wrong-state once it runs, provider-not-fit,
    contractor-only for a project.
    """
    with acting(actor=actor, at=at, basis="周政办发〔2020〕2号 二（二）；五单式“接单”"):
        offer = locked_offer(offer_id)
        actor.require(*DRAFTERS, Role.PROVIDER, Role.SYSTEM, district_id=offer.district_id)
        if actor.role is Role.PROVIDER and actor.organisation_id not in (provider_id, offer.provider_id):
            refuse("forbidden", "只能以本机构的名义接单。", status=403)
        if offer.state not in ("drafted", "reserved", "open", "closed"):
            refuse(
                "wrong-state",
                f"班次现处于“{OFFER.states[offer.state]}”，不能再变更承训机构。",
                remedy="开班后的变更请由机构提出变更申请。",
            )
        if offer.project is not None and provider_id not in (None, offer.project.provider_id):
            refuse("contractor-only", "项目的班次只能由合同的承训机构承接。")
        _place(offer, offer.town_id, provider_id, offer.employer_id, venue_id, teacher_id)
        check_provider(offer, legal_day(at))
        offer.save(update_fields=["provider", "venue", "teacher"])
    return offer


def set_price(
    offer: Offer, line: Line, rulebook: Rulebook, on: date, budget_fen: int | None, budget_basis: str
) -> None:
    """Refuses: unpriced, priced."""
    project = offer.project
    if project is not None:
        offer.price_fen = (project.contract_fen or 0) // project.heads
        offer.price_basis = f"合同{project.contract_number}"
        return
    if not line.scheme:
        offer.price_fen, offer.price_basis = 0, f"“{line.label}”没有补贴项目（{line.clause}）"
        return
    entry = offer.entry
    price = price_of(rulebook, line.scheme, entry.level, entry.certificate_type, on)
    if price.fen is not None:
        if budget_fen not in (None, price.fen):
            refuse(
                "priced",
                f"补贴标准为每人{in_sentence(price.fen)}，不能另定{in_sentence(budget_fen or 0)}。",
                clause=price.clause,
                field="budget",
                status=INVALID,
            )
        offer.price_fen, offer.price_basis = price.fen, price.clause
        return
    if not budget_fen or budget_fen < 0 or not budget_basis.strip():
        refuse(
            "unpriced",
            f"“{rulebook.schemes[line.scheme].label}”对这个等级和证书未定标准。",
            clause=price.clause,
            remedy="请填写每人预留多少元和依据；核定时仍由人工确定金额。",
            field="budget",
            status=INVALID,
        )
    offer.price_fen, offer.price_basis = budget_fen, f"未定标准，按每人预留：{budget_basis.strip()}"


def _entry(entry_id: int) -> Entry:
    entry = Entry.objects.select_related("edition", "occupation").filter(pk=entry_id).first()
    if entry is None:
        refuse("not-found", "没有找到这个目录条目。", remedy="请从现行目录中选择。", status=NOT_FOUND)
    return entry


def _place(
    offer: Offer,
    town_code: str | None,
    provider_id: int | None,
    employer_id: int | None,
    venue_id: int | None,
    teacher_id: int | None,
) -> None:
    """Where and by whom; each must be the district's, and venue and teacher the provider's. Refuses: not-of-district and so on."""
    district_id = offer.district_id
    town = Division.objects.filter(pk=town_code).first() if town_code else None
    if town_code and (town is None or not town_code.startswith(district_id)):
        refuse("no-town", "上课镇街不在本区。", field="town", status=INVALID)
    offer.town = town
    offer.provider = _organisation(provider_id, "provider", None, "培训机构")
    offer.employer = _organisation(employer_id, "enterprise", district_id, "企业")
    offer.venue = Venue.objects.filter(pk=venue_id, in_use=True).first() if venue_id else None
    offer.teacher = Teacher.objects.filter(pk=teacher_id, state="listed").first() if teacher_id else None
    if (venue_id and offer.venue is None) or (
        offer.venue is not None and offer.venue.organisation_id not in (provider_id, employer_id)
    ):
        refuse("no-venue", "上课地点不是这个机构或企业在用的场地。", field="venue", status=INVALID)
    if teacher_id and offer.teacher is None:
        refuse("no-teacher", "这位教师没有列入师资库。", field="teacher", status=INVALID)


def _organisation(
    organisation_id: int | None, kind: str, district_id: str | None, word: str
) -> Organisation | None:
    if organisation_id is None:
        return None
    found = Organisation.objects.filter(pk=organisation_id, kind=kind).first()
    if found is None or (district_id is not None and found.district_id != district_id):
        refuse(f"no-{kind}", f"没有找到这个{word}。", remedy="请从列表中选择。", field=kind, status=INVALID)
    return found


def _check_figures(offer: Offer) -> None:
    if not 1 <= offer.min_heads <= offer.places:
        refuse(
            "offer_places",
            f"名额{offer.places}人，最低开班{offer.min_heads}人。",
            remedy="名额至少为1，最低开班人数不能多于名额。",
            field="places",
            status=INVALID,
        )
    if offer.mode not in ("offline", "online", "blended"):
        refuse("no-mode", "请选择培训方式：线下、线上或线上线下结合。", field="mode", status=INVALID)
    if offer.fee_fen < 0:
        refuse("bad-fee", "学员自付不能为负数。", field="fee", status=INVALID)


def _check_ability(offer: Offer, ability_id: int | None) -> None:
    """A special skill is trained only after the province approved it (周政办发〔2020〕2号 二（一）9). Refuses: ability-not-approved."""
    if offer.entry.occupation.kind != "special" and ability_id is None:
        return
    wanted = {"pk": ability_id} if ability_id else {"occupation_id": offer.entry.occupation_id}
    ability = SpecialAbility.objects.filter(district_id=offer.district_id, **wanted).order_by("-pk").first()
    if ability is None or ability.state != "approved" or ability.occupation_id != offer.entry.occupation_id:
        refuse(
            "ability-not-approved",
            f"专项职业能力“{offer.entry.occupation.name}”没有批准的申报，不能开展培训。",
            clause="周政办发〔2020〕2号 二（一）9",
            remedy="请由培训机构先报送考核评价内容和试题库，逐级批准后再列单。",
            field="entry",
        )
    offer.ability = ability


def _adopt(offer: Offer, proposal_id: int | None, actor: Actor, at: datetime) -> None:
    """Refuses: not-found, proposal-of-another, and what adopting refuses."""
    if proposal_id is None:
        return
    proposal = Proposal.objects.select_for_update().filter(pk=proposal_id).first()
    if proposal is None or proposal.district_id != offer.district_id:
        refuse("not-found", "没有找到这个拟开班。", status=NOT_FOUND)
    entry = offer.entry
    if (proposal.occupation_id, proposal.level) != (entry.occupation_id, entry.level):
        refuse(
            "proposal-of-another",
            "拟开班的职业（工种）或等级与目录条目不同。",
            remedy="请选择同一职业、同一等级的条目。",
            field="entry",
            status=INVALID,
        )
    adopt_proposal(proposal_id=proposal_id, actor=actor, at=at)
    offer.proposal = proposal


def _title(offer: Offer, rulebook: Rulebook) -> str:
    level = rulebook.levels.get(str(offer.entry.level))
    return f"{offer.entry.occupation.name}{level.label if level and offer.entry.level else ''}培训班"
