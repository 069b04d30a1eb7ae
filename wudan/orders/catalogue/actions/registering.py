"""机构备案: a provider files what it can teach, 受理 accepts, 复审 lists it after reading teachers, places and credit. Public and
private providers pass the same gates (台政办发〔2020〕4号 四（三）: 同等待遇)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.backends.postgresql.psycopg_any import DateRange

from wudan.kernel.actor import SYSTEM, Actor
from wudan.kernel.errors import INVALID, Refusal, Refused, forbid, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.queries import levels, occupation, same_occupations
from wudan.orders.catalogue.models import Registration, RegistrationEvidence
from wudan.orders.catalogue.queries.registrations import due, shortcomings
from wudan.orders.catalogue.states import REGISTRATION
from wudan.organisations.models import Teacher, Venue
from wudan.organisations.queries import applicant
from wudan.policy.queries import parameter, rulebook_for

CLAUSE = "台政办发〔2020〕4号 四（三）、五（二）；周政办发〔2020〕2号 二（二）3"
_NEEDED = {"licence": "办学许可", "teacher": "师资", "venue": "场地", "equipment": "设备"}
_OVER = ("refused", "ended", "withdrawn")


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence (备案材料): a teacher or a venue of one's own, or words with a number."""

    kind: str
    content: str = ""
    reference: str = ""
    teacher_id: int | None = None
    venue_id: int | None = None


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """What is applied for. `level` 5 (初级) to 1 (高级技师), 0 none; `capacity` heads trained at one time."""

    occupation_id: int
    level: int
    certificate_type: str
    capacity: int
    statement: str
    proofs: Sequence[Proof]


def file_registration(
    *, provider_id: int, form: RegistrationForm, actor: Actor, at: datetime
) -> Registration:
    """提交备案; the bureau's clock begins. Tells "registration:filed".

    Refuses: forbidden, organisation-suspended; unknown-occupation, bad-level, bad-certificate, bad-capacity;
    no-licence, no-teacher, no-venue, no-equipment, not-own; already-registered, registration_once.
    """
    actor.require(*_who("refile"))
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：提交机构备案"):
        provider = applicant(provider_id, actor)
        _check(form, provider_id, provider.district_id)
        made = Registration(
            district_id=provider.district_id, provider=provider, state_since=at, filed_by=actor.user_id or 0
        )
        _fill(made, form, at)
        made.save()
        _prove(made, form)
        tell("registration:filed", at=at, registration=made.pk)
    return made


def refile_registration(
    *, registration_id: int, form: RegistrationForm, actor: Actor, at: datetime
) -> Registration:
    """补正后重新提交; occupation, level and certificate stay. Refuses: forbidden, wrong-state, and as `file_registration`."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：补正机构备案"):
        found = _locked(registration_id, "refile", actor)
        applicant(found.provider_id, actor)
        state = REGISTRATION.check("refile", found.state)
        _check(form, found.provider_id, found.district_id, registration_id=found.pk)
        _fill(found, form, at)
        found.filed_by, found.accepted_by = actor.user_id or 0, None
        _move(
            found, state, at,
            "occupation", "level", "certificate_type", "capacity", "statement", "due_on", "filed_by", "accepted_by",
        )  # fmt: skip
        RegistrationEvidence.objects.filter(registration=found).delete()
        _prove(found, form)
        tell("registration:filed", at=at, registration=found.pk)
    return found


def accept_registration(*, registration_id: int, actor: Actor, at: datetime) -> Registration:
    """受理: the clock of the review begins. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：受理机构备案"):
        found = _locked(registration_id, "accept", actor)
        state = REGISTRATION.check("accept", found.state)
        found.accepted_by = actor.user_id
        found.due_on = due(found.district_id, "registration_review_working_days", legal_day(at))
        _move(found, state, at, "accepted_by", "due_on")
    return found


def list_registration(*, registration_id: int, actor: Actor, at: datetime) -> Registration:
    """同意备案, valid from today for the parameter's days. Tells "registration:listed".

    Refuses: forbidden, wrong-state, registration_two_pairs_of_eyes; and every shortcoming with its remedy: no-licence,
    too-few-teachers, teachers-one-sided, too-few-seats, too-few-workplaces, no-equipment, bad-standing.
    """
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：同意机构备案"):
        found = _locked(registration_id, "list", actor)
        state, day = REGISTRATION.check("list", found.state), legal_day(at)
        if lacking := shortcomings(found, day):
            raise Refused(*lacking)
        days = int(parameter(found.district_id, "registration_valid_days", day).value)
        found.valid = DateRange(day, day + timedelta(days), "[)")
        found.decided_by, found.due_on, found.reason = actor.user_id, None, ""
        _move(found, state, at, "valid", "decided_by", "due_on", "reason")
        tell("registration:listed", at=at, registration=found.pk)
    return found


def return_registration(*, registration_id: int, reason: str, actor: Actor, at: datetime) -> Registration:
    """退回补正. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(registration_id, "send_back", reason, actor, at)


def refuse_registration(*, registration_id: int, reason: str, actor: Actor, at: datetime) -> Registration:
    """不予备案. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(registration_id, "refuse", reason, actor, at)


def suspend_registration(*, registration_id: int, reason: str, actor: Actor, at: datetime) -> Registration:
    """暂停: nothing new may be offered under it. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(registration_id, "suspend", reason, actor, at)


def restore_registration(*, registration_id: int, reason: str, actor: Actor, at: datetime) -> Registration:
    """恢复. Refuses: forbidden, wrong-state, no-reason."""
    return _answer(registration_id, "restore", reason, actor, at)


def end_registration(*, registration_id: int, reason: str, actor: Actor, at: datetime) -> Registration:
    """终止: by 复审, or by the provider itself (退出). Refuses: forbidden, wrong-state, no-reason."""
    return _answer(registration_id, "end", reason, actor, at)


def withdraw_registration(*, registration_id: int, actor: Actor, at: datetime) -> Registration:
    """撤回 before it is accepted. Refuses: forbidden, wrong-state."""
    return _answer(registration_id, "withdraw", "机构撤回", actor, at)


def end_expired_registrations(at: datetime) -> int:
    """End every registration whose period is over; done again it does nothing. Returns how many."""
    with acting(actor=SYSTEM, at=at, basis=f"{CLAUSE}：备案期满"):
        over = Registration.objects.select_for_update(skip_locked=True).filter(
            state__in=("listed", "suspended"), valid__endswith__lte=legal_day(at)
        )
        ids = list(over.order_by("pk").values_list("pk", flat=True))
        return Registration.objects.filter(pk__in=ids).update(
            state="ended", state_since=at, reason="有效期届满"
        )


def _answer(registration_id: int, verb: str, reason: str, actor: Actor, at: datetime) -> Registration:
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：{REGISTRATION.move(verb).label}机构备案"):
        found = _locked(registration_id, verb, actor)
        state = REGISTRATION.check(verb, found.state)
        found.reason = reason.strip()
        if not found.reason:
            refuse(
                "no-reason",
                f"“{REGISTRATION.move(verb).label}”须写明理由。",
                remedy="请写明理由，机构会看到。",
                field="reason",
                status=INVALID,
            )
        found.due_on = None
        if actor.is_official:
            found.decided_by = actor.user_id
        _move(found, state, at, "reason", "due_on", "decided_by")
        tell(f"registration:{state}", at=at, registration=found.pk)
    return found


def _who(verb: str) -> tuple[Role, ...]:
    return REGISTRATION.move(verb).who


def _locked(registration_id: int, verb: str, actor: Actor) -> Registration:
    found = (
        Registration.objects.select_for_update(of=("self",))
        .select_related("provider", "occupation")
        .filter(pk=registration_id)
        .first()
    )
    if found is None:
        refuse("not-found", "没有找到这件备案。", remedy="请从列表重新进入。", status=404)
    actor.require(*_who(verb), district_id=found.district_id)
    if actor.role is Role.PROVIDER and actor.organisation_id != found.provider_id:
        forbid("这不是您所在机构的备案。", remedy="请切换到这个机构的岗位后再办理。")
    return found


def _move(found: Registration, state: str, at: datetime, *also: str) -> None:
    found.state, found.state_since = state, at
    found.save(update_fields=["state", "state_since", *also])


def _fill(found: Registration, form: RegistrationForm, at: datetime) -> None:
    found.occupation_id, found.level = form.occupation_id, form.level
    found.certificate_type, found.capacity = form.certificate_type, form.capacity
    found.statement = form.statement.strip()
    found.due_on = due(found.district_id, "registration_accept_working_days", legal_day(at))


def _check(
    form: RegistrationForm, provider_id: int, district_id: str, registration_id: int | None = None
) -> None:
    """Every fault of the form at once."""
    faults = [*_scope_faults(form, district_id), *_proof_faults(form, provider_id)]
    if not faults:
        faults = _twice(form, provider_id, registration_id)
    if faults:
        raise Refused(*faults)


def _scope_faults(form: RegistrationForm, district_id: str) -> list[Refusal]:
    found = occupation(form.occupation_id)
    if found is None:
        return [_bad("unknown-occupation", "没有选择职业。", "请输入职业名称查找并选择。", "occupation")]
    faults = []
    words = rulebook_for(district_id)
    if form.level not in levels(found.pk):
        faults.append(_bad("bad-level", f"{found.name}没有这个等级。", "请从列表中选择。", "level"))
    if form.certificate_type not in words.certificate_types:
        faults.append(_bad("bad-certificate", "没有选择证书类别。", "请从列表中选择。", "certificate_type"))
    if not 0 < form.capacity <= 5000:
        faults.append(
            _bad(
                "bad-capacity", "同期培训规模应为1至5000人。", "请填写同一时间最多能培训的人数。", "capacity"
            )
        )
    return faults


def _proof_faults(form: RegistrationForm, provider_id: int) -> list[Refusal]:
    """Each needed kind is there, each piece says something, and teachers and places are the provider's own."""
    faults = [
        _bad(f"no-{kind}", f"缺少{label}材料。", f"请填写或选择{label}。", kind)
        for kind, label in _NEEDED.items()
        if not any(p.kind == kind and (p.teacher_id or p.venue_id or p.content.strip()) for p in form.proofs)
    ]
    teachers = {p.teacher_id for p in form.proofs if p.teacher_id}
    venues = {p.venue_id for p in form.proofs if p.venue_id}
    own_teachers = Teacher.objects.filter(pk__in=teachers, organisation_id=provider_id).exclude(
        state="removed"
    )
    if own_teachers.count() != len(teachers):
        faults.append(_bad("not-own", "所选教师不在本机构的师资中。", "请先在“师资”中提交教师。", "teacher"))
    if Venue.objects.filter(pk__in=venues, organisation_id=provider_id).count() != len(venues):
        faults.append(_bad("not-own", "所选场地不是本机构的场地。", "请先在“场地”中登记。", "venue"))
    return faults


def _twice(form: RegistrationForm, provider_id: int, registration_id: int | None) -> list[Refusal]:
    """One live registration per occupation, level and certificate, whatever the edition of its code."""
    there = Registration.objects.filter(
        provider_id=provider_id,
        occupation_id__in=same_occupations(form.occupation_id),
        level=form.level,
        certificate_type=form.certificate_type,
    ).exclude(state__in=_OVER)
    if registration_id is not None:
        there = there.exclude(pk=registration_id)
    found = there.first()
    if found is None:
        return []
    label = REGISTRATION.states[found.state]
    remedy = "请在原备案上办理；需要变更的，先终止或撤回原备案。"
    return [
        Refusal(
            "already-registered",
            f"本机构已就这一职业和等级提交备案，现为“{label}”。",
            "",
            remedy,
            "occupation",
        )
    ]


def _prove(found: Registration, form: RegistrationForm) -> None:
    RegistrationEvidence.objects.bulk_create(
        [
            RegistrationEvidence(
                registration=found,
                kind=p.kind,
                teacher_id=p.teacher_id,
                venue_id=p.venue_id,
                content=p.content.strip(),
                reference=p.reference.strip(),
            )
            for p in form.proofs
        ]
    )


def _bad(code: str, sentence: str, remedy: str, field: str) -> Refusal:
    return Refusal(code, sentence, "", remedy, field, INVALID)
