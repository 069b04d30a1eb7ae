"""A whole chain in one call, from the order to the certificate, written straight to the tables: for tests of what follows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from tests.cast import AT, BASIS, SHANGHAI, Cast, make_person
from wudan.funds.actions import reserve
from wudan.kernel.actor import SYSTEM
from wudan.kernel.history import acting
from wudan.occupations.models import Occupation
from wudan.orders.catalogue.models import Edition, Entry, Offer, Project
from wudan.orders.delivery.models import Attendance, Certificate, Member, Session, TrainingClass
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.enrolment.models import Enrolment
from wudan.people.models import GroupTag, Person

START, END = date(2020, 9, 1), date(2020, 9, 20)
ISSUED = date(2020, 10, 30)
NEXT = count(1)
TO_ENDED = ("applied", "approved", "running", "taught", "assessed", "closed")


def move(row: Any, *states: str, **fields: Any) -> Any:
    """Through these states one after another, as the walls demand."""
    for state in states:
        row.state = state
        for name, value in fields.items():
            setattr(row, name, value)
        row.save()
    return row


def occupation(name: str = "车工", code: str = "6-18-01-01", edition: str = "2015") -> Occupation:
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        found, _ = Occupation.objects.get_or_create(
        edition=edition, code=code, name=name,
        defaults={"kind": "occupation", "levels": [5, 4, 3, 2, 1], "source": BASIS, "recorded_at": AT},
    )  # fmt: skip
    return found


def tag(person: Person, group: str, since: date = date(2020, 1, 1), until: date | None = None) -> GroupTag:
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        return GroupTag.objects.create(
            person=person, group=group, valid=DateRange(since, until, "[)"), proof="名册第3页", proved_by="区扶贫办",
            recorded_at=AT,
        )  # fmt: skip


@dataclass
class Chain:
    """One class with its learners and everything before it."""

    order: Order
    proposal: Proposal
    edition: Edition
    entry: Entry
    offer: Offer
    training_class: TrainingClass
    members: list[Member] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)

    @property
    def certificate(self) -> Certificate:
        return self.certificates[0]


def project(
    tez: Cast, *, line: str = "project", fen: int = 1_000_000, heads: int = 20, **fields: Any
) -> Project:
    """A contracted project of 10,000 yuan, running."""
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        made = Project.objects.create(
            district=tez.district, number=f"XM{next(NEXT):04d}", title="家政服务项目制培训", line=line, group="poor",
            provider=tez.provider, heads=heads, contract_fen=fen, contract_number="HT1", procurement="竞争性磋商",
            period=DateRange(START, END + timedelta(days=1), "[)"), planned_by=tez.intake.user_id, **fields,
        )  # fmt: skip
        move(made, "contracted", "running")
        return made


def chain(
    tez: Cast,
    *people: Person,
    line: str = "general",
    kind: str = "skill_level",
    level: int = 4,
    days: int = 18,
    state: str = "closed",
    of_project: Project | None = None,
    employer: Any = None,
    issued: bool = True,
    trade: Occupation | None = None,
    member_state: str = "completed",
    reserved_fen: int = 7_500_000,
) -> Chain:
    """A class of these people (the cast's worker without), each with `days` of attendance and, by default, a certificate."""
    learners = people or (tez.person,)
    trade = trade or occupation()
    n = next(NEXT)
    period = DateRange(START, END + timedelta(days=1), "[)")
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        proposal = Proposal.objects.create(
            district=tez.district,
            occupation=trade,
            level=level,
            window=period,
            heads=len(learners),
            made_at=AT,
        )
        order = Order.objects.create(
            number=f"TD{n:05d}", district=tez.district, filed_by="person", person=learners[0], wish="想学车工",
            occupation=trade, level=level, line=line, wanted=period, filed_at=AT, state_since=AT,
            expires_on=date(2020, 12, 31), state="matched",
        )  # fmt: skip
        order.proposal = proposal
        move(order, "grouped", "listed", "served", "trained")
        move(proposal, "adopted")
        edition, _ = Edition.objects.get_or_create(
            district=tez.district,
            catalogue="general",
            defaults={"number": 1, "title": "一般性职业技能培训目录"},
        )
        entry, _ = Entry.objects.get_or_create(
            edition=edition, occupation=trade, level=level, certificate_type=kind,
            defaults={"scheme": "training", "theory_hours": 20, "practice_hours": 60, "price_fen": 150_000},
        )  # fmt: skip
        offer = Offer.objects.create(
            number=f"BC{n:05d}", district=tez.district, entry=entry, proposal=proposal, project=of_project, line=line,
            title=f"{trade.name}班", provider=tez.provider, employer=employer, places=50, choose_until=START, period=period,
            price_fen=150_000, pool=tez.pools["unemployment_insurance"], reserved_fen=reserved_fen,
            drafted_by=tez.intake.user_id, state_since=AT,
        )  # fmt: skip
        reserve(
            pool_id=tez.pools["unemployment_insurance"].pk, amount_fen=reserved_fen, subject=f"offer:{offer.pk}",
            memo="列单预留", basis=BASIS, actor=tez.reviewer, at=AT,
        )  # fmt: skip
        move(offer, "reserved", "open", "running")
        training_class = TrainingClass.objects.create(
            number=f"KB{n:05d}", district=tez.district, offer=offer, provider=tez.provider, employer=employer,
            project=of_project, name=f"{trade.name}{n}班", occupation=trade, level=level, certificate_type=kind, line=line,
            started_on=START, ended_on=END, capacity=50, state_since=AT,
        )  # fmt: skip
        move(training_class, "applied")
        move(training_class, *TO_ENDED[1 : TO_ENDED.index(state) + 1], record_number=f"BA{n:05d}")
        sessions = [_session(training_class, day) for day in range(days)]
        made = Chain(order, proposal, edition, entry, offer, training_class)
        for place, learner in enumerate(learners):
            enrolment = Enrolment.objects.create(
                number=f"XD{n:05d}{place:03d}", district=tez.district, offer=offer, person=learner, chosen_by="person",
                order=order if place == 0 else None, period=period, state_since=AT, chosen_at=AT, employer=employer,
            )  # fmt: skip
            move(enrolment, "in_class", "completed")
            member = Member.objects.create(
                training_class=training_class,
                enrolment=enrolment,
                person=learner,
                joined_on=START,
                employer=employer,
            )
            for session in sessions:
                _present(session, member)
            if member_state != "in_class":
                move(member, member_state)
            made.members.append(member)
            if issued:
                made.certificates.append(
                    certificate(tez, learner, member, kind=kind, level=level, trade=trade)
                )
    return made


def _session(training_class: TrainingClass, day: int) -> Session:
    begins = datetime(START.year, START.month, START.day, 8, 30, tzinfo=SHANGHAI) + timedelta(days=day)
    during = DateTimeTZRange(begins, begins + timedelta(hours=3), "[)")
    return Session.objects.create(
        training_class=training_class,
        during=during,
        day=begins.date(),
        kind="practice",
        hours=4,
        content="车削",
    )


def _present(session: Session, member: Member) -> None:
    row = Attendance.objects.create(
        session=session, member=member, person=member.person, during=session.during, day=session.day
    )
    move(row, "present", method="code", signed_at=session.during.lower)


def certificate(
    tez: Cast,
    learner: Person,
    member: Member | None = None,
    *,
    kind: str = "skill_level",
    level: int = 4,
    trade: Occupation | None = None,
    issued_on: date = ISSUED,
) -> Certificate:
    n = next(NEXT)
    number = f"S000037040520{issued_on:%y}{level}{n:06d}" if kind == "skill_level" else f"HG{n:08d}"
    with acting(actor=SYSTEM, at=AT, basis=BASIS):
        return Certificate.objects.create(
            district=tez.district, person=learner, member=member, kind=kind, number=number,
            occupation=trade or occupation(), level=level, issued_on=issued_on, issuer="枣庄市职业技能鉴定中心",
            code=f"code{n}", recorded_at=AT,
        )  # fmt: skip


def learners(count_: int, first: int = 100) -> list[Person]:
    return [make_person(first + n, name=f"学员{'甲乙丙丁戊己庚辛壬癸'[n % 10]}") for n in range(count_)]
