"""What the chain says is due (可享补贴): the applications that follow from a certificate, a learner or a project, filled in from
what the house already knows. Nothing here asks the rulebook whether they pass; `actions.entitling` does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from wudan.occupations.queries import canonical_code
from wudan.orders.catalogue.models import Offer, Project
from wudan.orders.delivery.models import Certificate, Member, TrainingClass
from wudan.orders.delivery.queries.attendance import attendance_of
from wudan.orders.delivery.queries.employment import project_rate
from wudan.orders.subsidy.forms import ClaimForm
from wudan.orders.subsidy.models import Claim, Evidence
from wudan.people.queries import groups_on
from wudan.policy.engine.lines import Line
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

Days = Mapping[int, int]
ENDED = ("taught", "assessed", "closed")
STARTED = ("running", *ENDED)
GONE = ("refused", "cancelled", "void")
OUTSIDE_A_CLASS = "skill_upgrade"
"""技能提升补贴 follows from a certificate alone; every other scheme needs a class of the chain."""


@dataclass(frozen=True, slots=True)
class Entitled:
    """One application as the chain would make it. Where no scheme pays, `scheme` is empty and `reason` says why."""

    subject: str
    district_id: str
    scheme: str
    applied_by: str
    form: ClaimForm
    person_id: int | None = None
    organisation_id: int | None = None
    class_id: int | None = None
    certificate_id: int | None = None
    reason: str = ""
    only_if_due: bool = False
    """Worth a line only where the rules say yes (生活费 is for some of a class)."""


# --- from a certificate -------------------------------------------------------------------------------------------
def of_certificate(certificate: Certificate, days: Days | None = None) -> list[Entitled]:
    """The training subsidy of a certificate, by the line of its class; outside a class the one that needs no class."""
    rulebook = rulebook_for(certificate.district_id)
    member = certificate.member
    if member is None:
        return _outside_a_class(certificate, rulebook)
    training_class = member.training_class
    line = rulebook.lines.get(training_class.line)
    if line is not None and line.scheme and rulebook.schemes[line.scheme].by_provider:
        return []  # 项目制: paid by project, not by head
    form = _form(member, line, certificate, days)
    no_scheme = _why_nothing(rulebook, line, certificate.kind)
    if line is None or no_scheme:
        return [_nothing(certificate, training_class, form, no_scheme)]
    return [_by_head(line, member, form, certificate)]


def _by_head(line: Line, member: Member, form: ClaimForm, certificate: Certificate | None) -> Entitled:
    """The line's own scheme for one learner. What needs no certificate belongs to the learner, so that one issued later adds nothing."""
    rulebook = rulebook_for(member.training_class.district_id)
    paper = certificate if certificate is not None and _needs_certificate(rulebook, line.scheme) else None
    applied_by, organisation_id = _applicant(line, member)
    return Entitled(
        subject=f"certificate:{paper.pk}" if paper else f"member:{member.pk}",
        district_id=member.training_class.district_id,
        scheme=line.scheme,
        applied_by=applied_by,
        form=form,
        person_id=certificate.person_id if certificate else member.person_id,
        organisation_id=organisation_id,
        class_id=member.training_class_id,
        certificate_id=paper.pk if paper else None,
    )


def _needs_certificate(rulebook: Rulebook, scheme: str) -> bool:
    """Whether the scheme's rules ask for a certificate at all (新型学徒制 goes by the fee)."""
    return any(rule.reason == "no-certificate" for rule in rulebook.plans[scheme].conditions)


def _nothing(
    certificate: Certificate, training_class: TrainingClass, form: ClaimForm, reason: str
) -> Entitled:
    return Entitled(
        subject=f"certificate:{certificate.pk}",
        district_id=certificate.district_id,
        scheme="",
        applied_by="person",
        form=form,
        person_id=certificate.person_id,
        class_id=training_class.pk,
        certificate_id=certificate.pk,
        reason=reason,
    )


def _why_nothing(rulebook: Rulebook, line: Line | None, kind: str) -> str:
    if line is None:
        return "这个班没有对应的培训类别，不能自动判断补贴；可以自行申请，由工作人员认定。"
    if not line.scheme:
        return f"文件没有为“{line.label}”规定补贴（{line.clause}）。"
    if kind not in line.certificates:
        return f"“{line.label}”不认可“{rulebook.word(kind)}”（{line.clause}）。"
    return ""


def _outside_a_class(certificate: Certificate, rulebook: Rulebook) -> list[Entitled]:
    if OUTSIDE_A_CLASS not in rulebook.schemes:
        return []
    form = ClaimForm(
        scheme=OUTSIDE_A_CLASS,
        **_paper(certificate),
        **_insurance(certificate.person_id),
        groups=_groups(certificate.person_id, certificate.issued_on),
    )
    return [
        Entitled(
            subject=f"certificate:{certificate.pk}",
            district_id=certificate.district_id,
            scheme=OUTSIDE_A_CLASS,
            applied_by="person",
            form=form,
            person_id=certificate.person_id,
            certificate_id=certificate.pk,
            only_if_due=True,
        )
    ]


def _applicant(line: Line, member: Member) -> tuple[str, int | None]:
    """Who applies by the line, and the organisation; the learner where nobody stands behind the class."""
    training_class = member.training_class
    if line.applied_by == "enterprise":
        employer = member.employer_id or training_class.employer_id
        return ("enterprise", employer) if employer else ("person", None)
    if line.applied_by == "provider":
        return "provider", training_class.provider_id
    return "person", None


# --- from a learner of a class ------------------------------------------------------------------------------------
def of_member(member: Member, days: Days | None = None) -> list[Entitled]:
    """What a learner's class gives without a certificate: the living allowance of the days attended, and an apprenticeship's fee."""
    training_class = member.training_class
    rulebook = rulebook_for(training_class.district_id)
    line = rulebook.lines.get(training_class.line)
    if line is None or training_class.state not in ENDED:
        return []
    found: list[Entitled] = []
    by_head = bool(line.scheme) and not rulebook.schemes[line.scheme].by_provider
    if by_head and member.state == "completed" and not _needs_certificate(rulebook, line.scheme):
        held = member.certificates.filter(state="issued").order_by("-pk").first()
        found.append(_by_head(line, member, _form(member, line, held, days), None))
    if line.allowance:
        form = _with_scheme(_form(member, line, None, days), line.allowance)
        found.append(
            Entitled(
                subject=f"member:{member.pk}",
                district_id=training_class.district_id,
                scheme=line.allowance,
                applied_by="provider",
                form=form,
                person_id=member.person_id,
                organisation_id=training_class.provider_id,
                class_id=training_class.pk,
                only_if_due=True,
            )
        )
    return found


def _with_scheme(form: ClaimForm, scheme: str) -> ClaimForm:
    return ClaimForm(**{**form.columns(), "scheme": scheme, "groups": form.groups})


# --- from a project -----------------------------------------------------------------------------------------------
def of_project(project: Project) -> list[Entitled]:
    """The advance once the contract's training runs, the balance once every class has ended (项目制 先行拨付、结算)."""
    rulebook = rulebook_for(project.district_id)
    line = rulebook.lines.get(project.line)
    if line is None or not line.scheme or not rulebook.schemes[line.scheme].by_provider:
        return []
    if project.provider_id is None or project.contract_fen is None or project.state == "cancelled":
        return []
    states = list(
        TrainingClass.objects.filter(project=project).exclude(state__in=GONE).values_list("state", flat=True)
    )
    stages = []
    if any(state in STARTED for state in states):
        stages.append("advance")
    if states and all(state in ENDED for state in states):
        stages.append("balance")
    return [_stage(project, line, stage) for stage in stages]


def _stage(project: Project, line: Line, stage: str) -> Entitled:
    rate = project_rate(project.pk) if stage == "balance" else None
    form = ClaimForm(
        scheme=line.scheme,
        project_id=project.number,
        project_stage=stage,
        contract_fen=project.contract_fen,
        completed_count=rate.total if rate else 0,
        employed_count=rate.employed if rate else 0,
        started_on=project.period.lower if project.period else None,
        ended_on=_last_day(project),
    )
    return Entitled(
        subject=f"project:{project.pk}:{stage}",
        district_id=project.district_id,
        scheme=line.scheme,
        applied_by="provider",
        form=form,
        organisation_id=project.provider_id,
    )


def _last_day(project: Project) -> date | None:
    if project.period is None or project.period.upper is None:
        return None
    return date.fromordinal(project.period.upper.toordinal() - 1)


# --- the columns --------------------------------------------------------------------------------------------------
def _form(member: Member, line: Line | None, certificate: Certificate | None, days: Days | None) -> ClaimForm:
    training_class = member.training_class
    occupation: dict[str, Any] = {
        "occupation_code": canonical_code(training_class.occupation_id),
        "occupation_name": training_class.occupation.name,
        "level": training_class.level,
    }
    return ClaimForm(
        scheme=line.scheme if line else "",
        **{**occupation, **(_paper(certificate) if certificate else {})},
        class_id=training_class.number,
        class_name=training_class.name,
        started_on=training_class.started_on,
        ended_on=training_class.ended_on,
        attended_days=(class_days(training_class.pk) if days is None else days).get(member.pk, 0),
        **_insurance(member.person_id),
        groups=_groups(member.person_id, training_class.started_on),
        project_id=training_class.project.number if training_class.project else "",
    )


def _paper(certificate: Certificate) -> dict[str, Any]:
    code = canonical_code(certificate.occupation_id)
    return {
        "occupation_code": code,
        "occupation_name": certificate.occupation.name,
        "level": certificate.level,
        "prior_level": _prior_level(certificate, code),
        "certificate_type": certificate.kind,
        "certificate_number": certificate.number,
        "certificate_issued_on": certificate.issued_on,
    }


def _prior_level(certificate: Certificate, code: str) -> int:
    """The highest level the person held in this occupation before; 0 where none is known (5 is 初级, 1 the highest)."""
    before = Certificate.objects.filter(
        person=certificate.person_id, state="issued", issued_on__lt=certificate.issued_on, level__gt=0
    ).exclude(pk=certificate.pk)
    return min((c.level for c in before if canonical_code(c.occupation_id) == code), default=0)


def _groups(person_id: int, day: date) -> tuple[str, ...]:
    return tuple(sorted(groups_on([person_id], day)[person_id]))


def class_days(class_id: int) -> Days:
    """Learner → whole days attended (出勤天数), as the district counts them. Those with nothing held yet are missing."""
    return {pk: rate.days for pk, rate in attendance_of(class_id).members.items()}


def _insurance(person_id: int) -> dict[str, Any]:
    """Insured months and pension as last seen by an official on an earlier application, else not known (0, no)."""
    facts = ("insured_months", "draws_pension")
    seen: Iterable[tuple[str, str]] = (
        Evidence.objects.filter(Q(claim__person=person_id), fact__in=facts)
        .order_by("pk")
        .values_list("fact", "value")
    )
    known = dict(seen)
    months = known.get("insured_months", "")
    return {
        "insured_months": int(months) if months.isascii() and months.isdigit() and len(months) < 5 else 0,
        "draws_pension": known.get("draws_pension", "") in ("是", "true", "True"),
    }


# --- whose money was set aside ------------------------------------------------------------------------------------
def offers_of_classes(numbers: Collection[str]) -> list[tuple[str, int]]:
    """(class number, offer) of these classes of the chain; numbers of other classes are left out. One query at most."""
    if not numbers:
        return []
    found = TrainingClass.objects.filter(number__in=numbers, offer__project=None).order_by("pk")
    return list(found.values_list("number", "offer_id"))


def offers_of_projects(numbers: Collection[str]) -> dict[str, list[int]]:
    """Project number → its offers, oldest first. One query at most."""
    wanted = {number for number in numbers if number}
    found: dict[str, list[int]] = {}
    if wanted:
        rows = Offer.objects.filter(project__number__in=wanted).order_by("pk")
        for number, offer_id in rows.values_list("project__number", "pk"):
            found.setdefault(number, []).append(offer_id)
    return found


def came_by_the_chain(claim: Claim) -> bool:
    """Whether a claim names a class or project of this house. One query at most."""
    if claim.person_id is None:
        return bool(claim.project_id) and Project.objects.filter(number=claim.project_id).exists()
    return bool(claim.class_id) and TrainingClass.objects.filter(number=claim.class_id).exists()
