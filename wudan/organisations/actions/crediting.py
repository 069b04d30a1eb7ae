"""信用记录: what was recorded, the reply of the one it is about, and its repair by another official."""

from __future__ import annotations

from datetime import date, datetime

from wudan.kernel.actor import Actor
from wudan.kernel.errors import INVALID, refuse
from wudan.kernel.history import acting
from wudan.kernel.journal import tell
from wudan.kernel.roles import Role
from wudan.organisations.actions.guards import choice, filled, period, require_own, why
from wudan.organisations.models import CREDIT_KINDS, CreditEntry, District, Organisation
from wudan.organisations.queries import CREDIT_CLAUSE


def record_credit(
    *,
    district_id: str,
    organisation_id: int | None = None,
    person_id: int | None = None,
    kind: str,
    description: str,
    clause: str,
    valid_from: date,
    valid_until: date | None,
    actor: Actor,
    at: datetime,
) -> CreditEntry:
    """记入信用记录 of one organisation or one person, from the first to the last day (both included).

    Refuses: forbidden; bad-kind, no-description, no-clause, bad-period; other-district; credit_about_one.
    Clause: 台政办发〔2020〕4号 四（三）; 周政办发〔2020〕2号 三（二）.
    """
    with acting(actor=actor, at=at, basis=f"{CREDIT_CLAUSE}：记入信用记录"):
        actor.require(Role.REVIEWER, Role.SUPERVISOR, Role.SYSTEM, district_id=district_id)
        District.objects.get(pk=district_id)
        about = Organisation.objects.filter(pk=organisation_id).first() if organisation_id else None
        if about is not None and about.district_id != district_id:
            refuse("other-district", "这个单位不在本区。", remedy="请由单位所在区记入。", status=INVALID)
        made = CreditEntry.objects.create(
            district_id=district_id,
            organisation_id=organisation_id,
            person_id=person_id,
            kind=choice("kind", "类别", kind, CREDIT_KINDS),
            description=filled("description", "事由", description),
            clause=filled("clause", "依据", clause, "请写明文件和条款。"),
            valid=period(valid_from, valid_until),
            recorded_at=at,
            recorded_by=actor.user_id,
        )
        tell("credit:recorded", at=at, entry=made.pk)
    return made


def reply_credit(*, entry_id: int, reply: str, actor: Actor, at: datetime) -> CreditEntry:
    """陈述申辩 by the organisation itself; a later reply replaces the earlier, history keeps both. Refuses: forbidden, no-reply."""
    with acting(actor=actor, at=at, basis=f"{CREDIT_CLAUSE}：陈述申辩"):
        found = CreditEntry.objects.select_for_update().get(pk=entry_id)
        actor.require(Role.PROVIDER, Role.ENTERPRISE)
        require_own(actor, found.organisation_id)
        found.reply, found.replied_at = filled("reply", "陈述内容", reply), at
        found.save(update_fields=["reply", "replied_at"])
        tell("credit:replied", at=at, entry=found.pk)
    return found


def repair_credit(*, entry_id: int, reason: str, actor: Actor, at: datetime) -> CreditEntry:
    """信用修复: the entry stays, and no longer counts. Refuses: forbidden, no-reason, already-repaired;
    credit_repaired_by_another."""
    with acting(actor=actor, at=at, basis=f"{CREDIT_CLAUSE}：信用修复"):
        found = CreditEntry.objects.select_for_update().get(pk=entry_id)
        actor.require(Role.REVIEWER, district_id=found.district_id)
        if found.repaired_at is not None:
            refuse("already-repaired", "这条记录已经修复。", remedy="请刷新页面查看。")
        found.repair_reason = why(reason, "修复")
        found.repaired_at, found.repaired_by = at, actor.user_id
        found.save(update_fields=["repair_reason", "repaired_at", "repaired_by"])
        tell("credit:repaired", at=at, entry=found.pk)
    return found
