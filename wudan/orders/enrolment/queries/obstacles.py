"""Why somebody may not choose an offer (不能选单的原因). `preview` shows them, `pick` refuses with them; the database has the last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from wudan.kernel.errors import Refusal
from wudan.kernel.periods import in_words
from wudan.occupations.queries import same_occupations
from wudan.orders.catalogue.models import Offer
from wudan.orders.enrolment.models import Enrolment
from wudan.orders.enrolment.queries.circle import Circle, first_day
from wudan.orders.enrolment.queries.foresight import groups_in, last_day
from wudan.orders.enrolment.states import LIVE, SEATED
from wudan.policy.engine.lines import Line, fits
from wudan.policy.engine.rulebook import Rulebook

BY_LINE = {
    "person": ("person", "department"),
    "town": ("person", "department"),
    "enterprise": ("enterprise",),
    "institution": ("department",),
}
"""Who may choose a line that may be asked for by whom; a department's offer is open to its people themselves."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Who chooses for whom, and the day."""

    chosen_by: str
    employer_id: int | None
    today: date


def restricted(offer: Offer, line: Line) -> bool:
    """限制知悉: only by the institution's roster, and to nobody else does it exist."""
    return line.restricted or (offer.project is not None and offer.project.restricted)


def obstacles(
    offer: Offer, rulebook: Rulebook, line: Line, circle: Circle, choice: Choice
) -> tuple[Refusal, ...]:
    """All of them, the offer's own first."""
    if restricted(offer, line) and choice.chosen_by != "institution":
        return (Refusal("no-offer", "没有找到这个班次。", remedy="请从可选班次中选择。", status=404),)
    found = [
        *offer_obstacles(offer, choice),
        _by_line(offer, line, choice),
        _age(offer, rulebook, circle),
        _group(offer, rulebook, line, circle, choice),
        _again(offer, circle),
        _overlap(offer, circle),
        _once(offer, line, circle, choice),
    ]
    return tuple(refusal for refusal in found if refusal)


def offer_obstacles(offer: Offer, choice: Choice) -> tuple[Refusal, ...]:
    """What stands against everybody: not open, too late, another enterprise's."""
    found = []
    if offer.state != "open":
        found.append(
            Refusal(
                "offer-not-open",
                "这个班次现在不能选单。",
                remedy="请选择其他班次，或先提单，有合适的班次时通知您。",
            )
        )
    elif choice.today > offer.choose_until:
        found.append(
            Refusal(
                "choosing-over",
                f"选单已于{in_words(offer.choose_until)}截止。",
                remedy="请选择其他班次，或先提单，有合适的班次时通知您。",
            )
        )
    if offer.employer_id is not None and offer.employer_id != choice.employer_id:
        found.append(
            Refusal(
                "other-employer",
                "这个班次只面向一家企业的职工，由该企业办理选单。",
                remedy="请选择其他班次。",
            )
        )
    return tuple(found)


def _by_line(offer: Offer, line: Line, choice: Choice) -> Refusal | None:
    if line.filed_by.isdisjoint(BY_LINE[choice.chosen_by]) and offer.employer_id is None:
        who = "所在企业" if "enterprise" in line.filed_by else "有关部门或本人"
        return Refusal(
            "not-by-you",
            f"“{line.label}”由{who}办理选单。",
            clause=line.clause,
            remedy="请由对方办理，或选择其他班次。",
        )
    return None


def _age(offer: Offer, rulebook: Rulebook, circle: Circle) -> Refusal | None:
    least = rulebook.parameter("enrolment_age_min", first_day(offer))
    born, years = circle.person.born_on, int(least.value)
    if born is None or _birthday(born, years) <= first_day(offer):
        return None
    return Refusal(
        "too-young",
        f"开班首日不满{years}周岁，不能参加补贴性职业技能培训。",
        clause=least.clause,
        remedy=f"满{years}周岁后再选单。",
    )


def _birthday(born: date, years: int) -> date:
    try:
        return born.replace(year=born.year + years)
    except ValueError:  # born on 29 February
        return date(born.year + years, 3, 1)


def _group(offer: Offer, rulebook: Rulebook, line: Line, circle: Circle, choice: Choice) -> Refusal | None:
    """The line's group is missing; with a fee of its own the class may still be taken at one's own cost."""
    groups = groups_in(rulebook, circle, choice.employer_id)
    on_roster = choice.chosen_by == "institution"
    if fits(line, groups, on=first_day(offer), on_roster=on_roster) or offer.fee_fen > 0:
        return None
    labels = [label for code, label in rulebook.groups.items() if code in line.groups]
    names = "、".join(label.label for label in labels)
    where = "、".join(dict.fromkeys(label.department for label in labels if label.department))
    return Refusal(
        "line-group",
        f"“{line.label}”面向{names or '有关部门名单中的人员'}，系统中没有开班首日的这类证明。",
        clause=line.clause,
        remedy=f"请带证明到{where or '有关部门'}或镇街便民服务中心登记后再选，也可以选不限类别的班次。",
    )


def _again(offer: Offer, circle: Circle) -> Refusal | None:
    if any(e.offer_id == offer.pk and e.state in LIVE for e in circle.others):
        return Refusal("enrolment_once", "已选过这个班次。", remedy="不用重复选，可以查看原来的选单。")
    return None


def _overlap(offer: Offer, circle: Circle) -> Refusal | None:
    other = overlapping(offer, circle.others)
    if other is None:
        return None
    title, starts, ends = other.offer.title, other.period.lower, last_day(other.offer)
    return Refusal(
        "enrolment_not_double_booked",
        f"{in_words(starts)}至{in_words(ends)}已选了“{title}”，时间有重叠。",
        remedy="可以先退选那个班次，或选择时间不重叠的班次。",
    )


def overlapping(offer: Offer, others: tuple[Enrolment, ...]) -> Enrolment | None:
    """Another class that holds the person's time in this period."""
    for e in others:
        apart = e.period.upper <= offer.period.lower or offer.period.upper <= e.period.lower
        if e.state in SEATED and e.offer_id != offer.pk and not apart:
            return e
    return None


def _once(offer: Offer, line: Line, circle: Circle, choice: Choice) -> Refusal | None:
    """每人一次 or 每人每年一次, by the line's key."""
    if line.once == "never":
        return None
    for e in circle.others:
        if e.offer_id == offer.pk or e.offer.line != offer.line or e.district_id != offer.district_id:
            continue
        if line.once == "yearly" and e.period.lower.year != offer.period.lower.year:
            continue
        if _same(line.once_key, offer, e, choice):
            often = "每人每年一次" if line.once == "yearly" else "每人一次"
            return Refusal(
                "line-once",
                f"“{line.label}”{often}，已选过“{e.offer.title}”。",
                clause=line.clause,
                remedy="请选择其他类别的班次。",
            )
    return None


def _same(key: str, offer: Offer, other: Enrolment, choice: Choice) -> bool:
    if key == "employer":
        return other.employer_id == choice.employer_id
    if key in ("occupation", "occupation_level"):
        same = other.offer.entry.occupation_id in same_occupations(offer.entry.occupation_id)
        return same and (key == "occupation" or other.offer.entry.level == offer.entry.level)
    return True
