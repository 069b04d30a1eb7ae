"""An offer, and what choosing it would mean, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from wudan.kernel.money import in_sentence
from wudan.orders.enrolment.actions.previewing import Preview
from wudan.policy.engine.rulebook import Rulebook
from wudan.policy.queries import rulebook_for
from wudan.web.shared.parts import Fact, Tone
from wudan.web.shared.policy_words import change_words
from wudan.web.shared.words import cn_date

MOST_CHANGES = 3
_OWN = {"insured_months", "draws_pension", "prior_level", "groups"}
"""Facts that are the person's and not the class's."""
STATE_TONES: dict[str, Tone] = {
    "waiting": "wait", "enrolled": "now", "in_class": "now", "completed": "done", "failed": "off", "withdrawn": "off",
    "lapsed": "off", "cancelled": "wrong", "dropped": "off", "transferred": "off",
}  # fmt: skip
OUTCOMES = {
    "approved": "可以补贴",
    "review": "需人工核定",
    "rejected": "不予补贴",
    "none": "没有规定补贴",
    "free": "项目支付",
    "later": "待定培训费",
}
OUTCOME_TONES: dict[str, Tone] = {
    "approved": "done", "review": "wait", "rejected": "wrong", "none": "off", "free": "done", "later": "wait",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OfferWords:
    """What a card and a page say of an offer. `room` is how many places are left, in words."""

    offer: Any
    what: str
    when: str
    where: str
    who: str
    cost: str
    room: str
    room_tone: Tone
    until: date

    @property
    def fee(self) -> str:
        """The same as `cost`, for a column headed 学费."""
        return in_sentence(self.offer.fee_fen) if self.offer.fee_fen else "不收"


def days_of(period: Any) -> str:
    """2020年12月1日至12月20日; the year once where it is the same."""
    first, last = period.lower, period.upper - timedelta(days=1)
    if first == last:
        return cn_date(first)
    tail = cn_date(last)
    if first.year == last.year:
        tail = tail.removeprefix(f"{last.year}年")
    return f"{cn_date(first)}至{tail}"


def offer_words(offer: Any, left: int, waiting: int) -> OfferWords:
    rulebook = rulebook_for(offer.district_id)
    entry = offer.entry
    level = rulebook.levels[str(entry.level)].label if entry.level else ""
    hours = entry.theory_hours + entry.practice_hours + entry.safety_hours
    place = (offer.venue.address if offer.venue else "") or (offer.town.name if offer.town else "")
    where = place or ("网上学习" if offer.mode == "online" else "地点待定")
    return OfferWords(
        offer=offer,
        what="　".join(t for t in (entry.occupation.name, level, f"{hours}课时" if hours else "") if t),
        when=days_of(offer.period),
        where=where,
        who=offer.provider.name if offer.provider else "承训机构待定",
        cost=f"学费{in_sentence(offer.fee_fen)}" if offer.fee_fen else "不收学费",
        room=_room(left, waiting),
        room_tone="wait" if left == 0 or waiting else "done",
        until=offer.choose_until,
    )


def _room(left: int, waiting: int) -> str:
    if left and not waiting:
        return f"还有{left}个名额"
    return f"名额已满，{waiting}人候补" if waiting else "名额已满，可以候补"


def offer_facts(words: OfferWords, rulebook: Rulebook) -> list[Fact]:
    """The offer's page: when, where, who teaches, what it gives, what it costs."""
    offer, entry = words.offer, words.offer.entry
    parts = [
        ("理论", entry.theory_hours),
        ("实训", entry.practice_hours),
        ("安全", entry.safety_hours),
    ]
    hours = "、".join(f"{name}{n}课时" for name, n in parts if n)
    line = rulebook.lines[offer.line]
    found = [Fact("培训期间", words.when)]
    if offer.schedule_note:
        found.append(Fact("上课时间", offer.schedule_note))
    found += [Fact("上课地点", words.where), Fact("培训机构", words.who)]
    if offer.teacher:
        found.append(
            Fact(
                "主讲教师",
                "　".join(t for t in (str(offer.teacher.person), offer.teacher.qualification) if t),
            )
        )
    if hours:
        found.append(Fact("课时", hours))
    if entry.certificate_type:
        found.append(Fact("取得证书", rulebook.word(entry.certificate_type)))
    found += [
        Fact("培训类别", line.label),
        Fact("学费", words.fee),
        Fact("名额", f"{offer.places}人，{words.room}" if offer.state == "open" else f"{offer.places}人"),
        Fact("选单截止", cn_date(offer.choose_until)),
    ]
    return found


# --- what it would mean ------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Foreseen:
    """The answer to “会不会补贴、补多少、为什么”. `reasons` are (sentence, clause, remedy)."""

    head: str
    text: str
    tone: Tone
    reasons: Sequence[tuple[str, str, str]]
    presumed: Sequence[str]
    changes: Sequence[str]
    basis: str


def foreseen(seen: Preview, today: date, you: str = "您") -> Foreseen:
    """`you` is who reads it; a clerk reads “该学员”."""
    rulebook = seen.rulebook
    head, text, tone = _answer(seen, you)
    scheme = seen.line.allowance if seen.line.scheme and _by_provider(seen) else seen.line.scheme
    clause = rulebook.schemes[scheme].clause if scheme else seen.line.clause
    wanted = [] if seen.outcome != "rejected" else _changes(seen, today)
    return Foreseen(
        head=head,
        text=text,
        tone=tone,
        reasons=[(r.sentence, r.clause, r.remedy) for r in seen.reasons],
        presumed=() if seen.outcome == "rejected" else seen.presumed,
        changes=wanted,
        basis=clause,
    )


def _by_provider(seen: Preview) -> bool:
    return seen.rulebook.schemes[seen.line.scheme].by_provider


def _answer(seen: Preview, you: str) -> tuple[str, str, Tone]:
    fee = seen.offer.fee_fen
    if seen.outcome == "approved" and seen.amount_fen is not None:
        return _paid(seen, you)
    if seen.outcome == "review":
        if seen.amount_fen is not None:
            return (
                f"预计补贴{in_sentence(seen.amount_fen)}，要由工作人员核实",
                "取得证书后可以申请，工作人员看材料后决定。",
                "wait",
            )
        return (
            "可以申请补贴，金额由工作人员核定",
            "文件没有写明这种情况的金额，取得证书后由工作人员核定。",
            "wait",
        )
    if seen.outcome == "rejected":
        still = f"仍然可以自费参加，学费{in_sentence(fee)}。" if fee else "仍然可以参加，这个班不收学费。"
        return "按现在的情况，这次没有补贴", still, "wrong"
    if seen.outcome == "free":
        return "免费培训", f"费用由培训项目支付，{you}不用交费，也不用申请补贴。", "done"
    if seen.outcome == "later":
        return "补贴付给企业，金额要等培训费确定", seen.presumed[0], "wait"
    cost = f"学费{in_sentence(fee)}由{you}自己承担。" if fee else "这个班不收学费。"
    return "文件没有为这类培训规定补贴", cost, "plain"


def _paid(seen: Preview, you: str) -> tuple[str, str, Tone]:
    amount = in_sentence(seen.amount_fen or 0)
    if seen.line.scheme and _by_provider(seen):
        label = seen.rulebook.schemes[seen.line.allowance].label
        return f"免费培训，另有{label}约{amount}", f"{label}付给{you}本人，学费由培训项目支付。", "done"
    if seen.payee == "person":
        return (
            f"预计可为{you}补贴{amount}",
            f"取得证书后系统自动算好，{you}确认收款账户，就付给{you}本人。",
            "done",
        )
    if seen.payee == "enterprise":
        return f"预计补贴{amount}，付给企业", f"由企业组织培训并申请，{you}不用交费。", "done"
    free = f"{you}不用交费，也不用申请。" if not seen.offer.fee_fen else ""
    return f"预计补贴{amount}，付给培训机构", f"补贴由培训机构申请。{free}", "done"


def _changes(seen: Preview, today: date) -> list[str]:
    """What would have to differ, where somebody can still do it: no class of a day gone by, nor of one before this class."""
    found: list[str] = []
    soonest = max(today, seen.offer.period.lower)
    for change in seen.would_pass_if:
        if set(change) <= _OWN:
            said = change_words(seen.rulebook, change)
        elif "started_on" in change:
            day = _day(change["started_on"])
            if day <= soonest:
                continue
            said = f"选{cn_date(day)}以后开班的班次"
        else:  # occupation, level, certificate: another class altogether, which the remedy says better
            continue
        if said not in found:
            found.append(said)
    return found[:MOST_CHANGES]


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))
