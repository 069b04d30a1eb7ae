"""Walking the whole chain by its actions, one step a function, on a calendar: what the journeys have in common.

A `Walk` knows its district's cast and the day; each step acts as the person who does it in life. Nothing reads a clock.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from tests.cast import SHANGHAI, Cast, make_person
from tests.chain_cast import make_occupation, make_registration, make_teacher, make_venue, sitting
from tests.orders.payment.making import answer, lines_of
from wudan.jobs.outbox import HANDLERS
from wudan.kernel.actor import Actor
from wudan.kernel.models import OutboxEvent
from wudan.orders.catalogue.actions.editions import draft_edition, publish_edition, put_entries
from wudan.orders.catalogue.actions.funding import reserve_offer
from wudan.orders.catalogue.actions.offering import draft_offer
from wudan.orders.catalogue.actions.opening import open_offer
from wudan.orders.catalogue.models import Entry, Offer
from wudan.orders.delivery.actions.answering import accept_order, ask_provider
from wudan.orders.delivery.actions.assessing import ScoreRow, plan_assessment, publish_scores, record_scores
from wudan.orders.delivery.actions.attendance import close_sign_in, open_sign_in
from wudan.orders.delivery.actions.certifying import CertificateRow, issue_certificates, record_certificates
from wudan.orders.delivery.actions.concluding import conclude_class
from wudan.orders.delivery.actions.handwork import override
from wudan.orders.delivery.actions.opening import apply_opening, approve_opening
from wudan.orders.delivery.actions.pins import sign_by_card
from wudan.orders.delivery.actions.planning import open_class
from wudan.orders.delivery.actions.running import finish_class, start_class
from wudan.orders.delivery.models import Attendance, Certificate, Member, Session, TrainingClass
from wudan.orders.demand.actions.filing import file_order
from wudan.orders.demand.actions.grouping import propose
from wudan.orders.demand.models import Order, Proposal
from wudan.orders.payment.actions.gathering import gather
from wudan.orders.payment.actions.returning import record_return, settle
from wudan.orders.payment.actions.sending import send, sign
from wudan.orders.payment.models import Batch
from wudan.orders.payment.queries import compare
from wudan.orders.subsidy.actions.approving import approve
from wudan.orders.subsidy.actions.batches import accept_many, pass_first_many, pass_second_many
from wudan.orders.subsidy.actions.noticing import close_due_notices, open_notice
from wudan.orders.subsidy.models import Claim, Due
from wudan.people.actions import tag_group
from wudan.people.models import Person

PROOF = {
    "poor": "扶贫手册",
    "unemployed": "就业失业登记证",
    "veteran": "退役证",
    "employee": "社保参保记录",
    "rural": "户口簿",
}


@dataclass
class Walk:
    """One district on one day; `go` moves the calendar."""

    tez: Cast
    day: date = date(2020, 3, 2)
    occupation: Any = None
    entry: Any = None
    teacher: Any = None
    venue: Any = None
    claims: list[int] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(10), SHANGHAI)

    def go(self, days: int) -> None:
        self.day += timedelta(days=days)

    def work(self) -> None:
        """What the worker process does: every message waiting, oldest first."""
        for event in OutboxEvent.objects.filter(dispatched_at=None).order_by("id"):
            if event.topic in HANDLERS:
                HANDLERS[event.topic](event.payload, self.at)
            OutboxEvent.objects.filter(pk=event.pk).update(dispatched_at=self.at)

    # --- people ---------------------------------------------------------------------------------------------------
    def person(self, n: int, group: str = "", *, account: bool = True) -> Person:
        """A person of the first town with an account, in a target group since long ago."""
        made = make_person(
            n, name="赵一二", area=self.tez.code, account=account, town_id=next(iter(self.tez.towns))
        )
        self.tag(made, group)
        return made

    def tag(self, person: Person, group: str) -> None:
        if group:
            tag_group(
                person_id=person.pk, group=group, valid_from=date(2019, 1, 1), proof=PROOF[group],
                proved_by="有关部门", actor=self.tez.intake, at=self.at,
            )  # fmt: skip

    # --- 列单 -----------------------------------------------------------------------------------------------------
    def publish(self, *, name: str = "电工", level: str = "四级", kind: str = "职业技能等级证书") -> Entry:
        """A catalogue of one line in force from today, and a provider with room and teacher registered for it."""
        self.occupation = make_occupation(name, "6-31-01-03")
        header = "职业（工种）,职业编码,大典版本,等级,证书类别,补贴项目,理论课时,实训课时,安全课时"
        line = f"{name},{self.occupation.code},2015,{level},{kind},职业培训补贴,24,48,8"
        draft = draft_edition(
            district_id=self.tez.code, catalogue="general", title="一般性职业技能培训目录", copy=False,
            actor=self.tez.intake, at=self.at,
        )  # fmt: skip
        put_entries(
            edition_id=draft.pk, content=f"{header}\n{line}\n".encode(), actor=self.tez.intake, at=self.at
        )
        publish_edition(
            edition_id=draft.pk,
            valid_from=self.day,
            document="台人社字〔2020〕6号",
            actor=self.tez.reviewer,
            at=self.at,
        )
        self.entry = Entry.objects.get(edition=draft)
        self.teacher = make_teacher(self.tez.provider, 900, occupations=(self.occupation,))
        self.venue = make_venue(self.tez.provider)
        make_registration(
            self.tez.provider, self.occupation, self.entry.level, certificate_type=self.entry.certificate_type
        )
        return self.entry  # type: ignore[no-any-return]

    def offer(
        self,
        line: str,
        *,
        first: date,
        days: int = 10,
        places: int = 20,
        answered: bool = True,
        **fields: Any,
    ) -> Offer:
        """Drafted, money set aside, the provider asked and willing (`answered=False`: not yet), open to be chosen."""
        made = draft_offer(
            entry_id=self.entry.pk, line=line, places=places, period=(first, first + timedelta(days=days)),
            choose_until=first - timedelta(days=8), actor=self.tez.intake, at=self.at, **fields,
        )  # fmt: skip
        reserve_offer(offer_id=made.pk, actor=self.tez.reviewer, at=self.at)
        open_offer(offer_id=made.pk, actor=self.tez.reviewer, at=self.at)
        if made.provider_id is None:
            asked = ask_provider(
                offer_id=made.pk, provider_id=self.tez.provider.pk, actor=self.tez.reviewer, at=self.at
            )
            if answered:
                accept_order(
                    answer_id=asked.pk,
                    venue_id=self.venue.pk,
                    teacher_id=self.teacher.pk,
                    actor=self.tez.provider_clerk,
                    at=self.at,
                )
        return Offer.objects.get(pk=made.pk)

    def wishes(
        self, people: Sequence[tuple[Person, Actor, str]], line: str, window: tuple[date, date]
    ) -> list[Order]:
        """Each wishes to learn the trade: (person, who files, consent)."""
        town = next(iter(self.tez.towns))
        return [
            file_order(
                district_id=self.tez.code, filed_by="town" if consent else "person", person_id=person.pk,
                wish="想学电工", occupation_id=self.occupation.pk, level=self.entry.level, line=line, town_code=town,
                wanted=window, consent=consent, actor=actor, at=self.at,
            )
            for person, actor, consent in people
        ]  # fmt: skip

    def proposal(self) -> Proposal:
        [made] = propose(district_id=self.tez.code, actor=self.tez.intake, at=self.at)
        return made

    # --- 接单 -----------------------------------------------------------------------------------------------------
    def opened(self, offer: Offer, *, sessions: int = 10) -> TrainingClass:
        """Planned, applied for, agreed to; begun on its first day. Eight hours a day, theory and safety first."""
        first = offer.period.lower
        kinds = ["safety", *["theory"] * 3, *["practice"] * (sessions - 4)]
        plans = [
            sitting(n, teacher=self.teacher, venue=self.venue, first=first, kind=kinds[n])
            for n in range(sessions)
        ]
        clerk = self.tez.provider_clerk
        made = open_class(
            offer_id=offer.pk, sessions=plans, head_teacher_id=self.teacher.pk, actor=clerk, at=self.at,
            assessment_plan="理论和实操各一次，60分合格。",
        )  # fmt: skip
        apply_opening(class_id=made.pk, actor=clerk, at=self.at)
        approve_opening(class_id=made.pk, actor=self.tez.intake, at=self.at)
        self.day = first
        return start_class(class_id=made.pk, actor=clerk, at=datetime.combine(first, time(8), SHANGHAI))

    def taught(
        self, held: TrainingClass, *, until: int | None = None, away: dict[int, int] | None = None
    ) -> None:
        """Every session: who is there signs in by card; member n (from 0) misses the last `away[n]` of them."""
        sessions = list(Session.objects.filter(training_class=held, cancelled=False).order_by("during"))
        members = list(Member.objects.filter(training_class=held).select_related("person").order_by("pk"))
        for place, session in enumerate(sessions[:until]):
            starts = session.during.lower
            self.day = session.day
            open_sign_in(session_id=session.pk, actor=self.tez.provider_clerk, at=starts)
            for n, member in enumerate(members):
                if place < len(sessions) - (away or {}).get(n, 0):
                    sign_by_card(
                        session_id=session.pk, number=member.person.number(), token=uuid.uuid4(),
                        actor=self.tez.provider_clerk, at=starts,
                    )  # fmt: skip
            close_sign_in(session_id=session.pk, actor=self.tez.provider_clerk, at=session.during.upper)

    def finished(self, held: TrainingClass, marks: dict[int, int] | None = None) -> list[Certificate]:
        """Taught, assessed (80 but for `marks` by place), concluded, certified. The messages are worked off."""
        tez = self.tez
        last = Session.objects.filter(training_class=held, cancelled=False).order_by("-during").first()
        assert last is not None
        finish_class(class_id=held.pk, actor=tez.provider_clerk, at=last.during.upper)
        self.go(1)
        sat = plan_assessment(
            class_id=held.pk, held_on=held.ended_on, place="考场", parts="both", assessor_name="市考评员",
            actor=tez.provider_clerk, at=self.at,
        )  # fmt: skip
        members = list(Member.objects.filter(training_class=held, state="in_class").order_by("pk"))
        rows = [ScoreRow(m.pk, Decimal((marks or {}).get(n, 80)), Decimal(80)) for n, m in enumerate(members)]
        record_scores(assessment_id=sat.pk, rows=rows, actor=tez.provider_clerk, at=self.at)
        publish_scores(assessment_id=sat.pk, actor=tez.intake, at=self.at)
        conclude_class(class_id=held.pk, actor=tez.intake, at=self.at)
        self.go(2)
        certificates = self._certified(held)
        self.work()
        return certificates

    def _certified(self, held: TrainingClass) -> list[Certificate]:
        if held.certificate_type == "completion":
            return issue_certificates(class_id=held.pk, actor=self.tez.reviewer, at=self.at)
        done = Member.objects.filter(training_class=held, state="completed").order_by("pk")
        rows = [
            CertificateRow(
                m.pk,
                f"S0000{self.tez.code[:2]}{'040520'}{self.day:%y}{held.level}{m.pk:06d}",
                self.day,
                "市评价中心",
            )
            for m in done
        ]
        return (
            record_certificates(class_id=held.pk, rows=rows, actor=self.tez.provider_clerk, at=self.at)
            if rows
            else []
        )

    # --- 买单 -----------------------------------------------------------------------------------------------------
    def reviewed(self, ids: Sequence[int]) -> None:
        """受理 to 核定: two pairs of eyes, a notice nobody objects to, money earmarked."""
        tez = self.tez
        answers = accept_many(claim_ids=list(ids), actor=tez.intake, at=self.at)
        assert all(a.done for a in answers), [a.refusal for a in answers]
        answers = pass_first_many(
            claim_ids=list(ids),
            actor=tez.intake,
            at=self.at,
            comment="材料齐全",
            verified_groups=PROOF,
            acknowledged=True,
        )
        assert all(a.done for a in answers), [a.refusal for a in answers]
        answers = pass_second_many(claim_ids=list(ids), actor=tez.reviewer, at=self.at, acknowledged=True)
        assert all(a.done for a in answers), [a.refusal for a in answers]
        open_notice(district_id=tez.code, claim_ids=list(ids), title="公示", actor=tez.reviewer, at=self.at)
        self.go(14)
        close_due_notices(at=self.at)
        approved = approve(claim_ids=list(ids), actor=tez.reviewer2, at=self.at)
        assert all(a.done for a in approved), [a.refusal for a in approved]

    def paid(self, ids: Sequence[int]) -> None:
        """One batch for each pool, through the bank and back; what was published is what was paid."""
        for source in sorted(set(Claim.objects.filter(pk__in=list(ids)).values_list("fund", flat=True))):
            batch: Batch = gather(
                district_id=self.tez.code, pool_id=self.tez.pools[source].pk, month=self.day.replace(day=1),
                actor=self.tez.finance, at=self.at,
            )  # fmt: skip
            sign(batch_id=batch.pk, actor=self.tez.finance2, at=self.at)
            send(batch_id=batch.pk, actor=self.tez.finance, at=self.at)
            content = answer(lines_of(batch), bounced=())
            record_return(
                batch_id=batch.pk,
                file_name="回单.csv",
                content=content,
                final=True,
                actor=self.tez.finance,
                at=self.at,
            )
            settled = settle(batch_id=batch.pk, actor=self.tez.finance, at=self.at)
            assert (settled.state, compare(batch.pk)) == ("settled", [])
        assert set(Claim.objects.filter(pk__in=list(ids)).values_list("state", flat=True)) == {"paid"}

    def dues(self, **fields: Any) -> list[Due]:
        return list(Due.objects.filter(**fields).order_by("pk"))

    def corrected(self, held: TrainingClass, day: date) -> None:
        """Everybody's sign-in of a day put right by an official, with the reason."""
        for row in Attendance.objects.filter(
            session__training_class=held, day=day, state__in=["expected", "absent"]
        ):
            override(
                attendance_id=row.pk, reason="当天停电，纸质签到表已核对", actor=self.tez.intake, at=self.at
            )
