"""Who may touch which row of the catalogue, and what an offer must satisfy before it is written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from wudan.kernel.actor import Actor
from wudan.kernel.errors import Refused, refuse
from wudan.kernel.money import in_sentence
from wudan.orders.catalogue.models import Offer, Project
from wudan.orders.catalogue.queries.editions import PUBLIC
from wudan.orders.catalogue.queries.standing import provider_faults
from wudan.orders.catalogue.states import OFFER, PROJECT
from wudan.policy.engine.lines import Line, min_hours
from wudan.policy.engine.rulebook import Rulebook

NOT_FOUND, INVALID = 404, 422
STANDARDS = ("key_industry", "general")
"""The catalogues whose entries say hours and price; the other two are derived."""


def locked_offer(offer_id: int) -> Offer:
    """The offer, locked until the transaction ends. Refuses: not-found."""
    found = Offer.objects.select_for_update(of=("self",)).select_related(
        "entry__edition", "entry__occupation", "project", "pool", "provider"
    )
    offer = found.filter(pk=offer_id).first()
    if offer is None:
        refuse("not-found", "没有找到这个班次。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return offer


def locked_project(project_id: int) -> Project:
    """Refuses: not-found."""
    project = Project.objects.select_for_update().filter(pk=project_id).first()
    if project is None:
        refuse("not-found", "没有找到这个项目。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return project


def move_offer(offer: Offer, verb: str, actor: Actor) -> str:
    """The state after the verb, for whoever may do it. Refuses: forbidden, wrong-state."""
    actor.require(*OFFER.move(verb).who, district_id=offer.district_id)
    return OFFER.check(verb, offer.state)


def move_project(project: Project, verb: str, actor: Actor) -> str:
    """Refuses: forbidden, wrong-state."""
    actor.require(*PROJECT.move(verb).who, district_id=project.district_id)
    return PROJECT.check(verb, project.state)


def check_entry(offer: Offer, on: date) -> None:
    """Refuses: entry-of-no-standard, entry-not-in-force."""
    edition = offer.entry.edition
    if edition.catalogue not in STANDARDS:
        refuse(
            "entry-of-no-standard",
            f"“{edition.get_catalogue_display()}”由系统汇总，没有课时和标准，不能据以开班。",
            remedy="请从重点产业目录或一般性目录中选择条目。",
            field="entry",
            status=INVALID,
        )
    if edition.state not in PUBLIC or edition.valid is None or on not in edition.valid:
        refuse(
            "entry-not-in-force",
            f"这个条目属于“{edition}”，{on}不在施行期间。",
            remedy="请从现行目录中选择同一职业（工种）的条目。",
            field="entry",
        )


def line_of(rulebook: Rulebook, code: str) -> Line:
    """Refuses: no-line."""
    line = rulebook.lines.get(code)
    if line is None:
        refuse(
            "no-line", "没有这种培训类别。", remedy="请从列表中选择培训类别。", field="line", status=INVALID
        )
    return line


def check_line(offer: Offer, line: Line, rulebook: Rulebook, on: date) -> None:
    """The line of training against entry, hours, fee and project.

    Refuses: line-not-begun, certificate-not-of-line, hours-below-line, free-of-charge, project-only.
    """
    if on < line.valid_from:
        refuse(
            "line-not-begun",
            f"“{line.label}”自{line.valid_from}起施行。",
            clause=line.clause,
            field="line",
            status=INVALID,
        )
    entry = offer.entry
    if entry.certificate_type not in line.certificates:
        words = "、".join(rulebook.certificate_types[c].label for c in line.certificates) or "（未列证书）"
        refuse(
            "certificate-not-of-line",
            f"“{line.label}”的证书为{words}，这个条目的证书是“{rulebook.word(entry.certificate_type)}”。",
            clause=line.clause,
            remedy="请换一个条目，或换一种培训类别。",
            field="line",
            status=INVALID,
        )
    _check_hours(offer, line, rulebook, on)
    if line.free and offer.fee_fen:
        refuse(
            "free-of-charge",
            f"“{line.label}”是免费培训，不能向学员收取{in_sentence(offer.fee_fen)}。",
            clause=line.clause,
            remedy="请把学员自付改为零。",
            field="fee",
            status=INVALID,
        )
    if (line.scheme == "project" or line.restricted) and offer.project is None:
        refuse(
            "project-only",
            f"“{line.label}”按项目办理，班次须属于一个已签合同的项目。",
            clause=line.clause,
            remedy="请先登记项目合同，再从项目开班。",
            field="project",
            status=INVALID,
        )


def _check_hours(offer: Offer, line: Line, rulebook: Rulebook, on: date) -> None:
    needed, entry = min_hours(rulebook, line, on), offer.entry
    hours = entry.theory_hours + entry.practice_hours + entry.safety_hours
    if hours < needed:
        parameter = rulebook.parameter(line.min_hours, on)
        refuse(
            "hours-below-line",
            f"这个条目共{hours}课时，“{line.label}”最少{needed}课时。",
            clause=parameter.clause,
            remedy="请选择课时足够的条目，或在新版目录中调整课时。",
            field="entry",
            status=INVALID,
        )


def check_days(offer: Offer, on: date) -> None:
    """Refuses: period-backwards, period-over, choose-after-start, choose-over."""
    since, until = offer.period.lower, offer.period.upper
    if since is None or until is None or since >= until:
        refuse("period-backwards", "培训期间的首日晚于末日。", field="period", status=INVALID)
    if since < on:
        refuse("period-over", f"培训首日{since}已经过去。", field="period", status=INVALID)
    if offer.choose_until > since:
        refuse(
            "choose-after-start",
            f"选单截止日{offer.choose_until}晚于培训首日{since}。",
            remedy="请把选单截止日定在开班之前。",
            field="choose_until",
            status=INVALID,
        )
    if offer.choose_until < on:
        refuse(
            "choose-over", f"选单截止日{offer.choose_until}已经过去。", field="choose_until", status=INVALID
        )


def check_provider(offer: Offer, on: date) -> None:
    """Refuses: provider-not-fit with the first fault in words."""
    if offer.provider_id is None:
        return
    faults = provider_faults(
        offer.provider_id, offer.entry.occupation_id, offer.entry.level, on, places=offer.places
    )
    if faults:
        raise Refused(*(replace(fault, field="provider") for fault in faults))
