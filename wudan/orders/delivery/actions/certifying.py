"""证书: our own 培训合格证书, other issuers' certificates recorded with their number, revocation.

Clause: 台政办发〔2020〕4号 六（一）第一段; 周政办发〔2020〕2号 二（四）、三（四）. What a number must look like: facts §4.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.certificates import clean_number, doubts
from wudan.orders.delivery.models import Certificate, Member, TrainingClass
from wudan.orders.delivery.states import CERTIFICATE
from wudan.organisations.models import District
from wudan.people.actions import archive
from wudan.policy.queries import rulebook_for

BASIS = "台政办发〔2020〕4号 六（一）；周政办发〔2020〕2号 二（四）、三（四）"
OURS = "completion"
CODE_BYTES = 12  # 96 bits: nobody finds a certificate by guessing its address


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A certificate another body issued: its number, level (5 初级 … 1 高级技师, 0 none), day and issuer, as printed on it."""

    member_id: int
    number: str
    issued_on: date
    issuer: str
    level: int | None = None


@dataclass(frozen=True, slots=True)
class _Paper:
    """What certificates of one class have in common."""

    training_class: TrainingClass
    issued_on: date
    issuer: str
    ours: bool


def issue_certificates(*, class_id: int, actor: Actor, at: datetime) -> list[Certificate]:
    """签发培训合格证书 to every member who completed and has none, today. Who has one already is left out, so twice is harmless.

    Refuses: forbidden, other-kind (the class leads to another body's certificate), nobody-completed.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = (
            TrainingClass.objects.select_for_update(of=("self",))
            .select_related("provider", "occupation")
            .get(pk=class_id)
        )
        actor.require(Role.REVIEWER, district_id=found.district_id)
        if found.certificate_type != OURS:
            refuse("other-kind", "这个班级考取的证书由其他机构核发。", remedy="请登记证书编号。")
        if found.state == "void":
            refuse("wrong-state", "班级已作废，不能签发证书。")
        waiting = _without(found)
        if not waiting:
            refuse("nobody-completed", "没有待发证的结业学员。", remedy="请先公布成绩并办理结业。")
        day = legal_day(at)
        head = f"{found.district_id}{day.year}"
        first = _next_serial(found.district_id, head)
        paper = _Paper(found, day, found.provider.name, ours=True)
        return [_save(paper, member, f"{head}{first + n:06d}", actor, at) for n, member in enumerate(waiting)]


def record_certificates(
    *, class_id: int, rows: Sequence[CertificateRow], actor: Actor, at: datetime
) -> list[Certificate]:
    """登记证书 of the class's kind, issued elsewhere: number, level, day and issuer checked against each other; all or none.

    Refuses: forbidden, ours, bad-certificate with the row (counted from 1) and field, certificate_number_once.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = (
            TrainingClass.objects.select_for_update(of=("self",))
            .select_related("provider", "occupation")
            .get(pk=class_id)
        )
        actor.require(Role.PROVIDER, Role.INTAKE, district_id=found.district_id)
        if actor.role is Role.PROVIDER and actor.organisation_id != found.provider_id:
            forbid("这不是本机构的班级。")
        if found.certificate_type == OURS:
            refuse("ours", "培训合格证书由本系统签发，不用登记。", remedy="请由区人社局复审岗位签发。")
        members = {m.pk: m for m in _without(found)}
        faults = [
            fault
            for place, row in enumerate(rows, 1)
            for fault in _faults(found, members, row, place, legal_day(at))
        ]
        if faults:
            raise Refused(*faults)
        return [
            _save(
                _Paper(found, row.issued_on, row.issuer.strip(), ours=False),
                members[row.member_id],
                clean_number(row.number),
                actor,
                at,
            )
            for row in rows
        ]


def revoke_certificate(*, certificate_id: int, reason: str, actor: Actor, at: datetime) -> Certificate:
    """撤销证书: it stays on record as revoked. What was or will be paid on it is for the rooms above (certificate:revoked).

    Refuses: forbidden, wrong-state, no-reason.
    """
    with acting(actor=actor, at=at, basis=BASIS):
        found = Certificate.objects.select_for_update().get(pk=certificate_id)
        actor.require(Role.REVIEWER, district_id=found.district_id)
        if len(reason.strip()) < 2:
            refuse("no-reason", "撤销证书须写明原因。", remedy="请填写原因。", field="reason", status=INVALID)
        found.state = CERTIFICATE.check("revoke", found.state)
        found.revoked_on, found.reason = legal_day(at), reason.strip()
        found.save(update_fields=["state", "revoked_on", "reason"])
        archive(
            person_id=found.person_id, district_code=found.district_id, kind="certificate",
            subject=f"certificate:{found.pk}", event="revoked", on=found.revoked_on,
            title=f"证书{found.number}被撤销", detail={"原因": found.reason}, at=at,
        )  # fmt: skip
        tell("certificate:revoked", at=at, certificate=found.pk, by=actor.user_id)
    return found


def _without(training_class: TrainingClass) -> list[Member]:
    """Completed members without a live certificate of the class, in the order of the roster."""
    have = Certificate.objects.filter(member__training_class=training_class, state="issued").values(
        "member_id"
    )
    done = Member.objects.filter(training_class=training_class, state="completed").exclude(pk__in=have)
    return list(done.select_related("person").order_by("pk"))


def _next_serial(district_id: str, head: str) -> int:
    """The next number of the year; the district's row makes two issuings wait for each other."""
    District.objects.select_for_update(no_key=True).get(pk=district_id)
    last = (
        Certificate.objects.filter(ours=True, number__startswith=head)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return int(last[len(head) :]) + 1 if last else 1


def _faults(
    training_class: TrainingClass, members: dict[int, Member], row: CertificateRow, place: int, today: date
) -> list[Refusal]:
    level = training_class.level if row.level is None else row.level
    found: list[tuple[str, str, str]] = []
    if row.member_id not in members:
        found.append(("member", "学员没有结业，或已登记证书。", "请核对名单；没有结业的不能登记证书。"))
    if not row.issuer.strip():
        found.append(("issuer", "没有写明发证单位。", "请按证书填写发证单位。"))
    if not clean_number(row.number):
        found.append(("number", "没有填写证书编号。", "请按证书填写编号。"))
    if row.issued_on < training_class.ended_on:
        found.append(
            ("issued_on", "发证日期早于结业日期。", "请核对证书；培训没有结束前取得的证书不属于本班。")
        )
    if row.issued_on > today:
        found.append(("issued_on", "发证日期还没有到。", "请按证书填写发证日期。"))
    if level != training_class.level:
        found.append(("level", "证书等级与班级的等级不一致。", "请核对证书等级。"))
    found += [
        (doubt.column, f"{doubt.sentence}。", doubt.remedy)
        for doubt in doubts(training_class.certificate_type, row.number, level, row.issued_on, training_class.district_id)
        if doubt.hard
    ]  # fmt: skip
    return [
        Refusal(
            "bad-certificate",
            f"第{place}行：{sentence}",
            remedy=remedy,
            field=f"{place}:{field}",
            status=INVALID,
        )
        for field, sentence, remedy in found
    ]


def _save(paper: _Paper, member: Member, number: str, actor: Actor, at: datetime) -> Certificate:
    found = paper.training_class
    made = Certificate.objects.create(
        district_id=found.district_id, person_id=member.person_id, member=member, kind=found.certificate_type,
        number=number, occupation=found.occupation, level=found.level, issued_on=paper.issued_on, issuer=paper.issuer,
        ours=paper.ours, code=secrets.token_urlsafe(CODE_BYTES), recorded_at=at, recorded_by=actor.user_id,
    )  # fmt: skip
    book = rulebook_for(found.district_id)
    level = book.levels[str(found.level)].label
    archive(
        person_id=member.person_id, district_code=found.district_id, kind="certificate",
        subject=f"certificate:{made.pk}", event="issued", on=paper.issued_on,
        title=f"取得{found.occupation.name}{book.certificate_types[made.kind].label}",
        detail={"证书编号": number, "等级": level, "发证单位": paper.issuer, "班级": found.name}, at=at,
    )  # fmt: skip
    tell("certificate:issued", at=at, certificate=made.pk)
    return made
