"""先看补贴 (foresight): the claim a class would lead to, before it is chosen: will it be paid, how much, why not.

The facts are those the class would give, on three presumptions said in words: attendance met, certificate obtained, and what
only the person knows (养老金, 失业保险月数, 原有等级) as told, else as the rule would have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from wudan.occupations.queries import canonical_code
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.queries.circle import Circle, Row, first_day
from wudan.policy.engine.explain import Explanation, explain
from wudan.policy.engine.lines import Line
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for

HOURS_A_DAY = 8
"""课时 of a whole day, by which attended days are estimated."""
NEW = "~预估"  # sorts behind every claim of this moment


@dataclass(frozen=True, slots=True)
class Told:
    """What only the person can say; None: not asked."""

    insured_months: int | None = None
    prior_level: int | None = None
    draws_pension: bool | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class Prospect:
    """The claim in prospect. Without `facts` nothing can be worked out in advance, and `outcome` says what is so instead."""

    rulebook: Rulebook
    line: Line
    scheme: str
    outcome: str  # "" while the engine has to be asked; else none, free, later
    facts: Row | None
    presumed: tuple[str, ...]


def line_of(offer: Offer) -> tuple[Rulebook, Line]:
    """The offer's training line (培训类别) in its district's rulebook."""
    rulebook = rulebook_for(offer.district_id)
    return rulebook, rulebook.lines[offer.line]


def code_of(offer: Offer) -> str:
    """The code under which the occupation counts across editions."""
    return canonical_code(offer.entry.occupation_id)


def last_day(offer: Offer) -> date:
    return offer.period.upper - timedelta(days=1)  # type: ignore[no-any-return]


def groups_in(rulebook: Rulebook, circle: Circle, employer_id: int | None) -> frozenset[str]:
    """The groups the claim would name: those proved for the first day, and 企业职工 where the employer says so by enrolling."""
    stated = {"employee"} & set(rulebook.groups) if employer_id is not None else set()
    return frozenset(circle.groups | stated)


def prospect(
    offer: Offer,
    circle: Circle,
    code: str,
    *,
    told: Told = NOTHING_TOLD,
    employer_id: int | None = None,
    claim_id: str = NEW,
    at: datetime,
) -> Prospect:
    """What would be claimed, by the line's scheme; for 项目制 the allowance that is the person's own. `code` is `code_of(offer)`."""
    rulebook, line = line_of(offer)
    by_provider = bool(line.scheme) and rulebook.schemes[line.scheme].by_provider
    scheme = line.allowance if by_provider else line.scheme
    if not scheme:
        return Prospect(rulebook, line, "", "free" if by_provider else "none", None, ())
    columns = rulebook.schemes[scheme].columns
    if "fee_fen" in columns:
        return Prospect(
            rulebook, line, scheme, "later", None, ("补贴按企业支付的培训费计算，培训费确定后才能算出。",)
        )
    groups = groups_in(rulebook, circle, employer_id)
    facts = _facts(offer, line, scheme, groups) | {
        "claim_id": claim_id,
        "person_id": f"#{circle.person.pk or 0}",
        "occupation_code": code,
        "applied_at": at.isoformat(),
    }
    presumed = _presume(rulebook, offer, facts, columns, told, stated=employer_id is not None)
    return Prospect(rulebook, line, scheme, "", facts, tuple(presumed))


def foresee(found: Prospect, circle: Circle) -> Explanation | None:
    """The engine's answer with its working, beside the person's other claims; nothing is kept."""
    if found.facts is None:
        return None
    claims: list[Mapping[str, object]] = [*circle.pending, found.facts]
    return explain(found.rulebook, claims, str(found.facts["claim_id"]), circle.history)


def _facts(offer: Offer, line: Line, scheme: str, groups: frozenset[str]) -> Row:
    entry, starts, ends = offer.entry, first_day(offer), last_day(offer)
    hours = entry.theory_hours + entry.practice_hours + entry.safety_hours
    whole = (ends - starts).days + 1
    return {
        "scheme": scheme,
        "level": entry.level,
        "certificate_type": entry.certificate_type or next(iter(line.certificates), ""),
        "certificate_issued_on": ends.isoformat(),
        "class_id": offer.number,
        "started_on": starts.isoformat(),
        "ended_on": ends.isoformat(),
        "attended_days": min(whole, -(-hours // HOURS_A_DAY)) if hours else whole,
        "groups": ";".join(sorted(groups)),
        "project_id": offer.project.number if offer.project else "",
    }


def _presume(
    rulebook: Rulebook, offer: Offer, facts: Row, columns: tuple[str, ...], told: Told, *, stated: bool
) -> list[str]:
    """Fills in what only the person knows, and says on what the answer stands."""
    percent = rulebook.parameter("attendance_percent", first_day(offer)).value
    certificate = rulebook.word(str(facts["certificate_type"]))
    said = [f"出勤达到{percent}%、考核合格并取得{certificate}；没有取得的，不能补贴。"]
    if "attended_days" in columns:
        said = [f"按出勤{facts['attended_days']}天估计，实际按签到天数计算。"]
    if stated and "employee" in str(facts["groups"]):
        said.append("企业职工身份按单位申报，以参保记录为准。")
    if "draws_pension" in columns:
        facts["draws_pension"] = bool(told.draws_pension)
        if told.draws_pension is None:
            said.append("没有按月领取养老金。")
    if "prior_level" in columns:
        level = int(str(facts["level"]))
        presumed = level + 1 if 0 < level < 3 else 0
        facts["prior_level"] = presumed if told.prior_level is None else told.prior_level
        if told.prior_level is None and presumed:
            said.append(f"已持有{rulebook.levels[str(presumed)].label}证书。")
    if "insured_months" in columns:
        facts["insured_months"] = told.insured_months or 0
        if told.insured_months is None and (months := _enough(rulebook, facts)):
            facts["insured_months"] = months
            said.append(f"失业保险累计缴费满{months}个月，以社保记录为准。")
    if own := [rulebook.column_label(name) for name in rulebook.own if name in columns]:
        said.append(f"{'、'.join(own)}在申请补贴时填写，这里按没有填写估计。")
    return said


def _enough(rulebook: Rulebook, facts: Row) -> int:
    """The months with which the person's own rules would pass; 0 where it does not hang on them."""
    alone = explain(rulebook, [facts], str(facts["claim_id"]))
    for change in alone.would_pass_if:
        if set(change) == {"insured_months"}:
            return int(str(change["insured_months"]))
    return 0
