"""Classes of the sample (开班的故事): from the wishes of people to the claims that their certificates made, by the house's own actions.

A course is told whole, on the days its own calendar names, when the month comes in which its claims are handed in.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q

from wudan.config.sample.forms import certificate
from wudan.config.sample.setting import Stage
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import Actor
from wudan.kernel.models import OutboxEvent
from wudan.kernel.periods import SHANGHAI
from wudan.occupations.models import Occupation
from wudan.occupations.queries import named
from wudan.orders.catalogue.actions.funding import reserve_offer
from wudan.orders.catalogue.actions.offering import draft_offer
from wudan.orders.catalogue.actions.opening import open_offer
from wudan.orders.catalogue.models import Entry, Offer, Project
from wudan.orders.delivery.actions.answering import accept_order, ask_provider
from wudan.orders.delivery.actions.assessing import ScoreRow, plan_assessment, publish_scores, record_scores
from wudan.orders.delivery.actions.attendance import close_due_sign_ins, open_sign_in
from wudan.orders.delivery.actions.cardlog import CardRead, load_card_log
from wudan.orders.delivery.actions.certifying import CertificateRow, issue_certificates, record_certificates
from wudan.orders.delivery.actions.concluding import conclude_class
from wudan.orders.delivery.actions.employing import EmploymentRow, record_employment
from wudan.orders.delivery.actions.opening import apply_opening, approve_opening
from wudan.orders.delivery.actions.planning import open_class
from wudan.orders.delivery.actions.running import finish_class, start_class
from wudan.orders.delivery.models import Member, Session, TrainingClass
from wudan.orders.delivery.plans import SessionPlan
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.enrolment.actions.picking import By, pick_many
from wudan.orders.subsidy.actions.confirming import confirm_dues
from wudan.orders.subsidy.models import Claim, Due
from wudan.organisations.models import Organisation, Teacher, Venue
from wudan.people.models import Person

CONSENT = "本人到窗口当面提出，已签字确认"
HOURS_A_DAY = 8


@dataclass(frozen=True)
class Course:
    """What is taught, to whom, and when. `provider` and `employer` count from the district's lists; `wishes` people ask for it and
    the first `heads` of them choose it. `stop` is where the telling ends: "" at the claims, else the state of the class."""

    provider: int
    trade: str
    level: int
    kind: str
    line: str
    group: str
    first: date
    days: int = 10
    heads: int = 9
    wishes: int = 0
    employer: int | None = None
    project: Project | None = None
    stop: str = ""
    known: tuple[int, ...] = field(default=())

    @property
    def asked(self) -> date:
        return self.first - timedelta(days=32)


def at(day: date, hour: int = 10, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def counter(stage: Stage) -> Actor:
    """The clerk of the district's own counter, for people of every town."""
    return replace(stage.actors["zhenjie"], town_code=None)


def hold(stage: Stage, course: Course, r: random.Random) -> list[Claim]:
    """The course from its wishes to its claims; whoever is told to stop earlier leaves none."""
    asking = course.heads if course.employer is not None else max(course.heads, course.wishes)
    people = [*course.known, *stage.take(asking - len(course.known), _groups(course))]
    proposal = _wished(stage, course, people) if course.wishes else None
    offer = listed(stage, course, proposal)
    if course.stop == "open":
        return []
    _chosen(stage, course, offer, people[: course.heads])
    held = planned(stage, course, offer)
    if course.stop == held.state:
        return []
    start_class(class_id=held.pk, actor=stage.clerks[held.provider_id], at=at(course.first, 8))
    work(at(course.first, 9))
    if course.stop == "running":
        return []
    taught(stage, held, r)
    _finished(stage, course, held, r)
    return _claimed(stage, course, held)


def _groups(course: Course) -> tuple[str, ...]:
    return (course.group,) if course.group else ()


# --- 提单 and 列单 -------------------------------------------------------------------------------------------------
def _wished(stage: Stage, course: Course, people: Sequence[int]) -> int | None:
    """People ask at the counter; the bureau groups them. Who does not choose in the end goes on waiting."""
    moment, trade = at(course.asked), _trade(course)
    if course.employer is None:
        _wishes(stage, course, people[: course.wishes], moment)
    else:
        employer = stage.enterprises[course.employer]
        file_order(
            district_id=stage.code, filed_by="enterprise", organisation_id=employer, heads=course.wishes,
            wish=f"新录用职工{course.trade}岗前培训", occupation_id=trade.pk, level=course.level, line=course.line,
            town_code=_town(employer), wanted=_wanted(course), actor=stage.clerks[employer], at=moment,
        )  # fmt: skip
    made = propose(district_id=stage.code, actor=stage.actors["shouli"], at=moment + timedelta(days=1))
    return next((p.pk for p in made if (p.occupation_id, p.level) == (trade.pk, course.level)), None)


def _wishes(stage: Stage, course: Course, people: Sequence[int], moment: datetime) -> None:
    towns, trade = dict(Person.objects.filter(pk__in=people).values_list("pk", "town_id")), _trade(course)
    for person in people:
        file_order(
            district_id=stage.code, filed_by="town", person_id=person, wish=f"想学{course.trade}", occupation_id=trade.pk,
            level=course.level, line=_asked_as(course), town_code=towns[person] or "", consent=CONSENT,
            wanted=_wanted(course), actor=counter(stage), at=moment,
        )  # fmt: skip


def _asked_as(course: Course) -> str:
    """A project is a department's; a poor person asks for what the document promises them."""
    return "poor" if course.line == "project" else course.line


def _wanted(course: Course) -> tuple[date, date]:
    return course.first - timedelta(days=10), course.first + timedelta(days=60)


def _town(organisation: int) -> str:
    return Organisation.objects.values_list("division_id", flat=True).get(pk=organisation) or ""


def listed(stage: Stage, course: Course, proposal: int | None) -> Offer:
    """An offer with its money, the provider asked and willing."""
    moment, intake, reviewer = (
        at(course.asked + timedelta(days=3)),
        stage.actors["shouli"],
        stage.actors["fushen"],
    )
    entry = (
        Entry.objects.filter(
            edition__district=stage.code, edition__state="published", edition__catalogue="general",
            occupation=_trade(course), level=course.level, certificate_type=course.kind,
        ).order_by("-pk").first()
    )  # fmt: skip
    if entry is None:
        raise LookupError(f"{stage.code} {course.trade} {course.level} {course.kind} is not in the catalogue")
    provider = stage.providers[course.provider]
    unpriced = entry.price_fen is None and course.project is None
    places = course.heads if course.project else max(20, course.heads)  # a project's are its contract's
    made = draft_offer(
        entry_id=entry.pk, line=course.line, places=places, choose_until=course.first - timedelta(days=9),
        period=(course.first, course.first + timedelta(days=course.days)), proposal_id=proposal,
        provider_id=provider if course.project else None,
        employer_id=None if course.employer is None else stage.enterprises[course.employer],
        project_id=course.project.pk if course.project else None,
        budget_fen=100_000 if unpriced else None, budget_basis="区联席会议纪要〔2020〕第2号（演示数据）" if unpriced else "",
        schedule_note="每天上午8:30至下午4:30", actor=intake, at=moment,
    )  # fmt: skip
    reserve_offer(offer_id=made.pk, actor=reviewer, at=moment)
    open_offer(offer_id=made.pk, actor=reviewer, at=moment + timedelta(hours=1))
    if course.project is None:
        asked = ask_provider(
            offer_id=made.pk, provider_id=provider, actor=reviewer, at=moment + timedelta(hours=2)
        )
        venue, teacher = _room(provider), _teachers(provider, _trade(course))[0]
        accept_order(
            answer_id=asked.pk, venue_id=venue.pk, teacher_id=teacher.pk, actor=stage.clerks[provider],
            at=moment + timedelta(days=1),
        )  # fmt: skip
    return Offer.objects.get(pk=made.pk)


def _trade(course: Course) -> Occupation:
    found = named(course.trade)
    if found is None:
        raise LookupError(course.trade)
    return found


def _room(provider: int) -> Venue:
    return Venue.objects.filter(organisation_id=provider, kind="both").order_by("pk")[0]


def _teachers(provider: int, trade: Occupation) -> list[Teacher]:
    return list(
        Teacher.objects.filter(organisation_id=provider, state="listed", subjects__occupation=trade).order_by(
            "pk"
        )
    )


# --- 选单 and 接单 -------------------------------------------------------------------------------------------------
def _chosen(stage: Stage, course: Course, offer: Offer, people: Sequence[int]) -> None:
    moment = at(course.asked + timedelta(days=8))
    if course.employer is None:
        by, actor = By("town", None, CONSENT), counter(stage)
    else:
        employer = stage.enterprises[course.employer]
        by, actor = By("enterprise", employer), stage.clerks[employer]
    pick_many(offer_id=offer.pk, person_ids=list(people), by=by, actor=actor, at=moment)


def planned(stage: Stage, course: Course, offer: Offer) -> TrainingClass:
    """Planned by day, applied for and (unless told to stop) agreed to."""
    provider = stage.providers[course.provider]
    clerk, teachers, room = stage.clerks[provider], _teachers(provider, _trade(course)), _room(provider)
    plans = [
        SessionPlan(
            starts=at(day, 8, 30), ends=at(day, 8, 30) + timedelta(minutes=60 * HOURS_A_DAY), kind=kind, hours=HOURS_A_DAY,
            content=f"{course.trade}第{n + 1}课", venue_id=room.pk, teacher_id=teachers[n % len(teachers)].pk,
        )
        for n, (day, kind) in enumerate(zip(_days(course), _kinds(course.days), strict=True))
    ]  # fmt: skip
    moment = at(course.first - timedelta(days=14))
    made = open_class(
        offer_id=offer.pk, sessions=plans, head_teacher_id=teachers[0].pk, assessment_plan="理论、实操各一次，60分合格。",
        actor=clerk, at=moment,
    )  # fmt: skip
    if course.stop != "planning":
        made = apply_opening(class_id=made.pk, actor=clerk, at=moment + timedelta(hours=1))
    if course.stop not in ("planning", "applied"):
        made = approve_opening(class_id=made.pk, actor=stage.actors["shouli"], at=moment + timedelta(days=2))
    return made


def _days(course: Course) -> list[date]:
    return [course.first + timedelta(days=n) for n in range(course.days)]


def _kinds(days: int) -> list[str]:
    """What the catalogue's hours ask for: a day of safety, three of ten days theory, the rest practice."""
    theory = round(days * 0.3)
    return ["safety", *["theory"] * theory, *["practice"] * (days - 1 - theory)]


# --- being taught ------------------------------------------------------------------------------------------------
def taught(stage: Stage, held: TrainingClass, r: random.Random, *, until: date | None = None) -> None:
    """Every session: signed in at the provider's card reader; now and then somebody misses a day."""
    clerk = stage.clerks[held.provider_id]
    members = list(Member.objects.filter(training_class=held).select_related("person").order_by("pk"))
    numbers = {m.pk: m.person.number() for m in members}
    sessions = Session.objects.filter(training_class=held, cancelled=False).order_by("during")
    for place, session in enumerate(sessions):
        if until is not None and session.day > until:
            break
        starts = session.during.lower
        open_sign_in(session_id=session.pk, actor=clerk, at=starts - timedelta(minutes=20))
        away = (
            members[place % len(members)].pk if place % 3 == 2 else None
        )  # one at a time: more would be a red card
        reads = [
            CardRead(n, numbers[m.pk], starts - timedelta(minutes=r.randint(1, 15), seconds=r.randint(0, 59)))
            for n, m in enumerate(members, 1)
            if m.pk != away
        ]
        load_card_log(class_id=held.pk, reads=reads, actor=clerk, at=starts + timedelta(minutes=30))
    close_due_sign_ins(at=at(until or held.ended_on, 23))


def _finished(stage: Stage, course: Course, held: TrainingClass, r: random.Random) -> None:
    clerk, intake = stage.clerks[held.provider_id], stage.actors["shouli"]
    finish_class(class_id=held.pk, actor=clerk, at=at(held.ended_on, 18))
    day = held.ended_on + timedelta(days=1)
    sitting = plan_assessment(
        class_id=held.pk, held_on=day, place="实训车间", parts="both", assessor_name="市职业技能鉴定中心考评员",
        actor=clerk, at=at(held.ended_on, 18),
    )  # fmt: skip
    members = Member.objects.filter(training_class=held, state="in_class").order_by("pk")
    rows = [
        ScoreRow(m.pk, Decimal(r.randint(640, 950)) / 10, Decimal(55 if n == 3 else r.randint(62, 96)))
        for n, m in enumerate(members)
    ]
    record_scores(assessment_id=sitting.pk, rows=rows, actor=clerk, at=at(day, 16))
    publish_scores(assessment_id=sitting.pk, actor=intake, at=at(day + timedelta(days=1)))
    conclude_class(class_id=held.pk, actor=intake, at=at(day + timedelta(days=1), 11))
    _certified(stage, course, held, day + timedelta(days=4))
    work(at(day + timedelta(days=4), 12))


def _certified(stage: Stage, course: Course, held: TrainingClass, day: date) -> None:
    if course.kind == "completion":
        issue_certificates(class_id=held.pk, actor=stage.actors["fushen"], at=at(day))
        return
    rows = [
        CertificateRow(
            m.pk,
            certificate(course.kind, course.level, day, stage.code, stage.stamp()),
            day,
            "市职业技能鉴定中心",
        )
        for m in Member.objects.filter(training_class=held, state="completed").order_by("pk")
    ]
    record_certificates(class_id=held.pk, rows=rows, actor=stage.clerks[held.provider_id], at=at(day, 11))


# --- 买单 --------------------------------------------------------------------------------------------------------
def _claimed(stage: Stage, course: Course, held: TrainingClass) -> list[Claim]:
    """Everything that is due is confirmed: by the people at the counter, or by the organisation that is paid. Of a project the
    advance alone: the rest follows when it is known who found work."""
    moment = at(held.ended_on + timedelta(days=8))
    claims: list[Claim] = []
    of_class, of_project = Q(training_class=held), Q(subject=f"project:{held.project_id}:advance")
    dues = Due.objects.filter(of_class | of_project, state="ready").order_by("pk")
    for applied_by, organisation in sorted(set(dues.values_list("applied_by", "organisation_id")), key=str):
        mine = dues.filter(applied_by=applied_by, organisation=organisation)
        for scheme in sorted(set(mine.values_list("scheme", flat=True))):
            ids = list(mine.filter(scheme=scheme).values_list("pk", flat=True))
            actor = counter(stage) if organisation is None else stage.clerks[organisation]
            authority = CONSENT if organisation is None else f"代领协议〔{moment.year}〕{course.trade}班"
            claims += confirm_dues(due_ids=ids, actor=actor, at=moment, authority=authority)
    work(moment)
    return claims


def employed(stage: Stage, held: TrainingClass, share: float, day: date) -> None:
    """So much of a class found work, by the insurance register."""
    members = list(Member.objects.filter(training_class=held, state="completed").order_by("pk"))
    rows = [
        EmploymentRow(
            m.pk, employed=True, since=held.ended_on + timedelta(days=20), employer_name="枣庄运河纺织有限公司", kind="contract",
            proof="insurance", insured_months=2, seen_on=day,
        )
        for m in members[: round(len(members) * share + 0.499)]
    ]  # fmt: skip
    record_employment(class_id=held.pk, rows=rows, actor=stage.actors["shouli"], at=at(day))
    work(at(day, 12))


def work(moment: datetime) -> None:
    """What the worker would do now: every message waiting, oldest first."""
    for event in _waiting():
        if event.topic in HANDLERS:
            HANDLERS[event.topic](event.payload, moment)
        OutboxEvent.objects.filter(pk=event.pk).update(dispatched_at=moment)


def _waiting() -> Iterable[OutboxEvent]:
    return list(OutboxEvent.objects.filter(dispatched_at=None).order_by("id"))
