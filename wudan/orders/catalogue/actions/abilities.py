"""专项职业能力: filed by a provider with content and question bank, upward district → city → province, then it may be listed.

What city and province say is registered here by the district, with their documents. Clause: 周政办发〔2020〕2号 二（一）9.
"""

from __future__ import annotations

from datetime import datetime

from wudan.kernel.actor import Actor
from wudan.kernel.crypto import seal_bytes, unseal_bytes
from wudan.kernel.errors import refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import note, tell
from wudan.kernel.periods import legal_day
from wudan.kernel.roles import Role
from wudan.occupations.actions import register_special
from wudan.orders.catalogue.actions.guards import INVALID, NOT_FOUND
from wudan.orders.catalogue.models import SpecialAbility
from wudan.orders.catalogue.states import ABILITY
from wudan.organisations.queries import applicant, deadline
from wudan.policy.queries import parameter

CLAUSE = "周政办发〔2020〕2号 二（一）9"
PURPOSE = "ability-questions"
MOST_BYTES = 10 * 1024 * 1024
_CLOCKS = {
    "at_district": "ability_district_working_days",
    "at_city": "ability_city_working_days",
    "at_province": "ability_province_working_days",
}
READERS = (Role.INTAKE, Role.REVIEWER, Role.PROVIDER)


def draft_ability(
    *,
    provider_id: int,
    name: str,
    content: str = "",
    hours: int = 0,
    local: bool = False,
    actor: Actor,
    at: datetime,
) -> SpecialAbility:
    """编写申报. Refuses: forbidden, organisation-suspended, no-name, ability_once."""
    provider = applicant(provider_id, actor)
    if provider.kind != "provider":
        refuse("forbidden", "专项职业能力由培训机构申报。", status=403)
    if not name.strip():
        refuse("no-name", "请填写项目名称。", field="name", status=INVALID)
    with acting(actor=actor, at=at, basis=CLAUSE):
        return SpecialAbility.objects.create(
            district_id=provider.district_id,
            provider=provider,
            name=name.strip(),
            content=content.strip(),
            hours=hours,
            local=local,
            state_since=at,
            filed_by=actor.user_id or 0,
        )


def revise_ability(
    *, ability_id: int, content: str, hours: int, local: bool, actor: Actor, at: datetime
) -> SpecialAbility:
    """修改 while it is written or was returned. Refuses: forbidden, not-found, wrong-state."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _own(ability_id, actor)
        ability.content, ability.hours, ability.local = content.strip(), hours, local
        ability.save(update_fields=["content", "hours", "local"])
    return ability


def put_questions(
    *, ability_id: int, content: bytes, file_name: str, count: int, actor: Actor, at: datetime
) -> SpecialAbility:
    """上传试题库, kept sealed; `count` is how many questions it holds. Refuses: forbidden, not-found, wrong-state, bad-file, no-count."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _own(ability_id, actor)
        if not content or len(content) > MOST_BYTES:
            size = "文件是空的" if not content else "文件超过10兆"
            refuse(
                "bad-file", f"{size}。", remedy="请重新选择试题库文件。", field="questions", status=INVALID
            )
        if count < 1:
            refuse("no-count", "请填写试题数。", field="count", status=INVALID)
        ability.questions_sealed = seal_bytes(content, PURPOSE)
        ability.questions_name, ability.questions_count = file_name.strip()[:100] or "试题库", count
        ability.save(update_fields=["questions_sealed", "questions_name", "questions_count"])
    return ability


def submit_ability(*, ability_id: int, actor: Actor, at: datetime) -> SpecialAbility:
    """报送区鉴定机构, also again after a return. Refuses: forbidden, not-found, wrong-state, ability_whole_before_review."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _own(ability_id, actor)
        if not ability.content or ability.questions_sealed is None:
            refuse(
                "ability_whole_before_review",
                "报送前须备齐考核评价内容和试题库。",
                clause=CLAUSE,
                remedy="请补齐后再报送。",
                status=INVALID,
            )
        return _move(ability, "submit", at, filed_by=actor.user_id)


def send_to_city(*, ability_id: int, comment: str = "", actor: Actor, at: datetime) -> SpecialAbility:
    """区级同意，报送市级. Refuses: forbidden, not-found, wrong-state."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        return _move(_reviewed(ability_id, "to_city", actor), "to_city", at, reason=comment.strip())


def send_to_province(*, ability_id: int, reference: str, actor: Actor, at: datetime) -> SpecialAbility:
    """登记市级同意 with the city's document, 报送省级. Refuses: forbidden, not-found, wrong-state, no-reference."""
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _reviewed(ability_id, "to_province", actor)
        return _move(ability, "to_province", at, city_reference=_reference(reference, "市级"), reason="")


def approve_ability(
    *, ability_id: int, reference: str, code: str = "", actor: Actor, at: datetime
) -> SpecialAbility:
    """登记省级批准 with the province's document: the ability becomes an occupation that can be listed. Tells "ability:approved".

    Refuses: forbidden, not-found, wrong-state, no-reference.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _reviewed(ability_id, "approve", actor)
        document = _reference(reference, "省级")
        occupation = register_special(
            name=ability.name, code=code.strip(), source=document, actor=actor, at=at
        )
        done = _move(
            ability, "approve", at, province_reference=document, approved_code=code.strip(), occupation=occupation, reason="",
        )  # fmt: skip
        tell("ability:approved", at=at, ability=ability.pk)
    return done


def return_ability(*, ability_id: int, reason: str, actor: Actor, at: datetime) -> SpecialAbility:
    """退回修改 from any level, with the reason. Refuses: forbidden, not-found, wrong-state, no-reason."""
    return _say_no(ability_id, "send_back", reason, actor, at)


def refuse_ability(*, ability_id: int, reason: str, actor: Actor, at: datetime) -> SpecialAbility:
    """登记不予批准. Refuses: forbidden, not-found, wrong-state, no-reason."""
    return _say_no(ability_id, "refuse", reason, actor, at)


def read_questions(*, ability_id: int, actor: Actor, at: datetime) -> tuple[str, bytes]:
    """The question bank's name and content, for its provider and the district's reviewers; who read it is journalled.

    Refuses: forbidden, not-found, no-questions.
    """
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _found(ability_id, lock=False)
        actor.require(*READERS, district_id=ability.district_id)
        if actor.role is Role.PROVIDER and actor.organisation_id != ability.provider_id:
            refuse("forbidden", "这不是本机构的试题库。", status=403)
        if ability.questions_sealed is None:
            refuse("no-questions", "还没有上传试题库。", status=NOT_FOUND)
        note(actor=actor, at=at, verb="ability.questions_read", subject_kind="ability", subject_id=ability.pk)
        return ability.questions_name, unseal_bytes(bytes(ability.questions_sealed), PURPOSE)


def _say_no(ability_id: int, verb: str, reason: str, actor: Actor, at: datetime) -> SpecialAbility:
    with acting(actor=actor, at=at, basis=CLAUSE):
        ability = _reviewed(ability_id, verb, actor)
        if not reason.strip():
            refuse(
                "no-reason", "请写明意见。", remedy="申报机构会看到这条意见。", field="reason", status=INVALID
            )
        return _move(ability, verb, at, reason=reason.strip())


def _found(ability_id: int, *, lock: bool = True) -> SpecialAbility:
    rows = SpecialAbility.objects.select_for_update() if lock else SpecialAbility.objects.all()
    ability = rows.filter(pk=ability_id).first()
    if ability is None:
        refuse("not-found", "没有找到这项申报。", remedy="请从列表重新进入。", status=NOT_FOUND)
    return ability


def _own(ability_id: int, actor: Actor) -> SpecialAbility:
    """The provider's own, while it may still be written."""
    ability = _found(ability_id)
    applicant(ability.provider_id, actor)
    ABILITY.check("submit", ability.state)
    return ability


def _reviewed(ability_id: int, verb: str, actor: Actor) -> SpecialAbility:
    ability = _found(ability_id)
    actor.require(*ABILITY.move(verb).who, district_id=ability.district_id)
    ABILITY.check(verb, ability.state)
    return ability


def _move(ability: SpecialAbility, verb: str, at: datetime, **fields: object) -> SpecialAbility:
    ability.state, ability.state_since = ABILITY.check(verb, ability.state), at
    clock, on = _CLOCKS.get(ability.state), legal_day(at)
    days = int(parameter(ability.district_id, clock, on).value) if clock else None
    ability.due_on = deadline(ability.district_id, on, days) if days is not None else None
    for name, value in fields.items():
        setattr(ability, name, value)
    ability.save()
    return ability


def _reference(reference: str, who: str) -> str:
    if not reference.strip():
        refuse("no-reference", f"请填写{who}文号。", clause=CLAUSE, field="reference", status=INVALID)
    return reference.strip()
