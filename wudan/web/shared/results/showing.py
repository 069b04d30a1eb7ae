"""One class after teaching, in words: its sittings, every learner's attendance, marks, completion, certificate and work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wudan.kernel.actor import Actor
from wudan.orders.delivery.actions.certifying import OURS
from wudan.orders.delivery.actions.concluding import why_not
from wudan.orders.delivery.queries.after import STAGES, certificates_of_class, members_after
from wudan.orders.delivery.queries.attendance import attendance_of
from wudan.orders.delivery.queries.employment import Rate, class_rate
from wudan.orders.delivery.queries.ratings import doubts_of, ratings_of
from wudan.orders.delivery.queries.results import assessments_of, pass_mark, results_of
from wudan.policy.queries import parameter, rulebook_for
from wudan.web.shared.parts import Tone
from wudan.web.shared.results.place import STAGE_TONES, Place, today

GONE = ("left", "transferred")
SITTING_TONES: dict[str, Tone] = {"planned": "now", "held": "wait", "published": "done", "dropped": "off"}
MEMBER_TONES: dict[str, Tone] = {
    "in_class": "plain", "interrupted": "wait", "left": "off", "transferred": "off", "completed": "done", "failed": "wrong",
}  # fmt: skip
NEXT = {
    "plan": ("请安排考核：时间、地点和考评员。考评员不能是本班的授课教师。", "等培训机构安排考核。"),
    "sit": ("考核结束后，请在当天的考核里录入成绩。", "考核日还没有到。"),
    "enter": ("考核日已到，请录入全部学员的成绩。", "等培训机构录入全部学员的成绩。"),
    "publish": (
        "成绩已录入，等区人社局公布。公布前还可以更正。",
        "成绩已录入，请核对后公布。录入和公布须由两个人办理。",
    ),
    "conclude": (
        "成绩已公布，等区人社局办理结业。不合格的可以在结业前安排补考。",
        "请核对每名学员的出勤和成绩，办理结业。结业后不能更改。",
    ),
    "certify": ("由区人社局复审岗签发培训合格证书。", "请由复审岗签发培训合格证书。"),
    "register": ("取得证书的，请登记证书编号。", "等培训机构登记证书编号。"),
    "follow": ("请在就业计算期限内登记学员的就业情况。", "请查询并登记学员的就业情况。"),
}


def marks(tenths: int | None) -> str:
    """805 → 80.5; empty where the part was not sat."""
    if tenths is None:
        return ""
    return f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)


@dataclass(slots=True)
class Line:
    """One learner."""

    member: Any
    attended: str
    attended_ok: bool
    theory: str
    practice: str
    result: str
    result_tone: Tone
    state: str
    tone: Tone
    reason: str
    certificates: list[Any]
    work: str
    works: bool


def context_of(actor: Actor, held: Any, place: Place) -> dict[str, Any]:
    """Everything `shared/results/class.html` prints, but what may be done."""
    rate = class_rate(held)
    lines = lines_of(held, rate)
    sittings = list(assessments_of(held.pk).exclude(state="dropped"))
    ours = held.certificate_type == OURS
    said = _said(held, place)
    lacking = sum(
        1
        for x in lines
        if x.member.state == "completed" and not any(c.state == "issued" for c in x.certificates)
    )
    return {
        "title": held.name,
        "held": held,
        "place": place,
        "crumbs": place.crumbs(last=held.name),
        "stage": held.stage,
        "stage_word": STAGES[held.stage],
        "stage_tone": STAGE_TONES[held.stage],
        "next": _next(held, place),
        "sittings": [
            {"one": s, "tone": SITTING_TONES[s.state], "word": s.get_state_display(), "href": place.url("sitting", s.pk),
             "who": assessor(s)}
            for s in sittings
        ],
        "pass_mark": pass_mark(held),
        "lines": lines,
        "completed": sum(x.member.state == "completed" for x in lines),
        "failed": sum(x.member.state == "failed" for x in lines),
        "ready": sum(not x.reason for x in lines if x.member.state in ("in_class", "interrupted")),
        "not_ready": sum(bool(x.reason) for x in lines if x.member.state in ("in_class", "interrupted")),
        "lacking": lacking,
        "ours": ours,
        "kind": rulebook_for(held.district_id).certificate_types[held.certificate_type].label,
        "rate": rate,
        "can_plan": place.may_enter(actor) and held.state in ("running", "taught", "assessed"),
        "planned_once": any(s.state == "published" for s in sittings),
        "may_enter": place.may_enter(actor),
        **said,
    }  # fmt: skip


def lines_of(held: Any, rate: Rate) -> list[Line]:
    counted, results = attendance_of(held.pk), results_of(held)
    papers: dict[int, list[Any]] = {}
    for one in certificates_of_class(held.pk):
        papers.setdefault(one.member_id or 0, []).append(one)
    works = {p.member.pk: p for p in rate.people}
    found = []
    for member in members_after(held.pk):
        result, seen, work = results.get(member.pk), counted.members.get(member.pk), works.get(member.pk)
        there = member.state in ("in_class", "interrupted")
        reason = member.reason if not there else why_not(member, counted, result)
        word = member.get_state_display() if not there else ("不能结业" if reason else "可以结业")
        tone = MEMBER_TONES[member.state] if not there else ("wrong" if reason else "done")
        if there and held.state == "running":
            word, tone, reason = member.get_state_display(), MEMBER_TONES[member.state], ""
        found.append(
            Line(
                member=member,
                attended=f"{seen.percent}%" if seen else "",
                attended_ok=bool(seen and seen.ok),
                theory=marks(result.theory_tenths) if result else "",
                practice=marks(result.practice_tenths) if result else "",
                result="" if result is None else ("合格" if result.passed else "不合格") + ("（补考）" if result.made_up else ""),
                result_tone="plain" if result is None else ("done" if result.passed else "wrong"),
                state=word,
                tone=tone,
                reason="" if reason == word else reason,
                certificates=papers.get(member.pk, []),
                work=work.why if work else "",
                works=bool(work and work.employed),
            )
        )  # fmt: skip
    return found


def assessor(sitting: Any) -> str:
    """Who assessed: a teacher of the pool, or a name from outside."""
    return str(sitting.assessor.person.name) if sitting.assessor else str(sitting.assessor_name)


def _next(held: Any, place: Place) -> str:
    if held.state == "running" and held.stage == "plan":
        return "教学还没有结束，可以先安排结业当天或以后的考核。"
    return NEXT[held.stage][place.official]


def _said(held: Any, place: Place) -> dict[str, Any]:
    """Ratings: to officials with the words, to the provider the mean of enough of them."""
    ratings = list(ratings_of(held.pk))
    few = int(parameter(held.district_id, "quality_min_ratings", today()).value)
    enough = len(ratings) >= max(few, 1)
    mean = sum(r.overall for r in ratings) * 10 // len(ratings) if ratings else 0
    return {
        "rated": len(ratings),
        "rating": f"{mean // 10}.{mean % 10}" if ratings and (enough or place.official) else "",
        "rating_least": few,
        "doubts": doubts_of(held.pk)[0] if place.official else 0,
        "comments": [r for r in ratings if r.comment or not r.honest] if place.official else [],
    }
