"""就业情况: what is known of a learner's work after training. A later row replaces an earlier one; none is changed.

Clause: 台政办发〔2020〕4号 六（一）第二段.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.orders.delivery.models import Employment, Member, TrainingClass
from wudan.people.actions import archive_many
from wudan.people.models import ArchiveEntry

BASIS = "台政办发〔2020〕4号 六（一）第二段"
PROOFS = dict(Employment._meta.get_field("proof").choices or [])
KINDS = dict(Employment._meta.get_field("kind").choices or [])


@dataclass(frozen=True, slots=True)
class EmploymentRow:
    """One learner: employed or not, since when, where, on what proof; `insured_months` as the insurance register shows them."""

    member_id: int
    employed: bool
    since: date | None = None
    employer_name: str = ""
    kind: str = ""
    proof: str = "none"
    reference: str = ""
    insured_months: int = 0
    seen_on: date | None = None


def record_employment(
    *, class_id: int, rows: Sequence[EmploymentRow], actor: Actor, at: datetime
) -> list[Employment]:
    """登记就业情况, whole or not at all. A provider may report on papers; the insurance register is read by officials alone.

    Refuses: forbidden, bad-employment with the row (counted from 1) and field.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = TrainingClass.objects.select_for_update().get(pk=class_id)
        actor.require(Role.PROVIDER, Role.INTAKE, district_id=found.district_id)
        if actor.role is Role.PROVIDER and actor.organisation_id != found.provider_id:
            forbid("这不是本机构的班级。")
        today = legal_day(at)
        members = {m.pk: m for m in Member.objects.filter(training_class=found).select_related("person")}
        faults = [f for place, row in enumerate(rows, 1) for f in _faults(members, row, place, today, actor)]
        if faults:
            raise Refused(*faults)
        made = Employment.objects.bulk_create(
            Employment(
                member_id=r.member_id, employed=r.employed, since=r.since, employer_name=r.employer_name.strip(), kind=r.kind,
                proof=r.proof, reference=r.reference.strip(), insured_months=r.insured_months, seen_on=r.seen_on or today,
                recorded_at=at, actor_label=actor.label,
            )
            for r in rows
        )  # fmt: skip
        archive_many(
            [_line(found, members[e.member_id], e, e.since, at) for e in made if e.employed and e.since]
        )
        if made:
            tell("employment:recorded", at=at, **{"class": found.pk})
    return made


def _faults(
    members: dict[int, Member],
    row: EmploymentRow,
    place: int,
    today: date,
    actor: Actor,
) -> list[Refusal]:
    wrong: list[tuple[str, str, str]] = []
    if row.member_id not in members:
        wrong.append(("member", "不是本班学员。", "请核对名单。"))
    if row.proof not in PROOFS or row.kind not in KINDS:
        wrong.append(("proof", "就业方式或证明不在列表中。", "请从列表中选择。"))
    if row.employed:
        if row.since is None:
            wrong.append(("since", "没有填写就业日期。", "请按证明填写就业日期。"))
        elif row.since > today:
            wrong.append(("since", "就业日期还没有到。", "请核对日期。"))
        if not row.kind:
            wrong.append(("kind", "没有选择就业方式。", "请选择单位就业、自主创业或灵活就业。"))
        if row.kind == "contract" and not row.employer_name.strip():
            wrong.append(("employer_name", "没有填写用人单位。", "请按证明填写。"))
        if row.proof == "none":
            wrong.append(("proof", "没有证明不能登记为已就业。", "请选择证明并填写编号。"))
    if row.proof == "insurance" and actor.role is Role.PROVIDER:
        wrong.append(
            ("proof", "社保缴费记录由工作人员查询后登记。", "请提供劳动合同或营业执照，或等待工作人员查询。")
        )
    return [
        Refusal(
            "bad-employment",
            f"第{place}行：{sentence}",
            remedy=remedy,
            field=f"{place}:{field}",
            status=INVALID,
        )
        for field, sentence, remedy in wrong
    ]


def _line(found: TrainingClass, member: Member, made: Employment, since: date, at: datetime) -> ArchiveEntry:
    where = made.employer_name or KINDS[made.kind]
    return ArchiveEntry(
        person_id=member.person_id, district_code=found.district_id, kind="employment",
        subject=f"member:{member.pk}", event=f"employed:{since}", on=since,
        title=f"培训后就业：{where}", detail={"就业方式": KINDS[made.kind], "证明": PROOFS[made.proof], "班级": found.name},
        recorded_at=at,
    )  # fmt: skip
