"""培训载体: a training base is applied for, looked at by one official, recognised by another, and may be revoked."""

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
    HOLDERS,
    choice,
    filled,
    known_occupations,
    own_organisation,
    period,
    require_own,
    why,
)
from wudan.organisations.models import BASE_KINDS, BaseOccupation, TrainingBase
from wudan.organisations.queries import CREDIT_CLAUSE, standing_of
from wudan.organisations.states import BASE

CLAUSE = "台政办发〔2020〕4号 四（一）、五（五）；周政办发〔2020〕2号 二（二）1、二（三）3"


@dataclass(frozen=True, slots=True)
class BaseForm:
    """What is said of a base. `description`: places, equipment, masters, and what others may use."""

    kind: str
    name: str
    address: str
    description: str
    occupation_ids: Sequence[int]


def apply_base(
    *, organisation_id: int, form: BaseForm, due_on: date | None = None, actor: Actor, at: datetime
) -> TrainingBase:
    """申报载体. Refuses: forbidden, organisation-suspended; bad-kind, no-name, no-address, no-description, no-occupation,
    unknown-occupation; training_base_once."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：申报"):
        owner = own_organisation(actor, organisation_id)
        made = TrainingBase(district_id=owner.district_id, organisation=owner, applied_at=at, due_on=due_on)
        _fill(made, form)
        made.save()
        _serve(made, form)
        tell("base:applied", at=at, base=made.pk)
    return made


def reapply_base(
    *, base_id: int, form: BaseForm, due_on: date | None = None, actor: Actor, at: datetime
) -> TrainingBase:
    """补正后重新申报. Refuses: forbidden, wrong-state, and as `apply_base`."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：补正"):
        found = TrainingBase.objects.select_for_update().get(pk=base_id)
        actor.require(*HOLDERS)
        require_own(actor, found.organisation_id)
        found.state = BASE.check("reapply", found.state)
        found.due_on, found.applied_at = due_on, at
        found.reviewed_by = found.reviewed_at = None
        _fill(found, form)
        found.save()
        BaseOccupation.objects.filter(base=found).delete()
        _serve(found, form)
        tell("base:applied", at=at, base=found.pk)
    return found


def review_base(*, base_id: int, actor: Actor, at: datetime) -> TrainingBase:
    """初审通过, by the first official. Refuses: forbidden, wrong-state."""
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：初审"):
        found = _locked(base_id, actor, Role.INTAKE)
        found.state = BASE.check("review", found.state)
        found.reviewed_at, found.reviewed_by = at, actor.user_id
        found.save(update_fields=["state", "reviewed_at", "reviewed_by"])
    return found


def recognise_base(
    *, base_id: int, valid_from: date, valid_until: date, actor: Actor, at: datetime
) -> TrainingBase:
    """认定, by a second official, for a period (both days included).

    Refuses: forbidden, wrong-state, bad-period; bad-credit; training_base_two_officials.
    """
    with acting(actor=actor, at=at, basis=f"{CLAUSE}：认定"):
        found = _locked(base_id, actor, Role.REVIEWER)
        found.state = BASE.check("recognise", found.state)
        standing = standing_of(found.organisation_id, legal_day(at))
        if not standing.good:
            refuse(
                "bad-credit",
                f"申报单位现在不能获得认定：{standing.reasons[0]}",
                clause=CREDIT_CLAUSE,
                remedy="请退回，待信用修复或期满后再认定。",
            )
        found.valid = period(valid_from, valid_until)
        found.recognised_at, found.recognised_by, found.reason = at, actor.user_id, ""
        found.save(update_fields=["state", "valid", "recognised_at", "recognised_by", "reason"])
        tell("base:recognised", at=at, base=found.pk)
    return found


def return_base(*, base_id: int, reason: str, actor: Actor, at: datetime) -> TrainingBase:
    """退回补正: by 受理 before the first look, by 复审 after it. Refuses: forbidden, wrong-state, no-reason."""
    return _close(
        base_id, {Role.INTAKE: "send_back", Role.REVIEWER: "return_second"}, why(reason, "退回"), actor, at
    )


def refuse_base(*, base_id: int, reason: str, actor: Actor, at: datetime) -> TrainingBase:
    """不予认定, by 受理 or 复审 in their turn. Refuses: forbidden, wrong-state, no-reason."""
    return _close(
        base_id, {Role.INTAKE: "refuse", Role.REVIEWER: "refuse_second"}, why(reason, "不予认定"), actor, at
    )


def revoke_base(*, base_id: int, reason: str, actor: Actor, at: datetime) -> TrainingBase:
    """撤销认定. Refuses: forbidden, wrong-state, no-reason."""
    return _close(base_id, {Role.REVIEWER: "revoke"}, why(reason, "撤销认定"), actor, at)


def _close(base_id: int, verbs: dict[Role, str], reason: str, actor: Actor, at: datetime) -> TrainingBase:
    with acting(actor=actor, at=at, basis=CLAUSE):
        found = _locked(base_id, actor, *verbs)
        found.state = BASE.check(verbs[actor.role], found.state)
        found.reason = reason
        found.save(update_fields=["state", "reason"])
        tell(f"base:{found.state}", at=at, base=found.pk)
    return found


def _locked(base_id: int, actor: Actor, *roles: Role) -> TrainingBase:
    found = TrainingBase.objects.select_for_update().get(pk=base_id)
    actor.require(*roles, district_id=found.district_id)
    return found


def _fill(found: TrainingBase, form: BaseForm) -> None:
    found.kind = choice("kind", "类别", form.kind, BASE_KINDS)
    found.name = filled("name", "名称", form.name)
    found.address = filled("address", "地址", form.address, "请写到门牌号。")
    found.description = filled(
        "description", "基本情况", form.description, "请写明场地、设备、带头人和可供他人使用的内容。"
    )


def _serve(found: TrainingBase, form: BaseForm) -> None:
    ids = known_occupations(form.occupation_ids)
    BaseOccupation.objects.bulk_create([BaseOccupation(base=found, occupation_id=pk) for pk in ids])
