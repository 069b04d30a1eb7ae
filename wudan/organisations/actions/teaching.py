"""师资库: a provider files who teaches what, the bureau looks at it and lists them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.organisations.actions.guards import (
    choice,
    filled,
    known_occupations,
    own_organisation,
    period,
    require_own,
    why,
)
from wudan.organisations.models import SIDES, Teacher, TeacherSubject
from wudan.organisations.queries import CREDIT_CLAUSE, standing_of_person
from wudan.organisations.states import TEACHER
from wudan.people.actions import register_person
from wudan.people.rows import PersonRow

CLAUSE = "台政办发〔2020〕4号 五（三）"
_FILED = ("title", "qualification", "full_time", "publish_name", "valid", "state", "due_on")


@dataclass(frozen=True, slots=True)
class Subject:
    """An occupation taught; `kind` is theory, practice or both."""

    occupation_id: int
    kind: str = "both"


@dataclass(frozen=True, slots=True)
class TeacherForm:
    """What is said of a teacher. Valid from the first to the last day, both included; no last day is open-ended."""

    title: str
    qualification: str
    valid_from: date
    valid_until: date | None
    subjects: Sequence[Subject]
    full_time: bool = True
    publish_name: bool = False


def file_teacher(
    *,
    organisation_id: int | None,
    person: PersonRow,
    form: TeacherForm,
    due_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> Teacher:
    """提交师资; with no organisation, 受理 files a teacher of the whole district (区级师资). `due_on` is the review's last day.

    Refuses: forbidden, organisation-suspended; bad-number, bad-name, name-mismatch; no-qualification, bad-period,
    no-occupation, unknown-occupation, bad-kind; teacher_once. Clause: 台政办发〔2020〕4号 五（三）.
    """
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：提交师资"):
        if organisation_id is None:
            actor.require(Role.INTAKE)
            district_id = str(actor.district_id)
        else:
            district_id = own_organisation(actor, organisation_id, roles=(Role.PROVIDER,)).district_id
        taught = _subjects(form)
        found = register_person(
            document_kind=person.document_kind,
            number=person.number,
            name=person.name,
            phone=person.phone,
            actor=actor,
            at=at,
        )
        made = Teacher(
            district_id=district_id, organisation_id=organisation_id, person=found, filed_at=at, due_on=due_on
        )
        _fill(made, form)
        made.save()
        _teach(made, taught)
        tell("teacher:filed", at=at, teacher=made.pk)
    return made


def refile_teacher(
    *, teacher_id: int, form: TeacherForm, due_on: date | None = None, actor: Actor, at: datetime
) -> Teacher:
    """补正后重新提交. Refuses: forbidden, wrong-state, and as `file_teacher`."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：补正师资"):
        found = Teacher.objects.select_for_update().get(pk=teacher_id)
        actor.require(Role.PROVIDER)
        require_own(actor, found.organisation_id)
        taught = _subjects(form)
        found.state = TEACHER.check("refile", found.state)
        found.due_on = due_on
        _fill(found, form)
        found.save(update_fields=list(_FILED))
        TeacherSubject.objects.filter(teacher=found).delete()
        _teach(found, taught)
        tell("teacher:filed", at=at, teacher=found.pk)
    return found


def list_teacher(*, teacher_id: int, actor: Actor, at: datetime) -> Teacher:
    """审核通过，入库. Refuses: forbidden, wrong-state; teacher-credit (信用记录); teacher-expired.

    Clause: 台政办发〔2020〕4号 五（三）.
    """
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：师资入库"):
        found = Teacher.objects.select_for_update().get(pk=teacher_id)
        actor.require(Role.INTAKE, district_id=found.district_id)
        day = legal_day(at)
        standing = standing_of_person(found.person_id, day)
        if not standing.good:
            refuse(
                "teacher-credit",
                f"这位教师有未修复的失信记录：{standing.reasons[0]}",
                clause=CREDIT_CLAUSE,
                remedy="请退回，待信用修复或期满后再入库。",
            )
        if found.valid.upper is not None and found.valid.upper <= day:
            refuse("teacher-expired", "填报的有效期已过。", remedy="请退回补正。")
        return _decide(found, "list", "", actor, at)


def return_teacher(*, teacher_id: int, reason: str, actor: Actor, at: datetime) -> Teacher:
    """退回补正. Refuses: forbidden, wrong-state, no-reason."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：师资退回补正"):
        found = Teacher.objects.select_for_update().get(pk=teacher_id)
        actor.require(Role.INTAKE, district_id=found.district_id)
        return _decide(found, "send_back", why(reason, "退回"), actor, at)


def remove_teacher(*, teacher_id: int, reason: str, actor: Actor, at: datetime) -> Teacher:
    """移出师资库: by the provider itself or the bureau. Refuses: forbidden, wrong-state, no-reason."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：师资移出"):
        found = Teacher.objects.select_for_update().get(pk=teacher_id)
        actor.require(Role.PROVIDER, Role.INTAKE, Role.REVIEWER, district_id=found.district_id)
        if actor.role is Role.PROVIDER:
            require_own(actor, found.organisation_id)
        return _decide(found, "remove", why(reason, "移出"), actor, at)


def _decide(found: Teacher, verb: str, reason: str, actor: Actor, at: datetime) -> Teacher:
    found.state = TEACHER.check(verb, found.state)
    found.reason, found.decided_at, found.decided_by = reason, at, actor.user_id
    found.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    tell(f"teacher:{found.state}", at=at, teacher=found.pk)
    return found


def _subjects(form: TeacherForm) -> list[Subject]:
    known_occupations([subject.occupation_id for subject in form.subjects])
    for subject in form.subjects:
        choice("kind", "授课类型", subject.kind, SIDES)
    return list({subject.occupation_id: subject for subject in form.subjects}.values())


def _fill(found: Teacher, form: TeacherForm) -> None:
    found.title = form.title.strip()
    found.qualification = filled(
        "qualification", "资格证书", form.qualification, "请写明证书名称和编号，如“高级技师（焊工）2037…”。"
    )
    found.full_time, found.publish_name = form.full_time, form.publish_name
    found.valid = period(form.valid_from, form.valid_until)


def _teach(found: Teacher, subjects: Sequence[Subject]) -> None:
    TeacherSubject.objects.bulk_create(
        [TeacherSubject(teacher=found, occupation_id=s.occupation_id, kind=s.kind) for s in subjects]
    )
